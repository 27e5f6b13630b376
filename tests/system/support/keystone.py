"""Keystones to ask: the real one of Debian's python3-keystone, private, and one that is made up,
for what the real one does not do.

A real one takes some seconds to set up: the first test that needs one makes a template, from which
all are copied. Its users: admin (admin of everything), placement and nova (role service in the
project service), demo (role reader in the project demo), each with a password that is named after
them.
"""
import base64
import contextlib
import functools
import http.client
import http.server
import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

import pytest
from support.cloud import Answer, free_port, wait_until
from support.paths import SYSTEM
from support.processes import children, runs, state_of
from support.templates import template

SECRET = 'PASSWORDof'

CONFIGURATION = """\
[database]
connection = sqlite:///file:keystone.db?uri=true
[token]
caching = false
[cache]
# within a request only: otherwise it asks its database five hundred times to validate a token
enabled = true
backend = dogpile.cache.null
[fernet_tokens]
key_repository = keys
[fernet_receipts]
key_repository = keys
[credential]
key_repository = keys
[identity]
password_hash_rounds = 4
"""

SETTINGS = """\
[keystone_authtoken]
www_authenticate_uri = http://public.example:5000
auth_url = {url}
auth_type = password
username = placement
password = {secret}placement
user_domain_name = Default
project_name = service
project_domain_name = Default
{more}
"""


def project(name):
    return {'project': {'name': name, 'domain': {'name': 'Default'}}}


class KeystoneServer:
    """The process of which Keystones are forked. It ends with this process."""

    def __init__(self):
        self.process = subprocess.Popen(
            ['/usr/bin/python3', '-I', os.path.join(SYSTEM, 'support', 'keystone_server.py'),
             SECRET + 'admin'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, command, directory, *more):
        self.process.stdin.write(json.dumps([command, directory, *more]) + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:  # it has ended
            keystone_server.cache_clear()
            with open(os.path.join(directory, 'log')) as log:
                raise AssertionError(log.read())
        return json.loads(answer)


@functools.lru_cache
def keystone_server():
    return KeystoneServer()


class Keystone:
    """The real Keystone, with its own database."""

    def __init__(self, directory, expiration=3600, processes=1):
        if shutil.which('keystone-wsgi-public') is None:
            pytest.skip('there is no python3-keystone')
        self.directory = os.path.join(directory, 'keystone')
        self.expiration = expiration
        self.processes = processes  # each answers one request at a time
        self.secrets = [SECRET]
        self.pid = None  # of the first of its processes

    def settings(self, more=''):
        return SETTINGS.format(url=self.url, secret=SECRET, more=more)

    # Life.

    def __enter__(self):
        self.copy_template()
        while not self.start():
            # another program has taken the port
            assert 'Address already in use' in self.log(), self.log()
            self.settle()
        return self

    def __exit__(self, *reason):
        self.kill()

    def copy_template(self):
        ready = os.path.join(template('keystone', make_template), 'keystone')
        shutil.copytree(ready, self.directory)
        self.settle()

    def settle(self):
        """Choose a port, and put it into the catalog."""
        self.port = free_port()
        self.url = 'http://127.0.0.1:%d' % self.port
        database = sqlite3.connect(os.path.join(self.directory, 'keystone.db'))
        with database:
            database.execute('UPDATE endpoint SET url = ?', (self.url + '/v3',))
        database.close()

    def start(self):
        """Return False if it has ended."""
        self.pid = keystone_server().run('start', self.directory, self.port,
                                         self.expiration, self.processes)
        wait_until('Keystone answers', lambda: self.is_up() or not runs(self.pid))
        return runs(self.pid)

    def kill(self):
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.pid = None
            wait_until('the port is free', self.is_gone)

    def is_up(self):
        try:
            return self.ask('GET', '/', timeout=30).status == 300
        except OSError:
            return False

    def is_gone(self):
        with socket.socket() as probe:
            return probe.connect_ex(('127.0.0.1', self.port)) != 0

    def log(self):
        with open(os.path.join(self.directory, 'log'), errors='replace') as log:
            return log.read()

    def count(self, method, path='/v3/auth/tokens'):
        """Return how often it has logged this request."""
        return sum(1 for line in self.log().splitlines()
                   if '"%s %s' % (method, path) in line)

    def final_count(self, method):
        """The same, when its processes sleep: they write the log after the answers."""
        wait_until('Keystone is at rest', lambda: all(
            state_of(pid) == 'S' for pid in children(self.pid)))
        return self.count(method)

    # Asking.

    def ask(self, method, path, body=None, token=None, timeout=60, **headers):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)
        sent = {'content-type': 'application/json'}
        if token is not None:
            sent['x-auth-token'] = token
        sent.update({name.replace('_', '-'): value for name, value in headers.items()})
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def change(self, method, path, body=None, token=None):
        answer = self.ask(method, path, body, token)
        assert answer.status in (200, 201, 204), answer.text
        return answer.json if answer.text else None

    def token(self, user, scope=None):
        """Return a new token of a user."""
        user_domain = {'name': user, 'domain': {'name': 'Default'}, 'password': SECRET + user}
        body = {'auth': {'identity': {'methods': ['password'], 'password': {'user': user_domain}}}}
        if scope is not None:
            body['auth']['scope'] = scope
        answer = self.ask('POST', '/v3/auth/tokens', body)
        assert answer.status == 201, answer.text
        self.secrets.append(answer.headers['x-subject-token'])
        return answer.headers['x-subject-token']

    def revoke(self, token):
        answer = self.ask('DELETE', '/v3/auth/tokens', token=token, x_subject_token=token)
        assert answer.status == 204, answer.text

    def application_credential(self, user, **more):
        """Make one for a user of the project service; return its id and secret."""
        token = self.token(user, project('service'))
        me = self.ask('GET', '/v3/auth/tokens', token=token, x_subject_token=token).json
        user = me['token']['user']['id']
        made = self.change('POST', '/v3/users/%s/application_credentials' % user,
                           {'application_credential': dict(more, name='made')}, token)
        self.secrets.append(made['application_credential']['secret'])
        return made['application_credential']['id'], made['application_credential']['secret']


def make_template(directory):
    os.makedirs(directory)
    keystone = Keystone(directory)
    keys = os.path.join(keystone.directory, 'keys')
    os.makedirs(keys, 0o700)
    for name in ('0', '1'):
        with open(os.path.join(keys, name), 'wb') as key:
            key.write(base64.urlsafe_b64encode(os.urandom(32)))
    with open(os.path.join(keystone.directory, 'keystone.conf'), 'w') as conf:
        conf.write(CONFIGURATION)
    keystone_server().run('make', keystone.directory)
    database = sqlite3.connect(os.path.join(keystone.directory, 'keystone.db'))
    database.execute('PRAGMA journal_mode = WAL')
    database.close()
    try:
        keystone.settle()
        assert keystone.start(), keystone.log()
        make_users(keystone)
    finally:
        keystone.kill()
    os.remove(os.path.join(keystone.directory, 'log'))


def make_users(keystone):
    token = keystone.token('admin', project('admin'))
    made = {role['name']: role['id']
            for role in keystone.change('GET', '/v3/roles', token=token)['roles']}
    if 'service' not in made:
        role = keystone.change('POST', '/v3/roles', {'role': {'name': 'service'}}, token)
        made['service'] = role['role']['id']
    projects = {name: keystone.change('POST', '/v3/projects', {
        'project': {'name': name, 'domain_id': 'default'}}, token)['project']['id']
        for name in ('service', 'demo')}
    for name, where, role in (('placement', 'service', 'service'), ('nova', 'service', 'service'),
                              ('demo', 'demo', 'reader')):
        user = keystone.change('POST', '/v3/users', {
            'user': {'name': name, 'password': SECRET + name, 'domain_id': 'default'}}, token)
        keystone.change('PUT', '/v3/projects/%s/users/%s/roles/%s' % (
            projects[where], user['user']['id'], made[role]), token=token)
    admin = keystone.change('GET', '/v3/users?name=admin', token=token)['users'][0]['id']
    keystone.change('PUT', '/v3/domains/default/users/%s/roles/%s' % (admin, made['admin']),
                    token=token)


class FakeKeystone:
    """A Keystone that answers as the test wants, and counts.

    odd: called for each request with the handler; true if it has answered.
    """

    def __init__(self, certificate=None, authority=None):
        self.tokens = {}
        self.requests = []
        self.connections = 0
        self.logins = 0
        self.odd = None
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), FakeHandler)
        self.server.daemon_threads = True
        self.server.keystone = self
        self.port = self.server.server_address[1]
        scheme = 'http'
        if certificate is not None:
            scheme = 'https'
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate + '.pem', certificate + '.key')
            if authority is not None:
                context.load_verify_locations(authority + '.pem')
                context.verify_mode = ssl.CERT_REQUIRED
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.url = '%s://127.0.0.1:%d' % (scheme, self.port)

    def settings(self, more=''):
        return SETTINGS.format(url=self.url, secret=SECRET, more=more)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *reason):
        self.server.shutdown()
        self.server.server_close()

    def know(self, token, roles=('admin',), seconds=3600, **more):
        """Make a token valid."""
        self.tokens[token] = dict({
            'user': {'id': 'user-of-' + token, 'name': 'x',
                     'domain': {'id': 'default', 'name': 'D'}},
            'project': {'id': 'p', 'name': 'P', 'domain': {'id': 'default', 'name': 'D'}},
            'roles': [{'id': role, 'name': role} for role in roles],
            'expires_at': in_seconds(seconds)}, **more)

    def count(self, method, path='/v3/auth/tokens'):
        with self.lock:
            return sum(1 for line in self.requests if line[0] == method and
                       line[1].split('?')[0] == path)


def in_seconds(seconds):
    return time.strftime('%Y-%m-%dT%H:%M:%S.000000Z', time.gmtime(time.time() + seconds))


class FakeHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def setup(self):
        super().setup()
        with self.server.keystone.lock:
            self.server.keystone.connections += 1

    def log_message(self, *words):
        pass

    def say(self, status, body='', headers=None):
        text = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_one_request(self):
        with contextlib.suppress(OSError):
            super().handle_one_request()
            return
        self.close_connection = True

    def answer(self):
        keystone = self.server.keystone
        self.rfile.read(int(self.headers.get('content-length', 0)))
        with keystone.lock:
            keystone.requests.append((self.command, self.path))
        if keystone.odd is not None and keystone.odd(self):
            return
        path = self.path.split('?')[0]
        if path == '/':
            self.say(300, {'versions': {'values': [{
                'id': 'v3.14', 'status': 'stable',
                'links': [{'rel': 'self', 'href': 'http://wrong.example/v3/'}]}]}})
        elif path == '/v3/auth/tokens' and self.command == 'POST':
            with keystone.lock:
                keystone.logins += 1
                token = 'SERVICETOKEN%d' % keystone.logins
            self.say(201, {'token': {'expires_at': in_seconds(3600), 'catalog': [{
                'type': 'identity', 'endpoints': [{'interface': 'internal', 'region': 'RegionOne',
                                                   'url': keystone.url}]}]}},
                     {'X-Subject-Token': token})
        elif path == '/v3/auth/tokens' and self.headers.get('x-auth-token') != (
                'SERVICETOKEN%d' % keystone.logins):
            self.say(401, {'error': {'code': 401}})
        elif path == '/v3/auth/tokens' and self.headers.get('x-subject-token') in keystone.tokens:
            self.say(200, {'token': keystone.tokens[self.headers['x-subject-token']]})
        else:
            self.say(404, {'error': {'code': 404}})

    do_GET = do_POST = answer
