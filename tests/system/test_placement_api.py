"""conf/placement-api: what the package berth-placement-compat has as /usr/bin/placement-api."""
import os
import runpy
import shutil
import signal
import ssl
import subprocess
import urllib.request
import uuid

import pytest
from support.certificates import Authority
from support.cloud import SIGHUP, SIGTERM, Cloud, free_port, is_alive, wait_until
from support.paths import BERTH, TOP
from support.processes import children

PROGRAM = os.path.join(TOP, 'conf', 'placement-api')


class Api(Cloud):
    """A cloud whose service is started by placement-api."""

    def __init__(self, directory):
        super().__init__(directory, workers=2)
        self.run = os.path.join(directory, 'run')
        self.ssl = os.path.join(directory, 'ssl')
        os.mkdir(self.run)

    def begin(self, *arguments, port=True):
        with open(os.path.join(self.stack, 'api.log'), 'a') as log:
            self.process = subprocess.Popen(
                ['env', '--ignore-signal=HUP',  # as nohup does
                 PROGRAM, *(('--port', str(self.port)) if port else ()), '--config-file', self.conf,
                 *arguments],
                env=dict(os.environ, PLACEMENT_API_BERTH=BERTH, PLACEMENT_API_SSL=self.ssl,
                         PLACEMENT_API_SHARE=os.path.join(TOP, 'conf'),
                         RUNTIME_DIRECTORY=self.run),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def answers(self):
        try:
            return self.ask('GET', '/resource_providers').status
        except OSError:
            return None

    def start_stack(self):
        self.begin('--host', '127.0.0.1')
        wait_until('it serves', lambda: self.answers() == 200)

    def stop_stack(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)

    def nginx(self):
        return next(pid for pid, name in children(self.process.pid).items() if name == 'nginx')


@pytest.fixture
def api(directory):
    with Api(directory) as api:
        yield api


def test_it_serves_and_ends(api):
    provider = api.make_provider({'VCPU': {'total': 8}})
    assert api.claim(str(uuid.uuid4()), provider, {'VCPU': 1}).status == 204
    assert api.ask('GET', '/placement/resource_providers/' + provider).status == 200
    before = api.workers()
    assert len(before) == 2
    os.kill(api.process.pid, SIGHUP)
    wait_until('the workers are new', lambda: len(api.workers()) == 2
               and not set(before) & set(api.workers()))
    wait_until('it serves', lambda: api.answers() == 200)
    master, nginx = api.master(), api.nginx()
    os.kill(api.process.pid, SIGTERM)
    assert api.process.wait(60) == 0
    assert not is_alive(master) and not is_alive(nginx)

    # without one of the two the other one ends
    api.start_stack()
    os.kill(api.nginx(), SIGTERM)
    assert api.process.wait(60) == 1
    assert 'placement-api: nginx has ended' in api.log()
    wait_until('no pool is left', lambda: api.master() is None)
    api.start_stack()
    nginx = api.nginx()
    os.kill(api.master(), signal.SIGKILL)
    assert api.process.wait(60) == 128 + signal.SIGKILL
    assert not is_alive(nginx)

    # the port by the options of uwsgi
    for arguments in (('--http-socket', ':%d' % api.port),
                      ('--http-socket=127.0.0.1:%d' % api.port, '--ini', '/etc/nothing.ini',
                       '--processes', '1')):
        api.begin(*arguments, port=False)
        wait_until('it serves', lambda: api.answers() == 200)
        api.stop_stack()
    assert '/etc/nothing.ini is for uwsgi and has no effect' in api.log()


def test_it_serves_with_tls(api):
    authority = Authority(api.directory)
    server = authority.certify('api', 'IP:127.0.0.1')
    trusting = ssl.create_default_context(cafile=authority.path + '.pem')

    def status():
        try:
            request = urllib.request.Request('https://127.0.0.1:%d/resource_providers' % api.port,
                                             headers={'x-auth-token': 'admin'})
            return urllib.request.urlopen(request, context=trusting).status
        except OSError:
            return None
    api.stop_stack()
    api.begin('--https-socket', '127.0.0.1:%d,%s.pem,%s.key' % (api.port, server, server),
              port=False)
    wait_until('it serves', lambda: status() == 200)
    api.stop_stack()
    # files where the init script of the Python service looks for them
    for name, end in (('private/x.pem', '.key'), ('public/x.crt', '.pem')):
        os.makedirs(os.path.dirname(os.path.join(api.ssl, name)), exist_ok=True)
        shutil.copy(server + end, os.path.join(api.ssl, name))
    api.begin()
    wait_until('it serves', lambda: status() == 200)


def test_what_it_refuses(directory):
    conf = os.path.join(directory, 'placement.conf')
    with open(conf, 'w') as file:
        file.write('[api]\n')

    def run(*arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, PLACEMENT_API_BERTH=BERTH, TMPDIR=directory,
                                       PLACEMENT_API_SHARE=os.path.join(TOP, 'conf')))
    for arguments in (['--nonsense'], ['--port'], ['--port', 'x'], ['--http-socket', '8778'],
                      ['--https-socket', ':8778,cert']):
        done = run(*arguments)
        assert done.returncode == 64 and 'placement-api: ' in done.stderr, done
    assert 'uwsgi' in run('--help').stdout
    done = run('--port', str(free_port()), '--config-file', conf)
    assert done.returncode == 78 and 'value required for option connection' in done.stderr, done
    assert os.listdir(directory) == ['placement.conf'], 'it leaves something behind'
    # a web server that wants to load it as Python's
    with pytest.raises(ImportError, match='no WSGI application'):
        runpy.run_path(PROGRAM)
