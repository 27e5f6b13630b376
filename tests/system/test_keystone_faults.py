"""A Keystone that answers whatever it should not: nobody is let in, the answers are those of the
API, and neither they nor the log have what Keystone said or was told."""
import time
import uuid

from support.cloud import Cloud, wait_until
from support.every_route import BODY, HEADER, INTERNALS, PASSWORD, QUERY, check_log
from support.faulty_keystone import CONFIGURATION, SAID, SERVICE_TOKEN, start, token_of

HUGE = 9 * 1024 * 1024


def status(number, **headers):
    return lambda handler: handler.send(
        number, {'error': {'message': SAID + ' SELECT * FROM token', 'code': number}},
        dict({name.replace('_', '-'): headers[name] for name in headers},
             **{'x-subject-token': SAID, 'www-authenticate': SAID, 'x-secret': SAID}))


def body(content, number=200):
    return lambda handler: handler.send(number, content, {'x-subject-token': SAID})


def raw(content, seconds=0):
    def send(handler):
        handler.wfile.write(content)
        handler.wfile.flush()
        time.sleep(seconds)
        handler.close_connection = True
    return send


def faults():
    """Yield a name, the fault, and whether it means that the token is invalid (401)."""
    for number in (204, 300, 400, 403, 405, 429, 500, 502, 503):
        yield 'status %d' % number, status(number), False
    yield 'no such token', lambda handler: handler.good() if handler.command == 'POST' \
        else status(404)(handler), True
    yield 'our own token is refused', status(401), False
    yield 'redirect to itself', status(302, location='/v3/auth/tokens'), False
    yield 'redirect to a file', status(302, location='file:///etc/passwd'), False
    yield 'no JSON', body(b'<html>' + SAID.encode()), False
    yield 'nothing', body(b''), False
    yield 'a list', body([SAID]), False
    yield 'no token in it', body({'token': None, SAID: SAID}), False
    yield 'no user', body({'token': dict(token_of()['token'], user=SAID)}), False
    yield 'never expires', body({'token': dict(token_of()['token'], expires_at=SAID)}), False
    roles = dict(token_of()['token'], roles=[1, {'name': 2}])
    yield 'roles of numbers', body({'token': roles}), False
    yield 'a deep hole', body(b'[' * 1000000), False
    yield 'a long answer', body(b'"' + SAID.encode() + b'x' * HUGE + b'"'), False
    yield 'a long header', raw(b'HTTP/1.1 200 OK\r\nx-subject-token: ' + b's' * 300000), False
    yield 'half an answer', raw(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"token": '), False
    yield 'no HTTP', raw(b'SSH-2.0-' + SAID.encode() + b'\r\n'), False
    yield 'a closed connection', raw(b''), False
    yield 'silence', raw(b'', 2), False  # the last one: it takes a short http_connect_timeout


def ask(cloud, token):
    """Some requests with a new token."""
    claim = {'allocations': {}, 'project_id': BODY, 'user_id': BODY, 'consumer_generation': None,
             'consumer_type': 'INSTANCE'}
    headers = {'x-auth-token': token, 'x-service-token': HEADER + str(uuid.uuid4()),
               'x-roles': 'admin', 'x-user-id': HEADER, 'authorization': HEADER}
    for method, path, sent in (('GET', '/resource_providers?name=' + QUERY, None),
                               ('PUT', '/allocations/' + str(uuid.uuid4()), claim)):
        yield cloud.ask(method, path, sent, headers)


def check(answer, what, token, refused):
    text = answer.text + repr(answer.headers)
    assert 'x-openstack-request-id' in answer.headers, what
    assert answer.status in ((401,) if refused else (401, 503)), '%s: %s' % (what, text)
    if answer.status == 401:
        assert answer.json['error']['code'] == 401, what
        assert answer.headers['www-authenticate'].startswith('Keystone uri='), what
    else:
        assert answer.json['code'] == '503 Service Unavailable', what
    for secret in (token, PASSWORD, SAID, SERVICE_TOKEN, HEADER, BODY, QUERY):
        assert secret not in text, '%s: %s in %s' % (what, secret, text)
    assert not INTERNALS.search(answer.text), '%s: %s' % (what, text)


def test_wrong_answers_of_keystone(directory):
    server = start()
    berth = CONFIGURATION % server.server_port
    with Cloud(directory, workers=2, password=PASSWORD, berth=berth) as cloud:
        workers, tokens = cloud.workers(), []

        def token():
            tokens.append('TOKENsecret' + uuid.uuid4().hex)
            return tokens[-1]

        def is_well():
            return cloud.ask('GET', '/traits', headers={'x-auth-token': token()}).status == 200
        wait_until('a good token is let in', is_well)
        seen = {}
        for what, fault, refused in faults():
            if what == 'silence':
                cloud.berth = cloud.berth.replace('http_connect_timeout = 40',
                                                  'http_connect_timeout = 1')
                cloud.reload()
                workers = cloud.workers()
            server.fault = fault
            used = token()
            for answer in ask(cloud, used):
                check(answer, what, used, refused)
                seen[answer.status] = seen.get(answer.status, 0) + 1
            server.fault = None
            wait_until('after %s a good token is let in' % what, is_well)
            assert cloud.workers() == workers, what + ': a worker died'
        with open(cloud.stack + '/berth.log', errors='replace') as file:
            text = file.read()
        lines = text[text.index('serving'):].splitlines(True)
        check_log(''.join(line for line in lines if ' DEBUG option ' not in line), 'Keystone')
        for secret in tokens + [SAID, SERVICE_TOKEN]:
            assert secret not in text, secret + ' in the log'
        print('    answers: %s' % seen)
    server.shutdown()
