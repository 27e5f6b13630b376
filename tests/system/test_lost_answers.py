"""The connection to the database breaks before the answer to a COMMIT comes: where the consumer
tells whether the claim has happened, the client gets that answer, and nothing happens twice."""
import json
import select
import socket
import threading
import uuid

import pytest
from support.cloud import wait_until
from support.consistency import audit_rows
from support.database_proxy import LossyProxy, ProxiedCloud

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
        lost = proxy.lose(COMMIT, True)
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
    lost = cloud.proxy.lose(consumer.encode(), False)
    asking.start()
    assert lost.wait(60)
    wait_until('the claim waits again', lambda: {row[0] for row in cloud.sql(
        "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx "
        "WHERE trx_state = 'LOCK WAIT'")} - before, pause=0.2)
    lock.say(in_between)
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


def test_what_cannot_be_known_is_a_500(cloud, provider):
    """A release, and a batch: they have happened, but nothing tells who did it."""
    consumer = new_uuid()
    assert cloud.ask('PUT', '/allocations/' + consumer, claim(provider)).status == 204
    answer = cloud.lose(consumer.encode(), lambda: cloud.ask(
        'DELETE', '/allocations/' + consumer))
    assert answer.status == 500
    assert cloud.ask('DELETE', '/allocations/' + consumer).status == 404
    consumers = [new_uuid(), new_uuid()]
    answer = cloud.lose(COMMIT, lambda: cloud.ask(
        'POST', '/allocations', {one: claim(provider) for one in consumers}))
    assert answer.status == 500
    assert [state(cloud, provider, one)[1:] for one in consumers] == [(1, 3), (1, 3)]
    audit_rows(cloud)


def test_a_commit_that_fails_may_have_happened(directory):
    """A Galera node that loses the others says 1180, though they may have committed. A node that
    refuses to try says 1047."""
    def error(number):
        text = b'\xff' + number.to_bytes(2, 'little') + b'#HY000no'
        return len(text).to_bytes(3, 'little') + b'\x01' + text

    log = directory + '/audit.log'
    with ProxiedCloud(LossyProxy, directory + '/cloud', workers=1, berth=(
            'audit_log = true\naudit_log_file = %s\n' % log)) as cloud:
        for number, status, outcome in ((1180, 500, 'unknown'), (1047, 503, 'failed')):
            answer = cloud.lose(COMMIT, lambda: cloud.ask('PUT', '/traits/CUSTOM_%d' % number),
                                error(number))
            assert answer.status == status, answer.text
            with open(log) as file:
                event = json.loads(list(file)[-1])
            assert (event['outcome'], event['target']) == (outcome, 'CUSTOM_%d' % number), event
