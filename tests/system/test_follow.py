"""The records of the world: what the binary log says is what the tables have, or the follower gives
up and says why."""
import os
import random
import threading
import uuid

import pytest
from support.cloud import wait_until
from support.database import DatabaseServer, end_thread
from support.paths import TOP
from support.world import Follower

LOGGED = ('--log-bin=binlog', '--binlog-format=ROW', '--server-id=1')

ACCOUNT = """
CREATE DATABASE placement CHARACTER SET %s;
CREATE DATABASE nova; CREATE TABLE nova.services (id INT PRIMARY KEY, text BLOB);
CREATE USER placement@localhost IDENTIFIED BY 'pw';
GRANT ALL ON placement.* TO placement@localhost;
GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO placement@localhost;
"""

ROWS = """
INSERT INTO resource_classes (id, name) VALUES (1, 'VCPU'), (2, 'MEMORY_MB');
INSERT INTO traits (id, name) VALUES (1, 'HW_NIC'), (2, 'CUSTOM_Ä');
INSERT INTO resource_providers (id, uuid, name, generation) VALUES (1, 'one', 'host €1', 7);
UPDATE resource_providers SET root_provider_id = id;
INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, min_unit,
    max_unit, step_size, allocation_ratio) VALUES (1, 1, 8, 0, 1, 8, 1, 16.1);
INSERT INTO allocations (resource_provider_id, consumer_id, resource_class_id, used)
    VALUES (1, 'a', 1, 2), (1, 'b', 1, 3);
"""


TIMES = '1969-12-31 23:59:58', '2024-02-29 12:34:56', '2099-12-31 23:59:59', '9999-01-01'


def start(directory, name, *options, charset='utf8mb4'):
    server = DatabaseServer(os.path.join(directory, name))
    server.start('', *options)
    server.sql(ACCOUNT % charset)
    with open(os.path.join(TOP, 'sql', 'schema.sql')) as schema:
        server.sql(schema.read(), 'placement')
    server.sql('SET NAMES utf8mb4;' + ROWS, 'placement')
    return server


@pytest.fixture(scope='module')
def server(module_directory):
    server = start(module_directory, 'db', *LOGGED)
    yield server
    server.stop()


@pytest.fixture
def follower(server):
    with Follower(server) as follower:
        follower.wait_until_kept()
        yield follower


def change(rng, number):
    """A random change, which may fail."""
    def provider():
        return rng.randrange(1, 12)

    def pair(table, column):
        return rng.choice([
            'INSERT IGNORE INTO %s (resource_provider_id, %s) VALUES (%d, %d), (%d, %d)'
            % (table, column, provider(), number % 2 + 1, provider(), number % 2 + 1),
            'DELETE FROM %s WHERE resource_provider_id = %d' % (table, provider())])

    return rng.choice([
        lambda: "INSERT IGNORE INTO resource_providers (id, uuid, name, generation, "
                "root_provider_id, created_at) VALUES (%d, '%s', %s, %d, %d, NOW())"
                % (provider(), uuid.uuid4(), rng.choice(["'näme %d'" % number, 'NULL']), number,
                   1),
        lambda: 'UPDATE resource_providers SET generation = generation + 1, updated_at = '
                "'%s', " % rng.choice(TIMES) +
                'parent_provider_id = NULLIF(%d, id) WHERE id < %d' % (1, provider()),
        lambda: 'DELETE IGNORE FROM resource_providers WHERE id = %d' % rng.randrange(2, 12),
        lambda: 'REPLACE INTO inventories (resource_provider_id, resource_class_id, total, '
                'reserved, min_unit, max_unit, step_size, allocation_ratio, created_at) VALUES '
                "(%d, %d, %d, 1, 1, 2147483647, 3, %f, '%s')"
                % (provider(), number % 2 + 1, rng.randrange(-5, 2**31), rng.random() * 20,
                   rng.choice(TIMES)),
        lambda: 'UPDATE IGNORE inventories SET resource_provider_id = resource_provider_id + 1, '
                'total = 70 WHERE resource_provider_id = %d' % provider(),
        lambda: 'DELETE FROM inventories WHERE resource_provider_id = %d' % provider(),
        lambda: 'INSERT INTO allocations (resource_provider_id, consumer_id, resource_class_id, '
                "used, created_at) VALUES (%d, '%s', 1, %d, NOW()), (%d, 'x', 2, 1, NULL)"
                % (provider(), uuid.uuid4(), number, provider()),
        lambda: 'UPDATE allocations SET used = used + 1, resource_provider_id = %d '
                'WHERE resource_provider_id = %d' % (provider(), provider()),
        lambda: 'DELETE FROM allocations WHERE resource_provider_id = %d' % provider(),
        lambda: pair('resource_provider_traits', 'trait_id'),
        lambda: pair('resource_provider_aggregates', 'aggregate_id'),
        lambda: "INSERT INTO placement_aggregates (uuid) VALUES ('%s')" % uuid.uuid4(),
        lambda: 'DELETE FROM placement_aggregates ORDER BY id LIMIT 1',
        lambda: "INSERT INTO traits (name, created_at, updated_at) VALUES "
                "('CUSTOM_%d', '%s', NULL)" % (number, rng.choice(TIMES)),
        lambda: "INSERT INTO resource_classes (name) VALUES ('CUSTOM_%d')" % number,
        lambda: "DELETE FROM traits WHERE name LIKE 'CUSTOM\\_%d%%'" % (number % 10),
        lambda: "INSERT INTO nova.services VALUES (%d, REPEAT('x', 9999))" % number,
    ])()


def changes(seed, count):
    rng = random.Random(seed)
    text = ['SET NAMES utf8mb4; SET FOREIGN_KEY_CHECKS = %d;' % rng.randrange(2)]
    number = seed * 1000
    while count > 0:
        size = rng.choice([1, 1, 3, 10])
        text.append('BEGIN;')
        for _ in range(size):
            number += 1
            text.append(change(rng, number) + ';')
        text.append(rng.choice(['COMMIT;', 'COMMIT;', 'COMMIT;', 'ROLLBACK;']))
        count -= size
    return text


@pytest.mark.parametrize('charset', ['utf8mb4', 'utf8mb3', 'latin1'])
def test_the_world_is_what_the_tables_are(server, charset, directory):
    if charset != 'utf8mb4':
        # latin1 as on an old server, which logs times in another form
        options = ['--mysql56-temporal-format=OFF'] if charset == 'latin1' else []
        server = start(directory, charset, *LOGGED, *options, charset=charset)
    with Follower(server) as follower:
        follower.wait_until_kept()
        follower.check()
        writers = [threading.Thread(target=server.sql, args=(
            'SET SESSION innodb_lock_wait_timeout = 50;\n' + '\n'.join(changes(seed, 150)),
            'placement')) for seed in range(1, 2)]
        for writer in writers:
            writer.start()
        with Follower(server) as later:  # loads in the middle of it
            later.wait_until_kept()
            for writer in writers:
                writer.join()
            later.check()
        follower.check()
    if charset != 'utf8mb4':
        server.stop()


def harmless(name, text):
    return pytest.param(text, id=name)


@pytest.mark.parametrize('text', [
    harmless('another database',
             'CREATE DATABASE cinder; CREATE TABLE cinder.a (b INT); DROP DATABASE cinder'),
    harmless('a table from rows', 'USE nova; CREATE TABLE nova.copy AS SELECT 1 AS id; '
                                  'DROP TABLE nova.copy'),
    harmless('another engine', 'USE nova; CREATE TABLE nova.plain (a INT) ENGINE = MyISAM; '
                               'INSERT INTO nova.plain VALUES (1); DROP TABLE nova.plain'),
    harmless('a temporary table', 'CREATE TEMPORARY TABLE placement.t (a INT); '
                                  'INSERT INTO placement.t VALUES (1); '
                                  'DROP TEMPORARY TABLE placement.t'),
    harmless('savepoints', 'BEGIN; UPDATE placement.inventories SET total = 5; SAVEPOINT a; '
                           'UPDATE placement.inventories SET total = 6; ROLLBACK TO a; COMMIT'),
    harmless('another domain', 'SET SESSION gtid_domain_id = 7; '
                               'UPDATE placement.inventories SET total = 11; '
                               'UPDATE placement.inventories SET total = 12'),
])
def test_it_goes_on(follower, server, text):
    server.sql(text)
    follower.check()


def test_the_next_file(follower, server):
    for text in ('FLUSH LOCAL BINARY LOGS', 'PURGE BINARY LOGS BEFORE NOW()'):
        server.sql('UPDATE placement.inventories SET total = total + 1; %s; '
                   'UPDATE placement.inventories SET total = total + 1' % text)
        follower.check()


def fault(reason, name, text, database='placement', heal='SELECT 1'):
    return pytest.param(reason, text, database, heal, id=name)


@pytest.mark.parametrize('reason, text, database, heal', [
    fault('statement', 'statements', 'SET SESSION binlog_format = STATEMENT; '
                                     'UPDATE allocations SET used = 9 WHERE id = 1'),
    fault('statement', 'statements elsewhere',
          "SET SESSION binlog_format = STATEMENT; INSERT INTO services VALUES (0, 'x')",
          database='nova', heal='DELETE FROM nova.services'),
    fault('row_image', 'row image', 'SET SESSION binlog_row_image = MINIMAL; '
                                    'UPDATE inventories SET total = total + 1'),
    fault('changed', 'alter', 'ALTER TABLE inventories ADD COLUMN more INT'),
    fault('changed', 'truncate', 'TRUNCATE TABLE placement.allocations', database='nova'),
    fault('changed', 'rename', 'RENAME TABLE placement.traits TO placement.a, '
                               'placement.a TO placement.traits', database='mysql'),
    fault('changed', 'restored', 'DROP TABLE resource_provider_aggregates; '
                                 'CREATE TABLE resource_provider_aggregates (created_at DATETIME, '
                                 'updated_at DATETIME, resource_provider_id INTEGER NOT NULL, '
                                 'aggregate_id INTEGER NOT NULL, '
                                 'PRIMARY KEY (resource_provider_id, aggregate_id)); '
                                 'INSERT INTO resource_provider_aggregates '
                                 '(resource_provider_id, aggregate_id) VALUES (1, 4)'),
    fault('xa', 'xa', "XA START 'x'; UPDATE inventories SET total = total + 1; XA END 'x'; "
                      "XA PREPARE 'x'; XA COMMIT 'x'"),
    fault('gap', 'a gap', 'SET SESSION gtid_seq_no = 1000000; '
                          'UPDATE inventories SET total = total + 1'),
    fault('log_lost', 'reset', 'RESET MASTER; UPDATE inventories SET total = total + 1'),
    fault('compressed', 'compression',
          'SET GLOBAL log_bin_compress = ON; SET GLOBAL log_bin_compress_min_len = 10; '
          'UPDATE inventories SET total = total + 1',
          heal='SET GLOBAL log_bin_compress = OFF'),
    fault('not_logged', 'replication',
          "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1, MASTER_USER = 'x'; "
          'START SLAVE', heal='STOP SLAVE; RESET SLAVE ALL'),
])
def test_it_gives_up_and_comes_back(follower, server, reason, text, database, heal):
    server.sql(text, database)
    assert follower.wait_until_lost() == reason
    server.sql(heal)
    follower.again()
    follower.wait_until_kept()
    follower.check()
    server.sql('UPDATE inventories SET total = total + 1', 'placement')
    follower.check()


def test_a_lost_connection(follower, server):
    """Either of the two: the lock is gone, or the log."""
    server.sql('KILL %d' % follower.connection)
    assert follower.wait_until_lost() in ('unreachable', 'other_server')
    follower.again()
    follower.wait_until_kept()

    def end_logs():
        # the server may begin to send to the follower a moment after that says that it is current
        for (thread,) in server.sql("SELECT id FROM information_schema.processlist "
                                    "WHERE command = 'Binlog Dump'"):
            end_thread(server, thread)
        return follower.reason
    assert wait_until('the follower gives up', end_logs) == 'log_lost'
    follower.again()
    follower.wait_until_kept()
    follower.check()


def reason_of(server):
    with Follower(server) as follower:
        return follower.wait_until_lost()


def test_it_does_not_begin(server):
    """Settings with which the log does not tell all."""
    for setting, reason in (('binlog_format = MIXED', 'format'),
                            ('binlog_row_image = NOBLOB', 'row_image'),
                            ('log_bin_compress = ON', 'compressed')):
        name = setting.split(' ')[0]
        before = server.sql('SELECT @@global.' + name)[0][0]
        server.sql('SET GLOBAL ' + setting)
        assert reason_of(server) == reason
        server.sql("SET GLOBAL %s = '%s'" % (name, before) if not before.isdigit() else
                   'SET GLOBAL %s = %s' % (name, before))
    for privilege in ('REPLICATION SLAVE', 'BINLOG MONITOR'):
        server.sql('REVOKE %s ON *.* FROM placement@localhost' % privilege)
        assert reason_of(server) == 'privilege'
        server.sql('GRANT %s ON *.* TO placement@localhost' % privilege)


@pytest.mark.parametrize('wrong, right', [
    ('ALTER TABLE traits MODIFY name VARBINARY(255) NOT NULL',
     'ALTER TABLE traits MODIFY name VARCHAR(255) NOT NULL'),
    ('ALTER TABLE inventories MODIFY total INT UNSIGNED NOT NULL',
     'ALTER TABLE inventories MODIFY total INT NOT NULL'),
    ('ALTER TABLE inventories ADD twice INT AS (total * 2)', 'ALTER TABLE inventories DROP twice'),
    ('ALTER TABLE allocations ENGINE = MyISAM', 'ALTER TABLE allocations ENGINE = InnoDB'),
    ('ALTER TABLE inventories ADD CONSTRAINT c FOREIGN KEY (resource_provider_id) '
     'REFERENCES resource_providers (id) ON DELETE CASCADE',
     'ALTER TABLE inventories DROP CONSTRAINT c'),
])
def test_tables_that_are_not_as_expected(server, wrong, right):
    server.sql('DELETE FROM inventories WHERE resource_provider_id <> 1 OR total < 0', 'placement')
    server.sql(wrong, 'placement')
    assert reason_of(server) == 'tables'
    server.sql(right, 'placement')
    with Follower(server) as follower:
        follower.wait_until_kept()
        follower.check()


def test_servers_that_do_not_tell_all(directory):
    for name, options, reason in (
            ('none', (), 'no_log'),
            ('some', LOGGED + ('--binlog-do-db=nova',), 'filtered'),
            ('others', LOGGED + ('--binlog-ignore-db=placement',), 'filtered')):
        server = start(directory, name, *options)
        try:
            assert reason_of(server) == reason
        finally:
            server.stop()


def test_a_restarted_server(directory):
    server = start(directory, 'db', *LOGGED)
    try:
        with Follower(server) as follower:
            follower.wait_until_kept()
            server.stop()
            assert follower.wait_until_lost() in ('log_lost', 'unreachable')
            follower.again()
            assert follower.wait_until_lost() == 'unreachable'
            server.start('', *LOGGED)
            follower.again()
            follower.wait_until_kept()
            server.sql('UPDATE allocations SET used = used + 1', 'placement')
            follower.check()
    finally:
        server.stop()
