"""What nginx and the service make together of requests that no proper client sends, and of the site
that conf/ ships: the service's own answers reach the client, nginx never answers 500, and what was
refused has not been done.
"""
import json
import re
import socket
import urllib.parse

import pytest

PORT = None


@pytest.fixture(autouse=True)
def take_port(empty_cloud):
    global PORT
    PORT = empty_cloud.port


class Answer:
    def __init__(self, text):
        head, _, self.body = text.partition(b'\r\n\r\n')
        lines = head.decode('latin-1').split('\r\n')
        self.status = int(lines[0].split(' ')[1]) if lines[0] else None
        self.headers = dict(line.lower().split(': ', 1) for line in lines[1:])

    @property
    def detail(self):
        return json.loads(self.body)['errors'][0]['detail']


def read_all(connection):
    """Read until nginx closes the connection."""
    text = b''
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return text
        if not part:
            return text
        text += part


def send(method, target, *headers, body=b'', host='a.example:8778'):
    """Send a raw request; read until nginx closes the connection."""
    lines = ['%s %s HTTP/1.1' % (method, target), 'x-auth-token: admin', 'connection: close']
    lines += ['host: ' + host] if host else []
    request = '\r\n'.join(lines + list(headers)).encode() + b'\r\n\r\n' + body
    with socket.create_connection(('127.0.0.1', PORT), timeout=60) as connection:
        try:
            connection.sendall(request)
        except OSError:
            pass  # refused before it was read to the end
        return Answer(read_all(connection))


JSON = 'content-type: application/json'


def exists(name):
    answer = send('GET', '/resource_providers?name=' + name)
    assert answer.status == 200
    return len(json.loads(answer.body)['resource_providers']) == 1


def make(name):
    body = json.dumps({'name': name}).encode()
    answer = send('POST', '/resource_providers', JSON, 'content-length: %d' % len(body),
                  body=body)
    assert answer.status == 201
    return answer.headers['location']


def test_content_length_that_is_no_number():
    answer = send('POST', '/resource_providers', JSON, 'content-length: hi mom')
    assert answer.status == 400
    assert 'content-length header must be an integer' in answer.detail


def test_nothing_is_done_for_a_bad_content_length():
    where = urllib.parse.urlparse(make('stays')).path
    assert send('DELETE', where, 'content-length: -').status == 400
    assert exists('stays')


def test_nothing_is_done_without_a_host():
    where = urllib.parse.urlparse(make('stays_too')).path
    assert send('DELETE', where, host=None).status == 400
    assert exists('stays_too')


def test_two_lengths_of_one_body():
    answer = send('POST', '/resource_providers', JSON, 'content-length: 3',
                  'transfer-encoding: chunked', body=b'12\r\n{"name": "smuggle"}\r\n0\r\n\r\n')
    assert answer.status == 400
    assert not exists('smuggle')


def test_chunked_body():
    answer = send('POST', '/resource_providers', JSON, 'transfer-encoding: chunked',
                  body=b'11\r\n{"name": "chunk"}\r\n0\r\n\r\n')
    assert answer.status == 201
    assert exists('chunk')


def test_body_that_is_too_large_for_the_service():
    answer = send('POST', '/resource_providers', JSON, 'content-length: 5000000',
                  body=b' ' * 5000000)
    assert answer.status == 413
    assert 'Request is too large.' in answer.detail


def test_body_that_is_too_large_for_nginx():
    answer = send('POST', '/resource_providers', JSON, 'content-length: 50000000')
    assert answer.status == 413
    assert 'Request is too large.' in answer.detail


def test_nothing_is_done_for_a_chunked_body_that_is_too_large():
    where = urllib.parse.urlparse(make('remains')).path
    chunk = b'100000\r\n' + b' ' * 0x100000 + b'\r\n'
    answer = send('DELETE', where, 'transfer-encoding: chunked', body=chunk * 20 + b'0\r\n\r\n')
    assert answer.status in (413, None)
    assert exists('remains')


def check_document(answer):
    """An error document of the API, whoever wrote it."""
    assert answer.headers['content-type'] == 'application/json'
    error = json.loads(answer.body)['errors'][0]
    assert error['status'] == answer.status
    assert error['request_id'] == answer.headers['x-openstack-request-id']


def test_what_is_not_http():
    for text in (b'GET /\x01 HTTP/1.1\r\n\r\n', b'x\r\n\r\n', b'GET / HTTP/1.1\r\n\r\n'):
        with socket.create_connection(('127.0.0.1', PORT), timeout=60) as connection:
            connection.sendall(text)
            answer = Answer(read_all(connection))
        assert answer.status == 400, text
        check_document(answer)


def test_many_connections_at_once():
    """Each takes two of nginx's connections when it is under way."""
    request = b'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'
    connections = []
    try:
        for number in range(600):
            connections.append(socket.create_connection(
                ('127.0.0.1', PORT), timeout=60, source_address=('127.0.0.%d' % (2 + number // 100),
                                                                 0)))
        for connection in connections:
            connection.sendall(request)
        statuses = [Answer(connection.recv(65536)).status for connection in connections]
    finally:
        for connection in connections:
            connection.close()
    assert statuses == [200] * 600


def test_a_host_that_is_too_long_is_not_repeated():
    body = json.dumps({'name': 'long'}).encode()
    answer = send('POST', '/resource_providers', JSON, 'content-length: %d' % len(body), body=body,
                  host='a' * 20000)
    assert answer.status == 201
    assert answer.headers['location'].startswith('/resource_providers/')


def test_long_query():
    assert send('GET', '/resource_providers?name=' + 'a' * 49000).status == 200


def test_query_that_is_too_long():
    for length in (49200, 57000, 58000, 63000, 66000, 200000):
        answer = send('GET', '/resource_providers?name=' + 'a' * length)
        assert answer.status == 414, length
        check_document(answer)


def test_headers_that_are_too_long():
    for count in (1, 3, 12):
        headers = ['x-long-%d: %s' % (i, 'a' * (66000 // count)) for i in range(count)]
        answer = send('GET', '/traits', *headers)
        assert answer.status == 400, count
        check_document(answer)


def test_null_in_the_path():
    assert send('GET', '/resource_classes/%00').status == 400


def test_path_that_is_not_utf8():
    answer = send('GET', '/resource_classes/%FF')
    assert answer.status == 400
    assert answer.headers['content-type'] == 'application/json'


def test_no_request_at_all():
    assert send('GARBAGE', '').status == 400


def test_slashes_count():
    for path in ('//', '/resource_providers//', '//resource_providers', '/resource_classes//VCPU'):
        assert send('GET', path).status == 404, path


def test_unknown_method():
    answer = send('FROBNICATE', '/resource_providers')
    assert answer.status == 405
    assert answer.headers['allow'] == 'get, post'


def test_location_has_the_host_of_the_request():
    assert re.search('^http://a.example:8778/resource_providers/[0-9a-f-]{36}$', make('here'))


def test_line_break_in_a_path_below_the_prefix():
    answer = send('GET', '/placement/resource_classes/%0A')
    assert answer.status == 404
    assert 'x-openstack-request-id' in answer.headers
