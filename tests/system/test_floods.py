"""Floods: a client that asks too much is refused, by project in the program and by address in
nginx, and the others do not notice.

All addresses of 127.0.0.0/8 belong to this machine: each client here chooses its own.
"""
import http.client
import json
import multiprocessing
import os
import re
import socket
import subprocess
import threading
import time
import uuid

from support.cloud import SIGHUP, Answer, free_port, wait_until

VICTIM = '127.0.2.1'
LIMITS = """\
rate_limit_project_candidates = 2
rate_limit_project_reads = 80
rate_limit_project_writes = 4
rate_limit_burst = 5
"""
REASON = 'The client has sent too many requests in a given amount of time\n\n'
CANDIDATES = '/allocation_candidates?resources=VCPU:1'


class Client:
    """A user of a project, with one persistent connection from an address."""

    def __init__(self, cloud, project, address):
        self.connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60,
                                                     source_address=(address, 0))
        self.headers = {'x-auth-token': 'user-of-%s:%s' % (project, project), 'x-roles': 'admin',
                        'openstack-api-version': 'placement 1.39', 'accept': 'application/json'}

    def ask(self, method, path, body=None):
        headers = dict(self.headers, **({'content-type': 'application/json'} if body else {}))
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        return Answer(self.connection.getresponse())


# The program: projects.

def flood(cloud, ended, address, counts):
    """A process of the flood: eight connections that ask for candidates without a pause."""
    def ask_on():
        client = Client(cloud, 'flooder', address)
        while not ended.is_set():
            answer = client.ask('GET', CANDIDATES)
            good = answer.status == 200 or (answer.status == 429 and
                                            answer.headers['retry-after'] == '1')
            with counts.get_lock():
                counts[{200: 0, 429: 1}[answer.status] if good else 2] += 1

    threads = [threading.Thread(target=ask_on) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Flood:
    """Sixteen connections of one project; counts answers, refusals, and anything else."""

    def __init__(self, cloud):
        self.counts, self.ended = multiprocessing.Array('L', 3), multiprocessing.Event()
        self.processes = [multiprocessing.Process(target=flood, args=(
            cloud, self.ended, '127.0.1.%d' % (number + 1), self.counts)) for number in range(2)]

    def __enter__(self):
        self.begun = time.monotonic()
        for process in self.processes:
            process.start()
        wait_until('the flood begins', lambda: sum(self.counts) > 30)
        return self

    def __exit__(self, *reason):
        self.ended.set()
        for process in self.processes:
            process.join()
        self.seconds = time.monotonic() - self.begun
        self.answered, self.refused, self.others = self.counts[:]


def ask_as_victim(cloud, provider, count):
    """A project's reads and writes in a flood: all of them succeed."""
    client = Client(cloud, 'victim', VICTIM)
    for number in range(count):
        if number % 20 == 10:
            answer = client.ask('PUT', '/traits/CUSTOM_SEEN')
        else:
            answer = client.ask('GET', '/resource_providers/' + provider)
        assert answer.status in (200, 201, 204), (answer.status, answer.text)


def make_world(cloud):
    """Make enough providers for a search to take some time."""
    rows = ["('%s', 'p%d', 0)" % (uuid.uuid4(), number) for number in range(600)]
    cloud.sql('INSERT INTO resource_providers (uuid, name, generation) VALUES %s; '
              'UPDATE resource_providers SET root_provider_id = id; '
              'INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, '
              'min_unit, max_unit, step_size, allocation_ratio) SELECT p.id, c.id, 64, 0, 1, 64, '
              "1, 1.0 FROM resource_providers p JOIN resource_classes c ON c.name = 'VCPU'"
              % ', '.join(rows))
    return cloud.sql('SELECT uuid FROM resource_providers LIMIT 1')[0][0]


def set_limits(cloud):
    """Give the running pool the limits."""
    cloud.berth += LIMITS
    cloud.reload()


def check_projects(cloud):
    provider = make_world(cloud)
    with Flood(cloud) as free:
        ask_as_victim(cloud, provider, 20)
    assert free.refused == 0 and free.others == 0, free.counts[:]
    set_limits(cloud)
    with Flood(cloud) as limited:
        ask_as_victim(cloud, provider, 100)
        wait_until('many are refused', lambda: limited.counts[1] > 200)
    assert limited.others == 0, limited.counts[:]
    # 10 at once and 2 a second
    assert 10 <= limited.answered <= 11 + 2 * limited.seconds, (limited.answered, limited.seconds)


def count_until_refused(client, method, path, most):
    for number in range(most):
        answer = client.ask(method, path)
        if answer.status == 429:
            error = answer.json['errors'][0]
            assert error['title'] == 'Too Many Requests' and error['status'] == 429, answer.text
            assert error['request_id'] == answer.headers['x-openstack-request-id'], answer.text
            assert error['detail'].startswith(REASON + ' Too many '), answer.text
            assert answer.headers['retry-after'] == '1', answer.headers
            return number
        assert answer.status in (200, 201, 204), answer.text
    return most


def check_kinds(cloud):
    """Candidates, writes and reads have separate counts; the root is free."""
    client = Client(cloud, 'fourth', '127.0.2.2')
    begun = time.monotonic()
    searches = count_until_refused(client, 'GET', CANDIDATES, 1000)
    assert 10 <= searches <= 11 + 2 * (time.monotonic() - begun), searches
    begun = time.monotonic()
    writes = count_until_refused(client, 'PUT', '/traits/CUSTOM_SEEN', 1000)
    assert 20 <= writes <= 21 + 4 * (time.monotonic() - begun), writes
    assert count_until_refused(client, 'GET', '/traits', 100) == 100
    for _ in range(20):
        assert client.ask('GET', '/').status == 200
    assert 'status=429' in cloud.log()


# nginx: addresses.

def open_raw(cloud, address, text):
    connection = socket.create_connection(('127.0.0.1', cloud.port), timeout=60,
                                          source_address=(address, 0))
    connection.sendall(text.encode())
    return connection


BODY_TO_COME = ('PUT /traits/CUSTOM_SLOW HTTP/1.1\r\nhost: a\r\nx-auth-token: admin\r\n'
                'content-type: application/json\r\ncontent-length: 100\r\n\r\n')


class Slow:
    """A client that holds a connection by sending little; notes when it is cut off."""

    def __init__(self, cloud, text, drip):
        self.begun, self.cut = time.monotonic(), None
        self.connection = open_raw(cloud, '127.0.3.1', text)
        self.thread = threading.Thread(target=self.go_on, args=(drip,))
        self.thread.start()

    def go_on(self, drip):
        self.connection.settimeout(1)
        while self.cut is None and time.monotonic() < self.begun + 180:
            try:
                self.connection.sendall(drip)
                if self.connection.recv(1000) == b'':
                    self.cut = time.monotonic() - self.begun
            except socket.timeout:
                pass
            except OSError:
                self.cut = time.monotonic() - self.begun

    def check(self, what):
        self.thread.join()
        assert self.cut is not None and self.cut > 9, (what, self.cut)


def get(cloud, address):
    connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60,
                                            source_address=(address, 0))
    connection.request('GET', '/')
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def check_refused_by_nginx(answer):
    """The error is like the service's, with a request id from nginx."""
    assert answer.status == 429 and answer.headers['retry-after'] == '1', answer.headers
    assert answer.headers['content-type'] == 'application/json', answer.headers
    error = answer.json['errors'][0]
    assert re.fullmatch(r'req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', error['request_id'])
    assert answer.headers['x-openstack-request-id'] == error['request_id'], answer.headers
    assert error == {'status': 429, 'title': 'Too Many Requests',
                     'code': 'placement.undefined_code', 'request_id': error['request_id'],
                     'detail': REASON + ' Too many requests from this address.  '}, error


def allow_few_requests(cloud):
    """Beyond the burst, ten a second: not every machine can send more than a thousand."""
    path = os.path.join(cloud.stack, 'berth-http.conf')
    with open(path) as file:
        text = file.read()
    assert 'rate=1000r/s' in text
    with open(path, 'w') as file:
        file.write(text.replace('rate=1000r/s', 'rate=10r/s'))
    with open(os.path.join(cloud.stack, 'nginx.pid')) as file:
        os.kill(int(file.read()), SIGHUP)


def check_requests_of_an_address(cloud):
    """limit_req: requests that clients give up at once count too, and cost the service nothing."""
    allow_few_requests(cloud)
    flooder, sent, answer = '127.0.3.2', 0, None
    while answer is None or answer.status == 200:
        for _ in range(200):
            open_raw(cloud, flooder, BODY_TO_COME).close()
        sent += 200
        answer = get(cloud, flooder)
    assert sent >= 2000, sent
    check_refused_by_nginx(answer)
    assert get(cloud, VICTIM).status == 200


def check_connections_of_an_address(cloud):
    """limit_conn: 256 requests in progress."""
    flooder = '127.0.3.3'

    def refusal(address):
        answer = get(cloud, address)
        return answer if answer.status == 429 else None
    held = [open_raw(cloud, flooder, BODY_TO_COME) for _ in range(256)]
    try:
        check_refused_by_nginx(wait_until('the limit of connections', lambda: refusal(flooder)))
        assert get(cloud, VICTIM).status == 200
        held.pop().close()
        wait_until('there is room again', lambda: get(cloud, flooder).status == 200)
    finally:
        for connection in held:
            connection.close()


EXISTING = """\
pid {directory}/existing.pid;
error_log {directory}/existing-error.log;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {directory}/existing-body;
    fastcgi_temp_path {directory}/existing-fastcgi;
    proxy_temp_path {directory}/existing-proxy;
    uwsgi_temp_path {directory}/existing-uwsgi;
    scgi_temp_path {directory}/existing-scgi;
    include {directory}/berth-http.conf;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200 "of the server"; }}
        include {directory}/berth-location.conf;
    }}
}}
"""


def check_existing_server(cloud):
    """/placement beside other locations of an nginx server."""
    port, conf = free_port(), os.path.join(cloud.stack, 'existing.conf')
    with open(conf, 'w') as file:
        file.write(EXISTING.format(directory=cloud.stack, port=port,
                                   user='user root;' if os.getuid() == 0 else ''))
    nginx = ['nginx', '-e', os.path.join(cloud.stack, 'existing.log'), '-c', conf]
    for tested in (conf, os.path.join(cloud.stack, 'nginx.conf')):
        done = subprocess.run(nginx[:-1] + [tested, '-t'], stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0 and 'warn' not in done.stderr, done.stderr
    process = subprocess.Popen(nginx + ['-g', 'daemon off;'])
    try:
        wait_until('nginx listens', lambda: socket.socket().connect_ex(('127.0.0.1', port)) == 0)
        for path, expected in [('/placement', '"v1.0"'), ('/placement/', '"v1.0"'),
                               ('/placements', 'of the server'), ('/', 'of the server'),
                               ('/placement/traits/CUSTOM_NONE', '"errors"')]:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=60)
            connection.request('GET', path, headers={'x-auth-token': 'admin'})
            text = Answer(connection.getresponse()).text
            connection.close()
            assert expected in text, (path, text)
    finally:
        process.terminate()
        process.wait()


def test_floods_of_projects_and_addresses(make_cloud):
    cloud = make_cloud(workers=2, limited=True)
    slow_headers = Slow(cloud, 'GET / HTTP/1.1\r\nhost: a\r\n', b'x-slow: 1\r\n')
    slow_body = Slow(cloud, BODY_TO_COME, b'')
    check_projects(cloud)
    check_kinds(cloud)
    check_connections_of_an_address(cloud)
    slow_headers.check('slow headers')
    slow_body.check('slow body')
    check_requests_of_an_address(cloud)
    check_existing_server(cloud)
