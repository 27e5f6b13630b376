"""A private MariaDB, started by scripts/private-mariadb."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

from support.paths import TOP
from support.processes import runs
from support.templates import template


class DatabaseServer:
    def __init__(self, directory):
        self.directory = directory
        self.socket = os.path.join(directory, 'db.sock')

    def start(self, port='', *options):
        """On a port too if there is one, with further options of mariadbd."""
        run('start', self.directory, str(port), *options,
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
        """Run statements as root; return the rows, which are lists of strings."""
        command = ['mariadb', '--no-defaults', '-N', '-B', '-S', self.socket, '-uroot']
        if database:
            command.append(database)
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError('sql: ' + done.stderr)
        return [line.split('\t') for line in done.stdout.splitlines()]


class Session:
    """A session of root that stays, for many statements."""

    END = 'end of the answer'

    def __init__(self, socket, database):
        self.process = subprocess.Popen(
            ['mariadb', '--no-defaults', '-N', '-B', '--unbuffered', '-S', socket, '-uroot',
             database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def sql(self, text):
        self.process.stdin.write("%s; SELECT '%s';\n" % (text, self.END))
        self.process.stdin.flush()
        rows = []
        for line in self.process.stdout:
            if line.rstrip('\n') == self.END:
                return rows
            rows.append(line.rstrip('\n').split('\t'))
        raise AssertionError('the session has ended at ' + text)

    def close(self):
        self.process.communicate()


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
    server.sql('DELIMITER $\nBEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; '
               'KILL %s; END $\n' % number)


def kill_connections(cloud):
    """End all connections of the service; return how many there were."""
    ids = [row[0] for row in cloud.sql(
        "SELECT id FROM information_schema.processlist WHERE user = 'placement'")]
    for number in ids:
        end_thread(cloud, number)
    return len(ids)
