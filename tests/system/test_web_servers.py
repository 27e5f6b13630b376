"""Apache, nginx with TLS and HAProxy in front of the pool, with the files of conf/: each passes on
what clients send as the service needs it."""
import http.client
import json
import os
import re
import socket
import ssl
import threading
import urllib.parse
import uuid

import pytest
from support.certificates import Authority
from support.cloud import Answer, Cloud, wait_until
from support.web_servers import Apache, Haproxy, Nginx

TRUST = '[oslo_middleware]\nenable_proxy_headers_parsing = true\n'
INVENTORY = {'VCPU': {'total': 100000}}
JSON = {'content-type': 'application/json'}
DOORS = ('apache', 'apache with tls', 'nginx with tls', 'haproxy')


@pytest.fixture(scope='module')
def cloud(module_directory):
    # 2 workers: what occupies both of them is noticed
    with Cloud(module_directory, workers=2, berth=TRUST) as cloud:
        yield cloud


@pytest.fixture(scope='module')
def tls(module_directory):
    return Authority(module_directory).certify('door', 'IP:127.0.0.1')


class Door:
    """What is in front, and how to ask it."""

    def __init__(self, server):
        self.server = server
        self.secure = server.scheme == 'https'

    def connect(self):
        stream = socket.create_connection(('127.0.0.1', self.server.port), timeout=60)
        if self.secure:
            context = ssl._create_unverified_context()
            return context.wrap_socket(stream)
        return stream

    def ask(self, method, path, body=None, headers=None, **options):
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port)
        connection.sock = self.connect()
        sent = dict({'x-auth-token': 'admin', 'openstack-api-version': 'placement 1.39'},
                    **(headers or {}))
        if body is not None:
            sent.update(JSON)
            body = json.dumps(body) if isinstance(body, (dict, list)) else body
        try:
            connection.request(method, path, body, sent, **options)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def send(self, text, rest=b''):
        """Send bytes; return all that comes back."""
        with self.connect() as stream:
            stream.sendall(text)
            try:
                stream.sendall(rest)
            except OSError:
                pass  # refused before it was read to the end
            answer = b''
            while True:
                try:
                    part = stream.recv(65536)
                except OSError:
                    return answer
                if not part:
                    return answer
                answer += part


@pytest.fixture(scope='module', params=DOORS)
def door(request, cloud, tls, module_directory):
    folder = os.path.join(module_directory, request.param.replace(' ', '-'))
    if request.param == 'haproxy':
        with Apache(folder + '-1', cloud, trusted='127.0.0.1') as one, \
                Apache(folder + '-2', cloud, trusted='127.0.0.1') as other, \
                Haproxy(folder, cloud, (one, other)) as server:
            wait_until('it has found its nodes', lambda: all(
                server.state(node)[0] == 'UP' for node in ('node1', 'node2')))
            yield Door(server)
        return
    servers = {'apache': lambda: Apache(folder, cloud),
               'apache with tls': lambda: Apache(folder, cloud, tls=tls),
               'nginx with tls': lambda: Nginx(folder, cloud, tls=tls)}
    with servers[request.param]() as server:
        yield Door(server)


def test_a_claim_at_both_mount_points(door):
    for mount in ('', '/placement'):
        provider, consumer = str(uuid.uuid4()), str(uuid.uuid4())
        answer = door.ask('POST', mount + '/resource_providers',
                          {'name': provider, 'uuid': provider})
        assert answer.status == 200, answer.text
        place = '%s://127.0.0.1:%d%s/resource_providers/%s' % (
            door.server.scheme, door.server.port, mount, provider)
        assert answer.headers['location'] == place
        answer = door.ask('PUT', mount + '/resource_providers/%s/inventories' % provider,
                          {'resource_provider_generation': 0, 'inventories': INVENTORY})
        assert answer.status == 200, answer.text
        answer = door.ask('PUT', mount + '/allocations/' + consumer, {
            'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p',
            'user_id': 'u', 'consumer_generation': None, 'consumer_type': 'INSTANCE'})
        assert answer.status == 204 and answer.text == '', answer.text
        answer = door.ask('GET', mount + '/allocation_candidates?resources=VCPU:1&limit=1')
        assert len(answer.json['allocation_requests']) == 1
        assert door.ask('DELETE', mount + '/allocations/' + consumer).status == 204
    assert b' 401 ' in door.send(b'GET /traits HTTP/1.0\r\n\r\n').split(b'\r\n')[0]


def test_location_for_a_client_that_names_no_host(door):
    """It is a whole URL, or only the path, but never a URL without a host."""
    path = '/traits/CUSTOM_' + uuid.uuid4().hex.upper()
    answer = door.send(b'PUT %s HTTP/1.0\r\nx-auth-token: admin\r\ncontent-length: 0\r\n'
                       b'openstack-api-version: placement 1.39\r\n\r\n' % path.encode()).decode()
    location = urllib.parse.urlsplit(
        re.search(r'^location: (.*?)\r$', answer, re.M | re.I).group(1))
    assert location.path == path, answer
    assert bool(location.scheme) == bool(location.netloc), answer


def test_odd_paths(door):
    name = 'CUSTOM_' + uuid.uuid4().hex.upper()
    assert door.ask('PUT', '/traits/' + name).status == 201
    for path, status in (('/traits/%s' % name, 204), ('/traits%%2F%s' % name, 204),
                         ('/%%74raits/%s' % name, 204), ('/placement%%2Ftraits/%s' % name, 204),
                         ('/placement/%%74raits/%s' % name, 204), ('/traits//%s' % name, 404),
                         ('/traits/./%s' % name, 204), ('/x/../traits/%s' % name, 204),
                         ('/placements/traits/%s' % name, 404), ('/traits/%s%%0A' % name, 404),
                         ('/placement/traits/a%0Ab', 404), ('/traits/a%20b', 404),
                         ('/traits/%C3%A9', 404), ('/traits/%FF', 400), ('/traits/a+b', 404),
                         ('/placement', 200), ('/placement/', 200), ('', 200)):
        answer = door.ask('GET', path or '/')
        assert answer.status == status, (path, answer.status, answer.text)
    answer = door.ask('GET', '/traits?name=in:%s&associated=false' % name)
    assert answer.json == {'traits': [name]}
    # queries as long as the service takes them
    many = ','.join(['CUSTOM_' + 'A' * 200] * (200 if isinstance(door.server, Nginx) else 70))
    answer = door.ask('GET', '/traits?name=in:%s,%s' % (many, name))
    assert answer.status == 200 and answer.json == {'traits': [name]}, 'the query is not left out'
    assert door.ask('GET', '/traits?name=in:' + 'B' * 50000).status in (400, 414)


def test_head(door):
    answer = door.ask('HEAD', '/')
    assert answer.status == 405 and answer.text == '', answer.text
    assert door.send(b'HEAD / HTTP/1.0\r\n\r\n').startswith(b'HTTP/1.1 405')
    assert door.send(b'GET / HTTP/1.0\r\n\r\n').split(b'\r\n')[0].endswith(b' 200 OK')


def exists(door, name):
    return len(door.ask('GET', '/resource_providers?name=' + name).json['resource_providers'])


def test_chunked_bodies(door):
    name = uuid.uuid4().hex
    body = json.dumps({'name': name, 'uuid': str(uuid.uuid4())}).encode()
    answer = door.ask('POST', '/resource_providers', iter([body[:10], body[10:]]),
                      headers={'transfer-encoding': 'chunked'}, encode_chunked=True)
    assert answer.status == 200 and exists(door, name) == 1, answer.text
    # two lengths: whoever believes the other one would see a second request in the body
    name = uuid.uuid4().hex
    body = json.dumps({'name': name}).encode()
    answer = door.send(b'POST /resource_providers HTTP/1.1\r\nhost: a\r\nx-auth-token: admin\r\n'
                       b'content-type: application/json\r\ncontent-length: 5\r\n'
                       b'transfer-encoding: chunked\r\nconnection: close\r\n\r\n'
                       b'%x\r\n%s\r\n0\r\n\r\n' % (len(body), body))
    assert answer.count(b'HTTP/1.1') <= 1
    refused = answer.split(b' ')[1:2] == [b'400']
    assert exists(door, name) == (not refused), answer


def test_big_bodies(door):
    name = uuid.uuid4().hex
    padded = b' ' * 3_000_000 + json.dumps({'name': name}).encode()
    answer = door.ask('POST', '/resource_providers', padded)
    assert answer.status == 200 and exists(door, name) == 1, answer.text
    name = uuid.uuid4().hex
    padded = b' ' * 3_000_000 + json.dumps({'name': name}).encode()
    answer = door.ask('POST', '/resource_providers', iter([padded[:2_000_000], padded[2_000_000:]]),
                      headers={'transfer-encoding': 'chunked'}, encode_chunked=True)
    assert answer.status == 200 and exists(door, name) == 1, answer.text
    head = (b'POST /resource_providers HTTP/1.1\r\nhost: a\r\nx-auth-token: admin\r\n'
            b'content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n')
    # more than the service takes, and more than the server in front takes
    answer = door.send(head % 5_000_000, b' ' * 5_000_000)
    assert answer.startswith(b'HTTP/1.1 413') and b'"request_id": "req-' in answer, answer
    assert door.send(head % 17_000_000, b' ' * 17_000_000).startswith(b'HTTP/1.1 413')
    big = json.dumps({'resource_provider_generation': 0, 'traits': ['CUSTOM_' + 'A' * 200] * 10000})
    answer = door.ask('PUT', '/resource_providers/%s/traits' % uuid.uuid4(), big)
    assert answer.status in (400, 404), answer.text


def test_slow_bodies_occupy_no_worker(door, cloud):
    name = uuid.uuid4().hex
    body = json.dumps({'name': name}).encode()
    slow = [door.connect() for _ in range(8)]
    for stream in slow:
        stream.sendall(b'POST /resource_providers HTTP/1.1\r\nhost: a\r\nx-auth-token: admin\r\n'
                       b'content-type: application/json\r\nconnection: close\r\n'
                       b'content-length: %d\r\n\r\n' % len(body) + body[:5])
    for _ in range(8):  # with 2 workers
        assert door.ask('GET', '/resource_providers?name=' + name).status == 200
    slow[0].sendall(body[5:])
    assert slow[0].recv(65536).split(b' ')[1] in (b'200', b'201')
    assert exists(door, name) == 1
    for stream in slow:
        stream.close()
    assert cloud.ask('GET', '/resource_providers').status == 200


def test_slow_readers_occupy_no_worker(door, cloud):
    for _ in range(8):
        assert door.ask('POST', '/resource_providers', {'name': 'A' * 190 + uuid.uuid4().hex[:8]}
                        ).status == 200
    slow = []
    for _ in range(8):
        stream = door.connect()
        stream.sendall(b'GET /resource_classes HTTP/1.1\r\nhost: a\r\nx-auth-token: admin\r\n'
                       b'openstack-api-version: placement 1.39\r\n\r\n')
        slow.append(stream)
    for _ in range(8):
        assert door.ask('GET', '/resource_providers').status == 200
    for stream in slow:
        assert stream.recv(100).startswith(b'HTTP/1.1 200')
        stream.close()


def test_headers_of_proxies_are_dropped(door):
    mine = '%s://127.0.0.1:%d/placement/traits/CUSTOM_A' % (door.server.scheme, door.server.port)
    for headers in ({}, {'forwarded': 'for=203.0.113.7;host=evil.example;proto=gopher'},
                    {'x-forwarded-proto': 'gopher'}, {'x-forwarded-host': 'evil.example'},
                    {'x-forwarded-prefix': '/evil'}, {'X_Forwarded_Host': 'evil.example'}):
        answer = door.ask('PUT', '/placement/traits/CUSTOM_A', headers=headers)
        assert answer.headers['location'] == mine, headers


def test_health_is_for_this_machine(door):
    status = door.ask('GET', '/_berth/health').status
    assert status == (404 if isinstance(door.server, Haproxy) else 200)
    assert door.ask('GET', '/placement/%5fberth/metrics').status == status


def test_apache_believes_the_proxies_that_it_is_told(cloud, module_directory):
    with Apache(os.path.join(module_directory, 'trusting'), cloud, trusted='127.0.0.1') as server:
        door = Door(server)
        answer = door.ask('PUT', '/traits/CUSTOM_A', headers={
            'x-forwarded-proto': 'https', 'x-forwarded-host': 'api.example',
            'x-forwarded-for': '203.0.113.9', 'x-forwarded-prefix': '/p'})
        assert answer.headers['location'] == 'https://api.example/p/traits/CUSTOM_A'
        cloud.wait_until_noted()
        assert '203.0.113.9' in cloud.log()


def test_apache_does_not_leave_out_a_query_in_silence(cloud, module_directory):
    """As it does with all parameters of more than 16 KiB, if it is configured to take them."""
    server = Apache(os.path.join(module_directory, 'lavish'), cloud)
    server.changes = {'LimitRequestLine 16000': 'LimitRequestLine 60000'}
    with server:
        answer = Door(server).ask('GET', '/traits?name=in:' + 'B' * 20000)
        assert answer.status == 414 and 'The query string is too long.' in answer.text, answer.text


class Traffic(threading.Thread):
    """Asks all the time, and keeps the statuses."""

    def __init__(self, door):
        super().__init__()
        self.door, self.statuses, self.ended = door, [], threading.Event()

    def run(self):
        while not self.ended.is_set():
            try:
                self.statuses.append(self.door.ask('GET', '/resource_providers').status)
            except OSError as error:
                self.statuses.append(error)


def test_haproxy_drains_nodes_and_finds_others(cloud, module_directory):
    folder = os.path.join(module_directory, 'nodes')
    with Apache(folder + '-1', cloud, trusted='127.0.0.1') as one, \
            Apache(folder + '-2', cloud, trusted='127.0.0.1') as other, \
            Haproxy(folder, cloud, (one, other)) as server:
        door = Door(server)

        def wait_for(node, state):
            wait_until('%s is %s' % (node, state), lambda: server.state(node)[0] == state)
        wait_for('node1', 'UP')
        wait_for('node2', 'UP')
        traffic = Traffic(door)
        traffic.start()
        try:
            before = [server.state(node)[1] for node in ('node1', 'node2')]
            wait_until('both serve', lambda: all(
                server.state(node)[1] > count for node, count in zip(('node1', 'node2'), before)))
            server.command('set server berth/node1 state drain')
            wait_for('node1', 'DRAIN')
            drained = server.state('node1')[1]
            count = len(traffic.statuses)
            wait_until('the other one serves', lambda: len(traffic.statuses) > count + 20)
            assert server.state('node1')[1] <= drained + 1  # one that was on its way
            server.command('set server berth/node1 state ready')
            wait_for('node1', 'UP')
            # the other one goes away without a word
            other.kill()
            wait_for('node2', 'DOWN')
            count = len(traffic.statuses)
            wait_until('this one serves', lambda: len(traffic.statuses) > count + 20)
        finally:
            traffic.ended.set()
            traffic.join()
        # One request at a time is asked. What was in the node when it was killed is lost, and what
        # its socket took until the last of its processes was gone.
        lost = [status for status in traffic.statuses if status != 200]
        assert len(lost) <= 3, lost
        # the headers say what HAProxy sees
        answer = door.ask('PUT', '/traits/CUSTOM_A', headers={'x-forwarded-host': 'evil.example'})
        assert answer.headers['location'] == 'http://127.0.0.1:%d/traits/CUSTOM_A' % server.port
