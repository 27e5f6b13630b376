"""A claim of a new consumer, and a release, are one statement that commits. Whatever is not simply
good takes several, and these have the last word."""
import os
import random
import re
import signal
import threading
import time
import uuid

import pytest
from support.cloud import wait_until
from support.consistency import audit_rows
from support.database import kill_connections

WAITING = ("SELECT p.id FROM information_schema.innodb_trx t JOIN information_schema.processlist p "
           "ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT'")


@pytest.fixture(scope='module')
def cloud(empty_cloud):
    return empty_cloud


def new_uuid():
    return str(uuid.uuid4())


def claim(cloud, allocations, consumer=None, generation=None, **more):
    """A claim of a new consumer, or of one that has a generation: amounts by provider and class."""
    return cloud.ask('PUT', '/allocations/' + (consumer or new_uuid()), {
        'allocations': {provider: {'resources': amounts}
                        for provider, amounts in allocations.items()},
        'project_id': 'project', 'user_id': 'user', 'consumer_generation': generation,
        'consumer_type': 'INSTANCE', **more})


def used(cloud, provider):
    return cloud.ask('GET', '/resource_providers/%s/usages' % provider).json['usages']


def generation(cloud, provider):
    return cloud.ask('GET', '/resource_providers/' + provider).json['generation']


def test_what_just_fits_is_claimed_and_what_does_not_is_refused(cloud):
    """An allocation ratio has 24 bits in the database, and means the decimal number that it was."""
    for total, ratio, most in ((1000000000, 1.1, 1100000000), (2000000000, 0.7, 1400000000),
                               (10, 0.9, 9), (7, 1.0, 7), (100, 1.1, 110),
                               (30000000, 1.3, 39000000),
                               (2147483647, 1.0, 2147483647), (1, 16.0, 16), (3, 0.1, None)):
        inventory = {'total': total, 'allocation_ratio': ratio}
        for amount, status in ((most or 1, 204 if most else 409), ((most or 1) + 1, 409)):
            if amount > 2147483647:
                continue
            provider = cloud.make_provider({'DISK_GB': inventory})
            answer = claim(cloud, {provider: {'DISK_GB': amount}})
            assert answer.status == status, (total, ratio, amount, answer.text)
            if status == 204 and amount > 1:
                answer = claim(cloud, {provider: {'DISK_GB': 1}})
                assert answer.status == 409, (total, ratio, amount, answer.text)
                assert 'would exceed the capacity' in answer.text
    cloud.make_empty()  # SQL alone would think that some are over capacity


def test_units_and_reserved_amounts_are_kept(cloud):
    provider = cloud.make_provider({'VCPU': {'total': 20, 'reserved': 6, 'min_unit': 4,
                                             'max_unit': 12, 'step_size': 4},
                                    'MEMORY_MB': {'total': 100}})
    for amount, text in ((2, 'violate inventory constraints'), (6, 'violate inventory constraints'),
                         (16, 'violate inventory constraints'), (12, None),
                         (4, 'exceed the capacity')):
        answer = claim(cloud, {provider: {'MEMORY_MB': 10, 'VCPU': amount}})
        assert answer.status == (409 if text else 204), answer.text
        assert text is None or text in answer.text
    assert used(cloud, provider) == {'VCPU': 12, 'MEMORY_MB': 10}
    assert generation(cloud, provider) == 2, 'a refused claim has raised the generation'


def test_many_providers_and_classes_of_different_amounts(cloud):
    inventory = {'VCPU': {'total': 100}, 'MEMORY_MB': {'total': 100}, 'DISK_GB': {'total': 100}}
    providers = [cloud.make_provider(inventory) for _ in range(5)]
    generator = random.Random(4711)
    expected = {provider: dict.fromkeys(inventory, 0) for provider in providers}
    for _ in range(20):
        wanted = {provider: {name: generator.randrange(1, 9)
                             for name in generator.sample(sorted(inventory), generator.choice(
                                 (1, 2, 3)))}
                  for provider in generator.sample(providers, generator.randrange(1, 6))}
        consumer = new_uuid()
        fits = all(expected[provider][name] + amount <= 100
                   for provider, amounts in wanted.items() for name, amount in amounts.items())
        answer = claim(cloud, wanted, consumer)
        assert answer.status == (204 if fits else 409), answer.text
        if not fits:
            continue
        for provider, amounts in wanted.items():
            for name, amount in amounts.items():
                expected[provider][name] += amount
        shown = cloud.ask('GET', '/allocations/' + consumer).json['allocations']
        assert {provider: list(one['resources'].items()) for provider, one in shown.items()} == \
            {provider: list(amounts.items()) for provider, amounts in wanted.items()}
    assert {provider: used(cloud, provider) for provider in providers} == expected
    audit_rows(cloud)


def test_a_claim_locks_its_providers_by_uuid(cloud):
    first, last = sorted(cloud.make_provider({'VCPU': {'total': 9}}) for _ in range(2))
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % first)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(
        claim(cloud, {last: {'VCPU': 1}, first: {'VCPU': 1}})))
    asking.start()
    cloud.wait_for_lock_waits()
    cloud.sql("SELECT id FROM resource_providers WHERE uuid = '%s' FOR UPDATE NOWAIT" % last)
    lock.release()
    asking.join()
    assert answers[0].status == 204, answers[0].text


def test_claims_side_by_side_take_all_there_is_and_no_more(cloud):
    provider = cloud.make_provider({'VCPU': {'total': 40}})
    before, answers = generation(cloud, provider), []

    def take():
        for _ in range(8):
            answers.append(claim(cloud, {provider: {'VCPU': 1}}))
    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == 40 * [204] + 24 * [409]
    assert all('exceed the capacity' in answer.text for answer in answers if answer.status == 409)
    assert (used(cloud, provider), generation(cloud, provider)) == ({'VCPU': 40}, before + 40)


def queue(provider):
    """The name of the lock through which claims queue for a provider."""
    return "'berth_claim_%s'" % provider


def holder(cloud, provider):
    [[connection]] = cloud.sql('SELECT IS_USED_LOCK(%s)' % queue(provider))
    return connection


def test_claims_queue_before_they_write(cloud):
    """Who waits in the queue has no transaction yet, which would make all others slow."""
    queued = ("SELECT COUNT(*), COUNT(t.trx_id) FROM information_schema.processlist p "
              "LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id "
              "WHERE p.user = 'placement' AND p.state = 'User lock'")
    providers = sorted(cloud.make_provider({'VCPU': {'total': 1000}}) for _ in range(2))
    answers, ended = [], threading.Event()

    def ask():
        while not ended.is_set():
            answers.append(claim(cloud, {provider: {'VCPU': 1} for provider in providers}))
    for provider in providers:
        answers.clear()
        ended.clear()
        lock = cloud.lock('SELECT GET_LOCK(%s, 0)' % queue(provider))
        asking = threading.Thread(target=ask)
        asking.start()
        try:
            # The list of transactions may still have the last claim of the same connection.
            wait_until('a claim is in the queue, without a transaction',
                       lambda: cloud.sql(queued) == [['1', '0']], pause=0.2)
        finally:
            ended.set()
            asking.join()
            lock.release()
        assert {answer.status for answer in answers} == {204}


def test_another_service_can_insert_while_a_claim_waits_for_it(cloud):
    """The Python service first deletes what a consumer holds. This locks the gap in the index where
    the consumer's allocations belong, and a claim of Berth may wait for that gap. Then the Python
    service inserts, and answers 500 if the waiting claim keeps it from getting an id (error
    1467)."""
    cloud.make_empty()
    provider = cloud.make_provider({'VCPU': {'total': 10}})
    released, first, second = sorted(new_uuid() for _ in range(3))
    # so that the project, user and type exist
    assert claim(cloud, {provider: {'VCPU': 1}}, consumer=released).status == 204
    assert cloud.ask('DELETE', '/allocations/' + released).status == 204
    other = cloud.lock("SELECT 1 FROM allocations FORCE INDEX (allocations_consumer_id_idx) "
                       "WHERE consumer_id BETWEEN '%s' AND '%s'" % (first, second))
    claimed = []
    claiming = threading.Thread(target=lambda: claimed.append(claim(
        cloud, {provider: {'VCPU': 1}}, consumer=second)))
    claiming.start()
    cloud.wait_for_lock_waits()
    other.sql("INSERT INTO allocations (resource_provider_id, consumer_id, resource_class_id, used)"
              " VALUES (0, '%s', 0, 1); DELETE FROM allocations WHERE consumer_id = '%s';" % (
                  first, first))
    other.release()
    claiming.join()
    assert claimed[0].status == 204, claimed[0].text


def test_a_queue_that_does_not_move_is_left(cloud):
    provider = cloud.make_provider({'VCPU': {'total': 9}})
    lock = cloud.lock('SELECT GET_LOCK(%s, 0)' % queue(provider))
    began = time.monotonic()
    answer = claim(cloud, {provider: {'VCPU': 1}})
    took = time.monotonic() - began
    lock.release()
    assert answer.status == 204, answer.text
    assert took >= 0.9, 'the claim has not queued'


def test_after_a_queue_that_does_not_move_there_is_no_other(cloud):
    """Otherwise each provider would cost a second more."""
    first, second = sorted(cloud.make_provider({'VCPU': {'total': 9}}) for _ in range(2))
    answers = []
    queued = cloud.lock('SELECT GET_LOCK(%s, 0)' % queue(first))
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % first)
    asking = threading.Thread(target=lambda: answers.append(
        claim(cloud, {provider: {'VCPU': 1} for provider in (first, second)})))
    asking.start()
    try:
        wait_until('the claim waits for the provider', lambda: cloud.sql(WAITING), pause=0.2)
        assert holder(cloud, second) == 'NULL'
    finally:
        lock.release()
        asking.join()
        queued.release()
    assert answers[0].status == 204, answers[0].text


def test_a_claim_that_is_refused_leaves_the_queue(cloud):
    provider = cloud.make_provider({'VCPU': {'total': 9}})
    for wanted, status in (({provider: {'VCPU': 10}}, 409), ({provider: {'VCPU': 1}}, 204),
                           ({provider: {'VCPU': 1}, new_uuid(): {'VCPU': 1}}, 400)):
        answer = claim(cloud, wanted)
        assert answer.status == status, answer.text
        assert holder(cloud, provider) == 'NULL', wanted


def wait_in_a_lock(cloud, kill):
    """Have a claim wait for a provider, and do something to its connection. Return its provider,
    its consumer and its answer."""
    provider, consumer = cloud.make_provider({'VCPU': {'total': 9}}), new_uuid()
    assert claim(cloud, {provider: {'VCPU': 1}}).status == 204
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(
        claim(cloud, {provider: {'VCPU': 1}}, consumer)))
    asking.start()
    cloud.wait_for_lock_waits()
    [[waiting]] = wait_until('the claim waits', lambda: cloud.sql(WAITING))
    cloud.sql('%s %s' % (kill, waiting))
    if kill == 'KILL CONNECTION':
        wait_until('it waits again', lambda: cloud.sql(WAITING) not in ([], [[waiting]]), pause=0.2)
        lock.release()
    asking.join()
    if kill != 'KILL CONNECTION':
        lock.release()
    return provider, consumer, answers[0]


def test_a_claim_ends_with_its_worker(make_cloud):
    """The server does not see that a client has gone while its statement waits."""
    cloud = make_cloud(workers=1)
    provider, consumer = cloud.make_provider({'VCPU': {'total': 9}}), new_uuid()
    assert claim(cloud, {provider: {'VCPU': 1}}).status == 204
    cloud.wait_until_at_rest()
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(
        claim(cloud, {provider: {'VCPU': 1}}, consumer)))
    asking.start()
    try:
        cloud.wait_for_lock_waits()
        [worker] = cloud.workers()
        os.kill(worker, signal.SIGKILL)
        asking.join()
        assert answers[0].status == 502
        # the next worker ends what this one has left, before it serves
        wait_until('it serves', lambda: cloud.ask('GET', '/').status == 200)
    finally:
        lock.release()
    cloud.wait_until_at_rest()
    assert used(cloud, provider) == {'VCPU': 1}
    assert claim(cloud, {provider: {'VCPU': 1}}, consumer).status == 204
    audit_rows(cloud)


def test_a_claim_whose_connection_breaks_is_made_again(cloud):
    provider, consumer, answer = wait_in_a_lock(cloud, 'KILL CONNECTION')
    assert answer.status == 204, answer.text
    cloud.wait_until_at_rest()
    assert used(cloud, provider) == {'VCPU': 2}
    assert claim(cloud, {provider: {'VCPU': 1}}, consumer).status == 409


def test_a_statement_that_was_ended_is_not_sent_again(cloud):
    """The transaction is still open, so nothing has been committed."""
    provider, consumer, answer = wait_in_a_lock(cloud, 'KILL QUERY')
    assert answer.status == 503, answer.text
    told = [line for line in cloud.log().splitlines() if 'database error' in line][-1]
    assert ' operation=insert ' in told, 'the log does not name the first statement: ' + told
    cloud.wait_until_at_rest()
    wait_until('it has left the queue', lambda: holder(cloud, provider) == 'NULL')
    assert used(cloud, provider) == {'VCPU': 1}
    assert claim(cloud, {provider: {'VCPU': 1}}, consumer).status == 204
    assert used(cloud, provider) == {'VCPU': 2}


def test_an_idle_connection_that_was_closed_is_opened_again(cloud):
    provider, consumer = cloud.make_provider({'VCPU': {'total': 9}}), new_uuid()
    kill_connections(cloud)
    assert claim(cloud, {provider: {'VCPU': 1}}, consumer).status == 204
    kill_connections(cloud)
    assert cloud.ask('DELETE', '/allocations/' + consumer).status == 204
    kill_connections(cloud)  # if it were sent on the old one, nothing could tell what became of it
    assert cloud.ask('DELETE', '/allocations/' + consumer).status == 404


def test_a_consumer_that_exists_and_what_does_not_exist(cloud):
    provider, consumer = cloud.make_provider({'VCPU': {'total': 9}}), new_uuid()
    assert claim(cloud, {provider: {'VCPU': 1}}, consumer).status == 204
    for wanted, status, text in (
            ({provider: {'VCPU': 1}}, 409, 'expected 1 but got None'),
            ({new_uuid(): {'VCPU': 1}}, 409, 'expected 1 but got None')):
        answer = claim(cloud, wanted, consumer)
        assert (answer.status, text in answer.text) == (status, True), answer.text
    for wanted, status, text in (
            ({provider: {'VCPU': 1}, new_uuid(): {'CUSTOM_NO': 1}}, 400, 'that does not exist'),
            ({provider: {'VCPU': 1, 'CUSTOM_NO': 1}}, 400, 'No such resource class CUSTOM_NO'),
            ({provider: {'VCPU': 1, 'DISK_GB': 1}}, 409, "Inventory for 'DISK_GB' on")):
        answer = claim(cloud, wanted)
        assert (answer.status, text in answer.text) == (status, True), answer.text
    assert used(cloud, provider) == {'VCPU': 1}
    audit_rows(cloud)


def test_a_replacement_frees_what_was_held(cloud):
    first, second = (cloud.make_provider({'VCPU': {'total': 9}}) for _ in range(2))
    consumer = new_uuid()
    for number, (wanted, status, more) in enumerate((
            ({first: {'VCPU': 9}}, 204, {}),
            ({first: {'VCPU': 10}}, 409, {}),
            ({first: {'VCPU': 5}}, 204, {}),
            ({first: {'VCPU': 2}, second: {'VCPU': 9}}, 204, {'user_id': 'project'}),
            ({new_uuid(): {'VCPU': 9}}, 400, {}),
            ({second: {'VCPU': 3}}, 204, {'project_id': 'new', 'consumer_type': 'OTHER'}),
            ({second: {'VCPU': 4}}, 204, {}))):
        held = cloud.ask('GET', '/allocations/' + consumer).json
        answer = claim(cloud, wanted, consumer, held.get('consumer_generation'), **more)
        assert answer.status == status, (number, answer.text)
        now = cloud.ask('GET', '/allocations/' + consumer).json
        if status != 204:
            assert now == held
            continue
        assert {one: given['resources'] for one, given in now['allocations'].items()} == wanted
        assert now['consumer_generation'] == held.get('consumer_generation', 0) + 1
        expected = {'project_id': 'project', 'user_id': 'user', 'consumer_type': 'INSTANCE', **more}
        assert {name: now[name] for name in expected} == expected
    assert (used(cloud, first), used(cloud, second)) == ({'VCPU': 0}, {'VCPU': 4})
    assert (generation(cloud, first), generation(cloud, second)) == (4, 4)
    for wrong in (None, 4, 6):
        answer = claim(cloud, {first: {'VCPU': 1}}, consumer, wrong)
        assert (answer.status, 'consumer generation conflict' in answer.text) == (409, True)
    audit_rows(cloud)


def test_a_replacement_is_one_statement(cloud):
    provider, consumer = cloud.make_provider({'VCPU': {'total': 9}}), new_uuid()
    generations = iter([None, *range(1, 99)])
    assert least(cloud, lambda: claim(cloud, {provider: {'VCPU': 1}}, consumer,
                                      next(generations)), 10) == 1


def test_replacements_side_by_side_take_no_more_than_there_is(cloud):
    """Each of eight consumers is claimed with more and more, of less than all want."""
    provider, answers = cloud.make_provider({'VCPU': {'total': 40}}), []

    def take():
        consumer, held = new_uuid(), None
        for amount in range(1, 9):
            answer = claim(cloud, {provider: {'VCPU': amount}}, consumer, held)
            answers.append(answer)
            held = (held or 0) + 1 if answer.status == 204 else held
    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {204, 409}
    assert all('exceed the capacity' in answer.text for answer in answers if answer.status == 409)
    assert used(cloud, provider)['VCPU'] <= 40
    audit_rows(cloud)


def test_an_orphaned_allocation_is_replaced(cloud):
    """Old databases may have allocations of a consumer that has no row."""
    provider, consumer = cloud.make_provider({'VCPU': {'total': 9}}), new_uuid()
    cloud.sql("INSERT INTO allocations (resource_provider_id, resource_class_id, consumer_id, "
              "used) SELECT id, 0, '%s', 5 FROM resource_providers WHERE uuid = '%s'" % (
                  consumer, provider))
    assert claim(cloud, {provider: {'VCPU': 2}}, consumer).status == 204
    assert used(cloud, provider) == {'VCPU': 2}


def statements(cloud, answer):
    return int(re.search(r'sql_statements=(\d+)', cloud.request_line(answer))[1])


def least(cloud, ask, times=6):
    """The statements of a request that are prepared already: of several requests the least."""
    found = []
    for _ in range(times):
        answer = ask()
        assert answer.status == 204, answer.text
        found.append(statements(cloud, answer))
    return min(found)


def test_statements_do_not_grow_with_the_consumers_of_a_batch(cloud):
    provider = cloud.make_provider({'VCPU': {'total': 100000}})

    def batch(number):
        return cloud.ask('POST', '/allocations', {new_uuid(): {
            'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'project',
            'user_id': 'user', 'consumer_generation': None, 'consumer_type': 'INSTANCE'}
            for _ in range(number)})
    few, many, most = (least(cloud, lambda: batch(number)) for number in (50, 100, 1000))
    assert few == many == most <= 9


def test_statements_do_not_grow_with_the_providers_of_a_reshape(cloud):
    root = cloud.make_provider({'VCPU': {'total': 10}})
    providers = [root]
    for _ in range(199):
        provider = new_uuid()
        answer = cloud.ask('POST', '/resource_providers', {
            'name': provider, 'uuid': provider, 'parent_provider_uuid': root})
        assert answer.status == 200, answer.text
        providers.append(provider)
    consumer = new_uuid()
    assert claim(cloud, {root: {'VCPU': 1}}, consumer).status == 204

    def reshape(number):
        now = dict(cloud.sql('SELECT uuid, generation FROM resource_providers'))
        [[held]] = cloud.sql("SELECT generation FROM consumers WHERE uuid = '%s'" % consumer)
        return cloud.ask('POST', '/reshaper', {
            'inventories': {provider: {
                'resource_provider_generation': int(now[provider]),
                'inventories': {'VCPU': {'total': 10}}} for provider in providers[:number]},
            'allocations': {consumer: {
                'allocations': {provider: {'resources': {'VCPU': 1}}
                                for provider in providers[:number]},
                'project_id': 'project', 'user_id': 'user', 'consumer_generation': int(held),
                'consumer_type': 'INSTANCE'}}}, {'x-roles': 'admin,service'})
    few, many = (least(cloud, lambda: reshape(number)) for number in (100, 200))
    assert few == many
