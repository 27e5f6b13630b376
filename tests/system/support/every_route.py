"""A request for every route and method, with a recognisable secret wherever a client can put one,
and checks that every answer and the log must pass whatever has gone wrong."""
import json
import re
import uuid

TOKEN, PASSWORD = 'TOKENsecret4711:TOKENsecret4712', 'PASSWORDsecret4713'
BODY, QUERY, HEADER = 'BODYsecret4714', 'QUERYsecret4715', 'HEADERsecret4716'
SQL = 'SQLsecret4717'  # in texts that the database is made to say

SECRETS = (TOKEN, PASSWORD, BODY, QUERY, HEADER, SQL)
# Statements, in capitals as they are written; files of the service; the socket of the database.
INTERNALS = re.compile(r'\b(SELECT|INSERT|UPDATE|DELETE(?=\s)|FROM|WHERE|VALUES|ROLLBACK|COMMIT)\b|'
                       r'\bplacement\.(?!undefined_code|concurrent_update|inventory\.inuse|'
                       r'duplicate_name|resource_provider\.|query\.)|'
                       r'\.c:\d|db\.sock|/tmp/|/usr/|/etc/|0x[0-9a-f]{6}')

HEADERS = {'x-auth-token': TOKEN, 'x-roles': 'admin,member,reader', 'x-service-token': HEADER,
           'authorization': HEADER, 'cookie': HEADER, 'x-subject-token': HEADER}


class Things:
    """A provider and a consumer for the requests, made before any fault."""

    def __init__(self, cloud):
        self.provider = cloud.make_provider({'VCPU': {'total': 1000}})
        self.generation = 1
        self.consumer = str(uuid.uuid4())
        assert cloud.claim(self.consumer, self.provider, {'VCPU': 1}).status == 204

    def look(self, cloud):
        """Return the generation, or without an answer the last one."""
        answer = cloud.ask('GET', '/resource_providers/' + self.provider)
        if answer.status == 200:
            self.generation = answer.json['generation']
        return self.generation

    def claim(self):
        return {'allocations': {self.provider: {'resources': {'VCPU': 1}}}, 'project_id': BODY,
                'user_id': BODY, 'consumer_generation': None, 'consumer_type': 'INSTANCE'}

    def requests(self, cloud):
        """Yield method, path, body."""
        provider, query = '/resource_providers/' + self.provider, '?name=' + QUERY
        inventory = {'total': 1000, 'reserved': 0}
        fresh = str(uuid.uuid4())
        yield 'GET', '/', None
        yield 'GET', '/resource_classes', None
        yield 'POST', '/resource_classes', {'name': 'CUSTOM_' + fresh.replace('-', '_').upper()}
        yield 'GET', '/resource_classes/VCPU', None
        yield 'PUT', '/resource_classes/CUSTOM_FAULT', None
        yield 'DELETE', '/resource_classes/CUSTOM_FAULT', None
        yield 'GET', '/resource_providers' + query + \
            '&resources=VCPU:1&required=HW_CPU_X86_VMX', None
        yield 'POST', '/resource_providers', {'name': BODY + fresh, 'uuid': fresh}
        yield 'GET', provider, None
        yield 'PUT', provider, {'name': BODY + provider}
        yield 'DELETE', '/resource_providers/' + fresh, None
        yield 'GET', provider + '/inventories', None
        yield 'POST', provider + '/inventories', dict(inventory, resource_class='DISK_GB')
        yield 'PUT', provider + '/inventories', {'resource_provider_generation': self.look(cloud),
                                                 'inventories': {'VCPU': inventory}}
        yield 'DELETE', '/resource_providers/' + fresh + '/inventories', None
        yield 'GET', provider + '/inventories/VCPU', None
        yield 'PUT', provider + '/inventories/VCPU', dict(
            inventory, resource_provider_generation=self.look(cloud))
        yield 'DELETE', provider + '/inventories/PCPU', None
        yield 'GET', provider + '/usages', None
        yield 'GET', provider + '/aggregates', None
        yield 'PUT', provider + '/aggregates', {'resource_provider_generation': self.look(cloud),
                                                'aggregates': [fresh]}
        yield 'GET', provider + '/allocations', None
        yield 'POST', '/allocations', {fresh: self.claim()}
        yield 'GET', '/allocations/' + self.consumer, None
        yield 'PUT', '/allocations/' + str(uuid.uuid4()), self.claim()
        yield 'DELETE', '/allocations/' + fresh, None
        yield 'GET', '/allocation_candidates?resources=VCPU:1&resources_%s=VCPU:1' \
            '&group_policy=none' % QUERY, None
        yield 'GET', '/_berth/explain?resources=VCPU:1&resources_%s=VCPU:1' \
            '&group_policy=none' % QUERY, None
        yield 'POST', '/reshaper', {'inventories': {self.provider: {
            'resource_provider_generation': self.look(cloud), 'inventories': {'VCPU': inventory}}},
            'allocations': {str(uuid.uuid4()): self.claim()}}
        yield 'GET', '/traits?name=startswith:' + QUERY, None
        yield 'GET', '/traits/HW_CPU_X86_VMX', None
        yield 'PUT', '/traits/CUSTOM_FAULT', None
        yield 'DELETE', '/traits/CUSTOM_FAULT', None
        yield 'GET', provider + '/traits', None
        for traits in ([], ['HW_CPU_X86_VMX']):
            yield 'PUT', provider + '/traits', {
                'resource_provider_generation': self.look(cloud), 'traits': traits}
        yield 'DELETE', '/resource_providers/' + fresh + '/traits', None
        yield 'GET', '/usages?project_id=%s&user_id=%s' % (QUERY, QUERY), None


# What the log may repeat of the server's words: names of the schema and of the user.
TOLD = re.compile(r"Table '\w+\.\w+' doesn't exist|Unknown column '[\w.]+' in '[\w ]+'|"
                  r"[A-Z]+ command denied to user '\w+'@'\w+' for table `\w+`\.`\w+`")


def check_answer(answer, what, secrets=SECRETS):
    """The answer is one of the API's, and no failure shows the inside of the service."""
    assert 'x-openstack-request-id' in answer.headers, what
    document = answer.json if answer.headers.get('content-type') == 'application/json' else {}
    if answer.status == 503 and 'code' in document:
        assert document['code'] == '503 Service Unavailable', what  # while Keystone is asked
    elif answer.status >= 400 and document:
        error = document['errors'][0]
        assert error['status'] == answer.status, what
        assert error['request_id'] == answer.headers['x-openstack-request-id'], what
        assert error['title'] and 'detail' in error, what
    text = answer.text + repr(answer.headers)
    for secret in (secrets if answer.status >= 500 else (TOKEN, PASSWORD, HEADER, SQL)):
        assert secret not in text, '%s: %s in the answer %s' % (what, secret, text)
    if answer.status >= 500:
        found = INTERNALS.search(answer.text)
        assert not found, '%s: %s in the answer %s' % (what, found.group(), answer.text)


def check_log(text, what):
    for secret in SECRETS:  # a query is shown: its values are names, ids and amounts
        assert secret == QUERY or secret not in text, '%s: %s in the log' % (what, secret)
    text = TOLD.sub('', text)
    found = INTERNALS.search(text)
    assert not found, '%s: %s in the log: %s' % (
        what, found.group(), text[max(0, found.start() - 200):found.end() + 100])
    for line in text.splitlines():
        if line.startswith('{'):
            json.loads(line)


def ask_all(cloud, things, what):
    """Make all requests; return how often there was each status."""
    statuses = {}
    for method, path, body in things.requests(cloud):
        answer = cloud.ask(method, path, body, HEADERS)
        check_answer(answer, '%s: %s %s: %d' % (what, method, path, answer.status))
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    return statuses
