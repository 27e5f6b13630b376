"""Names and ids: the service remembers neither, so that a database that was made again, or another
one in its place, is read right at once; and a class or trait that goes beside a write leaves
nothing behind.
"""
import re
import threading
import uuid

import pytest
from support.consistency import audit_rows

# The same names with other ids. Classes and traits keep theirs below those of custom ones.
OTHER_IDS = """
SET FOREIGN_KEY_CHECKS = 0;
UPDATE traits SET id = 100000 - id; UPDATE traits SET id = id - 99000;
UPDATE resource_classes SET id = 9000 - id;
UPDATE resource_classes SET id = id - 8900;
INSERT INTO consumer_types (name, created_at) VALUES ('OTHER', NOW()), ('MIGRATION', NOW());
"""
CANDIDATES = '/allocation_candidates?resources=VCPU:1'
HEADERS = {'openstack-api-version': 'placement 1.39'}


class World:
    """A host that takes servers, one that is disabled, and a consumer of each of two types."""

    def __init__(self, cloud):
        self.cloud = cloud
        for path in ('/resource_classes/CUSTOM_GOLD', '/traits/CUSTOM_GOOD'):
            assert self.ask('PUT', path).status == 201
        self.host = self.make(['HW_CPU_X86_AVX2', 'CUSTOM_GOOD'])
        self.disabled = self.make(['COMPUTE_STATUS_DISABLED'])
        self.consumers = {name: str(uuid.uuid4()) for name in ('INSTANCE', 'MIGRATION')}
        for name, consumer in self.consumers.items():
            answer = self.ask('PUT', '/allocations/' + consumer, {
                'allocations': {self.host: {'resources': {'VCPU': 1, 'CUSTOM_GOLD': 2}}},
                'project_id': 'p', 'user_id': 'u', 'consumer_generation': None,
                'consumer_type': name})
            assert answer.status == 204, answer.text

    def ask(self, method, path, body=None):
        return self.cloud.ask(method, path, body, HEADERS)

    def get(self, path):
        answer = self.ask('GET', path)
        assert answer.status == 200, answer.text
        return answer.json

    def make(self, traits):
        provider = self.cloud.make_provider({'VCPU': {'total': 8}, 'CUSTOM_GOLD': {'total': 8}})
        path = '/resource_providers/%s/traits' % provider
        answer = self.ask('PUT', path, {
            'traits': traits,
            'resource_provider_generation': self.get(path)['resource_provider_generation']})
        assert answer.status == 200, answer.text
        return provider

    def listed(self, query):
        return {one['uuid'] for one in self.get('/resource_providers?' + query)[
            'resource_providers']}

    def offered(self, query):
        return set(self.get(CANDIDATES + query)['provider_summaries'])

    def check(self):
        both = {self.host, self.disabled}
        assert self.offered('') == both
        assert self.offered('&required=!COMPUTE_STATUS_DISABLED') == {self.host}
        assert self.offered('&required=HW_CPU_X86_AVX2,CUSTOM_GOOD') == {self.host}
        assert self.offered('&required=COMPUTE_STATUS_DISABLED') == {self.disabled}
        assert self.offered('&resources_1=CUSTOM_GOLD:1&required_1=CUSTOM_GOOD') >= {self.host}
        summary = self.get(CANDIDATES)['provider_summaries'][self.host]
        assert set(summary['traits']) == {'HW_CPU_X86_AVX2', 'CUSTOM_GOOD'}
        assert summary['resources'] == {'VCPU': {'capacity': 8, 'used': 2},
                                        'CUSTOM_GOLD': {'capacity': 8, 'used': 4}}
        assert self.listed('') == both
        assert self.listed('required=!COMPUTE_STATUS_DISABLED') == {self.host}
        assert self.listed('required=HW_CPU_X86_AVX2') == {self.host}
        assert self.listed('required=in:COMPUTE_STATUS_DISABLED,CUSTOM_GOOD') == both
        assert self.listed('resources=VCPU:7') == {self.disabled}
        assert self.listed('resources=VCPU:6,CUSTOM_GOLD:4') == both
        self.check_many_names()
        self.check_providers()
        self.check_consumers()

    def check_many_names(self):
        """More than conditions by name take."""
        many = self.get('/traits?name=startswith:HW_CPU')['traits']
        assert len(many) > 64
        assert self.listed('required=in:' + ','.join(many)) == {self.host}
        assert self.listed('required=' + ','.join('!' + name for name in many)) == {self.disabled}
        assert self.listed('required=' + ','.join(many)) == set()
        refused = self.ask('GET', '/resource_providers?required=in:%s,CUSTOM_NOPE' % ','.join(many))
        assert refused.status == 400 and 'CUSTOM_NOPE' in refused.text, refused.text

    def check_providers(self):
        path = '/resource_providers/%s' % self.host
        inventories = self.get(path + '/inventories')
        assert set(inventories['inventories']) == {'VCPU', 'CUSTOM_GOLD'}
        assert self.get(path + '/usages')['usages'] == {'VCPU': 2, 'CUSTOM_GOLD': 4}
        assert set(self.get(path + '/traits')['traits']) == {'HW_CPU_X86_AVX2', 'CUSTOM_GOOD'}
        held = self.get(path + '/allocations')['allocations']
        assert {one: held[one]['resources'] for one in held} == {
            consumer: {'VCPU': 1, 'CUSTOM_GOLD': 2} for consumer in self.consumers.values()}
        assert self.ask('PUT', path + '/inventories', inventories).status == 200
        refused = self.ask('DELETE', path + '/inventories/VCPU')
        assert refused.status == 409 and "'VCPU'" in refused.text, refused.text

    def check_consumers(self):
        for name, consumer in self.consumers.items():
            held = self.get('/allocations/' + consumer)
            assert held['consumer_type'] == name
            assert held['allocations'][self.host]['resources'] == {'VCPU': 1, 'CUSTOM_GOLD': 2}
        group = {'consumer_count': 1, 'VCPU': 1, 'CUSTOM_GOLD': 2}
        assert self.get('/usages?project_id=p')['usages'] == {
            name: group for name in self.consumers}
        assert self.get('/usages?project_id=p&consumer_type=MIGRATION')['usages'] == {
            'MIGRATION': group}


def test_a_database_made_again_is_read_right_at_once(make_cloud):
    cloud = make_cloud(workers=1)
    World(cloud).check()
    workers = cloud.workers()
    cloud.sql('DROP DATABASE placement; CREATE DATABASE placement CHARACTER SET utf8')
    done = cloud.manage('db', 'sync')
    assert done.returncode == 0, done.stderr
    cloud.sql(OTHER_IDS)
    World(cloud).check()
    audit_rows(cloud)
    assert cloud.workers() == workers


def statements(cloud, answer):
    return int(re.search(r'sql_statements=(\d+)', cloud.request_line(answer)).group(1))


# As many as of a worker that remembered the standard names, and one that tells what is rare.
READS = [
    ('/allocation_candidates?resources=VCPU:1', 9),
    ('/allocation_candidates?resources=VCPU:1,CUSTOM_GOLD:1&required=HW_CPU_X86_AVX2', 11),
    ('/resource_providers', 1),
    ('/resource_providers?required=HW_CPU_X86_AVX2,!COMPUTE_STATUS_DISABLED', 1),
    # what is used is read for the providers that have the trait
    ('/resource_providers?resources=VCPU:1&required=CUSTOM_GOOD', 2),
    ('/resource_providers/{host}/inventories', 2),
    ('/resource_providers/{host}/usages', 2),
    ('/resource_providers/{host}/allocations', 2),
    ('/usages?project_id=p', 1),
    ('/allocations/{consumer}', 1),
]


def test_names_cost_no_statement(make_cloud):
    cloud = make_cloud(workers=1)
    world = World(cloud)
    consumer = world.consumers['INSTANCE']
    for path, most in READS:
        path = path.format(host=world.host, consumer=consumer)
        for _ in range(2):  # the first prepares the statements
            answer = world.ask('GET', path)
        assert answer.status == 200, answer.text
        assert statements(cloud, answer) <= most, (path, statements(cloud, answer))
    for _ in range(2):
        release = cloud.ask('DELETE', '/allocations/' + consumer)
        consumer = str(uuid.uuid4())
        claim = cloud.claim(consumer, world.host, {'VCPU': 1, 'CUSTOM_GOLD': 1})
    assert (claim.status, release.status) == (204, 204), claim.text
    # one more for each if the connection has rested
    assert 2 <= statements(cloud, claim) + statements(cloud, release) <= 4
    path = '/resource_providers/%s/inventories' % world.disabled
    for total in (1, 2):
        change = world.get(path)
        change['inventories'] = {'VCPU': {'total': total}, 'CUSTOM_GOLD': {'total': total}}
        answer = world.ask('PUT', path, change)
        assert answer.status == 200, answer.text
    assert statements(cloud, answer) <= 7, statements(cloud, answer)


@pytest.mark.parametrize('restart', [False, True])
def test_the_id_of_a_class_is_not_used_again(make_cloud, restart):
    cloud = make_cloud(workers=1)
    ids = []
    for name in ('CUSTOM_FIRST', 'CUSTOM_SECOND', 'CUSTOM_THIRD'):
        assert cloud.ask('PUT', '/resource_classes/' + name, {}, HEADERS).status == 201
        [[number]] = cloud.sql("SELECT id FROM resource_classes WHERE name = '%s'" % name)
        ids.append(int(number))
        assert cloud.ask('DELETE', '/resource_classes/' + name).status == 204
        if restart:
            cloud.stop_database()
            cloud.start_database()
    assert ids[0] == 10000 and ids == sorted(set(ids)), ids


class Beside:
    """A request that waits for a locked row, while others are answered."""

    def __init__(self, cloud, select, *request):
        self.lock = cloud.lock(select)
        self.answers = []
        self.thread = threading.Thread(
            target=lambda: self.answers.append(cloud.ask(*request, headers=HEADERS)))
        self.thread.start()
        cloud.wait_for_lock_waits()

    def release(self):
        """Return the answer."""
        self.lock.release()
        self.thread.join()
        return self.answers[0]


def row_of(provider):
    return "SELECT * FROM resource_providers WHERE uuid = '%s'" % provider


def test_a_class_that_is_deleted_beside_its_inventory_leaves_none(make_cloud):
    cloud = make_cloud(workers=4)
    provider = cloud.make_provider({'VCPU': {'total': 1}})
    path = '/resource_providers/%s/inventories' % provider
    assert cloud.ask('PUT', '/resource_classes/CUSTOM_OLD', {}, HEADERS).status == 201
    generation = cloud.ask('GET', path).json['resource_provider_generation']
    beside = Beside(cloud, row_of(provider), 'PUT', path, {
        'resource_provider_generation': generation, 'inventories': {'CUSTOM_OLD': {'total': 1}}})
    assert cloud.ask('DELETE', '/resource_classes/CUSTOM_OLD').status == 204
    assert cloud.ask('PUT', '/resource_classes/CUSTOM_NEW', {}, HEADERS).status == 201
    answer = beside.release()
    assert answer.status == 400 and 'No such resource class CUSTOM_OLD' in answer.text, answer.text
    assert set(cloud.ask('GET', path).json['inventories']) == {'VCPU'}
    audit_rows(cloud)


def test_a_trait_that_is_deleted_beside_its_use_is_unknown(make_cloud):
    cloud = make_cloud(workers=4)
    provider = cloud.make_provider({'VCPU': {'total': 1}})
    path = '/resource_providers/%s/traits' % provider
    assert cloud.ask('PUT', '/traits/CUSTOM_OLD', None, HEADERS).status == 201
    generation = cloud.ask('GET', path, None, HEADERS).json['resource_provider_generation']
    beside = Beside(cloud, row_of(provider), 'PUT', path, {
        'resource_provider_generation': generation, 'traits': ['CUSTOM_OLD']})
    assert cloud.ask('DELETE', '/traits/CUSTOM_OLD', None, HEADERS).status == 204
    answer = beside.release()
    assert answer.status == 400 and 'No such trait CUSTOM_OLD' in answer.text, answer.text
    audit_rows(cloud)


@pytest.mark.parametrize('kind', ['resource_classes', 'traits'])
def test_what_is_deleted_is_what_was_asked(make_cloud, kind):
    """Its row gets another name while the deletion waits for it."""
    cloud = make_cloud(workers=4)
    assert cloud.ask('PUT', '/%s/CUSTOM_ASKED' % kind, {}, HEADERS).status == 201
    beside = Beside(cloud, "SELECT * FROM %s WHERE name = 'CUSTOM_ASKED'" % kind,
                    'DELETE', '/%s/CUSTOM_ASKED' % kind)
    beside.lock.sql("UPDATE %s SET name = 'CUSTOM_OTHER' WHERE name = 'CUSTOM_ASKED';" % kind)
    assert beside.release().status == 404
    assert cloud.sql("SELECT COUNT(*) FROM %s WHERE name = 'CUSTOM_OTHER'" % kind) == [['1']]


def test_an_inventory_without_a_class_hides_no_provider(make_cloud):
    """As a GET sees it whose class is deleted between two of its reads."""
    cloud = make_cloud(workers=1)
    provider = cloud.make_provider({'VCPU': {'total': 1}})
    cloud.sql('INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, '
              'min_unit, max_unit, step_size, allocation_ratio) '
              'SELECT id, 12345, 1, 0, 1, 1, 1, 1 FROM resource_providers')
    for path in ('inventories', 'usages', 'allocations'):
        answer = cloud.ask('GET', '/resource_providers/%s/%s' % (provider, path))
        assert answer.status == 200, answer.text
    answer = cloud.ask('GET', CANDIDATES, None, HEADERS)
    assert set(answer.json['provider_summaries'][provider]['resources']) == {'VCPU'}


def make_tree(cloud):
    providers = {}
    for name, parent in (('old', None), ('new', None), ('moved', 'old')):
        answer = cloud.ask('POST', '/resource_providers', {
            'name': name, 'parent_provider_uuid': providers.get(parent)}, HEADERS)
        assert answer.status == 200, answer.text
        providers[name] = answer.json['uuid']
    return providers


def test_a_deleted_provider_is_not_renamed(make_cloud):
    cloud = make_cloud(workers=2)
    moved = make_tree(cloud)['moved']
    path = '/resource_providers/' + moved
    beside = Beside(cloud, row_of(moved), 'PUT', path, {'name': 'renamed'})
    beside.lock.sql("DELETE FROM resource_providers WHERE uuid = '%s';" % moved)
    answer = beside.release()
    assert answer.status == 404, answer.text


def test_of_a_renaming_and_a_move_one_wins(make_cloud):
    cloud = make_cloud(workers=2)
    tree = make_tree(cloud)
    path = '/resource_providers/' + tree['moved']
    beside = Beside(cloud, row_of(tree['moved']), 'PUT', path, {
        'name': 'renamed', 'parent_provider_uuid': tree['old']})
    beside.lock.sql(
        'UPDATE resource_providers m, resource_providers n SET m.root_provider_id = n.id, '
        "m.parent_provider_id = n.id WHERE m.uuid = '%s' AND n.uuid = '%s';"
        % (tree['moved'], tree['new']))
    answer = beside.release()
    assert answer.status == 200, answer.text
    now = cloud.ask('GET', path, None, HEADERS).json
    assert (now['name'], now['parent_provider_uuid']) == ('renamed', tree['old'])
    audit_rows(cloud)
