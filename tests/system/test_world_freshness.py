"""What is read from the kept world is what the database has: after each acknowledged write, while
the follower is killed again and again, and whatever happens to the binary log.

BERTH_PAIRS is the number of writes that are each followed by a read, BERTH_KILLS how often the
follower is killed: more than usual before a release.
"""
import os
import random
import subprocess
import threading
import time

import pytest
from support.cloud import SIGHUP, SIGKILL, SIGTERM, wait_until
from support.freshness import Connection, Hosts
from support.python_service import PythonService
from test_world import WorldCloud

PAIRS = int(os.environ.get('BERTH_PAIRS', '1200'))
KILLS = int(os.environ.get('BERTH_KILLS', '10'))


@pytest.fixture(scope='module')
def cloud(module_directory):
    cloud = WorldCloud(module_directory, workers=3)
    cloud.start_empty()
    assert cloud.manage('db', 'sync').returncode == 0
    cloud.grant()
    cloud.start_stack()
    cloud.wait_until_kept()
    yield cloud
    cloud.stop()


@pytest.fixture
def hosts(cloud):
    cloud.make_empty()
    cloud.wait_until_kept()
    with Hosts([cloud], [cloud], [cloud.server], 8) as hosts:
        yield hosts


def test_a_read_sees_every_write_that_was_acknowledged(cloud, hosts):
    before = cloud.world_reads()
    with PythonService(cloud) as service:
        python = Connection(service)

        def claim_in_python():
            hosts.claim(python)

        def release_in_python():
            hosts.release(python)

        def write_and_read(pairs):
            """Return how often each write was made, and how many readings there were so far."""
            taken = hosts.pairs(pairs, [
                (24, hosts.claim), (24, hosts.release), (8, hosts.resize), (8, hosts.tag),
                (1, hosts.make_one), (24, hosts.by_hand), (3, hosts.by_hand_away),
                (2, claim_in_python), (2, release_in_python)])
            after = cloud.world_reads()
            return taken, {result: after[result] - before[result] for result in after}

        taken, reads = write_and_read(PAIRS)
        print({write.__name__: times for write, times in taken.items()}, reads)
        assert all(taken.values()), taken
        assert reads['none'] + reads['unproven'] < PAIRS * 0.2, reads
        # On a busy machine the follower may be late for many of them. Only what is read from
        # memory proves anything here.
        wait_until('enough is read from memory', lambda: write_and_read(50)[1]['kept']
                   > PAIRS * 0.8)


def kill(cloud, killed, enough):
    """Kill the follower as often as it takes, each time another one, half of the time while it
    loads."""
    master, since, dice = cloud.master(), time.monotonic(), random.Random(5)
    while not enough(killed):
        pid = cloud.follower(master)
        if pid is None or pid in killed[-1:]:
            if time.monotonic() - since > 0.3:  # it pauses, after that many deaths
                os.kill(master, SIGHUP)
                since = time.monotonic()
            time.sleep(0.01)
            continue
        if len(killed) % 4 < 2:
            wait_until('it is kept', lambda: cloud.world()['kept'] or enough(killed), pause=0.01)
            time.sleep(dice.random() * 0.1)
        try:
            os.kill(pid, SIGKILL if len(killed) % 2 else SIGTERM)
            killed.append(pid)
            since = time.monotonic()
        except ProcessLookupError:
            pass


def test_a_follower_that_is_killed_again_and_again(cloud, hosts):
    """No wrong answer and no error, and the world comes back."""
    killed, ended = [], threading.Event()
    before = cloud.world_reads()
    killer = threading.Thread(target=kill, args=(
        cloud, killed, lambda killed: ended.is_set() or len(killed) >= KILLS))
    killer.start()
    try:
        while killer.is_alive():
            hosts.pairs(10, [(2, hosts.claim), (2, hosts.release), (2, hosts.by_hand),
                             (1, hosts.resize), (1, hosts.tag)])
    finally:
        ended.set()
        killer.join()
    assert len(killed) >= KILLS, killed
    cloud.signal_master(SIGHUP)
    wait_until('the world is kept again', lambda: cloud.world()['kept'])
    after = cloud.world_reads()
    print({result: after[result] - before[result] for result in after})
    assert after['none'] + after['unproven'] > before['none'] + before['unproven']
    wait_until('memory is read', lambda: reads_of_the_world(cloud, hosts))


def reads_of_the_world(cloud, hosts):
    """How many of some readings come from memory, once the world is kept."""
    before = cloud.world_reads()['kept']
    for _ in range(20):
        hosts.check()
    return cloud.world_reads()['kept'] - before


def restart(cloud, hosts):
    """The follower notices it by its log or by its other connection, which end one after the
    other."""
    hosts.close()
    cloud.stop_database()
    cloud.start_database()
    hosts.open_sessions()


def restore(cloud, hosts):
    """A dump is restored: what was written since is undone."""
    dump = subprocess.run(['mariadb-dump', '--no-defaults', '-uroot', '-S', cloud.server.socket,
                           'placement'], capture_output=True, text=True, check=True).stdout
    before = hosts.expectation()
    hosts.pairs(20, [(1, hosts.claim), (1, hosts.by_hand), (1, hosts.resize)])
    cloud.sql(dump)
    hosts.expect(before)


def purge(cloud, hosts):
    """Twice, with changes in the files that go."""
    for _ in range(2):
        hosts.by_hand()
        cloud.sql('FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW()')


def reset(cloud, hosts):
    """The numbers begin again, and soon come to where they were, but for a moment a read can tell.
    Before that they begin again too, so that it does not take long."""
    losses = cloud.world_losses('log_lost')
    cloud.sql('RESET MASTER')
    wait_until('it is lost', lambda: cloud.world_losses('log_lost') > losses)
    cloud.wait_until_kept()
    hosts.pairs(20, [(1, hosts.claim), (1, hosts.by_hand)])
    losses = cloud.world_losses('log_lost')
    sequence = int(cloud.sql('SELECT @@gtid_binlog_pos')[0][0].rpartition('-')[2])
    cloud.sql('RESET MASTER')
    for _ in range(sequence):
        hosts.by_hand()
        hosts.check_search()
    for _ in range(20):
        hosts.check_search()
    wait_until('it is lost again', lambda: cloud.world_losses('log_lost') > losses)


def by_hand_with(setting):
    def fault(cloud, hosts):
        hosts.sessions[0].sql('SET SESSION ' + setting)
        hosts.by_hand()
        hosts.check()
        hosts.close()
        hosts.open_sessions()
    return fault


def truncate(cloud, hosts):
    cloud.sql('TRUNCATE TABLE allocations; DELETE FROM consumers')
    hosts.consumers = {}
    hosts.used = dict.fromkeys(hosts.used, 0)


def alter(text):
    return lambda cloud, hosts: cloud.sql(text)


@pytest.mark.parametrize('reason, fault', [
    pytest.param(reason, fault, id=name) for name, reason, fault in (
        ('purged', None, purge),
        ('reset', 'log_lost', reset),
        ('restarted', ('log_lost', 'unreachable'), restart),
        ('restored', 'changed', restore),
        ('row image', 'row_image', by_hand_with('binlog_row_image = MINIMAL')),
        ('statements', 'statement', by_hand_with(
            "binlog_format = STATEMENT, tx_isolation = 'REPEATABLE-READ'")),
        ('column added', 'changed', alter(
            'ALTER TABLE inventories ADD COLUMN more INT FIRST')),
        ('column removed', 'changed', alter(
            'ALTER TABLE inventories ADD COLUMN less INT; '
            'ALTER TABLE inventories DROP COLUMN less')),
        ('truncated', 'changed', truncate))])
def test_faults(cloud, hosts, reason, fault):
    """No wrong answer and no error, and the world comes back by itself."""
    hosts.pairs(10, [(1, hosts.claim), (1, hosts.by_hand)])
    reasons = reason if isinstance(reason, tuple) else (reason,)

    def losses():
        return sum(map(cloud.world_losses, reasons))
    before, follower = losses(), cloud.follower()
    cloud.signal_master(SIGHUP)  # one that has not had to pause
    wait_until('another follower', lambda: cloud.follower() not in (None, follower))
    cloud.wait_until_kept()
    fault(cloud, hosts)
    hosts.check()

    def came_back():
        hosts.pairs(5, [(2, hosts.claim), (2, hosts.release), (2, hosts.by_hand), (1, hosts.tag)])
        lost = reason is None or losses() > before
        return lost and cloud.world()['kept']

    wait_until('the world is kept again', came_back)
    wait_until('memory is read', lambda: reads_of_the_world(cloud, hosts))
