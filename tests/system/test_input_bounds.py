"""The bounds of all input, through nginx: the API refuses what is beyond them with a 4xx and a
reason, what is within them costs little, and nothing that a client sends is a 500 or ends a worker.
"""
import http.client
import itertools
import json
import uuid

import pytest
from support.cloud import Cloud
from support.processes import cpu_seconds

LATEST = 'placement 1.39'
SECONDS = 10  # of a processor, for one answer
pytestmark = pytest.mark.xdist_group('input bounds')
cloud = workers = None


@pytest.fixture(scope='module', autouse=True)
def start(module_directory):
    global cloud, workers
    options = 'max_query_length = 50000\n[cors]\nallowed_origin = http://a.example\n'
    with Cloud(module_directory, workers=2, berth=options) as cloud:
        workers = cloud.workers()
        yield
        assert cloud.workers() == workers, 'a worker has ended'


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.text = response.read().decode()

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def detail(self):
        return self.json['errors'][0]['detail']


def ask(method, path, body=None, **headers):
    sent = {'x-auth-token': 'admin', 'openstack-api-version': LATEST, 'accept': 'application/json'}
    if body is not None:
        sent['content-type'] = 'application/json'
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent.update({name.replace('_', '-'): value for name, value in headers.items()})
    connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60)
    begun = cpu_seconds(workers)
    connection.request(method, path, body, sent)
    answer = Answer(connection.getresponse())
    answer.seconds = cpu_seconds(workers) - begun
    connection.close()
    return answer


class Bounds:
    """Checks each answer: nothing is a 5xx, or costs much, or comes without a request id."""

    def ask(self, statuses, method, path, body=None, **headers):
        answer = ask(method, path, body, **headers)
        shown = '%s %s %s: %d %s' % (method, path[:200], str(body)[:200], answer.status,
                                     answer.text[:500])
        assert answer.status in (statuses if isinstance(statuses, tuple) else (statuses,)), shown
        assert answer.seconds < SECONDS, shown
        assert 'x-openstack-request-id' in answer.headers, shown
        if answer.status >= 400 and answer.status != 401:
            assert answer.status == answer.json['errors'][0]['status'], shown
            # a text may name what the request named, and no more
            assert len(answer.text) < 70000 + len(str(body)), shown
        return answer

    def refused(self, reason, method, path, body=None, **headers):
        answer = self.ask(400, method, path, body, **headers)
        assert reason in answer.detail

    def make(self, **fields):
        fields = dict({'name': str(uuid.uuid4()), 'uuid': str(uuid.uuid4())}, **fields)
        return self.ask(200, 'POST', '/resource_providers', fields).json['uuid']


class TestBodies(Bounds):
    def test_depth(self):
        for opening, closing in ((b'[', b']'), (b'{"a":', b'}')):
            within = opening * 63 + b'[]' + closing * 63
            beyond = opening * 64 + b'[]' + closing * 64
            self.refused('does not validate', 'POST', '/resource_providers', within)
            self.refused('nested too deeply', 'POST', '/resource_providers', beyond)
            self.refused('nested too deeply', 'POST', '/resource_providers', opening * 700000)

    def test_size(self):
        most = 4194304
        for size, status in ((most, 400), (most + 1, 413)):
            body = b'{"name": "' + b'a' * (size - 12) + b'"}'
            assert size == len(body)
            self.ask(status, 'POST', '/resource_providers', body)

    def test_no_json(self):
        for body in (b'{', b'{"name": }', b'{"name": "a",}', b"{'name': 'a'}", b'nul', b'"',
                     b'\xff', b'\xef\xbb\xbf{"name": "a"}', b'{"name": "a"} x',
                     b'{"name": "\xed\xa0\x80"}',
                     b'{"name": "\xc0\xaf"}', b'{"name": "a\x00b"}', b'{"name": "a\\u0000b"}',
                     b'{"name": "\\ud800"}', b'{"name": "a\nb"}', b'{"name": "\\x41"}', b'', b' '):
            self.refused('Malformed JSON', 'POST', '/resource_providers', body)

    def test_names_that_come_twice(self):
        first, last = uuid.uuid4(), uuid.uuid4()
        body = b'{"name": "%s", "name": "%s"}' % (str(first).encode(), str(last).encode())
        assert str(last) == self.ask(200, 'POST', '/resource_providers', body).json['name']

    def test_numbers(self):
        """All kinds of text in place of a number."""
        provider = self.make()
        inventories = '/resource_providers/%s/inventories' % provider
        numbers = (b'-1', b'0', b'-0', b'2147483647', b'2147483648', b'4294967296',
                   b'9223372036854775807', b'9223372036854775808', b'-9223372036854775809',
                   b'1' * 400, b'1.0', b'1e2', b'1.5', b'1e308', b'1e309', b'-1e309', b'1e-400',
                   b'0.' + b'1' * 400, b'1E+2', b'01', b'+1', b'0x10', b'NaN', b'Infinity',
                   b'-Infinity', b'true', b'null', b'"1"', b'[1]', b'{}')
        fields = ('total', 'reserved', 'min_unit', 'max_unit', 'step_size', 'allocation_ratio')
        for field, number in itertools.product(fields, numbers):
            body = b'{"resource_class": "VCPU", "total": 8, "%s": %s}' % (field.encode(), number)
            self.ask((200, 201, 400, 409), 'POST', inventories, body)
            self.ask(200, 'GET', '/allocation_candidates?resources=VCPU:1')
            self.ask((204, 404, 409), 'DELETE', inventories + '/VCPU')
        for number in numbers:
            self.ask((200, 400, 409), 'PUT', inventories,
                     b'{"inventories": {}, "resource_provider_generation": %s}' % number)
            self.ask((204, 400, 409), 'PUT', '/allocations/' + str(uuid.uuid4()),
                     b'{"allocations": {"%s": {"resources": {"VCPU": %s}}}, "project_id": "p", '
                     b'"user_id": "u", "consumer_type": "X", "consumer_generation": null}' %
                     (provider.encode(), number))
            self.ask((204, 400, 409), 'PUT', '/allocations/' + str(uuid.uuid4()),
                     b'{"allocations": {}, "project_id": "p", "user_id": "u", '
                     b'"consumer_type": "X", "consumer_generation": %s}' % number)

    def test_long_names(self):
        for length, status in ((200, 200), (201, 400), (100000, 400)):
            for letter in ('a', '\xe9', '\u20ac'):
                name = str(uuid.uuid4()) + letter * (length - 36)
                self.ask(status, 'POST', '/resource_providers', {'name': name})

    def test_letters_that_the_database_does_not_have(self):
        """Its character set may lack them: the service refuses them, and does not cut texts off."""
        name = '\U0001f600' + str(uuid.uuid4())
        answer = self.ask((200, 400), 'POST', '/resource_providers', {'name': name})
        if answer.status == 200:
            assert name == answer.json['name']
        self.ask((400, 204), 'PUT', '/allocations/' + str(uuid.uuid4()), {
            'allocations': {self.stocked(): {'resources': {'VCPU': 1}}}, 'project_id': '\U0001f600',
            'user_id': '\U0001f600', 'consumer_type': 'X', 'consumer_generation': None})

    def stocked(self):
        provider = self.make()
        self.ask(200, 'PUT', '/resource_providers/%s/inventories' % provider,
                 {'inventories': {'VCPU': {'total': 8}}, 'resource_provider_generation': 0})
        return provider

    def test_ids_of_consumers(self):
        provider = self.stocked()
        for field, length, status in itertools.product(('project_id', 'user_id', 'consumer_type'),
                                                       (255, 256, 100000), (0,)):
            claim = {'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p',
                     'user_id': 'u', 'consumer_type': 'X', 'consumer_generation': None}
            claim[field] = 'A' * length
            self.ask(204 if length == 255 else 400, 'PUT', '/allocations/' + str(uuid.uuid4()),
                     claim)

    def test_many_of_each(self):
        provider = self.make()
        path = '/resource_providers/' + provider
        many = [str(uuid.uuid4()) for _ in range(100000)]
        self.ask((200, 413), 'PUT', path + '/aggregates', {'resource_provider_generation': 0,
                                                           'aggregates': many[:20000]})
        self.ask((200, 413), 'PUT', path + '/aggregates', {'resource_provider_generation': 1,
                                                           'aggregates': many})
        self.refused('non-unique', 'PUT', path + '/aggregates', {
            'resource_provider_generation': 1, 'aggregates': many[:20000] + many[:1]})
        generation = self.ask(200, 'GET', path).json['generation']
        self.ask((400, 413), 'PUT', path + '/traits', {
            'resource_provider_generation': generation,
            'traits': ['CUSTOM_%d' % i for i in range(100000)]})
        self.ask((400, 413), 'PUT', path + '/inventories', {
            'resource_provider_generation': generation,
            'inventories': {'CUSTOM_%d' % i: {'total': 1} for i in range(100000)}})
        self.ask((400, 409, 413), 'POST', '/allocations', {
            one: {'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'p',
                  'user_id': 'u', 'consumer_type': 'X', 'consumer_generation': None}
            for one in many[:15000]})
        self.refused('JSON does not validate', 'POST', '/resource_providers',
                     {'%d' % i: i for i in range(100000)})


class TestQueries(Bounds):
    def test_length(self):
        """The service's own bound, here below that of nginx."""
        self.ask(200, 'GET', '/resource_providers?name=' + 'a' * (50000 - len('name=')))
        self.ask(414, 'GET', '/resource_providers?name=' + 'a' * (50001 - len('name=')))

    def test_bytes(self):
        for name, value in itertools.product(('name', 'in_tree', 'required', 'bogus'),
                                             ('%00', '%ff', '%c0%af', '%ed%a0%80', '%f4%90%80%80')):
            self.ask(400, 'GET', '/resource_providers?%s=%s' % (name, value))
            self.ask(400, 'GET', '/allocation_candidates?resources=VCPU:1&%s=%s' % (name, value))

    def test_groups(self):
        def groups(count):
            return '&'.join('resources_%d=VCPU:1' % i for i in range(count))
        self.ask(200, 'GET', '/allocation_candidates?group_policy=none&' + groups(256))
        self.refused('more than 256 request groups', 'GET',
                     '/allocation_candidates?group_policy=none&' + groups(257))
        self.refused('more than 256 request groups', 'GET',
                     '/allocation_candidates?group_policy=none&' + groups(2000))

    def test_numbers(self):
        for number in ('%2B1', '%D9%A1'):  # the schema of limit is stricter than int()
            self.ask(400, 'GET', '/allocation_candidates?resources=VCPU:1&limit=' + number)
        for number in ('0', '-1', '', 'x', '1.0', '1e3', '%D9%A1%D9%A2x', '1__0', '9' * 4301):
            self.ask(400, 'GET', '/allocation_candidates?resources=VCPU:1&limit=' + number)
            self.ask(400, 'GET', '/allocation_candidates?resources=VCPU:' + number)
            self.ask(400, 'GET', '/resource_providers?resources=VCPU:' + number)
        for number in ('1', '%2B1', '%D9%A1', '2147483648', '9223372036854775807',
                       '9223372036854775808', '9' * 4300):
            if number.isdecimal():
                self.ask(200, 'GET', '/allocation_candidates?resources=VCPU:1&limit=' + number)
            self.ask(200, 'GET', '/allocation_candidates?resources=VCPU:' + number)
            self.ask(200, 'GET', '/resource_providers?resources=VCPU:' + number)

    def test_many_of_each(self):
        """As many as fit into a query of 56 KiB."""
        def many(form, count):
            return ','.join(form % i for i in range(count))
        ids = [str(uuid.uuid4()) for _ in range(1000)]
        for path in ('/resource_providers?', '/allocation_candidates?resources=VCPU:1&'):
            self.ask(400, 'GET', path + 'required=' + many('T%d', 6500))
            self.ask(400, 'GET', path + 'required=in:' + many('T%d', 6500))
            self.ask(400, 'GET', path + 'required=' + many('!T%d', 6000))
            self.ask(400, 'GET', path + '&'.join('required=T%d' % i for i in range(3300)))
            self.ask(200, 'GET', path + 'member_of=in:' + ','.join(ids))
            self.ask(200, 'GET', path + 'member_of=!in:' + ','.join(ids))
            self.ask(200, 'GET', path + '&'.join('member_of=' + one for one in ids))
            self.ask(400, 'GET', path + 'resources=' + many('C%d:1', 5500))
            self.ask(400, 'GET', path + 'resources=VCPU:1' + ',' * 46500)
            self.ask(400, 'GET', path + '&'.join('bogus%d' % i for i in range(4000)))
            self.ask((200, 400), 'GET', path + '&' * 46500)
            self.ask((200, 400), 'GET', path + 'name=x&' * 6500)
        self.ask(400, 'GET', '/allocation_candidates?resources=VCPU:1&root_required=' +
                 many('T%d', 6500))
        self.ask(400, 'GET', '/allocation_candidates?resources_A=VCPU:1&same_subtree=' +
                 many('_%d', 6500))
        self.ask(400, 'GET', '/allocation_candidates?resources_A=VCPU:1&' +
                 '&'.join('same_subtree=_%d' % i for i in range(2500)))
        self.ask((200, 400), 'GET', '/traits?name=in:' + many('T%d', 6500))

    def test_names_that_come_twice(self):
        self.ask(200, 'GET', '/resource_providers?name=a&name=b')
        self.ask(400, 'GET', '/resource_providers?uuid=%s&uuid=x' % uuid.uuid4())
        self.refused('only once', 'GET', '/allocation_candidates?resources=VCPU:1'
                     '&root_required=HW_CPU_X86_VMX&root_required=HW_CPU_X86_VMX')


class TestPreflights(Bounds):
    def test_many_names(self):
        """The answer repeats names, but each only once: nginx takes no larger head."""
        answer = self.ask(200, 'OPTIONS', '/', origin='http://a.example',
                          access_control_request_method='GET',
                          access_control_request_headers='Accept,' * 7900 + 'X-Auth-Token')
        assert answer.headers['access-control-allow-headers'] == 'Accept,X-Auth-Token'


class TestHeads(Bounds):
    def test_many_headers(self):
        self.ask(200, 'GET', '/traits', **{'x_%d' % i: 'a' for i in range(90)})
        answer = ask('GET', '/traits', **{'x_%d' % i: 'a' for i in range(4000)})
        assert answer.status in (400, 200)  # 400 comes from nginx, which has a limit

    def test_bytes_in_headers(self):
        for name, value in itertools.product(
                ('accept', 'openstack-api-version', 'x-auth-token', 'x-roles', 'x-project-id',
                 'content-type', 'x-openstack-request-id', 'origin', 'forwarded', 'host',
                 'x-forwarded-host', 'openstack-system-scope', 'content-length', 'if-match'),
                ('\xff', '\xc3\xa9', 'a\x7fb', 'a' * 8000, ',' * 5000, '"', '\t', '%00',
                 ';' * 5000)):
            answer = ask('GET', '/resource_providers', **{name: value})
            assert answer.status < 500, (name, value[:20], answer.text[:300])
            assert answer.seconds < SECONDS, (name, value[:20])

    def test_tokens(self):
        for token in ('a' * 50000, ':' * 1000, ':', 'a:b:c', ' ', '\xff:\xff'):
            self.ask((200, 401, 403), 'GET', '/traits', x_auth_token=token)

    def test_paths(self):
        for place in ('/traits/%s', '/resource_classes/%s', '/resource_providers/%s',
                      '/allocations/%s', '/resource_providers/%s/inventories/x', '/%s'):
            for text in ('a' * 50000, '%FF', '%C0%AF', '%ED%A0%80', '%0A', '%7F', '..%2F..%2Fetc',
                         '%F0%9F%98%80', '%25s%25n', "'--", '%00'):
                answer = ask('GET', place % text)
                assert answer.status < 500, (place, text[:20], answer.text[:300])
        for name in ('A' * 255, 'A' * 256, 'A' * 50000, '%C3%A9', '%0A'):
            self.ask((201, 400, 404), 'PUT', '/traits/CUSTOM_' + name)
            self.ask((201, 400, 404), 'PUT', '/resource_classes/CUSTOM_' + name)

    def test_methods(self):
        for method in ('A' * 5000, 'get', 'TRACE', 'CONNECT', 'HEAD', '_', 'PATCH'):
            answer = ask(method, '/traits')
            assert answer.status in (400, 404, 405), (method, answer.text)
