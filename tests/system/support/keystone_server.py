#!/usr/bin/python3
"""Keystones, forked from a process that has loaded Debian's python3-keystone and answered its first
requests, because both take longer than a test.

Takes the admin's password. Reads commands until the end of its input, a line each, as JSON:

    ["make", DIRECTORY]                                 make the database, with that admin
    ["start", DIRECTORY, PORT, EXPIRATION, PROCESSES]   start a Keystone

A directory has keystone.conf, with paths relative to it. The answer is a line: null, or the pid of
the Keystone, which leads a group of processes and writes to the file log.
"""
import gc
import json
import os
import sys
import traceback
import types
from wsgiref import simple_server

# To load takes half as long without looks for garbage, of which there is little, and without the
# schemas of SAML, which no test needs.
gc.disable()
saml = sys.modules['saml2.xml.schema'] = types.ModuleType('saml2.xml.schema')
saml.__getattr__ = lambda name: None

from keystone.cmd import cli  # noqa: E402
from keystone.server.wsgi import initialize_public_application  # noqa: E402
from oslo_config import cfg  # noqa: E402
from werkzeug.test import Client  # noqa: E402


class Handler(simple_server.ServerHandler):
    http_version = '1.1'

    def cleanup_headers(self):
        super().cleanup_headers()
        self.headers['Connection'] = 'close'


class Server(simple_server.WSGIServer):
    request_queue_size = 100


simple_server.ServerHandler = Handler  # by this name simple_server takes it


def fork(run):
    """Run this in a child that ends with it; return its pid."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            run()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return pid


def make(password):
    def manage(*words):
        cli.main(argv=['keystone-manage', '--config-file', 'keystone.conf', *words])
    for words in (('db_sync',), (
            'bootstrap', '--bootstrap-password', password, '--bootstrap-region-id', 'RegionOne',
            *('--bootstrap-%s-url=http://KEYSTONE/v3' % kind
              for kind in ('public', 'internal', 'admin')))):
        _, status = os.waitpid(fork(lambda: manage(*words)), 0)
        if status != 0:
            sys.exit(words[0] + ' failed')


def load(password):
    """Return the application, when it has answered the first requests."""
    os.environ['OS_KEYSTONE_CONFIG_FILES'] = os.path.abspath('keystone.conf')
    application = initialize_public_application()
    client = Client(application)
    default = {'name': 'Default'}
    answer = client.post('/v3/auth/tokens', json={'auth': {
        'identity': {'methods': ['password'], 'password': {
            'user': {'name': 'admin', 'domain': default, 'password': password}}},
        'scope': {'project': {'name': 'admin', 'domain': default}}}})
    token = answer.headers['x-subject-token']
    answer = client.get('/v3/auth/tokens', headers={'x-auth-token': token,
                                                    'x-subject-token': token})
    if answer.status_code != 200:
        sys.exit('the first requests failed: ' + answer.text)
    gc.freeze()  # children that walked over it would copy it
    gc.enable()
    return application


def serve(application, port, expiration, processes):
    os.setsid()
    cfg.CONF.set_override('expiration', expiration, 'token')
    server = Server(('127.0.0.1', port), simple_server.WSGIRequestHandler)
    server.set_app(application)

    def answer_all():
        while True:
            server.handle_request()
    for _ in range(processes):
        fork(answer_all)
    os.wait()


def enter(directory):
    os.chdir(directory)
    log = os.open('log', os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def main(password):
    commands, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), 'w')
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    application = None
    for line in commands:
        command, directory, *more = json.loads(line)
        enter(directory)
        pid = None
        if command == 'make':
            make(password)
        else:
            application = application or load(password)
            pid = fork(lambda: serve(application, *more))
        print(json.dumps(pid), file=answers, flush=True)


if __name__ == '__main__':
    main(sys.argv.pop())  # Keystone reads the rest
