"""A fake Keystone that answers wrongly, late, or not at all."""
import contextlib
import os
import shutil
import subprocess
import threading
import time

import pytest
from support.certificates import Authority
from support.cloud import SIGKILL, wait_until
from support.keystone import SECRET, FakeKeystone
from support.threads import at_once
from support.tokens import PATH, status

PATIENT = 'http_connect_timeout = 40\nhttp_request_max_retries = 1\n'
BRIEF = 'http_connect_timeout = 1\nhttp_request_max_retries = 1\n'  # for a Keystone that hangs


@pytest.fixture
def keystone(fake_keystone):
    fake_keystone.know('known')
    return fake_keystone


def about(token, answer):
    """Give this answer to questions about that token."""
    def odd(handler):
        if handler.headers.get('x-subject-token') != token:
            return False
        answer(handler)
        return True
    return odd


def at_login(answer):
    def odd(handler):
        if handler.command != 'POST':
            return False
        answer(handler)
        return True
    return odd


def valid(**changes):
    def answer(handler):
        token = dict(handler.server.keystone.tokens['known'], **changes)
        handler.say(200, {'token': {name: value for name, value in token.items()
                                    if value is not None}})
    return answer


def hang_up(handler):
    handler.close_connection = True


ODD = [
    ('an error', lambda handler: handler.say(500, 'SECRETWORD'), 503),
    ('too many requests', lambda handler: handler.say(429, 'SECRETWORD'), 503),
    ('forbidden', lambda handler: handler.say(403, 'SECRETWORD'), 503),
    ('no content', lambda handler: handler.say(204), 503),
    ('garbage', lambda handler: handler.say(200, '<html>SECRETWORD'), 503),
    ('half of it', lambda handler: handler.say(200, '{"token": {"user": {"id": "SECRETWORD"'), 503),
    ('something else', lambda handler: handler.say(200, {'servers': []}), 503),
    ('nothing', lambda handler: handler.say(200, ''), 503),
    ('too much', lambda handler: handler.say(200, ' ' * 9000000), 503),
    ('no user', valid(user=None), 503),
    ('no domain of the user', valid(user={'id': 'u'}), 503),
    ('no expiry', valid(expires_at=None), 503),
    ('an expiry that is none', valid(expires_at='soon'), 503),
    ('roles that are none', valid(roles='admin'), 403),
    ('it hangs up', hang_up, 503),
    ('gone', lambda handler: handler.say(410), 503),
    ('elsewhere, for ever', lambda handler: handler.say(307, '', {'Location': handler.path}), 503),
    ('elsewhere, but not HTTP', lambda handler: handler.say(
        302, '', {'Location': 'file:///etc/passwd'}), 503),
    ('expired', valid(expires_at='2001-01-01T00:00:00.000000Z'), 401),
    ('not found', lambda handler: handler.say(404, 'SECRETWORD'), 401),
    ('it is slow', lambda handler: time.sleep(2), 503),
]


def test_odd_answers_are_no_answers(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=2, more=PATIENT)
    assert status(cloud, 'known') == 200
    workers = cloud.workers()
    for number, (name, answer, expected) in enumerate(ODD):
        if name == 'it is slow':
            assert cloud.workers() == workers, 'a worker died'
            cloud.identity = keystone.settings(BRIEF)
            cloud.reload()
            workers = cloud.workers()
        keystone.odd = about('odd%d' % number, answer)
        said = cloud.ask('GET', PATH, headers={'x-auth-token': 'odd%d' % number})
        assert said.status == expected, (name, said.status, said.text)
        assert 'SECRETWORD' not in said.text + repr(said.headers), name
        assert ('retry-after' in said.headers) == (expected == 503), name
        assert status(cloud, 'known') == 200, name
        keystone.odd = None
        keystone.know('odd%d' % number)
        if expected == 503 or name == 'not found':
            wait_until('after %s it is asked again' % name,
                       lambda: status(cloud, 'odd%d' % number) == 200)
    assert cloud.workers() == workers, 'a worker died'
    assert keystone.logins == 1
    log = cloud.log()
    assert 'SECRETWORD' not in log and 'SERVICETOKEN' not in log and SECRET not in log


def test_redirects_are_followed(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=2, more=PATIENT)
    keystone.know('moved')

    def odd(handler):
        if not handler.path.startswith('/v3/'):
            handler.path = handler.path.replace('/elsewhere/', '/v3/')
            return False
        handler.say(308, '', {'Location': handler.path.replace('/v3/', '/elsewhere/')})
        return True
    keystone.odd = odd
    assert status(cloud, 'moved') == 200
    assert keystone.count('POST', '/elsewhere/auth/tokens') == 1


def test_the_services_own_token_is_renewed_when_it_is_refused(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=4, more=PATIENT)
    for number in range(12):
        keystone.know('user%d' % number)
    assert status(cloud, 'known') == 200
    with keystone.lock:
        keystone.logins += 1  # the token of the last login is no longer valid
    assert at_once(8, lambda number: status(cloud, 'user%d' % number)) == [200] * 8
    assert keystone.count('POST') == 2, 'one of them logged in'
    # a Keystone that refuses every login is not asked without end
    keystone.odd = about('user9', lambda handler: handler.say(401))
    assert status(cloud, 'user9') == 503
    assert keystone.count('POST') == 3
    keystone.odd = None
    assert status(cloud, 'user9') == 200


def test_a_login_that_is_refused_is_not_tried_all_the_time(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=4, more=PATIENT)
    refused = "refuses the service's own login"
    said = cloud.log().count(refused)
    for answer in (lambda handler: handler.say(401, 'SECRETWORD'),
                   lambda handler: handler.say(201, {'token': {}}, {'X-Subject-Token': 'x'}),
                   lambda handler: handler.say(201, {'token': {'expires_at': '2099-01-01'}}),
                   lambda handler: handler.say(201, 'garbage', {'X-Subject-Token': 'x'})):
        keystone.odd = at_login(answer)
        before, begun = keystone.count('POST'), time.monotonic()
        for _ in range(4):
            assert at_once(8, lambda number: status(cloud, 'known')) == [503] * 8
        tried = keystone.count('POST') - before
        assert 1 <= tried <= 2 + (time.monotonic() - begun), tried
        time.sleep(1)
    keystone.odd = None
    wait_until('it goes on', lambda: status(cloud, 'known') == 200)
    assert cloud.log().count(refused) > said
    assert 'SECRETWORD' not in cloud.log() and SECRET not in cloud.log()


def test_a_keystone_that_hangs_holds_one_worker(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=4, more=BRIEF)
    wait_until('it answers', lambda: status(cloud, 'known') == 200)
    asked, released = [], threading.Event()

    def hang(handler):
        asked.append(handler.headers['x-subject-token'])
        return released.wait()
    keystone.odd = hang
    assert at_once(4, lambda number: status(cloud, 'new%d' % number)) == [503] * 4
    # now it is known to hang: one worker waits for it, the others answer at once
    begun = time.monotonic()
    assert at_once(8, lambda number: status(cloud, 'newer%d' % number)) == [503] * 8
    # each question takes a second, http_connect_timeout
    count = sum(token.startswith('newer') for token in list(asked))
    assert count <= 2 + (time.monotonic() - begun)
    assert status(cloud, 'known') == 200
    keystone.odd = None
    released.set()
    keystone.know('late')
    wait_until('it goes on', lambda: status(cloud, 'late') == 200)


def test_a_login_that_hangs_is_not_waited_for_by_one_after_the_other(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=4, more=BRIEF)
    released = threading.Event()
    keystone.odd = at_login(lambda handler: released.wait())
    begun = time.monotonic()
    assert at_once(4, lambda number: status(cloud, 'new%d' % number)) == [503] * 4
    assert keystone.count('POST') <= 2 + (time.monotonic() - begun)
    keystone.odd = None
    released.set()
    wait_until('it goes on', lambda: status(cloud, 'known') == 200)


def worker_at(cloud, port, server):
    """Return the worker that has the connection from one port to another."""
    with open('/proc/net/tcp') as table:
        [inode] = [fields[9] for fields in map(str.split, table)
                   if fields[1].endswith(':%04X' % port) and fields[2].endswith(':%04X' % server)]
    for pid in cloud.workers():
        folder = '/proc/%d/fd' % pid
        for name in os.listdir(folder):
            with contextlib.suppress(OSError):
                if os.readlink(os.path.join(folder, name)) == 'socket:[%s]' % inode:
                    return pid
    raise AssertionError('no worker is at port %d' % port)


def waits(pid):
    """Whether a worker waits for another one."""
    with open('/proc/%d/wchan' % pid) as file:
        return 'futex' in file.read()


def test_waiting_workers_go_on_when_the_asking_one_is_killed(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=4, more='http_connect_timeout = 60\n')
    assert status(cloud, 'known') == 200
    keystone.know('slow')
    release, ports = threading.Event(), []

    def answer(handler):
        ports.append(handler.client_address[1])
        release.wait()
        valid()(handler)
    keystone.odd = about('slow', answer)

    def ask(number):
        if number < 3:
            return status(cloud, 'slow')
        try:
            wait_until('one asks', lambda: ports)
            wait_until('the others wait', lambda: sum(map(waits, cloud.workers())) >= 2)
            os.kill(worker_at(cloud, ports[0], keystone.port), SIGKILL)
            wait_until('another one asks', lambda: len(ports) > 1)
        finally:
            release.set()
        return None
    before = keystone.count('GET')
    answers = at_once(4, ask)
    assert sorted(answers[:3]) == [200, 200, 502], answers
    assert keystone.count('GET') == before + 2
    assert status(cloud, 'slow') == 200


def test_waiting_workers_go_on_when_the_one_that_logs_in_is_killed(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=3, more='http_connect_timeout = 60\n')
    for number in range(3):
        keystone.know('user%d' % number)
    release, ports = threading.Event(), []

    def odd(handler):
        if handler.command == 'POST':
            ports.append(handler.client_address[1])
            release.wait()
        return False
    keystone.odd = odd

    def ask(number):
        if number < 3:
            return status(cloud, 'user%d' % number)
        try:
            wait_until('one logs in', lambda: ports)
            wait_until('the others wait', lambda: sum(map(waits, cloud.workers())) >= 2)
            os.kill(worker_at(cloud, ports[0], keystone.port), SIGKILL)
            wait_until('another one logs in', lambda: len(ports) > 1)
        finally:
            release.set()
        return None
    answers = at_once(4, ask)
    assert sorted(answers[:3]) == [200, 200, 502], answers
    wait_until('there are three again', lambda: len(cloud.workers()) == 3)
    assert [status(cloud, 'user%d' % number) for number in range(3)] == [200] * 3


def test_a_token_too_large_for_the_cache_is_asked_for_each_time(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=2, more=PATIENT)
    keystone.know('large', roles=['admin'] + ['role-%060d' % number for number in range(60)])
    before = keystone.count('GET')
    for _ in range(3):
        assert status(cloud, 'large') == 200
    assert at_once(6, lambda number: status(cloud, 'large')) == [200] * 6
    assert keystone.count('GET') == before + 9
    assert keystone.connections <= 2, 'connections are kept'


def test_tokens_are_kept_for_their_time(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=2, more='token_cache_time = 1\n')
    assert status(cloud, 'known') == 200 and status(cloud, 'known') == 200
    before = keystone.count('GET')
    del keystone.tokens['known']
    wait_until('it is not known any more', lambda: status(cloud, 'known') == 401)
    assert keystone.count('GET') == before + 1
    # refused tokens are not cached
    keystone.know('known')
    assert status(cloud, 'known') == 200
    # another Keystone knows other tokens
    with FakeKeystone() as other:
        cloud.identity = other.settings()
        cloud.reload()
        assert status(cloud, 'known') == 401
        other.know('known')
        assert status(cloud, 'known') == 200
    # without a cache each request asks Keystone
    cloud.identity = keystone.settings('token_cache_time = -1\n')
    cloud.reload()
    before = keystone.count('GET')
    assert at_once(6, lambda number: status(cloud, 'known')) == [200] * 6
    assert keystone.count('GET', '/v3/auth/tokens') == before + 6


def test_keystone_behind_tls(directory, make_cloud):
    authority = Authority(directory)
    server, client = [authority.certify(name, 'IP:127.0.0.1') for name in ('server', 'client')]
    authority = authority.path
    with FakeKeystone(server) as keystone, FakeKeystone(server, authority) as strict:
        keystone.know('known')
        cloud = make_cloud(workers=2, keystone=keystone, more='http_request_max_retries = 0\n')
        strict.know('known')
        assert status(cloud, 'known') == 503, 'the authority is unknown'
        for fake, more, expected in (
                (keystone, 'cafile = %s.pem' % authority, 200),
                (keystone, 'insecure = true', 200),
                (keystone, 'cafile = %s.pem' % client, 503),
                (strict, 'cafile = %s.pem' % authority, 503),
                (strict, 'cafile = {0}.pem\ncertfile = {1}.pem\nkeyfile = {1}.key'.format(
                    authority, client), 200)):
            # the cache does not know by which certificate it was filled
            cloud.identity = fake.settings(more + '\nhttp_request_max_retries = 0\n'
                                           'token_cache_time = -1\n')
            cloud.reload()
            assert status(cloud, 'known') == expected, (more, cloud.log()[-1000:])
        directory_of_it = os.path.join(directory, 'authorities')
        os.mkdir(directory_of_it)
        shutil.copy(authority + '.pem', directory_of_it)
        subprocess.run(['openssl', 'rehash', directory_of_it], check=True)
        cloud.identity = keystone.settings('http_request_max_retries = 0\n')
        cloud.write_configuration()
        mine = dict(cloud.environment)
        for trusted, expected in (
                ({'REQUESTS_CA_BUNDLE': authority + '.pem'}, 200),
                ({'REQUESTS_CA_BUNDLE': directory_of_it}, 200),
                ({'CURL_CA_BUNDLE': authority + '.pem', 'REQUESTS_CA_BUNDLE': ''}, 200),
                ({'SSL_CERT_FILE': authority + '.pem'}, 200),
                ({'SSL_CERT_FILE': authority + '.pem', 'REQUESTS_CA_BUNDLE': client + '.pem'},
                 503)):
            cloud.stop_stack()
            cloud.environment = dict(mine, **trusted)
            cloud.start_stack()
            assert status(cloud, 'known') == expected, (trusted, cloud.log()[-1000:])
        # the file of the configuration comes before those of the environment
        cloud.identity = keystone.settings('http_request_max_retries = 0\ntoken_cache_time = -1\n'
                                           'cafile = %s.pem' % client)
        cloud.environment = dict(mine, REQUESTS_CA_BUNDLE=authority + '.pem')
        cloud.write_configuration()
        cloud.stop_stack()
        cloud.start_stack()
        assert status(cloud, 'known') == 503
        assert 'worker died' not in cloud.log()
