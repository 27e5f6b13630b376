"""Asks Berth and the Python service the same things, one after the other, and compares the answers.

Each has its own database, empty at first. A seed makes up the questions: requests as
clients make them at every microversion, and the same with something wrong in them. Status, headers
and body must be the same, but for request ids and times, and for the order of lists.

BERTH_SEED and BERTH_REQUESTS in the environment ask other things, and more of them.
"""
import collections
import http.client
import itertools
import json
import os
import random
import re
import urllib.parse
import uuid

import pytest
from support.answers import canonical
from support.python_service import PythonService, make_database

pytestmark = pytest.mark.plain  # with sanitizers, the conformance suite asks the same routes

HEADERS = ('openstack-api-version', 'vary', 'location', 'cache-control', 'content-type', 'allow',
           'content-length')
PRESENT = ('last-modified', 'x-openstack-request-id')


class Server:
    def __init__(self, url):
        self.url = urllib.parse.urlsplit(url)

    def ask(self, method, path, headers, body):
        """The value of a header that is sent several times is a list."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        try:
            connection.putrequest(method, path)
            if body is not None or method in ('POST', 'PUT', 'PATCH'):
                connection.putheader('content-length', str(len(body or b'')))
            for name, value in headers.items():
                for each in value if isinstance(value, list) else [value]:
                    connection.putheader(name, each)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in
                                     response.getheaders()}, response.read()
        finally:
            connection.close()


# Upstream repeats the schema and what the client sent; Berth does not send bodies back.
REPEATED = re.compile(
    r'( in schema\S*?):\s+.*?(\s+On instance\S*?):\s.*?(\s*(</body>\s*</html>)?)$', re.S)


# Python's web servers hand over a path as if it were latin-1, and upstream's errors show it so.
FACE = '\U0001f600'
SHOWN_FACE = FACE.encode().decode('latin-1')


def without_repeats(value):
    if isinstance(value, dict):
        return {key: without_repeats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_repeats(inner) for inner in value]
    if isinstance(value, str) and 'Failed validating' in value:
        return re.sub(r'\s+', ' ', REPEATED.sub(r'\1\2\3', value)).strip()
    if isinstance(value, str) and 'Malformed JSON:' in value:
        return value[:value.index('Malformed JSON:')]  # each parser has its own words
    if isinstance(value, str):
        value = value.replace(SHOWN_FACE, FACE)
        # names that upstream keeps in a set
        return re.sub(r"(?<=for '|der ')[^']*(?=')|(?<=No such trait ).*(?=$|  $)",
                      lambda found: ', '.join(sorted(found.group().split(', '))), value)
    return value


def shape(server, answer):
    """Return what must be the same of two answers."""
    status, headers, body = answer
    shown = {name: headers.get(name) for name in HEADERS}
    shown.update({name: name in headers for name in PRESENT})
    # Upstream forgets it on some errors; caches want it on all.
    if status >= 400:
        shown['vary'] = None
    if shown['location']:
        shown['location'] = shown['location'].replace(server.url.netloc, 'HOST')
    try:
        text = without_repeats(canonical(json.loads(body)))
    except ValueError:
        text = without_repeats(body.decode('utf-8', 'replace'))
    if not body and shown['content-length'] == '0':
        shown['content-length'] = None
    # JSON may be spaced differently.
    if isinstance(text, (dict, list)) or 'Failed validating' in text:
        shown['content-length'] = None
    return {'status': status, 'headers': shown, 'body': text}


# Requests.

JSON = {'content-type': 'application/json'}


class World:
    """Names in requests: few, so that requests meet."""

    def __init__(self, dice):
        self.dice = dice
        self.providers = [self.uuid() for _ in range(7)]
        self.consumers = [self.uuid() for _ in range(5)]
        self.aggregates = [self.uuid() for _ in range(3)]
        self.names = ['host%d' % number for number in range(6)] + ['h\u00f6st']
        self.classes = ['VCPU', 'MEMORY_MB', 'DISK_GB', 'CUSTOM_GOLD', 'CUSTOM_IRON']
        self.traits = ['HW_CPU_X86_AVX', 'HW_CPU_X86_SSE', 'CUSTOM_FAST', 'CUSTOM_RED',
                       'MISC_SHARES_VIA_AGGREGATE']
        self.projects = ['p1', 'p2', self.uuid()]
        self.users = ['u1', 'u2']
        self.types = ['INSTANCE', 'MIGRATION', 'unknown']
        self.generations = collections.defaultdict(int)

    def uuid(self):
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))

    def pick(self, items, odd=0.04):
        if self.dice.random() < odd:
            return self.dice.choice(['nothing', '', self.uuid(), 'CUSTOM_NONE', 'x' * 300, 'lower',
                                     'UPPER', "it's", '%', 'a b', FACE,
                                     'CUSTOM_' + FACE])
        item = self.dice.choice(items)
        if len(item) == 36 and self.dice.random() < odd / 2:
            return self.dice.choice([item.upper(), item.replace('-', '')])
        return item

    def some(self, items, most=3):
        return [self.pick(items, 0.02) for _ in range(self.dice.randint(0, most))]

    def generation(self, provider):
        if self.dice.random() < 0.08:
            return self.dice.choice([0, 1, 99, -1, 2 ** 63, -2 ** 63 - 1, 10 ** 30])
        return self.generations[provider]

    def maybe(self, chance=0.5):
        return self.dice.random() < chance


def inventory(world):
    dice = world.dice
    body = {'total': dice.choice([1, 2, 8, 16, 100])}
    for key, values in (('reserved', [0, 0, 1, 2, 50]), ('min_unit', [1, 1, 2]),
                        ('max_unit', [1, 8, 100, 2147483647]), ('step_size', [1, 1, 2, 3]),
                        ('allocation_ratio', [1.0, 1.5, 16.0, 0.5, 2])):
        if world.maybe(0.3):
            body[key] = dice.choice(values)
    return body


def resources(world):
    return {world.pick(world.classes): world.dice.choice([1, 1, 2, 3, 4, 20])
            for _ in range(world.dice.choice([1, 1, 2, 3]))}


def claim(world, minor, in_list_form):
    dice = world.dice
    providers = [world.pick(world.providers) for _ in range(dice.choice([1, 1, 2]))]
    if in_list_form:
        body = {'allocations': [{'resource_provider': {'uuid': provider},
                                 'resources': resources(world)} for provider in providers]}
    else:
        body = {'allocations': {provider: {'resources': resources(world)}
                                for provider in providers}}
        if world.maybe(0.15):
            body['allocations'] = {}
        if world.maybe(0.1):
            for inner in body['allocations'].values():
                inner['generation'] = 1
    if minor >= 8 or world.maybe(0.05):
        body['project_id'] = world.pick(world.projects)
        body['user_id'] = world.pick(world.users)
    if minor >= 28 or world.maybe(0.03):
        body['consumer_generation'] = dice.choice([None, None, 0, 1, 2])
    if minor >= 34 and world.maybe(0.3):
        body['mappings'] = {'': [world.pick(world.providers)], '_A1': [world.pick(world.providers)]}
    if minor >= 38 or world.maybe(0.03):
        body['consumer_type'] = world.pick(world.types)
    return body


def amounts(world):
    return ','.join('%s:%s' % (world.pick(world.classes, 0.02),
                               world.dice.choice(['1', '1', '2', '0', '-1', 'x', '', '3']
                                                 if world.maybe(0.05) else ['1', '2', '4']))
                    for _ in range(world.dice.choice([1, 1, 2])))


def membership(world):
    form = world.dice.choice(['%s', '%s', 'in:%s', '!%s', '!in:%s', 'in:', ''] if world.maybe(0.3)
                             else ['%s', 'in:%s'])
    names = ','.join(world.some(world.aggregates, 2) or [world.aggregates[0]])
    return form % names if '%s' in form else form


def required(world):
    form = world.dice.choice(['%s', '%s', '!%s', 'in:%s', '%s,!CUSTOM_RED', '!in:%s', '', 'in:']
                             if world.maybe(0.4) else ['%s'])
    names = ','.join(world.some(world.traits, 2) or [world.traits[0]])
    return form % names if '%s' in form else form


def provider_filters(world):
    pairs = []
    for key, value in (('name', lambda: world.pick(world.names)),
                       ('uuid', lambda: world.pick(world.providers)),
                       ('member_of', lambda: membership(world)),
                       ('resources', lambda: amounts(world)),
                       ('in_tree', lambda: world.pick(world.providers)),
                       ('required', lambda: required(world)),
                       ('root_required', lambda: required(world)),
                       ('nonsense', lambda: '1')):
        if world.maybe(0.02 if key in ('nonsense', 'root_required') else 0.22):
            pairs.append((key, value()))
            if world.maybe(0.15):
                pairs.append((key, value()))
    return pairs


def candidate_filters(world):
    dice, pairs = world.dice, []
    suffixes = dice.choice([[''], [''], ['1'], ['1', '2'], ['', '1'], ['_A', '_B'], ['', '_NET-1']])
    for suffix in suffixes:
        if world.maybe(0.93):
            pairs.append(('resources' + suffix, amounts(world)))
        for key, value in (('required', required), ('member_of', membership),
                           ('in_tree', lambda world: world.pick(world.providers))):
            if world.maybe(0.15):
                pairs.append((key + suffix, value(world)))
                if world.maybe(0.2):
                    pairs.append((key + suffix, value(world)))
    if len(suffixes) > 1 and world.maybe(0.85):
        pairs.append(('group_policy', dice.choice(['none', 'isolate', 'isolate', 'odd'])))
    for key, value in (('limit', lambda: dice.choice(['0', '-1', 'x', ''])),
                       ('root_required', lambda: required(world)),
                       ('same_subtree', lambda: ','.join(dice.sample(
                           [suffix for suffix in suffixes if suffix] + ['_C'], 1))),
                       ('nonsense', lambda: 'x')):
        if world.maybe(0.06):
            pairs.append((key, value()))
    return pairs


def query_of(world, pairs):
    if world.maybe(0.02):
        pairs = pairs + [('', ''), ('a=b', '&')]
    text = urllib.parse.urlencode(pairs)
    return '?' + text if pairs else ''


def reshape(world, minor):
    providers = world.dice.sample(world.providers, 2)
    body = {'inventories': {provider: {
        'resource_provider_generation': world.generation(provider),
        'inventories': {name: inventory(world) for name in world.some(world.classes, 2)}}
        for provider in providers}, 'allocations': {}}
    for consumer in world.dice.sample(world.consumers, world.dice.choice([0, 1, 2])):
        body['allocations'][consumer] = claim(world, max(minor, 30), False)
    return body


def make_request(world, minor):
    """A method, a path and a body."""
    dice = world.dice
    provider = world.pick(world.providers)
    at = '/resource_providers/' + urllib.parse.quote(provider)
    consumer = world.pick(world.consumers)
    name = urllib.parse.quote(world.pick(world.classes))
    trait = urllib.parse.quote(world.pick(world.traits))
    generation = world.generation(provider)

    def create():
        body = {'name': world.pick(world.names), 'uuid': provider}
        if world.maybe(0.4) and minor >= 14:
            body['parent_provider_uuid'] = world.pick(world.providers)
        return 'POST', '/resource_providers', body

    def rename():
        body = {'name': world.pick(world.names)}
        if world.maybe(0.5) and minor >= 14:
            body['parent_provider_uuid'] = dice.choice([None, world.pick(world.providers)])
        return 'PUT', at, body

    kinds = [
        (6, create), (3, rename),
        (2, lambda: ('DELETE', at, None)), (3, lambda: ('GET', at, None)),
        (6, lambda: (
            'GET', '/resource_providers' + query_of(world, provider_filters(world)), None)),
        (6, lambda: ('PUT', at + '/inventories', {
            'resource_provider_generation': generation,
            'inventories': {item: inventory(world) for item in world.some(world.classes)}})),
        (2, lambda: ('POST', at + '/inventories', dict(
            inventory(world), resource_class=world.pick(world.classes)))),
        (3, lambda: ('PUT', at + '/inventories/' + name, dict(
            inventory(world), resource_provider_generation=generation))),
        (2, lambda: ('GET', at + '/inventories', None)),
        (2, lambda: ('GET', at + '/inventories/' + name, None)),
        (1, lambda: ('DELETE', at + '/inventories/' + name, None)),
        (1, lambda: ('DELETE', at + '/inventories', None)),
        (2, lambda: ('GET', at + '/usages', None)),
        (2, lambda: ('GET', at + '/aggregates', None)),
        (3, lambda: ('PUT', at + '/aggregates', world.some(world.aggregates) if minor < 19 else {
            'resource_provider_generation': generation,
            'aggregates': world.some(world.aggregates)})),
        (2, lambda: ('GET', at + '/allocations', None)),
        (2, lambda: ('GET', at + '/traits', None)),
        (4, lambda: ('PUT', at + '/traits', {'resource_provider_generation': generation,
                                             'traits': world.some(world.traits)})),
        (1, lambda: ('DELETE', at + '/traits', None)),
        (12, lambda: ('PUT', '/allocations/' + urllib.parse.quote(consumer),
                      claim(world, minor, minor < 12))),
        (5, lambda: ('POST', '/allocations', {key: claim(world, max(minor, 13), False)
                                              for key in world.some(world.consumers)})),
        (3, lambda: ('GET', '/allocations/' + urllib.parse.quote(consumer), None)),
        (2, lambda: ('DELETE', '/allocations/' + urllib.parse.quote(consumer), None)),
        (6, lambda: ('GET', '/allocation_candidates' + query_of(world, candidate_filters(world)),
                     None)),
        (3, lambda: ('POST', '/reshaper', reshape(world, minor))),
        (1, lambda: ('GET', '/resource_classes', None)),
        (2, lambda: ('POST', '/resource_classes', {'name': world.pick(world.classes)})),
        (1, lambda: ('GET', '/resource_classes/' + name, None)),
        (2, lambda: ('PUT', '/resource_classes/' + name,
                     {'name': world.pick(world.classes)} if minor < 7 else None)),
        (1, lambda: ('DELETE', '/resource_classes/' + name, None)),
        (2, lambda: ('GET', '/traits' + query_of(world, [pair for pair in (
            ('name', dice.choice(['startswith:CUSTOM', 'in:CUSTOM_FAST,CUSTOM_RED', 'x', 'in:'])),
            ('associated', dice.choice(['true', 'false', 'True', 'x', '']))) if world.maybe()]),
            None)),
        (1, lambda: ('GET', '/traits/' + trait, None)),
        (2, lambda: ('PUT', '/traits/' + trait, None)),
        (1, lambda: ('DELETE', '/traits/' + trait, None)),
        (3, lambda: ('GET', '/usages' + query_of(world, [pair for pair in (
            ('project_id', world.pick(world.projects)), ('user_id', world.pick(world.users)),
            ('consumer_type', dice.choice(world.types + ['all', 'x y']))) if world.maybe(0.6)]),
            None)),
        (1, lambda: ('GET', '/', None)),
        (1, lambda: (dice.choice(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST']),
                     dice.choice(['/nothing', '/traits/', '/usages', '/resource_providers/',
                                  '/reshaper', '/allocations', '/traits', at, '/resource_classes',
                                  at + '/nothing', '/allocation_candidates/x']), None)),
    ]
    weights = [weight for weight, _ in kinds]
    return dice.choices([kind for _, kind in kinds], weights)[0]()


ODD_VALUES = [None, '', 'x', 0, -1, 1.5, 2147483648, 9999999999999, True, [], {}, [1], {'a': 1},
              'x' * 260, '\u00e9', '1', 2 ** 63, -2 ** 63, 2 ** 70, FACE]


def spoil(dice, value):
    """Change, lose or add something in a body."""
    places = []

    def walk(inner):
        if isinstance(inner, dict):
            places.append(inner)
            for item in inner.values():
                walk(item)
        elif isinstance(inner, list):
            places.append(inner)
            for item in inner:
                walk(item)
    value = json.loads(json.dumps(value))
    walk(value)
    if not places or dice.random() < 0.05:
        return dice.choice(ODD_VALUES)
    place = dice.choice(places)
    if isinstance(place, dict):
        act = dice.random()
        if place and act < 0.35:
            del place[dice.choice(list(place))]
        elif place and act < 0.8:
            place[dice.choice(list(place))] = dice.choice(ODD_VALUES)
        else:
            place[dice.choice(['extra', 'uuid', 'links', '', 'name'])] = dice.choice(ODD_VALUES)
    else:
        place.append(dice.choice(ODD_VALUES + place))
    return value


MINORS = list(range(40)) + [39] * 25 + [36, 36, 28, 13, 12, 8]


def make_headers(dice):
    """Return headers and their minor version."""
    minor = dice.choice(MINORS)
    version = 'placement 1.%d' % minor
    odd = dice.random()
    if odd < 0.01:
        version = dice.choice(['placement 1.40', 'placement 2.0', 'placement', 'compute 1.3',
                               'placement 1.1, placement 1.2', '1.5', 'placement 0.9'])
    elif odd < 0.02:
        version = [version, 'compute 2.1']
        dice.shuffle(version)
    elif odd < 0.04:
        version, minor = 'placement latest', 39
    headers = {'x-auth-token': 'admin', 'x-roles': 'admin,service',
               'openstack-api-version': version,
               'accept': 'application/json'}
    if dice.random() < 0.01:
        del headers['openstack-api-version']
        minor = 0
    if dice.random() < 0.03:
        headers['accept'] = dice.choice([
            'text/plain', 'text/html', '*/*', 'application/xml', 'application/*',
            'application/json;q=0.5, text/html', '', ['text/html', 'application/json'],
            ['application/json', 'text/plain'], ['text/plain', 'text/html']])
    return headers, minor


def make_all(seed):
    """Yield requests without end; the caller then notes the generations they led to."""
    dice = random.Random(seed)
    world = World(dice)
    latest = {'x-auth-token': 'admin', 'openstack-api-version': 'placement 1.39'}
    for name in world.classes + world.traits:
        if name.startswith('CUSTOM_'):
            kind = '/resource_classes/' if name in world.classes else '/traits/'
            yield world, 'PUT', kind + name, latest, None
    for number, provider in enumerate(world.providers[:5]):
        body = {'name': provider, 'uuid': provider}
        if number in (1, 2):
            body['parent_provider_uuid'] = world.providers[number - 1]
        yield (world, 'POST', '/resource_providers', dict(latest, **JSON),
               json.dumps(body).encode())
    while True:
        headers, minor = make_headers(dice)
        method, path, body = make_request(world, minor)
        if body is not None:
            headers['content-type'] = 'application/json'
            if dice.random() < 0.12:
                body = spoil(dice, body)
                if path == '/resource_providers' and isinstance(body, dict) and 'uuid' not in body:
                    body['uuid'] = world.uuid()  # the servers would make up different ones
            if dice.random() < 0.01:
                headers['content-type'] = dice.choice(
                    ['text/plain', 'application/json; charset=utf-8', 'application/xml', 'json'])
        text = None if body is None else json.dumps(body)
        if text is not None and dice.random() < 0.01:
            text = dice.choice([text[:-1], '', '{', 'null', '[]', '"x"', '\ufeff' + text,
                                text + ' x'])
        if text is not None and dice.random() < 0.02:
            headers['content-type'] = dice.choice(['text/plain', 'application/xml'])
        yield world, method, path, headers, None if text is None else text.encode()


def note_generations(world, server):
    """Note the server's generations, so that most requests have the right one."""
    status, _, body = server.ask('GET', '/resource_providers', {
        'x-auth-token': 'admin', 'openstack-api-version': 'placement 1.39'}, None)
    assert status == 200, body
    for provider in json.loads(body)['resource_providers']:
        world.generations[provider['uuid']] = provider['generation']


# The comparison.

def is_comparable(request, theirs):
    """Whether upstream's answer is one to follow: not when it has failed, shows SQL or a byte order
    mark's name, or saw a content-type that Python's own web server made up."""
    _, method, _, headers, body = request
    text = json.dumps(theirs['body'])
    return (theirs['status'] != 500 and 'pymysql' not in text and 'BOM' not in text and
            (method not in ('POST', 'PUT') or body is not None or theirs['status'] != 415))


def explain(number, request, ours, theirs):
    _, method, path, headers, body = request
    lines = ['DIFFERENT %d: %s %s' % (number, method, path), '  %s' % headers, '  %s' % body]
    for key in ours:
        if ours[key] != theirs[key]:
            lines += ['  %s %s: %s' % (name, key, json.dumps(side[key], sort_keys=True)[:1500])
                      for name, side in (('berth ', ours), ('python', theirs))]
    return '\n'.join(lines)


def lose_root(cloud, provider):
    """As old databases have it."""
    for database in ('placement', 'python'):
        cloud.sql("""
            UPDATE resource_providers c JOIN resource_providers p ON c.parent_provider_id = p.id
                SET c.parent_provider_id = NULL, c.root_provider_id = c.id
                WHERE p.uuid = '%s';
            INSERT IGNORE INTO resource_providers (uuid, name, generation) VALUES ('%s', '%s', 0);
            UPDATE resource_providers SET root_provider_id = NULL, parent_provider_id = NULL
                WHERE uuid = '%s'""" % (4 * (provider,)), database)


def compare(berth, python, cloud, seed, wanted):
    """What is different."""
    statuses, different = collections.Counter(), []
    for number, request in enumerate(itertools.islice(make_all(seed), wanted)):
        world, method, path, headers, body = request
        if number == wanted * 3 // 4:
            lose_root(cloud, world.providers[-1])
        ours = shape(berth, berth.ask(method, path, headers, body))
        theirs = shape(python, python.ask(method, path, headers, body))
        statuses[theirs['status']] += 1
        if ours != theirs and is_comparable(request, theirs):
            different.append(explain(number, request, ours, theirs))
        if method != 'GET' and ours['status'] < 300:
            note_generations(world, berth)
        if method != 'GET' and path.startswith(('/allocations', '/reshaper')):
            # what the Python service leaves behind when it refuses a claim, or gets an empty one
            cloud.sql('DELETE FROM consumers '
                      'WHERE uuid NOT IN (SELECT consumer_id FROM allocations)',
                      'python')
    print('    %d requests of seed %d, answered %s' % (
        wanted, seed, ', '.join('%d: %d' % item for item in sorted(statuses.items()))))
    for status in (200, 201, 204, 400, 404, 409):
        assert statuses[status] > wanted / 100, statuses
    return different


def test_the_python_service_answers_the_same(make_cloud):
    seed = int(os.environ.get('BERTH_SEED', '1'))
    wanted = int(os.environ.get('BERTH_REQUESTS', '600'))
    cloud = make_cloud(workers=2)
    make_database(cloud, 'python')
    with PythonService(cloud, 'python') as service:
        python = Server('http://127.0.0.1:%d' % service.port)
        berth = Server('http://127.0.0.1:%d' % cloud.port)
        different = compare(berth, python, cloud, seed, wanted)
    assert not different, '%d are different\n%s' % (len(different), '\n'.join(different[:10]))
