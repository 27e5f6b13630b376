"""Messages to the service manager, sd_notify(3), here to a socket of the test."""
import os
import signal
import socket
import subprocess
import time

from support.cloud import wait_until
from support.paths import BERTH
from support.processes import state_of

CONFIGURATION = """\
[api]
auth_strategy = noauth2
[placement_database]
connection = mysql+pymysql://u:p@localhost/d?unix_socket={directory}/nobody.sock
[berth]
workers = {workers}
"""


class Manager:
    """A service manager that only knows the protocol, and its service."""

    def __init__(self, directory, address, workers=2, **environment):
        self.conf = os.path.join(directory, 'placement.conf')
        self.directory = directory
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address.replace('@', '\0'))
        self.configure(workers)
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            [BERTH, '--config-file', self.conf,
             '--listen', 'unix:' + os.path.join(directory, 'berth.sock')],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, NOTIFY_SOCKET=address, **environment))

    def configure(self, workers):
        with open(self.conf, 'w') as conf:
            conf.write(CONFIGURATION.format(directory=self.directory, workers=workers))

    def receive(self, seconds=60):
        """Return the next datagram as a dictionary, or None if none comes."""
        self.socket.settimeout(seconds)
        try:
            return dict(line.split('=', 1) for line in self.socket.recv(4096).decode().splitlines())
        except socket.timeout:
            return None

    def expect(self, key, seconds=60):
        """Return the datagram that has the key; only statuses may come before it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            told = self.receive(max(end - time.monotonic(), 0.01))
            if told is not None and key in told:
                return told
            assert told is None or set(told) <= {'STATUS', 'WATCHDOG'}, told
        raise AssertionError('was not told ' + key)

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.socket.close()


def test_the_service_manager_is_told(directory):
    with Manager(directory, os.path.join(directory, 'manager.sock')) as manager:
        told = manager.expect('READY')
        assert told['READY'] == '1' and 'serving: ' in told['STATUS'], told
        # the master has given up waiting for the database
        assert time.monotonic() - manager.begun > 1.5
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(os.path.join(directory, 'berth.sock'))

        manager.configure(3)
        sent = time.monotonic_ns() // 1000
        manager.process.send_signal(signal.SIGHUP)
        told = manager.expect('RELOADING')
        assert sent <= int(told['MONOTONIC_USEC']) <= time.monotonic_ns() // 1000, told
        told = manager.expect('READY')
        assert told['READY'] == '1' and '3 workers' in told['STATUS'], told

        manager.configure('many')
        manager.process.send_signal(signal.SIGHUP)
        manager.expect('RELOADING')
        assert '3 workers' in manager.expect('READY')['STATUS'], 'the old configuration is kept'

        manager.configure(1)  # to the manager, an upgrade is a reload
        manager.process.send_signal(signal.SIGUSR2)
        manager.expect('RELOADING')
        assert '1 workers' in manager.expect('READY')['STATUS']

        manager.process.send_signal(signal.SIGTERM)
        assert manager.expect('STOPPING')['STOPPING'] == '1'
        assert manager.process.wait(60) == 0


def test_the_watchdog_of_the_service_manager_is_fed(directory):
    address = '@berth-test-%d' % os.getpid()
    with Manager(directory, address, WATCHDOG_USEC='3000000') as manager:
        manager.expect('READY')
        beats = []
        while len(beats) < 4:
            manager.expect('WATCHDOG')
            beats.append(time.monotonic())
        gaps = [later - earlier for earlier, later in zip(beats, beats[1:])]
        assert min(gaps) < 3, gaps  # a busy machine may hold up some of them
        os.kill(manager.process.pid, signal.SIGSTOP)
        wait_until('it has stopped', lambda: state_of(manager.process.pid) == 'T')
        while manager.receive(0.1):
            pass
        assert manager.receive(2) is None, 'a master that does not go round has no pulse'
        os.kill(manager.process.pid, signal.SIGCONT)
        manager.expect('WATCHDOG')


def test_a_watchdog_of_another_process_is_left_alone(directory):
    with Manager(directory, os.path.join(directory, 'manager.sock'),
                 WATCHDOG_USEC='400000', WATCHDOG_PID='1') as manager:
        manager.expect('READY')
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            told = manager.receive(0.5)
            assert told is None or 'WATCHDOG' not in told, told
