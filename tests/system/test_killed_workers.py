"""Claims while workers are killed: what was acknowledged is there, and nothing is half done."""
import os
import random
import threading
import time
import uuid

from support.cloud import SIGKILL, wait_until
from support.consistency import audit_rows

CLIENTS = 8
WORKERS = 8
KILLED, CLAIMS, MOVES = 40, 2000, 100  # what must happen to prove anything
GROWN_UP = 1.1  # seconds: one that dies younger is not replaced at once
RESOURCES = {'VCPU': 1, 'MEMORY_MB': 256, 'DISK_GB': 10}
INVENTORY = {'VCPU': {'total': 400, 'allocation_ratio': 1.0},
             'MEMORY_MB': {'total': 1000000}, 'DISK_GB': {'total': 1000000}}


class Client(threading.Thread):
    """Claims for new consumers, and releases some; notes the answers."""

    def __init__(self, cloud, providers):
        super().__init__()
        self.cloud, self.providers = cloud, providers
        self.ended = False
        self.held, self.gone, self.uncertain, self.refused = {}, set(), set(), set()
        self.broken = None

    def one(self):
        consumer = str(uuid.uuid4())
        provider = random.choice(self.providers)
        answer = self.try_to(consumer, lambda: self.cloud.claim(consumer, provider, RESOURCES))
        if answer is None:
            return
        if answer.status == 204:
            self.held[consumer] = provider
        elif answer.status == 409:
            self.refused.add(consumer)
        else:
            self.uncertain.add(consumer)
        if answer.status == 204 and random.random() < 0.5:
            answer = self.try_to(
                consumer, lambda: self.cloud.ask('DELETE', '/allocations/' + consumer))
            if answer is not None and answer.status == 204:
                del self.held[consumer]
                self.gone.add(consumer)
            elif answer is not None:
                del self.held[consumer]
                self.uncertain.add(consumer)

    def try_to(self, consumer, request):
        try:
            return request()
        except OSError:
            self.held.pop(consumer, None)
            self.uncertain.add(consumer)
            return None

    def run(self):
        try:
            while not self.ended:
                self.one()
        except Exception as reason:  # shown by the test
            self.broken = reason


def kill_workers(cloud, is_enough):
    """Kill one worker after the other until is_enough(number of those killed)."""
    killed, seen = 0, {}
    while not is_enough(killed):
        now = time.monotonic()
        for pid in cloud.workers():
            seen.setdefault(pid, now)
        grown = [pid for pid, since in seen.items() if now - since > GROWN_UP]
        if grown:
            victim = random.choice(grown)
            del seen[victim]
            try:
                os.kill(victim, SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
        time.sleep(random.uniform(0.02, 0.2))
    return killed


def end(clients):
    for client in clients:
        client.ended = True
    for client in clients:
        client.join()
        assert client.broken is None, client.broken


def audit(cloud, clients):
    """Compare the database with the answers to the clients."""
    audit_rows(cloud)
    rows = {consumer: (provider, int(count)) for consumer, provider, count in cloud.sql(
        'SELECT a.consumer_id, MIN(rp.uuid), COUNT(*) FROM allocations a '
        'JOIN resource_providers rp ON rp.id = a.resource_provider_id GROUP BY a.consumer_id')}
    for client in clients:
        for consumer, provider in client.held.items():
            assert rows.get(consumer) == (provider, len(RESOURCES)), 'lost: ' + consumer
        for consumer in client.gone | client.refused:
            assert consumer not in rows, 'not gone: ' + consumer
        for consumer in client.uncertain:
            assert consumer not in rows or rows[consumer][1] == len(RESOURCES), \
                'half: ' + consumer
    known = set().union(*(set(c.held) | c.uncertain for c in clients))
    assert set(rows) <= known, 'allocations without a request'


def audit_usages(cloud, providers):
    for provider in providers:
        sums = dict(cloud.sql('SELECT rc.name, SUM(a.used) FROM allocations a '
                              'JOIN resource_classes rc ON rc.id = a.resource_class_id '
                              'JOIN resource_providers rp ON rp.id = a.resource_provider_id '
                              "WHERE rp.uuid = '%s' GROUP BY rc.name" % provider))
        usages = cloud.ask('GET', '/resource_providers/%s/usages' % provider).json['usages']
        assert {name: used for name, used in usages.items() if used} == \
            {name: int(used) for name, used in sums.items()}, 'usages differ'


def test_killed_workers_leave_nothing_half(make_cloud):
    cloud = make_cloud(workers=WORKERS)
    providers = [cloud.make_provider(INVENTORY) for _ in range(4)]
    clients = [Client(cloud, providers) for _ in range(CLIENTS)]
    for client in clients:
        client.start()

    def is_enough(killed):
        claims = sum(len(c.held) + len(c.gone) for c in clients)
        hit = any(c.uncertain for c in clients)
        return (killed >= KILLED and claims >= CLAIMS and hit) or any(c.broken for c in clients)
    kill_workers(cloud, is_enough)
    end(clients)
    wait_until('the workers are back', lambda: len(cloud.workers()) == WORKERS)
    # the server rolls back the open transactions of killed workers
    cloud.wait_until_at_rest()
    audit(cloud, clients)
    audit_usages(cloud, providers)


class Reshaper(threading.Thread):
    """Moves the VCPU of a tree, with its allocations, down to the child and up again."""

    def __init__(self, cloud, tree):
        super().__init__()
        self.cloud, self.tree, self.ended = cloud, tree, False
        self.moves = self.lost = 0
        self.broken = None

    def one(self):
        root, child, consumers = self.tree
        shown = {provider: self.cloud.ask(
            'GET', '/resource_providers/%s/inventories' % provider).json
            for provider in (root, child)}
        there = child if 'VCPU' in shown[root]['inventories'] else root
        inventories = {provider: {
            'resource_provider_generation': shown[provider]['resource_provider_generation'],
            'inventories': {'VCPU': {'total': 100}} if provider == there else {}}
            for provider in (root, child)}
        allocations = {}
        for consumer in consumers:
            held = self.cloud.ask('GET', '/allocations/' + consumer).json
            allocations[consumer] = {
                'allocations': {there: {'resources': {'VCPU': 10}}},
                'consumer_generation': held.get('consumer_generation'),
                'project_id': 'p', 'user_id': 'u', 'consumer_type': 'INSTANCE'}
        answer = self.cloud.ask('POST', '/reshaper',
                                {'inventories': inventories, 'allocations': allocations},
                                {'x-roles': 'admin,service'})
        assert answer.status in (204, 409, 502), answer.text
        self.moves += answer.status == 204
        self.lost += answer.status == 502

    def run(self):
        try:
            while not self.ended:
                try:
                    self.one()
                except (OSError, ValueError, KeyError):  # no answer, or no JSON
                    self.lost += 1
        except Exception as reason:  # shown by the test
            self.broken = reason


def make_tree(cloud):
    root = cloud.make_provider({'VCPU': {'total': 100}})
    child = str(uuid.uuid4())
    answer = cloud.ask('POST', '/resource_providers',
                       {'name': child, 'uuid': child, 'parent_provider_uuid': root})
    assert answer.status == 200, answer.text
    consumers = [str(uuid.uuid4()) for _ in range(10)]
    for consumer in consumers:
        assert cloud.claim(consumer, root, {'VCPU': 10}).status == 204
    return root, child, consumers


def test_a_killed_reshape_moves_all_or_nothing(make_cloud):
    cloud = make_cloud(workers=WORKERS)
    trees = [make_tree(cloud) for _ in range(CLIENTS)]
    reshapers = [Reshaper(cloud, tree) for tree in trees]
    for reshaper in reshapers:
        reshaper.start()

    def is_enough(killed):
        moves = sum(reshaper.moves for reshaper in reshapers)
        lost = sum(reshaper.lost for reshaper in reshapers)
        return (killed >= KILLED / 2 and moves >= MOVES and lost > 0) \
            or any(reshaper.broken for reshaper in reshapers)
    kill_workers(cloud, is_enough)
    end(reshapers)
    cloud.wait_until_at_rest()
    audit_rows(cloud)
    for root, child, consumers in trees:
        rows = cloud.sql(
            "SELECT rp.uuid, i.total, SUM(a.used), COUNT(DISTINCT a.consumer_id) "
            'FROM resource_providers rp JOIN inventories i ON i.resource_provider_id = rp.id '
            'LEFT JOIN allocations a ON a.resource_provider_id = rp.id '
            "WHERE rp.uuid IN ('%s', '%s') GROUP BY rp.id" % (root, child))
        assert len(rows) == 1 and rows[0][1:] == ['100', '100', '10'], rows
