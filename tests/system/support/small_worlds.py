"""Small worlds, made by the API, each for one cause of a request without candidates.

Providers are called by their names here, aggregates too.
"""
import re
import uuid

SHARING = 'MISC_SHARES_VIA_AGGREGATE'


def number(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def host(parent=None, traits='', aggregates='', used=None, later=None, **inventories):
    """Return a provider: inventories by class, an amount or (total, more). later: what they are
    when it is used."""
    return {'parent': parent, 'traits': traits.split(), 'aggregates': aggregates.split(),
            'used': used, 'later': later or {}, 'inventories': inventories}


def hosts(count, **more):
    return {'host-%02d' % index: host(VCPU=16, MEMORY_MB=4096, **more) for index in range(count)}


def limited(total, **more):
    return dict(more, total=total)


POOL = host(DISK_GB=1000, aggregates='rack')
SHARED_POOL = host(DISK_GB=1000, aggregates='rack', traits='CUSTOM_SSD ' + SHARING)
NUMA = {'c1': host(), 'numa0': host('c1', VCPU=4, traits='CUSTOM_A', aggregates='rack'),
        'numa1': host('c1', VCPU=4, aggregates='rack'), 'numa2': host('c1', VCPU=8)}


def put(cloud, path, body=None):
    answer = cloud.ask('PUT', path, body)
    assert answer.status in (200, 201, 204), answer.text


def make(cloud, name, provider):
    at = '/resource_providers/' + number(name)
    parent = provider['parent']
    answer = cloud.ask('POST', '/resource_providers',
                       {'name': name, 'uuid': number(name),
                        'parent_provider_uuid': parent and number(parent)})
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
                                    'aggregates': list(map(number, provider['aggregates']))})
    put(cloud, at + '/traits', {'resource_provider_generation': 2, 'traits': provider['traits']})
    if provider['used']:
        assert cloud.claim(str(uuid.uuid4()), number(name), provider['used']).status == 204
    for resource, value in provider['later'].items():
        generation = cloud.ask('GET', at).json['generation']
        put(cloud, '%s/inventories/%s' % (at, resource),
            dict(value, resource_provider_generation=generation))


def names_of(text, providers):
    """Return a text with names in the place of uuids."""
    for name in list(providers) + ['rack', 'row', 'zone']:
        text = text.replace(number(name), name)
        text = text.replace(number(name)[:8] + '...', name + '...')
    return text


def explain(cloud, providers, query, headers=None):
    """Make the providers, ask, and return the first sentence and the nearest."""
    cloud.make_empty()
    for name, provider in providers.items():
        make(cloud, name, provider)
    query = re.sub('{(.*?)}', lambda match: number(match.group(1)), query)
    told = cloud.ask('GET', '/_berth/explain?' + query, headers=headers).json
    assert told['candidates'] == 0 and told['complete'] and told['impossible_sets_are_smallest']
    nearest = ['%s %s%s' % (entry['provider'], entry['reason'],
                            ', and %d more' % entry['more'] if entry['more'] else '')
               for entry in told['nearest']]
    return (names_of(told['cause'], providers),
            [names_of(line, providers) for line in nearest])
