"""The connection to the database breaks before the answer to a COMMIT comes: where the rows tell
whether the write has happened, the client gets that answer, and nothing happens twice."""
import concurrent.futures
import json
import os
import select
import socket
import struct
import threading
import uuid

import pytest
from support.cloud import wait_until
from support.consistency import audit_rows
from support.database_proxy import ANSWER, CLIENT, REQUEST, LossyProxy, MuteProxy, ProxiedCloud

COMMIT = b'\x03COMMIT'


@pytest.fixture(scope='module')
def cloud(module_directory):
    with ProxiedCloud(LossyProxy, module_directory, workers=2) as cloud:
        yield cloud


@pytest.fixture
def provider(cloud):
    """A provider of which one unit is taken, so that the owners of claims exist."""
    provider = cloud.make_provider({'VCPU': {'total': 9}})
    assert cloud.ask('PUT', '/allocations/' + new_uuid(), claim(provider)).status == 204
    return provider


def new_uuid():
    return str(uuid.uuid4())


def claim(provider, amount=1, generation=None):
    return {'allocations': {provider: {'resources': {'VCPU': amount}}}, 'project_id': 'project',
            'user_id': 'user', 'consumer_generation': generation, 'consumer_type': 'INSTANCE'}


def state(cloud, provider, consumer):
    """The generations of both, and what is used."""
    found = cloud.ask('GET', '/allocations/' + consumer).json
    return (cloud.ask('GET', '/resource_providers/' + provider).json['generation'],
            found.get('consumer_generation'),
            cloud.ask('GET', '/resource_providers/%s/usages' % provider).json['usages']['VCPU'])


def test_the_proxy_tells_of_a_loss_before_the_client_can_know(directory):
    path = directory + '/socket'
    with socket.create_server(path, family=socket.AF_UNIX) as server:
        proxy, seen = LossyProxy(path), []
        lost = proxy.lose(COMMIT, ANSWER)
        with socket.create_connection(('127.0.0.1', proxy.port)) as client:
            lost.set = lambda: seen.append(select.select([client], [], [], 0)[0])
            client.sendall(COMMIT)
            session, _ = server.accept()
            assert session.recv(65536) == COMMIT
            session.sendall(b'done')
            assert client.recv(1) == b''
            assert wait_until('the proxy tells', lambda: list(seen)) == [[]]
        proxy.close()


def test_a_claim_that_was_committed_is_found(cloud, provider):
    consumer = new_uuid()
    answer = cloud.lose(consumer.encode(), lambda: cloud.ask(
        'PUT', '/allocations/' + consumer, claim(provider)))
    assert answer.status == 204, answer.text
    assert state(cloud, provider, consumer) == (3, 1, 2)


def test_a_replacement_that_was_committed_is_found(cloud, provider):
    consumer = new_uuid()
    assert cloud.ask('PUT', '/allocations/' + consumer, claim(provider)).status == 204
    answer = cloud.lose(consumer.encode(), lambda: cloud.ask(
        'PUT', '/allocations/' + consumer, claim(provider, 3, 1)))
    assert answer.status == 204, answer.text
    assert state(cloud, provider, consumer) == (4, 2, 4)


def test_a_claim_in_steps_that_was_committed_is_found(cloud, provider):
    """A project that does not exist yet takes steps."""
    consumer = new_uuid()
    for held, expected in ((None, (3, 1, 2)), (1, (4, 2, 2))):
        answer = cloud.lose(COMMIT, lambda: cloud.ask(
            'PUT', '/allocations/' + consumer, dict(claim(provider, 1, held),
                                                    project_id=new_uuid())))
        assert answer.status == 204, answer.text
        assert state(cloud, provider, consumer) == expected


def test_a_claim_of_another_for_the_consumer_is_a_conflict(cloud, provider):
    consumer = new_uuid()
    answer = interrupted(cloud, provider, consumer, (
        "INSERT INTO consumers (uuid, project_id, user_id, generation) SELECT '%s', p.id, u.id, 1 "
        "FROM projects p, users u LIMIT 1; INSERT INTO allocations (resource_provider_id, "
        "consumer_id, resource_class_id, used) SELECT id, '%s', 0, 5 FROM resource_providers "
        "WHERE uuid = '%s';" % (consumer, consumer, provider)))
    assert (answer.status, 'consumer generation conflict' in answer.text) == (409, True)
    assert state(cloud, provider, consumer) == (2, 1, 6)


def interrupted(cloud, provider, consumer, in_between=''):
    """A claim waits for a lock, and its connection breaks. Its session on the server would go on,
    but for Berth, which ends it before it claims again. Meanwhile the holder of the lock writes."""
    before = {row[0] for row in cloud.sql('SELECT id FROM information_schema.processlist')}
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(
        cloud.ask('PUT', '/allocations/' + consumer, claim(provider))))
    lost = cloud.proxy.lose(consumer.encode(), CLIENT)
    asking.start()
    assert lost.wait(60)
    wait_until('the claim waits again', lambda: {row[0] for row in cloud.sql(
        "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx "
        "WHERE trx_state = 'LOCK WAIT'")} - before, pause=0.2)
    if in_between:
        lock.sql(in_between)
    lock.release()
    asking.join()
    return answers[0]


def test_a_claim_that_waited_is_made_once(cloud, provider):
    consumer = new_uuid()
    answer = interrupted(cloud, provider, consumer)
    assert answer.status == 204, answer.text
    cloud.wait_until_at_rest()
    assert state(cloud, provider, consumer) == (3, 1, 2)
    assert cloud.ask('DELETE', '/allocations/' + consumer).status == 204
    cloud.wait_until_at_rest()
    assert state(cloud, provider, consumer)[1:] == (None, 1), 'a session has claimed later'


def test_a_closed_connection_gets_no_statement_that_commits(cloud, provider):
    """Nothing could tell what became of a release of what is not there."""
    for _ in range(4):
        assert cloud.ask('DELETE', '/allocations/' + new_uuid()).status == 404
        cloud.proxy.end_all()
        wait_until('both ends know it', lambda: cloud.proxy.open_clients() == 0)
        assert cloud.ask('DELETE', '/allocations/' + new_uuid()).status == 404


@pytest.mark.parametrize('what, second', [(REQUEST, 404), (ANSWER, 404)])
def test_a_release(cloud, provider, what, second):
    """If the consumer is gone, nothing tells who released it."""
    consumer = new_uuid()
    assert cloud.ask('PUT', '/allocations/' + consumer, claim(provider)).status == 204

    def release():
        return cloud.ask('DELETE', '/allocations/' + consumer)
    assert cloud.lose(consumer.encode(), release, what).status == (204 if what == REQUEST else 500)
    assert release().status == second


class Batch:
    """Claims of a new consumer, of one that gets more, and of one that gets nothing any more."""

    def __init__(self, cloud, provider):
        self.cloud, self.provider = cloud, provider
        self.new, self.old, self.released = self.consumers = [new_uuid() for _ in range(3)]
        for consumer in self.old, self.released:
            assert cloud.ask('PUT', '/allocations/' + consumer, claim(provider)).status == 204
        self.generation = cloud.ask('GET', '/resource_providers/' + provider).json['generation']
        self.claims = {self.new: claim(provider, 2), self.old: claim(provider, 3, 1),
                       self.released: dict(claim(provider, 1, 1), allocations={})}

    def send(self):
        return self.cloud.ask('POST', '/allocations', self.claims)

    def reshape(self, total=9):
        return self.cloud.ask('POST', '/reshaper', {
            'inventories': {self.provider: {
                'resource_provider_generation': self.generation,
                'inventories': {'VCPU': {'total': total, 'allocation_ratio': 1.1}}}},
            'allocations': self.claims}, headers={'x-roles': 'admin,service'})

    def state(self):
        """The generations of the consumers."""
        return [self.cloud.ask('GET', '/allocations/' + consumer).json.get('consumer_generation')
                for consumer in self.consumers]


BEFORE, AFTER = [None, 1, 1], [1, 2, None]


@pytest.fixture
def batch(cloud, provider):
    return Batch(cloud, provider)


@pytest.mark.parametrize('what', [REQUEST, ANSWER])
@pytest.mark.parametrize('name, raised', [('send', 1), ('reshape', 3)])
def test_a_batch_is_found(cloud, batch, name, raised, what):
    answer = cloud.lose(COMMIT, getattr(batch, name), what)
    assert answer.status == 204, answer.text
    assert batch.state() == AFTER
    assert state(cloud, batch.provider, batch.new) == (batch.generation + raised, 1, 6)


def undo(cloud, batch):
    """What ends the session before its COMMIT, and lets another write raise the provider."""
    def during(session):
        session.shutdown(socket.SHUT_RDWR)
        cloud.sql("UPDATE resource_providers SET generation = generation + 1 WHERE uuid = '%s'"
                  % batch.provider)
    return during


@pytest.mark.parametrize('name', ['send', 'reshape'])
def test_a_batch_that_was_undone_is_found_by_a_consumer(cloud, batch, name):
    """The provider does not tell, but a consumer has its generation still."""
    answer = cloud.lose(COMMIT, getattr(batch, name), REQUEST, during=undo(cloud, batch))
    assert answer.status == (204 if name == 'send' else 409), answer.text
    assert batch.state() == (AFTER if name == 'send' else BEFORE)


def test_a_batch_of_new_consumers_that_was_undone_is_unknown(cloud, batch):
    """It may have been committed, and released by another."""
    batch.claims = {batch.new: claim(batch.provider), new_uuid(): claim(batch.provider)}
    answer = cloud.lose(COMMIT, batch.send, REQUEST, during=undo(cloud, batch))
    assert answer.status == 500
    assert batch.state() == BEFORE
    assert batch.send().status == 204


@pytest.mark.parametrize('name, change', [
    ('send', "UPDATE consumers SET generation = generation + 1 WHERE uuid = '{old}'"),
    ('send', "DELETE FROM allocations WHERE consumer_id = '{new}'; "
             "DELETE FROM consumers WHERE uuid = '{new}'"),
    ('send', "UPDATE consumers c, users u SET c.user_id = u.id "
             "WHERE u.external_id = 'other' AND c.uuid = '{new}'"),
    ('reshape', "UPDATE inventories SET allocation_ratio = 1.2 "
                "WHERE resource_provider_id = (SELECT id FROM resource_providers "
                "WHERE uuid = '{provider}')"),
])
def test_a_batch_that_another_changed_since_is_unknown(cloud, batch, name, change):
    cloud.sql("INSERT IGNORE INTO users (external_id) VALUES ('other')")
    answer = cloud.lose(COMMIT, getattr(batch, name), ANSWER, during=lambda session: cloud.sql(
        change.format(**vars(batch))))
    assert answer.status == 500


def test_a_batch_whose_consumer_another_took_is_a_conflict(cloud, batch):
    def during(session):
        undo(cloud, batch)(session)
        cloud.sql("UPDATE consumers SET generation = 2 WHERE uuid IN ('%s', '%s')"
                  % (batch.old, batch.released))
    answer = cloud.lose(COMMIT, batch.send, REQUEST, during=during)
    assert answer.status == 409, answer.text
    assert batch.state() == [None, 2, 2]


def test_a_batch_that_only_releases_is_unknown(cloud, batch):
    batch.claims = {batch.released: batch.claims[batch.released]}
    assert cloud.lose(COMMIT, batch.send).status == 500
    assert batch.state() == [None, 1, None]


def test_nothing_contradicts_itself(cloud):
    audit_rows(cloud)


@pytest.fixture(scope='module')
def audit_log(cloud):
    """The path of the audit log that the pool keeps for the rest of the tests."""
    path = os.path.join(cloud.directory, 'audit.log')
    cloud.berth += 'audit_log = true\naudit_log_file = %s\n' % path
    cloud.write_configuration()
    cloud.stop_stack()
    cloud.start_stack()
    return path


def outcomes(path, answer):
    with open(path) as file:
        events = [json.loads(line) for line in file]
    request = answer.headers['x-openstack-request-id']
    return [event['outcome'] for event in events if event['request_id'] == request]


@pytest.mark.parametrize('what, expected', [
    (ANSWER, ['pending', 'done']), (REQUEST, ['pending', 'pending', 'done'])])
def test_an_audit_log_tells_what_was_found(cloud, audit_log, batch, what, expected):
    answer = cloud.lose(COMMIT, batch.send, what)
    assert answer.status == 204, answer.text
    assert outcomes(audit_log, answer) == expected
    assert batch.state() == AFTER


def test_an_audit_log_tells_what_was_refused_after_all(cloud, audit_log, batch):
    answer = cloud.lose(COMMIT, batch.reshape, REQUEST, during=undo(cloud, batch))
    assert answer.status == 409, answer.text
    assert outcomes(audit_log, answer) == ['pending', 'refused']


def test_an_audit_log_tells_of_a_release(cloud, audit_log, batch):
    def release():
        return cloud.ask('DELETE', '/allocations/' + batch.old)
    answer = cloud.lose(COMMIT, release, REQUEST)
    assert (answer.status, outcomes(audit_log, answer)) == (204, ['pending', 'pending', 'done'])
    assert batch.state() == [None, None, 1]
    batch = Batch(cloud, batch.provider)
    answer = cloud.lose(COMMIT, lambda: cloud.ask('DELETE', '/allocations/' + batch.old))
    assert (answer.status, outcomes(audit_log, answer)) == (500, ['pending', 'unknown'])


def error(number):
    """What the server says where a statement fails."""
    text = b'\xff' + number.to_bytes(2, 'little') + b'#HY000no'
    return len(text).to_bytes(3, 'little') + b'\x01' + text


def test_a_batch_whose_commit_fails_is_found(cloud, audit_log, batch):
    answer = cloud.lose(COMMIT, batch.send, instead=error(1180))
    assert answer.status == 204, answer.text
    assert outcomes(audit_log, answer) == ['pending', 'done']
    assert batch.state() == AFTER


def test_a_commit_that_fails_may_have_happened(cloud, audit_log):
    """A Galera node that loses the others says 1180, though they may have committed. A node that
    refuses to try says 1047."""
    for number, status, outcome in ((1180, 500, 'unknown'), (1047, 503, 'failed')):
        answer = cloud.lose(COMMIT, lambda: cloud.ask('PUT', '/traits/CUSTOM_%d' % number),
                            instead=error(number))
        assert answer.status == status, answer.text
        assert outcomes(audit_log, answer) == ['pending', outcome]


class Impatient(ProxiedCloud):
    def connection(self):
        return super().connection() + '&read_timeout=5'


def prepared(statement, columns, parameters):
    """What a server says of a statement that it has prepared, without what these are."""
    return struct.pack('<I', 12 | 1 << 24) + struct.pack('<BIHHBH', 0, statement, columns,
                                                         parameters, 0, 0)


def test_an_answer_to_another_statement_ends_the_connection_only(directory):
    """As of a proxy that mixes up the answers of its clients."""
    with ProxiedCloud(LossyProxy, directory, workers=1) as cloud:
        worker = cloud.workers()
        wrong = cloud.proxy.lose(b'resource_classes', ANSWER, instead=prepared(1, 0, 0))
        answers = [cloud.ask('GET', '/usages?project_id=project') for _ in range(2)]
        assert wrong.is_set(), 'no answer was replaced'
        assert [answer.status for answer in answers] == [500, 200], answers[1].text
        assert cloud.workers() == worker


def test_a_server_that_does_not_answer_is_asked_once(directory):
    """So that the client has its answer before the watchdog ends the request."""
    begin, read = b'\x03START TRANSACTION', b'FROM allocations a JOIN'
    with Impatient(MuteProxy, directory + '/cloud', workers=2, berth='world = off\n') as cloud:
        assert cloud.ask('GET', '/resource_providers').status == 200
        cloud.proxy.kept = {begin: 0, read: 0}
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            for answer in threads.map(lambda what: cloud.ask(*what), (
                    ('PUT', '/traits/CUSTOM_MUTE'), ('GET', '/allocations/' + new_uuid()))):
                assert answer.status == 503, answer.text
        assert cloud.proxy.kept == {begin: 1, read: 1}
        cloud.proxy.kept = {}
        assert cloud.ask('PUT', '/traits/CUSTOM_MUTE').status == 201
