"""A small cloud to break: a private MariaDB, the pool under spawn-fcgi, nginx, and a client.

The project's own scripts start everything, in one directory.
"""
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import time
import uuid

from support.database import DatabaseServer, Session
from support.paths import BUILD, TOP
from support.processes import children

LATEST = 'placement 1.39'

NOAUTH = """\
[api]
auth_strategy = noauth2
"""

# Options of [berth] with which no search ends before its time on a machine that has other things to
# do: the service's bounds are by the clock.
PATIENT = 'request_timeout = 80\ncandidates_timeout = 60\n'

CONFIGURATION = """\
{identity}[placement_database]
connection = {connection}
retry_interval = 1
[berth]
{berth}
"""

# The option mysql_sql_mode in the environment, and the default with what is stricter.
SQL_MODE = 'OS_PLACEMENT_DATABASE__MYSQL_SQL_MODE'
STRICTEST = 'TRADITIONAL,ONLY_FULL_GROUP_BY'

RESERVATIONS = []


def free_port():
    """Return a free port outside the range from which the kernel picks ports of clients, so that no
    client takes it a moment later, and from which upstream's tests pick theirs (20000 to 32000).
    Nor does another test take it: a name in the abstract namespace of sockets, which ends with this
    process, reserves it."""
    while True:
        port = random.SystemRandom().randrange(10000, 20000)
        reservation = socket.socket(socket.AF_UNIX)
        try:
            reservation.bind('\0berth-test-port-%d' % port)
            with socket.socket() as probe:
                probe.bind(('', port))
            RESERVATIONS.append(reservation)
            return port
        except OSError:
            reservation.close()


def wait_until(what, condition, seconds=180, pause=0.05):
    """Return what the condition returns when it is true. The time limit is for failures only: no
    test may need to know how fast the machine is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError('timeout: ' + what)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.text = response.read().decode('utf-8', 'replace')

    @property
    def json(self):
        return json.loads(self.text)


class Service:
    """A service on a port of this machine, and the requests to it."""
    address = '127.0.0.1'

    def __init__(self, port):
        self.port = port

    def ask(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=timeout)
        sent = {'x-auth-token': 'admin', 'openstack-api-version': LATEST,
                'accept': 'application/json', 'connection': 'close'}
        if body is not None:
            sent['content-type'] = 'application/json'
            if not isinstance(body, (str, bytes)):
                body = json.dumps(body)
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        try:
            connection.request(method, path, body, sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def world(self):
        """What the health check says of the kept world."""
        return self.ask('GET', '/_berth/health').json['world']

    def wait_until_kept(self):
        wait_until('the world is kept', lambda: self.world() == {'kept': True, 'reason': None})

    def metrics(self):
        """All metrics, by their names with labels."""
        lines = self.ask('GET', '/_berth/metrics').text.splitlines()
        return {name: float(value) for name, _, value in
                (line.rpartition(' ') for line in lines if not line.startswith('#'))}

    def metric(self, name):
        return self.metrics()[name]

    def wait_until_noted(self):
        """Until all requests that were answered are logged and counted. A worker does that after
        it has sent the answer, if that is large, and then it is idle; the one that shows the
        metrics is busy."""
        wait_until('the answered requests are logged and counted',
                   lambda: self.metric('berth_workers{state="busy"}') == 1)

    def world_reads(self):
        """How many readings of the kept world there were, by what became of them."""
        metrics = self.metrics()
        return {result: metrics['berth_world_reads_total{result="%s"}' % result]
                for result in ('kept', 'none', 'unproven', 'late')}

    def world_losses(self, reason):
        """How often the kept world was given up for a reason."""
        return self.metrics().get('berth_world_lost_total{reason="%s"}' % reason, 0)

    def make_provider(self, inventories, name=None):
        provider = str(uuid.uuid4())
        answer = self.ask('POST', '/resource_providers',
                          {'name': name or provider, 'uuid': provider})
        assert answer.status == 200, answer.text
        answer = self.ask('PUT', '/resource_providers/%s/inventories' % provider,
                          {'resource_provider_generation': 0, 'inventories': inventories})
        assert answer.status == 200, answer.text
        return provider

    def claim(self, consumer, provider, resources, generation=None, timeout=60):
        return self.ask('PUT', '/allocations/' + consumer,
                        {'allocations': {provider: {'resources': resources}},
                         'project_id': 'project', 'user_id': 'user',
                         'consumer_generation': generation, 'consumer_type': 'INSTANCE'},
                        timeout=timeout)


EMPTY = """\
SET FOREIGN_KEY_CHECKS = 0;
DELETE FROM allocations; DELETE FROM consumers; DELETE FROM inventories;
DELETE FROM resource_provider_traits; DELETE FROM resource_provider_aggregates;
DELETE FROM placement_aggregates; DELETE FROM resource_providers;
DELETE FROM resource_classes WHERE name LIKE 'CUSTOM\\_%';
DELETE FROM traits WHERE name LIKE 'CUSTOM\\_%';
"""


class Cloud(Service):
    def __init__(self, directory, workers=4, password='pw', berth='', identity=NOAUTH,
                 limited=False, trusts_proxy=False, programs=BUILD, sql_mode=None):
        """limited: nginx limits the requests of this machine. trusts_proxy: it trusts what this
        machine says in Forwarded headers. programs: the folder of berth. sql_mode: not the default
        one."""
        super().__init__(free_port())
        self.directory = directory
        self.programs = programs
        self.password = password
        self.database = os.path.join(directory, 'database')
        self.server = DatabaseServer(self.database)
        self.stack = os.path.join(directory, 'stack')
        self.conf = os.path.join(self.stack, 'placement.conf')
        self.workers_wanted = workers
        # for the scripts and their children
        self.environment = {} if limited else {'BERTH_UNLIMITED': '127.0.0.1'}
        if trusts_proxy:
            self.environment['BERTH_TRUSTED_PROXY'] = '127.0.0.1'
        if sql_mode:
            self.environment[SQL_MODE] = sql_mode
        self.berth = 'workers = %d\n%s' % (workers, berth)
        self.identity = identity
        os.makedirs(self.stack)

    # Life.

    def script(self, name, *arguments):
        environment = dict(os.environ, BERTH_BUILD=self.programs, **self.environment)
        done = subprocess.run([os.path.join(TOP, 'scripts', name), *arguments], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise AssertionError('%s %s: %s' % (name, ' '.join(arguments), done.stdout))

    def connection(self):
        """Return the URL of the database."""
        return 'mysql+pymysql://placement:%s@localhost/placement?charset=utf8&unix_socket=%s' \
            % (self.password, os.path.join(self.database, 'db.sock'))

    def write_configuration(self):
        with open(self.conf, 'w') as conf:
            conf.write(CONFIGURATION.format(connection=self.connection(), berth=self.berth,
                                            identity=self.identity))

    def start_empty(self, charset='utf8'):
        """Start a database without tables, and no service."""
        self.start_database()
        self.sql('CREATE DATABASE placement CHARACTER SET %s; '
                 "CREATE USER placement@localhost IDENTIFIED BY '%s'; "
                 'GRANT ALL ON placement.* TO placement@localhost' % (charset, self.password),
                 database=None)
        self.write_configuration()

    def start(self):
        self.start_empty()
        done = self.manage('db', 'sync')
        assert done.returncode == 0, done.stderr
        self.start_stack()
        return self

    def start_stack(self):
        """Returns when all workers are there: the first of them answers before the last is."""
        self.script('stack', 'start', self.stack, str(self.port))
        wanted = int(re.match(r'workers = (\d+)', self.berth).group(1))
        wait_until('there are %d workers' % wanted, lambda: len(self.workers()) >= wanted)

    def make_nginx_patient(self, seconds):
        """Let nginx wait so long for a worker."""
        path = os.path.join(self.stack, 'berth-nginx.conf')
        with open(path) as file:
            text, changes = re.subn(r'(fastcgi_(read|send)_timeout) 90s;', r'\1 %ds;' % seconds,
                                    file.read())
        assert changes == 2, text
        with open(path, 'w') as file:
            file.write(text)
        with open(os.path.join(self.stack, 'nginx.pid')) as file:
            os.kill(int(file.read()), signal.SIGHUP)

    def stop_stack(self):
        self.script('stack', 'stop', self.stack)

    def start_database(self):
        self.server.start()

    def stop_database(self):
        self.server.stop()

    def stop(self):
        self.stop_stack()
        self.stop_database()

    def __enter__(self):
        return self.start()

    def __exit__(self, *reason):
        self.stop_stack()
        self.server.kill()

    # The database, past the service.

    def sql(self, text, database='placement'):
        return self.server.sql(text, database)

    def make_empty(self):
        """Delete what clients can delete, below the running service. It may remember other ids."""
        self.sql(EMPTY)

    def wait_until_at_rest(self):
        """Until no transaction is left. InnoDB renews its list only every 0.1 s."""
        wait_until('the database is at rest', lambda: self.sql(
            'SELECT COUNT(*) FROM information_schema.innodb_trx') == [['0']], pause=0.2)

    def lock_waits(self):
        """The transactions that wait for locks."""
        return sorted(self.sql("SELECT trx_id FROM information_schema.innodb_trx "
                               "WHERE trx_state = 'LOCK WAIT'"))

    def wait_for_lock_waits(self, count=1):
        """Until that many transactions wait for locks."""
        wait_until('%d wait for locks' % count, lambda: len(self.lock_waits()) >= count, pause=0.2)

    def lock(self, select):
        """Lock rows until release() of what this returns."""
        return RowLock(self.server.socket, select)

    # berth-manage.

    @property
    def manage_path(self):
        return os.path.join(self.programs, 'berth-manage')

    def manage(self, *arguments, **environment):
        return subprocess.run([self.manage_path, '--config-file', self.conf, *arguments],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=dict(os.environ, **environment))

    # Processes.

    def master(self):
        """The master's pid: the parent of all workers, found by the configuration file. A child
        that has just been forked still has its name."""
        parents = {}
        for entry in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open('/proc/%s/stat' % entry) as file:
                    name, rest = file.read().split('(', 1)[1].rsplit(')', 1)
                if name != 'berth':
                    continue
                with open('/proc/%s/cmdline' % entry, 'rb') as file:
                    words = file.read().decode().split('\0')
            except OSError:
                continue
            if self.conf in words:
                parents[int(entry)] = int(rest.split()[1])
        return next((pid for pid, parent in parents.items() if parent not in parents), None)

    def workers(self):
        master = self.master()
        if master is None:
            return []
        return sorted(pid for pid, name in children(master).items() if name == 'berth-worker')

    def signal_master(self, number):
        os.kill(self.master(), number)

    def reload(self):
        """Write the configuration and have the pool read it, until all workers are new. An answer
        tells nothing: another worker may give the next one."""
        before = set(self.workers())
        self.write_configuration()
        self.signal_master(SIGHUP)
        wait_until('all are new', lambda: len(self.workers()) == self.workers_wanted
                   and not before & set(self.workers()))

    def request_line(self, answer):
        """Return the line of the log about a request that was answered. The worker writes it when
        it has answered, and counts the request then."""
        mark = 'request_id=%s ' % answer.headers['x-openstack-request-id']
        return wait_until('the line of the log', lambda: [
            line for line in self.log().splitlines(True)
            if mark in line and 'sql_statements=' in line and line.endswith('\n')])[0]

    def configure(self, more):
        """Add lines to [berth]. The pool reads them when it reloads."""
        self.berth += more
        self.write_configuration()

    def log(self):
        text = ''
        for name in sorted(os.listdir(self.stack)):
            if name.endswith('.log'):
                with open(os.path.join(self.stack, name), errors='replace') as file:
                    text += file.read()
        return text


class RowLock(Session):
    """A session of the database that holds locks."""

    def __init__(self, socket_path, select):
        super().__init__(socket_path, 'placement')
        self.sql('START TRANSACTION; %s FOR UPDATE' % select)

    def release(self):
        self.sql('COMMIT')
        self.close()


SIGHUP, SIGTERM, SIGKILL, SIGSTOP, SIGCONT, SIGUSR1, SIGUSR2 = (
    signal.SIGHUP, signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT, signal.SIGUSR1,
    signal.SIGUSR2)
