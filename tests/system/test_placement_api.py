"""conf/placement-api: what the package berth-placement-compat has as /usr/bin/placement-api."""
import os
import pwd
import runpy
import shutil
import signal
import ssl
import subprocess
import urllib.request
import uuid

import pytest
from support.certificates import Authority
from support.cloud import SIGHUP, SIGTERM, Cloud, Service, free_port, wait_until
from support.paths import BERTH, TOP
from support.processes import children, runs

PROGRAM = os.path.join(TOP, 'conf', 'placement-api')


class Api(Cloud):
    """A cloud whose service is started by placement-api."""

    def __init__(self, directory):
        super().__init__(directory, workers=2)
        self.run = os.path.join(directory, 'run')
        self.ssl = os.path.join(directory, 'ssl')
        self.pool, self.share = BERTH, os.path.join(TOP, 'conf')
        os.mkdir(self.run)

    def begin(self, *arguments, port=True, program=PROGRAM):
        with open(os.path.join(self.stack, 'api.log'), 'a') as log:
            self.process = subprocess.Popen(
                ['env', '--ignore-signal=HUP',  # as nohup does
                 program, *(('--port', str(self.port)) if port else ()), '--config-file', self.conf,
                 *arguments],
                env=dict(os.environ, PLACEMENT_API_BERTH=self.pool, PLACEMENT_API_SSL=self.ssl,
                         PLACEMENT_API_SHARE=self.share, RUNTIME_DIRECTORY=self.run),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def answers(self):
        try:
            return self.ask('GET', '/resource_providers').status
        except OSError:
            return None

    def start_stack(self):
        self.begin('--host', '127.0.0.1')
        self.wait_until_it_serves(2)

    def wait_until_it_serves(self, workers):
        wait_until('it serves', lambda: self.answers() == 200)
        # the first of them answers before the last is there
        wait_until('%d workers' % workers, lambda: len(self.workers()) == workers)

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
    assert not runs(master) and not runs(nginx)

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
    assert not runs(nginx)

    # the port by the options of uwsgi
    for arguments in (('--http-socket', ':%d' % api.port),
                      ('--http-socket=127.0.0.1:%d' % api.port, '--processes', '1')):
        api.begin(*arguments, port=False)
        wait_until('it serves', lambda: api.answers() == 200)
        api.stop_stack()


def copy_programs(api):
    """Other users may not be able to read those of the checkout and the build."""
    copies = os.path.join(api.directory, 'copies')
    shutil.copytree(api.share, os.path.join(copies, 'conf'))
    api.pool, api.share = shutil.copy(api.pool, copies), os.path.join(copies, 'conf')
    subprocess.run(['chmod', '-R', 'a+rX', copies], check=True)


def test_it_reads_the_file_of_uwsgi(api):
    """As kolla-ansible and openstack-helm write it, under the name and with the words that they
    use."""
    authority = Authority(api.directory)
    server = authority.certify('api', 'IP:127.0.0.1')
    ini = os.path.join(api.directory, 'api.ini')
    named_uwsgi = os.path.join(api.directory, 'uwsgi')
    os.symlink(PROGRAM, named_uwsgi)
    statistics = Service(free_port())
    api.stop_stack()

    def write(socket):
        with open(ini, 'w') as file:
            file.write('# of a deployer\n[other]\nprocesses = 7\n[uwsgi]\nmaster = true\n'
                       'add-header = Connection: close\n%s\n  processes=3  \n'
                       'env = OS_BERTH__HEALTHCHECK_PATH=/healthcheck\n'
                       'stats = 127.0.0.1:%d\nstats-http = true' % (socket, statistics.port))
    write('http = 127.0.0.1:%d' % api.port)
    for program, arguments in ((PROGRAM, ('--ini', ini)), (named_uwsgi, ('--ini', ini)),
                               (named_uwsgi, (ini,))):
        api.begin(*arguments, port=False, program=program)
        api.wait_until_it_serves(3)
        assert api.ask('GET', '/healthcheck').status == 200
        # what deployers probe instead of uwsgi's statistics
        for path, status in (('/', 200), ('/_berth/health/ready', 200), ('/_berth/metrics', 200),
                             ('/resource_providers', 404)):
            assert statistics.ask('GET', path).status == status, path
        api.stop_stack()
    if os.geteuid() == 0:  # which becomes the user of the file
        write('uid = nobody\nhttp = 127.0.0.1:%d' % api.port)
        api.run += '-of-nobody'
        os.mkdir(api.run)
        os.chmod(api.run, 0o777)
        copy_programs(api)
        api.begin('--ini', ini, port=False, program=os.path.join(api.share, 'placement-api'))
        wait_until('it serves', lambda: api.answers() == 200)
        for pid in (api.process.pid, api.master(), api.nginx(), api.workers()[0]):
            assert os.stat('/proc/%d' % pid).st_uid == pwd.getpwnam('nobody').pw_uid
        api.stop_stack()
        api.run += '2'
        os.mkdir(api.run)
        write('http = 127.0.0.1:%d' % api.port)
    # what is said later counts
    api.begin('--ini', ini, '--processes', '1', port=False)
    api.wait_until_it_serves(1)
    api.stop_stack()
    write('https = 127.0.0.1:%d,%s.pem,%s.key' % (api.port, server, server))
    api.begin('--ini', ini, port=False)
    wait_until('it serves', lambda: get_over_tls(api, authority) == 200)
    api.stop_stack()

    def refusal(*arguments, program=PROGRAM):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == 64, done
        return done.stderr
    write('socket = /run/placement.socket')
    assert 'for uwsgi\'s protocol' in refusal('--ini', ini)
    write('uid = nobody-at-all')
    assert os.geteuid() != 0 or 'no user nobody-at-all' in refusal('--ini', ini)
    assert 'cannot read /etc/nothing.ini' in refusal('--ini', '/etc/nothing.ini')
    assert 'there is no argument ' + ini in refusal(ini)


def get_over_tls(api, authority):
    trusting = ssl.create_default_context(cafile=authority.path + '.pem')
    try:
        request = urllib.request.Request('https://127.0.0.1:%d/resource_providers' % api.port,
                                         headers={'x-auth-token': 'admin'})
        return urllib.request.urlopen(request, context=trusting).status
    except OSError:
        return None


def test_it_serves_with_tls(api):
    authority = Authority(api.directory)
    server = authority.certify('api', 'IP:127.0.0.1')
    api.stop_stack()
    api.begin('--https-socket', '127.0.0.1:%d,%s.pem,%s.key' % (api.port, server, server),
              port=False)
    wait_until('it serves', lambda: get_over_tls(api, authority) == 200)
    api.stop_stack()
    # files where the init script of the Python service looks for them
    for name, end in (('private/x.pem', '.key'), ('public/x.crt', '.pem')):
        os.makedirs(os.path.dirname(os.path.join(api.ssl, name)), exist_ok=True)
        shutil.copy(server + end, os.path.join(api.ssl, name))
    api.begin()
    wait_until('it serves', lambda: get_over_tls(api, authority) == 200)


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
