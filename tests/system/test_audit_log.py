"""The audit log: an event for each write, with what it changed."""
import contextlib
import json
import os
import re
import signal
import sys
import threading
import uuid

import pytest
from support.cloud import NOAUTH, wait_until
from support.database import Session
from support.paths import TOP
from support.processes import runs
from support.program import exit_of

sys.path.append('/usr/lib/python3/dist-packages')
from pycadf import cadftaxonomy, event as cadf  # noqa: E402

TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
GLOBAL = 'req-11111111-2222-3333-4444-555555555555'
INVENTORY = {'total': 8, 'reserved': 0, 'min_unit': 1, 'max_unit': 8, 'step_size': 1,
             'allocation_ratio': 1.0}


class Trail:
    """A cloud with an audit log."""

    def __init__(self, make_cloud, directory, berth='', **options):
        self.path = os.path.join(directory, 'audit.log')
        self.cloud = make_cloud(
            berth='audit_log = true\naudit_log_file = %s\n%s' % (self.path, berth), **options)

    def events(self, path=None):
        with open(path or self.path) as file:
            return [json.loads(line) for line in file if line.endswith('\n')]

    def of(self, answer):
        request = answer.headers['x-openstack-request-id']
        return [event for event in self.events() if event['request_id'] == request]

    def ask(self, *arguments, status, **headers):
        """Ask, and return the event."""
        answer = self.cloud.ask(*arguments, headers=headers)
        assert answer.status == status, answer.text
        events = self.of(answer)
        assert events[-1]['status'] == status
        assert events[-1]['outcome'] != 'pending'
        if events[-1]['outcome'] == 'done':
            assert [event['outcome'] for event in events] == ['pending', 'done']
            first, last = (dict(event) for event in events)
            for event in (first, last):
                for name in ('time', 'outcome', 'status'):
                    event.pop(name, None)
            assert first == last, 'the pending event tells the same'
        else:
            assert not [event for event in events[:-1] if event['outcome'] != 'pending']
        return events[-1]


@pytest.fixture
def trail(make_cloud, directory):
    return Trail(make_cloud, directory, workers=1)


def pick(event, *names):
    return tuple(event.get(name) for name in names)


def amounts(event):
    return [(item['consumer'], item['provider'], item['resource_class'], item['before'],
             item['after']) for item in event['allocations']]


def test_every_write_leaves_what_it_changed(trail):
    one, two, child = sorted(str(uuid.uuid4()) for _ in range(3))
    first, second = sorted(str(uuid.uuid4()) for _ in range(2))

    # Providers, classes, traits.
    event = trail.ask('POST', '/resource_providers', {'name': 'one', 'uuid': one}, status=200,
                      traceparent=TRACE, **{'x-openstack-request-id': GLOBAL})
    assert pick(event, 'action', 'outcome', 'user_id', 'project_id', 'address', 'method', 'route',
                'microversion', 'traceparent', 'global_request_id') == (
        'provider.create', 'done', 'admin', 'admin', '127.0.0.1', 'POST', '/resource_providers',
        '1.39', TRACE, GLOBAL)
    assert 'admin' in event['roles'] and re.match(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$',
                                                  event['time'])
    assert event['providers'] == [{
        'uuid': one, 'generation_before': None, 'generation_after': 0, 'name_before': None,
        'name_after': 'one', 'parent_before': None, 'parent_after': None}]
    trail.ask('POST', '/resource_providers', {'name': 'two', 'uuid': two}, status=200)
    event = trail.ask('POST', '/resource_providers', {
        'name': 'child', 'uuid': child, 'parent_provider_uuid': one}, status=200)
    assert event['providers'][0]['parent_after'] == one and 'traceparent' not in event
    event = trail.ask('PUT', '/resource_providers/' + two, {'name': 'zwei'}, status=200)
    assert pick(event, 'action', 'target') == ('provider.rename', two)
    assert pick(event['providers'][0], 'name_before', 'name_after') == ('two', 'zwei')
    event = trail.ask('PUT', '/resource_providers/' + child, {
        'name': 'child', 'parent_provider_uuid': two}, status=200)
    assert event['action'] == 'provider.move'
    assert pick(event['providers'][0], 'parent_before', 'parent_after') == (one, two)
    event = trail.ask('PUT', '/resource_classes/CUSTOM_A', None, status=201)
    assert pick(event, 'action', 'resource_class') == (
        'resource_class.create', {'before': None, 'after': 'CUSTOM_A'})
    event = trail.ask('PUT', '/resource_classes/CUSTOM_A', None, status=204)
    assert event['outcome'] == 'unchanged' and 'resource_class' not in event
    event = trail.ask('PUT', '/resource_classes/CUSTOM_A', {'name': 'CUSTOM_B'}, status=200,
                      **{'openstack-api-version': 'placement 1.6'})
    assert pick(event, 'action', 'resource_class') == (
        'resource_class.rename', {'before': 'CUSTOM_A', 'after': 'CUSTOM_B'})
    event = trail.ask('POST', '/resource_classes', {'name': 'CUSTOM_C'}, status=201)
    assert event['action'] == 'resource_class.create'
    event = trail.ask('DELETE', '/resource_classes/CUSTOM_C', None, status=204)
    assert pick(event, 'action', 'resource_class') == (
        'resource_class.delete', {'before': 'CUSTOM_C', 'after': None})
    event = trail.ask('PUT', '/traits/CUSTOM_T', None, status=201)
    assert pick(event, 'action', 'trait') == (
        'trait.create', {'before': None, 'after': 'CUSTOM_T'})

    # What belongs to providers.
    event = trail.ask('PUT', '/resource_providers/%s/inventories' % one, {
        'resource_provider_generation': 0,
        'inventories': {'VCPU': {'total': 8, 'max_unit': 8}, 'CUSTOM_B': {'total': 4}}}, status=200)
    assert event['action'] == 'inventories.set'
    found = {item['resource_class']: item for item in event['inventories']}
    assert found['VCPU'] == {'provider': one, 'resource_class': 'VCPU', 'before': None,
                             'after': INVENTORY}
    assert set(found) == {'VCPU', 'CUSTOM_B'}
    assert pick(event['providers'][0], 'uuid', 'generation_before', 'generation_after') == (
        one, 0, 1)
    event = trail.ask('PUT', '/resource_providers/%s/inventories/VCPU' % one, {
        'resource_provider_generation': 1, 'total': 8, 'max_unit': 8, 'allocation_ratio': 1.5},
        status=200)
    assert event['action'] == 'inventory.change' and event['inventories'] == [{
        'provider': one, 'resource_class': 'VCPU', 'before': INVENTORY,
        'after': dict(INVENTORY, allocation_ratio=1.5)}]
    event = trail.ask('DELETE', '/resource_providers/%s/inventories/CUSTOM_B' % one, None,
                      status=204)
    assert event['action'] == 'inventory.delete'
    assert pick(event['inventories'][0], 'resource_class', 'after') == ('CUSTOM_B', None)
    assert event['inventories'][0]['before']['total'] == 4
    event = trail.ask('POST', '/resource_providers/%s/inventories' % two, {
        'resource_class': 'VCPU', 'total': 8, 'max_unit': 8}, status=201)
    assert pick(event, 'action') == ('inventory.add',)
    assert event['inventories'][0]['after'] == INVENTORY
    event = trail.ask('PUT', '/resource_providers/%s/traits' % one, {
        'resource_provider_generation': 3, 'traits': ['CUSTOM_T', 'HW_CPU_X86_VMX']}, status=200)
    assert pick(event, 'action', 'traits_added', 'traits_removed') == (
        'traits.set', ['HW_CPU_X86_VMX', 'CUSTOM_T'], None)
    event = trail.ask('DELETE', '/resource_providers/%s/traits' % one, None, status=204)
    assert event['action'] == 'traits.clear'
    assert set(event['traits_removed']) == {'CUSTOM_T', 'HW_CPU_X86_VMX'}
    event = trail.ask('DELETE', '/traits/CUSTOM_T', None, status=204)
    assert pick(event, 'action', 'trait') == ('trait.delete', {'before': 'CUSTOM_T', 'after': None})
    group, other = str(uuid.uuid4()), str(uuid.uuid4())
    event = trail.ask('PUT', '/resource_providers/%s/aggregates' % one, {
        'resource_provider_generation': 5, 'aggregates': [group]}, status=200)
    assert pick(event, 'action', 'aggregates_added') == ('aggregates.set', [group])
    event = trail.ask('PUT', '/resource_providers/%s/aggregates' % one, {
        'resource_provider_generation': 6, 'aggregates': [other]}, status=200)
    assert pick(event, 'aggregates_added', 'aggregates_removed') == ([other], [group])

    # Allocations.
    def claim(provider, amount, generation):
        return {'allocations': {provider: {'resources': {'VCPU': amount}}} if amount else {},
                'project_id': 'p', 'user_id': 'u', 'consumer_generation': generation,
                'consumer_type': 'INSTANCE'}

    event = trail.ask('PUT', '/allocations/' + first, claim(one, 2, None), status=204)
    assert event['action'] == 'allocations.claim' and amounts(event) == [
        (first, one, 'VCPU', 0, 2)]
    assert event['consumers'] == [{
        'uuid': first, 'did': 'claim', 'generation_before': None, 'generation_after': 1,
        'project_id': 'p', 'user_id': 'u', 'consumer_type': 'INSTANCE'}]
    assert pick(event['providers'][0], 'uuid', 'generation_before', 'generation_after') == (
        one, 7, 8)
    event = trail.ask('PUT', '/allocations/' + first, claim(one, 3, 1), status=204)
    assert event['action'] == 'allocations.change' and amounts(event) == [
        (first, one, 'VCPU', 2, 3)]
    event = trail.ask('PUT', '/allocations/' + first, claim(two, 3, 2), status=204)
    assert event['action'] == 'allocations.move' and amounts(event) == [
        (first, one, 'VCPU', 3, 0), (first, two, 'VCPU', 0, 3)]
    event = trail.ask('POST', '/allocations', {first: claim(one, 3, 3),
                                               second: claim(two, 3, None)}, status=204)
    assert event['action'] == 'allocations.set' and amounts(event) == [
        (first, one, 'VCPU', 0, 3), (first, two, 'VCPU', 3, 0), (second, two, 'VCPU', 0, 3)]
    assert {item['uuid']: item['did'] for item in event['consumers']} == {
        first: 'move', second: 'claim'}
    event = trail.ask('POST', '/allocations', {second: claim(two, 0, 1)}, status=204)
    assert event['action'] == 'allocations.release' and amounts(event) == [
        (second, two, 'VCPU', 3, 0)]
    assert pick(event['consumers'][0], 'generation_before', 'generation_after') == (1, None)
    assert event['providers'][0]['uuid'] == two
    generation = trail.cloud.ask('GET', '/resource_providers/' + one).json['generation']
    event = trail.ask('POST', '/reshaper', {
        'inventories': {
            one: {'resource_provider_generation': generation, 'inventories': {}},
            child: {'resource_provider_generation': 0, 'inventories': {
                'VCPU': {'total': 8, 'max_unit': 8}}}},
        'allocations': {first: claim(child, 3, 4)}}, status=204, **{'x-roles': 'admin,service'})
    assert event['action'] == 'reshape' and amounts(event) == sorted([
        (first, one, 'VCPU', 3, 0), (first, child, 'VCPU', 0, 3)])
    assert {item['provider']: (item['before'] is None, item['after'] is None)
            for item in event['inventories']} == {one: (False, True), child: (True, False)}
    for item in event['providers']:
        shown = trail.cloud.ask('GET', '/resource_providers/' + item['uuid']).json
        assert shown['generation'] == item['generation_after']
        assert item['generation_before'] == {one: generation, child: 0}[item['uuid']]
    event = trail.ask('DELETE', '/allocations/' + first, None, status=204)
    assert event['action'] == 'allocations.release' and amounts(event) == [
        (first, child, 'VCPU', 3, 0)]
    assert event['consumers'] == [{'uuid': first, 'did': 'release', 'generation_before': 5,
                                   'generation_after': None}]

    # Ends.
    event = trail.ask('DELETE', '/resource_providers/%s/inventories' % child, None, status=204)
    assert event['action'] == 'inventories.clear'
    assert event['inventories'][0]['after'] is None
    trail.ask('DELETE', '/resource_providers/' + child, None, status=204)
    event = trail.ask('DELETE', '/resource_providers/' + two, None, status=204)
    assert event['action'] == 'provider.delete'
    assert event['providers'] == [{
        'uuid': two, 'generation_before': 4, 'generation_after': None, 'name_before': 'zwei',
        'name_after': None, 'parent_before': None, 'parent_after': None}]
    assert event['inventories'] == [{'provider': two, 'resource_class': 'VCPU',
                                     'before': INVENTORY, 'after': None}]
    event = trail.ask('DELETE', '/resource_providers/' + one, None, status=204)
    assert event['aggregates_removed'] == [other]


def write_routes():
    """The routes and methods that write, from the service's own table."""
    with open(os.path.join(TOP, 'src/api/routes.c')) as file:
        text = file.read()
    table = text[text.index('const struct route routes'):]
    found = set()
    for route, methods in re.findall(r'\{"(/?[^"]*)",\s*\{(.*?)\}\},\n', table, re.S):
        for method in re.findall(r'\{"(\w+)",', methods):
            if method != 'GET':
                found.add((method, route))
    return found


def test_no_route_that_writes_is_without_an_action(trail):
    routes = write_routes()
    assert len(routes) == 20
    for method, route in routes:
        path = re.sub(r'\{\w+\}', str(uuid.uuid4()), route)
        answer = trail.cloud.ask(method, path, '{"x": ' if method != 'DELETE' else None)
        event, = trail.of(answer)
        assert pick(event, 'method', 'route', 'status') == (method, route, answer.status)
        assert event['outcome'] == ('unchanged' if answer.status < 400 else 'refused')
    assert len(trail.events()) == len(routes)
    trail.cloud.ask('GET', '/traits')
    trail.cloud.ask('POST', '/nowhere', '{}')
    assert len(trail.events()) == len(routes), 'what reads or does not exist is not told'


def test_refused_and_failed_writes(trail):
    cloud = trail.cloud
    provider = cloud.make_provider({'VCPU': {'total': 8, 'max_unit': 8}})
    consumer = str(uuid.uuid4())
    path, body = '/allocations/' + consumer, {
        'allocations': {provider: {'resources': {'VCPU': 9}}}, 'project_id': 'p', 'user_id': 'u',
        'consumer_generation': None, 'consumer_type': 'INSTANCE'}
    event = trail.ask('PUT', path, body, status=409)
    assert pick(event, 'action', 'outcome', 'target') == ('allocations.set', 'refused', consumer)
    assert event['allocations'] == [{'consumer': consumer, 'provider': provider,
                                     'resource_class': 'VCPU', 'asked': 9}]
    assert 'VCPU' in event['reason'] and 'consumers' not in event and 'providers' not in event
    body['allocations'][provider]['resources']['VCPU'] = 8
    event = trail.ask('PUT', path, dict(body, consumer_generation=7), status=409)
    assert event['code'] == 'placement.concurrent_update'
    assert 'consumer generation conflict' in event['reason']
    event = trail.ask('PUT', path, body, status=401, **{'x-auth-token': None})
    assert pick(event, 'outcome', 'user_id', 'allocations') == ('refused', None, None)
    event = trail.ask('PUT', path, body, status=403, **{'x-auth-token': 'demo:d'})
    assert pick(event, 'outcome', 'user_id', 'project_id') == ('refused', 'demo', 'd')
    event = trail.ask('PUT', path, '{"BODYsecret": ', status=400)
    assert 'BODYsecret' not in json.dumps(event)
    cloud.sql('SET foreign_key_checks = 0; DROP TABLE allocations')
    event = trail.ask('PUT', path, body, status=500)
    assert pick(event, 'outcome', 'reason', 'code') == ('failed', None, 'placement.undefined_code')
    assert event['allocations'][0]['asked'] == 8
    cloud.stop_database()
    event = trail.ask('PUT', path, body, status=503)
    assert event['outcome'] == 'failed'
    cloud.start_database()


def test_a_worker_killed_during_commit_leaves_the_pending_event(trail):
    cloud = trail.cloud
    provider = cloud.make_provider({'VCPU': {'total': 8}})
    consumer, answers = str(uuid.uuid4()), []

    def claim():
        answers.append(cloud.claim(consumer, provider, {'VCPU': 1}).status)

    with contextlib.closing(Session(cloud.server.socket)) as session:
        session.sql('FLUSH TABLES WITH READ LOCK; UNLOCK TABLES; BACKUP STAGE START; '
                    'BACKUP STAGE BLOCK_COMMIT')
        thread = threading.Thread(target=claim)
        thread.start()
        wait_until('it is about to commit', lambda: [
            event for event in trail.events() if event.get('target') == consumer])
        worker, = cloud.workers()
        os.kill(worker, signal.SIGKILL)
        thread.join()
        session.sql('BACKUP STAGE END')
    assert answers == [502]
    wait_until('the worker has ended', lambda: not runs(worker))
    event, = [event for event in trail.events() if event.get('target') == consumer]
    assert event['outcome'] == 'pending' and amounts(event) == [(consumer, provider, 'VCPU', 0, 1)]


def test_without_intents_there_is_one_event(make_cloud, directory):
    trail = Trail(make_cloud, directory, 'audit_log_intents = false\n', workers=1)
    answer = trail.cloud.ask('PUT', '/traits/CUSTOM_T')
    assert [event['outcome'] for event in trail.of(answer)] == ['done']


def statements(cloud, answer):
    return int(re.search(r' sql_statements=(\d+) ', cloud.request_line(answer)).group(1))


def test_the_statements_of_a_claim(make_cloud, directory):
    """Off: a claim, its replacement and its release are a statement each. On: they are made in
    steps, with one statement more for what is released."""
    counts = []
    cloud = make_cloud(workers=1)
    provider = cloud.make_provider({'VCPU': {'total': 8}})
    path = os.path.join(directory, 'audit.log')
    for berth in ('', 'audit_log = true\naudit_log_file = %s\n' % path):
        cloud.berth = 'workers = 1\n' + berth
        cloud.stop_stack()
        cloud.write_configuration()
        cloud.start_stack()
        for _ in range(2):  # the first time, statements are prepared
            consumer = str(uuid.uuid4())
            count = [statements(cloud, cloud.claim(consumer, provider, {'VCPU': 1})),
                     statements(cloud, cloud.claim(consumer, provider, {'VCPU': 2}, 1)),
                     statements(cloud, cloud.ask('DELETE', '/allocations/' + consumer))]
        counts.append(count)
    off, on = counts
    assert off[0] + off[2] <= 5
    assert on[0] + on[2] <= 13
    assert off[1] == 1 and on[1] <= 9


def test_a_large_write_is_one_event(trail):
    provider = trail.cloud.make_provider({'VCPU': {'total': 2000}})
    claims = {str(uuid.uuid4()): {
        'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p', 'user_id': 'u',
        'consumer_generation': None, 'consumer_type': 'INSTANCE'} for _ in range(1000)}
    event = trail.ask('POST', '/allocations', claims, status=204)
    assert event['action'] == 'allocations.claim'
    assert amounts(event) == [(consumer, provider, 'VCPU', 0, 1) for consumer in sorted(claims)]
    answer = trail.cloud.ask('POST', '/allocations', {consumer: dict(
        claim, allocations={}, consumer_generation=1) for consumer, claim in claims.items()})
    pending, done = trail.of(answer)
    assert pick(done, 'action', 'outcome') == ('allocations.release', 'done')
    assert amounts(done) == [(consumer, provider, 'VCPU', 1, 0) for consumer in sorted(claims)]
    assert statements(trail.cloud, answer) < 20


def test_rotation_and_reload_lose_no_event(make_cloud, directory):
    trail = Trail(make_cloud, directory, workers=3)
    cloud, done, ending = trail.cloud, [], threading.Event()
    provider = cloud.make_provider({'VCPU': {'total': 1000}})

    def load():
        while not ending.is_set():
            answer = cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1})
            if answer.status == 204:
                done.append(answer.headers['x-openstack-request-id'])

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(1, 5):
            before = len(done)
            wait_until('claims go on', lambda: len(done) >= before + 20)
            os.rename(trail.path, '%s.%d' % (trail.path, number))
            cloud.signal_master(signal.SIGUSR1 if number % 2 else signal.SIGHUP)
            wait_until('a new file is there', lambda: os.path.exists(trail.path))
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    cloud.stop_stack()
    counts = {}
    for name in os.listdir(directory):
        if name.startswith('audit.log'):
            for event in trail.events(os.path.join(directory, name)):
                counts.setdefault(event['request_id'], []).append(event['outcome'])
    assert all(counts[request].count('done') == 1 for request in done)
    assert all('pending' in counts[request] for request in done)


def test_cadf(make_cloud, directory):
    trail = Trail(make_cloud, directory, 'audit_log_format = cadf\n', workers=1)
    answers = [trail.cloud.ask('PUT', '/traits/CUSTOM_T', headers={'x-openstack-request-id':
                                                                   GLOBAL}),
               trail.cloud.ask('DELETE', '/resource_classes/VCPU')]
    events = trail.events()
    assert [pick(event, 'action', 'outcome', 'reason') for event in events] == [
        ('create', 'pending', None),
        ('create', 'success', {'reasonType': 'HTTP', 'reasonCode': '201'}),
        ('delete', 'failure', {'reasonType': 'HTTP', 'reasonCode': '400'})]
    for event in events:
        shown = cadf.Event(**{name: event[name] for name in (
            'eventType', 'id', 'eventTime', 'action', 'outcome')})
        assert shown.is_valid() is not None and event['typeURI'] == cadf.TYPE_URI_EVENT
        assert cadftaxonomy.is_valid_outcome(event['outcome'])
        assert cadftaxonomy.is_valid_action(event['action'])
        assert cadftaxonomy.is_valid_resource(event['initiator']['typeURI'])
        assert cadftaxonomy.is_valid_resource(event['target']['typeURI'])
        assert pick(event['initiator'], 'id', 'project_id', 'host') == (
            'admin', 'admin', {'address': '127.0.0.1'})
        assert event['observer']['id'] == 'target'
    assert len({event['id'] for event in events}) == 3
    assert pick(events[1]['target'], 'typeURI', 'id') == (
        'service/compute/placement/traits', 'CUSTOM_T')
    assert events[1]['requestPath'] == '/traits/CUSTOM_T'
    assert events[1]['initiator']['global_request_id'] == GLOBAL
    request = answers[0].headers['x-openstack-request-id']
    assert events[1]['tags'] == ['correlation_id?value=' + request]
    content = events[1]['attachments'][0]['content']
    assert pick(content, 'action', 'trait') == (
        'trait.create', {'before': None, 'after': 'CUSTOM_T'})


def test_a_full_disk_is_told_and_counted(make_cloud, directory):
    cloud = make_cloud(workers=1, berth='audit_log = true\naudit_log_file = /dev/full\n')
    assert cloud.ask('PUT', '/traits/CUSTOM_T').status == 201
    assert cloud.ask('DELETE', '/traits/CUSTOM_T').status == 204
    assert cloud.log().count('ERROR cannot write the audit log file=/dev/full '
                             'error="No space left on device"') == 1
    metrics = cloud.ask('GET', '/_berth/metrics').text
    assert '\nberth_audit_log_failures_total 4\n' in metrics


def test_the_caller_as_keystone_tells_it(make_cloud, directory, fake_keystone):
    fake_keystone.know('TOKENsecret', roles=('admin', 'member'))
    fake_keystone.know('SERVICEsecret', roles=('service',))
    path = os.path.join(directory, 'audit.log')
    cloud = make_cloud(keystone=fake_keystone,
                       berth='audit_log = true\naudit_log_file = %s\nlog_format = oslo\n' % path)
    answer = cloud.ask('PUT', '/traits/CUSTOM_T', headers={
        'x-auth-token': 'TOKENsecret', 'x-service-token': 'SERVICEsecret'})
    assert answer.status == 201, answer.text
    assert cloud.ask('PUT', '/traits/CUSTOM_T', headers={'x-auth-token': 'NOsecret'}).status == 401
    with open(path) as file:
        text = file.read()
    events = [json.loads(line) for line in text.splitlines()]
    assert pick(events[1], 'outcome', 'user_id', 'user_domain_id', 'project_id',
                'project_domain_id', 'roles', 'service_user_id') == (
        'done', 'user-of-TOKENsecret', 'default', 'p', 'default', ['admin', 'member'],
        'user-of-SERVICEsecret')
    assert pick(events[2], 'outcome', 'status', 'user_id') == ('refused', 401, None)
    shown = text.replace('user-of-TOKENsecret', '').replace('user-of-SERVICEsecret', '')
    assert 'secret' not in shown
    request = answer.headers['x-openstack-request-id']
    assert re.search(r' placement.requestlog \[None %s user-of-TOKENsecret p - - default default\] '
                     % request, cloud.log())


@pytest.mark.parametrize('berth,reason', [
    ('audit_log = true\n', 'needs audit_log_file or audit_log_syslog_facility'),
    ('audit_log = true\naudit_log_syslog_facility = nonsense\n', 'is not a facility')])
def test_wrong_options_are_refused(directory, berth, reason):
    text = NOAUTH + '[placement_database]\nconnection = mysql+pymysql://u:p@h/d\n[berth]\n' + berth
    status, error = exit_of(text, directory, '--check-config')
    assert status == 78 and reason in error, error


def test_a_file_that_cannot_be_opened_stops_it(directory):
    text = NOAUTH + '[placement_database]\nconnection = mysql+pymysql://u:p@h/d\n[berth]\n' \
        'audit_log = true\naudit_log_file = /nowhere/audit.log\n'
    status, error = exit_of(text, directory, '--listen', 'unix:' + os.path.join(directory, 's'))
    assert status == 78 and 'cannot open the audit log /nowhere/audit.log' in error, error


def documented():
    """The fields that docs/audit-log.md describes, by the object they are in."""
    with open(os.path.join(TOP, 'docs/audit-log.md')) as file:
        text = file.read()
    fields = {}
    for title, section in re.findall(r'^### (.*?)\n(.*?)(?=^#|\Z)', text, re.S | re.M):
        names = re.findall(r'^\| `(\w+)`', section, re.M)
        if names:
            fields[title.strip('`')] = set(names)
    return fields


def test_every_field_is_documented():
    fields = documented()
    written = {}
    for path in ('event.c', 'changes.c'):
        with open(os.path.join(TOP, 'src/api/trail', path)) as file:
            text = file.read()
        for name, body in re.findall(r'^(?:static )?void (\w+)\([^;]*?\)\n\{\n(.*?)^\}', text,
                                     re.S | re.M):
            written[name] = set(re.findall(
                r'(?:writer_member_\w+|write_optional|writer_key|begin_list|write_generation|'
                r'write_inventory|trail_write_time|write_names_of)\('
                r'(?:writer|writer, trail), (?:trail->complete \? )?"(\w+)"(?: : "(\w+)")?', body))
            written[name] = {name for pair in written[name] for name in pair if name}
    generations = written['write_generations']
    assert fields['Event'] == {
        'resource_class', 'trait', 'consumers', 'allocations', 'providers', 'inventories', 'after',
        'asked'} - {'after', 'asked'} | written['trail_write_json'] | written['write_caller'] | \
        written['write_outcome'] | written['write_memberships']
    assert fields['consumers'] == written['write_consumers'] - {'consumers'} | generations
    assert fields['allocations'] == written['write_allocations'] - {'allocations'}
    assert fields['providers'] == written['write_providers'] - {'providers'} | generations
    assert fields['inventories'] == written['write_inventories'] - {'inventories'}
    assert fields['before, after'] == written['write_inventory']


def test_the_documented_actions_are_those_of_the_service():
    with open(os.path.join(TOP, 'docs/audit-log.md')) as file:
        section = file.read().split('## Actions')[1].split('\n## ')[0]
    named = set(re.findall(r'`((?:\w+\.)?\w+)`', re.sub(r'^\|[^|]*\|', '', section, flags=re.M)))
    known = set()
    for path in ('routes.c', 'trail/changes.c'):
        with open(os.path.join(TOP, 'src/api', path)) as file:
            known |= set(re.findall(
                r'"((?:allocations|provider|resource_class|inventory|inventories|aggregates|traits|'
                r'trait)\.\w+|reshape)"', file.read()))
    first_column = set(re.findall(r'^\| `([\w.]+)`', section, re.M))
    assert first_column == known, (first_column ^ known, named)
