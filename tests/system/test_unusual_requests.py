"""Requests that are right but unusual, each with the answer of upstream's newest release: repeated
header lines, integers and capacities of any size, forms of uuids, and one thing named twice.
"""
import http.client
import json
import uuid

import pytest

LATEST = 'placement 1.39'
cloud = None


@pytest.fixture(autouse=True)
def take_cloud(empty_cloud):
    global cloud
    cloud = empty_cloud


def ask(method, path, body=None, versions=(LATEST,)):
    """Return the status, the headers and the JSON of an answer."""
    connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60)
    connection.putrequest(method, path)
    connection.putheader('x-auth-token', 'admin')
    connection.putheader('x-roles', 'admin,service')
    for version in versions:
        connection.putheader('openstack-api-version', version)
    if body is not None:
        body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        connection.putheader('content-type', 'application/json')
        connection.putheader('content-length', str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return response.status, headers, json.loads(text) if text else None


def refused(status, words, method, path, body=None, code='placement.undefined_code'):
    answered, _, document = ask(method, path, body)
    assert answered == status, document
    error = document['errors'][0]
    assert words in error['detail']
    assert error['code'] == code


def make_provider(inventories=None, **fields):
    fields = dict({'name': str(uuid.uuid4()), 'uuid': str(uuid.uuid4())}, **fields)
    assert ask('POST', '/resource_providers', fields)[0] == 200
    if inventories:
        assert ask('PUT', '/resource_providers/%s/inventories' % fields['uuid'], {
            'resource_provider_generation': 0, 'inventories': inventories})[0] == 200
    return fields['uuid']


def claim(provider, amount=1, generation=None, **more):
    return dict({'allocations': {provider: {'resources': {'VCPU': amount}}} if amount else {},
                 'project_id': 'p', 'user_id': 'u', 'consumer_type': 'X',
                 'consumer_generation': generation}, **more)


def held(consumer):
    return {provider: allocation['resources'] for provider, allocation in
            ask('GET', '/allocations/' + consumer)[2]['allocations'].items()}


# Headers.

@pytest.mark.parametrize('versions', (
    ('placement 1.39', 'compute 2.1'), ('compute 2.1', 'placement 1.39'),
    ('placement 1.2', 'placement 1.39'), ('x', 'placement 1.39', 'y')))
def test_header_lines_count_together(versions):
    status, headers, _ = ask('GET', '/resource_providers', versions=versions)
    assert status == 200
    assert headers['openstack-api-version'] == 'placement 1.39'


# Integers.

HUGE = ('9223372036854775808', '18446744073709551617', '1' + '0' * 300,
        '-9223372036854775808', '-9223372036854775809', '-1' + '0' * 300)


@pytest.mark.parametrize('number', HUGE)
def test_a_huge_generation_is_a_wrong_one(number):
    provider = make_provider()
    path = '/resource_providers/%s/' % provider
    consumer = str(uuid.uuid4())
    conflict = 'placement.concurrent_update'
    refused(409, 'generation conflict', 'PUT', path + 'inventories',
            '{"resource_provider_generation": %s, "inventories": {}}' % number, conflict)
    refused(409, 'generation already changed', 'PUT', path + 'traits',
            '{"resource_provider_generation": %s, "traits": []}' % number, conflict)
    refused(409, 'generation already changed', 'PUT', path + 'aggregates',
            '{"resource_provider_generation": %s, "aggregates": []}' % number, conflict)
    refused(409, 'consumer generation conflict - expected null but got %s' % number, 'PUT',
            '/allocations/' + consumer,
            json.dumps(claim(provider)).replace('null', number), conflict)
    refused(409, 'actual: 0, given: %s' % number, 'POST', '/reshaper',
            '{"allocations": {}, "inventories": {"%s": {"inventories": {}, '
            '"resource_provider_generation": %s}}}' % (provider, number), conflict)


@pytest.mark.parametrize('number', HUGE)
def test_huge_amounts(number):
    provider = make_provider({'VCPU': {'total': 8}})
    words = ('%s is less than the minimum of ' if number.startswith('-') else
             '%s is greater than the maximum of 2147483647') % number
    for field in ('total', 'reserved', 'min_unit', 'max_unit', 'step_size'):
        inventory = {'resource_class': 'DISK_GB', 'total': 1}
        inventory[field] = 'N'
        refused(400, words, 'POST', '/resource_providers/%s/inventories' % provider,
                json.dumps(inventory).replace('"N"', number))
    body = json.dumps(claim(provider, 'N')).replace('"N"', number)
    if number.startswith('-'):
        refused(400, words, 'PUT', '/allocations/' + str(uuid.uuid4()), body)
    else:
        refused(409, 'violate inventory constraints', 'PUT', '/allocations/' + str(uuid.uuid4()),
                body)


def test_more_digits_than_python_reads():
    provider = make_provider()
    for digits, words in ((4300, 'greater than the maximum'), (4301, 'Malformed JSON')):
        refused(400, words, 'POST', '/resource_providers/%s/inventories' % provider,
                '{"resource_class": "VCPU", "total": %s}' % ('9' * digits))


def test_integers_elsewhere_keep_their_text():
    name = '9223372036854775808 "\\ 9223372036854775809'
    status, _, document = ask('POST', '/resource_providers', json.dumps({'name': name}))
    assert (status, document['name']) == (200, name)
    refused(400, "9223372036854775809 is not of type 'string'", 'POST', '/resource_providers',
            '{"name": 9223372036854775808, "name": 9223372036854775809}')


# Capacities.

@pytest.mark.parametrize('total, reserved, ratio, shown', (
    (2147483647, 0, 4.1e9, 8804682952700000256),
    (2147483647, 0, 1e10, int(2147483647 * 1e10)),
    (2147483647, 7, 1e38, int(2147483640 * 1e38)),
    (10, 0, 1.55, 15), (8, 0, 1.0, 8), (8, 8, 3.0, 0)))
def test_a_capacity_is_shown_whole(total, reserved, ratio, shown):
    provider = make_provider({'VCPU': {'total': 1}, 'DISK_GB': {
        'total': total, 'reserved': reserved, 'allocation_ratio': ratio}})
    status, _, document = ask('GET', '/allocation_candidates?resources=VCPU:1')
    assert status == 200
    summary = document['provider_summaries'][provider]
    assert summary['resources']['DISK_GB']['capacity'] == shown


# Uuids.

def test_uuids_in_queries_have_dashes():
    provider = make_provider()
    bare = provider.replace('-', '')
    for name in ('uuid', 'in_tree'):
        refused(400, "Invalid query string parameters: '%s' is not a 'uuid'" % bare, 'GET',
                '/resource_providers?%s=%s' % (name, bare))
        for given in (provider, provider.upper()):
            status, _, document = ask('GET', '/resource_providers?%s=%s' % (name, given))
            assert (status, len(document['resource_providers'])) == (200, 1)
    # allocation candidates check it in another way
    assert ask('GET', '/allocation_candidates?resources=VCPU:1&in_tree=' + bare)[0] == 200


def test_a_provider_is_not_its_own_parent_in_upper_case():
    """Upstream answers 200, and stores a provider that is its own parent. Here a root stays one."""
    root = make_provider()
    child = make_provider(parent_provider_uuid=root)
    name = str(uuid.uuid4())
    status, _, document = ask('PUT', '/resource_providers/' + root,
                              {'name': name, 'parent_provider_uuid': root.upper()})
    assert status == 200
    for shown in (document, ask('GET', '/resource_providers/' + root)[2]):
        assert shown['name'] == name
        assert (shown['parent_provider_uuid'], shown['root_provider_uuid']) == (None, root)
    refused(400, 'creating loop in the provider tree', 'PUT', '/resource_providers/' + child,
            {'name': str(uuid.uuid4()), 'parent_provider_uuid': child.upper()})
    refused(400, 'creating loop in the provider tree', 'PUT', '/resource_providers/' + root,
            {'name': str(uuid.uuid4()), 'parent_provider_uuid': root})
    status, _, document = ask('PUT', '/resource_providers/' + child,
                              {'name': str(uuid.uuid4()), 'parent_provider_uuid': root.upper()})
    assert (status, document['root_provider_uuid']) == (200, root)


def test_a_refused_claim_names_the_provider_as_it_is_stored():
    provider = make_provider()
    for resources in ({'VCPU': 1}, {'VCPU': 1, 'DISK_GB': 2}):
        refused(409, "on resource provider '%s' invalid" % provider, 'PUT',
                '/allocations/' + str(uuid.uuid4()),
                {'allocations': {provider.upper(): {'resources': resources}},
                 'consumer_generation': None, 'consumer_type': 'INSTANCE',
                 'project_id': 'project', 'user_id': 'user'})


# One thing named twice.

def two(consumer, first, second):
    return {consumer: first, consumer.upper(): second}


def test_a_new_consumer_in_two_spellings():
    one, other = (make_provider({'VCPU': {'total': 8}}) for _ in range(2))
    consumer = 'abcdef' + str(uuid.uuid4())[6:]
    refused(409, 'consumer generation conflict - expected 0 but got None', 'POST', '/allocations',
            two(consumer, claim(one), claim(other)), 'placement.concurrent_update')
    assert held(consumer) == {}
    refused(409, 'consumer generation conflict - expected 0 but got 3', 'POST', '/allocations',
            two(consumer, claim(one), claim(other, 1, 3)), 'placement.concurrent_update')
    assert ask('POST', '/allocations', two(consumer, claim(one), claim(other, 2, 0)))[0] == 204
    assert held(consumer) == {one: {'VCPU': 1}, other: {'VCPU': 2}}
    assert ask('GET', '/allocations/' + consumer)[2]['consumer_generation'] == 1


def test_a_known_consumer_in_two_spellings():
    one, other = (make_provider({'VCPU': {'total': 8}}) for _ in range(2))
    consumer = 'abcdef' + str(uuid.uuid4())[6:]
    assert ask('PUT', '/allocations/' + consumer, claim(one))[0] == 204
    refused(409, 'consumer generation conflict - expected 1 but got None', 'POST', '/allocations',
            two(consumer, claim(one, 1, 1), claim(other)), 'placement.concurrent_update')
    assert ask('POST', '/allocations',
               two(consumer, claim(one, 0, 1), claim(other, 3, 1)))[0] == 204
    assert held(consumer) == {other: {'VCPU': 3}}
    assert ask('POST', '/allocations',
               two(consumer, claim(one, 0, 2), claim(other, 0, 2)))[0] == 204
    assert held(consumer) == {}


def test_a_consumer_in_two_spellings_before_generations():
    one, other = (make_provider({'VCPU': {'total': 8}}) for _ in range(2))
    consumer = 'abcdef' + str(uuid.uuid4())[6:]
    claims = two(consumer, claim(one), claim(other))
    for body in claims.values():
        del body['consumer_generation'], body['consumer_type']
    assert ask('POST', '/allocations', claims, ('placement 1.13',))[0] == 204
    assert held(consumer) == {one: {'VCPU': 1}, other: {'VCPU': 1}}


def test_amounts_of_two_spellings_add_up():
    provider = make_provider({'VCPU': {'total': 8}})
    consumer = 'abcdef' + str(uuid.uuid4())[6:]
    refused(409, 'exceed the capacity', 'POST', '/allocations',
            two(consumer, claim(provider, 5), claim(provider, 5, 0)))
    assert ask('GET', '/resource_providers/%s/usages' % provider)[2]['usages'] == {'VCPU': 0}


def test_a_claim_that_spells_a_provider_in_two_ways_shows_a_class_once():
    provider = make_provider({'VCPU': {'total': 8}}, uuid='abcdef' + str(uuid.uuid4())[6:])
    consumer = str(uuid.uuid4())
    body = claim(provider, 3)
    body['allocations'][provider.upper()] = {'resources': {'VCPU': 4}}
    assert ask('PUT', '/allocations/' + consumer, body)[0] == 204
    assert held(consumer) == {provider: {'VCPU': 4}}
    for path in '/allocations/' + consumer, '/resource_providers/%s/allocations' % provider:
        assert cloud.ask('GET', path).text.count('"VCPU"') == 1, path


def test_reshape_of_a_provider_in_two_spellings():
    provider = make_provider({'VCPU': {'total': 8}}, uuid='abcdef' + str(uuid.uuid4())[6:])
    for first, second in (({}, {}), ({'VCPU': {'total': 1}}, {'DISK_GB': {'total': 1}}),
                          ({}, {'VCPU': {'total': 9}})):
        refused(409, 'update conflict: Another thread concurrently updated the resource provider '
                'data. Please retry your update', 'POST', '/reshaper',
                {'allocations': {}, 'inventories': {
                    provider: {'resource_provider_generation': 1, 'inventories': first},
                    provider.upper(): {'resource_provider_generation': 1, 'inventories': second}}},
                'placement.concurrent_update')
    document = ask('GET', '/resource_providers/%s/inventories' % provider)[2]
    assert document['resource_provider_generation'] == 1
    assert {name: inventory['total'] for name, inventory in document['inventories'].items()} == {
        'VCPU': 8}
