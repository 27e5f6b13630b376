"""No request holds a worker: for each route that takes a list, a body or a query, the worst input
that the bounds admit.

Each scenario makes an input of a size, and the requests with it. It runs at a quarter of the bound
and at the bound. The processor time of the worker may grow by RATIO at most, and is below SECONDS;
a search for candidates has a budget instead, and may grow. Times below MEASURED say nothing about
growth; at the bound, what is quadratic takes much longer. The time of the database server is judged
apart.

The same work takes more processor time on a slow machine, or if other programs use its caches. So
all seconds are those of a machine that does a known piece of work in REFERENCE: see slowness().
"""
import contextlib
import functools
import http.client
import json
import os
import time

import pytest
from support.cloud import Cloud, wait_until
from support.processes import state_of

BODY = 4 * 1024 * 1024      # max_body_size
QUERY = 55000               # below max_query_length, and what nginx takes
HEADER = 55000
PART = 0.25
RATIO = 10                  # of four times the input; n log n is 4.8, with caches 8; n * n is 16
REFERENCE = 0.1             # seconds for the work of slowness() on a quick machine
SECONDS = 2                 # of the worker, for one request
MEASURED = 0.4              # less than this is not judged
SERVER_RATIO = 10
SERVER_SECONDS = 30
SERVER_MEASURED = 1
ATTEMPTS = 3                # what is too slow once is measured again

GROUPS = 2                  # that run beside each other, each with its own cloud

PATIENCE = 500              # seconds for a request, however busy the machine is

OPTIONS = """\
max_query_length = 65536
request_timeout = %d
statement_timeout = %d

[cors]
allowed_origin = http://dashboard
""" % (PATIENCE, PATIENCE)
pytestmark = [pytest.mark.timeout(1200), pytest.mark.plain]
cloud = worker = server = None


@pytest.fixture(scope='module', autouse=True)
def start(module_directory):
    global cloud, worker, server
    with Cloud(module_directory, workers=1, berth=OPTIONS) as cloud:
        [worker] = cloud.workers()
        with open(os.path.join(cloud.database, 'mariadbd.pid')) as file:
            server = int(file.read())
        cloud.make_nginx_patient(PATIENCE)
        cloud.sql('CREATE TABLE standard_classes AS SELECT * FROM resource_classes; '
                  'CREATE TABLE standard_traits AS SELECT * FROM traits')
        yield
        assert cloud.workers() == [worker], 'a worker has ended'


# Measuring.

class Measured:
    """An answer, and the processor time that the worker and the server took for it."""

    def __init__(self, response):
        self.status = response.status
        self.text = response.read().decode()
        self.worker = self.server = None

    @property
    def json(self):
        return json.loads(self.text)


def run_seconds(pid):
    """The processor time of a process with all its threads, also of those that have ended, by the
    clock of which clock_getcpuclockid(3) would tell the number."""
    return time.clock_gettime(~pid << 3 | 2)


def wait_until_purged():
    """Until the server has cleaned up behind the last requests: it does so in the background, in
    processor time that is not this request's."""
    wait_until('all is purged', lambda: cloud.sql(
        "SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'")[0][1] == '0')


def ask(method, path, body=None, **headers):
    sent = {'x-auth-token': 'admin', 'x-roles': 'admin,service', 'accept': 'application/json',
            'openstack-api-version': 'placement 1.39'}
    if body is not None:
        sent['content-type'] = 'application/json'
        if not isinstance(body, str):
            body = json.dumps(body, separators=(',', ':'))
        assert len(body) <= BODY, len(body)
    sent.update({name.replace('_', '-'): value for name, value in headers.items()})
    connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=PATIENCE)
    before = run_seconds(worker), run_seconds(server)
    connection.request(method, path, body, sent)
    answer = Measured(connection.getresponse())
    # the answer comes before the worker is done, and a kernel counts what has run when it stops
    wait_until('the worker sleeps', lambda: state_of(worker) == 'S', pause=0.001)
    answer.worker, answer.server = run_seconds(worker) - before[0], run_seconds(server) - before[1]
    connection.close()
    return answer


class Steps:
    """The requests of a scenario at one size, and what each took."""

    def __init__(self, size):
        self.size = size
        self.taken = {}

    def count(self, bound, each):
        """How many items of a length fill this part of a bound."""
        return int(bound * self.size) // each

    def take(self, name, expected, method, path, body=None, **headers):
        wait_until_purged()
        answer = ask(method, path, body, **headers)
        assert answer.status == expected, (name, answer.status, answer.text[:500])
        self.taken[name] = (answer.worker, answer.server)
        return answer


@functools.cache
def large_body():
    return json.dumps({'bogus%d' % i: i for i in range(BODY // 20)})


def slowness():
    """Return how many times slower than the reference machine this one is now: the processor time
    for reading a large body, as a worker does, divided by REFERENCE. The less of two times counts:
    the kernel may charge one of them for what the machine lacks, and a machine that seems slow for
    a moment makes all that it has measured seem quick."""
    text, taken = large_body(), []
    for _ in range(2):
        begun = time.thread_time()
        json.loads(text)
        taken.append(time.thread_time() - begun)
    return min(taken) / REFERENCE


def measure(scenario, size):
    cloud.sql(EMPTY)
    steps = Steps(size)
    before = slowness()
    scenario(steps)
    slow = (before + slowness()) / 2
    return {name: [seconds / slow for seconds in taken] for name, taken in steps.taken.items()}


def complaints(part, whole):
    found = []
    for name, (seconds, server_seconds) in whole.items():
        before, server_before = part[name]
        assert seconds > 0, '%s was not measured' % name
        if seconds > SECONDS:
            found.append('%s: %.2f s' % (name, seconds))
        if 'candidates' not in name and seconds > MEASURED and seconds > RATIO * before:
            found.append('%s: %.3f s, and a quarter of it %.3f s' % (name, seconds, before))
        if server_seconds > SERVER_SECONDS:
            found.append('%s: %.2f s of the server' % (name, server_seconds))
        if server_seconds > SERVER_MEASURED and server_seconds > SERVER_RATIO * server_before:
            found.append('%s: %.3f s of the server, and a quarter of it %.3f s' % (
                name, server_seconds, server_before))
    return found


def least(one, other):
    return {name: tuple(map(min, one[name], other[name])) for name in one}


SCENARIOS = []


def scenario(function):
    group = 'scaling %d' % (len(SCENARIOS) % GROUPS)
    SCENARIOS.append(pytest.param(function, id=function.__name__,
                                  marks=pytest.mark.xdist_group(group)))
    return function


# Rows.

EMPTY = """\
SET FOREIGN_KEY_CHECKS = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
TRUNCATE allocations; TRUNCATE consumers; TRUNCATE inventories;
TRUNCATE resource_provider_traits; TRUNCATE resource_provider_aggregates;
TRUNCATE placement_aggregates; TRUNCATE resource_providers; TRUNCATE projects; TRUNCATE users;
TRUNCATE resource_classes; INSERT INTO resource_classes SELECT * FROM standard_classes;
TRUNCATE traits; INSERT INTO traits SELECT * FROM standard_traits;
"""


def uuid_of(number, kind=0):
    """The uuid that uuids() makes of a number."""
    return '%08x-0000-4000-8000-%012x' % (kind, number)


def uuids(kind=0):
    return "CONCAT('%08x-0000-4000-8000-', LPAD(LOWER(HEX(seq)), 12, '0'))" % kind


def make_providers(count, inventory='VCPU'):
    """Providers of uuid_of(1) to uuid_of(count), past the service."""
    cloud.sql(
        'INSERT INTO resource_providers (id, uuid, name, generation, root_provider_id) '
        'SELECT 1000000 + seq, %s, %s, 0, 1000000 + seq FROM seq_1_to_%d' % (
            uuids(), uuids(), count))
    if inventory:
        cloud.sql(
            'INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, '
            'min_unit, max_unit, step_size, allocation_ratio) SELECT rp.id, '
            "(SELECT id FROM resource_classes WHERE name = '%s'), 1000000, 0, 1, 1000000, 1, 1 "
            'FROM resource_providers rp' % inventory)


def make_names(table, count):
    """CUSTOM_1 to CUSTOM_count."""
    cloud.sql("INSERT INTO %s (%sname) SELECT %sCONCAT('CUSTOM_', seq) FROM seq_1_to_%d" % (
        table, 'id, ' if table == 'resource_classes' else '',
        '20000 + seq, ' if table == 'resource_classes' else '', count))


def names(count):
    return ['CUSTOM_%d' % i for i in range(1, count + 1)]


# Claims.

def claim_of(provider, number, generation):
    return {'allocations': {provider: {'resources': {'VCPU': 1}}} if provider else {},
            'project_id': 'p%d' % number, 'user_id': 'u%d' % number,
            'consumer_generation': generation, 'consumer_type': 'T'}


@scenario
def many_consumers(steps):
    make_providers(1)
    count = steps.count(BODY, len(uuid_of(0)) + 5 +
                        len(json.dumps(claim_of(uuid_of(1), 10000, None), separators=(',', ':'))))
    for name, provider, generation in (('create', uuid_of(1), None), ('replace', uuid_of(1), 1),
                                       ('empty', None, 2)):
        steps.take(name, 204, 'POST', '/allocations', {
            uuid_of(i, 1): claim_of(provider, i, generation) for i in range(count)})


@scenario
def many_consumers_of_many_providers(steps):
    count = steps.count(BODY, 210)
    make_providers(count)
    for name, generation in (('create', None), ('empty', 1)):
        steps.take(name, 204, 'POST', '/allocations', {
            uuid_of(i, 1): claim_of(uuid_of(i) if generation is None else None, 1, generation)
            for i in range(1, count + 1)})


@scenario
def many_consumers_with_names_in_another_case(steps):
    make_providers(1)
    count = steps.count(BODY, 210)
    cloud.sql("INSERT IGNORE INTO projects (external_id) SELECT CONCAT('P', seq) "
              'FROM seq_1_to_%d' % count)
    steps.take('create', 204, 'POST', '/allocations', {
        uuid_of(i, 1): claim_of(uuid_of(1), i, None) for i in range(1, count + 1)})


def claim_on(allocations, generation=None):
    return {'allocations': allocations, 'project_id': 'p', 'user_id': 'u',
            'consumer_generation': generation, 'consumer_type': 'T'}


@scenario
def claim_on_many_providers(steps):
    count = steps.count(BODY, 68)
    make_providers(count)
    claim = {uuid_of(i): {'resources': {'VCPU': 1}} for i in range(1, count + 1)}
    path = '/allocations/' + uuid_of(1, 1)
    steps.take('create', 204, 'PUT', path, claim_on(claim))
    steps.take('show', 200, 'GET', path)
    steps.take('replace', 204, 'PUT', path, claim_on(claim, 1))
    steps.take('delete', 204, 'DELETE', path)


@scenario
def claim_on_providers_without_inventory(steps):
    count = steps.count(BODY, 68)
    make_providers(count, inventory=None)
    steps.take('refuse', 409, 'PUT', '/allocations/' + uuid_of(1, 1), claim_on(
        {uuid_of(i): {'resources': {'VCPU': 1}} for i in range(1, count + 1)}))


@scenario
def claim_on_unknown_things(steps):
    make_providers(1)
    steps.take('providers', 400, 'PUT', '/allocations/' + uuid_of(1, 1), claim_on(
        {uuid_of(i): {'resources': {'VCPU': 1}} for i in range(1, steps.count(BODY, 68))}))
    steps.take('classes', 400, 'PUT', '/allocations/' + uuid_of(1, 1), claim_on(
        {uuid_of(1): {'resources': dict.fromkeys(names(steps.count(BODY, 18)), 1)}}))


# Inventories.

@scenario
def inventories_of_many_classes(steps):
    count = steps.count(BODY, 28)
    make_providers(1, inventory=None)
    make_names('resource_classes', count)
    path = '/resource_providers/' + uuid_of(1)
    inventories = {name: {'total': 9} for name in names(count)}
    for generation, name in enumerate(('create', 'change')):
        steps.take(name, 200, 'PUT', path + '/inventories', {
            'resource_provider_generation': generation, 'inventories': inventories})
    steps.take('show', 200, 'GET', path + '/inventories')
    steps.take('usages', 200, 'GET', path + '/usages')
    steps.take('list classes', 200, 'GET', '/resource_classes')
    claim = {uuid_of(1): {'resources': dict.fromkeys(names(count // 2), 1)}}
    steps.take('claim', 204, 'PUT', '/allocations/' + uuid_of(1, 1), claim_on(claim))
    steps.take('usages of project', 200, 'GET', '/usages?project_id=p')
    steps.take('refuse', 409, 'PUT', path + '/inventories', {
        'resource_provider_generation': 3, 'inventories': {}})
    steps.take('release', 204, 'DELETE', '/allocations/' + uuid_of(1, 1))
    steps.take('delete', 204, 'DELETE', path + '/inventories')


# The reshaper.

@contextlib.contextmanager
def statistics_of_one_row(table):
    """Let the server choose plans as if the table had one row, which it may believe amid a large
    change, or soon after."""
    cloud.sql('ALTER TABLE {0} STATS_AUTO_RECALC = 0; UPDATE mysql.innodb_table_stats '
              "SET n_rows = 1 WHERE table_name = '{0}'; FLUSH TABLES {0}".format(table))
    try:
        yield
    finally:
        cloud.sql('ALTER TABLE %s STATS_AUTO_RECALC = DEFAULT' % table)


@scenario
def inventories_emptied_by_wrong_statistics(steps):
    count = steps.count(BODY, 140)
    make_providers(count)
    inventories = {name: {'total': 9} for name in ('VCPU', 'DISK_GB')}
    for name, generation, wanted in (('fill', 0, inventories), ('change', 2, inventories),
                                     ('empty', 4, {})):
        with statistics_of_one_row('inventories') if name != 'fill' else contextlib.nullcontext():
            steps.take(name, 204, 'POST', '/reshaper', {'allocations': {}, 'inventories': {
                uuid_of(i): {'resource_provider_generation': generation, 'inventories': wanted}
                for i in range(1, count + 1)}})


@scenario
def reshape_of_many_providers(steps):
    count = steps.count(BODY, 119)
    make_providers(count)
    for name, generation, inventories in (('change', 0, {'VCPU': {'total': 99999}}),
                                          ('add', 2, {'DISK_GB': {'total': 9}}), ('empty', 4, {})):
        steps.take(name, 204, 'POST', '/reshaper', {'allocations': {}, 'inventories': {
            uuid_of(i): {'resource_provider_generation': generation, 'inventories': inventories}
            for i in range(1, count + 1)}})


@scenario
def unknown_classes(steps):
    make_providers(1)
    steps.take('refuse', 400, 'PUT', '/resource_providers/%s/inventories' % uuid_of(1), {
        'resource_provider_generation': 0,
        'inventories': {name: {'total': 9} for name in names(steps.count(BODY, 28))}})


@scenario
def reshape_of_many_classes(steps):
    count = steps.count(BODY, 29)
    make_providers(2)
    make_names('resource_classes', count)
    for name, generation, inventories in (
            ('add', 0, {name: {'total': 9} for name in names(count)}), ('remove', 2, {})):
        steps.take(name, 204, 'POST', '/reshaper', {'allocations': {}, 'inventories': {uuid_of(1): {
            'resource_provider_generation': generation, 'inventories': inventories}}})


@scenario
def reshape_of_many_consumers(steps):
    count = steps.count(BODY, 225)
    make_providers(2)
    for name, generation, provider in (('create', None, uuid_of(1)), ('empty', 1, None)):
        inventories = {'resource_provider_generation': 0 if generation is None else 2,
                       'inventories': {'VCPU': {'total': 9}}}
        steps.take(name, 204, 'POST', '/reshaper', {
            'inventories': {uuid_of(2): inventories},
            'allocations': {uuid_of(i, 1): claim_of(provider, 1, generation)
                            for i in range(1, count + 1)}})


# Traits and aggregates.

@scenario
def many_traits(steps):
    count = steps.count(BODY, 16)
    make_providers(1)
    make_names('traits', count)
    path = '/resource_providers/%s/traits' % uuid_of(1)
    for generation, (name, traits) in enumerate((
            ('add', names(count)), ('exchange', names(count // 2)), ('remove', []))):
        steps.take(name, 200, 'PUT', path, {'resource_provider_generation': generation,
                                            'traits': traits})
    steps.take('show', 200, 'GET', path)
    steps.take('list', 200, 'GET', '/traits')
    steps.take('list by name', 200, 'GET',
               '/traits?name=in:' + ','.join(names(steps.count(QUERY, 13))))


@scenario
def unknown_traits(steps):
    make_providers(1)
    steps.take('refuse', 400, 'PUT', '/resource_providers/%s/traits' % uuid_of(1), {
        'resource_provider_generation': 0, 'traits': names(steps.count(BODY, 16))})


@scenario
def many_aggregates(steps):
    count = steps.count(BODY, 40)
    make_providers(1)
    path = '/resource_providers/%s/aggregates' % uuid_of(1)
    for generation, (name, kind) in enumerate((('add', 2), ('keep', 2), ('exchange', 3))):
        steps.take(name, 200, 'PUT', path, {
            'resource_provider_generation': generation,
            'aggregates': [uuid_of(i, kind) for i in range(count)]})
    steps.take('show', 200, 'GET', path)
    steps.take('remove', 200, 'PUT', path, {'resource_provider_generation': 3, 'aggregates': []})


# Queries.

PLACES = ('/resource_providers?', '/allocation_candidates?resources=VCPU:1&')


def make_members(count):
    """Aggregates, each with one provider."""
    cloud.sql('INSERT INTO placement_aggregates (id, uuid) SELECT 1000000 + seq, %s '
              'FROM seq_1_to_%d' % (uuids(2), count))
    cloud.sql('INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) '
              'SELECT 1000000 + seq, 1000000 + seq FROM seq_1_to_%d' % count)


@scenario
def queries_of_aggregates(steps):
    few, many = steps.count(QUERY, 49), steps.count(QUERY, 38)
    make_providers(many)
    make_members(many)
    for place in PLACES:
        steps.take(place + 'in', 200, 'GET', place + 'member_of=in:' + ','.join(
            uuid_of(i, 2) for i in range(1, many + 1)))
        steps.take(place + 'not in', 200, 'GET', place + 'member_of=!in:' + ','.join(
            uuid_of(i, 2) for i in range(1, many + 1)))
        steps.take(place + 'all', 200, 'GET', place + '&'.join(
            'member_of=' + uuid_of(i, 2) for i in range(1, few + 1)))


@scenario
def queries_of_traits(steps):
    few, many = steps.count(QUERY, 22), steps.count(QUERY, 13)
    make_providers(1000)
    make_names('traits', many)
    cloud.sql('INSERT INTO resource_provider_traits (resource_provider_id, trait_id) '
              'SELECT rp.id, t.id FROM resource_providers rp JOIN traits t '
              "WHERE t.name LIKE 'CUSTOM\\_%' "
              'AND (rp.id < 1000011 OR rp.id = 1000000 + t.id % 1000)')
    for place in PLACES:
        steps.take(place + 'all', 200, 'GET', place + 'required=' + ','.join(names(many)))
        steps.take(place + 'any', 200, 'GET', place + 'required=in:' + ','.join(names(many)))
        steps.take(place + 'none', 200, 'GET', place + 'required=' + ','.join(
            '!' + name for name in names(many * 12 // 13)))
        steps.take(place + 'each', 200, 'GET', place + '&'.join(
            'required=' + name for name in names(few)))
    steps.take('root', 200, 'GET', PLACES[1] + 'root_required=' + ','.join(names(many)))


@scenario
def queries_of_classes(steps):
    count = steps.count(QUERY, 15)
    make_providers(1)
    make_names('resource_classes', count)
    cloud.sql('INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, '
              'min_unit, max_unit, step_size, allocation_ratio) '
              'SELECT 1000001, id, 9, 0, 1, 9, 1, 1 '
              "FROM resource_classes WHERE name LIKE 'CUSTOM\\_%'")
    resources = 'resources=' + ','.join(name + ':1' for name in names(count))
    steps.take('providers', 200, 'GET', '/resource_providers?' + resources)
    steps.take('candidates', 200, 'GET', '/allocation_candidates?' + resources)


@scenario
def queries_of_unknown_things(steps):
    make_providers(1)
    for place in PLACES:
        steps.take(place + 'traits', 400, 'GET', place + 'required=' + ','.join(
            names(steps.count(QUERY, 13))))
        steps.take(place + 'aggregates', 200, 'GET', place + 'member_of=in:' + ','.join(
            uuid_of(i, 3) for i in range(steps.count(QUERY, 38))))
        steps.take(place + 'parameters', 400, 'GET', place + '&'.join(
            'x%d' % i for i in range(steps.count(QUERY, 7))))
        steps.take(place + 'empty parameters', 200 if 'providers' in place else 400, 'GET',
                   place + 'name=x&' * steps.count(QUERY, 8))
    steps.take('classes', 400, 'GET', '/resource_providers?resources=' + ','.join(
        name + ':1' for name in names(steps.count(QUERY, 15))))
    steps.take('subtree', 400, 'GET', PLACES[1] + 'same_subtree=' + ','.join(
        '_%d' % i for i in range(steps.count(QUERY, 7))))


@scenario
def lists_of_many_providers(steps):
    count = int(50000 * steps.size)
    make_providers(count)
    steps.take('providers', 200, 'GET', '/resource_providers')
    steps.take('providers with a resource', 200, 'GET', '/resource_providers?resources=VCPU:1')
    steps.take('tree', 200, 'GET', '/resource_providers?in_tree=' + uuid_of(1))
    steps.take('candidates', 200, 'GET', '/allocation_candidates?resources=VCPU:1&limit=1000')


@scenario
def groups(steps):
    make_providers(1)
    steps.take('groups', 200, 'GET', '/allocation_candidates?group_policy=none&' + '&'.join(
        'resources_%d=VCPU:1' % i for i in range(int(256 * steps.size))))


# Heads, and bodies that are not what they should be.

@scenario
def headers(steps):
    many = 'Accept,' * steps.count(HEADER, 7)
    steps.take('preflight', 200, 'OPTIONS', '/', origin='http://dashboard',
               access_control_request_method='GET', access_control_request_headers=many[:-1])
    steps.take('foreign preflight', 200, 'OPTIONS', '/', origin='http://dashboard',
               access_control_request_method='GET',
               access_control_request_headers=','.join(names(steps.count(HEADER, 13))))
    steps.take('accept', 200, 'GET', '/resource_classes',
               accept='application/json;q=0.1,' * steps.count(HEADER, 23))
    steps.take('version', 200, 'GET', '/resource_classes',
               openstack_api_version='compute 2.1,' * steps.count(HEADER, 12) + 'placement 1.39')
    steps.take('roles', 200, 'GET', '/resource_classes',
               x_roles=','.join(names(steps.count(HEADER, 13))) + ',admin')


@scenario
def odd_bodies(steps):
    count = steps.count(BODY, 20)
    make_providers(1)
    traits = '/resource_providers/%s/traits' % uuid_of(1)
    steps.take('unknown keys', 400, 'POST', '/resource_providers', {
        'bogus%d' % i: i for i in range(count)})
    steps.take('unknown keys in keys', 400, 'POST', '/allocations', {
        uuid_of(i): {} for i in range(count // 3)})
    deep = '[' * 50 + ']' * 50
    steps.take('deep', 400, 'PUT', traits, '{"resource_provider_generation":0,"traits":[%s]}' %
               ','.join([deep] * steps.count(BODY, 102)))
    steps.take('equal keys', 200, 'POST', '/resource_providers', '{%s}' % ','.join(
        ['"name":"x"'] * steps.count(BODY, 11)))
    steps.take('not JSON', 400, 'POST', '/resource_providers', '[' * steps.count(BODY, 1))
    steps.take('a long name', 400, 'POST', '/resource_providers', {
        'name': '\u20ac' * steps.count(BODY, 7)})
    steps.take('equal traits', 400, 'PUT', traits, {
        'resource_provider_generation': 0, 'traits': names(count) + names(1)})


def is_judged_by_growth(taken):
    return any(seconds > MEASURED or server_seconds > SERVER_MEASURED
               for seconds, server_seconds in taken.values())


@pytest.mark.parametrize('make', SCENARIOS)
def test_growth(make):
    whole = measure(make, 1)
    part = measure(make, PART) if is_judged_by_growth(whole) else whole
    for _ in range(ATTEMPTS - 1):
        if not complaints(part, whole):
            break
        print('once more:', complaints(part, whole))
        part, whole = least(part, measure(make, PART)), least(whole, measure(make, 1))
    for name in whole:
        print('%-50s worker %6.3f %6.3f  server %6.3f %6.3f' % (
            name, part[name][0], whole[name][0], part[name][1], whole[name][1]))
    assert not complaints(part, whole), complaints(part, whole)
