"""What happens between the service, its database and others who use the same one."""
import os
import random
import shutil
import subprocess
import threading
import time
import uuid

from claims import RESOURCES, audit_rows
from cloud import Cloud, free_port, wait_until

INVENTORY = {'VCPU': {'total': 100000}, 'MEMORY_MB': {'total': 100000000},
             'DISK_GB': {'total': 1000000}}


class Skipped(Exception):
    """A test that cannot be run here, and why."""


def at_once(count, function):
    """Runs function(number) in threads of their own; what one of them raises is raised."""
    broken = []

    def guarded(number):
        try:
            function(number)
        except Exception as reason:  # raised below
            broken.append(reason)
    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


def kill_connections(cloud):
    ids = [row[0] for row in cloud.sql(
        "SELECT id FROM information_schema.processlist WHERE user = 'placement'")]
    for number in ids:
        cloud.sql('KILL %s' % number)
    return len(ids)


def test_connections_that_were_closed_are_opened_again(directory, build):
    with Cloud(directory, build, workers=2) as cloud:
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


def test_claims_on_one_provider_meet_without_a_conflict(directory, build):
    with Cloud(directory, build, workers=8) as cloud:
        provider = cloud.make_provider(INVENTORY)

        def claim(_):
            for _ in range(40):
                answer = cloud.claim(str(uuid.uuid4()), provider, RESOURCES)
                assert answer.status == 204, answer.text
        at_once(8, claim)
        assert cloud.sql('SELECT COUNT(*) FROM allocations') == [[str(8 * 40 * len(RESOURCES))]]
        generation = cloud.ask('GET', '/resource_providers/' + provider).json['generation']
        assert generation == 1 + 8 * 40, generation


def test_the_last_units_go_to_as_many_as_there_are(directory, build):
    with Cloud(directory, build, workers=8) as cloud:
        rounds, clients, units = 40, 8, 3
        providers = [cloud.make_provider({'VCPU': {'total': units}}) for _ in range(rounds)]
        together = threading.Barrier(clients)
        answers = [[] for _ in range(rounds)]

        def claim(_):
            for number, provider in enumerate(providers):
                together.wait(30)
                answer = cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1})
                answers[number].append(answer.status)
        at_once(clients, claim)
        for statuses in answers:
            assert sorted(statuses) == [204] * units + [409] * (clients - units), statuses
        audit_rows(cloud)


def test_changes_that_cross_each_other_are_run_again(directory, build):
    """Consumers and providers in all orders, from all sides: refused or done, never broken."""
    with Cloud(directory, build, workers=8) as cloud:
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
        at_once(8, act)
        assert 204 in seen
        audit_rows(cloud)


def start_python_service(cloud, directory, name=None):
    """The Python service on the same database, or on one of that name; gives its port and process."""
    program = shutil.which('placement-api')
    if program is None:
        raise Skipped('there is no placement-api')
    port = free_port()
    folder = os.path.join(directory, 'python')
    os.mkdir(folder)
    with open(cloud.conf) as source, open(os.path.join(folder, 'placement.conf'), 'w') as conf:
        text = source.read()
        if name is not None:
            text = text.replace('localhost/placement?', 'localhost/%s?' % name)
        conf.write(text)
    log = open(os.path.join(folder, 'log'), 'w')
    process = subprocess.Popen(
        ['/usr/bin/python3', program, '--host', '127.0.0.1', '--port', str(port)],
        env=dict(os.environ, OS_PLACEMENT_CONFIG_DIR=folder), stdout=log, stderr=log,
        stdin=subprocess.DEVNULL)
    return port, process


def test_the_python_service_may_serve_the_same_database(directory, build):
    with Cloud(directory, build, workers=4) as cloud:
        providers = [cloud.make_provider(INVENTORY) for _ in range(2)]
        port, process = start_python_service(cloud, directory)
        berth_port = cloud.port
        try:
            def answers(at):
                cloud.port = at
                try:
                    return cloud.ask('GET', '/').status == 200
                except OSError:
                    return False
            wait_until('the Python service answers', lambda: answers(port), 60)
            cloud.port = berth_port
            other = Cloud.__new__(Cloud)
            other.port = port
            counts = {'berth': 0, 'python': 0}
            until = time.monotonic() + 8

            def claim(number):
                side = other if number == 0 else cloud
                while time.monotonic() < until:
                    consumer = str(uuid.uuid4())
                    answer = side.claim(consumer, random.choice(providers), RESOURCES)
                    assert answer.status in (204, 409), answer.text
                    if answer.status == 204:
                        counts['python' if side is other else 'berth'] += 1
                        # what one has made the other shows, and gives back
                        reader = cloud if side is other else other
                        if side is other or random.random() < 0.02:
                            shown = reader.ask('GET', '/allocations/' + consumer).json
                            assert len(shown['allocations']) == 1, shown
                            assert shown['consumer_generation'] == 1, shown
                        if random.random() < 0.3:
                            gone = reader.ask('DELETE', '/allocations/' + consumer) \
                                if side is other else cloud.ask('DELETE', '/allocations/' + consumer)
                            assert gone.status == 204, gone.text
            at_once(4, claim)
            print('    claims: %(berth)d by Berth, %(python)d by the Python service' % counts)
            assert counts['berth'] > 50 and counts['python'] > 5, counts
            audit_rows(cloud)
        finally:
            cloud.port = berth_port
            process.kill()
            process.wait()
