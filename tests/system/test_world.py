"""The pool's follower: its life, and what health, metrics and log say of it."""
import os

import pytest
from support.cloud import SIGHUP, SIGKILL, SIGUSR2, Cloud, wait_until
from support.processes import children, runs


class WorldCloud(Cloud):
    """A cloud whose database can be followed."""

    def start_database(self):
        self.server.start('', '--log-bin=binlog', '--binlog-format=ROW', '--server-id=1')

    def grant(self):
        grants = self.manage('db', 'grants')
        assert grants.returncode == 0, grants.stderr
        self.sql(grants.stdout)

    def wait_until_lost(self, reason):
        wait_until('no world: ' + reason,
                   lambda: self.world() == {'kept': False, 'reason': reason})

    def follower(self, master=None):
        pids = [pid for pid, name in children(master or self.master()).items()
                if name == 'berth-follower']
        assert len(pids) <= 1, pids
        return pids[0] if pids else None


@pytest.fixture
def cloud(directory):
    cloud = WorldCloud(directory, workers=2)
    cloud.start_empty()
    assert cloud.manage('db', 'sync').returncode == 0
    cloud.start_stack()
    yield cloud
    cloud.stop()


def test_the_life_of_the_follower(cloud):
    cloud.wait_until_lost('privilege')
    assert cloud.ask('GET', '/_berth/health').status == 200
    assert 'privilege' in cloud.manage('status', 'upgrade', 'check').stderr
    cloud.grant()
    assert 'can be kept' in cloud.manage('status', 'upgrade', 'check').stderr
    cloud.wait_until_kept()
    # Once. A connection that was opened just before the grant does not have it yet: another reason.
    assert cloud.log().count('the world is not kept') in (1, 2)
    assert cloud.log().count('lacks a privilege') == 1
    assert cloud.metric('berth_world_kept') == 1
    first = cloud.follower()

    # Killed: another one.
    os.kill(first, SIGKILL)
    wait_until('another follower', lambda: cloud.follower() not in (None, first))
    cloud.wait_until_kept()
    assert cloud.metric('berth_world_lost_total{reason="ended"}') == 1
    assert cloud.log().count('the follower died') == 1

    # Reloaded: another one, and the log does not complain.
    second = cloud.follower()
    cloud.signal_master(SIGHUP)
    wait_until('another follower', lambda: cloud.follower() not in (None, second))
    cloud.wait_until_kept()
    assert cloud.log().count('the follower died') == 1

    # Another program: its own follower, and never two.
    third, master = cloud.follower(), cloud.master()
    cloud.signal_master(SIGUSR2)
    wait_until('the new program has its own',
               lambda: cloud.log().count('this program has replaced another one') == 1
               and cloud.follower() not in (None, third))
    assert cloud.master() == master and not runs(third)
    cloud.wait_until_kept()

    # Off: none.
    cloud.berth += 'world = off\n'
    cloud.write_configuration()
    cloud.signal_master(SIGHUP)
    wait_until('no follower', lambda: cloud.follower() is None)
    cloud.wait_until_lost('off')
    assert 'berth_world_kept' not in cloud.ask('GET', '/_berth/metrics').text


def test_the_follower_ends_with_the_pool(cloud):
    cloud.grant()
    cloud.wait_until_kept()
    follower = cloud.follower()
    cloud.stop_stack()
    wait_until('it has ended', lambda: not runs(follower))
