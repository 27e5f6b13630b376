"""Another program and another configuration while requests come in: all of them are answered."""
import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import threading
import time
import uuid

from support.cloud import LATEST, SIGHUP, SIGKILL, SIGTERM, SIGUSR2, Cloud, wait_until
from support.paths import BERTH, BUILD
from support.processes import children_but_follower as children, runs

MORE = 100  # requests between two replacements of the program


class Traffic:
    """Requests at a steady rate, reads and claims mixed, on connections that are reopened now and
    then. Those that are late are made up for. Every answer is counted."""

    THREADS = 16
    REQUESTS_A_CONNECTION = 8

    def __init__(self, cloud, rate):
        self.cloud, self.rate = cloud, rate
        self.providers = [cloud.make_provider({'VCPU': {'total': 100000}}) for _ in range(20)]
        self.numbers = itertools.count()
        self.lock = threading.Lock()
        self.ended = False
        self.asked = self.answered = self.claims = self.releases = self.latest = 0
        self.wrong = []
        self.threads = [threading.Thread(target=self.run) for _ in range(self.THREADS)]

    def __enter__(self):
        self.begun = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *reason):
        self.ended = True
        for thread in self.threads:
            thread.join()
        self.seconds = time.monotonic() - self.begun

    def run(self):
        held = []
        connection = None
        for turn in itertools.count():
            with self.lock:
                due = self.begun + next(self.numbers) / self.rate
            if self.ended:
                break
            time.sleep(max(0, due - time.monotonic()))
            last = turn % self.REQUESTS_A_CONNECTION == self.REQUESTS_A_CONNECTION - 1
            kind, expected, request = self.next_request(turn, held, last)
            try:
                with self.lock:
                    self.asked += 1
                if connection is None:
                    connection = socket.create_connection(('127.0.0.1', self.cloud.port), 60)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                asked = time.monotonic()
                connection.sendall(request)
                status = self.read_answer(connection)
            except OSError as reason:
                status, asked, last = repr(reason), 0, True
            with self.lock:
                self.count(kind, status, expected, time.monotonic() - asked)
            if last and connection is not None:
                connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def count(self, kind, status, expected, seconds):
        if status != expected:
            self.wrong.append((kind, status))
            return
        self.answered += 1
        self.latest = max(self.latest, seconds)
        self.claims += kind == 'claim'
        self.releases += kind == 'release'

    def next_request(self, turn, held, last):
        if turn % 4 == 1:
            held.append(str(uuid.uuid4()))
            body = ('{"allocations": {"%s": {"resources": {"VCPU": 1}}}, "project_id": "p", '
                    '"user_id": "u", "consumer_generation": null, "consumer_type": "INSTANCE"}'
                    % self.providers[turn // 4 % len(self.providers)])
            return 'claim', 204, self.encode('PUT', '/allocations/' + held[-1], body, last)
        if turn % 4 == 3 and turn % 16 != 15:
            return 'release', 204, self.encode('DELETE', '/allocations/' + held.pop(0), '', last)
        path = '/resource_providers/%s/inventories' % self.providers[turn % len(self.providers)]
        return 'read', 200, self.encode('GET', path, '', last)

    @staticmethod
    def encode(method, path, body, last):
        head = ['%s %s HTTP/1.1' % (method, path), 'host: placement', 'x-auth-token: admin',
                'openstack-api-version: ' + LATEST, 'accept: application/json']
        if body:
            head += ['content-type: application/json', 'content-length: %d' % len(body)]
        if last:
            head.append('connection: close')
        return ('\r\n'.join(head) + '\r\n\r\n' + body).encode()

    @staticmethod
    def read_answer(connection):
        """The status of an answer that is complete; otherwise there is an OSError."""
        data = b''
        while b'\r\n\r\n' not in data:
            more = connection.recv(65536)
            if not more:
                raise OSError('closed before the answer')
            data += more
        head, body = data.split(b'\r\n\r\n', 1)
        lines = head.lower().split(b'\r\n')
        chunked = b'transfer-encoding: chunked' in lines
        length = [int(line[15:]) for line in lines if line.startswith(b'content-length:')]
        status = int(lines[0].split()[1])
        while status != 204 and (not body.endswith(b'0\r\n\r\n') if chunked
                                 else len(body) < length[0]):
            more = connection.recv(65536)
            if not more:
                raise OSError('closed within the answer')
            body += more
        return status


class Program:
    """A place with the programs of a build, in which berth is replaced as a package does it."""

    def __init__(self, directory):
        self.folder = os.path.join(directory, 'bin')
        self.path = os.path.join(self.folder, 'berth')
        os.mkdir(self.folder)
        for name in ('berth', 'berth-manage'):
            shutil.copy(os.path.join(BUILD, name), self.folder)
        with open(self.path, 'rb') as file:
            self.content = file.read()
        self.version = subprocess.run([self.path, '--version'], capture_output=True,
                                      text=True).stdout.split()[1]

    def put(self, content, mode=0o755):
        with open(self.path + '.new', 'wb') as file:
            file.write(content)
        os.chmod(self.path + '.new', mode)
        os.rename(self.path + '.new', self.path)

    def put_version(self, first):
        """Put the same program, with another first letter in the version that it prints. (The
        linker may share the rest of that text with other texts that end the same way.)"""
        self.put(self.content.replace(self.version.encode(), (first + self.version[1:]).encode()))

    def runs_in(self, pid):
        here, there = os.stat(self.path), os.stat('/proc/%d/exe' % pid)
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


@contextlib.contextmanager
def replaceable(directory, **options):
    program = Program(directory)
    with Cloud(directory, programs=program.folder, **options) as cloud:
        yield program, cloud, cloud.master()


def workers_of(master):
    return sorted(pid for pid, name in children(master).items() if name == 'berth-worker')


def are_new(master, before, count):
    """Return whether there are that many workers, all of them new, and no other children."""
    now = children(master)
    return (list(now.values()) == ['berth-worker'] * count and not set(before) & set(now))


def descriptors(pid):
    """Return those that stay open: a process may be about to read a file."""
    def look():
        return sorted(int(name) for name in os.listdir('/proc/%d/fd' % pid))

    def two_looks_agree():
        before = look()
        time.sleep(0.01)
        return look() == before and before
    return wait_until('the descriptors stay the same', two_looks_agree)


def replace_program(program, cloud, master, letter):
    before = workers_of(master)
    program.put_version(letter)
    os.kill(master, SIGUSR2)
    wait_until('it is the new program', lambda: program.runs_in(master))
    wait_until('all workers are new', lambda: are_new(master, before, cloud.workers_wanted))
    assert all(program.runs_in(pid) for pid in workers_of(master))


def ten_reloads_and_ten_upgrades(program, cloud, master):
    """Send requests, none of which may be lost; return the traffic."""
    opened = []
    with Traffic(cloud, rate=500) as traffic:
        def wait_for_more():
            count = traffic.answered
            wait_until('more are answered', lambda: traffic.answered > count + MORE)
        for letter in 'abcdefghij':
            before = workers_of(master)
            os.kill(master, SIGHUP)
            wait_until('all workers are new', lambda: are_new(master, before, cloud.workers_wanted))
            wait_for_more()
            replace_program(program, cloud, master, letter)
            wait_for_more()
            opened.append(descriptors(master))
    print('      %d requests, %.0f a second, the slowest took %.0f ms'
          % (traffic.asked, traffic.asked / traffic.seconds, 1000 * traffic.latest))
    assert traffic.wrong == [], traffic.wrong[:10]
    assert traffic.answered == traffic.asked
    assert opened == [opened[0]] * 10, 'descriptors leak: %r' % opened
    return traffic


def test_ten_reloads_and_ten_upgrades_under_load_lose_no_request(directory):
    with replaceable(directory, workers=3) as (program, cloud, master):
        traffic = ten_reloads_and_ten_upgrades(program, cloud, master)
        held = traffic.claims - traffic.releases
        assert cloud.sql('SELECT COUNT(*) FROM consumers') \
            == cloud.sql('SELECT COUNT(*) FROM allocations') == [[str(held)]]
        log = cloud.log()
        assert log.count('this program has replaced another one version=') == 10
        assert log.count('replaced another one version=h' + program.version[1:]) == 1
        assert 'worker died' not in log and ' ERROR ' not in log


def refuses(cloud, master, reason):
    """Return whether the present program is refused for that reason."""
    refused = cloud.log().count('no upgrade, going on')
    os.kill(master, SIGUSR2)
    wait_until('it is refused', lambda: cloud.log().count('no upgrade, going on') > refused)
    return reason in cloud.log()


def test_a_program_that_is_not_good_does_not_take_over(directory):
    bad = [(b'#!/bin/sh\necho out of order >&2\nexit 3\n', 0o755, 'out of order'),
           (b'nothing that runs', 0o755, 'Exec format error'),
           (b'', 0o644, 'Permission denied'),
           (b'#!/bin/sh\nkill -SEGV $$\n', 0o755, 'signal=11'),
           (b'#!/bin/sh\nexec sleep 60\n', 0o755, 'did not say in time')]
    with replaceable(directory, workers=2) as (program, cloud, master):
        workers = workers_of(master)
        for content, mode, reason in bad:
            program.put(content, mode)
            assert refuses(cloud, master, reason), reason
        os.unlink(program.path)
        assert refuses(cloud, master, 'No such file')
        program.put_version('z')
        cloud.berth += 'requst_timeout = 5\n'  # a warning, and then the reason
        cloud.berth += 'log_file = %s\n' % os.path.join(directory, 'nowhere', 'berth.log')
        cloud.write_configuration()
        assert refuses(cloud, master, 'cannot open log file')
        cloud.berth += 'audit_log = true\naudit_log_file = /nowhere/audit.log\n'
        cloud.write_configuration()
        assert refuses(cloud, master, 'cannot open the audit log')
        cloud.berth += 'request_timeout = soon\n'
        cloud.write_configuration()
        assert refuses(cloud, master, '[berth] request_timeout')
        assert workers_of(master) == workers == sorted(children(master))
        assert cloud.ask('GET', '/resource_classes').status == 200


def test_a_program_that_begins_slowly_takes_over(directory):
    """As on a machine that has other things to do."""
    with replaceable(directory, workers=1) as (program, cloud, master):
        place = os.path.join(directory, 'slow')
        os.mkdir(place)
        os.rename(program.path, os.path.join(place, 'berth'))
        program.put(b'#!/bin/sh\n[ "$1" != --check-config ] || sleep 8\nexec %s/berth "$@"\n'
                    % place.encode())
        before = workers_of(master)
        os.kill(master, SIGUSR2)
        wait_until('all workers are new', lambda: are_new(master, before, 1))
        assert cloud.log().count('this program has replaced another one') == 1
        assert cloud.ask('GET', '/resource_classes').status == 200


def claim_under_lock(cloud, answers):
    """A claim that waits for a lock; return its thread and the lock."""
    provider = cloud.make_provider({'VCPU': {'total': 10}})
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)
    thread = threading.Thread(target=lambda: answers.append(
        cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1}).status))
    thread.start()
    cloud.wait_for_lock_waits()
    return thread, lock


def test_the_old_program_finishes_its_requests(directory):
    with replaceable(directory, workers=2) as (program, cloud, master):
        answers = []
        thread, lock = claim_under_lock(cloud, answers)
        before = workers_of(master)
        for _ in range(2):
            program.put_version('z')
            os.kill(master, SIGUSR2)
            wait_until('it is the new program', lambda: program.runs_in(master))
            wait_until('the free workers are replaced',
                       lambda: len(set(workers_of(master)) - set(before)) == 2)
        wait_until('one is busy', lambda: len(workers_of(master)) == 3)
        assert answers == [], answers
        lock.release()
        thread.join()
        assert answers == [204], answers
        wait_until('the last old one ends', lambda: are_new(master, before, 2))
        assert 'worker died' not in cloud.log()
        thread, lock = claim_under_lock(cloud, answers)
        before = workers_of(master)
        os.kill(master, SIGUSR2)
        wait_until('the free worker is replaced',
                   lambda: len(set(workers_of(master)) - set(before)) == 2)
        os.kill(master, SIGKILL)
        lock.release()
        thread.join()
        assert answers == [204, 204], 'old workers answer before they end with their master'
        wait_until('all end', lambda: not any(map(runs, before)))


def test_an_old_worker_that_is_stuck_is_killed(directory):
    with replaceable(directory, workers=1) as (program, cloud, master):
        answers = []
        before = workers_of(master)
        thread, lock = claim_under_lock(cloud, answers)
        cloud.configure('request_timeout = 1\n')  # for the new program
        program.put_version('z')
        os.kill(master, SIGUSR2)
        wait_until('it is the new program', lambda: program.runs_in(master))
        thread.join()
        assert answers[0] in (502, 504), answers
        wait_until('the old one has ended', lambda: are_new(master, before, 1))
        assert 'took too long, worker killed pid=%d' % before[0] in cloud.log()
        lock.release()


class OwnSocket:
    """berth with its own socket, started through a symbolic link and a relative path."""

    def __init__(self, directory, conf):
        self.folder = os.path.join(directory, 'own')
        self.link = os.path.join(self.folder, 'current')
        self.socket = os.path.join(self.folder, 'berth.sock')
        os.mkdir(self.folder)
        self.versions = itertools.count(1)
        self.install()
        with open(os.path.join(self.folder, 'log'), 'wb') as log:
            self.process = subprocess.Popen(
                ['current/berth', '--config-file', conf, '--listen', 'unix:' + self.socket],
                cwd=self.folder, stdin=subprocess.DEVNULL, stderr=log)
        wait_until('it serves',
                   lambda: os.path.exists(self.socket) and workers_of(self.process.pid))

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.process.kill()
        self.process.wait()

    def install(self):
        place = os.path.join(self.folder, 'version-%d' % next(self.versions))
        os.mkdir(place)
        shutil.copy(BERTH, place)
        os.symlink(os.path.basename(place), self.link + '.new')
        os.rename(self.link + '.new', self.link)

    def log(self):
        with open(os.path.join(self.folder, 'log')) as file:
            return file.read()

    def is_upgraded(self):
        return os.readlink('/proc/%d/exe' % self.process.pid) == os.path.realpath(
            os.path.join(self.link, 'berth'))


def test_a_link_is_followed_again_and_a_stop_is_not_missed(directory, make_cloud):
    cloud = make_cloud(workers=2)
    upgrades_of_a_socket_of_its_own(directory, cloud.conf)
    stops_in_the_middle_of_an_upgrade(directory, cloud.conf)


def upgrades_of_a_socket_of_its_own(directory, conf):
    with OwnSocket(directory, conf) as own:
        inode = os.stat(own.socket).st_ino
        for _ in range(2):
            before = workers_of(own.process.pid)
            own.install()
            own.process.send_signal(SIGUSR2)
            wait_until('it is the new program', own.is_upgraded)
            wait_until('the workers are new', lambda: are_new(own.process.pid, before, 2))
        assert os.stat(own.socket).st_ino == inode
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(own.socket)
        own.process.send_signal(SIGTERM)
        assert own.process.wait(60) == 0
        assert not os.path.exists(own.socket)


def stops_in_the_middle_of_an_upgrade(directory, conf):
    for turn, pause in enumerate((0, 0.01, 0.02, 0.03, 0.06, 0.1)):
        place = os.path.join(directory, str(turn))
        os.mkdir(place)
        with OwnSocket(place, conf) as own:
            before = workers_of(own.process.pid)
            own.process.send_signal(SIGUSR2)
            time.sleep(pause)
            own.process.send_signal(SIGTERM)
            assert own.process.wait(60) == 0, 'after %.2f s' % pause
            assert not os.path.exists(own.socket)
            assert not any(map(runs, before))
            assert 'no upgrade' not in own.log(), 'it tells of a trial that a stop has ended'
