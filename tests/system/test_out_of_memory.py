"""Memory that runs out in a worker, at any moment."""
import mmap
import os
import struct
import subprocess
import uuid

import pytest
from support import faulty_keystone
from support.cloud import Cloud, wait_until
from support.program import is_sanitized
from support.every_route import (BODY, HEADERS, PASSWORD, QUERY, Things, ask_all, check_answer,
                                 check_log)

HERE = os.path.dirname(os.path.abspath(__file__))
ALWAYS = -1
MANY = 1 << 40
TRIES = 40  # of each request and each kind, at most twice as many


class Memory:
    """The plan that failing_malloc.c follows."""

    def __init__(self, directory):
        self.path = os.path.join(directory, 'plan')
        with open(self.path, 'wb') as file:
            file.write(struct.pack('qq', ALWAYS, 0))
        with open(self.path, 'r+b') as file:
            self.plan = mmap.mmap(file.fileno(), 16)
        self.library = os.path.join(directory, 'failing_malloc.so')
        subprocess.run(['cc', '-D_GNU_SOURCE', '-shared', '-fPIC', '-O1', '-o', self.library,
                        os.path.join(HERE, 'failing_malloc.c')], check=True)

    def set(self, given, refused):
        self.plan[:] = struct.pack('qq', given, refused)

    def given(self):
        return struct.unpack('qq', self.plan[:])[0]


def count_of(memory, ask):
    """Return how often a request asks for memory."""
    memory.set(MANY, 0)
    ask()
    count = MANY - memory.given()
    memory.set(ALWAYS, 0)
    return count


def log_of(cloud):
    with open(cloud.stack + '/berth.log', errors='replace') as file:
        return file.read()


def starve(memory, what, make_well, ask, seen):
    """Lets each request for memory fail in turn, alone or with all that follow. There is a
    connection to the database before: libmariadb does not survive a lack of memory while it
    connects."""
    count_of(memory, ask)
    count = count_of(memory, ask)
    for refused in (1, MANY):
        for number in range(0, count, max(1, count // TRIES)):
            make_well()
            memory.set(number, refused)
            try:
                answer = ask()
            finally:
                memory.set(ALWAYS, 0)
            label = '%s: %s of %d' % (what, number, count)
            seen[answer.status] = seen.get(answer.status, 0) + 1
            check_answer(answer, label)
            assert answer.status != 500, label + answer.text
    make_well()


def asks(cloud, things):
    """Yield requests that take different ways through the service."""
    name = BODY + str(uuid.uuid4())
    provider = '/resource_providers/' + things.provider

    def asker(method, path, body=None, **headers):
        headers = dict(HEADERS, **{name.replace('_', '-'): headers[name] for name in headers})
        return lambda: cloud.ask(method, path, body, headers)
    yield 'list', asker('GET', '/resource_providers?name=' + QUERY)
    yield 'create', asker('POST', '/resource_providers', {'name': name})
    yield 'candidates', asker('GET', '/allocation_candidates?resources=VCPU:1&limit=1')
    yield 'traits', asker('PUT', provider + '/traits', {'resource_provider_generation': 7777,
                                                        'traits': ['CUSTOM_' + QUERY]})
    yield 'wrong', asker('PUT', provider + '/inventories', {'inventories': {BODY: {BODY: 1}}})
    yield 'html', asker('GET', '/nowhere?name=' + QUERY, accept='text/html')
    yield 'long', asker('GET', '/traits', accept='text/x-' + 'y' * 50000)


def hungry(directory, berth=''):
    """Return a cloud of one worker, and the plan for its memory."""
    if is_sanitized():
        pytest.skip('the sanitizers have their own malloc')
    memory = Memory(directory)
    cloud = Cloud(directory, workers=1, password=PASSWORD,
                  berth='log_level = debug\n' + berth)
    cloud.environment = {'LD_PRELOAD': memory.library, 'FAILING_MALLOC': memory.path}
    return cloud, memory


def test_memory_that_runs_out_in_a_worker(directory):
    cloud, memory = hungry(directory)
    with cloud:
        things = Things(cloud)
        start, seen = len(log_of(cloud)), {}

        def make_well():
            assert cloud.ask('GET', '/traits/HW_CPU_X86_VMX').status == 204
        for what, ask in asks(cloud, things):
            starve(memory, what, make_well, ask, seen)
        log = log_of(cloud)[start:]
        check_log(log, 'starved')
        print('    answers: %s' % seen)
        assert 503 in seen and 'worker died' not in log
        assert not {500, 503} & set(ask_all(cloud, things, 'with memory again'))


def test_memory_that_runs_out_while_keystone_is_asked(directory):
    server = faulty_keystone.start()
    cloud, memory = hungry(directory, faulty_keystone.CONFIGURATION % server.server_port)
    with cloud:
        tokens, seen = [], {}

        def ask():
            tokens.append('TOKENsecret' + uuid.uuid4().hex)
            return cloud.ask('GET', '/traits/HW_CPU_X86_VMX', headers={'x-auth-token': tokens[-1]})

        def make_well():
            wait_until('a good token is let in', lambda: ask().status == 204)
        make_well()
        start = len(log_of(cloud))
        starve(memory, 'keystone', make_well, ask, seen)
        log = log_of(cloud)[start:]
        check_log(log, 'starved')
        print('    answers: %s' % seen)
        assert 503 in seen and 'worker died' not in log
        for secret in tokens + [faulty_keystone.SAID, faulty_keystone.SERVICE_TOKEN]:
            assert secret not in log, secret
    server.shutdown()
