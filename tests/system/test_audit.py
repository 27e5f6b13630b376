"""berth-manage audit finds and repairs every kind of damage, also beside claims and when killed."""
import json
import os
import pty
import random
import re
import signal
import subprocess
import threading
import uuid

from support.cloud import STRICTEST, Cloud, wait_until
from support.paths import TOP

INCOMPLETE = '00000000-0000-0000-0000-000000000000'
INVENTORY = {'VCPU': {'total': 1000}, 'MEMORY_MB': {'total': 1000000}}
ADMIN = {'x-roles': 'admin,service'}

# Names for the damage below: @cn1 and @cn2 are the ids of two providers with an inventory.
# consumer() makes a consumer that holds 2 VCPU of cn1, with these values in its columns.
BEGIN = ('SET FOREIGN_KEY_CHECKS = 0; SET @cn1 = %s; SET @cn2 = %s; SET @project = %s; '
         'SET @user = %s;')


def consumer(project='@project', user='@user', type='NULL'):
    name = str(uuid.uuid4())
    return ('INSERT INTO consumers (uuid, project_id, user_id, consumer_type_id, generation) '
            "VALUES ('%s', %s, %s, %s, 1);" % (name, project, user, type) +
            allocation(name)), name


def allocation(consumer, provider='@cn1', resource_class=0, used=2):
    return ('INSERT INTO allocations (resource_provider_id, consumer_id, resource_class_id, used) '
            "VALUES (%s, '%s', %s, %s);" % (provider, consumer, resource_class, used))


def inventory(provider, resource_class):
    return ('INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, '
            'min_unit, max_unit, step_size, allocation_ratio) '
            'VALUES (%s, %s, 8, 0, 1, 8, 1, 1.5);' % (provider, resource_class))


class Damaged(Cloud):
    """A cloud with two providers and one consumer, for damage."""

    def start(self):
        super().start()
        self.cn1 = self.make_provider(INVENTORY)
        self.cn2 = self.make_provider(INVENTORY)
        assert self.claim(str(uuid.uuid4()), self.cn1, {'VCPU': 4, 'MEMORY_MB': 512}).status == 204
        self.names = [self.sql(query)[0][0] for query in (
            "SELECT id FROM resource_providers WHERE uuid = '%s'" % self.cn1,
            "SELECT id FROM resource_providers WHERE uuid = '%s'" % self.cn2,
            'SELECT MAX(id) FROM projects', 'SELECT MAX(id) FROM users')]
        return self

    def damage(self, statements):
        self.sql(BEGIN % tuple(self.names) + statements)

    def audit(self, *options):
        """Return the exit status and the JSON document."""
        done = self.manage('audit', '--json', *options)
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, json.loads(done.stdout)

    def put_provider(self, provider, body):
        answer = self.ask('PUT', '/resource_providers/' + provider, body, ADMIN)
        assert answer.status == 200, answer.text

    def found(self):
        """Return the kinds of findings, with their numbers."""
        return {kind: count for kind, count in self.audit()[1]['counts'].items() if count}


def some_damage():
    """Of each kind that can be repaired: statements, findings, and a query with its answer."""
    held = str(uuid.uuid4())
    gone, other = allocation(held, 9999), str(uuid.uuid4())
    both, keeper = consumer()
    project, of_no_project = consumer(project=777)
    user, of_no_user = consumer(user=777)
    type, of_no_type = consumer(type=77)
    orphan = ('INSERT INTO consumers (uuid, project_id, user_id, generation, created_at) '
              "VALUES ('%s', @project, @user, 1, UTC_TIMESTAMP() - INTERVAL 2 MINUTE);" % other)
    owners = ("SELECT p.external_id, u.external_id FROM consumers c JOIN projects p "
              "ON p.id = c.project_id JOIN users u ON u.id = c.user_id WHERE c.uuid = '%s'")
    parent = 'SELECT root_provider_id, COALESCE(parent_provider_id, 0) FROM resource_providers ' \
        'WHERE id = %s'
    return [
        (gone, {'allocation_without_provider': 1},
         'SELECT COUNT(*) FROM allocations WHERE resource_provider_id = 9999', [['0']]),
        (both + allocation(keeper, 9999), {'allocation_without_provider': 1},
         "SELECT COUNT(*) FROM allocations WHERE consumer_id = '%s'" % keeper, [['1']]),
        (orphan.replace(other, held) + gone, {'allocation_without_provider': 1},
         "SELECT COUNT(*) FROM consumers WHERE uuid = '%s'" % held, [['0']]),
        (allocation(other) + allocation(other, '@cn2', 1), {'allocation_without_consumer': 2},
         "SELECT generation FROM consumers WHERE uuid = '%s'" % other, [['0']]),
        (allocation(held), {'allocation_without_consumer': 1}, owners % held, [[INCOMPLETE] * 2]),
        (project, {'consumer_without_project': 1}, owners % of_no_project, [[INCOMPLETE, 'user']]),
        (user, {'consumer_without_user': 1}, owners % of_no_user, [['project', INCOMPLETE]]),
        (type, {'consumer_without_type': 1},
         "SELECT consumer_type_id FROM consumers WHERE uuid = '%s'" % of_no_type, [['NULL']]),
        (orphan.replace(other, str(uuid.uuid4())), {'orphaned_consumer': 1},
         'SELECT COUNT(*) FROM consumers c LEFT JOIN allocations a ON a.consumer_id = c.uuid '
         'WHERE a.id IS NULL', [['0']]),
        # A clock was wrong when it was written.
        (orphan.replace(other, str(uuid.uuid4())).replace('- INTERVAL', '+ INTERVAL'),
         {'orphaned_consumer': 1},
         'SELECT COUNT(*) FROM consumers c LEFT JOIN allocations a ON a.consumer_id = c.uuid '
         'WHERE a.id IS NULL', [['0']]),
        ('UPDATE resource_providers SET parent_provider_id = 9999, root_provider_id = 9999 '
         'WHERE id = @cn1;', {'parent_gone': 1, 'wrong_root': 1}, parent % '{cn1}',
         [['{cn1}', '0']]),
        ('UPDATE resource_providers SET root_provider_id = NULL WHERE id = @cn1;',
         {'wrong_root': 1}, parent % '{cn1}', [['{cn1}', '0']]),
        ('UPDATE resource_providers SET parent_provider_id = @cn1 WHERE id = @cn2;',
         {'wrong_root': 1}, parent % '{cn2}', [['{cn1}', '{cn1}']]),
        (inventory(9999, 0), {'inventory_without_provider': 1},
         'SELECT COUNT(*) FROM inventories WHERE resource_provider_id = 9999', [['0']]),
        ('INSERT INTO resource_provider_traits (resource_provider_id, trait_id) '
         'VALUES (9999, 1), (9999, 2);', {'trait_without_provider': 2},
         'SELECT COUNT(*) FROM resource_provider_traits WHERE resource_provider_id = 9999',
         [['0']]),
        ("INSERT INTO placement_aggregates (uuid) VALUES (UUID());"
         'INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) '
         'SELECT 9999, id FROM placement_aggregates;', {'aggregate_without_provider': 1},
         'SELECT COUNT(*) FROM resource_provider_aggregates WHERE resource_provider_id = 9999',
         [['0']]),
        ('INSERT INTO resource_provider_traits (resource_provider_id, trait_id) '
         'VALUES (@cn1, 1), (@cn1, 9999);', {'trait_gone': 1},
         'SELECT trait_id FROM resource_provider_traits WHERE resource_provider_id = {cn1}',
         [['1']]),
        ('INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) '
         'VALUES (@cn1, 9999);', {'aggregate_gone': 1},
         'SELECT COUNT(*) FROM resource_provider_aggregates WHERE resource_provider_id = {cn1}',
         [['0']]),
    ]


def test_audit_finds_and_fixes_each_kind_of_damage(directory):
    with Damaged(directory, workers=1) as cloud:
        assert cloud.audit() == cloud.audit() and cloud.audit()[0] == 0
        ids = dict(zip(('cn1', 'cn2'), cloud.names))
        kinds = set()
        for statements, expected, query, wanted in some_damage():
            query = query.format(**ids)
            wanted = [[cell.format(**ids) for cell in row] for row in wanted]
            cloud.damage(statements)
            status, report = cloud.audit('--fix')
            found = {kind: count for kind, count in report['counts'].items() if count}
            assert (status, found) == (1, expected), (statements, report)
            assert all(finding['fixable'] for finding in report['findings'])
            assert report['fix'] == {'done': False, 'left': report['counts'],
                                     'rows_changed': dict.fromkeys(
                                         report['fix']['rows_changed'], 0)}
            status, report = cloud.audit('--fix', '--yes')
            assert status == 0 and report['clean'] and report['fix']['done'], report
            assert sum(report['fix']['rows_changed'].values()) > 0, report
            assert cloud.sql(query) == wanted, (statements, cloud.sql(query))
            kinds.update(expected)
        status, report = cloud.audit()
        assert status == 0 and report['clean'] and report['findings'] == [], report
        assert 'Nothing is wrong.' in cloud.manage('audit').stdout
        every = {kind for kind in report['counts']}
        with open(os.path.join(TOP, 'docs', 'database.md'), encoding='utf-8') as page:
            table = page.read().split('| finding (name in JSON) |')[1].split('\n\n')[0]
        described = {kind for row in re.findall(r'^\| (`[^|]*)', table, re.M)
                     for kind in re.findall(r'`(\w+)`', row)}
        assert described == every, described ^ every
        assert every - kinds == {'parent_circle', 'inventory_of_unknown_class',
                                 'allocation_of_unknown_class', 'allocation_without_inventory',
                                 'duplicate_allocation', 'over_capacity'}


def dump(cloud):
    done = subprocess.run(['mariadb-dump', '--no-defaults', '-uroot', '-S',
                           os.path.join(cloud.database, 'db.sock'), '--no-create-info',
                           '--skip-comments', '--ignore-table=placement.traits', 'placement'],
                          capture_output=True, text=True, check=True)
    return done.stdout


def test_audit_changes_nothing_unless_it_is_told_to(directory):
    with Damaged(directory, workers=1) as cloud:
        for statements, _, _, _ in some_damage()[::4]:
            cloud.damage(statements)
        before = dump(cloud)
        for words in (['audit'], ['audit', '--fix'], ['audit', '--fix', '--json']):
            done = cloud.manage(*words)
            assert done.returncode == 1 and ('--fix' in words) == \
                ('nothing was changed: --yes is missing' in done.stderr), done
            assert '--json' in words or '--fix repairs all' in done.stdout, done.stdout
        assert dump(cloud) == before, 'a dry run has changed something'


def test_audit_leaves_decisions_to_people(directory):
    """Reported, left alone by --fix, and gone after the remedy in the report. The strictest mode
    changes nothing."""
    with Damaged(directory, workers=1) as cloud:
        with open(cloud.conf, 'a') as conf:
            conf.write('[placement_database]\nmysql_sql_mode = %s\n' % STRICTEST)

        def expect(kind, **members):
            status, report = cloud.audit('--fix', '--yes')
            finding = report['findings'][0]
            assert status == 1 and not report['fix']['done'], report
            assert finding['kind'] == kind and not finding['fixable'], finding
            assert {name: finding[name] for name in members} == members, finding
            text = cloud.manage('audit').stdout
            assert 'to do:' in text and '--fix repairs none' in text, text
            return report['counts'][kind]

        cloud.damage('UPDATE resource_providers SET parent_provider_id = @cn2 WHERE id = @cn1;'
                     'UPDATE resource_providers SET parent_provider_id = @cn1 WHERE id = @cn2;')
        assert expect('parent_circle', provider_uuid=min(cloud.cn1, cloud.cn2)) == 2
        cloud.put_provider(cloud.cn1, {'name': 'cn1', 'parent_provider_uuid': None})
        assert cloud.found() == {'wrong_root': 1}
        assert cloud.audit('--fix', '--yes')[0] == 0
        shown = cloud.ask('GET', '/resource_providers/' + cloud.cn2).json
        assert shown['root_provider_uuid'] == shown['parent_provider_uuid'] == cloud.cn1

        cloud.damage(inventory('@cn2', 10077))
        expect('inventory_of_unknown_class', resource_class=None, resource_class_id=10077)
        cloud.sql("INSERT INTO resource_classes (id, name) VALUES (10077, 'CUSTOM_AGAIN')")
        assert cloud.found() == {}

        statements, name = consumer()
        cloud.damage(statements + allocation(name, '@cn2', 3, 5) + inventory('@cn2', 3) +
                     'DELETE FROM resource_classes WHERE id = 3;')
        assert cloud.found() == {'inventory_of_unknown_class': 1, 'allocation_of_unknown_class': 1}
        assert cloud.manage('db', 'sync').returncode == 0
        assert cloud.found() == {}, 'the standard class is back under its id'

        cloud.damage('DELETE FROM inventories WHERE resource_class_id = 3;')
        expect('allocation_without_inventory', consumer_uuid=name, provider_uuid=cloud.cn2,
               resource_class='PCI_DEVICE', used=5)
        answer = cloud.ask('POST', '/resource_providers/%s/inventories' % cloud.cn2,
                           {'resource_class': 'PCI_DEVICE', 'total': 5}, ADMIN)
        assert answer.status == 201 and cloud.found() == {}, answer.text

        cloud.damage(allocation(name, '@cn2', 3, 7))
        report = cloud.audit()[1]
        assert report['counts']['duplicate_allocation'] == report['counts']['over_capacity'] == 1
        over = report['findings'][1]
        assert (over['used'], over['total'], over['capacity']) == (12, 5, 5.0), over
        answer = cloud.claim(name, cloud.cn2, {'PCI_DEVICE': 5}, generation=1)
        assert answer.status == 204 and cloud.found() == {}, answer.text

        cloud.damage('UPDATE inventories SET total = 10, allocation_ratio = 0.5 '
                     'WHERE resource_class_id = 3;')
        assert cloud.found() == {}, 'full is not over'
        cloud.damage('UPDATE inventories SET reserved = 1 WHERE resource_class_id = 3;')
        expect('over_capacity', used=5, total=10, reserved=1, allocation_ratio=0.5, capacity=4.5,
               provider_uuid=cloud.cn2, resource_class='PCI_DEVICE')


def test_a_claim_replaces_allocations_of_a_consumer_without_a_row(directory):
    """As in an old database: such a claim is the first of a consumer, and the whole of it."""
    with Damaged(directory, workers=1) as cloud:
        def used():
            shown = cloud.ask('GET', '/resource_providers/%s/usages' % cloud.cn1).json
            return shown['usages']['VCPU']

        def lost(count=1):
            names = [str(uuid.uuid4()) for _ in range(count)]
            cloud.damage(''.join(allocation(name, used=5) for name in names))
            return names

        def wants(resources):
            allocations = {cloud.cn1: {'resources': resources}} if resources else {}
            return {'allocations': allocations, 'project_id': 'project', 'user_id': 'user',
                    'consumer_generation': None, 'consumer_type': 'INSTANCE'}

        def reshape(names):
            generations = {provider: cloud.ask('GET', '/resource_providers/' + provider)
                           .json['generation'] for provider in (cloud.cn1, cloud.cn2)}
            return {'inventories': {provider: {'resource_provider_generation': generation,
                                               'inventories': INVENTORY}
                                    for provider, generation in generations.items()},
                    'allocations': {name: wants({'VCPU': 1}) for name in names}}

        before = used()
        [one] = lost()
        assert cloud.claim(one, cloud.cn1, {'VCPU': 1}).status == 204
        assert used() == before + 1
        [one] = lost()
        assert cloud.claim(one, cloud.cn2, {'VCPU': 1}).status == 204
        assert used() == before + 1, 'nothing is left where it was'

        several = lost(3)
        answer = cloud.ask('POST', '/allocations', {name: wants({'VCPU': 1}) for name in several})
        assert answer.status == 204 and used() == before + 4, answer.text
        several, [one] = lost(2), lost()
        answer = cloud.ask('POST', '/allocations', dict(
            {name: wants({}) for name in several}, **{one: wants({'VCPU': 1})}))
        assert answer.status == 204 and used() == before + 5, answer.text

        several = lost(2)
        answer = cloud.ask('POST', '/reshaper', reshape(several), ADMIN)
        assert answer.status == 204 and used() == before + 7, answer.text

        cloud.damage('UPDATE inventories SET total = 20 WHERE resource_class_id = 0;')
        [one] = lost()
        assert cloud.claim(one, cloud.cn1, {'VCPU': 20 - before - 7}).status == 204, 'all is free'
        assert used() == 20 and cloud.found() == {}


def test_audit_says_when_it_cannot_be_run(directory):
    with Damaged(directory, workers=1) as cloud:
        for options in (['--yes'], ['--grace', 'x'], ['--grace', ''],
                        ['--grace', '99999999999999999999'], ['--grace', '1x', '--grace', '2'],
                        ['--grace'], ['more'], ['--unknown']):
            assert cloud.manage('audit', *options).returncode == 64, options
        young = consumer()[0].split('INSERT INTO allocations')[0].replace(
            'generation)', 'generation, created_at)').replace(', 1);', ', 1, UTC_TIMESTAMP());')
        ahead = consumer()[0].split('INSERT INTO allocations')[0].replace(
            'generation)', 'generation, created_at)').replace(
                ', 1);', ', 1, UTC_TIMESTAMP() + INTERVAL 20 SECOND);')
        cloud.damage(young + ahead)
        assert cloud.found() == {}, 'a consumer of a claim under way is no orphan'
        assert cloud.audit('--fix', '--yes')[0] == 0
        assert cloud.manage('audit', '--grace', '0').returncode == 1
        cloud.sql("UPDATE alembic_version SET version_num = 'b5c396305c25'")
        done = cloud.manage('audit', '--json')
        assert (done.returncode, done.stdout) == (2, '') and 'b5c396305c25' in done.stderr, done
        cloud.stop_stack()
        cloud.stop_database()
        done = cloud.manage('audit')
        assert done.returncode == 2 and 'not available' in done.stderr, done


class Terminal:
    """berth-manage on a terminal: its output, and input from a person."""

    def __init__(self, cloud, *arguments, **environment):
        self.text = ''
        pid, self.descriptor = pty.fork()
        if pid == 0:
            os.environ.update({'TERM': 'xterm', **environment})
            os.execv(cloud.manage_path,
                     [cloud.manage_path, '--config-file', cloud.conf, *arguments])
        self.pid = pid

    def read(self):
        try:
            more = os.read(self.descriptor, 65536)
        except OSError:
            return False
        self.text += more.decode('utf-8', 'replace')
        return more != b''

    def until(self, words):
        while words not in self.text and self.read():
            pass
        assert words in self.text, self.text

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def end(self):
        while self.read():
            pass
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_audit_asks_on_a_terminal_and_shows_its_progress(directory):
    with Damaged(directory, workers=1) as cloud:
        cloud.damage(allocation(str(uuid.uuid4())))
        for answer, status in (('\n', 1), ('n\n', 1), ('y\n', 0)):
            terminal = Terminal(cloud, 'audit', '--fix')
            terminal.until('? [y/N] ')
            terminal.type(answer)
            assert terminal.end() == status, terminal.text
            assert ('nothing was changed' in terminal.text) == (status == 1), terminal.text
            assert '\033[1m' in terminal.text, 'no bold heading'
        cloud.damage('INSERT INTO consumers (uuid, project_id, user_id) '
                     'SELECT UUID(), @project, @user FROM seq_1_to_1000')
        quiet = cloud.manage('audit')
        assert quiet.stderr == '' and '\033' not in quiet.stdout, quiet
        lock = cloud.lock('SELECT id FROM consumers')
        terminal = Terminal(cloud, 'audit', '--fix', '--yes', NO_COLOR='1')
        terminal.until('\r\033[K  0%  Orphaned consumers')
        lock.release()
        terminal.until('\r\033[K 80%  Orphaned consumers')
        assert terminal.end() == 0, terminal.text
        assert '\033[1m' not in terminal.text, terminal.text


class Claimer(threading.Thread):
    """Claims for consumers that are orphans in the database, while these are being deleted: some
    before `begun` is set, and some only when `enough` is."""

    def __init__(self, cloud, provider, consumers, begun, enough):
        super().__init__()
        self.cloud, self.provider, self.consumers = cloud, provider, consumers
        self.begun, self.enough = begun, enough
        self.held, self.as_orphan, self.broken = [], 0, None

    def run(self):
        try:
            for number, consumer in enumerate(self.consumers):
                if number == 10:
                    self.begun.wait()
                if number == len(self.consumers) - 10:
                    self.enough.wait()
                answer = self.cloud.claim(consumer, self.provider, {'VCPU': 1}, generation=1)
                self.as_orphan += answer.status == 204
                if answer.status != 204:
                    assert answer.status == 409, answer.text
                    answer = self.cloud.claim(consumer, self.provider, {'VCPU': 1})
                assert answer.status == 204, answer.text
                self.held.append(consumer)
        except Exception as reason:  # shown by the test
            self.broken = reason


def test_audit_fixes_beside_claims_and_loses_none(directory):
    """The fix deletes orphans while claims come for the same consumers; some fixes are killed."""
    with Damaged(directory, workers=4) as cloud:
        consumers = [[str(uuid.uuid4()) for _ in range(400)] for _ in range(3)]
        everyone = [name for some in consumers for name in some]
        random.shuffle(everyone)
        cloud.damage('INSERT INTO consumers (uuid, project_id, user_id, generation) VALUES ' +
                     ', '.join("('%s', @project, @user, 1)" % name for name in everyone) + ';' +
                     ''.join(allocation(str(uuid.uuid4()), '@cn2') for _ in range(300)) +
                     ''.join(allocation(name, 9999) for name in everyone[::7]))
        provider = cloud.make_provider({'VCPU': {'total': 10000}})
        begun, enough = threading.Event(), threading.Event()
        claimers = [Claimer(cloud, provider, some, begun, enough) for some in consumers]
        for claimer in claimers:
            claimer.start()
        wait_until('all have claimed', lambda: all(claimer.as_orphan or claimer.broken
                                                   for claimer in claimers))
        begun.set()
        killed = fixes = 0
        while any(claimer.is_alive() for claimer in claimers):
            process = subprocess.Popen([cloud.manage_path, '--config-file', cloud.conf, 'audit',
                                        '--fix', '--yes', '--grace', '0'],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                process.communicate(timeout=None if fixes % 2 else random.uniform(0.005, 0.05))
                assert process.returncode in (0, 1), process
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                killed += 1
            fixes += 1
            if fixes > 2 and killed > 0:
                enough.set()
        for claimer in claimers:
            claimer.join()
            assert claimer.broken is None, claimer.broken
        cloud.wait_until_at_rest()
        done = cloud.manage('audit', '--fix', '--yes', '--grace', '0')
        assert done.returncode == 0, done.stdout
        held = {row[0] for row in cloud.sql('SELECT a.consumer_id FROM allocations a '
                                            'JOIN consumers c ON c.uuid = a.consumer_id')}
        for claimer in claimers:
            assert len(claimer.held) == 400
            assert not set(claimer.held) - held, 'lost claims'
        assert len(held) == 1 + 1200 + 300, 'unknown consumers, or lost ones'
        as_orphan = sum(claimer.as_orphan for claimer in claimers)
        print('    %d claims, %d of them of consumers that were orphans then; %d fixes, %d killed' %
              (1200, as_orphan, fixes, killed))


def test_audit_of_many_consumers(make_cloud):
    cloud = make_cloud(workers=1)
    cloud.stop_stack()
    cloud.sql(
        "INSERT INTO projects (external_id) VALUES ('p'); INSERT INTO users (external_id) "
        "VALUES ('u'); INSERT INTO resource_providers (id, uuid, name, generation, "
        'root_provider_id) SELECT seq, UUID(), seq, 1, seq FROM seq_1_to_1000; '
        'INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, '
        'min_unit, max_unit, step_size, allocation_ratio) SELECT p.seq, c.seq, 100000, 0, 1, '
        '1000, 1, 1.1 FROM seq_1_to_1000 p, seq_0_to_1 c; '
        'INSERT INTO consumers (uuid, project_id, user_id, generation) SELECT UUID(), 1, 1, 1 '
        'FROM seq_1_to_100000; INSERT INTO allocations (resource_provider_id, consumer_id, '
        'resource_class_id, used) SELECT c.id % 1000 + 1, c.uuid, k.seq, 2 FROM consumers c, '
        'seq_0_to_1 k WHERE c.id % 20 > 0')
    done = cloud.manage('audit', '--fix', '--yes')
    audited = re.match('Audited 1,000 providers, 2,000 inventories, 100,000 consumers and 190,000 '
                       'allocations in ([0-9.]*) s', done.stdout)
    assert audited and done.returncode == 0, done.stdout
    shown = re.findall('^  consumer ', done.stdout, re.M)
    assert len(shown) == 20 and 'and 4,980 more' in done.stdout, done.stdout
    assert '5,000 rows repaired' in done.stdout, done.stdout
