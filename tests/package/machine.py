"""A clean Debian system below a folder, with systemd running in it: for tests of the package.

It has its own network, with nothing else on it, and sees only those folders of this machine that
are bound into it. It is not a sandbox: its root is root here too.
"""
import os
import shlex
import subprocess
import time

COMMANDS = ('mmdebstrap', 'systemd-nspawn', 'nsenter')
SOURCES = ('/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list')
NO_NETWORK = ('Could not resolve', 'Temporary failure', 'Could not connect', 'Connection timed out')
BOOTED = ('running', 'degraded', 'starting')


class Skipped(Exception):
    """The reason why no such machine can be made here."""


def run(*command, **options):
    """Run a command; return its output. Raise AssertionError with the output if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise AssertionError('%s: exit status %d\n%s'
                             % (shlex.join(command), done.returncode, done.stdout[-4000:]))
    return done.stdout


def wait_until(what, condition, seconds=600):
    """Return what the condition returns when it is true. The time limit is for failures only."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError('timeout: ' + what)


def codename():
    with open('/etc/os-release') as file:
        for line in file:
            if line.startswith('VERSION_CODENAME='):
                return line.strip().split('=')[1]
    raise Skipped('/etc/os-release does not tell which Debian this is')


class Machine:
    def __init__(self, directory):
        self.root = os.path.join(directory, 'machine')
        self.console = os.path.join(directory, 'console.log')
        self.nspawn = self.init = None

    def path(self, name):
        """Return the path of a file of the machine, for use while it is not running."""
        return self.root + name

    def create(self, package, *downloads):
        """Make a minimal Debian with systemd. Put the package into its /root, and download the
        dependencies of the package and of downloads, so that apt can install them without a
        network. Install none of them. Return the path of the package."""
        name = '/root/' + os.path.basename(package)
        done = subprocess.run(
            ['mmdebstrap', '--quiet', '--mode=root', '--variant=minbase', '--include=systemd-sysv',
             '--skip=cleanup/apt',
             '--customize-hook=cp %s "$1/root/"' % shlex.quote(package),
             '--customize-hook=chroot "$1" apt-get -qq -y --no-install-recommends --download-only '
             'install %s %s' % (shlex.quote(name), shlex.join(downloads)),
             codename(), self.root, next(path for path in SOURCES if os.path.exists(path))],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 and any(word in done.stdout for word in NO_NETWORK):
            raise Skipped('no clean system without a network: '
                          + done.stdout.strip().splitlines()[-1])
        assert done.returncode == 0, done.stdout[-4000:]
        return name

    def boot(self, **binds):
        """Start systemd in it, with folders of this machine bound below its /run."""
        command = ['setpriv', '--pdeathsig', 'TERM', 'systemd-nspawn', '--quiet',
                   '--directory=' + self.root, '--machine=berth-test-%d' % os.getpid(),
                   '--private-network', '--register=no', '--keep-unit', '--link-journal=no',
                   '--resolv-conf=off', '--timezone=off', '--console=pipe', '--boot']
        command[-1:-1] = ['--bind=%s:/run/%s' % (folder, name) for name, folder in binds.items()]
        with open(self.console, 'w') as console:
            self.nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console,
                                           stderr=subprocess.STDOUT)
        wait_until('systemd runs', self.find_init)
        wait_until('the machine is up', lambda: self.ask('systemctl is-system-running')
                   in BOOTED[:2])

    def find_init(self):
        if self.nspawn.poll() is not None:
            with open(self.console) as console:
                raise AssertionError('systemd-nspawn ended: ' + console.read())
        with open('/proc/%d/task/%d/children' % (self.nspawn.pid, self.nspawn.pid)) as file:
            for pid in file.read().split():
                with open('/proc/%s/comm' % pid) as comm:
                    if comm.read().strip() == 'systemd':
                        self.init = pid
        return self.init is not None and self.ask('systemctl is-system-running') in BOOTED

    def inside(self, command):
        environment = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root',
                       'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8']
        return ['nsenter', '--target', self.init, '--all', '--root', '--wd',
                *environment, 'sh', '-ec', 'cd /usr/share\n' + command]

    def run(self, command):
        """Run a shell command in it; return its output. Raise AssertionError if it fails."""
        return run(*self.inside(command)).strip()

    def ask(self, command):
        """Run a shell command that may fail; return its output."""
        return subprocess.run(self.inside(command), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True).stdout.strip()

    def put(self, content, name):
        """Write a file into it that only root and the group placement can read."""
        command = 'install -m 0640 -g placement /dev/null {0}; cat >{0}'.format(name)
        subprocess.run(self.inside(command), input=content, text=True, check=True)

    def on_network(self, *command):
        """Return the command that runs a program of this machine on that machine's network."""
        return ['nsenter', '--target', self.init, '--net', *command]

    def curl(self, *arguments):
        """Return the command that runs curl of this machine on that machine's network."""
        return self.on_network('curl', '-s', '--noproxy', '*', '--max-time', '30', *arguments)

    def shut_down(self):
        if self.nspawn is not None and self.nspawn.poll() is None:
            self.nspawn.terminate()  # an orderly shutdown
            try:
                self.nspawn.wait(20)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        self.nspawn = self.init = None
