"""Databases that come up late, or are set up so that the service could not write to them."""
import json
import os
import re
import subprocess
import uuid

import pytest
from support.cloud import Cloud, free_port, wait_until
from support.database import kill_connections
from support.every_route import Things, ask_all

WAITING = 'the database cannot be reached, trying again'
COMMANDS = (('db', 'sync'), ('db', 'version'), ('status', 'upgrade', 'check'), ('audit',))
QUESTIONS = (('tree',), ('usage',), ('consumers', 'host'), ('explain', 'resources=VCPU:1'))


class LateCloud(Cloud):
    retries = 0

    def write_configuration(self):
        super().write_configuration()
        with open(self.conf, 'a') as conf:
            conf.write('[placement_database]\nmax_retries = %d\nretry_interval = 0\n' %
                       self.retries)

    def begin(self, *command):
        """Start a command of berth-manage; return it when it has waited for the database twice."""
        process = subprocess.Popen([self.manage_path, '--config-file', self.conf, *command],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        waited = 0
        while waited < 2:
            line = process.stderr.readline()
            assert line != '', 'it does not wait for the database'
            waited += WAITING in line
        return process


@pytest.mark.parametrize('retries', [-1, 100000])
def test_commands_wait_for_a_database_that_comes_up_later(directory, retries):
    cloud = LateCloud(directory, workers=1)
    cloud.retries = retries
    cloud.start_empty()
    for command in COMMANDS:
        cloud.stop_database()
        process = cloud.begin(*command)
        cloud.start_database()
        process.communicate()
        # noauth2 is a warning of the upgrade check
        assert process.returncode == (command[0] == 'status'), command
    cloud.stop_database()


def test_commands_do_not_wait_longer_than_told(directory):
    cloud = LateCloud(directory, workers=1)
    cloud.retries = 3
    cloud.start_empty()
    cloud.sql("SET PASSWORD FOR placement@localhost = PASSWORD('other')", database=None)
    done = cloud.manage('db', 'sync')
    assert done.returncode == 1 and WAITING not in done.stderr, 'a refusal is waited for'
    cloud.stop_database()
    for command in COMMANDS:
        done = cloud.manage(*command)
        assert done.returncode != 0, command
        assert done.stderr.count(WAITING) == 3, (command, done.stderr)
    for command in QUESTIONS:
        done = cloud.manage(*command)
        assert done.returncode == (2 if command[0] == 'explain' else 1), command
        assert WAITING not in done.stderr and 'the database is not available' in done.stderr


def test_commands_say_what_the_server_refuses(directory):
    cloud = Cloud(directory, workers=1)
    cloud.start_empty()

    def refused(operation='create'):
        done = cloud.manage('db', 'sync')
        assert done.returncode == 1 and 'operation=' + operation in done.stderr, done
        return done.stderr

    cloud.sql('SET GLOBAL read_only = ON', database=None)
    said = refused()
    assert '--read-only' in said and 'or refuses to be changed; see the log above' in said, said
    cloud.sql('SET GLOBAL read_only = OFF; REVOKE ALL ON placement.* FROM placement@localhost; '
              'GRANT SELECT, INSERT ON placement.* TO placement@localhost', database=None)
    said = refused()
    assert 'CREATE command denied to user' in said, said
    cloud.sql('GRANT USAGE ON *.* TO placement@localhost WITH MAX_QUERIES_PER_HOUR 1', None)
    assert "has exceeded the 'max_queries_per_hour' resource" in refused('set')
    cloud.sql('GRANT USAGE ON *.* TO placement@localhost WITH MAX_QUERIES_PER_HOUR 0; '
              'ALTER USER placement@localhost PASSWORD EXPIRE', None)
    assert 'You must SET PASSWORD before' in refused('show')
    cloud.stop_database()


def test_nobody_is_sent_to_db_sync_in_vain(directory):
    """It changes no database that is newer, or that of another service."""
    cloud = Cloud(directory, workers=1)
    cloud.start_empty()
    commands = (*QUESTIONS, ('audit',), ('db', 'sync'))

    def said(command):
        done = cloud.manage(*command)
        assert done.returncode == (2 if command[0] in ('audit', 'explain') else 1), done
        return done.stderr

    for command in commands[:-1]:
        assert 'is empty: "db sync" creates the schema' in said(command)
    cloud.sql('CREATE TABLE traits (id INT)')
    for command in commands:
        assert 'nothing says of which revision' in said(command)
    cloud.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY); "
              "INSERT INTO alembic_version VALUES ('cdeec0c85668')")
    for command in commands:
        assert 'cdeec0c85668, which this version of Berth does not know' in said(command)
    cloud.stop_database()


def test_a_pool_serves_when_its_database_comes_up(directory):
    cloud = LateCloud(directory, workers=1)
    cloud.retries = -1
    cloud.start_empty()
    assert cloud.manage('db', 'sync').returncode == 0
    cloud.stop_database()
    cloud.start_stack()
    try:
        assert cloud.ask('GET', '/resource_providers').status == 503
        cloud.start_database()
        assert cloud.ask('GET', '/resource_providers').status == 200
    finally:
        cloud.stop()


def test_no_more_prepared_statements(directory):
    with Cloud(directory, workers=1) as cloud:
        things = Things(cloud)
        wanted = ask_all(cloud, things, 'many')
        cloud.sql('SET GLOBAL max_prepared_stmt_count = 2')
        kill_connections(cloud)
        seen = ask_all(cloud, things, 'few')
        assert set(seen) == set(wanted), (seen, wanted)
        cloud.sql('SET GLOBAL max_prepared_stmt_count = 0')
        kill_connections(cloud)
        answer = cloud.ask('GET', '/resource_providers')
        assert answer.status == 503 and int(answer.headers['retry-after']) > 0, answer.text
        cloud.sql('SET GLOBAL max_prepared_stmt_count = 16382')
        assert not {500, 503} & set(ask_all(cloud, things, 'many'))


def test_a_long_sql_mode(directory):
    class LongCloud(Cloud):
        def write_configuration(self):
            super().write_configuration()
            with open(self.conf, 'a') as conf:
                conf.write('[placement_database]\nmysql_sql_mode = %s\n' %
                           ','.join(['TRADITIONAL'] * 100))
    with LongCloud(directory, workers=1) as cloud:
        assert cloud.ask('GET', '/resource_providers').status == 200


def test_a_binary_log_of_statements(directory):
    """Every write is refused, unless the service may change the format for its sessions."""
    cloud = Cloud(directory, workers=1)
    cloud.start_empty()
    cloud.stop_database()
    cloud.server.start('', '--log-bin=' + os.path.join(cloud.database, 'data', 'log'))
    assert cloud.manage('db', 'sync').returncode == 0
    cloud.sql('SET GLOBAL binlog_format = STATEMENT')
    cloud.start_stack()

    def write():
        return cloud.ask('POST', '/resource_providers', {'name': str(uuid.uuid4())}).status

    def check():
        done = cloud.manage('status', 'upgrade', 'check', '--json')
        return done.returncode, {each['check']: each for each in json.loads(done.stdout)['checks']}
    try:
        wait_until('the log says so', lambda: 'binlog_format = STATEMENT' in cloud.log())
        assert write() == 503
        health = cloud.ask('GET', '/_berth/health')
        assert health.status == 503 and health.json['checks']['database'] == 'failing'
        status, checks = check()
        assert status == 2
        assert 'STATEMENT' in checks['Writes to the Database']['details'], checks
        assert 'STATEMENT' in cloud.manage('status', 'upgrade', 'check').stdout.replace('\n', ' ')

        cloud.sql('GRANT BINLOG ADMIN ON *.* TO placement@localhost')
        assert write() == 200, 'it may set the format, but does not'
        status, checks = check()
        assert status == 1 and 'Writes to the Database' not in checks
        assert 'noauth2' in checks['Authentication of Clients']['details']

        cloud.sql('REVOKE BINLOG ADMIN ON *.* FROM placement@localhost;'
                  'SET GLOBAL binlog_format = ROW')
        kill_connections(cloud)
        assert write() == 200
        wait_until('it is ready', lambda: cloud.ask('GET', '/_berth/health').status == 200)
    finally:
        cloud.stop()


class DistantCloud(Cloud):
    """Its database is reached by TCP."""

    def connection(self):
        return 'mysql+pymysql://placement:%s@127.0.0.1:%d/placement' % (
            self.password, self.database_port)

    def start_database(self):
        self.database_port = free_port()
        self.server.start(self.database_port)

    def start_empty(self, charset='utf8'):
        super().start_empty(charset)
        self.sql("RENAME USER placement@localhost TO placement@'127.0.0.1'")


def test_a_host_that_vanishes_is_noticed_in_a_minute(directory):
    """However long statements may take: no connection waits for the two hours of the kernel."""
    def timers():
        done = subprocess.run(['ss', '-Htno', 'state', 'established', 'dport', '=',
                               ':%d' % cloud.database_port], stdout=subprocess.PIPE, text=True)
        return [line.partition('timer:(')[2].split(',') for line in done.stdout.splitlines()]

    with DistantCloud(directory, workers=1) as cloud:
        cloud.ask('GET', '/resource_providers')
        assert timers()
        wait_until('each looks at the host after 30 s', lambda: all(
            timer[0] == 'keepalive' and re.fullmatch(r'[12]?\d(\.\d+)?(ms|sec)|30sec', timer[1])
            for timer in timers()))


class ParameterCloud(Cloud):
    """Its URL has parameters as devstack and others write them."""
    parameters = ''
    mode = 'TRADITIONAL'

    def connection(self):
        return super().connection() + self.parameters

    def write_configuration(self):
        super().write_configuration()
        with open(self.conf, 'a') as conf:
            conf.write('[placement_database]\nmysql_sql_mode = %s\n' % self.mode)


def test_parameters_of_the_url(directory):
    """What the drivers of Python know is honoured, and the rest does not stop the service."""
    cloud = ParameterCloud(directory, workers=1)
    cloud.parameters = ('&plugin=dbcounter&read_timeout=50&write_timeout=50&connect_timeout=20'
                        '&program_name=placement&new_thing=1&sql_mode=ANSI_QUOTES'
                        '&init_command=INSERT+INTO+test.seen+(mode)+VALUES+(@@session.sql_mode)'
                        '&read_default_file=/nowhere/my.cnf')

    def seen():
        return [mode for (mode,) in cloud.sql('SELECT mode FROM test.seen')]
    cloud.start_empty()
    cloud.sql('CREATE DATABASE test; '
              'CREATE TABLE test.seen (id INT AUTO_INCREMENT PRIMARY KEY, mode TEXT); '
              'GRANT ALL ON test.* TO placement@localhost', database=None)
    try:
        done = cloud.manage('db', 'sync')
        assert done.returncode == 0, done.stderr
        cloud.start_stack()
        assert cloud.ask('GET', '/resource_providers').status == 200
        modes = seen()  # mysql_sql_mode comes after sql_mode
        assert modes and all('TRADITIONAL' in mode for mode in modes), modes
        told = [line for line in cloud.log().splitlines() if 'parameters of the database' in line]
        assert len(told) == 1 and 'plugin, program_name, new_thing' in told[0], told
        assert 'the read_default_file of the database URL does not exist' in cloud.log()
        assert 'INSERT' not in cloud.log() and 'ANSI_QUOTES' not in cloud.log()

        cloud.mode = ''
        cloud.write_configuration()
        assert cloud.manage('db', 'version').returncode == 0
        assert 'ANSI_QUOTES' in seen()
        cloud.parameters = '&init_command=KILL+none'
        cloud.write_configuration()
        assert cloud.manage('db', 'version').returncode == 1, 'a wrong init_command fails'
    finally:
        cloud.stop()
