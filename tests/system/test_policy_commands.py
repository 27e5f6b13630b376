"""berth-manage policy ..., and with it remote checks: a server is told what oslo.policy tells
it."""
import http.server
import os
import ssl
import subprocess
import threading
import time

import pytest
from support.paths import BERTH, BERTH_MANAGE

CREDENTIALS = ('user_id', 'user_domain_id', 'system_scope', 'domain_id', 'project_id',
               'project_domain_id', 'roles', 'is_admin_project', 'service_user_id',
               'service_user_domain_id', 'service_project_id', 'service_project_domain_id',
               'service_roles')


class Commands:
    @pytest.fixture(autouse=True)
    def begin(self, request, directory):
        self.request, self.folder = request, directory
        self.configure('')

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'w') as file:
            file.write(text)

    def configure(self, text):
        self.write('placement.conf', '[placement_database]\nconnection = mysql://u:p@h/d\n'
                                     '[oslo_policy]\n' + text)

    def run_it(self, *words):
        return subprocess.run([BERTH_MANAGE, '--config-file',
                               self.path('placement.conf'), 'policy', *words],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def check(self, *words):
        done = self.run_it('check', *words)
        assert done.returncode in (0, 1), done.stderr
        assert (done.returncode == 0) == done.stdout.startswith('allowed\n'), done.stdout
        return done.stdout.split('\n')[0]

    def rules(self):
        done = self.run_it('list')
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


class TestList(Commands):
    def test_hidden_characters_of_files_are_escaped(self):
        self.configure('policy_file = pol\u202eicy\U000e0001.yaml\n')
        self.write('pol\u202eicy\U000e0001.yaml', '"placement:reshaper:reshape": "role:x\u202e"\n')
        text = '\n'.join(self.rules())
        assert 'pol\\u202eicy\\U000e0001.yaml:1' in text, text
        assert not {'\u202e', '\U000e0001'} & set(text), text
        self.write('\u202e.conf', '[a\n')
        for program, name in ((BERTH_MANAGE, '\u202e.conf'), (BERTH, '\u202e.conf'),
                              (BERTH, 'none\u200b.conf')):
            words = [] if program == BERTH else ['policy', 'list']
            done = subprocess.run([program, '--config-file', self.path(name), *words],
                                  stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=60)
            assert done.returncode == 78, done.stderr
            assert '\\u20' in done.stderr, done.stderr
            assert not {'\u202e', '\u200b'} & set(done.stderr), done.stderr
        done = subprocess.run([BERTH_MANAGE, 'no\u202ething'], capture_output=True, text=True,
                              timeout=60)
        assert 'no command no\\u202ething\n' in done.stderr, done.stderr

    def test_defaults(self):
        rules = self.rules()
        assert len(rules) == 38
        assert sorted(rules) == rules
        assert '"placement:reshaper:reshape": "rule:service_api"  # default, for project tokens' \
            in rules
        assert '"service_api": "role:service"  # default, for project tokens' in rules
        assert ('"project_reader_api": "(role:reader and project_id:%(project_id)s)"'
                '  # default, for all tokens') in rules

    def test_an_empty_file(self):
        self.write('policy.yaml', '')
        assert len(self.rules()) == 38

    def test_deprecated_rules_that_let_pass_too(self):
        self.configure('enforce_new_defaults = false\n')
        assert '"service_api": "(role:service or role:admin)"  # default, for project tokens' \
            in self.rules()

    def test_rules_of_files(self):
        self.write('policy.yaml', '\n"placement:usages": "role:a or  not role:b"\n'
                                  '"own": "\\"x\\":%(project_id)s"\n"odd": "role:a or"\n')
        self.write('policy.d/b.yaml', 'own: "@"\n')
        self.write('policy.d/a.json', '{"own": "!", "placement:traits:list": [["role:a"]]}\n')
        rules = self.rules()
        assert len(rules) == 40
        for rule in ('"placement:usages": "(role:a or not role:b)"  # %s:2, for project tokens' %
                     self.path('policy.yaml'),
                     '"placement:traits:list": "role:a"  # %s:1, for project tokens' %
                     self.path('policy.d/a.json'),
                     '"own": "@"  # %s:1, not one of Placement\'s' % self.path('policy.d/b.yaml')):
            assert rule in rules
        odd = [rule for rule in rules if rule.startswith('"odd": "!"')]
        assert 'not understood' in odd[0]

    def test_the_list_can_be_a_policy_file(self):
        self.configure('enforce_new_defaults = false\n')
        self.write('policy.yaml', 'own: "\\"x\\":%(project_id)s or \'y\':é"\n')
        shown = self.rules()
        self.write('policy.yaml', '\n'.join(shown) + '\n')
        assert [rule.split('  # ')[0] for rule in shown] == \
            [rule.split('  # ')[0] for rule in self.rules()]

    def test_mistakes(self):
        self.write('policy.yaml', '"a": "@"\n"b": "rule:c"\n')
        for words in (['list'], ['check', 'a']):
            done = self.run_it(*words)
            assert done.returncode == 78
            reason = '%s:2: "b" refers to a rule that is not there: c' % self.path('policy.yaml')
            assert done.stderr == 'berth-manage: %s\n' % reason
        for words in (['list', 'a'], ['check'], ['check', 'a', 'b'],
                      ['check', 'a', '--rolls', 'x']):
            assert self.run_it(*words).returncode == 64, words


class TestCheck(Commands):
    def test_roles(self):
        rule = 'placement:traits:list'
        assert self.check(rule, '--roles', 'reader,admin') == 'allowed'
        assert self.check(rule, '--roles', 'reader') == 'denied'
        assert self.check(rule) == 'denied'

    def test_target(self):
        usages = ('placement:usages', '--roles', 'reader', '--project', 'p')
        assert self.check(*usages) == 'allowed'
        assert self.check(*usages, '--target-project', 'p') == 'allowed'
        assert self.check(*usages, '--target-project', 'q') == 'denied'
        assert self.check(*usages, '--target-user', 'q') == 'denied'

    def test_scope(self):
        rule = ('placement:traits:list', '--roles', 'admin')
        for scope in (['--system', 'all'], ['--domain', 'd']):
            assert self.check(*rule, *scope) == 'denied: the rule is for project tokens'
        self.configure('enforce_scope = false\n')
        assert self.check(*rule, '--system', 'all') == 'allowed'

    def test_rules_that_are_not_there(self):
        assert self.check('own') == 'denied: there is no such rule'
        self.configure('policy_default_rule = mine\n')
        self.write('policy.yaml', 'mine: service_roles:nova\n')
        assert self.check('own', '--service-roles', 'nova') == 'allowed'
        assert self.check('own', '--roles', 'nova') == 'denied'

    def test_undecided(self):
        self.write('policy.yaml', 'own: user_id.x:y\n')
        assert 'undecided' in self.check('own', '--user', 'u')


class Server:
    """A policy server that keeps the requests."""

    def __init__(self, answer=b'True', status=200, delay=0, tls=None):
        told = self.told = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['content-length']))
                told.append((self.path, self.headers['content-type'], body))
                time.sleep(delay)
                self.send_response(status)
                self.send_header('content-length', str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *arguments: None
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.address = '%s://localhost:%d' % ('http' if tls is None else 'https',
                                              self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class TestRemote(Commands):
    CALLER = ('--roles', 'a, b', '--user', 'ann & bob', '--project', 'p"q\u00e9~')

    def serve(self, rule='own: "%s/check/%%(project_id)s"\n', **how):
        server = Server(**how)
        self.request.addfinalizer(server.close)
        self.write('policy.yaml', rule % server.address)
        return server

    def test_answers(self):
        for answer, status, expected in (
                (b'True', 200, 'allowed'), (b'"True"', 200, 'allowed'), (b'""True', 200, 'allowed'),
                (b'True', 403, 'allowed'), (b'true', 200, 'denied'), (b'False', 200, 'denied'),
                (b'', 200, 'denied'), (b'True ', 200, 'denied'), (b'True' * 100000, 200, 'denied')):
            self.serve(answer=answer, status=status)
            assert expected == self.check('own', '--project', 'p'), answer

    def told_by_oslo(self, server, kind, scope):
        from oslo_config import cfg
        from oslo_policy import opts, policy
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[], default_config_dirs=[])
        opts._register(conf)
        conf.set_override('remote_content_type', kind, 'oslo_policy')
        conf.set_override('policy_file', self.path('policy.yaml'), 'oslo_policy')
        credentials = dict.fromkeys(CREDENTIALS)
        credentials.update(roles=['a', 'b'], service_roles=[], is_admin_project=True,
                           user_id=self.CALLER[3], project_id=self.CALLER[5], system_scope=scope)
        target = {'project_id': credentials['project_id'], 'user_id': credentials['user_id']}
        assert policy.Enforcer(conf).enforce('own', target, credentials)
        return server.told.pop()

    def test_the_request_is_that_of_oslo_policy(self):
        pytest.importorskip('oslo_policy')
        for kind in ('application/x-www-form-urlencoded', 'application/json'):
            for scope in (None, 'all'):
                self.configure('remote_content_type = %s\n' % kind)
                server = self.serve('deeper: "%s/a/%%%%2520b?c=%%(user_id)s"\nown: rule:deeper\n')
                more = ['--system', scope] if scope else []
                caller = list(self.CALLER)
                assert self.check('own', *caller, *more) == 'allowed'
                told = server.told.pop()
                assert self.told_by_oslo(server, kind, scope) == told

    def test_a_url_with_parts_of_the_target(self):
        server = self.serve()
        assert self.check('own', '--project', 'p-1') == 'allowed'
        assert server.told[0][0] == '/check/p-1'
        assert 'undecided' in self.check('own', '--target-user', 'u')

    def test_a_server_that_does_not_answer(self):
        self.configure('remote_timeout = 0.3\n')
        self.serve(delay=120)
        assert 'undecided' in self.check('own', '--project', 'p')
        self.write('policy.yaml', 'own: http://127.0.0.1:1/\n')
        assert 'undecided' in self.check('own')
        self.write('policy.yaml', 'own: not http://127.0.0.1:1/\n')
        assert 'undecided' in self.check('own')

    def certificate(self, name):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                        'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
                        '/CN=' + name, '-addext', 'subjectAltName=DNS:' + name, '-keyout',
                        self.path(name + '.key'), '-out', self.path(name + '.pem')],
                       check=True, capture_output=True)
        return self.path(name + '.pem'), self.path(name + '.key')

    def test_https(self):
        certificate, key = self.certificate('localhost')
        client, client_key = self.certificate('client')
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        self.serve(tls=tls)
        assert self.check('own', '--project', 'p') == 'allowed'
        self.configure('remote_ssl_verify_server_crt = true\n')
        assert 'undecided' in self.check('own', '--project', 'p')
        self.configure('remote_ssl_verify_server_crt = true\nremote_ssl_ca_crt_file = %s\n' %
                       certificate)
        assert self.check('own', '--project', 'p') == 'allowed'

        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(client)
        self.serve(tls=tls)
        assert 'undecided' in self.check('own', '--project', 'p')
        self.configure('remote_ssl_client_crt_file = %s\nremote_ssl_client_key_file = %s\n' %
                       (client, client_key))
        assert self.check('own', '--project', 'p') == 'allowed'
        self.configure('remote_ssl_client_crt_file = %s\n' % self.path('none'))
        assert 'undecided' in self.check('own', '--project', 'p')
