"""Workers that die or get stuck; reload, stop, log files, and no database."""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time
import uuid

import pytest
from support.cloud import SIGHUP, SIGKILL, SIGTERM, SIGUSR1, wait_until
from support.paths import BERTH
from support.processes import children, cpu_seconds, runs
from support.program import exit_of

INVENTORY = {'VCPU': {'total': 1000}}


class Load(threading.Thread):
    """Asks without a pause until end(); keeps every unexpected answer."""

    def __init__(self, cloud, path='/resource_classes', expected=200):
        super().__init__()
        self.cloud, self.path, self.expected = cloud, path, expected
        self.ended, self.count, self.wrong = False, 0, []

    def run(self):
        while not self.ended:
            try:
                status = self.cloud.ask('GET', self.path).status
            except OSError as reason:
                status = repr(reason)
            self.count += 1
            if status != self.expected:
                self.wrong.append(status)

    def end(self):
        self.ended = True
        self.join()


def slow_claim(cloud, answers, request_timeout=None):
    """A claim that waits for a lock; return its thread and the lock. With a request_timeout, which
    counts from the claim on, it may have ended already."""
    provider = cloud.make_provider(INVENTORY)
    if request_timeout is not None:
        cloud.configure('request_timeout = %d\n' % request_timeout)
        cloud.reload()
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)

    def ask():
        try:
            answers.append(cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1}).status)
        except OSError as reason:
            answers.append(repr(reason))
    thread = threading.Thread(target=ask)
    thread.start()
    if request_timeout is None:
        cloud.wait_for_lock_waits()
    return thread, lock


def test_a_dead_worker_is_replaced(make_cloud):
    cloud = make_cloud(workers=2)
    time.sleep(1.2)  # one that dies in its first second is not replaced at once
    before = cloud.workers()
    os.kill(before[0], SIGKILL)
    wait_until('there are two again', lambda: len(set(cloud.workers()) - {before[0]}) == 2)
    assert before[1] in cloud.workers(), 'the other one was touched'
    assert 'worker died' in cloud.log() and 'signal=9' in cloud.log()
    assert cloud.ask('GET', '/resource_classes').status == 200


def test_workers_that_die_young_are_replaced_more_slowly(make_cloud):
    cloud = make_cloud(workers=1)
    began = time.monotonic()
    for _ in range(6):  # pauses of 0.1, 0.2, 0.4 and 0.8 s; the first has answered requests
        [worker] = wait_until('there is a worker', cloud.workers, pause=0.01)
        os.kill(worker, SIGKILL)
        wait_until('it is gone', lambda: worker not in cloud.workers(), pause=0.01)
    assert time.monotonic() - began > 1, 'they are replaced at once'
    wait_until('it comes back', lambda: cloud.ask('GET', '/').status == 200)


@pytest.mark.plain  # the search for leaks at the end of a process never ends without descriptors
def test_a_worker_that_cannot_start_says_why(make_cloud):
    cloud = make_cloud(workers=1)
    [before] = cloud.workers()
    assert cloud.ask('GET', '/resource_classes').status == 200
    limits = resource.prlimit(cloud.master(), resource.RLIMIT_NOFILE)
    resource.prlimit(cloud.master(), resource.RLIMIT_NOFILE, (3, limits[1]))
    os.kill(before, SIGKILL)
    [reason] = wait_until('the next one dies', lambda: re.findall(
        r'worker cannot start reason=(.*)\n.*worker died pid=\d+ exit_status=', cloud.log())[:1])
    resource.prlimit(cloud.master(), resource.RLIMIT_NOFILE, limits)
    assert reason == '"Too many open files"', reason
    line = re.search('worker died .* exit_status=.*', cloud.log()).group()
    assert ' request_id=- route=- ' in line, 'it has had no request: ' + line
    wait_until('it serves again', lambda: cloud.ask('GET', '/resource_classes').status == 200)


def startups_of(cloud):
    return [pid for pid, name in children(cloud.master()).items() if name == 'berth-startup']


def test_a_worker_without_descriptors_says_so_and_waits(make_cloud):
    cloud = make_cloud(workers=1)
    worker, statuses = cloud.workers()[0], []
    limits = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (3, limits[1]))
    client = threading.Thread(target=lambda: statuses.append(cloud.ask('GET', '/').status))
    client.start()
    message = 'no connection can be accepted reason="Too many open files"'
    wait_until('the worker says so', lambda: message in cloud.log())
    before, begun = cpu_seconds([worker]), time.monotonic()
    time.sleep(2)
    used, passed = cpu_seconds([worker]) - before, time.monotonic() - begun
    assert used < passed / 4, 'it does not wait'
    resource.prlimit(worker, resource.RLIMIT_NOFILE, limits)
    client.join()
    assert statuses == [200] and cloud.workers() == [worker]
    assert cloud.log().count(message) == 1


def test_the_database_of_the_present_configuration_is_prepared(make_cloud):
    cloud = make_cloud(workers=1)
    cloud.stop_stack()
    cloud.sql("DELETE FROM traits WHERE name = 'HW_CPU_X86_VMX'")
    connection = cloud.connection()
    cloud.connection = lambda: connection.replace('db.sock', 'no.sock')
    cloud.write_configuration()
    cloud.start_stack()
    [before] = wait_until('the database is waited for', lambda: startups_of(cloud))
    os.kill(before, SIGKILL)
    wait_until('another process waits for it', lambda: set(startups_of(cloud)) - {before})
    assert 'the startup process died, starting another one signal=9' in cloud.log()
    cloud.connection = lambda: connection
    cloud.reload()
    wait_until('the standard traits are entered', lambda: cloud.ask(
        'GET', '/traits/HW_CPU_X86_VMX').status == 204)
    wait_until('nobody waits for the other database', lambda: not startups_of(cloud))
    assert cloud.log().count('the startup process died') == 1


def test_a_stuck_request_is_ended_and_named(make_cloud):
    cloud = make_cloud(workers=1)
    answers = []
    thread, lock = slow_claim(cloud, answers, request_timeout=4)
    thread.join()
    assert answers[0] in (502, 504), answers
    line = [line for line in cloud.log().splitlines() if 'took too long' in line][0]
    assert 'req-' in line and '/allocations/{consumer_uuid}' in line, line
    assert ' microversion=1.39 user_id=admin project_id=admin' in line, line
    # the next worker ends the claim in the database before it answers anything
    wait_until('it answers again', lambda: cloud.ask('GET', '/resource_classes').status == 200)
    lock.release()
    assert cloud.sql('SELECT COUNT(*) FROM consumers') == [['0']]


def test_what_is_stuck_during_a_reload_is_ended_in_the_database_too(make_cloud):
    """The one that is killed is replaced already, and it is a new worker that ends its session."""
    # nothing else ends it
    cloud = make_cloud(workers=1, berth='lock_wait_timeout = 3600\nstatement_timeout = 0\n')
    answers = []
    thread, lock = slow_claim(cloud, answers, request_timeout=4)
    wait_until('it waits', lambda: cloud.lock_waits() or answers, pause=0.2)
    cloud.signal_master(SIGHUP)
    thread.join()
    assert answers[0] in (502, 504), answers
    wait_until('the claim is ended', lambda: cloud.lock_waits() == [], pause=0.2)
    lock.release()
    assert cloud.sql('SELECT COUNT(*) FROM consumers') == [['0']]
    wait_until('one worker is left', lambda: len(cloud.workers()) == 1)
    assert cloud.ask('GET', '/resource_classes').status == 200


def test_stopping_finishes_requests_in_progress(make_cloud):
    cloud = make_cloud(workers=2)
    answers = []
    thread, lock = slow_claim(cloud, answers)
    master = cloud.master()
    os.kill(master, SIGTERM)
    wait_until('it is stopping', lambda: 'stopping: requests in flight' in cloud.log())
    lock.release()
    thread.join()
    assert answers == [204], answers
    wait_until('the master ends', lambda: not runs(master) or cloud.master() is None)
    assert 'stopped' in cloud.log()


def test_a_reload_replaces_all_workers_and_refuses_nothing(make_cloud):
    cloud = make_cloud(workers=2)
    loads = [Load(cloud) for _ in range(4)]
    for load in loads:
        load.start()
    for _ in range(3):
        before = set(cloud.workers())
        cloud.signal_master(SIGHUP)
        wait_until('all are new', lambda: len(cloud.workers()) == 2
                   and not before & set(cloud.workers()))
        counts = [load.count for load in loads]
        wait_until('all have asked the new ones', lambda: all(
            load.count > count + 5 for load, count in zip(loads, counts)))
    for load in loads:
        load.end()
    assert [load.wrong for load in loads if load.wrong] == []


def test_a_reload_takes_the_new_configuration(make_cloud):
    cloud = make_cloud(workers=2)
    before = set(cloud.workers())
    cloud.berth = 'workers = 3\n'
    cloud.write_configuration()
    cloud.signal_master(SIGHUP)
    wait_until('there are three new ones', lambda: len(cloud.workers()) == 3
               and not before & set(cloud.workers()))
    with open(cloud.conf, 'a') as conf:
        conf.write('request_timeout = soon\n')
    cloud.signal_master(SIGHUP)
    wait_until('it complains', lambda: 'new configuration is wrong' in cloud.log())
    assert len(cloud.workers()) == 3
    assert cloud.ask('GET', '/resource_classes').status == 200


def test_the_log_is_opened_again(directory, make_cloud):
    log = os.path.join(directory, 'stack', 'moved.log')
    cloud = make_cloud(workers=2, berth='log_file = %s\n' % log)
    cloud.ask('GET', '/resource_classes')
    os.rename(log, log + '.1')
    cloud.signal_master(SIGUSR1)
    wait_until('the new file is there', lambda: os.path.exists(log))

    def has_line():
        cloud.ask('GET', '/traits')
        with open(log) as file:
            return 'path=/traits' in file.read()
    wait_until('it is written to', has_line)


def test_a_log_that_may_not_grow_ends_no_worker(make_cloud):
    cloud = make_cloud(workers=1)
    worker = cloud.workers()[0]
    limits = resource.prlimit(worker, resource.RLIMIT_FSIZE)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (1, limits[1]))
    assert [cloud.ask('GET', '/').status for _ in range(3)] == [200] * 3
    assert cloud.workers() == [worker]


def test_all_children_open_the_log_again(directory, make_cloud):
    log = os.path.join(directory, 'stack', 'moved.log')
    cloud = make_cloud(workers=1, berth='log_file = %s\n' % log)
    names = {'berth-follower', 'berth-startup'}
    cloud.stop_database()
    cloud.signal_master(SIGHUP)

    def told(path):
        """Which of them have told of the database in this file."""
        with open(path) as file:
            lines = [line.split(' ', 2) for line in file if 'database error' in line]
        pids = {int(pid) for _, pid, _ in lines}
        return {name for pid, name in children(cloud.master()).items() if pid in pids} & names
    wait_until('both tell of the database', lambda: told(log) == names)
    os.rename(log, log + '.1')
    cloud.signal_master(SIGUSR1)
    wait_until('both do so in the new file', lambda: os.path.exists(log) and told(log) == names)
    cloud.start_database()


def test_a_fifo_for_the_log_holds_up_nothing(directory, make_cloud):
    fifo = os.path.join(directory, 'fifo')
    os.mkfifo(fifo)
    cloud = make_cloud(workers=1)
    cloud.berth += 'log_file = %s\n' % fifo
    cloud.write_configuration()
    cloud.signal_master(SIGHUP)
    wait_until('it complains', lambda: re.search(
        'going on with the old one reason=.*fifo: No such device or address', cloud.log()))
    with open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)):
        cloud.reload()
        assert cloud.ask('GET', '/traits').status == 200
    cloud.signal_master(SIGUSR1)
    wait_until('it says that nobody reads', lambda: 'open the log file again' in cloud.log())
    [worker] = cloud.workers()
    os.kill(worker, SIGKILL)
    wait_until('it is replaced', lambda: cloud.workers() not in ([], [worker]))
    wait_until('it serves', lambda: cloud.ask('GET', '/traits').status == 200)


def test_a_log_that_is_deleted_with_its_directory_is_missed(directory, make_cloud):
    place = os.path.join(directory, 'place')
    log = os.path.join(place, 'berth.log')
    os.mkdir(place)
    cloud = make_cloud(workers=1, berth='log_file = %s\n' % log)
    shutil.rmtree(place)
    cloud.ask('GET', '/traits')
    wait_until('the lines go to stderr', lambda: ' path=/traits ' in cloud.log())
    assert re.search('cannot write the log file .*"No such file or directory"', cloud.log())
    os.mkdir(place)

    def has_line():
        cloud.ask('GET', '/resource_classes')
        if not os.path.exists(log):
            return False
        with open(log) as file:
            return ' path=/resource_classes ' in file.read()
    wait_until('the file is made again', has_line)


def test_without_a_database_it_says_so_and_comes_back(make_cloud):
    cloud = make_cloud(workers=2)
    assert cloud.ask('GET', '/resource_classes').status == 200
    master, workers = cloud.master(), cloud.workers()
    cloud.stop_database()
    answer = cloud.ask('GET', '/resource_classes')
    assert answer.status == 503 and int(answer.headers['retry-after']) > 0, answer.text
    assert answer.json['errors'][0]['title'] == 'Service Unavailable'
    assert cloud.ask('GET', '/').status == 200, 'the version document needs no database'
    cloud.start_database()
    wait_until('it is back', lambda: cloud.ask('GET', '/resource_classes').status == 200)
    assert cloud.master() == master and sorted(cloud.workers()) == sorted(workers)


def test_it_starts_without_a_database(make_cloud):
    cloud = make_cloud(workers=2)
    cloud.stop_stack()
    cloud.stop_database()
    cloud.start_stack()
    assert cloud.ask('GET', '/resource_classes').status == 503
    cloud.start_database()
    wait_until('it serves', lambda: cloud.ask('GET', '/resource_classes').status == 200)


def test_a_request_that_takes_too_much_memory_is_refused(make_cloud):
    cloud = make_cloud(workers=1, berth='request_memory = 1048576\nmax_query_length = 1000\n')
    provider = cloud.make_provider(INVENTORY)
    workers = cloud.workers()
    claims = {str(uuid.uuid4()): {
        'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p',
        'user_id': 'u', 'consumer_generation': None, 'consumer_type': 'INSTANCE'}
        for _ in range(3000)}
    for _ in range(3):
        answer = cloud.ask('POST', '/allocations', claims)
        assert answer.status == 413, answer.text
        assert answer.json['errors'][0]['title'] == 'Request Entity Too Large'
        assert cloud.ask('GET', '/resource_classes').status == 200
    assert cloud.workers() == workers, 'a worker ended'
    assert cloud.sql('SELECT COUNT(*) FROM consumers') == [['0']]


def test_a_large_request_is_served_as_a_whole(make_cloud):
    cloud = make_cloud(workers=1)
    provider = cloud.make_provider({'VCPU': {'total': 3000}})
    claims = {str(uuid.uuid4()): {
        'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p%d' % (n % 7),
        'user_id': 'u', 'consumer_generation': None, 'consumer_type': 'INSTANCE'}
        for n in range(3000)}
    answer = cloud.ask('POST', '/allocations', claims)
    assert answer.status == 204, answer.text
    line = [line for line in cloud.log().splitlines() if 'method=POST path=/allocations ' in line]
    statements = int(line[0].split('sql_statements=')[1].split()[0])
    assert statements < 60, line
    shown = cloud.ask('GET', '/resource_providers/%s/allocations' % provider).json
    assert len(shown['allocations']) == 3000
    more = {str(uuid.uuid4()): dict(claim) for claim in list(claims.values())[:2]}
    answer = cloud.ask('POST', '/allocations', more)
    assert answer.status == 409, answer.text
    assert cloud.sql('SELECT COUNT(*) FROM consumers') == [['3000']]


def test_workers_are_recycled(make_cloud):
    cloud = make_cloud(workers=2, berth='max_requests = 20\n')
    before = set(cloud.workers())
    load = Load(cloud)
    load.start()
    wait_until('all are new', lambda: cloud.workers() and not before & set(cloud.workers()))
    load.end()
    assert load.wrong == [], load.wrong
    assert 'worker died' not in cloud.log()


def test_workers_end_with_their_master(make_cloud):
    cloud = make_cloud(workers=2)
    workers = cloud.workers()
    os.kill(cloud.master(), SIGKILL)
    wait_until('they end', lambda: not any(map(runs, workers)))


def test_startup_ends_with_its_master_whoever_started_it(directory):
    """A shell lets what it starts in the background ignore SIGQUIT."""
    conf = os.path.join(directory, 'placement.conf')
    with open(conf, 'w') as file:
        file.write('[api]\nauth_strategy = noauth2\n[placement_database]\n'
                   'connection = mysql+pymysql://u:p@localhost/d?unix_socket=/nowhere/db.sock\n')
    process = subprocess.Popen(
        [BERTH, '--config-file', conf,
         '--listen', 'unix:' + os.path.join(directory, 'own.sock')],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGQUIT, signal.SIG_IGN))
    try:
        wait_until('the startup runs',
                   lambda: 'berth-startup' in children(process.pid).values())
        ending = list(children(process.pid))
    finally:
        process.kill()
        process.wait()
    try:
        wait_until('they end', lambda: not any(map(runs, ending)))
    finally:
        for pid in filter(runs, ending):
            os.kill(pid, SIGKILL)


def test_wrong_configuration_is_one_line_and_78(directory):
    good = ('[api]\nauth_strategy = noauth2\n[placement_database]\n'
            'connection = mysql+pymysql://u:SECRETWORD@h/d\n')
    cases = [
        ('', '--check-config'),
        (good.replace('noauth2', 'keystone'), '--check-config'),
        (good.replace('mysql+pymysql', 'sqlite'), '--check-config'),
        (good + '[berth]\nworkers = many\n', '--check-config'),
        (good + '[berth\n', '--check-config'),
        (good, '--listen', 'tcp:127.0.0.1:9000'),
        (good,),
    ]
    for text, *arguments in cases:
        status, error = exit_of(text, directory, *arguments)
        assert status == 78, (text, status, error)
        assert error.count('\n') == 1 and error.startswith('berth: '), error
        assert 'SECRETWORD' not in error, error
    assert exit_of(good, directory, '--check-config')[0] == 0
    missing = subprocess.run([BERTH, '--config-file', '/nowhere/p.conf'],
                             capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert missing.returncode == 78 and missing.stderr.count('\n') == 1, missing.stderr


def test_it_opens_a_socket_of_its_own(directory, make_cloud):
    cloud = make_cloud(workers=1)
    path = os.path.join(directory, 'own.sock')
    process = subprocess.Popen([BERTH, '--config-file', cloud.conf,
                                '--listen', 'unix:' + path], stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    wait_until('it serves', lambda: 'berth-worker' in children(process.pid).values())
    assert os.stat(path).st_mode & 0o777 == 0o660
    second = subprocess.run([BERTH, '--config-file', cloud.conf,
                             '--listen', 'unix:' + path], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=60)
    assert second.returncode == 78, second.stderr
    assert 'another process listens there' in second.stderr, second.stderr
    process.send_signal(SIGTERM)
    assert process.wait(60) == 0
    assert not os.path.exists(path)


def test_a_request_given_up_for_memory_is_logged_with_its_caller(make_cloud):
    cloud = make_cloud(workers=1, berth='request_memory = 1048576\nmax_query_length = 1000\n')
    body = json.dumps({'name': 'x', 'more': ['y' * 10] * 50000})
    for path, user in (('/resource_providers', 'ann'), ('/placement/resource_providers', 'bob')):
        answer = cloud.ask('POST', path, body,
                           {'x-auth-token': user + ':p', 'x-roles': 'admin'})
        assert answer.status == 413 and 'more memory' in answer.text, answer.text
        assert answer.headers['openstack-api-version'] == 'placement 1.39'
        assert answer.headers['vary'] == 'openstack-api-version'
        cloud.wait_until_noted()
        line = [line for line in cloud.log().splitlines() if 'status=413' in line][-1]
        assert 'user_id=%s ' % user in line and 'microversion=1.39' in line, line
        assert ' project_id=p ' in line, line
    answer = cloud.ask('GET', '/traits?name=in:' + 'A' * 2000)
    assert answer.status == 414
    assert answer.headers['openstack-api-version'] == 'placement 1.39'


def test_the_pool_is_as_large_as_what_it_may_use(make_cloud):
    cloud = make_cloud(workers=1)
    directory = os.path.dirname(cloud.conf)
    conf = os.path.join(directory, 'any-size.conf')
    with open(cloud.conf) as original, open(conf, 'w') as changed:
        changed.write(original.read().replace('workers = 1', 'workers = 0'))
    [processor, *_] = os.sched_getaffinity(0)
    listen = 'unix:' + os.path.join(directory, 'any-size.sock')
    log = os.path.join(directory, 'any-size.log')
    with open(log, 'w') as file:
        master = subprocess.Popen(['taskset', '-c', str(processor), BERTH, '--config-file', conf,
                                   '--listen', listen], stderr=file,
                                  env=dict(os.environ, OS_BERTH__LOG_FILE=''))
    try:
        def serving():
            with open(log) as file:
                return [line for line in file if ' serving' in line]
        wait_until('it serves', serving)
        assert 'workers=1' in serving()[0], serving()
    finally:
        master.terminate()
        assert master.wait(60) == 0
