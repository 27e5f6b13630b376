"""Programs in Python that import much, each in a fork of one process that has imported it already.

To import what the Python service needs takes seconds of processor time, to fork almost none. The
process starts with the first program and ends with the process of the tests, however that ends, and
so do its forks.
"""
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback

MODULES = ('alembic.command', 'oslo_log.pipe_mutex', 'placement.cmd.manage', 'placement.cmd.status',
           'placement.wsgi', 'pymysql', 'sqlalchemy.dialects.mysql.pymysql',
           'wsgiref.simple_server')


# In the process of the tests.

@functools.cache
def forker():
    """Start the process that forks; return it and the socket to it."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        return subprocess.Popen(['/usr/bin/python3', __file__, str(theirs.fileno())],
                                stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]), ours


class Fork:
    """A program that runs: what subprocess.Popen is, as far as the tests need it. The first of its
    arguments is its file."""

    def __init__(self, arguments, stdout, stderr, stdin=subprocess.DEVNULL, env=os.environ):
        assert stdin == subprocess.DEVNULL
        self.returncode = None
        self.connection, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(forker()[1], [json.dumps([arguments, dict(env)]).encode()],
                            [theirs.fileno(), stdout.fileno(), stderr.fileno()])
        self.told = self.connection.makefile()
        self.pid = int(self.told.readline())

    def kill(self):
        """Have the parent do it, for it knows that no other process has got the pid."""
        if self.returncode is None:
            self.connection.shutdown(socket.SHUT_WR)

    def wait(self):
        if self.returncode is None:
            self.returncode = int(self.told.readline())
            self.told.close()
            self.connection.close()
        return self.returncode


def run(arguments, start=Fork):
    """Run a program without input; return what subprocess.run() does, with its output as text."""
    with tempfile.TemporaryFile('w+') as out, tempfile.TemporaryFile('w+') as err:
        process = start(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        status = process.wait()
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(arguments, status, out.read(), err.read())


# In the process that forks.

def load():
    for name in MODULES:
        module = importlib.import_module(name)
        if name in ('placement.cmd.manage', 'placement.wsgi'):
            module.version_info.version_string()  # takes long, and is kept
    remember_checks()
    gc.freeze()  # or else a search for garbage in a fork would copy all this memory


def remember_checks():
    """Check each JSON schema once. jsonschema checks it before each use, for longer than the Python
    service needs for most of its requests."""
    validator, checked = importlib.import_module('jsonschema').validators.validator_for({}), {}
    check = validator.check_schema

    def check_once(schema):
        if id(schema) not in checked:
            check(schema)
            checked[id(schema)] = schema  # kept, so that no other gets its id
    validator.check_schema = check_once


def serve(requests):
    """Fork for each request until the tests end. In a fork, return the program's arguments."""
    killable, ends = {}, {}  # pids by connection; pids and connections by descriptor of the process
    while True:
        # in this order: what is closed at last is not opened again before the next turn
        for file in select.select([requests, *killable, *ends], [], [])[0]:
            if file is requests:
                text, passed, _, _ = socket.recv_fds(requests, 1 << 20, 3)
                if not text:
                    for pid, _ in ends.values():
                        os.kill(pid, signal.SIGKILL)
                    os._exit(0)
                pid = os.fork()
                if pid == 0:
                    requests.close()
                    return become(*json.loads(text), *passed, [*killable, *ends])
                os.close(passed[1])
                os.close(passed[2])
                killable[passed[0]] = pid
                ends[os.pidfd_open(pid)] = pid, passed[0]
                tell(passed[0], pid)
            elif file in killable:
                os.kill(killable.pop(file), signal.SIGKILL)
            else:
                pid, connection = ends.pop(file)
                killable.pop(connection, None)
                tell(connection, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                os.close(connection)
                os.close(file)


def tell(connection, number):
    with contextlib.suppress(OSError):  # nobody waits for it
        os.write(connection, b'%d\n' % number)


def become(arguments, environment, connection, stdout, stderr, others):
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    for file in (connection, stdout, stderr, *others):
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return arguments


def execute(arguments):
    sys.argv = arguments
    try:
        runpy.run_path(arguments[0], run_name='__main__')
        status = 0
    except SystemExit as end:
        status = end.code or 0
        if not isinstance(status, int):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    os._exit(status & 255)  # what ends an interpreter in order costs more than most programs


if __name__ == '__main__':
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    load()
    execute(serve(socket.socket(fileno=int(sys.argv[1]))))
