"""Pairs of a write and a read: after a write was acknowledged, a search must show it.

The writes go through any of some services or a person's SQL, the reads through any of some pools.
Only what is here changes the hosts, so that what each read must show is known.
"""
import http.client
import json
import random
import time
import uuid

from support.database import Session

MOST = 1000  # VCPU of a host
FULL = 700


class Connection:
    """A client that keeps its connection.

    patient: it repeats what was answered 503, which means that nothing has happened.
    """

    def __init__(self, service, patient=False):
        self.service = service
        self.patient = patient
        self.connection = http.client.HTTPConnection('127.0.0.1', service.port, timeout=60)

    def ask(self, method, path, body=None):
        end = time.monotonic() + 120
        while True:
            status, document = self.ask_once(method, path, body)
            if status != 503 or not self.patient or time.monotonic() > end:
                return status, document
            time.sleep(0.05)

    def ask_once(self, method, path, body):
        headers = {'x-auth-token': 'admin', 'openstack-api-version': 'placement 1.39',
                   'accept': 'application/json'}
        if body is not None:
            headers['content-type'] = 'application/json'
            body = json.dumps(body)
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # nginx ends a connection after some requests, and is asked again on a new one
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text else None


class Hosts:
    """Hosts with VCPU, and what is expected of them.

    writers, readers: services. servers: databases for SQL by hand. A read goes through another
    reader than the write before, if there is one. patient: see Connection.
    """

    def __init__(self, writers, readers, servers, count=30, seed=3, patient=False):
        self.dice = random.Random(seed)
        self.trait = 'CUSTOM_FRESH_%s' % uuid.uuid4().hex.upper()
        self.writers = [Connection(service, patient) for service in writers]
        self.readers = [Connection(service, patient) for service in readers]
        self.servers = servers
        self.open_sessions()
        self.used, self.total, self.traits, self.consumers, self.ids = {}, {}, {}, {}, {}
        self.last = self.recent = None
        status, _ = self.writers[0].ask('PUT', '/traits/' + self.trait)
        assert status == 201
        self.count = count
        for _ in range(count):
            self.make()

    def close(self):
        for session in self.sessions:
            session.close()

    def __enter__(self):
        return self

    def __exit__(self, error, *more):
        if error is None:
            for host in self.used:
                self.empty(host)
        self.close()

    def open_sessions(self):
        self.sessions = [Session(server.socket, 'placement') for server in self.servers]
        for session in self.sessions:
            session.sql("SET SESSION wsrep_sync_wait = 15, tx_isolation = 'READ-COMMITTED'")

    # Writes.

    def ask(self, method, path, body=None, of=None):
        """Ask a writer, the same until the next write."""
        if of is None:
            of = self.last or self.dice.choice(self.writers)
        self.last = of
        return of.ask(method, path, body)

    def sql(self, text):
        return self.dice.choice(self.sessions).sql(text)

    def make(self, of=None):
        host = str(uuid.uuid4())
        status, text = self.ask('POST', '/resource_providers', {'name': host, 'uuid': host}, of)
        assert status == 200, text
        self.put_inventory(host, 0, MOST)
        self.used[host], self.total[host], self.traits[host] = 0, MOST, False
        self.recent = host
        self.ids[host] = self.sql(
            "SELECT id FROM resource_providers WHERE uuid = '%s'" % host)[0][0]

    def make_one(self, of=None):
        (self.make if len(self.used) < 2 * self.count else self.claim)(of)

    def some(self):
        self.recent = self.dice.choice(list(self.used))
        return self.recent

    def claim(self, of=None):
        host, consumer, amount = self.some(), str(uuid.uuid4()), self.dice.randint(1, 5)
        if self.used[host] > FULL:
            return self.empty(host)
        status, text = self.ask('PUT', '/allocations/' + consumer, {
            'allocations': {host: {'resources': {'VCPU': amount}}}, 'project_id': 'p',
            'user_id': 'u', 'consumer_type': 'INSTANCE', 'consumer_generation': None}, of)
        assert status == 204, text
        self.consumers[consumer] = host, amount
        self.used[host] += amount
        return None

    def release(self, of=None):
        if not self.consumers:
            return self.claim(of)
        consumer = self.dice.choice(list(self.consumers))
        host, amount = self.consumers.pop(consumer)
        self.recent = host
        status, text = self.ask('DELETE', '/allocations/' + consumer, None, of)
        assert status == 204, text
        self.used[host] -= amount
        return None

    def by_hand(self):
        host, amount = self.some(), self.dice.randint(1, 5)
        if self.used[host] > FULL:
            return self.empty(host)
        self.sql(
            'INSERT INTO allocations (resource_provider_id, resource_class_id, consumer_id, used) '
            "VALUES (%s, 0, '%s', %d)" % (self.ids[host], uuid.uuid4(), amount))
        self.used[host] += amount
        return None

    def by_hand_away(self):
        self.empty(self.some())

    def empty(self, host):
        """By hand, all that is held of a host."""
        consumers = [consumer for consumer, held in self.consumers.items() if held[0] == host]
        self.sql("BEGIN; DELETE FROM allocations WHERE resource_provider_id = %s; DELETE FROM "
                 "consumers WHERE uuid IN ('%s'); COMMIT"
                 % (self.ids[host], "', '".join(consumers)))
        self.consumers = {consumer: held for consumer, held in self.consumers.items()
                          if held[0] != host}
        self.used[host] = 0

    def put_inventory(self, host, generation, total):
        status, text = self.ask('PUT', '/resource_providers/%s/inventories' % host, {
            'resource_provider_generation': generation, 'inventories': {'VCPU': {'total': total}}})
        assert status == 200, text
        self.total[host] = total

    def generation(self, host, of):
        return self.ask('GET', '/resource_providers/' + host, None, of)[1]['generation']

    def resize(self, of=None):
        host = self.some()
        self.put_inventory(host, self.generation(host, of), self.dice.randint(900, MOST))

    def tag(self, of=None):
        host = self.some()
        generation = self.generation(host, of)
        self.traits[host] = not self.traits[host]
        status, text = self.ask('PUT', '/resource_providers/%s/traits' % host, {
            'resource_provider_generation': generation,
            'traits': [self.trait] if self.traits[host] else []})
        assert status == 200, text

    # Reads.

    def reader(self):
        others = [each for each in self.readers
                  if self.last is None or each.service is not self.last.service]
        return self.dice.choice(others or self.readers)

    def shown(self, status, answer):
        """What an answer shows of these hosts."""
        assert status == 200, (status, answer)
        return {host: (summary['resources']['VCPU']['used'],
                       summary['resources']['VCPU']['capacity'],
                       self.trait in summary['traits'])
                for host, summary in answer['provider_summaries'].items() if host in self.used}

    def expected(self):
        return {host: (self.used[host], self.total[host], self.traits[host])
                for host in self.used}

    def expectation(self):
        """What is expected now, for expect()."""
        return [dict(each) for each in
                (self.used, self.total, self.traits, self.consumers, self.ids)]

    def expect(self, expectation):
        self.used, self.total, self.traits, self.consumers, self.ids = expectation
        self.recent = next(iter(self.used))

    def check(self):
        """Search, list, or ask for a host. As many searches as the others together."""
        self.dice.choice([self.check_search] * 4 + [
            self.check_traits, self.check_room, self.check_inventory, self.check_usage])()

    def check_search(self):
        """Compare everything that the answer shows."""
        answer = self.reader().ask('GET', '/allocation_candidates?resources=VCPU:1')
        shown = self.shown(*answer)
        expected = self.expected()
        assert shown == expected, {host: (shown.get(host), expected[host]) for host in expected
                                   if shown.get(host) != expected[host]}

    def listed(self, query):
        status, answer = self.reader().ask('GET', '/resource_providers?' + query)
        assert status == 200, answer
        return {row['uuid'] for row in answer['resource_providers']} & set(self.used)

    def check_traits(self):
        expected = {host for host, has in self.traits.items() if has}
        assert self.listed('required=' + self.trait) == expected

    def check_room(self):
        host = self.recent
        room = self.total[host] - self.used[host]
        expected = {host for host in self.used if self.used[host] + room <= self.total[host]}
        assert self.listed('resources=VCPU:%d' % room) == expected
        assert self.listed('resources=VCPU:%d' % (room + 1)).isdisjoint({host})

    def about_recent(self, what):
        status, answer = self.reader().ask(
            'GET', '/resource_providers/%s/%s' % (self.recent, what))
        assert status == 200, answer
        return answer

    def check_inventory(self):
        shown = self.about_recent('inventories')['inventories']['VCPU']['total']
        assert shown == self.total[self.recent]
        shown = self.about_recent('traits')['traits']
        assert shown == [self.trait] * self.traits[self.recent]

    def check_usage(self):
        assert self.about_recent('usages')['usages'] == {'VCPU': self.used[self.recent]}

    def pairs(self, count, sources):
        """Write and read that many times. sources: pairs (weight, function); return how often each
        was taken."""
        taken = {function: 0 for _, function in sources}
        weights = [weight for weight, _ in sources]
        for _ in range(count):
            write = self.dice.choices([function for _, function in sources], weights)[0]
            self.last = None
            write()
            taken[write] += 1
            self.check()
        return taken
