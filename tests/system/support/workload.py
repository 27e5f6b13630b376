"""Clients that work on a few consumers, provider trees and classes at once, and keep a history."""
import collections
import random
import threading
import time
import uuid

from support import history


def make_child(pool, name, parent):
    answer = pool.ask('POST', '/resource_providers', {'name': name, 'parent_provider_uuid': parent})
    assert answer.status == 200, answer.text
    return answer.json['uuid']


def inventories_body(generation, classes):
    """Inventories of DISK_GB and some other classes."""
    return {
        'resource_provider_generation': generation,
        'inventories': {name: {'total': 1} for name in ('DISK_GB', *classes)},
    }


def set_classes(pool, provider, generation, classes):
    answer = pool.ask(
        'PUT',
        '/resource_providers/%s/inventories' % provider,
        inventories_body(generation, classes),
    )
    assert answer.status == 200, answer.text


class World:
    """What the clients work on, and what they were told."""

    def __init__(self, pools):
        self.pools = pools
        self.histories = collections.defaultdict(list)
        self.generations = collections.defaultdict(list)
        self.overfull = []
        first = pools[0]
        self.providers = [first.make_provider({'VCPU': {'total': 4}}) for _ in range(3)]
        self.consumers = [str(uuid.uuid4()) for _ in range(6)]
        self.roots = [make_child(first, 'root-%s' % uuid.uuid4(), None) for _ in range(2)]
        self.nodes = [
            make_child(first, 'node-%s' % uuid.uuid4(), self.roots[i % 2]) for i in range(4)
        ]
        for node in self.nodes:
            set_classes(first, node, 0, [])
        self.parent = {node: self.roots[i % 2] for i, node in enumerate(self.nodes)}
        self.shaped = make_child(first, 'shaped-%s' % uuid.uuid4(), None)
        self.shape = make_child(first, 'shape-%s' % uuid.uuid4(), self.shaped)
        answer = first.ask(
            'PUT',
            '/resource_providers/%s/inventories' % self.shaped,
            {'resource_provider_generation': 0, 'inventories': {'VCPU': {'total': 8}}},
        )
        assert answer.status == 200, answer.text
        self.shaped_consumers = [str(uuid.uuid4()) for _ in range(3)]
        self.classes = ['CUSTOM_CLUSTER_%d' % i for i in range(3)]

    def record(self, family, operation):
        self.histories[family].append(operation)  # append is atomic


class Client(threading.Thread):
    def __init__(self, world, name, end):
        super().__init__(name=name)
        self.world, self.end = world, end
        self.random = random.Random(name)
        self.error = None

    def run(self):
        actions = [
            self.claim,
            self.claim,
            self.claim,
            self.release,
            self.look,
            self.look,
            self.move,
            self.look_at_parent,
            self.search_parent,
            self.change_class,
            self.look_at_class,
            self.search_class,
            self.reshape,
            self.claim_shaped,
            self.look_at_provider,
        ]
        try:
            while time.monotonic() < self.end:
                self.random.choice(actions)()
        except Exception as error:
            self.error = error
            raise

    def ask(self, family, operation, method, path, body=None, pool=None, headers=None):
        """Asks a pool and records the operation with its answer."""
        pool = pool or self.random.choice(self.world.pools)
        operation.begun = time.monotonic()
        answer = None
        try:
            answer = pool.ask(method, path, body, headers, timeout=30)
            operation.ended = time.monotonic()
            operation.status = answer.status
        except OSError:
            pass
        except Exception as error:  # http.client's
            if 'http.client' not in type(error).__module__:
                raise
        self.world.record(family, operation)
        if answer is None or answer.status >= 500:
            time.sleep(0.05)  # the node is away
        return answer

    def operation(self, kind, subject, arguments=None):
        return history.Operation(self.name, kind, subject, arguments)

    # Consumers.

    def state_of(self, consumer, record=True):
        """What a consumer holds: None, or (generation, items)."""
        operation = self.operation('look', consumer)
        answer = self.ask(
            'consumer' if record else 'unused', operation, 'GET', '/allocations/' + consumer
        )
        if answer is None or answer.status != 200:
            operation.status = None
            return False
        found = answer.json['allocations']
        operation.answer = None
        if found:
            operation.answer = (
                answer.json['consumer_generation'],
                frozenset((provider, of['resources']['VCPU']) for provider, of in found.items()),
            )
        return operation.answer

    def look(self):
        self.state_of(self.random.choice(self.world.consumers + self.world.shaped_consumers))

    def put_claim(self, consumer, provider):
        state = self.state_of(consumer)
        if state is False:
            return
        generation = state[0] if state else None
        held = frozenset({(provider, self.random.randrange(1, 4))})
        operation = self.operation('claim', consumer, (generation, held))
        answer = self.ask(
            'consumer',
            operation,
            'PUT',
            '/allocations/' + consumer,
            {
                'allocations': {name: {'resources': {'VCPU': amount}} for name, amount in held},
                'project_id': 'project',
                'user_id': 'user',
                'consumer_generation': generation,
                'consumer_type': 'INSTANCE',
            },
        )
        if answer is not None and 'consumer generation conflict' in answer.text:
            operation.answer = 'consumer generation conflict'

    def claim(self):
        self.put_claim(
            self.random.choice(self.world.consumers), self.random.choice(self.world.providers)
        )

    def claim_shaped(self):
        self.put_claim(
            self.random.choice(self.world.shaped_consumers),
            self.random.choice([self.world.shaped, self.world.shape]),
        )

    def release(self):
        consumer = self.random.choice(self.world.consumers)
        self.ask(
            'consumer', self.operation('release', consumer), 'DELETE', '/allocations/' + consumer
        )

    def look_at_provider(self):
        provider = self.random.choice(self.world.providers + [self.world.shaped, self.world.shape])
        pool = self.random.choice(self.world.pools)
        begun = time.monotonic()
        try:
            answer = pool.ask('GET', '/resource_providers/%s/usages' % provider, timeout=30)
        except Exception:
            return
        if answer.status != 200:
            return
        self.world.generations[provider].append(
            (begun, time.monotonic(), answer.json['resource_provider_generation'])
        )
        most = 4 if provider in self.world.providers else 8
        if answer.json['usages'].get('VCPU', 0) > most:
            self.world.overfull.append((provider, answer.json))

    # Reshaping: the inventory of a tree goes from one of its providers to the other.

    def reshape(self):
        world, pool = self.world, self.random.choice(self.world.pools)
        try:
            inventories = {
                provider: pool.ask(
                    'GET', '/resource_providers/%s/inventories' % provider, timeout=30
                )
                for provider in (world.shaped, world.shape)
            }
        except Exception:
            return
        if any(answer.status != 200 for answer in inventories.values()):
            return
        source, target = world.shaped, world.shape
        if not inventories[source].json['inventories']:
            source, target = target, source
        states = {consumer: self.state_of(consumer) for consumer in world.shaped_consumers}
        if False in states.values():
            return
        body = {
            'inventories': {
                source: {
                    'inventories': {},
                    'resource_provider_generation': inventories[source].json[
                        'resource_provider_generation'
                    ],
                },
                target: {
                    'inventories': {'VCPU': {'total': 8}},
                    'resource_provider_generation': inventories[target].json[
                        'resource_provider_generation'
                    ],
                },
            },
            'allocations': {},
        }
        operations = []
        for consumer, state in states.items():
            if not state:
                continue
            amount = sum(of[1] for of in state[1])
            body['allocations'][consumer] = {
                'allocations': {target: {'resources': {'VCPU': amount}}},
                'project_id': 'project',
                'user_id': 'user',
                'consumer_generation': state[0],
                'consumer_type': 'INSTANCE',
            }
            operations.append(
                self.operation('claim', consumer, (state[0], frozenset({(target, amount)})))
            )
        whole = self.operation('reshape', source)
        answer = self.ask(
            'reshape',
            whole,
            'POST',
            '/reshaper',
            body,
            pool=pool,
            headers={'x-roles': 'admin,service'},
        )
        for operation in operations:
            operation.begun, operation.ended, operation.status = (
                whole.begun,
                whole.ended,
                whole.status,
            )
            if (
                len(operations) == 1
                and answer is not None
                and 'consumer generation conflict' in answer.text
            ):
                operation.answer = 'consumer generation conflict'
            world.record('consumer', operation)

    # Trees.

    def move(self):
        world = self.world
        node = self.random.choice(world.nodes)
        parent = self.random.choice([one for one in world.nodes + world.roots if one != node])
        name = 'node-' + node
        operation = self.operation('set', node, parent)
        self.ask(
            'parent',
            operation,
            'PUT',
            '/resource_providers/' + node,
            {'name': name, 'parent_provider_uuid': parent},
        )

    def look_at_parent(self):
        node = self.random.choice(self.world.nodes)
        operation = self.operation('look', node)
        answer = self.ask('parent', operation, 'GET', '/resource_providers/' + node)
        if answer is not None and answer.status == 200:
            operation.answer = answer.json['parent_provider_uuid']
            self.world.generations[node].append(
                (operation.begun, operation.ended, answer.json['generation'])
            )
        else:
            operation.status = None

    def search_parent(self):
        """By a search, which may read the kept world."""
        node = self.random.choice(self.world.nodes)
        operation = self.operation('look', node)
        answer = self.ask(
            'parent',
            operation,
            'GET',
            '/allocation_candidates?resources=DISK_GB:1&in_tree=' + node,
        )
        if answer is not None and answer.status == 200:
            operation.answer = answer.json['provider_summaries'][node]['parent_provider_uuid']
        else:
            operation.status = None

    # Classes.

    def change_class(self):
        name = self.random.choice(self.world.classes)
        if self.random.random() < 0.5:
            self.ask('class', self.operation('make', name), 'PUT', '/resource_classes/' + name)
            return
        if self.random.random() < 0.5:
            self.ask('class', self.operation('remove', name), 'DELETE', '/resource_classes/' + name)
            return
        node = self.random.choice(self.world.nodes)
        path = '/resource_providers/%s/inventories' % node
        seen = self.ask('unused', self.operation('look', node), 'GET', path)
        if seen is not None and seen.status == 200:
            kept = [] if self.random.random() < 0.5 else [name]
            self.ask(
                'unused',
                self.operation('inventory', node),
                'PUT',
                path,
                inventories_body(seen.json['resource_provider_generation'], kept),
            )

    def look_at_class(self):
        name = self.random.choice(self.world.classes)
        operation = self.operation('look', name)
        answer = self.ask('class', operation, 'GET', '/resource_classes/' + name)
        if answer is not None:
            operation.answer = answer.status == 200
            if answer.status not in (200, 404):
                operation.status = None

    def search_class(self):
        """By a search, which may read the kept world, and refuses classes that do not exist."""
        name = self.random.choice(self.world.classes)
        operation = self.operation('look', name)
        answer = self.ask(
            'class', operation, 'GET', '/allocation_candidates?resources=%s:1' % name
        )
        if answer is not None:
            operation.answer = answer.status == 200
            if answer.status not in (200, 400):
                operation.status = None
