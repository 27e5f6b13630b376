"""Asks Berth and the Python service every route with what clients seldom send: repeated header
lines, other spellings of uuids, huge integers, characters beyond the columns, a provider of an old
database without a root. test_parity_answers.py makes up requests of all kinds; here each of these
comes to each place where it may be.

INTENDED lists what may be different, with the reason, and each of it must occur.
"""
import collections
import json
import urllib.parse

import pytest
from support.python_service import PythonService, make_database
from test_parity_answers import FACE, JSON, Server, explain, note_generations, shape

pytestmark = pytest.mark.plain  # with sanitizers, the conformance suite asks the same routes

DATABASE = 'unusual'
HUGE = [2 ** 63 - 1, 2 ** 63, 2 ** 64, -2 ** 63 - 1, 10 ** 30]


def fixed(number):
    return 'abcdef%02d-abcd-4abc-8abc-abcdefabcdef' % number


HOST, CHILD, ROOTLESS, NEW = map(fixed, range(4))
CONSUMER, AGGREGATE, PROJECT = map(fixed, range(10, 13))
TABLES = ['resource_providers', 'inventories', 'allocations', 'consumers', 'projects', 'users',
          'consumer_types', 'placement_aggregates', 'resource_provider_aggregates',
          'resource_provider_traits', 'traits', 'resource_classes']
SPELLINGS = {
    'upper case': str.upper,
    'no dashes': lambda text: text.replace('-', ''),
    'upper case without dashes': lambda text: text.replace('-', '').upper(),
    'braces': '{%s}'.__mod__,
    'urn': 'urn:uuid:%s'.__mod__,
    'odd dashes': lambda text: text.replace('-', '')[:3] + '-' + text.replace('-', '')[3:],
}


Request = collections.namedtuple('Request', 'method path headers body')


class Both:
    """The two servers, and what is different between them."""

    def __init__(self, cloud, python):
        self.cloud = cloud
        self.berth = Server('http://127.0.0.1:%d' % cloud.port)
        self.python = Server('http://127.0.0.1:%d' % python.port)
        self.generations = {}
        self.asked, self.different = 0, []
        self.reasons = collections.Counter()

    def ask(self, label, method, path, body=None, **headers):
        headers = {name.replace('_', '-'): value for name, value in headers.items()}
        headers = dict({'x-auth-token': 'admin', 'x-roles': 'admin,service',
                        'accept': 'application/json',
                        'openstack-api-version': 'placement 1.39'}, **headers)
        if body is not None:
            headers = dict(JSON, **headers)
            body = json.dumps(body).encode()
        ours = shape(self.berth, self.berth.ask(method, path, headers, body))
        theirs = shape(self.python, self.python.ask(method, path, headers, body))
        self.asked += 1
        request = Request(method, path, headers, body)
        if ours != theirs and not self.is_intended(request, ours, theirs):
            self.different.append('%s\n%s' % (label, explain(self.asked, (None, *request), ours,
                                                             theirs)))
        if method != 'GET' and ours['status'] < 300:
            note_generations(self, self.berth)
        if method != 'GET' and ours != theirs:
            self.copy()
        elif theirs['status'] >= 400 and path.startswith(('/allocations', '/reshaper')):
            # what the Python service leaves behind when it refuses a claim
            self.cloud.sql('DELETE FROM consumers WHERE uuid NOT IN '
                           '(SELECT consumer_id FROM allocations)', DATABASE)
        return ours

    def is_intended(self, request, ours, theirs):
        for reason, applies in INTENDED.items():
            if applies(request, ours, theirs):
                self.reasons[reason] += 1
                return True
        return False

    def copy(self):
        """What is different stays so otherwise, and makes other answers different."""
        self.cloud.sql("SET FOREIGN_KEY_CHECKS = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO';" + ''.join(
            'DELETE FROM %s.%s; INSERT INTO %s.%s SELECT * FROM placement.%s;' % (
                DATABASE, table, DATABASE, table, table) for table in TABLES))

    def sql(self, text):
        for database in ('placement', DATABASE):
            self.cloud.sql(text, database)

    # Bodies.

    def generation(self, provider):
        return self.generations.get(provider, 0)

    def inventories(self, provider, **more):
        return {'resource_provider_generation': self.generation(provider), 'inventories': {
            'VCPU': dict({'total': 100}, **more)}}

    def traits(self, provider, *names):
        return {'resource_provider_generation': self.generation(provider), 'traits': list(names)}

    def aggregates(self, provider, *uuids):
        return {'resource_provider_generation': self.generation(provider),
                'aggregates': list(uuids)}

    def consumer_generation(self, consumer):
        _, _, body = self.berth.ask('GET', '/allocations/' + consumer, {
            'x-auth-token': 'admin', 'openstack-api-version': 'placement 1.39'}, None)
        return json.loads(body).get('consumer_generation')

    def claim(self, provider, amount=1, consumer=CONSUMER, **more):
        return dict({'allocations': {provider: {'resources': {'VCPU': amount}}},
                     'project_id': PROJECT, 'user_id': 'u', 'consumer_type': 'INSTANCE',
                     'consumer_generation': self.consumer_generation(consumer)}, **more)


def quote(text):
    return urllib.parse.quote(text, safe='')


def make_things(both):
    """The same for both."""
    def done(*request):
        assert both.ask('to begin with', *request)['status'] < 300, request
    done('PUT', '/traits/CUSTOM_UNUSUAL')
    done('PUT', '/resource_classes/CUSTOM_UNUSUAL')
    done('POST', '/resource_providers', {'name': 'host', 'uuid': HOST})
    done('POST', '/resource_providers', {'name': 'child', 'uuid': CHILD,
                                         'parent_provider_uuid': HOST})
    for provider in (HOST, CHILD):
        at = '/resource_providers/' + provider
        done('PUT', at + '/inventories', both.inventories(provider))
        done('PUT', at + '/traits', both.traits(provider, 'CUSTOM_UNUSUAL', 'HW_CPU_X86_AVX'))
        done('PUT', at + '/aggregates', both.aggregates(provider, AGGREGATE))
    done('PUT', '/allocations/' + CONSUMER, both.claim(HOST))


# Each of these asks about one thing that is unusual.

def ask_repeated_headers(both):
    latest, other = 'placement 1.39', 'placement 1.10'
    for versions in ([latest, other], [other, latest], [latest, latest], ['compute 2.1', latest],
                     [latest, 'compute 2.1'], ['', latest], [latest, ''], ['nonsense', latest],
                     [latest, 'nonsense'], ['placement 1.99', latest], [latest, 'placement 1.99'],
                     ['placement latest', 'compute latest'], ['compute 2.1', 'compute 2.2'],
                     [latest + ', compute 2.1', other]):
        label = 'versions %s' % versions
        for path in ('/resource_providers/' + HOST, '/allocation_candidates?resources=VCPU:1',
                     '/nothing', '/'):
            both.ask(label, 'GET', path, openstack_api_version=versions)
        both.ask(label, 'PUT', '/resource_providers/%s/traits' % HOST,
                 both.traits(HOST, 'CUSTOM_UNUSUAL'), openstack_api_version=versions)
    for accepts in (['application/json', 'text/html'], ['text/html', 'application/json'],
                    ['text/plain', 'text/html'], ['*/*', 'application/json'], ['', 'text/html'],
                    ['text/html', '*/*;q=0.1'], ['application/json;q=0.1', 'text/plain'],
                    ['application/json', 'application/json'], ['image/png', 'application/xml']):
        label = 'accepts %s' % accepts
        for path in ('/resource_providers', '/resource_providers/' + NEW, '/nothing', '/',
                     '/traits/CUSTOM_UNUSUAL', '/allocation_candidates?resources=x'):
            both.ask(label, 'GET', path, accept=accepts)
        both.ask(label, 'PUT', '/resource_providers/%s/traits' % HOST,
                 dict(both.traits(HOST), resource_provider_generation=999), accept=accepts)
        both.ask('joined: ' + label, 'GET', '/resource_providers', accept=', '.join(accepts))


def ask_about_provider(both, label, own, path=None):
    """Every route that names a provider, which may be spelled in another way than it is stored."""
    at = '/resource_providers/' + quote(path or own)
    query = quote(path or own)
    for below in ('', '/inventories', '/inventories/VCPU', '/usages', '/aggregates', '/traits',
                  '/allocations'):
        both.ask(label, 'GET', at + below)
    for pairs in ('uuid=%s', 'in_tree=%s', 'uuid=%s&in_tree=' + HOST):
        both.ask(label + ' in ' + pairs, 'GET', '/resource_providers?' + pairs.replace('%s', query))
    for pairs in ('resources=VCPU:1&in_tree=%s',
                  'resources=VCPU:1&resources_A=VCPU:1&in_tree_A=%s&group_policy=none'):
        both.ask(label + ' in ' + pairs, 'GET',
                 '/allocation_candidates?' + pairs.replace('%s', query))
    both.ask(label, 'PUT', at + '/inventories', both.inventories(own))
    both.ask(label, 'PUT', at + '/inventories/VCPU', {
        'resource_provider_generation': both.generation(own), 'total': 200})
    both.ask(label, 'POST', at + '/inventories', {'resource_class': 'DISK_GB', 'total': 5})
    both.ask(label, 'DELETE', at + '/inventories/DISK_GB')
    both.ask(label, 'PUT', at + '/traits', both.traits(own, 'CUSTOM_UNUSUAL'))
    both.ask(label, 'PUT', at + '/aggregates', both.aggregates(own, AGGREGATE))
    name = {HOST: 'host', CHILD: 'child', ROOTLESS: 'rootless'}[own]
    both.ask(label, 'PUT', at, {'name': name})
    spelled = path or own
    both.ask(label, 'POST', '/resource_providers', {'name': 'again', 'uuid': spelled})
    both.ask(label + ' as parent', 'POST', '/resource_providers', {
        'name': 'new', 'uuid': NEW, 'parent_provider_uuid': spelled})
    both.ask(label + ' as parent', 'PUT', '/resource_providers/' + NEW, {
        'name': 'new', 'parent_provider_uuid': spelled})
    both.ask('clean', 'DELETE', '/resource_providers/' + NEW)
    consumer = fixed(20)
    both.ask(label + ' in a claim', 'PUT', '/allocations/' + consumer,
             both.claim(spelled, consumer=consumer))
    both.ask(label + ' in claims', 'POST', '/allocations', {
        consumer: both.claim(spelled, consumer=consumer)})
    both.ask(label + ' in claims', 'POST', '/allocations', {
        consumer: both.claim(spelled, consumer=consumer, mappings={'': [spelled]})})
    both.ask(label + ' in a reshape', 'POST', '/reshaper', {
        'inventories': {spelled: both.inventories(own)},
        'allocations': {consumer: both.claim(spelled, consumer=consumer)}})
    both.ask('clean', 'GET', '/allocations/' + consumer)
    both.ask('clean', 'DELETE', '/allocations/' + consumer)


def ask_spellings(both):
    for label, spell in SPELLINGS.items():
        ask_about_provider(both, label, HOST, spell(HOST))
        consumer, aggregate = spell(CONSUMER), spell(AGGREGATE)
        at = '/allocations/' + quote(consumer)
        both.ask(label + ' of a consumer', 'GET', at)
        both.ask(label + ' of a consumer', 'PUT', at, both.claim(HOST))
        both.ask(label + ' of a consumer', 'POST', '/allocations', {consumer: both.claim(HOST)})
        both.ask(label + ' of a consumer', 'DELETE', at)
        both.ask(label + ' of a consumer', 'PUT', at, both.claim(HOST))
        both.ask('clean', 'PUT', '/allocations/' + CONSUMER, both.claim(HOST))
        for path in ('/resource_providers?member_of=', '/resource_providers?member_of=in:',
                     '/resource_providers?member_of=!',
                     '/allocation_candidates?resources=VCPU:1&member_of='):
            both.ask(label + ' of an aggregate in ' + path, 'GET', path + quote(aggregate))
        at = '/resource_providers/%s/aggregates' % CHILD
        both.ask(label + ' of an aggregate', 'PUT', at, both.aggregates(CHILD, aggregate))
        both.ask(label + ' of an aggregate', 'PUT', at,
                 both.aggregates(CHILD, aggregate, AGGREGATE))
        both.ask(label + ' of an aggregate', 'GET', at)
        both.ask('clean', 'PUT', at, both.aggregates(CHILD, AGGREGATE))
        both.ask(label + ' of a project', 'GET', '/usages?project_id=' + quote(spell(PROJECT)))


def ask_huge_integers(both):
    at = '/resource_providers/' + HOST
    for number in HUGE:
        label = str(number)
        for below, make in (('/inventories', both.inventories), ('/traits', both.traits),
                            ('/aggregates', both.aggregates)):
            both.ask('generation %s' % label, 'PUT', at + below,
                     dict(make(HOST), resource_provider_generation=number))
        for key in ('total', 'reserved', 'min_unit', 'max_unit', 'step_size', 'allocation_ratio'):
            both.ask('%s %s' % (key, label), 'PUT', at + '/inventories',
                     both.inventories(HOST, **{key: number}))
        both.ask('clean', 'PUT', at + '/inventories', both.inventories(HOST))
        consumer = '/allocations/' + CONSUMER
        both.ask('amount ' + label, 'PUT', consumer, both.claim(HOST, number))
        both.ask('amount ' + label, 'POST', '/allocations', {CONSUMER: both.claim(HOST, number)})
        both.ask('amount ' + label, 'POST', '/reshaper', {
            'inventories': {HOST: both.inventories(HOST)},
            'allocations': {CONSUMER: both.claim(HOST, number)}})
        both.ask('consumer generation ' + label, 'PUT', consumer,
                 dict(both.claim(HOST), consumer_generation=number))
        both.ask('generation of a provider %s in a claim' % label, 'PUT', consumer, dict(
            both.claim(HOST), allocations={HOST: {'resources': {'VCPU': 1},
                                                  'generation': number}}))
        for path in ('/allocation_candidates?resources=VCPU:%s',
                     '/resource_providers?resources=VCPU:%s',
                     '/allocation_candidates?resources=VCPU:1&limit=%s'):
            both.ask('%s in %s' % (label, path), 'GET', path.replace('%s', label))


def ask_characters(both):
    face = quote(FACE)
    for text in (FACE, 'CUSTOM_' + FACE, 'a' + FACE + 'b'):
        name = quote(text)
        for path in ('/traits/', '/resource_classes/', '/resource_providers/', '/allocations/'):
            for method in ('GET', 'PUT', 'DELETE'):
                both.ask('a face', method, path + name)
        for path in ('/resource_providers?name=', '/resource_providers?uuid=',
                     '/resource_providers?in_tree=', '/resource_providers?member_of=',
                     '/resource_providers?required=', '/resource_providers?required=!',
                     '/usages?project_id=', '/usages?project_id=p&user_id=',
                     '/usages?project_id=p&consumer_type=', '/traits?name=startswith:',
                     '/traits?name=in:', '/traits?associated=',
                     '/allocation_candidates?resources=', '/allocation_candidates?required=',
                     '/allocation_candidates?resources=VCPU:1&required=',
                     '/allocation_candidates?resources=VCPU:1&required=!',
                     '/allocation_candidates?resources=VCPU:1&root_required=',
                     '/allocation_candidates?resources=VCPU:1&member_of=',
                     '/allocation_candidates?resources=VCPU:1&in_tree=',
                     '/allocation_candidates?resources=VCPU:1&group_policy='):
            both.ask('a face in ' + path, 'GET', path + name)
        both.ask('a face', 'GET', '/resource_providers?resources=%s:1' % name)
        both.ask('a face', 'GET', '/allocation_candidates?resources=%s:1' % name)
        both.ask('a face', 'GET', '/allocation_candidates?resources_%s=VCPU:1' % face)
        for method, path, body in (
                ('POST', '/resource_classes', {'name': text}),
                ('POST', '/resource_providers', {'name': text, 'uuid': text}),
                ('PUT', '/resource_providers/%s/traits' % HOST, both.traits(HOST, text)),
                ('PUT', '/resource_providers/%s/aggregates' % HOST, both.aggregates(HOST, text)),
                ('PUT', '/resource_providers/%s/inventories' % HOST, {
                    'resource_provider_generation': both.generation(HOST),
                    'inventories': {text: {'total': 1}}}),
                ('PUT', '/allocations/' + CONSUMER, both.claim(text)),
                ('PUT', '/allocations/' + CONSUMER, both.claim(HOST, consumer_type=text)),
                ('PUT', '/allocations/' + CONSUMER, both.claim(HOST, mappings={text: [HOST]})),
                ('POST', '/allocations', {text: both.claim(HOST)}),
                ('POST', '/reshaper', {'inventories': {text: both.inventories(HOST)},
                                       'allocations': {}})):
            both.ask('a face in a body', method, path, body)


def ask_rootless(both):
    both.sql("INSERT INTO resource_providers (uuid, name, generation) VALUES ('%s', 'rootless', 0);"
             % ROOTLESS)
    ask_about_provider(both, 'without a root', ROOTLESS)
    for path in ('/resource_providers', '/resource_providers?name=rootless',
                 '/resource_providers?resources=VCPU:1',
                 '/resource_providers?required=HW_CPU_X86_AVX',
                 '/resource_providers?member_of=' + AGGREGATE,
                 '/allocation_candidates?resources=VCPU:1'):
        both.ask('beside one without a root', 'GET', path)
    # it has something, from the time when it had a root
    both.sql("UPDATE inventories SET resource_provider_id = "
             "(SELECT id FROM resource_providers WHERE uuid = '%s') WHERE resource_provider_id = "
             "(SELECT id FROM resource_providers WHERE uuid = '%s')" % (ROOTLESS, CHILD))
    ask_about_provider(both, 'without a root, with inventory', ROOTLESS)
    both.ask('without a root', 'PUT', '/resource_providers/' + CHILD, {
        'name': 'child', 'parent_provider_uuid': ROOTLESS})
    both.ask('without a root', 'DELETE', '/resource_providers/' + ROOTLESS)


def refuses_uuid(request, ours, theirs):
    return (request.method == 'GET' and ours['status'] == 400 and
            "is not a 'uuid'" in json.dumps(ours['body']) and
            theirs['body'] == {'resource_providers': []})


def shows_latin(request, ours, theirs):
    return (ours['status'] == theirs['status'] == 400 and
            r'\x9f\x98\x80' in theirs['body']['errors'][0]['detail'])


def shows_ratio(request, ours, theirs):
    return json.loads(json.dumps(ours), parse_int=float) == \
        json.loads(json.dumps(theirs), parse_int=float)


def loses_aggregate(request, ours, theirs):
    return (request.path.endswith('/aggregates') and ours['status'] == theirs['status'] == 200 and
            set(theirs['body']['aggregates']) < set(ours['body']['aggregates']))


INTENDED = {
    'the newest release refuses uuids in queries that are spelled in another way': refuses_uuid,
    'the Python service fails': lambda request, ours, theirs: (
        theirs['status'] == 500 and ours['status'] < 500),
    "Python's own web server makes up a content-type": lambda request, ours, theirs: (
        request.body is None and ours['status'] == theirs['status'] == 415),
    'WSGI reads paths as latin-1, and a message shows it': shows_latin,
    'an empty header line counts as none: sites blank headers so': lambda request, ours, theirs:
        request.headers['accept'] == ['', 'text/html'],
    'the Python service repeats a ratio as it came; stored is a float': shows_ratio,
    'the Python service removes an aggregate that a client spells in another case':
        loses_aggregate,
}


def test_unusual_requests_are_answered_the_same(empty_cloud):
    cloud = empty_cloud
    make_database(cloud, DATABASE)
    try:
        with PythonService(cloud, DATABASE) as python:
            both = Both(cloud, python)
            make_things(both)
            for ask in (ask_repeated_headers, ask_spellings, ask_huge_integers, ask_characters,
                        ask_rootless):
                ask(both)
    finally:
        cloud.sql('DROP DATABASE ' + DATABASE)
    print('    %d requests' % both.asked)
    for reason, count in both.reasons.items():
        print('    %d were answered in another way: %s' % (count, reason))
    assert not both.different, '\n'.join(both.different[:10])
    assert set(both.reasons) == set(INTENDED)
