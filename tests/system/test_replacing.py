"""The commands of docs/replacing.md, just as they are written.

One shell runs them, block by block, on a machine that is only a directory: with nginx, the Python
service behind it, its configuration and its database. Clients make claims from the beginning to the
end, and none of their requests may be lost.
"""
import grp
import os
import pwd
import re
import subprocess
import threading
import time
import uuid

import pytest
from support.consistency import audit_rows
from support.cloud import Cloud, free_port, wait_until
from support.python_service import PythonService, upstream_sync
from support.pages import Shell, blocks
from support.paths import BUILD
from support.processes import runs

pytestmark = pytest.mark.plain  # the commands of a page

INVENTORY = {'VCPU': {'total': 100000}, 'DISK_GB': {'total': 1000000}}

NGINX = """\
{user}
pid {directory}/nginx.pid;
error_log {directory}/nginx-error.log;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {directory}/temporary-body;
    fastcgi_temp_path {directory}/temporary-fastcgi;
    proxy_temp_path {directory}/temporary-proxy;
    uwsgi_temp_path {directory}/temporary-uwsgi;
    scgi_temp_path {directory}/temporary-scgi;
    include {directory}/etc/nginx/conf.d/*.conf;
    include {directory}/etc/nginx/sites-enabled/*;
}}
"""
SITE = """\
server {{
    listen {port};
    location / {{
        proxy_pass http://127.0.0.1:{python};
        proxy_set_header Host $http_host;
    }}
}}
"""


class Traffic(threading.Thread):
    """Claims, reads and releases, one after the other; every request gets an answer."""

    def __init__(self, service, provider):
        super().__init__()
        self.service, self.provider = service, provider
        self.ended = threading.Event()
        self.held, self.asked, self.broken = set(), 0, None

    def ask(self, *request):
        answer = self.service.ask(*request)
        self.asked += 1
        assert answer.status in (200, 204), '%s: %d %s' % (request, answer.status, answer.text)
        return answer

    def one(self):
        consumer = str(uuid.uuid4())
        self.ask('PUT', '/allocations/' + consumer, {
            'allocations': {self.provider: {'resources': {'VCPU': 1, 'DISK_GB': 2}}},
            'project_id': 'project', 'user_id': 'user', 'consumer_generation': None,
            'consumer_type': 'INSTANCE'})
        shown = self.ask('GET', '/allocations/' + consumer).json
        assert list(shown['allocations']) == [self.provider], shown
        if self.asked % 3 == 0:
            self.ask('DELETE', '/allocations/' + consumer)
        else:
            self.held.add(consumer)

    def run(self):
        try:
            while not self.ended.is_set():
                self.one()
                time.sleep(0.01)
        except Exception as reason:  # shown by the test
            self.broken = reason


class Machine:
    """The directory that stands for a machine."""

    def __init__(self, cloud, python):
        self.directory = os.path.join(cloud.directory, 'machine')
        self.nginx = os.path.join(self.directory, 'etc/nginx')
        self.port, self.trial = free_port(), free_port()
        for name in ('etc/nginx/conf.d', 'etc/nginx/sites-enabled', 'run', 'log'):
            os.makedirs(os.path.join(self.directory, name))
        root = os.getuid() == 0
        self.write('etc/nginx/nginx.conf', NGINX.format(
            directory=self.directory, user='user www-data;' if root else ''))
        self.write('etc/nginx/sites-enabled/placement', SITE.format(
            port=self.port, python=python.port))
        # Berth does not run as root
        owner = 'www-data' if root else pwd.getpwuid(os.getuid()).pw_name
        web = 'www-data' if root else grp.getgrgid(os.getgid()).gr_name
        with open(os.path.join(BUILD, 'Makefile')) as file:
            prefix = re.search(r'^prefix = (.*)$', file.read(), re.M).group(1)
        self.prefix = self.directory + prefix
        self.environment = dict(
            os.environ, BUILD=BUILD, DESTDIR=self.directory, PREFIX=self.prefix,
            CONF=cloud.conf, OWNER=owner, WEB=web, RUN=os.path.join(self.directory, 'run/berth'),
            LOG=os.path.join(self.directory, 'log/berth'), ETC_NGINX=self.nginx,
            PORT=str(self.port), TRIAL=str(self.trial), TOKEN='admin', no_proxy='*',
            PATH=os.environ['PATH'] + ':/usr/sbin:/sbin')

    def write(self, name, text):
        with open(os.path.join(self.directory, name), 'w') as file:
            file.write(text)

    def start_nginx(self):
        subprocess.run(['nginx', '-e', os.path.join(self.directory, 'nginx-error.log'), '-c',
                        os.path.join(self.nginx, 'nginx.conf')], env=self.environment, check=True,
                       stdin=subprocess.DEVNULL, timeout=60)

    def pid(self, name):
        try:
            with open(os.path.join(self.directory, name)) as file:
                return int(file.read())
        except (OSError, ValueError):
            return None

    def stop(self):
        for name in ('nginx.pid', 'run/berth/berth.pid'):
            pid = self.pid(name)
            if pid is not None and runs(pid):
                os.kill(pid, 15)
                wait_until(name, lambda: not runs(pid))


def test_the_page_about_replacing_the_python_service_is_right(directory):
    cloud = Cloud(directory)
    machine = None
    try:
        cloud.start_empty()
        upstream_sync(cloud.conf, '422ece571366')
        with PythonService(cloud, start=subprocess.Popen) as python:
            machine = Machine(cloud, python)
            follow(cloud, machine, python)
    finally:
        if machine is not None:
            machine.stop()
        cloud.stop_database()


def follow(cloud, machine, python):
    machine.start_nginx()
    cloud.port = machine.port
    wait_until('nginx leads to the Python service', lambda: ask_status(cloud, '/') == 200)
    traffic = [Traffic(cloud, cloud.make_provider(INVENTORY)) for _ in range(2)]
    shell = Shell(machine.environment)
    served = []  # by Berth, after each block
    for client in traffic:
        client.start()
    try:
        for commands in blocks('docs/replacing.md'):
            # this cloud has no Keystone, of which the check would warn
            output = shell.type(commands.replace(
                'manage status', 'OS_API__AUTH_STRATEGY=keystone manage status'))
            served.append(ask_status(cloud, '/_berth/health/live') == 200)
            if 'audit' in commands:
                assert 'nothing' in output.lower(), output
            if 'upgrade check' in commands:
                assert output.count('Result: Success') == 3, output
            time.sleep(0.3)
    finally:
        for client in traffic:
            client.ended.set()
        for client in traffic:
            client.join()
        shell.end()
    for client in traffic:
        assert client.broken is None, explain(client.broken, python, machine)
    check(cloud, machine, python, traffic, served)


def explain(broken, python, machine):
    """Return what a client saw, and the lines that the services logged about its request."""
    told = [repr(str(broken))]
    for request in re.findall(r'req-[-0-9a-f]{36}', str(broken)):
        told += [line for line in (python.log() + read_log(machine)).splitlines()
                 if request in line]
    return '\n'.join(told)


def read_log(machine):
    try:
        with open(os.path.join(machine.directory, 'log/berth/berth.log')) as file:
            return file.read()
    except OSError:  # Berth has not started yet
        return ''


def check(cloud, machine, python, traffic, served):
    # on the machine's own port: from the switch until the way back
    first, last = served.index(True), len(served) - served[::-1].index(True)
    assert 5 <= first and last <= len(served) - 2 and all(served[first:last]), served
    berth = machine.pid('run/berth/berth.pid')
    wait_until('Berth has ended', lambda: not runs(berth))
    by_berth = sum(' path=/allocations/' in line for line in read_log(machine).splitlines())
    by_python = sum('requestlog' in line and ' /allocations/' in line.replace('"', ' ')
                    for line in python.log().splitlines())
    asked = sum(client.asked for client in traffic)
    print('    %d requests while it was replaced and put back, %d answered by Berth' % (
        asked, by_berth))
    assert by_berth > 10 and by_python > 10, (by_berth, by_python)
    assert by_berth + by_python == asked, (by_berth, by_python, asked)
    rows = {row[0] for row in cloud.sql('SELECT uuid FROM consumers')}
    assert rows == set().union(*(client.held for client in traffic)), 'claims are lost'
    audit_rows(cloud)


def ask_status(service, path):
    try:
        return service.ask('GET', path).status
    except OSError:
        return None
