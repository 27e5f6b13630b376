"""A directory that stands for the root of a machine on which a deployment tool has put Placement:
with what the tool writes (tests/system/deployers), the programs of Berth where its packages put
them, and stand-ins for what a test cannot call. Paths such as /etc are put below the directory in
every text."""
import os
import re
import shutil
import signal
import subprocess

from support.cloud import Service, free_port, wait_until
from support.pages import Shell
from support.paths import BERTH, BERTH_MANAGE, SYSTEM, TOP
from support.processes import runs

MODULES = '/usr/lib/apache2/modules'
OWN = ('mpm_event', 'authz_core', 'authz_host', 'alias', 'wsgi', 'env', 'setenvif', 'mime',
       'socache_shmcb', 'ssl')
PLACES = re.compile(r'(?<![\w.$})/])/(etc|run|usr|var|opt)(?=[/"\s;]|$)')

# Those of Apache that both families have loaded before Berth comes.
APACHE = """\
ServerName localhost
PidFile {root}/run/apache2.pid
DefaultRuntimeDir {root}/run
ErrorLog {root}/var/log/apache2/error.log
{loads}
TypesConfig {root}/etc/mime.types
IncludeOptional {root}/etc/apache2/ports.conf
IncludeOptional {root}/etc/apache2/mods-enabled/*.load
IncludeOptional {root}/etc/apache2/conf-enabled/*.conf
IncludeOptional {root}/etc/apache2/sites-enabled/*.conf
"""

PROGRAMS = {
    'systemctl': """#!/bin/bash
set -eu
verb=$1 && shift
for unit; do
    case "$verb $unit" in
    "enable "* | "start berth.socket") ;;
    "start berth.service")
        spawn-fcgi -s ROOT/run/berth/berth.sock -M 0666 -P ROOT/pids/berth -- /bin/sh -c \\
            'exec ROOT/usr/sbin/berth >>ROOT/var/log/berth.log 2>&1' ;;
    "restart placement-api")
        DAEMON_ARGS=""
        . ROOT/etc/default/placement-api
        keep placement-api ROOT/usr/bin/placement-api $DAEMON_ARGS ;;
    "restart apache2")
        keep apache2 apache2 -f ROOT/etc/apache2/apache2.conf -DFOREGROUND ;;
    *) echo "systemctl: $verb $unit: unexpected" >&2 && exit 1 ;;
    esac
done
""",
    # keep NAME COMMAND...: in the background, until the test ends
    'keep': """#!/bin/bash
name=$1 && shift
if [ -s "ROOT/pids/$name" ]; then
    kill "$(cat "ROOT/pids/$name")"
    while grep -qs '^State:[[:space:]]*[^Z]' "/proc/$(cat "ROOT/pids/$name")/status"; do
        sleep 0.05
    done
fi
"$@" </dev/null >>"ROOT/var/log/$name.log" 2>&1 &
echo $! >"ROOT/pids/$name"
""",
    'a2enmod': """#!/bin/sh
for name; do
    echo "LoadModule ${name}_module MODULES/mod_$name.so" >ROOT/etc/apache2/mods-enabled/$name.load
    [ $name != proxy_fcgi ] || ROOT/bin/a2enmod proxy
done
""",
    'a2enconf': """#!/bin/sh
ln -s ROOT/etc/apache2/conf-available/$1.conf ROOT/etc/apache2/conf-enabled/
""",
    'apt-get': '#!/bin/sh\n[ "$1" = install ] || [ "$2" = install ]\n',
    'chown': '#!/bin/sh\n',
}


def copy_checkout(directory):
    """Copy what the shells read of the checkout. Other users may not be able to read that itself:
    it may be below /root, or made with another umask."""
    checkout = os.path.join(directory, 'checkout')
    for name in ('conf', 'devstack', 'examples', 'tests/system/support'):
        shutil.copytree(os.path.join(TOP, name), os.path.join(checkout, name))
    subprocess.run(['chmod', '-R', 'a+rX', checkout], check=True)
    return checkout


class Root(Service):
    def __init__(self, directory, name, addresses, checkout):
        """addresses: what DATABASE and KEYSTONE stand for."""
        super().__init__(free_port())
        self.root = os.path.join(directory, name)
        self.checkout = checkout
        self.source = os.path.join(SYSTEM, 'deployers', name)
        self.addresses = addresses
        self.secure = None  # what verifies its certificate
        self.as_root = False  # whether the tool starts it so; the directory is www-data's anyway
        for place in ('bin', 'etc/apache2/mods-enabled', 'etc/apache2/conf-enabled',
                      'etc/apache2/conf-available', 'etc/apache2/sites-enabled', 'etc/placement',
                      'home', 'pids', 'run/berth', 'usr/bin', 'usr/sbin', 'var/log/apache2',
                      'var/log/placement', 'usr/share/berth', 'var/log/httpd'):
            os.makedirs(self.path(place))
        # ~/.placement is a usual place of the configuration, as /etc/placement is
        os.symlink('../etc/placement', self.path('home/.placement'))
        shutil.copy(BERTH, self.path('usr/sbin/berth'))
        shutil.copy(BERTH_MANAGE, self.path('usr/sbin/berth-manage'))
        for name, text in PROGRAMS.items():
            self.program(name, text)
        conf = os.path.join(TOP, 'conf')
        for name in sorted(os.listdir(conf)):
            if name.endswith('.conf'):
                with open(os.path.join(conf, name)) as file:
                    self.write('usr/share/berth/' + name, self.relocate(file.read()))
        self.write('etc/mime.types', '')
        self.write('etc/apache2/apache2.conf', APACHE.format(root=self.root, loads=self.loads(OWN)))

    # Files.

    def path(self, name):
        return os.path.join(self.root, name.lstrip('/'))

    def write(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'w') as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def program(self, name, text):
        """A stand-in, which hides the program of that name."""
        self.write('bin/' + name, text.replace('ROOT', self.root).replace('MODULES', MODULES),
                   0o755)

    def relocate(self, text):
        return PLACES.sub(lambda match: self.root + match.group(), text)

    def read(self, name):
        with open(os.path.join(self.source, name)) as file:
            return file.read()

    def put(self, name, place, **changes):
        """Put a file of the tool where the tool puts it."""
        text = self.relocate(self.read(name))
        for old, new in dict(self.addresses, **changes).items():
            text = text.replace(old, new)
        text = re.sub(r'(\*:|Listen )87(78|80)\b', r'\g<1>%d' % self.port, text)
        text = text.replace('*:%d' % self.port, '127.0.0.1:%d' % self.port)
        text = text.replace('Listen ', 'Listen 127.0.0.1:')
        # users that this machine may not have
        text = re.sub(r'^(User|Group) .*', r'\1 www-data' if self.as_root else '', text, flags=re.M)
        self.write(place, re.sub(r' (user|group)=placement\b', '', text))

    def install(self, source, place, mode=0o755):
        with open(os.path.join(TOP, source)) as file:
            self.write(place, self.relocate(file.read()), mode)

    def install_compat(self):
        """What the package berth-placement-compat has."""
        self.install('conf/placement-api', 'usr/bin/placement-api')
        for name in ('placement-manage', 'placement-status'):
            os.symlink('../sbin/berth-manage', self.path('usr/bin/' + name))

    def loads(self, modules):
        return '\n'.join('LoadModule %s_module %s/mod_%s.so' % (name, MODULES, name)
                         for name in modules)

    # Life.

    def begin(self, directory=None, **environment):
        """Start a shell in a directory or in the copy of the checkout, as a user who is not root
        unless the tool starts it as root."""
        command = ['bash', '--norc', '-e']
        if os.geteuid() == 0:
            subprocess.run(['chown', '-R', 'www-data:www-data', self.root], check=True)
            if not self.as_root:
                command = ['setpriv', '--reuid=www-data', '--regid=www-data', '--clear-groups',
                           *command]
        places = [self.path(name) for name in ('bin', 'usr/bin', 'usr/sbin')]
        self.shell = Shell(dict(
            os.environ, HOME=self.path('home'), no_proxy='*', **environment,
            PATH=':'.join([*places, os.environ['PATH'], '/usr/sbin', '/sbin'])), command,
            directory or self.checkout)

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        for name in sorted(os.listdir(self.path('pids'))):
            with open(self.path('pids/' + name)) as file:
                pid = int(file.read())
            if runs(pid):
                os.kill(pid, signal.SIGTERM)
                wait_until(name + ' ends', lambda: not runs(pid))
        self.shell.end()

    def log(self):
        text = ''
        for folder, _, names in os.walk(self.path('var/log')):
            for name in sorted(names):
                with open(os.path.join(folder, name), errors='replace') as file:
                    text += file.read()
        return text
