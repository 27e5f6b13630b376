"""Three Galera nodes with a pool on each: whatever happens to them, no acknowledged write is lost.

Clients claim, release, reshape, move providers and make and remove classes through all pools at
once, while nodes are killed, stopped and started. All requests and answers are checked against a
sequential model (support/history.py). Each pool follows the binary log of its node, so that
searches read the kept world.

BERTH_PAIRS is the number of writes that are each followed by a read through another node,
BERTH_WSREP_GTID_MODE what the nodes have as wsrep_gtid_mode.
"""
import collections
import concurrent.futures
import os
import random
import signal
import time
import uuid

import pytest
from support import galera, history
from support.cloud import RowLock, wait_until
from support.freshness import Connection, Hosts
from support.galera_pool import Pool
from support.threads import at_once
from support.workload import Client, World, make_child

# Three servers and what they replicate take long enough, without sanitizers too.
pytestmark = [pytest.mark.plain, pytest.mark.timeout(900)]

SECONDS = 15
PAIRS = int(os.environ.get('BERTH_PAIRS', '600'))
GTID_MODE = os.environ.get('BERTH_WSREP_GTID_MODE', 'OFF')
KINDS = {'claim', 'release', 'set', 'make', 'remove', 'reshape'}  # of writes that clients do
RACES = 60


@pytest.fixture(scope='module')
def pools(module_directory):
    if not galera.is_available():
        pytest.skip('Galera is not installed (galera-4, rsync)')
    cluster = galera.Cluster(module_directory, gtid_mode=GTID_MODE)
    pools = []
    try:
        cluster.start()
        cluster.nodes[0].sql(
            "CREATE DATABASE placement CHARACTER SET utf8; "
            "CREATE USER placement@localhost IDENTIFIED BY 'pw'; "
            'GRANT ALL ON placement.* TO placement@localhost; '
            'GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO placement@localhost'
        )
        for node in cluster.nodes:
            pools.append(Pool(node))
        done = pools[0].manage('db', 'sync')
        assert done.returncode == 0, done.stderr
        for pool in pools:
            pool.node.wait_synced()
            pool.start()
        for pool in pools:
            pool.wait_until_kept()
        yield pools
    finally:
        for pool in pools:
            pool.stop()
        cluster.stop()


def race(*calls):
    """Make calls within a few milliseconds of each other; return their results."""
    def call(number):
        time.sleep(random.choice([0, random.random() * 0.002]))
        return calls[number]()
    return at_once(len(calls), call)


LAG = """\
CREATE DATABASE IF NOT EXISTS lag;
CREATE TABLE IF NOT EXISTS lag.ballast (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(200));
INSERT INTO lag.ballast (text) SELECT REPEAT('x', 200) FROM lag.seq_1_to_20000;
"""


def test_each_request_sees_what_other_nodes_have_acknowledged(pools):
    """By default, without mysql_wsrep_sync_wait, while the other node is busy applying."""
    provider = pools[0].make_provider({'VCPU': {'total': 100}})

    def allocation(consumer, generation):
        return {consumer: {'allocations': {provider: {'resources': {'VCPU': 2}}},
                           'consumer_generation': generation, 'consumer_type': 'INSTANCE',
                           'project_id': 'project', 'user_id': 'user'}}

    def get(consumer):
        return pools[1].ask('GET', '/allocations/' + consumer).json['allocations'] != {}

    def search(consumer):
        answer = pools[1].ask('GET', '/allocation_candidates?resources=VCPU:1&in_tree=' + provider)
        return answer.json['provider_summaries'][provider]['resources']['VCPU']['used'] == held + 1

    def put(consumer):
        body = allocation(consumer, 1)[consumer]
        return pools[1].ask('PUT', '/allocations/' + consumer, body).status == 204

    def post(consumer):
        body = dict(allocation(consumer, 1), **allocation(str(uuid.uuid4()), None))
        return pools[1].ask('POST', '/allocations', body).status == 204

    def delete(consumer):
        return pools[1].ask('DELETE', '/allocations/' + consumer).status == 204

    for request in (search, get, put, post, delete):
        for _ in range(2):
            pools[0].node.sql(LAG)
            consumer = str(uuid.uuid4())
            held = pools[0].ask('GET', '/resource_providers/%s/usages' % provider).json['usages'][
                'VCPU']
            assert pools[0].claim(consumer, provider, {'VCPU': 1}).status == 204
            assert request(consumer), request.__name__
    pools[0].node.sql('DROP DATABASE lag')


def total_reads(pools):
    """How many readings of their kept worlds there were, by what became of them."""
    return sum((collections.Counter(pool.world_reads()) for pool in pools), collections.Counter())


def test_a_read_sees_every_write_that_another_node_acknowledged(pools):
    """Three clients at once, so that the nodes apply and log several transactions together."""
    before, taken = total_reads(pools), collections.Counter()

    def has_enough():
        return (total_reads(pools) - before)['kept'] > PAIRS * 0.6

    def work(seed):
        with Hosts(pools, pools, [pool.node for pool in pools], 6, seed, patient=True) as hosts:
            # where the worlds lag, on a busy machine, more are asked by SQL
            for count in [PAIRS // 3] + [20] * (PAIRS // 6):
                for write, times in hosts.pairs(count, [
                        (8, hosts.claim), (8, hosts.release), (4, hosts.by_hand),
                        (1, hosts.by_hand_away), (2, hosts.resize), (2, hosts.tag),
                        (1, hosts.make_one)]).items():
                    taken[write.__name__] += times
                if has_enough():
                    break

    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        list(threads.map(work, range(3)))
    reads = total_reads(pools) - before
    print(taken, reads)
    assert reads['kept'] > PAIRS * 0.6, reads


def test_a_node_that_has_lost_the_others_shows_nothing_old(pools):
    """It answers 503 until it has found them again, and then what they have done."""
    lost, *others = pools
    lost.node.cluster.wait_whole()
    lost.wait_until_kept()
    with lost.node.cluster.quick_to_suspect(), \
            Hosts(others, others, [others[0].node], 3, patient=True) as hosts:
        reader = Connection(lost)
        path = '/allocation_candidates?resources=VCPU:1'

        def look():
            """Whether it answers; then what it must."""
            status, answer = reader.ask('GET', path)
            assert status in (200, 503), answer
            if status == 200:
                assert hosts.shown(status, answer) == hosts.expected()
            return status == 200

        lost.node.isolate(True)
        try:
            refused = 0
            while refused < 10:
                hosts.claim()
                refused += not look()
        finally:
            lost.node.isolate(False)
        before = lost.world_reads()['kept']

        def is_back():
            hosts.release()
            return look() and lost.world_reads()['kept'] > before

        wait_until('the world is read again', is_back)


def test_a_node_that_takes_all_data_anew(pools):
    """And, where the server allows it, without the writes of others in its log, which is then no
    log to follow."""
    pool, *others = pools
    pool.node.cluster.wait_whole()
    runs = [(['--log-slave-updates=OFF'], 'cluster')] if GTID_MODE == 'OFF' else []
    with Hosts(others, pools, [others[0].node], 3, patient=True) as hosts:
        for options, reason in (*runs, ([], None)):
            pool.node.stop()
            if reason or not runs:
                pool.node.forget()
            hosts.claim()
            pool.node.start(*options)
            hosts.by_hand()
            pool.node.cluster.wait_whole()
            wait_until('the world: %s' % reason, lambda: pool.world()['reason'] == reason)
            hosts.check()
            hosts.resize()
            hosts.readers = [Connection(pool, patient=True)]
            hosts.check()


def test_one_unit_goes_to_one_consumer(pools):
    provider = pools[0].make_provider({'VCPU': {'total': 1}})
    for _ in range(RACES):
        consumers = [str(uuid.uuid4()) for _ in pools]
        answers = race(
            *[
                lambda pool=pool, consumer=consumer: pool.claim(consumer, provider, {'VCPU': 1})
                for pool, consumer in zip(pools, consumers)
            ]
        )
        won = [consumer for consumer, answer in zip(consumers, answers) if answer.status == 204]
        assert len(won) <= 1, [answer.text for answer in answers]
        assert all(answer.status in (204, 409) for answer in answers), [
            answer.text for answer in answers
        ]
        usages = (
            random.choice(pools)
            .ask('GET', '/resource_providers/%s/usages' % provider)
            .json['usages']
        )
        assert usages == {'VCPU': len(won)}
        for consumer in won:
            assert random.choice(pools).ask('DELETE', '/allocations/' + consumer).status == 204


def undone_at(node, select, write, meet):
    """Returns the answer of write(), whose transaction comes to a row that is locked on its node.
    While it waits there, meet() writes through another node what undoes it."""
    def waiting():
        return {trx_id for trx_id, in node.sql(
            "SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")}

    old = waiting()  # InnoDB renews its list only every 0.1 s
    undone = int(node.status()['wsrep_local_bf_aborts'])
    lock = RowLock(node.socket, select)
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        try:
            answer = thread.submit(write)
            wait_until('it waits for the row', lambda: waiting() - old, pause=0.2)
            meet()
            wait_until('it is undone', lambda: int(
                node.status()['wsrep_local_bf_aborts']) > undone)
        finally:
            lock.release()
        return answer.result()


def classes_of(pool, provider):
    """The inventories of a provider: how many there are of each class; and its generation."""
    seen = pool.ask('GET', '/resource_providers/%s/inventories' % provider).json
    return ({name: of['total'] for name, of in seen['inventories'].items()},
            seen['resource_provider_generation'])


# Not the provider's row.
LOCK_MEMORY = ('SELECT id FROM inventories WHERE resource_class_id = 1 AND resource_provider_id = '
               "(SELECT id FROM resource_providers WHERE uuid = '%s')")


def test_inventories_undone_between_two_rows(pools):
    """Another node undoes the transaction of some UPDATEs that were sent at once, while the second
    of them waits; the server does not say so."""
    provider = pools[0].make_provider({'VCPU': {'total': 1}, 'MEMORY_MB': {'total': 1}})
    generation = classes_of(pools[0], provider)[1]
    answer = undone_at(
        pools[0].node, LOCK_MEMORY % provider,
        lambda: pools[0].ask('PUT', '/resource_providers/%s/inventories' % provider, {
            'resource_provider_generation': generation,
            'inventories': {'VCPU': {'total': 2}, 'MEMORY_MB': {'total': 2}}}),
        lambda: put_name(pools[1], provider, 'renamed-' + provider))
    assert answer.status == 200, answer.text
    assert classes_of(pools[2], provider) == ({'VCPU': 2, 'MEMORY_MB': 2}, generation + 1)


def test_of_many_rows_all_are_written_or_none(pools):
    """Another node undoes, at any of its rows, a claim of many consumers."""
    provider = pools[0].make_provider({'VCPU': {'total': 1000}})
    consumers = [str(uuid.uuid4()) for _ in range(150)]
    generation, statuses = None, collections.Counter()

    def claim():
        return pools[0].ask('POST', '/allocations', {consumer: {
            'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'project',
            'user_id': 'user', 'consumer_type': 'INSTANCE', 'consumer_generation': generation}
            for consumer in consumers})

    def rename():
        for _ in range(4):
            put_name(pools[1], provider, 'renamed-' + str(uuid.uuid4()))

    assert claim().status == 204
    for generation in range(1, 9):
        answer, _ = race(claim, rename)
        statuses[answer.status] += 1
        assert answer.status == 204, answer.text
        assert pools[2].node.sql(
            'SET SESSION wsrep_sync_wait = 1; SELECT DISTINCT generation FROM consumers '
            "WHERE uuid IN ('%s')" % "', '".join(consumers), 'placement'
        ) == [[str(generation + 1)]]
    print(statuses)


def test_a_reshape_undone_between_two_rows(pools):
    """The same, of some DELETEs, by a claim, after which the reshape runs again and is refused."""
    providers = [pools[0].make_provider({'VCPU': {'total': 2}, 'MEMORY_MB': {'total': 2}}),
                 pools[0].make_provider({})]
    consumer, other = str(uuid.uuid4()), str(uuid.uuid4())
    assert pools[0].claim(consumer, providers[0], {'VCPU': 1}).status == 204
    answer = undone_at(
        pools[0].node, LOCK_MEMORY % providers[0],
        lambda: reshape_to_class(pools[0], providers, 'VCPU', consumer),
        lambda: pools[1].claim(other, providers[0], {'VCPU': 1}))
    assert answer.status == 409, answer.text
    for held in (consumer, other):
        allocations = pools[2].ask('GET', '/allocations/' + held).json['allocations']
        assert list(allocations) == providers[:1], allocations
    assert classes_of(pools[2], providers[0])[0] == {'VCPU': 2, 'MEMORY_MB': 2}
    check_rows(pools[2])


def check_rows(pool):
    done = pool.manage('audit')
    assert done.returncode == 0, done.stdout + done.stderr


def disturb(pools, end):
    """Kill, stop and start nodes, one at a time: the other two always have the majority."""
    numbers = random.Random(7)
    while True:
        node = numbers.choice(pools).node
        node.cluster.wait_whole()
        if numbers.random() < 0.5:
            node.kill()
            time.sleep(1)
            node.start()
        else:
            node.signal(signal.SIGSTOP)
            time.sleep(numbers.choice([1, 6]))
            node.signal(signal.SIGCONT)
        node.cluster.wait_whole()
        master = numbers.choice(pools)
        pid = int(open(master.directory + '/berth.pid').read())
        children = open('/proc/%d/task/%d/children' % (pid, pid)).read().split()
        for child in children[:1]:  # spawn-fcgi became the master: one of its workers
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(2)
        if time.monotonic() > end - 12:
            break


def test_the_history_has_an_order(pools):
    world, before = World(pools), total_reads(pools)
    end = time.monotonic() + SECONDS
    clients = [Client(world, 'client-%d' % number, float('inf')) for number in range(5)]
    for client in clients:
        client.start()

    def is_enough():
        done = {one.kind for family in list(world.histories.values()) for one in list(family)
                if one.status in (200, 201, 204)}
        return (time.monotonic() > end and KINDS <= done) or any(one.error for one in clients)
    try:
        with pools[0].node.cluster.quick_to_suspect():
            disturb(pools, end)
        wait_until('everything has been done', is_enough, seconds=300)
    finally:
        for client in clients:
            client.end = 0
        for client in clients:
            client.join()
    for client in clients:
        assert client.error is None, client.error
    for number, pool in enumerate(pools):  # a last look through every node
        last = Client(world, 'last-%d' % number, 0)
        last.random.choice = (
            lambda options, pool=pool: pool if options is world.pools else options[0]
        )
        for consumer in world.consumers + world.shaped_consumers:
            wait_until('it answers', lambda last=last, consumer=consumer:
                       last.state_of(consumer) is not False)
    history.assert_linearizable(world.histories['consumer'], None, history.consumer_step)
    history.assert_linearizable(world.histories['parent'], world.parent.get, history.register_step)
    history.assert_linearizable(world.histories['class'], False, history.class_step)
    for readings in world.generations.values():
        history.assert_never_falls(readings)
    assert not world.overfull, world.overfull
    check_rows(pools[2])
    statuses = collections.Counter(
        (one.kind, one.status) for family in world.histories.values() for one in family
    )
    print(sorted(statuses.items(), key=str), total_reads(pools) - before)


def put_parent(pool, provider, parent):
    return pool.ask(
        'PUT',
        '/resource_providers/' + provider,
        {
            'name': pool.ask('GET', '/resource_providers/' + provider).json['name'],
            'parent_provider_uuid': parent,
        },
    )


def put_name(pool, provider, name):
    answer = pool.ask('PUT', '/resource_providers/' + provider, {'name': name})
    assert answer.status == 200, answer.text


def test_two_moves_make_no_circle(pools):
    for _ in range(30):
        tag = str(uuid.uuid4())[:8]
        root = make_child(pools[0], 'root-' + tag, None)
        a, b = (make_child(pools[0], name + tag, root) for name in 'ab')
        a1, b1 = make_child(pools[0], 'a1' + tag, a), make_child(pools[0], 'b1' + tag, b)
        answers = race(lambda: put_parent(pools[0], a, b1), lambda: put_parent(pools[1], b, a1))
        assert sorted(answer.status for answer in answers) != [200, 200]
        assert all(answer.status in (200, 400, 409) for answer in answers), [
            one.text for one in answers
        ]
    check_rows(pools[2])


def test_a_child_made_beside_a_move_has_the_right_root(pools):
    for _ in range(40):
        tag = str(uuid.uuid4())[:8]
        old, new = (make_child(pools[0], name + tag, None) for name in ('old', 'new'))
        moved = make_child(pools[0], 'moved' + tag, old)
        answers = race(
            lambda: put_parent(pools[0], moved, new),
            lambda: pools[1].ask(
                'POST',
                '/resource_providers',
                {'name': 'child' + tag, 'parent_provider_uuid': moved},
            ),
        )
        assert all(answer.status in (200, 409) for answer in answers), [one.text for one in answers]
    check_rows(pools[2])


def test_a_class_that_goes_leaves_no_inventory(pools):
    provider = make_child(pools[0], 'of-classes-' + str(uuid.uuid4()), None)
    path = '/resource_providers/%s/inventories' % provider
    for number in range(60):
        name = 'CUSTOM_RACE_%d' % number
        assert pools[0].ask('PUT', '/resource_classes/' + name).status == 201
        generation = pools[1].ask('GET', path).json['resource_provider_generation']
        answers = race(
            lambda: pools[1].ask(
                'PUT',
                path,
                {'resource_provider_generation': generation, 'inventories': {name: {'total': 1}}},
            ),
            lambda: pools[0].ask('DELETE', '/resource_classes/' + name),
        )
        there = pools[2].ask('GET', '/resource_classes/' + name).status == 200
        seen = pools[2].ask('GET', path)
        assert seen.status == 200, seen.text
        held = seen.json['inventories']
        assert there or not held, (held, [answer.text for answer in answers])
        assert sum(answer.status < 300 for answer in answers) <= 1, [
            answer.text for answer in answers
        ]
        pools[0].ask(
            'PUT',
            path,
            {
                'resource_provider_generation': seen.json['resource_provider_generation'],
                'inventories': {},
            },
        )
        pools[0].ask('DELETE', '/resource_classes/' + name)
    check_rows(pools[2])


def shape(pool, providers, name, consumer):
    """What moves what a consumer holds of VCPU on one provider to a class on another."""
    inventories = [pool.ask('GET', '/resource_providers/%s/inventories' % each).json
                   for each in providers]
    held = pool.ask('GET', '/allocations/' + consumer).json
    wanted = [{}, {name: {'total': 2}}]
    return {
        'inventories': {provider: {
            'inventories': to, 'resource_provider_generation': of['resource_provider_generation']}
            for provider, to, of in zip(providers, wanted, inventories)},
        'allocations': {consumer: {
            'allocations': {providers[1]: {'resources': {name: 1}}},
            'project_id': 'project', 'user_id': 'user', 'consumer_type': 'INSTANCE',
            'consumer_generation': held['consumer_generation']}}}


def reshape(pool, body):
    return pool.ask('POST', '/reshaper', body, headers={'x-roles': 'admin,service'})


def reshape_to_class(pool, *shaped):
    return reshape(pool, shape(pool, *shaped))


def test_a_class_that_goes_beside_a_reshape(pools):
    """A class is removed, and at times made again, on one node, while another moves inventory and
    allocations to it and the third writes inventory of it."""
    statuses = collections.Counter()
    for number in range(RACES // 4):
        name = 'CUSTOM_SHAPE_%d' % number
        providers = [pools[0].make_provider({'VCPU': {'total': 2}}), pools[0].make_provider({})]
        consumer = str(uuid.uuid4())
        assert pools[0].claim(consumer, providers[0], {'VCPU': 1}).status == 204
        assert pools[0].ask('PUT', '/resource_classes/' + name).status == 201
        other = pools[0].make_provider({})

        def remove():
            answer = pools[0].ask('DELETE', '/resource_classes/' + name)
            if number % 2:
                pools[0].ask('PUT', '/resource_classes/' + name)
            return answer

        calls = {
            'remove': remove,
            'reshape': lambda: reshape_to_class(pools[1], providers, name, consumer),
            'write': lambda: pools[2].ask(
                'PUT', '/resource_providers/%s/inventories' % other,
                {'resource_provider_generation': 1, 'inventories': {name: {'total': 1}}}),
        }
        answers = dict(zip(calls, race(*calls.values())))
        texts = {call: answer.text for call, answer in answers.items()}
        assert all(answer.status in (200, 204, 400, 409) for answer in answers.values()), texts
        statuses.update((call, answer.status) for call, answer in answers.items())
        if answers['remove'].status == 204:  # nobody has used it before, and none can after
            held = pools[1].ask('GET', '/allocations/' + consumer).json['allocations']
            if not number % 2:
                assert answers['reshape'].status == answers['write'].status == 400, texts
                assert held[providers[0]]['resources'] == {'VCPU': 1}, held
        elif answers['reshape'].status == 204:
            held = pools[0].ask('GET', '/allocations/' + consumer).json['allocations']
            assert held[providers[1]]['resources'] == {name: 1}, held
        for provider in (*providers, other):  # each class that is shown is there
            seen = pools[2].ask('GET', '/resource_providers/%s/inventories' % provider)
            assert seen.status == 200, seen.text
            for of in seen.json['inventories']:
                assert pools[2].ask('GET', '/resource_classes/' + of).status == 200, texts
    print(sorted(statuses.items()))
    check_rows(pools[2])


def test_a_claim_beside_a_reshape(pools):
    """A reshape on one node moves what a consumer holds, and the inventory, to another provider.
    Beside it, on the other nodes, another consumer claims of the old inventory, and the first one
    claims more with the same generation: the reshape comes before both or after both, and either
    way its generations are wrong then, or theirs find nothing."""
    statuses = collections.Counter()
    for _ in range(RACES // 4):
        providers = [pools[0].make_provider({'VCPU': {'total': 4}, 'MEMORY_MB': {'total': 4}}),
                     pools[0].make_provider({})]
        consumer, other = str(uuid.uuid4()), str(uuid.uuid4())
        assert pools[0].claim(consumer, providers[0], {'VCPU': 1}).status == 204
        body = shape(pools[0], providers, 'VCPU', consumer)
        calls = {
            'reshape': lambda: reshape(pools[0], body),
            'claim': lambda: pools[1].claim(other, providers[0], {'VCPU': 1, 'MEMORY_MB': 1}),
            'replace': lambda: pools[2].claim(consumer, providers[0], {'VCPU': 2}, 1),
        }
        answers = dict(zip(calls, race(*calls.values())))
        texts = {call: answer.text for call, answer in answers.items()}
        assert all(answer.status in (204, 409) for answer in answers.values()), texts
        done = {call for call, answer in answers.items() if answer.status == 204}
        assert done in ({'reshape'}, {'claim'}, {'replace'}, {'claim', 'replace'}), texts
        statuses.update(done)
        held = {name: {provider: of['resources'] for provider, of in pools[2].ask(
            'GET', '/allocations/' + name).json['allocations'].items()}
            for name in (consumer, other)}
        shown = [classes_of(pools[1], provider)[0] for provider in providers]
        if 'reshape' in done:
            assert held == {consumer: {providers[1]: {'VCPU': 1}}, other: {}}, (held, texts)
            assert shown == [{}, {'VCPU': 2}], (shown, texts)
        else:
            assert held == {
                consumer: {providers[0]: {'VCPU': 2 if 'replace' in done else 1}},
                other: {providers[0]: {'VCPU': 1, 'MEMORY_MB': 1}} if 'claim' in done else {},
            }, (held, texts)
            assert shown == [{'VCPU': 4, 'MEMORY_MB': 4}, {}], (shown, texts)
    print(sorted(statuses.items()))
    check_rows(pools[2])


def test_a_trait_that_goes_is_on_no_provider(pools):
    provider = make_child(pools[0], 'of-traits-' + str(uuid.uuid4()), None)
    path = '/resource_providers/%s/traits' % provider
    for number in range(RACES // 3):
        name = 'CUSTOM_RACE_%d' % number
        assert pools[0].ask('PUT', '/traits/' + name).status == 201
        generation = pools[1].ask('GET', path).json['resource_provider_generation']
        answers = race(
            lambda: pools[1].ask(
                'PUT', path, {'resource_provider_generation': generation, 'traits': [name]}
            ),
            lambda: pools[0].ask('DELETE', '/traits/' + name),
        )
        assert all(answer.status in (200, 204, 400, 409) for answer in answers), [
            one.text for one in answers
        ]
        assert sum(answer.status < 300 for answer in answers) <= 1, [one.text for one in answers]
        assert pools[0].ask('DELETE', path).status == 204
        pools[0].ask('DELETE', '/traits/' + name)
    check_rows(pools[2])


def test_a_parent_that_goes_has_no_child(pools):
    for _ in range(RACES // 3):
        tag = str(uuid.uuid4())[:8]
        root = make_child(pools[0], 'root-' + tag, None)
        parent, other = (make_child(pools[0], name + tag, root) for name in ('parent', 'other'))
        answers = race(
            lambda: pools[0].ask('DELETE', '/resource_providers/' + parent),
            lambda: pools[1].ask(
                'POST',
                '/resource_providers',
                {'name': 'child' + tag, 'parent_provider_uuid': parent},
            ),
            lambda: put_parent(pools[2], other, parent),
        )
        assert all(answer.status in (200, 204, 400, 409) for answer in answers), [
            one.text for one in answers
        ]
        assert answers[0].status != 204 or [one.status for one in answers[1:]] == [400, 400], [
            one.text for one in answers
        ]
    check_rows(pools[2])


def test_of_two_replacements_of_aggregates_one_wins(pools):
    """At 1.1, where no generation is raised."""
    old = {'openstack-api-version': 'placement 1.1'}
    for _ in range(RACES // 3):
        provider = make_child(pools[0], 'member-' + str(uuid.uuid4()), None)
        path = '/resource_providers/%s/aggregates' % provider
        lists = [[str(uuid.uuid4())] for _ in pools]
        answers = race(
            *[
                lambda pool=pool, wanted=wanted: pool.ask('PUT', path, wanted, old)
                for pool, wanted in zip(pools, lists)
            ]
        )
        assert all(answer.status in (200, 409) for answer in answers), [one.text for one in answers]
        won = [wanted for wanted, one in zip(lists, answers) if one.status == 200]
        assert pools[0].ask('GET', path, None, old).json['aggregates'] in won


def test_of_a_renaming_and_a_move_one_wins(pools):
    for _ in range(RACES // 3):
        tag = str(uuid.uuid4())[:8]
        old, new = (make_child(pools[0], name + tag, None) for name in ('old', 'new'))
        moved = make_child(pools[0], 'moved' + tag, old)
        wanted = [('renamed' + tag, old), ('moved' + tag, new)]
        answers = race(
            *[
                lambda pool=pool, body=body: pool.ask(
                    'PUT',
                    '/resource_providers/' + moved,
                    {'name': body[0], 'parent_provider_uuid': body[1]},
                )
                for pool, body in zip(pools, wanted)
            ]
        )
        assert all(answer.status in (200, 409) for answer in answers), [one.text for one in answers]
        now = pools[2].ask('GET', '/resource_providers/' + moved).json
        assert (now['name'], now['parent_provider_uuid']) in wanted, now
    check_rows(pools[2])


def test_no_node_uses_the_id_of_a_class_again(pools):
    ids = []
    for number in range(3 * len(pools)):
        maker, remover, reader = (pools[(number + i) % len(pools)] for i in range(3))
        name = '/resource_classes/CUSTOM_ID_%d' % number
        assert maker.ask('PUT', name).status == 201
        assert reader.ask('GET', name).status == 200
        ids.append(
            int(
                reader.node.sql(
                    "SELECT id FROM resource_classes WHERE name = 'CUSTOM_ID_%d'" % number,
                    'placement',
                )[0][0]
            )
        )
        assert remover.ask('DELETE', name).status == 204
    assert len(set(ids)) == len(ids), ids
