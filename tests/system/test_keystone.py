"""Tokens of the real Keystone: what they permit, and what happens while Keystone is away."""
import os
import threading
import time

import pytest
from support.cloud import wait_until
from support.keystone import Keystone, project
from support.program import exit_of
from support.python_service import PythonService
from support.threads import at_once
from support.tokens import PATH, keep_secrets, status

# Most of its time is the real Keystone's. With sanitizers, made-up Keystones ask more of Berth.
pytestmark = pytest.mark.plain

SYSTEM = {'system': {'all': True}}
DOMAIN = {'domain': {'name': 'Default'}}


def test_tokens_are_what_keystone_says(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, more='token_cache_time = 1')
    admin = keystone.token('admin', project('admin'))
    nova = keystone.token('nova', project('service'))
    demo = keystone.token('demo', project('demo'))
    assert status(cloud, admin) == 200
    assert status(cloud, nova) == 200
    assert status(cloud, demo) == 403, 'a reader'
    assert status(cloud, keystone.token('admin')) == 403, 'for nothing'
    assert status(cloud, keystone.token('admin', SYSTEM)) == 403, 'for the system'
    assert status(cloud, keystone.token('admin', DOMAIN)) == 403, 'for a domain'
    # a reader may see the usages of the own project
    mine = keystone.ask('GET', '/v3/auth/tokens', token=demo, x_subject_token=demo).json
    usages = '/usages?project_id=%s'
    assert status(cloud, demo, usages % mine['token']['project']['id']) == 200
    assert status(cloud, demo, usages % 'another') == 403
    # headers in which a client claims an identity
    faked = {'x-roles': 'admin', 'x-user-id': 'admin', 'x-project-id': 'admin',
             'x-identity-status': 'Confirmed', 'x-is-admin-project': 'True',
             'x-service-roles': 'service', 'x-service-user-id': 'nova',
             'x-service-identity-status': 'Confirmed', 'x-tenant-id': 'admin',
             'x-user': 'admin', 'x-role': 'admin', 'openstack-system-scope': 'all'}
    assert status(cloud, demo, **faked) == 403
    assert status(cloud, None, **faked) == 401
    assert status(cloud, admin, **faked) == 200, 'it is not for the system'
    for path in ('/', '//', '/nowhere', PATH):
        answer = cloud.ask('GET', path, headers={'x-auth-token': None})
        assert answer.status == (200 if path == '/' else 401), (path, answer.text)
    refused = cloud.ask('GET', PATH, headers={'x-auth-token': 'nonsense'})
    assert refused.status == 401
    assert refused.headers['www-authenticate'] == 'Keystone uri="http://public.example:5000"'
    assert refused.json['error']['code'] == 401
    # a revoked token is good for token_cache_time at most
    keystone.revoke(admin)
    wait_until('it is not valid any more', lambda: status(cloud, admin) == 401)
    assert status(cloud, nova) == 200
    keep_secrets(cloud, keystone, refused.text + repr(refused.headers))


def test_expired_tokens_and_those_of_services(directory, adapt_cloud):
    def service():
        return keystone.token('nova', project('service'))

    def weak():
        return keystone.token('demo', project('demo'))

    with Keystone(directory, expiration=20) as keystone:
        cloud = adapt_cloud(keystone)
        for _ in range(4):  # the first requests to a new Keystone take their time
            status(cloud, service())
        begun = time.monotonic()
        user = service()
        assert status(cloud, user) == 200
        wait_until('the token has expired', lambda: status(cloud, user) == 401, pause=0.5)
        assert time.monotonic() - begun > 19, 'too early'
        # Berth's own token has expired too
        assert status(cloud, user, x_service_token=service()) == 200
        assert status(cloud, user, x_service_token=user) == 401, 'that has expired'
        assert status(cloud, user, x_service_token=weak()) == 401, 'it has not the role'
        assert status(cloud, user, x_service_token='nonsense') == 401
        assert status(cloud, user) == 401
        assert status(cloud, service()) == 200
        assert status(cloud, service(), x_service_token='nonsense') == 401
        assert status(cloud, service(), x_service_token=weak()) == 401
        assert status(cloud, weak(), x_service_token=service()) == 403, 'roles are the user\'s'
        keep_secrets(cloud, keystone)


@pytest.fixture
def busy_keystone(directory):
    with Keystone(directory, processes=2) as keystone:
        yield keystone


def test_a_new_token_costs_one_question_however_many_come_with_it(busy_keystone, adapt_cloud):
    keystone = busy_keystone
    cloud = adapt_cloud(keystone, workers=8)
    token = keystone.token('nova', project('service'))
    answers = at_once(50, lambda number: status(cloud, token))
    assert answers == [200] * 50, answers
    assert status(cloud, 'nonsense') == 401
    assert keystone.final_count('GET') == 2, keystone.log()
    assert keystone.count('POST') == 2, 'one login for the token, and one for all workers'
    # refused tokens are not cached, but all that wait for an answer share it
    assert at_once(50, lambda number: status(cloud, 'more')) == [401] * 50
    assert keystone.final_count('GET') < 50
    # several tokens, each from many clients
    tokens = [keystone.token('nova', project('service')) for _ in range(5)]
    before = keystone.final_count('GET')
    answers = at_once(50, lambda number: status(cloud, tokens[number % 5]))
    assert answers == [200] * 50, answers
    assert keystone.final_count('GET') == before + 5
    keep_secrets(cloud, keystone)


class Load(threading.Thread):
    """Asks with one token, or each time with another one, until end()."""

    def __init__(self, cloud, tokens, pause):
        super().__init__()
        self.cloud, self.tokens, self.pause = cloud, tokens, pause
        self.ended, self.seen = False, []

    def run(self):
        while not self.ended:
            token = self.tokens() if callable(self.tokens) else self.tokens
            time.sleep(self.pause)
            try:
                self.seen.append(status(self.cloud, token))
            except OSError as reason:
                self.seen.append(repr(reason))

    def end(self):
        self.ended = True
        self.join()


def test_keystone_is_killed_and_comes_back_under_load(busy_keystone, make_cloud):
    keystone = busy_keystone
    cloud = make_cloud(keystone=keystone)
    known = keystone.token('nova', project('service'))
    fresh = [keystone.token('nova', project('service')) for _ in range(3)]
    assert status(cloud, known) == 200
    workers = cloud.workers()
    loads = [Load(cloud, known, 0.02) for _ in range(3)]
    numbers = iter(range(10**9))
    # Keystone needs a tenth of a second of a processor for each
    strangers = [Load(cloud, lambda: 'unknown%d' % next(numbers), 0.1) for _ in range(2)]
    for load in loads + strangers:
        load.start()
    wait_until('all have been answered', lambda: all(load.seen for load in loads + strangers))
    keystone.kill()
    wait_until('it is missed', lambda: 503 in strangers[0].seen or 503 in strangers[1].seen)
    answer = cloud.ask('GET', PATH, headers={'x-auth-token': fresh[0]})
    assert answer.status == 503, answer.text
    assert int(answer.headers['retry-after']) > 0
    assert answer.json['title'] == 'Service Unavailable'
    assert 'www-authenticate' not in answer.headers
    assert status(cloud, known) == 200
    before = sum(len(load.seen) for load in loads)
    wait_until('those that are known go on',
               lambda: sum(len(load.seen) for load in loads) > before + 50)
    assert keystone.start(), keystone.log()
    wait_until('new tokens are taken', lambda: status(cloud, fresh[1]) == 200)
    assert status(cloud, fresh[0]) == 200 and status(cloud, fresh[2]) == 200
    # one may have been tried again until Keystone was back
    marks = [(load, len(load.seen)) for load in strangers]
    wait_until('strangers are refused as before',
               lambda: all(401 in load.seen[mark:] for load, mark in marks))
    for load in loads + strangers:
        load.end()
    for load in loads:
        assert set(load.seen) == {200}, set(load.seen)
    for load in strangers:
        assert set(load.seen) <= {401, 503}, set(load.seen)
    assert cloud.workers() == workers, 'a worker died'
    log = cloud.log()
    assert 'Keystone cannot be reached' in log and 'Keystone answers again' in log
    assert log.count('Keystone cannot be reached') < 10, 'it says it again and again'
    keep_secrets(cloud, keystone)


def test_application_credentials_and_their_rules(keystone, adapt_cloud):
    own, secret = keystone.application_credential('placement')
    rules = [{'path': PATH + '/*/inventories', 'method': 'GET', 'service': 'placement'},
             {'path': '/traits**', 'method': 'GET', 'service': 'placement'}]
    admin = keystone.token('admin', project('admin'))
    keystone.change('POST', '/v3/services', {'service': {'type': 'placement'}}, admin)
    service = keystone.change('GET', '/v3/services?type=placement', token=admin)['services'][0]
    keystone.change('POST', '/v3/endpoints', {'endpoint': {
        'service_id': service['id'], 'interface': 'public', 'region_id': 'RegionOne',
        'url': 'http://placement.example'}}, admin)
    settings = """\
[keystone_authtoken]
auth_url = %s/v3/
auth_type = v3applicationcredential
application_credential_id = %s
application_credential_secret = %s
""" % (keystone.url, own, secret)
    restricted, its_secret = keystone.application_credential('nova', access_rules=rules)
    token = keystone.ask('POST', '/v3/auth/tokens', {'auth': {'identity': {
        'methods': ['application_credential'],
        'application_credential': {'id': restricted, 'secret': its_secret}}}})
    assert token.status == 201, token.text
    token = token.headers['x-subject-token']
    nova = keystone.token('nova', project('service'))
    cloud = adapt_cloud(keystone, workers=2)
    cloud.identity = settings
    cloud.reload()
    assert status(cloud, nova) == 200
    assert status(cloud, token, '/traits') == 401, 'the type of the service is not known'
    cloud.identity += 'service_type = placement\n'
    cloud.reload()
    assert status(cloud, token, '/traits') == 200
    assert status(cloud, token) == 401
    nowhere = PATH + '/00000000-0000-0000-0000-000000000000/inventories'
    assert status(cloud, token, nowhere) == 404
    assert cloud.ask('PUT', '/traits/CUSTOM_A',
                     headers={'x-auth-token': token}).status == 401
    assert status(cloud, token, x_service_token=nova) == 200, 'a service asks'
    keep_secrets(cloud, keystone)


QUESTIONS = [(path, accept, which)
             for path in ('/', '', PATH, '/nowhere')
             for accept in (None, 'text/html')
             for which in ('none', 'empty', 'blank', 'nonsense', 'admin', 'padded', 'storage',
                           'service alone', 'bad service', 'weak service', 'good service')]


def test_it_answers_as_the_python_service_does(keystone, adapt_cloud):
    cloud = adapt_cloud(keystone, workers=2, more=(
        'http_request_max_retries = 0\nservice_token_roles_required = true\n'
        '[oslo_policy]\nenforce_scope = false\nenforce_new_defaults = false'))
    admin = keystone.token('admin', project('admin'))
    nova = keystone.token('nova', project('service'))
    tokens = {
        'none': {}, 'empty': {'x-auth-token': ''}, 'blank': {'x-auth-token': '   '},
        'nonsense': {'x-auth-token': 'nonsense'}, 'admin': {'x-auth-token': admin},
        'padded': {'x-auth-token': '  %s ' % admin},
        'storage': {'x-storage-token': admin}, 'service alone': {'x-service-token': nova},
        'bad service': {'x-auth-token': admin, 'x-service-token': 'nonsense'},
        'weak service': {'x-auth-token': admin,
                         'x-service-token': keystone.token('demo', project('demo'))},
        'good service': {'x-auth-token': admin, 'x-service-token': nova},
    }

    def compare(path, accept, headers):
        sent = dict({'x-auth-token': None, 'accept': accept}, **headers)
        shown = []
        for side in (python, cloud):
            answer = side.ask('GET', path, headers=sent)
            text = answer.text.replace(answer.headers['x-openstack-request-id'], 'REQ')
            shown.append((answer.status, answer.headers.get('content-type'),
                          answer.headers.get('www-authenticate'),
                          answer.headers.get('openstack-api-version'), text))
        assert shown[0] == shown[1], (path, sent, shown)

    with PythonService(cloud) as python:
        for path, accept, which in QUESTIONS:
            compare(path, accept, tokens[which])
        keystone.kill()
        for accept in ('application/json', 'text/html', 'text/plain'):
            compare(PATH, accept, {'x-auth-token': 'new'})
            compare(PATH, accept, {'x-auth-token': admin, 'x-service-token': 'new'})
        compare(PATH, None, {'x-auth-token': admin})
    keep_secrets(cloud, keystone)


def test_wrong_settings_are_one_line_and_78(directory):
    database = '[placement_database]\nconnection = mysql+pymysql://u:p@h/d\n[keystone_authtoken]\n'
    good = database + ('auth_url = http://k:5000\nauth_type = password\nuser_id = u\n'
                       'password = SECRETWORD\n')
    assert exit_of(good, directory, '--check-config')[0] == 0
    for text, place in (
            (database, 'auth_url'),
            (good.replace('http://k', 'SECRETWORD'), ':4: [keystone_authtoken] auth_url'),
            (good.replace('= password', '= SECRETWORD'), ':5: [keystone_authtoken] auth_type'),
            (good.replace('= password', '= v2password'), ':5: [keystone_authtoken] auth_type'),
            (good.replace('user_id = u\n', ''), 'username'),
            (good.replace('user_id = u', 'username = SECRETWORD'),
             ':6: [keystone_authtoken] username'),
            (good + 'cafile = /nowhere/SECRETWORD', ':8: [keystone_authtoken] cafile')):
        for arguments in (['--check-config'], []):
            code, error = exit_of(text, directory, *arguments)
            assert code == 78, (text, code, error)
            assert error.count('\n') == 1 and place in error, error
            assert os.path.join(directory, 'placement.conf') in error, error
            assert 'SECRETWORD' not in error, error
