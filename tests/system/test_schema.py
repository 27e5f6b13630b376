"""berth-manage db ... and status ...: the schema that they make, and what they say, compared with
upstream's placement-manage and placement-status on databases of the same kind.
"""
import collections
import json
import os
import shutil
import signal
import subprocess
import tempfile
import textwrap
import time

import pymysql
import pytest
from support.cloud import SQL_MODE, STRICTEST, wait_until
from support.forks import Fork, run
from support.paths import BERTH_MANAGE, TOP
from support.python_service import upstream, upstream_sync

UPSTREAM = shutil.which('placement-manage') is not None
SQL = os.path.join(TOP, 'sql')
HEAD, BEFORE_HEAD = 'a082b8bb98d0', '422ece571366'
REVISIONS = ['b4ed3a175331', '611cd6dffd7b', 'b5c396305c25', BEFORE_HEAD]  # what Debian 12 has
SOCKET = WORK = None
MIGRATED = {}

# Upstream's program loses the option --json on its way.
CHECK_AS_JSON = """
import sys
from oslo_upgradecheck import upgradecheck
from placement.cmd import status
run = upgradecheck.run


def run_with(config):
    upgradecheck.CONF = config
    return run(config)


upgradecheck.run = run_with
sys.exit(status.main())
"""

Result = collections.namedtuple('Result', 'status out err')


class Database:
    """A database of the server, with a configuration file that names it."""

    def __init__(self, name, charset='utf8', berth=''):
        self.name = name
        self.server = pymysql.connect(unix_socket=SOCKET, user='root', autocommit=True)
        self.sql('DROP DATABASE IF EXISTS `%s`' % name)
        self.sql('CREATE DATABASE `%s` CHARACTER SET %s' % (name, charset))
        self.server.select_db(name)
        self.folder = tempfile.mkdtemp(dir=WORK)
        self.conf = os.path.join(self.folder, 'placement.conf')
        with open(self.conf, 'w') as conf:
            conf.write('[placement_database]\nconnection = mysql+pymysql://root@localhost/%s'
                       '?charset=utf8&unix_socket=%s\n[berth]\n%s\n'
                       '[oslo_policy]\npolicy_file = policy.yaml\n' % (name, SOCKET, berth))

    def sql(self, text, *values):
        with self.server.cursor() as cursor:
            cursor.execute(text, values or None)
            return cursor.fetchall()

    def berth(self, *words, **options):
        done = subprocess.run([BERTH_MANAGE, '--config-file', self.conf, *words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
        return Result(done.returncode, done.stdout, done.stderr)

    def begin(self, *words):
        return subprocess.Popen([BERTH_MANAGE, '--config-file', self.conf, *words],
                                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sync(self, *words):
        result = self.berth('db', 'sync', *words)
        assert result.status == 0, result.err

    def upstream(self, name, *words):
        done = upstream(self.conf, name, *words)
        return Result(done.returncode, done.stdout, done.stderr)

    def upstream_manage(self, *words):
        return self.upstream('placement-manage', *words)

    def upstream_status(self, *words):
        return self.upstream('placement-status', *words)

    def migrate(self, revision):
        """Have upstream make the tables."""
        upstream_sync(self.conf, revision)
        return self

    def upstream_sync(self, revision):
        """Make what migrate() makes. Upstream does so once; after that it is copied."""
        key = SOCKET, self.sql('SELECT @@character_set_database, @@collation_database'), revision
        if key not in MIGRATED:
            MIGRATED[key] = self.migrate(revision).dump()
        else:
            for statement in MIGRATED[key]:
                self.sql(statement)
        return self

    def dump(self):
        """Return statements that make these tables, which have no rows but the revision."""
        tables = [table for (table,) in self.sql('SHOW TABLES')]
        assert all(table == 'alembic_version' or not self.rows(table, '*') for table in tables)
        return ['SET foreign_key_checks = OFF',
                *(self.sql('SHOW CREATE TABLE `%s`' % table)[0][1] for table in tables),
                'SET foreign_key_checks = ON',
                *("INSERT INTO alembic_version VALUES ('%s')" % name for name in self.version())]

    def version(self):
        return [row[0] for row in self.sql('SELECT version_num FROM alembic_version')]

    def schema(self):
        """Return the definition of each table, without row counters."""
        tables = {}
        for (table,) in self.sql('SHOW TABLES'):
            text = self.sql('SHOW CREATE TABLE `%s`' % table)[0][1]
            tables[table] = ' '.join(word for word in text.split()
                                     if not word.startswith('AUTO_INCREMENT='))
        return tables

    def fill_incomplete(self, providers=3, consumers=4):
        """Make rows as before Rocky: no roots, no consumers."""
        for number in range(providers):
            self.sql('INSERT INTO resource_providers (uuid, name, generation) VALUES (%s, %s, 1)',
                     'provider-%d' % number, 'provider %d' % number)
        for number in range(consumers):
            for resource_class in (0, 1):
                self.sql('INSERT INTO allocations (resource_provider_id, consumer_id, '
                         'resource_class_id, used) VALUES (1, %s, %s, 1)',
                         'consumer-%d' % number, resource_class)

    def rows(self, table, columns):
        return self.sql('SELECT %s FROM %s ORDER BY 1' % (columns, table))


@pytest.fixture(scope='module')
def fresh(database_server):
    global SOCKET, WORK
    SOCKET, WORK = database_server.socket, database_server.directory
    database = Database('fresh')
    database.sync()
    return database


class Comparison:
    @pytest.fixture(autouse=True)
    def begin(self, fresh):
        self.fresh = fresh


class TestSchema(Comparison):
    def check_whole(self, database):
        assert database.version() == [HEAD]
        assert self.fresh.schema() == database.schema()

    def test_a_new_database(self):
        database = Database('new')
        assert database.berth('db', 'version') == (0, 'None\n', '')
        assert database.berth('db', 'sync').out == ''
        assert database.berth('db', 'version') == (0, HEAD + '\n', '')
        assert database.sql("SELECT id FROM resource_classes WHERE name = 'VCPU'") == ((0,),)
        traits = database.sql('SELECT * FROM traits')
        assert len(traits) > 300
        assert database.berth('db', 'sync') == (0, '', '')
        assert traits == database.sql('SELECT * FROM traits')

    def test_tables_have_transactions_whatever_the_default_engine(self):
        server = self.fresh
        (engine,), = server.sql('SELECT @@global.default_storage_engine')
        server.sql("SET GLOBAL default_storage_engine = 'MyISAM'")
        try:
            database = Database('engine')
            database.sync()
        finally:
            server.sql('SET GLOBAL default_storage_engine = %s', engine)
        self.check_whole(database)

    def test_many_at_once_make_the_same(self):
        database = Database('together')
        processes = [database.begin('db', 'sync') for _ in range(4)]
        assert [0] * 4 == [process.wait() for process in processes]
        self.check_whole(database)
        assert self.fresh.sql('SELECT name FROM traits ORDER BY name') == \
            database.sql('SELECT name FROM traits ORDER BY name')

    def test_one_waits_for_the_other(self):
        database = Database('waits')
        database.sql("DO GET_LOCK(CONCAT('berth_schema_', MD5(DATABASE())), 5)")
        process = database.begin('db', 'sync')
        self.wait_for("SELECT 1 FROM information_schema.processlist WHERE state = 'User lock'")
        assert database.sql('SHOW TABLES') == ()
        other = Database('waits_not')
        other.sync()
        database.sql("DO RELEASE_ALL_LOCKS()")
        assert process.wait() == 0
        self.check_whole(database)

    def wait_for(self, query):
        wait_until(query, lambda: self.fresh.sql(query))

    def test_a_killed_sync_is_completed(self):
        for delay in (0.01, 0.03, 0.06, 0.1):
            database = Database('killed')
            process = database.begin('db', 'sync')
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.wait()
            database.sync()
            self.check_whole(database)

    def test_a_sync_cut_off_after_any_statement_is_completed(self):
        steps = statements('schema'), statements('step_422ece571366') + statements(
            'step_a082b8bb98d0')
        for cut in range(1, len(steps[0]) + 1, 4):
            database = Database('cut')
            for statement in steps[0][:cut]:
                database.sql(statement)
            database.sync()
            self.check_whole(database)
        for cut in range(1, len(steps[1]) + 1) if UPSTREAM else ():
            database = Database('cut').upstream_sync('b5c396305c25')
            for statement in steps[1][:cut]:
                database.sql(statement)
            database.sync()
            self.check_whole(database)

    def test_the_way_back_can_be_cut_off_too(self):
        whole = Database('whole')
        whole.sync('--version', BEFORE_HEAD)
        database = Database('back')
        database.sync()
        for target, schema in ((HEAD, self.fresh.schema()), (BEFORE_HEAD, whole.schema())):
            for cut in range(len(statements('back_422ece571366'))):
                database.sync()
                database.sql("UPDATE alembic_version SET version_num = '%s'" % BEFORE_HEAD)
                for statement in statements('back_422ece571366')[:cut]:
                    database.sql(statement)
                database.sync('--version', target)
                assert database.version() == [target]
                assert schema == database.schema()

    def test_a_change_waits_for_the_transactions_of_others(self):
        """Even longer than a request may take."""
        database = Database('busy', berth='statement_timeout = 1')
        database.sync()
        database.sql('BEGIN')
        database.sql('SELECT * FROM inventories')
        process = database.begin('db', 'sync', '--version', BEFORE_HEAD)
        self.wait_for("SELECT 1 FROM information_schema.processlist "
                      "WHERE state LIKE 'Waiting for table metadata lock' AND time_ms > 1300")
        database.sql('COMMIT')
        assert process.wait() == 0
        assert database.version() == [BEFORE_HEAD]

    def refused(self, database, words, *parts):
        before = database.schema()
        result = database.berth(*words)
        assert result[:2] == (1, '')
        for part in parts:
            assert part in result.err
        assert before == database.schema()

    def test_revisions_that_are_unknown(self):
        database = Database('unknown')
        database.sync()
        database.sql("UPDATE alembic_version SET version_num = 'fffffffffff1'")
        self.refused(database, ['db', 'sync'], 'fffffffffff1', 'does not know')
        self.refused(database, ['db', 'sync', '--version', BEFORE_HEAD], 'fffffffffff1')
        self.refused(database, ['db', 'stamp', 'head'], 'fffffffffff1', 'does not know')
        assert database.berth('db', 'version') == (0, 'fffffffffff1\n', '')
        database.sql("INSERT INTO alembic_version VALUES ('%s')" % HEAD)
        self.refused(database, ['db', 'sync'], 'more than one')
        self.refused(database, ['db', 'version'], 'more than one')
        assert sorted(database.version()) == ['a082b8bb98d0', 'fffffffffff1']

    def test_tables_without_a_revision(self):
        database = Database('untold')
        database.sync()
        database.sql('DROP TABLE alembic_version')
        self.refused(database, ['db', 'sync'], 'db stamp')
        assert database.berth('db', 'stamp', 'head').status == 0
        database.sync()
        self.check_whole(database)

    def test_versions_that_cannot_be_made(self):
        database = Database('versions')
        for version in ('b4ed3a175331', 'base', 'nonsense', ''):
            self.refused(database, ['db', 'sync', '--version', version], BEFORE_HEAD, HEAD)

    def test_character_sets(self):
        for charset in ('latin1', 'utf8mb4', 'utf8mb4 COLLATE utf8mb4_bin'):
            database = Database('charset', charset)
            database.sync()
            name = charset.split()[0]
            others = [text for text in database.schema().values() if 'CHARSET=' + name not in text]
            assert others == []
            whole = database.schema()
            if UPSTREAM:
                database = Database('charset', charset).upstream_sync('b4ed3a175331')
                database.fill_incomplete()
                assert database.berth('db', 'online_data_migrations').status == 0
                database.sync()
                assert whole == database.schema()

    def test_usage(self):
        database = Database('usage')
        for words in (['db'], ['db', 'nonsense'], [], ['nonsense'], ['db', 'stamp'],
                      ['db', 'sync', 'nonsense'], ['db', 'version', 'x'],
                      ['db', 'online_data_migrations', '--max-count'], ['status'],
                      ['status', 'upgrade'], ['status', 'upgrade', 'check', 'x']):
            result = database.berth(*words)
            assert result[:2] == (os.EX_USAGE, ''), words
            assert 'usage: berth-manage' in result.err
        for words in (['help'], ['--help'], ['help', 'db'], ['db', '--help'],
                      ['db', 'sync', '--help']):
            result = database.berth(*words)
            assert (result.status, result.err) == (0, ''), words
            assert 'db sync' in result.out


def statements(name):
    """Return the statements of a file in sql/."""
    with open(os.path.join(SQL, name + '.sql')) as file:
        text = ''.join(line for line in file if not line.startswith('--'))
    return [statement.strip() for statement in text.split(';\n') if statement.strip()]


@pytest.mark.skipif(not UPSTREAM, reason='there is no python3-placement to compare with')
class TestUpstream(Comparison):
    def twins(self, prepare):
        """Return two equal databases: for upstream's command, and for Berth's."""
        pair = Database('theirs'), Database('ours')
        for database in pair:
            prepare(database)
        return pair

    def test_the_installed_programs_do_the_same_as_forks(self):
        database = Database('installed').upstream_sync('b4ed3a175331')
        database.fill_incomplete(1, 1)
        for words in (('placement-manage', 'db', 'sync'), ('placement-status', 'upgrade', 'check')):
            forked, installed = (upstream(database.conf, *words, start=start)
                                 for start in (Fork, subprocess.Popen))
            assert (forked.returncode, forked.stdout) == (installed.returncode, installed.stdout)
            assert forked.returncode != 0
            assert forked.stderr.splitlines()[-1:] == installed.stderr.splitlines()[-1:]

    def test_upstreams_names(self):
        """By upstream's names the program has upstream's commands, options and exit statuses."""
        database = Database('names').upstream_sync(BEFORE_HEAD)
        wrong = os.path.join(database.folder, 'wrong.conf')
        with open(wrong, 'w') as file:
            file.write('[api]\n')
        for name in ('placement-manage', 'placement-status'):
            os.symlink(BERTH_MANAGE, os.path.join(database.folder, name))

        def both(name, *words, conf=database.conf):
            conf, database.conf = database.conf, conf
            theirs = database.upstream(name, *words)
            done = subprocess.run([os.path.join(database.folder, name), '--config-file',
                                   database.conf, *words], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True)
            database.conf = conf
            assert done.returncode == theirs.status, (name, words, done, theirs)
            assert (done.stdout == '') == (theirs.out == ''), (name, words, done, theirs)
            assert 'berth-manage:' not in done.stderr, done.stderr
            return theirs.out, done.stdout
        for words in ([], ['db'], ['db', '--help'], ['--help'], ['db', 'sync', '-h'], ['nonsense'],
                      ['db', 'nonsense'], ['db', 'stamp'], ['db', 'version', 'x'], ['audit'],
                      ['--nonsense'], ['--debug', 'db', 'version'], ['-d', '--version'],
                      ['--nodebug', '--use-json', '--log-file', 'x', '--log-dir=y',
                       '--log_config=z', '--nouse-journal', 'db', 'version'],
                      ['--config-dir', database.folder, 'db', 'version'],
                      ['db', 'online_data_migrations', '--max-count', '0'],
                      ['db', 'online_data_migrations', '--max-count', '5'],
                      ['db', 'online_data_migrations', '--max-count'],
                      ['db', 'online_data_migrations']):
            both('placement-manage', *words)
        theirs, ours = both('placement-manage', 'db', 'version')
        assert theirs == ours == BEFORE_HEAD + '\n'
        theirs, ours = both('placement-manage', '--version')
        assert int(ours.split('.')[0]) >= int(theirs.split('.')[0])
        for words in ([], ['--help'], ['nonsense'], ['upgrade'], ['upgrade', '-h'],
                      ['upgrade', 'check', 'x'], ['--debug', 'upgrade', 'check'],
                      ['db', 'version'], ['--version']):
            both('placement-status', *words)
        for words in (['upgrade', 'check'], ['upgrade', '--json', 'check'],
                      ['upgrade', 'check', '--json']):
            theirs, ours = both('placement-status', *words)
            assert theirs == ours or '--json' in words
        for words in (['db', 'version'], ['db', 'sync']):
            both('placement-manage', *words, conf=wrong)
            both('placement-manage', *words, conf='/nowhere/placement.conf')
        both('placement-status', 'upgrade', 'check', conf=wrong)
        both('placement-manage', 'db', 'sync')

    def test_every_revision_is_brought_to_the_head(self):
        for revision in REVISIONS:
            database = Database('older').upstream_sync(revision)
            assert revision + '\n' == database.berth('db', 'version').out
            database.sync()
            assert database.version() == [HEAD]
            assert self.fresh.schema() == database.schema(), revision

    def test_a_copy_is_what_upstream_makes(self):
        for revision, charset in ((REVISIONS[0], 'latin1'), (BEFORE_HEAD, 'utf8')):
            made = Database('made', charset).migrate(revision)
            for name in ('copied', 'copied again'):
                copied = Database(name, charset).upstream_sync(revision)
                assert made.version() == copied.version() == [revision]
                assert made.dump() == copied.dump()

    def test_a_cut_off_sync_of_upstream_is_completed(self):
        database = Database('watched')
        database.sql('TRUNCATE mysql.general_log')
        database.sql("SET GLOBAL log_output = 'TABLE', general_log = ON")
        database.migrate(BEFORE_HEAD)
        database.sql('SET GLOBAL general_log = OFF')
        done = [row[0] for row in database.sql(
            "SELECT argument FROM mysql.general_log WHERE command_type = 'Query' AND argument "
            "REGEXP '^[[:space:]]*(CREATE|ALTER|INSERT|UPDATE)'")]
        assert len(done) > 30
        later = next(i for i, text in enumerate(done) if 'consumer_type' in text)
        for cut in [*range(1, later, 5), *range(later + 1, len(done) + 1)]:
            database = Database('cut')
            for statement in done[:cut]:
                database.sql(statement)
            database.sync()
            assert database.version() == [HEAD]
            assert self.fresh.schema() == database.schema(), done[cut - 1]

    def test_incomplete_rows_stand_in_the_way(self):
        database = Database('blocked').upstream_sync('b4ed3a175331')
        database.fill_incomplete()
        reason = ('There is at least one %s the "%s db online_data_migrations" command.')
        for what, migrate in (
                ('resource provider table record which is missing its root provider id. Run',
                 'UPDATE resource_providers SET root_provider_id = id'),
                ('allocation record which is missing a consumer record. Run',
                 'DELETE FROM allocations')):
            theirs = database.upstream_manage('db', 'sync')
            assert theirs.status == 1
            assert reason % (what, 'placement-manage') in theirs.err
            ours = database.berth('db', 'sync')
            assert ours[:2] == (1, '')
            assert reason % (what, 'berth-manage') in ours.err
            database.sql(migrate)
        database.sync()
        assert self.fresh.schema() == database.schema()

    def test_the_python_service_goes_on_from_where_it_is_left(self):
        """At the older revision upstream's sync finds nothing to do, and no unknown revision."""
        database = Database('given back').upstream_sync(BEFORE_HEAD)
        before = database.schema()
        database.sync()
        assert before != database.schema()
        assert database.upstream_manage('db', 'sync').status == 1
        database.sync('--version', BEFORE_HEAD)
        assert database.upstream_manage('db', 'sync').status == 0
        assert {table: sorted(text.split()) for table, text in before.items()} == \
            {table: sorted(text.split()) for table, text in database.schema().items()}

    def test_the_older_revision_is_made_of_nothing(self):
        theirs = Database('theirs').upstream_sync(BEFORE_HEAD)
        ours = Database('ours')
        ours.sync('--version', '422')
        assert {table: sorted(text.split()) for table, text in theirs.schema().items()} == \
            {table: sorted(text.split()) for table, text in ours.schema().items()}

    def test_stamps(self):
        theirs, ours = self.twins(lambda database: None)
        for revision in ('b4ed3a175331', 'nonsense', '61', 'b', 'heads', 'base', '4',
                         'b4ed3a175331x', 'HEAD', 'head-1', 'b5c396305c25', 'head'):
            answers = [theirs.upstream_manage('db', 'stamp', revision),
                       ours.berth('db', 'stamp', revision)]
            assert answers[0][:2] == answers[1][:2], revision
            # Debian's newest revision is not Berth's
            versions = [BEFORE_HEAD if version == HEAD else version for version in ours.version()]
            assert theirs.version() == versions, revision
            assert theirs.upstream_manage('db', 'version')[:2] == \
                (0, ours.berth('db', 'version').out.replace(HEAD, BEFORE_HEAD))

    def migrate(self, theirs, ours, *words):
        words = ('db', 'online_data_migrations', *words)
        strict = dict(os.environ, **{SQL_MODE: STRICTEST})
        expected, answer = theirs.upstream_manage(*words), ours.berth(*words, env=strict)
        assert expected[:2] == answer[:2]
        for table, columns in (
                ('resource_providers', 'uuid, name, generation, root_provider_id = id, '
                 'parent_provider_id, created_at IS NULL, updated_at IS NULL'),
                ('consumers', 'uuid, project_id, user_id, generation, created_at IS NULL, '
                 'updated_at IS NULL'),
                ('projects', 'id, external_id, created_at IS NULL, updated_at IS NULL'),
                ('users', 'id, external_id, created_at IS NULL, updated_at IS NULL'),
                ('allocations', '*')):
            assert theirs.rows(table, columns) == ours.rows(table, columns)
        return answer

    def test_online_data_migrations(self):
        def prepare(database):
            database.upstream_sync('b4ed3a175331').fill_incomplete(60, 55)
        theirs, ours = self.twins(prepare)
        for words, status in ((['--max-count', '0'], 127), (['--max-count', '-3'], 127),
                              (['--max-count', 'x'], 127), (['--max-count', '7'], 1),
                              (['--max-count', '60'], 1), ([], 0), ([], 0),
                              (['--max-count', '10'], 0)):
            assert status == self.migrate(theirs, ours, *words).status, words

    def test_online_data_migrations_where_the_rows_are(self):
        pair = self.twins(lambda database: database.upstream_sync(BEFORE_HEAD))
        for providers, consumers, words in ((0, 0, []), (2, 0, []), (0, 3, []), (50, 50, []),
                                            (2, 2, ['--max-count', '2']),
                                            (1, 2, ['--max-count', '2'])):
            for database in pair:
                database.sql('SET foreign_key_checks = OFF')
                for table in ('resource_providers', 'allocations', 'consumers', 'projects',
                              'users'):
                    database.sql('DELETE FROM ' + table)
                database.fill_incomplete(providers, consumers)
            self.migrate(*pair, *words)

    def test_online_data_migrations_that_fail(self):
        def prepare(database):
            database.upstream_sync(BEFORE_HEAD).fill_incomplete(0, 3)
            database.sql('ALTER TABLE resource_providers RENAME TO elsewhere')
        theirs, ours = self.twins(prepare)
        for words, status in ((['--max-count', '2'], 1), ([], 2), ([], 2)):
            words = ['db', 'online_data_migrations', *words]
            expected, answer = theirs.upstream_manage(*words), ours.berth(*words)
            lines = [line.split('<function ')[0] + line.split()[-3] + '\n'
                     if '<function' in line else line for line in expected.out.splitlines(True)]
            assert answer[:2] == (status, ''.join(lines))

    def test_a_child_gets_the_root_of_its_parent(self):
        database = Database('tree').upstream_sync('b4ed3a175331')
        for number, parent in ((1, None), (2, 1), (3, 2), (4, None), (5, 3)):
            database.sql('INSERT INTO resource_providers (id, uuid, parent_provider_id) '
                         'VALUES (%s, %s, %s)', number, 'provider-%d' % number, parent)
        answer = database.berth('db', 'online_data_migrations', '--max-count', '3')
        assert '3 rows matched query set_root_provider_ids, 3 migrated\n' in answer.out
        answer = database.berth('db', 'online_data_migrations')
        assert '2 rows matched query set_root_provider_ids, 2 migrated\n' in answer.out
        assert database.sql(
            'SELECT id, root_provider_id FROM resource_providers ORDER BY id') == \
            ((1, 1), (2, 1), (3, 1), (4, 4), (5, 1))

    def test_upgrade_check(self):
        def same(database, status):
            expected = database.upstream_status('upgrade', 'check')
            answer = database.berth('status', 'upgrade', 'check')
            assert expected[:2] == answer[:2]
            assert status == answer.status
        database = Database('checked').upstream_sync('b4ed3a175331')
        same(database, 0)
        database.fill_incomplete(1, 1)
        same(database, 2)
        database.sql('UPDATE resource_providers SET root_provider_id = id')
        same(database, 1)
        database.fill_incomplete(0, 1200)
        same(database, 1)
        database.sql('DELETE FROM allocations')
        database.sync()
        same(database, 0)
        for policy, status in (('{"a": "b"}', 2), ('{}\n', 2), ('a: b', 0), ('# nothing\n', 0),
                               ('"a"', 2), ('', 0), ('{"a": "b"} more', 0)):
            with open(os.path.join(database.folder, 'policy.yaml'), 'w') as file:
                file.write(policy)
            same(database, status)

    def test_upgrade_check_of_the_rules(self):
        """It says whom the policy refuses; that is no failure, for it does not know the roles."""
        database = Database('rules').upstream_sync(BEFORE_HEAD)
        file = os.path.join(database.folder, 'policy.yaml')
        refuses = 'the policy refuses callers whose role is '
        with open(os.path.join(TOP, 'docs', 'replacing.md')) as document:
            lines = document.read().split('policy.yaml" <<\'END\'\n')[1].split('   END\n')[0]
        assert lines.count('\n') == 3

        def told(policy):
            with open(file, 'w') as stream:
                stream.write(policy)
            answer = database.berth('status', 'upgrade', 'check')
            assert answer.status == 0, answer
            return ''.join(line for line in answer.err.splitlines(True)
                           if not line.startswith('The world '))
        assert told('') == ('berth-manage: %sadmin and not service, as before 2023.2: '
                            'placement:reshaper:reshape\n' % refuses)
        assert told(textwrap.dedent(lines)) == ''
        every = told('"placement:traits:list": "role:admin"\n'
                     '"placement:reshaper:reshape": "role:admin"\n')
        assert every == ('berth-manage: %sservice and not admin: placement:traits:list, '
                         'placement:reshaper:reshape\n' % refuses)
        former = '"placement:reshaper:reshape": "@"\n"system_reader_api": "role:reader"\n'
        assert told(former) == ('berth-manage: %s:2: no rule refers to "system_reader_api" any '
                                'more, since 2023.2\n' % file)
        assert told(former + '"placement:traits:list": "@ or rule:system_reader_api"\n') == ''
        assert 'does not start with these rules: %s:1' % file in told('"a": "rule:b"\n')

    def test_upgrade_check_that_fails(self):
        database = Database('checked').upstream_sync(BEFORE_HEAD)
        os.mkdir(os.path.join(database.folder, 'policy.yaml'))
        assert database.upstream_status('upgrade', 'check').status == 255
        assert database.berth('status', 'upgrade', 'check')[:2] == (255, 'Error:\n')
        database = Database('empty')
        expected = database.upstream_status('upgrade', 'check')
        answer = database.berth('status', 'upgrade', 'check')
        assert expected.status == 255
        assert answer[:2] == (255, expected.out.splitlines()[0] + '\n')

    def test_upgrade_check_as_json(self):
        database = Database('checked').upstream_sync('b4ed3a175331')
        database.fill_incomplete(1, 1)

        program = os.path.join(database.folder, 'check')
        with open(program, 'w') as file:
            file.write(CHECK_AS_JSON)
        expected = run([program, '--config-file', database.conf, 'upgrade', 'check', '--json'])
        answer = database.berth('status', 'upgrade', 'check', '--json')
        assert (expected.returncode, expected.stdout) == answer[:2]
        assert [check['result'] for check in json.loads(answer.out)['checks']] == [2, 1, 0]
