"""Recognisable secrets through every failing path: none is in a log or an answer."""
import os
import resource
import shutil
import signal
import subprocess

import pytest
from support.cloud import Cloud, wait_until
from support.processes import children, runs

TOKEN, PASSWORD, BODY = 'TOKENsecret4711', 'PASSWORDsecret4712', 'BODYsecret4713'


def requests():
    """Yield method, path, body, headers: each meets another kind of failure."""
    bad_uuid = '11111111-2222-3333-4444-555555555555'
    claim = {'allocations': {bad_uuid: {'resources': {'VCPU': 1}}}, 'project_id': BODY,
             'user_id': BODY, 'consumer_generation': None, 'consumer_type': 'INSTANCE'}
    yield 'GET', '/resource_providers', None, {}
    yield 'GET', '/nowhere', None, {}
    yield 'PATCH', '/resource_providers', None, {}
    yield 'POST', '/resource_providers', '{"name": "%s' % BODY, {}
    yield 'POST', '/resource_providers', {'name': 'a', 'uuid': bad_uuid}, {'content-type': 'text/x'}
    yield 'PUT', '/allocations/' + bad_uuid, claim, {}
    yield 'PUT', '/allocations/' + bad_uuid, dict(claim, consumer_generation=7), {}
    yield 'POST', '/allocations', {bad_uuid: claim}, {}
    yield 'GET', '/resource_providers', None, {'openstack-api-version': 'placement 9.9'}
    yield 'GET', '/resource_providers', None, {'openstack-api-version': 'placement x'}
    yield 'GET', '/resource_providers', None, {'accept': 'text/plain'}
    yield 'POST', '/resource_providers', '{"name": "%s"}' % (BODY + 'x' * 5000000), {}
    yield 'POST', '/resource_providers', '[' * 100000 + '"%s"' % BODY, {}


def ask_all(cloud):
    answers = ''
    for token in ('admin:' + TOKEN, TOKEN, TOKEN + ':' + TOKEN):
        for method, path, body, headers in requests():
            answer = cloud.ask(method, path, body, dict({'x-auth-token': token}, **headers))
            assert answer.status < 600
            answers += answer.text + repr(answer.headers)
    return answers


def logs(cloud, *more):
    text = cloud.log()
    for path in more:
        with open(path, errors='replace') as file:
            text += file.read()
    return text


def test_no_secret_is_in_logs_or_answers(directory):
    for form in ('text', 'json', 'oslo'):
        place = os.path.join(directory, form)
        os.mkdir(place)
        audit = os.path.join(place, 'audit.log')
        berth = 'log_format = %s\nlog_level = debug\nrequest_timeout = 2\naudit_log = true\n' \
            'audit_log_file = %s\naudit_log_format = %s\n' % (
                form, audit, 'cadf' if form == 'text' else 'json')
        with Cloud(place, workers=2, password=PASSWORD, berth=berth) as cloud:
            answers = ask_all(cloud)
            # the tables are gone: every statement fails
            cloud.sql('SET foreign_key_checks = 0; DROP TABLE resource_providers, consumers')
            broken = ask_all(cloud)
            assert '"status": 500' in broken
            cloud.stop_database()
            down = ask_all(cloud)
            assert '"status": 503' in down
            wait_until('it is in the log', lambda: 'database error' in cloud.log())
            cloud.wait_until_noted()
            text = logs(cloud, audit)
            assert '"allocations.set"' in text and '"failed"' in text, 'the audit log is there'
            # with noauth2 the token's halves are the ids of user and project, which are logged; the
            # token itself is not
            for secret in (PASSWORD, BODY, TOKEN + ':' + TOKEN):
                assert secret not in text, 'in the log: ' + secret
            for secret in (PASSWORD, TOKEN):
                assert secret not in answers + broken + down, 'in an answer: ' + secret
            assert 'SELECT' not in broken + down and 'INSERT' not in broken + down
            assert 'placement.' not in broken.replace('placement.undefined_code', '') \
                .replace('placement.concurrent_update', ''), 'a table is named'
            cloud.start_database()


KEYSTONE = """\
[keystone_authtoken]
auth_url = http://127.0.0.1:1/v3
auth_type = password
user_id = 1f5e
project_id = 2f5e
"""


def core_of(pid):
    """Abort a process and return its core dump; b'' if it leaves none."""
    folder = os.readlink('/proc/%d/cwd' % pid)
    paths = [os.path.join(folder, name) for name in ('core', 'core.%d' % pid)]
    os.kill(pid, signal.SIGABRT)
    wait_until('it has ended', lambda: not runs(pid))
    core = b''
    for path in paths:
        if os.path.exists(path):
            with open(path, 'rb') as file:
                core += file.read()
            os.unlink(path)
    return core


def gcore_of(pid):
    """The core that a debugger writes of a process that goes on. It leaves out what the process
    does not want dumped."""
    done = subprocess.run(['gcore', '-o', 'debugger', str(pid)], capture_output=True, text=True)
    path = 'debugger.%d' % pid
    assert os.path.exists(path), done.stderr
    with open(path, 'rb') as file:
        core = file.read()
    os.unlink(path)
    assert core.startswith(b'\x7fELF')
    return core


def assert_no_secret(core):
    for secret in (PASSWORD, TOKEN):
        if secret.encode() in core:
            raise AssertionError('in a core of %d bytes: %s' % (len(core), secret))


@pytest.fixture
def cores(directory, monkeypatch):
    """Let programs that this test starts dump core, where the kernel writes cores to files."""
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
    monkeypatch.chdir(directory)
    yield
    resource.setrlimit(resource.RLIMIT_CORE, limits)


@pytest.mark.plain
def test_no_core_dump_holds_a_password(directory, cores, monkeypatch):
    monkeypatch.setenv('OS_KEYSTONE_AUTHTOKEN__PASSWORD', TOKEN)
    with open('/proc/sys/kernel/core_pattern') as file:
        writes_files = file.read().strip() == 'core' and \
            resource.getrlimit(resource.RLIMIT_CORE)[0] != 0
    with Cloud(directory, workers=2, password=PASSWORD, identity=KEYSTONE) as cloud:
        assert cloud.ask('GET', '/traits').status == 503, 'the worker tries to log in'
        master = cloud.master()
        for pid in (*cloud.workers(), master):
            others = children(master)
            with open('/proc/%d/coredump_filter' % pid) as file:
                dumped = int(file.read(), 16)
            if shutil.which('gcore'):
                assert_no_secret(gcore_of(pid))
            if writes_files:
                core = core_of(pid)
                assert core.startswith(b'\x7fELF'), 'no core was written'
                assert_no_secret(core)
            assert dumped & ~0x10 == 0, 'memory is dumped'
        if writes_files:
            wait_until('all have ended', lambda: not any(map(runs, others)))
            assert not os.path.exists('core'), 'what ends with the master dumps core'
