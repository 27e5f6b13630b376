"""Makes small worlds through the API, each for one reason why a request has no candidates, and asks
for the explanation.

A world is a dictionary of providers by name. Queries and explanations have names, too, in the place
of uuids: uuid_of() says which uuid a provider or aggregate gets.
"""
import re
import uuid

SHARING = 'MISC_SHARES_VIA_AGGREGATE'


def uuid_of(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def host(parent=None, traits='', aggregates='', used=None, later=None, **inventories):
    """Return a provider. Each of the inventories is a total or what limited() returns. traits and
    aggregates are separated by blanks. used: what a consumer claims of it. later: inventories that
    change after that."""
    return {'parent': parent, 'traits': traits.split(), 'aggregates': aggregates.split(),
            'used': used, 'later': later or {}, 'inventories': inventories}


def hosts(count, **more):
    return {'host-%02d' % index: host(VCPU=16, MEMORY_MB=4096, **more) for index in range(count)}


def limited(total, **more):
    """Return an inventory with more than a total, such as max_unit."""
    return dict(more, total=total)


POOL = host(DISK_GB=1000, aggregates='rack')
SHARED_POOL = host(DISK_GB=1000, aggregates='rack', traits='CUSTOM_SSD ' + SHARING)
NUMA = {'c1': host(), 'numa0': host('c1', VCPU=4, traits='CUSTOM_A', aggregates='rack'),
        'numa1': host('c1', VCPU=4, aggregates='rack'), 'numa2': host('c1', VCPU=8)}


def put(cloud, path, body=None):
    answer = cloud.ask('PUT', path, body)
    assert answer.status in (200, 201, 204), answer.text


def make(cloud, name, provider):
    at = '/resource_providers/' + uuid_of(name)
    parent = provider['parent']
    answer = cloud.ask('POST', '/resource_providers',
                       {'name': name, 'uuid': uuid_of(name),
                        'parent_provider_uuid': parent and uuid_of(parent)})
    assert answer.status == 200, answer.text
    for resource in provider['inventories']:
        if resource.startswith('CUSTOM_'):
            put(cloud, '/resource_classes/' + resource)
    for trait in provider['traits']:
        if trait.startswith('CUSTOM_'):
            put(cloud, '/traits/' + trait)
    put(cloud, at + '/inventories', {
        'resource_provider_generation': 0, 'inventories': {
            name: value if isinstance(value, dict) else {'total': value}
            for name, value in provider['inventories'].items()}})
    put(cloud, at + '/aggregates', {'resource_provider_generation': 1,
                                    'aggregates': list(map(uuid_of, provider['aggregates']))})
    put(cloud, at + '/traits', {'resource_provider_generation': 2, 'traits': provider['traits']})
    if provider['used']:
        assert cloud.claim(str(uuid.uuid4()), uuid_of(name), provider['used']).status == 204
    for resource, value in provider['later'].items():
        generation = cloud.ask('GET', at).json['generation']
        put(cloud, '%s/inventories/%s' % (at, resource),
            dict(value, resource_provider_generation=generation))


def names_of(text, providers):
    """Return the text with names in the place of uuids, and of uuids that were cut off."""
    for name in list(providers) + ['rack', 'row', 'zone']:
        text = text.replace(uuid_of(name), name)
        text = text.replace(uuid_of(name)[:8] + '...', name + '...')
    return text


def explain(cloud, providers, query, headers=None):
    """Make the providers and ask why the query, with {NAME} for uuids, has no candidates. Return
    the first sentence of the explanation and its list of the nearest."""
    cloud.make_empty()
    for name, provider in providers.items():
        make(cloud, name, provider)
    query = re.sub('{(.*?)}', lambda match: uuid_of(match.group(1)), query)
    told = cloud.ask('GET', '/_berth/explain?' + query, headers=headers).json
    assert told['candidates'] == 0 and told['complete'] and told['impossible_sets_are_smallest']
    nearest = ['%s %s%s' % (entry['provider'], entry['reason'],
                            ', and %d more' % entry['more'] if entry['more'] else '')
               for entry in told['nearest']]
    return (names_of(told['cause'], providers),
            [names_of(line, providers) for line in nearest])
