"""Claims while workers are killed: what was acknowledged is there, what was not left nothing half."""
import os
import random
import threading
import time
import uuid

from cloud import SIGKILL, Cloud, wait_until

CLIENTS = 8
WORKERS = 8
SECONDS = 20
GROWN_UP = 1.1  # seconds: one that dies younger is not replaced at once
RESOURCES = {'VCPU': 1, 'MEMORY_MB': 256, 'DISK_GB': 10}
INVENTORY = {'VCPU': {'total': 400, 'allocation_ratio': 1.0},
             'MEMORY_MB': {'total': 1000000}, 'DISK_GB': {'total': 1000000}}


class Client(threading.Thread):
    """Claims for new consumers, and gives some back; notes what it was told."""

    def __init__(self, cloud, providers, until):
        super().__init__()
        self.cloud, self.providers, self.until = cloud, providers, until
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
            while time.monotonic() < self.until:
                self.one()
        except Exception as reason:  # shown by the test
            self.broken = reason


def kill_workers(cloud, until):
    killed, seen = 0, {}
    while time.monotonic() < until:
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


def audit_rows(cloud):
    """What must be true of the rows whatever happened."""
    assert cloud.sql('SELECT c.uuid FROM consumers c LEFT JOIN allocations a '
                     'ON a.consumer_id = c.uuid WHERE a.id IS NULL') == [], 'orphaned consumers'
    assert cloud.sql('SELECT a.id FROM allocations a LEFT JOIN consumers c '
                     'ON c.uuid = a.consumer_id WHERE c.id IS NULL') == [], 'allocations of nobody'
    over = cloud.sql('SELECT i.resource_provider_id FROM inventories i JOIN allocations a '
                     'ON a.resource_provider_id = i.resource_provider_id '
                     'AND a.resource_class_id = i.resource_class_id GROUP BY i.id '
                     'HAVING SUM(a.used) > (MAX(i.total) - MAX(i.reserved)) '
                     '* MAX(i.allocation_ratio)')
    assert over == [], 'over capacity'
    done = cloud.manage('audit', '--grace', '0')
    assert done.returncode == 0, done.stdout + done.stderr


def audit(cloud, clients):
    """Compares the database with what the clients were told."""
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
    assert set(rows) <= known, 'allocations that nobody asked for'


def audit_usages(cloud, providers):
    for provider in providers:
        sums = dict(cloud.sql('SELECT rc.name, SUM(a.used) FROM allocations a '
                              'JOIN resource_classes rc ON rc.id = a.resource_class_id '
                              'JOIN resource_providers rp ON rp.id = a.resource_provider_id '
                              "WHERE rp.uuid = '%s' GROUP BY rc.name" % provider))
        usages = cloud.ask('GET', '/resource_providers/%s/usages' % provider).json['usages']
        assert {name: used for name, used in usages.items() if used} == \
            {name: int(used) for name, used in sums.items()}, 'usages differ'


def test_killed_workers_leave_nothing_half(directory, build):
    with Cloud(directory, build, workers=WORKERS) as cloud:
        providers = [cloud.make_provider(INVENTORY) for _ in range(4)]
        until = time.monotonic() + SECONDS
        clients = [Client(cloud, providers, until) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        killed = kill_workers(cloud, until - 0.5)
        for client in clients:
            client.join()
            assert client.broken is None, client.broken
        wait_until('the workers are back', lambda: len(cloud.workers()) == WORKERS)
        # what a killed worker held open is undone by the server before this is answered
        cloud.wait_until_at_rest()
        audit(cloud, clients)
        audit_usages(cloud, providers)
        claims = sum(len(c.held) + len(c.gone) for c in clients)
        uncertain = sum(len(c.uncertain) for c in clients)
        print('    %d claims acknowledged, %d workers killed, %d answers lost' %
              (claims, killed, uncertain))
        assert killed >= 40 and claims >= 2000, 'too little happened to prove anything'
        assert uncertain > 0, 'no request was hit'


class Reshaper(threading.Thread):
    """Moves the VCPU of a tree, with all that is allocated of it, down to the child and up again."""

    def __init__(self, cloud, tree, until):
        super().__init__()
        self.cloud, self.tree, self.until = cloud, tree, until
        self.moves = self.lost = 0
        self.broken = None

    def one(self):
        root, child, consumers = self.tree
        shown = {provider: self.cloud.ask('GET', '/resource_providers/%s/inventories' % provider).json
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
            while time.monotonic() < self.until:
                try:
                    self.one()
                except (OSError, ValueError, KeyError):  # an answer that did not come, or is no JSON
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


def test_a_killed_reshape_moves_all_or_nothing(directory, build):
    with Cloud(directory, build, workers=WORKERS) as cloud:
        trees = [make_tree(cloud) for _ in range(CLIENTS)]
        until = time.monotonic() + SECONDS / 2
        reshapers = [Reshaper(cloud, tree, until) for tree in trees]
        for reshaper in reshapers:
            reshaper.start()
        killed = kill_workers(cloud, until - 0.5)
        for reshaper in reshapers:
            reshaper.join()
            assert reshaper.broken is None, reshaper.broken
        cloud.wait_until_at_rest()
        audit_rows(cloud)
        for root, child, consumers in trees:
            rows = cloud.sql(
                "SELECT rp.uuid, i.total, SUM(a.used), COUNT(DISTINCT a.consumer_id) "
                'FROM resource_providers rp JOIN inventories i ON i.resource_provider_id = rp.id '
                'LEFT JOIN allocations a ON a.resource_provider_id = rp.id '
                "WHERE rp.uuid IN ('%s', '%s') GROUP BY rp.id" % (root, child))
            assert len(rows) == 1 and rows[0][1:] == ['100', '100', '10'], rows
        moves = sum(reshaper.moves for reshaper in reshapers)
        lost = sum(reshaper.lost for reshaper in reshapers)
        print('    %d moves acknowledged, %d workers killed, %d answers lost' %
              (moves, killed, lost))
        assert killed >= 20 and moves >= 100 and lost > 0, 'too little happened to prove anything'
