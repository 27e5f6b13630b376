"""GET /allocation_candidates reads no more of a full cloud than the request needs, and answers the
same as if it had read all of it.

The cloud has 700 trees, enough for a search with a limit to take several portions.
"""
import shutil

import pytest
from support.cloud import wait_until
from support.database_proxy import CommitProxy, ProxiedCloud
from support.processes import stopped_follower
from test_world import WorldCloud

HOSTS, USED = 700, 3  # consumers on each host that is not full
CLASSES = {'VCPU': 0, 'MEMORY_MB': 1, 'DISK_GB': 2}
AGGREGATE = 'aaaaaaaa-0000-4000-8000-000000000001'
RARE, COMMON, BAD = 'CUSTOM_RARE', 'CUSTOM_COMMON', 'CUSTOM_BAD'


def uuid_of(number):
    return 'cccccccc-0000-4000-8000-%012d' % number


class Host:
    """What a host has. Its disk is at a child, if it has one."""

    def __init__(self, number):
        self.number = number
        self.total = 4 if number % 7 == 0 else 16
        self.used = self.total if number < 500 and number % 50 else USED
        self.child = number % 3 == 0
        self.rare = number in (5, 50, 350, 550, 600, 699)
        self.bad = number % 11 == 0
        self.member = number % 2 == 0

    def fits(self, amount, rare=False, no_bad=False, member=False):
        return (self.used + amount <= self.total and (self.rare or not rare)
                and not (no_bad and self.bad) and (self.member or not member))

    def providers(self):
        return {uuid_of(self.number)} | ({uuid_of(10000 + self.number)} if self.child else set())


HOST_LIST = [Host(number) for number in range(HOSTS)]


def rows(values):
    return ', '.join('(%s)' % ', '.join(map(str, row)) for row in values)


@pytest.fixture(scope='module', params=['read by SQL', 'kept in memory'])
def cloud(request, module_directory):
    """The same by SQL and from the kept world."""
    kept = request.param == 'kept in memory'
    cloud = (WorldCloud(module_directory, workers=2) if kept
             else ProxiedCloud(CommitProxy, module_directory, workers=2))
    cloud.start()
    if kept:
        cloud.grant()
        cloud.wait_until_kept()
    cloud.kept = kept
    for trait in (RARE, COMMON, BAD):
        assert cloud.ask('PUT', '/traits/' + trait).status in (201, 204)
    ids = {trait: cloud.sql("SELECT id FROM traits WHERE name = '%s'" % trait)[0][0]
           for trait in (RARE, COMMON, BAD)}
    providers, inventories, allocations, traits, members = [], [], [], [], []
    for host in HOST_LIST:
        root, disk = host.number + 1, host.number + 1
        providers.append((root, repr(uuid_of(host.number)), "'host-%d'" % host.number, 0, root,
                          'NULL'))
        if host.child:
            disk = HOSTS + root
            providers.append((disk, repr(uuid_of(10000 + host.number)),
                              "'disk-%d'" % host.number, 0, root, root))
        inventories += [(root, 0, host.total, 0, 1, host.total, 1, 1),
                        (root, 1, 4096, 0, 1, 4096, 1, 1), (disk, 2, 100, 0, 1, 100, 1, 1)]
        for consumer in range(USED if host.used == USED else 1):
            allocations.append((root, 0, host.used // (USED if host.used == USED else 1),
                                "'%08d-0000-4000-8000-%012d'" % (consumer, host.number)))
        traits.append((root, ids[COMMON]))
        traits += [(root, ids[RARE])] * host.rare + [(root, ids[BAD])] * host.bad
        members += [(root, 1)] * host.member
    cloud.sql('SET FOREIGN_KEY_CHECKS = 0;'
              'INSERT INTO resource_providers (id, uuid, name, generation, root_provider_id, '
              'parent_provider_id) VALUES %s;' % rows(providers) +
              'INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, '
              'min_unit, max_unit, step_size, allocation_ratio) VALUES %s;' % rows(inventories) +
              'INSERT INTO allocations (resource_provider_id, resource_class_id, used, '
              'consumer_id) VALUES %s;' % rows(allocations) +
              'INSERT INTO resource_provider_traits (resource_provider_id, trait_id) VALUES %s;'
              % rows(traits) +
              "INSERT INTO placement_aggregates (id, uuid) VALUES (1, '%s');" % AGGREGATE +
              'INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) '
              'VALUES %s;' % rows(members) +
              'ANALYZE TABLE allocations, inventories, resource_providers')
    if cloud.kept:  # ANALYZE is DDL to the follower: it loads again
        wait_until('the world is kept again', lambda: cloud.metric('berth_world_loads_total') >= 2)
        cloud.wait_until_kept()
    yield cloud
    cloud.stop()
    shutil.rmtree(cloud.database)
    shutil.rmtree(cloud.stack)


def find(cloud, query, limit=None):
    answer = cloud.ask('GET', '/allocation_candidates?resources=%s%s' % (
        query, '&limit=%d' % limit if limit else ''))
    assert answer.status == 200, answer.text
    return answer.json


def hosts_of(answer):
    """Return the numbers of the hosts of the candidates, in their order."""
    return [min(int(uuid[-12:]) % 10000 for uuid in request['allocations'])
            for request in answer['allocation_requests']]


QUERIES = [
    ('VCPU:1,DISK_GB:10', {'amount': 1}),
    ('VCPU:8,DISK_GB:10', {'amount': 8}),
    ('VCPU:1,DISK_GB:10&required=' + RARE, {'amount': 1, 'rare': True}),
    ('VCPU:1&resources_D=DISK_GB:1&group_policy=none', {'amount': 1}),
    ('VCPU:1,DISK_GB:10&required=%s,!%s' % (COMMON, BAD), {'amount': 1, 'no_bad': True}),
    ('VCPU:1&member_of=' + AGGREGATE, {'amount': 1, 'member': True}),
    ('VCPU:1&root_required=' + RARE, {'amount': 1, 'rare': True}),
]


@pytest.mark.parametrize('query, wanted', QUERIES)
def test_every_limit_gives_the_first_of_all_candidates(cloud, query, wanted):
    expected = [host.number for host in HOST_LIST if host.fits(**wanted)]
    assert expected, 'the query has candidates'
    for limit in (None, 1, 2, 3, 9, 60, 70, 200, 1000):
        answer = find(cloud, query, limit)
        found = hosts_of(answer)
        assert found == expected[:limit], (limit, found[:5], expected[:5])
        providers = set().union(*(HOST_LIST[number].providers() for number in found))
        assert set(answer['provider_summaries']) == providers
        for number in found:
            summary = answer['provider_summaries'][uuid_of(number)]
            assert summary['resources']['VCPU'] == {
                'capacity': HOST_LIST[number].total, 'used': HOST_LIST[number].used}
            assert COMMON in summary['traits']


by_sql = pytest.mark.parametrize('cloud', ['read by SQL'], indirect=True)


class States:
    """Each state of the cloud has its own trait and capacity, at all hosts. A state comes
    with one transaction, after each transaction of Berth."""

    def __init__(self, cloud):
        self.cloud, self.number = cloud, 0

    def __enter__(self):
        self.cloud.sql("INSERT INTO traits (name) VALUES ('CUSTOM_STATE_0');"
                       'INSERT INTO resource_provider_traits (trait_id, resource_provider_id) '
                       "SELECT t.id, rp.id FROM traits t, resource_providers rp "
                       "WHERE t.name = 'CUSTOM_STATE_0'")
        self.cloud.proxy.then = self.change
        return self

    def change(self):
        self.number += 1
        self.cloud.sql("START TRANSACTION;"
                       "INSERT INTO traits (name) VALUES ('CUSTOM_STATE_%d');"
                       'UPDATE resource_provider_traits SET trait_id = LAST_INSERT_ID() '
                       "WHERE trait_id = (SELECT id FROM traits WHERE name = 'CUSTOM_STATE_%d');"
                       'UPDATE inventories SET total = %d WHERE resource_class_id = 1;'
                       'COMMIT' % (self.number, self.number - 1, 4096 + self.number))

    def __exit__(self, *reason):
        self.cloud.proxy.then = None
        self.cloud.sql('DELETE FROM resource_provider_traits WHERE trait_id IN '
                       "(SELECT id FROM traits WHERE name LIKE 'CUSTOM_STATE_%');"
                       "DELETE FROM traits WHERE name LIKE 'CUSTOM_STATE_%';"
                       'UPDATE inventories SET total = 4096 WHERE resource_class_id = 1')

    @staticmethod
    def shown(answer):
        """Return the states of which an answer shows something."""
        numbers = set()
        for summary in answer['provider_summaries'].values():
            numbers |= {int(trait.split('_')[2]) for trait in summary['traits']
                        if trait.startswith('CUSTOM_STATE_')}
            if 'MEMORY_MB' in summary['resources']:
                numbers.add(summary['resources']['MEMORY_MB']['capacity'] - 4096)
        return numbers


@by_sql
@pytest.mark.parametrize('query, limit, snapshots', [
    ('VCPU:1,DISK_GB:10', None, 1), ('VCPU:1,DISK_GB:10', 1, 1), ('VCPU:1,DISK_GB:10', 60, 2),
    ('VCPU:1,DISK_GB:10&required=' + RARE, None, 1), ('VCPU:1&root_required=' + RARE, 2, 1),
    ('VCPU:1,DISK_GB:10&required=' + COMMON, 60, 2)])
def test_an_answer_shows_one_state(cloud, query, limit, snapshots):
    with States(cloud) as states:
        answer = find(cloud, query, limit)
        assert answer['provider_summaries']
        assert states.number == snapshots
        assert states.shown(answer) == {snapshots - 1}, 'all is of the last snapshot'


@by_sql
def test_traits_are_read_again_where_the_search_comes_late_to_a_candidate(cloud):
    """Traits are read before the search, of the trees where it is likely to find what is asked for.
    Most of those have no candidate here."""
    cloud.sql('UPDATE inventories SET step_size = 2 WHERE resource_class_id = 0 '
              'AND resource_provider_id <= 600')
    try:
        everything = find(cloud, 'VCPU:1,DISK_GB:10')
        with States(cloud) as states:
            answer = find(cloud, 'VCPU:1,DISK_GB:10', 1)
            assert states.number == 4, 'some trees, more, all, and again with all traits'
            assert states.shown(answer) == {3}
        answer = find(cloud, 'VCPU:1,DISK_GB:10', 1)
        assert hosts_of(answer) == hosts_of(everything)[:1] == [600]
        assert answer['provider_summaries'] == {
            uuid: everything['provider_summaries'][uuid] for uuid in HOST_LIST[600].providers()}
        assert COMMON in answer['provider_summaries'][uuid_of(600)]['traits']
    finally:
        cloud.sql('UPDATE inventories SET step_size = 1')


def test_a_named_tree_is_read_alone(cloud):
    answer = find(cloud, 'VCPU:1,DISK_GB:1&in_tree=' + uuid_of(10600))
    assert hosts_of(answer) == [600]
    assert set(answer['provider_summaries']) == HOST_LIST[600].providers()
    if not cloud.kept:
        assert rows_read(cloud, 'VCPU:1,DISK_GB:1&in_tree=' + uuid_of(10600)) < HOSTS


def test_what_cannot_be_found_is_not_found(cloud):
    for query in ('VCPU:17', 'VCPU:1,DISK_GB:101', 'VCPU:1&required=%s,!%s' % (RARE, COMMON),
                  'VCPU:1&in_tree=' + uuid_of(77777), 'VCPU:1&member_of=' + uuid_of(3),
                  'VGPU:1'):
        for limit in (None, 10):
            answer = find(cloud, query, limit)
            assert answer == {'allocation_requests': [], 'provider_summaries': {}}, query
    for limit in ('', '&limit=10'):
        for query, detail in (('CUSTOM_NO:1', 'No such resource class CUSTOM_NO.'),
                              ('VCPU:1&required=CUSTOM_NO', 'No such trait(s): CUSTOM_NO.'),
                              ('VCPU:1&required=%s,!CUSTOM_NO' % RARE,
                               'No such trait(s): CUSTOM_NO.')):
            answer = cloud.ask('GET', '/allocation_candidates?resources=' + query + limit)
            assert answer.status == 400 and detail in answer.text, answer.text


def rows_read(cloud, query, limit=None):
    """Return how many rows the server reads for a search."""
    return rows_read_by(cloud, lambda: find(cloud, query, limit))


def rows_read_by(cloud, ask):
    def read():
        return int(cloud.sql("SELECT SUM(variable_value) FROM information_schema.global_status "
                             "WHERE variable_name IN ('HANDLER_READ_NEXT', 'HANDLER_READ_KEY', "
                             "'HANDLER_READ_RND_NEXT', 'HANDLER_READ_FIRST')")[0][0].split('.')[0])
    with stopped_follower(cloud.master()):
        ask()  # statements are prepared
        idle = read()
        idle = read() - idle
        before = read()
        ask()
        return read() - before - idle


def test_rows_that_cannot_matter_are_not_read(cloud):
    """The allocations of hosts that are not needed are not read, nor most of anything else."""
    everything = rows_read(cloud, 'VCPU:1,DISK_GB:10')
    if cloud.kept:
        assert everything == 0
        return
    assert everything > 3 * HOSTS
    # 6 of 700 hosts have it
    assert rows_read(cloud, 'VCPU:1,DISK_GB:10&required=' + RARE) < HOSTS
    assert rows_read(cloud, 'VCPU:1,DISK_GB:10&required=' + RARE, 10) < HOSTS
    # up to 1,024 providers with a trait count as few; they come in portions all the same
    few = rows_read(cloud, 'VCPU:1,DISK_GB:10&required=' + COMMON, 1)
    assert few < rows_read(cloud, 'VCPU:1,DISK_GB:10&required=' + COMMON, 100) - HOSTS
    # the first portion has enough; all names of traits are read for its summaries
    assert rows_read(cloud, 'VCPU:1,DISK_GB:10', 1) < everything / 3
    # no host is large enough: no usage is read before that is known
    small = rows_read(cloud, 'VCPU:16,DISK_GB:10,MEMORY_MB:5000')
    assert small < 3 * everything


def test_a_list_by_resources_reads_what_can_matter(cloud):
    """Where another condition leaves few providers, the usages of these alone."""
    def listed(query):
        answer = cloud.ask('GET', '/resource_providers?resources=' + query)
        assert answer.status == 200, answer.text
        return [int(row['uuid'][-12:]) for row in answer.json['resource_providers']]

    def read(query):
        return rows_read_by(cloud, lambda: listed(query))

    assert listed('VCPU:8') == [host.number for host in HOST_LIST if host.fits(8)]
    everything = read('VCPU:8')
    if cloud.kept:
        assert everything == 0
    for query, wanted in (
            ('VCPU:8&required=' + RARE, {'rare': True}),
            ('VCPU:8&in_tree=' + uuid_of(600), {'number': 600}),
            ('VCPU:8&name=host-601', {'number': 601}),
            ('VCPU:8&uuid=' + uuid_of(602), {'number': 602})):
        number = wanted.pop('number', None)
        assert listed(query) == [host.number for host in HOST_LIST if host.fits(8, **wanted)
                                 and number in (None, host.number)], query
        assert cloud.kept or read(query) < everything / 20, (query, read(query), everything)
    # no host is as large: no usage is read
    assert listed('VCPU:17,DISK_GB:101') == []
    assert cloud.kept or read('VCPU:17,DISK_GB:101') < everything - HOSTS


def test_a_sharing_provider_is_seen_from_all_trees(cloud):
    """With it, everything is read at once; the answer is the same for every limit."""
    assert cloud.ask('PUT', '/resource_providers/%s/traits' % uuid_of(699), {
        'traits': ['MISC_SHARES_VIA_AGGREGATE', COMMON, RARE],
        'resource_provider_generation': 0}).status == 200
    cloud.sql('INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) '
              'VALUES (700, 1)')
    try:
        everything = find(cloud, 'VCPU:1,DISK_GB:1')
        assert len(everything['allocation_requests']) > \
            len([host for host in HOST_LIST if host.fits(1)])
        for limit in (1, 50, 100):
            answer = find(cloud, 'VCPU:1,DISK_GB:1', limit)
            assert answer['allocation_requests'] == everything['allocation_requests'][:limit]
            assert answer['provider_summaries'] == {
                uuid: everything['provider_summaries'][uuid]
                for uuid in answer['provider_summaries']}
    finally:
        cloud.sql('DELETE FROM resource_provider_aggregates WHERE resource_provider_id = 700; '
                  'DELETE h FROM resource_provider_traits h JOIN traits t ON t.id = h.trait_id '
                  "WHERE t.name = 'MISC_SHARES_VIA_AGGREGATE'")
