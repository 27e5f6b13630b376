"""The service on a database with other users, and requests that cross each other."""
import collections
import json
import random
import threading
import uuid

import pytest
from support.cloud import wait_until
from support.consistency import audit_rows
from support.database import kill_connections
from support.every_route import Things
from support.threads import in_threads

RESOURCES = {'VCPU': 1, 'MEMORY_MB': 256, 'DISK_GB': 10}
INVENTORY = {'VCPU': {'total': 100000}, 'MEMORY_MB': {'total': 100000000},
             'DISK_GB': {'total': 1000000}}


def test_connections_that_were_closed_are_opened_again(make_cloud):
    cloud = make_cloud(workers=2)
    provider = cloud.make_provider(INVENTORY)
    for _ in range(3):
        for _ in range(4):
            assert cloud.ask('GET', '/resource_providers/' + provider).status == 200
        assert kill_connections(cloud) > 0
        for _ in range(4):
            answer = cloud.ask('GET', '/resource_providers/' + provider)
            assert answer.status == 200, answer.text
        kill_connections(cloud)
        for _ in range(4):
            answer = cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1})
            assert answer.status == 204, answer.text
    assert cloud.sql('SELECT COUNT(*) FROM consumers') == [['12']]


def test_claims_on_one_provider_meet_without_a_conflict(make_cloud):
    cloud = make_cloud(workers=8)
    provider = cloud.make_provider(INVENTORY)

    def claim(_):
        for _ in range(40):
            answer = cloud.claim(str(uuid.uuid4()), provider, RESOURCES)
            assert answer.status == 204, answer.text
    in_threads(8, claim)
    assert cloud.sql('SELECT COUNT(*) FROM allocations') == [[str(8 * 40 * len(RESOURCES))]]
    generation = cloud.ask('GET', '/resource_providers/' + provider).json['generation']
    assert generation == 1 + 8 * 40, generation


def test_the_last_units_go_to_as_many_as_there_are(make_cloud):
    cloud = make_cloud(workers=8)
    rounds, clients, units = 40, 8, 3
    providers = [cloud.make_provider({'VCPU': {'total': units}}) for _ in range(rounds)]
    together = threading.Barrier(clients)
    answers = [[] for _ in range(rounds)]

    def claim(_):
        for number, provider in enumerate(providers):
            together.wait(600)
            answer = cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1})
            answers[number].append(answer.status)
    in_threads(clients, claim)
    for statuses in answers:
        assert sorted(statuses) == [204] * units + [409] * (clients - units), statuses
    audit_rows(cloud)


def test_changes_that_cross_each_other_are_run_again(make_cloud):
    """Consumers and providers in all orders: each request is refused or done, never broken."""
    cloud = make_cloud(workers=8)
    providers = [cloud.make_provider(INVENTORY) for _ in range(3)]
    consumers = [str(uuid.uuid4()) for _ in range(6)]
    seen = set()

    def act(number):
        dice = random.Random(number)
        for _ in range(60):
            some = dice.sample(consumers, dice.choice([1, 2, 3]))
            body = {consumer: {
                'allocations': {provider: {'resources': {'VCPU': dice.choice([1, 2])}}
                                for provider in dice.sample(providers, dice.choice([0, 1, 2, 3]))},
                'project_id': 'p%d' % dice.randrange(3), 'user_id': 'u'} for consumer in some}
            answer = cloud.ask('POST', '/allocations', body,
                               {'openstack-api-version': 'placement 1.13'})
            seen.add(answer.status)
            assert answer.status in (204, 409), answer.text
            if dice.random() < 0.3:
                answer = cloud.ask('DELETE', '/allocations/' + dice.choice(consumers))
                assert answer.status in (204, 404), answer.text
    in_threads(8, act)
    assert 204 in seen
    audit_rows(cloud)


@pytest.mark.parametrize('path', ['/allocations', '/reshaper'])
def test_a_consumer_made_beside_its_empty_claim_is_not_left_without_allocations(
        empty_cloud, path):
    """A request empties two consumers. It finds no row of the first and waits for that of the
    second. Before it goes on, another request creates the first, with an allocation. The empty
    claim must not delete that allocation and leave the consumer's row."""
    cloud = empty_cloud
    provider, other = [cloud.make_provider(INVENTORY) for _ in range(2)]
    # a lock of the second includes the gap below it; "between" keeps the first out of that gap
    first, between, second = sorted(str(uuid.uuid4()) for _ in range(3))
    for consumer in (between, second):
        assert cloud.claim(consumer, provider, {'VCPU': 1}).status == 204
    lock = cloud.lock("SELECT id FROM consumers WHERE uuid = '%s'" % second)
    empty = {consumer: {'allocations': {}, 'project_id': 'p', 'user_id': 'u',
                        'consumer_generation': None if consumer == first else 1,
                        'consumer_type': 'INSTANCE'} for consumer in (first, second)}
    inventories = {other: {'inventories': INVENTORY, 'resource_provider_generation': 1}}
    body = empty if path == '/allocations' else {'inventories': inventories, 'allocations': empty}
    answers = []
    roles = {'x-roles': 'admin,service'}
    request = threading.Thread(target=lambda: answers.append(
        cloud.ask('POST', path, body, headers=roles)))
    request.start()
    cloud.wait_for_lock_waits()
    assert cloud.claim(first, provider, {'VCPU': 2}).status == 204
    lock.release()
    request.join()
    # by then the first consumer exists, with a generation
    assert answers[0].status == 409, answers[0].text
    assert 'consumer generation conflict' in answers[0].text
    allocations = cloud.ask('GET', '/allocations/' + first).json['allocations']
    assert allocations[provider]['resources'] == {'VCPU': 2}
    audit_rows(cloud)


KILLER = """\
CREATE TABLE killing (id INT PRIMARY KEY);
CREATE PROCEDURE kill_busy() BEGIN
    DECLARE victim BIGINT;
    DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;
    DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN END;
    WHILE EXISTS (SELECT 1 FROM killing) DO
        DO SLEEP(0.003);
        SET victim = (SELECT id FROM information_schema.processlist WHERE user = 'placement'
                      ORDER BY command = 'Sleep', RAND() LIMIT 1);
        KILL victim;
    END WHILE;
END
"""


def lines_of(cloud):
    """The lines of the log, without one that is being written."""
    with open(cloud.stack + '/berth.log') as file:
        return [json.loads(line) for line in file if line.endswith('\n')]


def errors_of(cloud):
    return [line for line in lines_of(cloud) if line['message'] == 'database error']


def failures_of(cloud):
    """Yield (request, errors) for each 500: its line of the log, and the errors of the database
    that its worker met."""
    errors = {}
    for line in lines_of(cloud):
        if line['message'] == 'database error':
            errors.setdefault(line['process'], []).append(line)
        elif line['message'] == 'request':
            met = errors.pop(line['process'], [])
            if line['status'] == 500:
                yield line, met


def is_lost_commit(request, errors):
    """A claim for a new consumer, and its release, is one statement that commits. A claim is looked
    up afterwards, so it takes another error."""
    operations = [error['operation'] for error in errors]
    own = request['path'].startswith('/allocations')
    lost = {'commit', 'insert', 'delete'} if own else {'commit'}
    return lost & set(operations) and (
        not own or request['method'] != 'PUT' or len(operations) > 1)


def test_only_a_lost_commit_is_a_500_while_connections_are_killed(make_cloud):
    """Everything else is run again on a new connection, or is known not to have happened."""
    cloud = make_cloud(workers=4, berth='log_format = json\n')
    cloud.sql(KILLER)
    all_things = [Things(cloud) for _ in range(4)]
    answers = [[] for _ in all_things]

    def ask(number):
        while len(errors_of(cloud)) < 400:
            for method, path, body in all_things[number].requests(cloud):
                answers[number].append(cloud.ask(method, path, body).status)
    cloud.sql('INSERT INTO killing VALUES (1)')
    killer = threading.Thread(target=cloud.sql, args=('CALL kill_busy()',))
    killer.start()
    try:
        in_threads(4, ask)
    finally:
        cloud.sql('DELETE FROM killing')
        killer.join()
    seen = collections.Counter(sum(answers, []))
    print(seen, collections.Counter(
        (error['error'], error['operation']) for error in errors_of(cloud)))
    wait_until('all is logged', lambda: len(list(failures_of(cloud))) == seen[500])
    for request, errors in failures_of(cloud):
        assert request['method'] != 'GET' and is_lost_commit(request, errors), (request, errors)
    assert not [status for status in seen if status >= 500 and status not in (500, 503)], seen
    audit_rows(cloud)
