"""From the Python service to Berth and back, and both at once on one database."""
import collections
import os
import random
import uuid

import pytest
from support.consistency import audit_rows
from support.cloud import Cloud
from support.threads import in_threads
from support.python_service import PythonService, upstream, upstream_sync
from support.answers import canonical

OLDEST, BEFORE_HEAD, HEAD = 'b4ed3a175331', '422ece571366', 'a082b8bb98d0'

# Rows of a release before Rocky: providers without roots, allocations without consumers, a resource
# class of the operator.
OLD_ROWS = """
INSERT INTO resource_classes (created_at, id, name) VALUES ('2018-03-01', 10000, 'CUSTOM_OLD');
INSERT INTO resource_providers (created_at, id, uuid, name, generation, parent_provider_id) VALUES
    ('2018-03-02', 1, '{0}', 'old-1', 7, NULL), ('2018-03-03', 2, '{1}', 'old-2', 0, NULL),
    ('2018-03-03', 3, '{2}', 'old-child', 3, 1);
INSERT INTO inventories (created_at, resource_provider_id, resource_class_id, total, reserved,
    min_unit, max_unit, step_size, allocation_ratio) VALUES
    ('2018-03-02', 1, 0, 16, 0, 1, 16, 1, 16.0), ('2018-03-02', 1, 1, 4096, 512, 1, 4096, 1, 1.5),
    ('2018-03-02', 1, 10000, 9, 0, 1, 9, 1, 1.0), ('2018-03-03', 3, 0, 4, 0, 1, 4, 1, 1.0);
INSERT INTO placement_aggregates (created_at, id, uuid) VALUES ('2018-03-04', 1, '{3}');
INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) VALUES (1, 1), (2, 1);
INSERT INTO projects (created_at, id, external_id) VALUES ('2018-03-05', 1, 'old-project');
INSERT INTO users (created_at, id, external_id) VALUES ('2018-03-05', 1, 'old-user');
INSERT INTO consumers (created_at, uuid, project_id, user_id, generation) VALUES
    ('2018-03-05', '{4}', 1, 1, 2);
INSERT INTO allocations (created_at, resource_provider_id, consumer_id, resource_class_id, used)
    VALUES
    ('2018-03-05', 1, '{4}', 0, 2), ('2018-03-05', 1, '{4}', 10000, 1),
    ('2018-03-05', 1, '{5}', 0, 3), ('2018-03-05', 1, '{5}', 1, 64), ('2018-03-05', 3, '{6}', 0, 1);
"""


def uuid_of(number):
    return '%08d-0000-4000-8000-000000000000' % number


def make_old_rows(cloud):
    """Return the providers and the consumers."""
    names = [uuid_of(number) for number in range(1, 8)]
    cloud.sql(OLD_ROWS.format(*names))
    return names[:3], names[4:]


def expect(answer, *statuses):
    assert answer.status in statuses, '%d: %s' % (answer.status, answer.text)
    return answer


def at(version):
    return {'openstack-api-version': 'placement ' + version}


def fill(service, project):
    """Make a cloud of some size through the API, at old and new microversions; return providers and
    consumers."""
    providers, consumers = [], []
    expect(service.ask('PUT', '/traits/CUSTOM_' + project), 201, 204)
    expect(service.ask('PUT', '/resource_classes/CUSTOM_' + project), 201, 204)
    for number in range(3):
        root, child = str(uuid.uuid4()), str(uuid.uuid4())
        expect(service.ask('POST', '/resource_providers', {'name': root, 'uuid': root}), 200)
        expect(service.ask('POST', '/resource_providers', {
            'name': 'caf\u00e9 ' + child, 'uuid': child, 'parent_provider_uuid': root}), 200)
        expect(service.ask('PUT', '/resource_providers/%s/inventories' % root, {
            'resource_provider_generation': 0, 'inventories': {
                'VCPU': {'total': 32, 'allocation_ratio': 4.3}, 'DISK_GB': {'total': 1000},
                'CUSTOM_' + project: {'total': 10, 'reserved': 1}}}), 200)
        expect(service.ask('PUT', '/resource_providers/%s/inventories' % child, {
            'resource_provider_generation': 0, 'inventories': {'SRIOV_NET_VF': {'total': 8}}}), 200)
        expect(service.ask('PUT', '/resource_providers/%s/traits' % child, {
            'resource_provider_generation': 1,
            'traits': ['CUSTOM_' + project, 'HW_NIC_SRIOV']}), 200)
        expect(service.ask('PUT', '/resource_providers/%s/aggregates' % root, {
            'resource_provider_generation': 1, 'aggregates': [uuid_of(4), str(uuid.uuid4())]}), 200)
        providers += [root, child]
        for kind in ('new', 'old', 'oldest'):
            consumer = str(uuid.uuid4())
            consumers.append(consumer)
            claim_as(service, kind, consumer, root, child, project)
    return providers, consumers


def claim_as(service, kind, consumer, root, child, project):
    """A claim as releases of some years apart make it."""
    path = '/allocations/' + consumer
    if kind == 'new':
        expect(service.ask('PUT', path, {
            'allocations': {root: {'resources': {'VCPU': 2, 'DISK_GB': 20}},
                            child: {'resources': {'SRIOV_NET_VF': 1}}},
            'project_id': project, 'user_id': 'user', 'consumer_generation': None,
            'consumer_type': 'MIGRATION'}), 204)
    elif kind == 'old':
        expect(service.ask('PUT', path, {
            'allocations': {root: {'resources': {'VCPU': 1, 'CUSTOM_' + project: 1}}},
            'project_id': project, 'user_id': 'somebody'}, at('1.12')), 204)
    else:
        expect(service.ask('PUT', path, {
            'allocations': [{'resource_provider': {'uuid': root}, 'resources': {'DISK_GB': 3}}]},
            at('1.0')), 204)


def questions(providers, consumers, projects):
    for version in ('1.0', '1.14', '1.39'):
        yield version, '/resource_providers'
    for provider in providers:
        for part, versions in (('', ('1.0', '1.39')), ('/inventories', ('1.0', '1.39')),
                               ('/usages', ('1.9',)), ('/aggregates', ('1.1', '1.39')),
                               ('/traits', ('1.6',)), ('/allocations', ('1.0', '1.39'))):
            for version in versions:
                yield version, '/resource_providers/' + provider + part
    for consumer in consumers:
        for version in ('1.0', '1.12', '1.28', '1.39'):
            yield version, '/allocations/' + consumer
    for project in projects:
        yield '1.9', '/usages?project_id=' + project
        yield '1.38', '/usages?project_id=' + project
        yield '1.39', '/resource_providers?required=CUSTOM_' + project
    yield '1.39', '/traits?name=startswith:CUSTOM_'
    yield '1.39', '/resource_providers?member_of=' + uuid_of(4)
    yield '1.39', '/resource_providers?in_tree=' + providers[-1]
    yield '1.39', '/resource_providers?resources=VCPU:1,DISK_GB:4'
    for version in ('1.10', '1.17', '1.39'):
        yield version, '/allocation_candidates?resources=VCPU:1,DISK_GB:4'
    yield '1.39', '/allocation_candidates?resources=VCPU:1&resources1=SRIOV_NET_VF:2' \
        '&group_policy=none'


def ask_all(service, *about):
    answers = {}
    for version, path in questions(*about):
        answer = service.ask('GET', path, headers=at(version))
        answers[version, path] = answer.status, canonical(answer.json)
    return answers


def assert_same(one, other):
    assert list(one) == list(other)
    different = [(question, one[question], other[question]) for question in one
                 if one[question] != other[question]]
    assert not different, '%d differ, as %s\n%s\n%s' % (len(different), *different[0])


def check_upgrade(cloud, status):
    """Both tools report the same about the database."""
    theirs = upstream(cloud.conf, 'placement-status', 'upgrade', 'check')
    # Berth alone warns of noauth2
    ours = cloud.manage('status', 'upgrade', 'check', OS_API__AUTH_STRATEGY='keystone')
    assert (theirs.returncode, theirs.stdout) == (ours.returncode, ours.stdout), ours.stdout
    assert ours.returncode == status, ours.stdout


def manage(cloud, status, *words):
    done = cloud.manage(*words)
    assert done.returncode == status, '%s: %d %s%s' % (words, done.returncode, done.stdout,
                                                       done.stderr)
    return done.stdout + done.stderr


def change(service, consumers, provider):
    """Change and release existing consumers in turn."""
    for number, consumer in enumerate(consumers):
        held = expect(service.ask('GET', '/allocations/' + consumer), 200).json
        if number % 3 == 0:
            expect(service.ask('DELETE', '/allocations/' + consumer), 204)
        elif number % 3 == 1:
            held['allocations'][provider] = {'resources': {'DISK_GB': 7}}
            for allocation in held['allocations'].values():
                allocation.pop('generation', None)
            held.setdefault('consumer_type', 'INSTANCE')
            held['consumer_type'] = held['consumer_type'].replace('unknown', 'INSTANCE')
            expect(service.ask('PUT', '/allocations/' + consumer, held), 204)


def rename(service, provider, name, parent):
    expect(service.ask('PUT', '/resource_providers/' + provider,
                       {'name': name, 'parent_provider_uuid': parent}), 200)


def take_over_and_give_back(directory, charset):
    cloud = Cloud(directory, workers=2)
    try:
        cloud.start_empty(charset)
        upstream_sync(cloud.conf, OLDEST)
        old_providers, old_consumers = make_old_rows(cloud)
        check_upgrade(cloud, 2)
        assert 'root provider id' in manage(cloud, 1, 'db', 'sync')
        assert 'set_root_provider_ids, 3 migrated' in manage(
            cloud, 0, 'db', 'online_data_migrations')
        check_upgrade(cloud, 0)
        manage(cloud, 0, 'db', 'sync', '--version', BEFORE_HEAD)
        assert manage(cloud, 0, 'db', 'version') == BEFORE_HEAD + '\n'
        done = upstream(cloud.conf, 'placement-manage', 'db', 'sync')
        assert done.returncode == 0, done.stderr

        # years with the Python service
        with PythonService(cloud) as python:
            providers, consumers = fill(python, 'PYTHON')
            about = (old_providers + providers, old_consumers + consumers,
                     ['PYTHON', 'old-project', '00000000-0000-0000-0000-000000000000'])
            before = ask_all(python, *about)

        # taken over
        check_upgrade(cloud, 0)
        manage(cloud, 0, 'db', 'sync')
        assert manage(cloud, 0, 'db', 'version') == HEAD + '\n'
        cloud.start_stack()
        assert_same(before, ask_all(cloud, *about))
        change(cloud, old_consumers + consumers, providers[0])
        rename(cloud, old_providers[2], 'moved', providers[2])
        more_providers, more_consumers = fill(cloud, 'BERTH')
        about = (about[0] + more_providers, about[1] + more_consumers, about[2] + ['BERTH'])
        audit_rows(cloud)

        # given back, while Berth still serves
        manage(cloud, 0, 'db', 'sync', '--version', BEFORE_HEAD)
        check_upgrade(cloud, 0)
        done = upstream(cloud.conf, 'placement-manage', 'db', 'sync')
        assert done.returncode == 0, done.stderr
        with PythonService(cloud) as python:
            assert_same(ask_all(cloud, *about), ask_all(python, *about))
            classes = [service.ask('GET', '/resource_classes').json for service in (cloud, python)]
            assert canonical(classes[0]) == canonical(classes[1]), classes
            change(python, more_consumers, providers[2])
            rename(python, more_providers[1], 'moved too', providers[0])
            change(cloud, more_consumers[2::3], more_providers[0])
            assert_same(ask_all(cloud, *about), ask_all(python, *about))
            for consumer in about[1]:
                expect(random.choice((cloud, python)).ask('DELETE', '/allocations/' + consumer),
                       204, 404)
            assert_same(ask_all(cloud, *about), ask_all(python, *about))
            assert 'Traceback' not in python.log(), python.log()
        audit_rows(cloud)
        assert cloud.sql('SELECT COUNT(*) FROM allocations') == [['0']]
    finally:
        cloud.stop()


def test_an_old_database_of_latin1_is_taken_over_and_given_back(directory):
    take_over_and_give_back(directory, 'latin1')


@pytest.mark.plain  # most of its time is Python's, and the one of latin1 runs the same code
def test_an_old_database_of_utf8mb4_is_taken_over_and_given_back(directory):
    take_over_and_give_back(directory, 'utf8mb4')


# Both at once.

CLIENTS = 6
WRITES = int(os.environ.get('BERTH_WRITES', '100'))  # through each service, at least
INVENTORY = {'VCPU': {'total': 100000}, 'DISK_GB': {'total': 1000000}}

# How the Python service words some conflicts, with status 500: nothing was done.
UNDONE = ('Another thread concurrently updated', 'Deadlock found when trying to get lock',
          'Failed to read auto-increment value')


class World:
    """What all clients know, and the changes that were acknowledged."""

    def __init__(self, cloud, pythons):
        self.cloud, self.pythons = cloud, pythons
        self.roots = [cloud.make_provider(INVENTORY) for _ in range(3)]
        self.contested = [str(uuid.uuid4()) for _ in range(3)]
        # by provider or consumer, then by the generation that it came to
        self.changes = collections.defaultdict(dict)
        self.counts = collections.Counter()
        self.errors = []
        for consumer in self.contested:
            # The Python service looks for a consumer before it makes it. If another claim commits
            # in between, it goes on with that one, whatever generation the client named, and the
            # other claim is lost. So these have their first claim.
            expect(cloud.claim(consumer, self.roots[0], {'VCPU': 1}), 204)
            self.note(consumer, 1, 'the first')

    def writes(self):
        """How many changes each side has made."""
        done = collections.Counter()
        for (side, method, status), count in list(self.counts.items()):
            if method != 'GET' and status < 300:
                done[side] += count
        return done

    def is_enough(self):
        done = self.writes()
        return min(done['berth'], done['python']) >= WRITES

    def note(self, key, generation, what):
        """Two changes cannot have come to the same generation, unless one of them is lost."""
        earlier = self.changes[key].setdefault(generation, what)
        assert earlier is what, '%s: generation %d twice: %s, %s' % (key, generation, earlier, what)


class Client:
    """Asks Berth and the Python service in turn, and remembers the answers."""

    def __init__(self, world, number):
        self.world, self.dice = world, random.Random(number)
        self.held = {}  # consumer: (generation, allocations)
        self.uncertain = set()
        cloud = world.cloud
        self.child = cloud.make_provider({'VCPU': {'total': 1000}})
        self.grandchild = str(uuid.uuid4())
        expect(cloud.ask('POST', '/resource_providers', {
            'name': self.grandchild, 'uuid': self.grandchild,
            'parent_provider_uuid': self.child}), 200)
        self.parent = None

    def ask(self, method, path, body=None, expected=(200, 204, 409)):
        """Ask Berth or, for three requests in ten, the Python service."""
        python = self.dice.random() < 0.3
        service = self.dice.choice(self.world.pythons) if python else self.world.cloud
        answer = service.ask(method, path, body)
        self.world.counts['python' if python else 'berth', method, answer.status] += 1
        if python and answer.status >= 500:
            if not any(text in answer.text for text in UNDONE):
                self.world.errors.append('%s %s: %s' % (method, path, answer.text))
        else:
            expect(answer, *expected)
        return answer

    def providers(self):
        some = self.dice.sample(self.world.roots, self.dice.choice((1, 1, 2)))
        return some + [self.child] * (self.dice.random() < 0.3)

    def put(self, consumer, generation, allocations):
        return self.ask('PUT', '/allocations/' + consumer, {
            'allocations': allocations, 'project_id': 'project', 'user_id': 'user',
            'consumer_generation': generation, 'consumer_type': 'INSTANCE'})

    def wanted(self):
        return {provider: {'resources': {'VCPU': self.dice.randint(1, 3)}}
                for provider in self.providers()}

    def claim(self):
        consumer = str(uuid.uuid4())
        allocations = self.wanted()
        answer = self.put(consumer, None, allocations)
        if answer.status == 204:
            self.held[consumer] = (1, allocations)
        elif answer.status >= 500:
            self.uncertain.add(consumer)

    def replace(self):
        if not self.held:
            return
        consumer = self.dice.choice(list(self.held))
        generation, _ = self.held[consumer]
        allocations = self.wanted()
        answer = self.put(consumer, generation, allocations)
        if answer.status == 204:
            self.held[consumer] = (generation + 1, allocations)
        elif answer.status >= 500:
            del self.held[consumer]
            self.uncertain.add(consumer)

    def release(self):
        if len(self.held) < 5:
            return
        consumer = self.dice.choice(list(self.held))
        answer = self.ask('DELETE', '/allocations/' + consumer)
        if answer.status == 204:
            del self.held[consumer]
        elif answer.status >= 500:
            del self.held[consumer]
            self.uncertain.add(consumer)

    def contest(self):
        """Many want to change the same consumer; one of those that know its generation may."""
        consumer = self.dice.choice(self.world.contested)
        shown = self.ask('GET', '/allocations/' + consumer).json
        generation = shown['consumer_generation']
        allocations = self.wanted()
        if self.put(consumer, generation, allocations).status == 204:
            self.world.note(consumer, generation + 1, allocations)

    def look(self):
        if not self.held:
            return
        consumer = self.dice.choice(list(self.held))
        answer = self.ask('GET', '/allocations/' + consumer)
        if answer.status == 200:
            self.compare(consumer, answer.json)

    def compare(self, consumer, shown):
        generation, allocations = self.held[consumer]
        assert resources_of(shown) == resources_of({'allocations': allocations}), \
            (shown, allocations)
        assert shown['consumer_generation'] == generation, (shown, generation)

    def search(self):
        path = self.dice.choice((
            '/allocation_candidates?resources=VCPU:1&limit=5',
            '/resource_providers?in_tree=' + self.child,
            '/resource_providers?resources=VCPU:1',
            '/resource_providers/%s/usages' % self.dice.choice(self.world.roots),
            '/usages?project_id=project'))
        self.ask('GET', path, expected=(200,))

    def change_provider(self):
        """Inventories, traits and aggregates of a provider that others change too."""
        provider = self.dice.choice(self.world.roots + [self.child])
        path = '/resource_providers/' + provider
        part, body = self.dice.choice((
            ('inventories', {'inventories': dict(
                INVENTORY, VCPU={'total': 100000 + self.dice.randrange(1000)})}),
            ('traits', {'traits': self.dice.sample(TRAITS, 2)}),
            ('aggregates', {'aggregates': [uuid_of(self.dice.randrange(1, 9))]})))
        shown = self.ask('GET', path)
        if shown.status != 200:
            return
        body['resource_provider_generation'] = shown.json['generation']
        answer = self.ask('PUT', '%s/%s' % (path, part), body)
        if answer.status != 200:
            return
        generation = answer.json['resource_provider_generation']
        if generation != shown.json['generation']:  # or else the traits are what they were
            self.world.note(provider, generation, (part, body))

    def move(self):
        parent = self.dice.choice(self.world.roots)
        answer = self.ask('PUT', '/resource_providers/' + self.child,
                          {'name': self.child, 'parent_provider_uuid': parent})
        if answer.status == 200:
            self.parent = parent

    def run(self):
        acts = (self.claim, self.claim, self.replace, self.replace, self.release, self.contest,
                self.look, self.look, self.search, self.change_provider, self.change_provider,
                self.move)
        while not self.world.is_enough() or not self.held:
            self.dice.choice(acts)()


TRAITS = ['HW_CPU_X86_VMX', 'HW_CPU_X86_AVX', 'HW_CPU_X86_AVX2', 'HW_CPU_X86_SSE4A']


def resources_of(shown):
    return {provider: allocation['resources']
            for provider, allocation in shown['allocations'].items()}


def check_what_was_told(world, clients, service):
    """A service shows all that was acknowledged."""
    for client in clients:
        for consumer in client.held:
            client.compare(consumer, service.ask('GET', '/allocations/' + consumer).json)
        if client.parent is not None:
            for provider, parent in ((client.child, client.parent),
                                     (client.grandchild, client.child)):
                shown = service.ask('GET', '/resource_providers/' + provider).json
                assert shown['parent_provider_uuid'] == parent, shown
                assert shown['root_provider_uuid'] == client.parent, shown
    for consumer in world.contested:
        shown = service.ask('GET', '/allocations/' + consumer).json
        generation, allocations = max(world.changes[consumer].items())
        assert shown['consumer_generation'] == generation, (shown, generation)
        assert resources_of(shown) == resources_of({'allocations': allocations}), shown
        assert sorted(world.changes[consumer]) == list(range(1, generation + 1))
    for provider in world.roots + [client.child for client in clients]:
        for part in ('inventories', 'traits', 'aggregates'):
            told = [body for _, (kind, body) in sorted(world.changes[provider].items())
                    if kind == part]
            shown = service.ask('GET', '/resource_providers/%s/%s' % (provider, part)).json[part]
            if told and part == 'inventories':
                assert shown['VCPU']['total'] == told[-1][part]['VCPU']['total'], (shown, told[-1])
            elif told:
                assert sorted(shown) == sorted(told[-1][part]), (shown, told[-1])


def test_both_services_serve_one_database_at_once(directory):
    with Cloud(directory, workers=4) as cloud, PythonService(cloud) as first, \
            PythonService(cloud) as second:
        world = World(cloud, [first, second])
        clients = [Client(world, number) for number in range(CLIENTS)]
        in_threads(CLIENTS, lambda number: clients[number].run())
        done = world.writes()
        refused = sum(count for (_, _, status), count in world.counts.items()
                      if status in (409, 500))
        held = sum(len(client.held) for client in clients)
        print('    writes: %d by Berth, %d by the Python service, %d refused; %d claims held, '
              '%d errors of the Python service' % (done['berth'], done['python'], refused, held,
                                                   len(world.errors)))
        assert held >= CLIENTS, world.counts
        audit_rows(cloud)
        for service in (cloud, first):
            check_what_was_told(world, clients, service)
        assert not world.errors, '\n'.join(world.errors[:3])
