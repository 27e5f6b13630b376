"""Other web servers in front of the pool of a cloud: Apache, an nginx with TLS, HAProxy. They run
with the files of conf/, of which only paths, ports and addresses are changed."""
import os
import re
import shutil
import signal
import socket
import subprocess

from support.cloud import free_port, wait_until
from support.paths import TOP

MODULES = '/usr/lib/apache2/modules'

APACHE = """\
ServerRoot {directory}
ServerName localhost
PidFile {directory}/apache.pid
DefaultRuntimeDir {directory}
ErrorLog {directory}/error.log
Mutex pthread
{modules}
{user}
StartServers 1
LogFormat "%s" combined
Define APACHE_LOG_DIR {directory}
Include {directory}/site.conf
"""


def find(program):
    return shutil.which(program, path=os.environ['PATH'] + ':/usr/sbin:/sbin')


def read(name):
    with open(os.path.join(TOP, 'conf', name)) as file:
        return file.read()


class Server:
    """A program that stays in the foreground; a port on which it listens."""
    scheme = 'http'

    def __init__(self, directory, cloud):
        self.directory, self.cloud, self.port = directory, cloud, free_port()
        self.socket = os.path.join(cloud.stack, 'berth.sock')
        os.makedirs(directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), 'w') as file:
            file.write(text)

    def start(self, *command):
        with open(self.path('output.log'), 'a') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True)
        wait_until('it listens', self.listens)

    def listens(self):
        assert self.process.poll() is None, self.log()
        done = subprocess.run(['curl', '-sko', '/dev/null', '--noproxy', '*',
                               '%s://127.0.0.1:%d/' % (self.scheme, self.port)])
        return done.returncode == 0

    def log(self):
        text = ''
        for name in os.listdir(self.directory):
            if name.endswith('.log'):
                with open(self.path(name), errors='replace') as file:
                    text += file.read()
        return text

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(60)

    def kill(self):
        """End all its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        self.begin()
        return self

    def __exit__(self, *reason):
        self.stop()


class Apache(Server):
    """conf/berth-apache.conf. tls: path of a certificate and key, without their endings."""
    modules = ('mpm_event', 'authz_core', 'authz_host', 'proxy', 'proxy_fcgi', 'headers',
               'reqtimeout', 'buffer', 'env', 'setenvif')

    def __init__(self, directory, cloud, tls=None, trusted=None):
        super().__init__(directory, cloud)
        self.tls, self.trusted = tls, trusted
        self.scheme = 'https' if tls else 'http'
        self.changes = {}  # of the site

    def begin(self):
        site = read('berth-apache.conf')
        for old, new in (('8778', '127.0.0.1:%d' % self.port, ), ('*:127', '127'),
                         ('unix:/run/berth/berth.sock', 'unix:' + self.socket),
                         *self.changes.items()):
            assert old in site, old
            site = site.replace(old, new)
        if self.trusted:
            site = site.replace('192.0.2.20', self.trusted)
        modules = self.modules
        if self.tls:
            modules += ('socache_shmcb', 'ssl')
            site = re.sub('#SSL', 'SSL', site)
            site = site.replace('/etc/ssl/certs/placement.pem', self.tls + '.pem')
            site = site.replace('/etc/ssl/private/placement.key', self.tls + '.key')
        self.write('site.conf', '\n'.join(line for line in site.splitlines()
                                          if not line.startswith('# ')) + '\n')
        if os.geteuid() == 0:  # then its children are another user
            os.chmod(self.socket, 0o666)
        self.write('apache.conf', APACHE.format(
            directory=self.directory,
            user='User www-data\nGroup www-data' if os.geteuid() == 0 else '',
            modules='\n'.join('LoadModule %s_module %s/mod_%s.so' % (name, MODULES, name)
                              for name in modules)))
        self.start(find('apache2'), '-f', self.path('apache.conf'), '-DFOREGROUND')


class Nginx(Server):
    """conf/berth-site.conf with TLS."""
    scheme = 'https'

    def __init__(self, directory, cloud, tls):
        super().__init__(directory, cloud)
        self.tls = tls

    def begin(self):
        for name in ('console', 'http', 'nginx', 'location', 'site'):
            text = read('berth-%s.conf' % name).replace('unix:/run/berth/berth.sock',
                                                        'unix:' + self.socket)
            text = text.replace('# 192.0.2.10 1;', '127.0.0.1 1;')
            if name == 'site':
                text = text.replace('    listen 8778;\n', '')
                text = re.sub('#(listen|ssl_)', r'\1', text)
                for old, new in (('listen 8778', 'listen 127.0.0.1:%d' % self.port),
                                 ('/etc/ssl/certs/placement.pem', self.tls + '.pem'),
                                 ('/etc/ssl/private/placement.key', self.tls + '.key')):
                    assert old in text, old
                    text = text.replace(old, new)
            self.write('berth-%s.conf' % name, text)
        with open(os.path.join(self.cloud.stack, 'nginx.conf')) as file:
            self.write('nginx.conf', 'daemon off;\n' + file.read().replace(self.cloud.stack,
                                                                           self.directory))
        self.start(find('nginx'), '-e', self.path('error.log'), '-p', self.directory, '-c',
                   self.path('nginx.conf'))


class Haproxy(Server):
    """conf/berth-haproxy.cfg in front of two other servers."""

    def __init__(self, directory, cloud, nodes):
        super().__init__(directory, cloud)
        self.nodes = nodes

    def begin(self):
        text = read('berth-haproxy.cfg')
        for old, new in (('bind :8778\n', 'bind 127.0.0.1:%d\n' % self.port),
                         ('stats socket /run/haproxy/admin.sock', 'stats socket '
                          + self.path('admin.sock')),
                         ('inter 2s', 'inter 100ms'), ('timeout check 5s', 'timeout check 60s'),
                         ('192.0.2.11:8778', '127.0.0.1:%d' % self.nodes[0].port),
                         ('192.0.2.12:8778', '127.0.0.1:%d' % self.nodes[1].port)):
            assert old in text, old
            text = text.replace(old, new)
        self.write('haproxy.cfg', text)
        self.start(find('haproxy'), '-db', '-f', self.path('haproxy.cfg'))

    def command(self, text):
        with socket.socket(socket.AF_UNIX) as stream:
            stream.connect(self.path('admin.sock'))
            stream.sendall(text.encode() + b'\n')
            answer = b''
            while True:
                part = stream.recv(65536)
                if not part:
                    return answer.decode()
                answer += part

    def state(self, node):
        """Return the state of a node in the words of HAProxy, and how many requests it got."""
        lines = self.command('show stat').splitlines()
        names = lines[0].lstrip('# ').split(',')
        for line in lines[1:]:
            row = dict(zip(names, line.split(',')))
            if (row.get('pxname'), row.get('svname')) == ('berth', node):
                return row['status'], int(row['stot'])
        raise AssertionError('there is no ' + node)
