"""What is read from the kept world is what the database has: after each acknowledged write, and
while the follower is killed again and again.
"""
import http.client
import json
import os
import random
import threading
import time
import uuid

import pytest
from support.cloud import SIGKILL, SIGTERM, is_alive, wait_until
from support.python_service import PythonService
from test_world import WorldCloud

PAIRS = 1500
HOSTS = 30
MOST = 1000


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


class Connection:
    """Keeps its connection to nginx."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)

    def ask(self, method, path, body=None):
        headers = {'x-auth-token': 'admin', 'openstack-api-version': 'placement 1.39',
                   'accept': 'application/json'}
        if body is not None:
            headers['content-type'] = 'application/json'
            body = json.dumps(body)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text else None


class Hosts:
    """Hosts with VCPU, and what is expected of them."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.connection = Connection(cloud.port)
        self.dice = random.Random(3)
        self.used, self.total, self.traits, self.consumers, self.ids = {}, {}, {}, {}, {}
        assert cloud.ask('PUT', '/traits/CUSTOM_FRESH').status in (201, 204)
        for _ in range(HOSTS):
            self.make()

    def make(self):
        host = self.cloud.make_provider({'VCPU': {'total': MOST}})
        self.used[host], self.total[host], self.traits[host] = 0, MOST, False
        self.ids[host] = self.cloud.sql(
            "SELECT id FROM resource_providers WHERE uuid = '%s'" % host)[0][0]
        return host

    def some(self):
        return self.dice.choice(list(self.used))

    def claim(self, service=None):
        host, consumer, amount = self.some(), str(uuid.uuid4()), self.dice.randint(1, 5)
        status, text = (service or self.connection).ask('PUT', '/allocations/' + consumer, {
            'allocations': {host: {'resources': {'VCPU': amount}}}, 'project_id': 'p',
            'user_id': 'u', 'consumer_type': 'INSTANCE', 'consumer_generation': None})
        assert status == 204, text
        self.consumers[consumer] = host, amount
        self.used[host] += amount

    def release(self, service=None):
        if not self.consumers:
            return
        consumer = self.dice.choice(list(self.consumers))
        host, amount = self.consumers.pop(consumer)
        status, text = (service or self.connection).ask('DELETE', '/allocations/' + consumer)
        assert status == 204, text
        self.used[host] -= amount

    def by_hand(self):
        host, amount = self.some(), self.dice.randint(1, 5)
        self.cloud.sql(
            'INSERT INTO allocations (resource_provider_id, resource_class_id, consumer_id, used) '
            "VALUES (%s, 0, '%s', %d)" % (self.ids[host], uuid.uuid4(), amount))
        self.used[host] += amount

    def by_hand_away(self):
        host = self.some()
        self.cloud.sql('DELETE FROM allocations WHERE resource_provider_id = %s AND consumer_id '
                       'NOT IN (SELECT uuid FROM consumers)' % self.ids[host])
        self.used[host] = sum(amount for on, amount in self.consumers.values() if on == host)

    def resize(self):
        host = self.some()
        _, seen = self.connection.ask('GET', '/resource_providers/%s/inventories' % host)
        total = self.dice.randint(900, MOST)
        status, text = self.connection.ask('PUT', '/resource_providers/%s/inventories' % host, {
            'resource_provider_generation': seen['resource_provider_generation'],
            'inventories': {'VCPU': {'total': total}}})
        assert status == 200, text
        self.total[host] = total

    def tag(self):
        host = self.some()
        _, seen = self.connection.ask('GET', '/resource_providers/%s/traits' % host)
        self.traits[host] = not self.traits[host]
        status, text = self.connection.ask('PUT', '/resource_providers/%s/traits' % host, {
            'resource_provider_generation': seen['resource_provider_generation'],
            'traits': ['CUSTOM_FRESH'] if self.traits[host] else []})
        assert status == 200, text

    def check(self):
        """Search, and compare everything that the answer shows."""
        status, answer = self.connection.ask('GET', '/allocation_candidates?resources=VCPU:1')
        assert status == 200, answer
        shown = {host: (summary['resources']['VCPU']['used'],
                        summary['resources']['VCPU']['capacity'],
                        'CUSTOM_FRESH' in summary['traits'])
                 for host, summary in answer['provider_summaries'].items()}
        expected = {host: (self.used[host], self.total[host], self.traits[host])
                    for host in self.used}
        assert shown == expected


def from_memory(cloud):
    """How many of the searches in the log asked the database for nothing but the fence."""
    lines = [line for line in cloud.log().splitlines()
             if 'path=/allocation_candidates ' in line]
    return sum('sql_statements=1 ' in line for line in lines), len(lines)


def test_a_read_sees_every_write_that_was_acknowledged(cloud):
    hosts = Hosts(cloud)
    with PythonService(cloud) as python:
        python_connection = Connection(python.port)
        writes = [hosts.claim, hosts.claim, hosts.release, hosts.by_hand, hosts.by_hand_away,
                  hosts.resize, hosts.tag, hosts.make,
                  lambda: hosts.claim(python_connection), lambda: hosts.release(python_connection)]
        weights = [8, 8, 8, 3, 1, 4, 4, 1, 2, 2]
        for _ in range(PAIRS):
            hosts.dice.choices(writes, weights)[0]()
            hosts.check()
    fast, all_of_them = from_memory(cloud)
    assert fast > all_of_them * 0.8, (fast, all_of_them)


def test_a_follower_that_is_killed_again_and_again(cloud):
    """No wrong answer and no error, and the world comes back."""
    hosts = Hosts(cloud)
    killed, ended = [], threading.Event()

    def kill():
        while not ended.is_set():
            pid = cloud.follower()
            if pid is not None and is_alive(pid):
                try:
                    os.kill(pid, SIGKILL if len(killed) % 2 else SIGTERM)
                    killed.append(pid)
                except ProcessLookupError:
                    pass
            time.sleep(0.05)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        end = time.monotonic() + 60
        rounds = 0
        while (rounds < 300 or len(killed) < 5) and time.monotonic() < end:
            hosts.dice.choice([hosts.claim, hosts.release, hosts.by_hand, hosts.resize])()
            check_these(hosts)
            rounds += 1
    finally:
        ended.set()
        thread.join()
    assert len(killed) >= 5, killed
    wait_until('the world is kept again', lambda: cloud.world()['kept'], seconds=120)
    before = from_memory(cloud)[0]
    check_these(hosts)
    assert from_memory(cloud)[0] > before


def check_these(hosts):
    status, answer = hosts.connection.ask('GET', '/allocation_candidates?resources=VCPU:1')
    assert status == 200, answer
    for host in hosts.used:
        shown = answer['provider_summaries'][host]['resources']['VCPU']
        assert shown == {'used': hosts.used[host], 'capacity': hosts.total[host]}
