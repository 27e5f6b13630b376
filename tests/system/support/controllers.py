"""Controllers on one machine: directories with what each has, addresses of this machine (127.0.0.11
and so on), and HAProxy in front of them, set up by the commands of docs/several-nodes.md with the
files of examples/three-controllers."""
import os
import signal
import subprocess

from support.cloud import Service, free_port, wait_until
from support.pages import Shell
from support.paths import BERTH, TOP
from support.processes import runs
from support.web_servers import find

EXAMPLE = os.path.join(TOP, 'examples/three-controllers')

# What the page asks of systemd and of the package.
PROGRAMS = {
    'systemctl': r"""#!/bin/bash
set -eu
case $1 in
enable) verb=start && shift 2 ;;
disable) verb=stop && shift 2 ;;
*) verb=$1 && shift ;;
esac
end() {
    local pid
    pid=$(cat "$MACHINE/$1.pid")
    kill -s "$2" "$pid"
    while grep -qs '^State:[[:space:]]*[^Z]' "/proc/$pid/status"; do sleep 0.05; done
}
for unit; do
    case "$verb $unit" in
    "start berth.socket" | "stop berth.socket") ;;
    "start berth.service")
        rm -f "$MACHINE/berth.sock"
        spawn-fcgi -s "$MACHINE/berth.sock" -M 0666 -P "$MACHINE/berth.pid" -- /bin/sh -c \
            'exec "$MACHINE/berth" --config-file "$ETC_PLACEMENT/placement.conf" \
                --config-dir "$ETC_PLACEMENT/placement.conf.d" >>"$MACHINE/berth.log" 2>&1' ;;
    "stop berth.service") end berth TERM ;;
    "start nginx" | "reload-or-restart nginx")
        reload=$([ "$verb" = start ] || [ ! -s "$MACHINE/nginx.pid" ] || echo "-s reload")
        # shellcheck disable=SC2086
        nginx -e "$MACHINE/nginx.log" -c "$ETC_NGINX/nginx.conf" $reload ;;
    "stop nginx") end nginx QUIT ;;
    "stop placement-api") kill -s KILL "$(cat "$MACHINE/python.pid")" ;;
    *) echo "systemctl: $verb $unit: unexpected" >&2 && exit 1 ;;
    esac
done
""",
    'apt-get': r"""#!/bin/sh
# As the package: the file is replaced, and a running pool becomes the new program.
set -eu
cp "$BERTH" "$MACHINE/berth.new"
mv "$MACHINE/berth.new" "$MACHINE/berth"
if pid=$(cat "$MACHINE/berth.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null; then
    kill -s USR2 "$pid"
fi
""",
}

NGINX = """\
{user}
pid {directory}/nginx.pid;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {directory}/temporary-body;
    fastcgi_temp_path {directory}/temporary-fastcgi;
    proxy_temp_path {directory}/temporary-proxy;
    uwsgi_temp_path {directory}/temporary-uwsgi;
    scgi_temp_path {directory}/temporary-scgi;
    include conf.d/*.conf;
    include sites-enabled/*;
}}
"""


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)
    os.chmod(path, mode)


class Controller:
    def __init__(self, front, number):
        self.name, self.address = 'controller%d' % number, '127.0.0.1%d' % number
        self.directory = os.path.join(front.directory, self.name)
        self.maintenance = self.path('maintenance')
        self.conf = self.path('etc/placement/placement.conf')
        for name, text in PROGRAMS.items():
            write(self.path('bin/' + name), text, 0o755)
        user = 'user root;' if os.geteuid() == 0 else ''
        write(self.path('etc/nginx/nginx.conf'), NGINX.format(directory=self.directory, user=user))
        for name in ('etc/nginx/conf.d', 'etc/nginx/sites-enabled', 'share'):
            os.makedirs(self.path(name), exist_ok=True)
        for name in ('console', 'http', 'location', 'nginx', 'site'):
            with open(os.path.join(TOP, 'conf/berth-%s.conf' % name)) as file:
                write(self.path('share/berth-%s.conf' % name), file.read().replace(
                    'unix:/run/berth/berth.sock', 'unix:' + self.path('berth.sock')))
        self.copy_example()
        self.shell = Shell(dict(
            os.environ, MACHINE=self.directory, BERTH=BERTH, NODE=self.name, ADDRESS=self.address,
            PROXIES='127.0.0.1', EXAMPLE=self.path('example'), SHARE=self.path('share'),
            ETC_NGINX=self.path('etc/nginx'), ETC_PLACEMENT=self.path('etc/placement'),
            MAINTENANCE=self.maintenance, ADMIN=front.admin, PORT=str(front.port), no_proxy='*',
            PATH='%s:%s:/usr/sbin:/sbin' % (self.path('bin'), os.environ['PATH'])))

    def path(self, name):
        return os.path.join(self.directory, name)

    def copy_example(self):
        """As an operator edits it."""
        for name, old, new in (('berth.conf', '/run/berth/maintenance', self.maintenance),
                               ('real-ip.conf', '192.0.2.1', '127.0.0.')):
            with open(os.path.join(EXAMPLE, name)) as file:
                text = file.read()
            assert old in text, name
            write(self.path('example/' + name), text.replace(old, new))

    def pid(self, name):
        try:
            with open(self.path(name + '.pid')) as file:
                return int(file.read())
        except (OSError, ValueError):
            return None

    def log(self):
        with open(self.path('berth.log')) as file:
            return file.read()

    def stop(self):
        self.shell.end()
        for name in ('nginx', 'berth'):
            pid = self.pid(name)
            if pid is not None and runs(pid):
                os.kill(pid, signal.SIGTERM)
                wait_until(name + ' has ended', lambda: not runs(pid))


class Front(Service):
    """HAProxy on an address of this machine; requests to it."""

    def __init__(self, directory):
        super().__init__(free_port())
        self.directory = directory
        self.admin = os.path.join(directory, 'admin.sock')
        self.controllers = [Controller(self, number) for number in (1, 2, 3)]
        self.process = None
        self.address = '127.0.0.10'

    def begin(self, lines=None):
        """With some lines of its file replaced."""
        with open(os.path.join(EXAMPLE, 'haproxy.cfg')) as file:
            text = file.read()
        for old, new in (('192.0.2.1', '127.0.0.1'), (':8778', ':%d' % self.port),
                         ('/run/haproxy/admin.sock', self.admin), ('inter 2s', 'inter 100ms'),
                         ('timeout check 5s', 'timeout check 60s'),
                         # who has answered
                         ('balance leastconn\n',
                          'balance leastconn\n    http-response set-header x-node %s\n'),
                         *(lines or {}).items()):
            assert old in text, old
            text = text.replace(old, new)
        path = os.path.join(self.directory, 'haproxy.cfg')
        write(path, text)
        with open(os.path.join(self.directory, 'haproxy.log'), 'a') as log:
            self.process = subprocess.Popen([find('haproxy'), '-db', '-f', path], stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)

    def end(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.end()
        for controller in self.controllers:
            controller.stop()
