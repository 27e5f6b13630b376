"""Runs processes of images as a container runtime does, without a privilege outside: other users,
networks and mounts inside. Root outside only looks into them, as a kubelet does.
"""
import json
import os
import shlex
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), 'package')]
from machine import wait_until  # noqa: E402

USER = 42424  # the images' own
OUTSIDE = 12345  # whom it is outside
ADDRESS = '192.0.2.7'  # of a network, besides 127.0.0.1: its own programs come from there, too
NO_NAMESPACES = ('No permissions to create new namespace', 'Operation not permitted')
ASK = ['curl', '-s', '--noproxy', '*', '--max-time', '30', '-o', '/dev/null', '-w', '%{http_code}',
       '-H', 'x-auth-token: admin', '-H', 'openstack-api-version: placement 1.39',
       '-H', 'content-type: application/json']
PROVIDER, CONSUMER = '11111111-2222-4333-8444-%012d', '22222222-3333-4444-8555-%012d'


class Skipped(Exception):
    """The reason why no container can run here."""


def as_nobody(*command):
    return ['setpriv', '--reuid=%d' % OUTSIDE, '--regid=%d' % OUTSIDE, '--clear-groups', *command]


def child_of(process):
    """Return the pid of a process's child, or None."""
    try:
        with open('/proc/%d/task/%d/children' % (process.pid, process.pid)) as file:
            children = file.read().split()
    except OSError:
        return None
    return int(children[0]) if children else None


class Inside:
    """What has a network that root can look into: a process with a pid()."""

    def on_network(self, *command):
        return ['nsenter', '--target', str(self.pid()), '--net', *command]

    def status(self, path, *arguments, port=8778, scheme='http', host='127.0.0.1'):
        """Return the status of a request from its network, or 000."""
        if self.pid() is None:
            return '000'
        return subprocess.run(
            self.on_network(*ASK, *arguments, '%s://%s:%d%s' % (scheme, host, port, path)),
            stdout=subprocess.PIPE, text=True).stdout

    def claim(self, number, **where):
        """Make a provider and claim on it."""
        provider, consumer = PROVIDER % number, CONSUMER % number
        path = '/resource_providers/' + provider
        for expected, *words in (
                ('200', '/resource_providers', '-d', {'name': provider, 'uuid': provider}),
                ('200', path + '/inventories', '-X', 'PUT', '-d', {
                    'resource_provider_generation': 0, 'inventories': {'VCPU': {'total': 4}}}),
                ('204', '/allocations/' + consumer, '-X', 'PUT', '-d', {
                    'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p',
                    'user_id': 'u', 'consumer_type': 'INSTANCE', 'consumer_generation': None})):
            words[-1] = json.dumps(words[-1])
            told = self.status(*words, **where)
            assert told == expected, '%s: %s' % (words[0], told)


class Network(Inside):
    """A separate network with the neighbours that a cloud has: MariaDB and Keystone."""

    def __init__(self, images):
        self.images = images
        self.hosts = os.path.join(images.new_directory('network'), 'hosts')
        with open(self.hosts, 'w') as file:
            file.write('127.0.0.1 localhost\n')
        self.pause = subprocess.Popen(as_nobody(
            'bwrap', '--unshare-user', '--unshare-net', '--unshare-pid', '--die-with-parent',
            '--ro-bind', images.root('berth'), '/', '--proc', '/proc', '--dev', '/dev', '--',
            '/usr/bin/sleep', 'infinity'), stdin=subprocess.DEVNULL)
        images.running.append(self.pause)
        wait_until('there is a network', lambda: self.pid() is not None and self.has_address())
        self.neighbours = subprocess.Popen(self.on_network(
            sys.executable, os.path.join(HERE, 'neighbours'),
            os.path.join(images.database, 'db.sock')),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        images.running.append(self.neighbours)
        assert self.neighbours.stdout.readline() == 'ready\n'

    def pid(self):
        return child_of(self.pause)

    def has_address(self):
        """Whether it has got the second address: only after bwrap has brought the network up."""
        done = subprocess.run(
            self.on_network('ip', '-o', 'link', 'show', 'up'), capture_output=True, text=True)
        return 'lo' in done.stdout and subprocess.run(
            self.on_network('ip', 'addr', 'add', ADDRESS + '/32', 'dev', 'lo')).returncode == 0

    def mounts(self):
        self.images.make_mount_point('berth', '/etc/hosts', self.hosts)
        return ['--ro-bind', self.hosts, '/etc/hosts']

    def name(self, *hosts):
        """Let names mean the neighbours."""
        with open(self.hosts, 'a') as file:
            file.write('%s %s\n' % (ADDRESS, ' '.join(hosts)))


class Container(Inside):
    """A process of an image, with one user inside.

    environment: variables besides those of the image; None: without this one. mounts: further words
    for bwrap, after those of /proc and /dev. network: to be in, instead of
    an empty one. shell: whether there is one.
    """

    def __init__(self, images, image, arguments=(), entry=None, environment=None, mounts=(),
                 user=USER, group=0, network=None, shell=True):
        config = images.config(image)
        process = config['process']
        command = ([entry] if entry else process['args'][:1]) + (
            list(arguments) or ([] if entry else process['args'][1:]))
        self.stop_signal = signal.Signals[
            config['annotations']['org.opencontainers.image.stopSignal'] or 'SIGTERM']
        self.variables = dict(item.split('=', 1) for item in process['env'])
        self.variables.update(environment or {})
        self.variables = {name: text for name, text in self.variables.items() if text is not None}
        self.network = network
        self.output, self.errors = (
            os.path.join(images.new_directory('log-of-' + image), name) for name in ('out', 'err'))
        command = as_nobody(
            'bwrap', '--unshare-user', '--unshare-pid', '--unshare-ipc',
            *(() if network else ('--unshare-net',)),
            '--as-pid-1', '--die-with-parent', '--uid', str(user), '--gid', str(group),
            '--ro-bind', images.root(image), '/', '--proc', '/proc', '--dev', '/dev', *mounts,
            *(() if shell else ('--ro-bind', '/dev/null', '/usr/bin/dash',
                                '--ro-bind', '/dev/null', '/usr/bin/bash')),
            '--clearenv',
            *sum((['--setenv', key, value] for key, value in self.variables.items()), []),
            '--', *command)
        if network:
            command = network.on_network(*command)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=open(self.output, 'w'),
            stderr=open(self.errors, 'w'))
        images.running.append(self.process)
        images.started.append(self)

    def pid(self):
        """Return the pid, outside, of the image's process."""
        return child_of(self.process)

    def log(self):
        with open(self.output) as file:
            return file.read()

    def complaints(self):
        with open(self.errors) as file:
            return file.read()

    def events(self):
        return [json.loads(line) for line in self.log().splitlines()]

    def run(self, *command):
        """Run a command inside, as its user; return the exit status."""
        return subprocess.run(
            ['nsenter', '--target', str(self.pid()), '--mount', '--pid', '--net', '--root', '--wd',
             *as_nobody('env', '-i', *('%s=%s' % item for item in self.variables.items()),
                        *command)], stdin=subprocess.DEVNULL, capture_output=True).returncode

    def finish(self):
        """Wait for its end. It must have succeeded."""
        self.process.wait(600)
        errors = self.complaints()
        if any(reason in errors for reason in NO_NAMESPACES):
            raise Skipped('no namespaces without privileges: ' + errors.strip())
        assert self.process.returncode == 0, self.log() + errors

    def stop(self, number=None):
        """Send the signal of its image, or another; return the exit status and stderr."""
        if self.pid() is not None:
            os.kill(self.pid(), number or self.stop_signal)
        return self.process.wait(600), self.complaints()

    def check(self):
        """Raise AssertionError if it has ended."""
        if self.process.poll() is not None:
            raise AssertionError('%s ended with status %d: %s%s' % (
                shlex.join(self.process.args[-3:]), self.process.returncode, self.log(),
                self.complaints()))
        return True

    def wait_until(self, what, condition):
        wait_until(what, lambda: condition() or not self.check())


class Requests:
    """Requests that go on at a steady rate until they are stopped."""

    def __init__(self, inside, seen, host='127.0.0.1', port=8778):
        """seen: returns how many have arrived."""
        self.process = subprocess.Popen(inside.on_network(
            'curl', '-s', '--noproxy', '*', '--rate', '200/s', '-o', '/dev/null', '-w',
            '%{stderr}%{http_code}\n', '-H', 'x-auth-token: admin',
            'http://%s:%d/resource_providers?name=[1-100000]' % (host, port)),
            stderr=subprocess.PIPE, text=True)
        wait_until('some are on the way', lambda: seen() > 5)

    def stop(self):
        """Return the set of statuses."""
        self.process.terminate()
        return set(self.process.communicate()[1].split())
