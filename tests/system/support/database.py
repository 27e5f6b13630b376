"""A private MariaDB, started by scripts/private-mariadb."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

import pymysql
from pymysql.constants import CLIENT
from support.paths import TOP
from support.processes import runs
from support.templates import template


# Tests kill servers, but not the machine: what is in the kernel's cache stays. Writing it to the
# disk takes processor time too.
UNSAFE = ('--innodb-flush-log-at-trx-commit=2', '--skip-innodb-doublewrite')


class DatabaseServer:
    def __init__(self, directory):
        self.directory = directory
        self.socket = os.path.join(directory, 'db.sock')

    def start(self, port='', *options):
        """On a port too if there is one, with further options of mariadbd."""
        run('start', self.directory, str(port), *UNSAFE, *options,
            BERTH_MARIADB_TEMPLATE=template('mariadb', make_template))

    def stop(self):
        run('stop', self.directory)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *reason):
        self.kill()

    def kill(self):
        """End it for good. Nobody needs its data any more, so it gets no time to write them."""
        with contextlib.suppress(OSError):  # it has ended already
            with open(os.path.join(self.directory, 'mariadbd.pid')) as file:
                pid = int(file.read())
            with open('/proc/%d/cmdline' % pid) as file:
                ours = self.directory + '/my.cnf' in file.read()
            if ours:
                os.kill(pid, signal.SIGKILL)
                while runs(pid):
                    time.sleep(0.01)

    def sql(self, text, database=None):
        """Run statements as root in a new session; return the rows of all of them."""
        with contextlib.closing(Session(self.socket, database)) as session:
            return session.sql(text)


class Session:
    """A session of root that stays, for many statements. No program is started for it, which would
    cost more than most statements."""

    def __init__(self, socket, database=None):
        # Without decoders all values are text, as the server sends them.
        self.connection = pymysql.connect(
            unix_socket=socket, user='root', database=database, charset='utf8mb4', autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS, conv=pymysql.converters.encoders)

    def sql(self, text):
        """Run statements; return the rows of all of them, which are lists of strings."""
        rows = []
        with self.connection.cursor() as cursor:
            cursor.execute(text)
            rows += cursor.fetchall()
            while cursor.nextset():
                rows += cursor.fetchall()
        return [[text_of(value) for value in row] for row in rows]

    def close(self):
        if self.connection.open:
            self.connection.close()


def text_of(value):
    if value is None:
        return 'NULL'
    return value.decode() if isinstance(value, bytes) else value


def run(action, *arguments, **environment):
    done = subprocess.run([os.path.join(TOP, 'scripts', 'private-mariadb'), action, *arguments],
                          env=dict(os.environ, **environment), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise AssertionError('private-mariadb %s: %s' % (action, done.stdout))


def make_template(path):
    """Make the data that every new server starts with a copy of. To make copying quick, drop the
    database sys, which has half of the files, and store the zeros that fill most of the others as
    holes, which are not copied."""
    os.mkdir(path)
    os.chmod(path, 0o755)
    server = DatabaseServer(path)
    run('start', path)
    server.sql('DROP DATABASE sys')
    run('stop', path)
    data = os.path.join(path, 'data')
    os.rename(data, data + '.full')
    subprocess.run(['cp', '-a', '--sparse=always', data + '.full', data], check=True)
    shutil.rmtree(data + '.full')


def end_thread(server, number):
    """One that has just ended by itself is no matter."""
    server.sql('BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; '
               'KILL %s; END' % number)


def kill_connections(cloud):
    """End all connections of the service; return how many there were."""
    ids = [row[0] for row in cloud.sql(
        "SELECT id FROM information_schema.processlist WHERE user = 'placement'")]
    for number in ids:
        end_thread(cloud, number)
    return len(ids)
