"""GET /allocation_candidates: the answers of the Python service, and requests of hard work."""
import json
import os
import random
import threading
import urllib.parse
import uuid

import pytest
from support import searches
from support.cloud import PATIENT, SIGKILL, Cloud, wait_until
from support.processes import cpu_seconds
from support.program import is_sanitized
from support.python_service import PythonService

SECONDS = 10  # of a processor, for one answer: without the right order it would be minutes
BOUND = 1  # [berth] candidates_timeout for what would take for ever; of a processor for the rest

CLASSES = ['VCPU', 'MEMORY_MB', 'DISK_GB', 'CUSTOM_FPGA']
TRAITS = ['HW_CPU_X86_AVX', 'HW_CPU_X86_SSE', 'CUSTOM_GOLD', 'CUSTOM_SILVER']
SHARING = 'MISC_SHARES_VIA_AGGREGATE'
VERSIONS = ['1.39', '1.39', '1.39', '1.36', '1.34', '1.31', '1.29', '1.28', '1.25', '1.21', '1.17',
            '1.12', '1.10']


# Worlds.

def put(cloud, path, body):
    answer = cloud.ask('PUT', path, body)
    assert answer.status in (200, 201, 204), answer.text


def make_world(cloud, dice):
    """Make some trees; return what questions may ask for."""
    world = {'providers': [], 'parents': {}, 'sharing': set(),
             'aggregates': [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(3)]}
    for number in range(dice.randint(3, 10)):
        provider = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        parent = dice.choice(world['providers']) if number and dice.random() < 0.6 else None
        answer = cloud.ask('POST', '/resource_providers',
                           {'name': provider, 'uuid': provider, 'parent_provider_uuid': parent})
        assert answer.status == 200, answer.text
        world['providers'].append(provider)
        world['parents'][provider] = parent
        fill_provider(cloud, dice, world, provider)
    return world


def fill_provider(cloud, dice, world, provider):
    at = '/resource_providers/' + provider
    inventories = {name: {'total': dice.randint(2, 12), 'reserved': dice.choice([0, 0, 0, 1]),
                          'min_unit': dice.choice([1, 1, 1, 2]), 'max_unit': dice.choice([3, 100]),
                          'step_size': dice.choice([1, 1, 1, 2]),
                          'allocation_ratio': dice.choice([1.0, 1.0, 1.5, 0.7, 1.1])}
                   for name in CLASSES if dice.random() < 0.7}
    put(cloud, at + '/inventories', {'resource_provider_generation': 0, 'inventories': inventories})
    traits = [name for name in TRAITS if dice.random() < 0.5]
    if dice.random() < 0.12:
        traits.append(SHARING)
        world['sharing'].add(provider)
    put(cloud, at + '/aggregates', {
        'resource_provider_generation': 1,
        'aggregates': [name for name in world['aggregates'] if dice.random() < 0.4]})
    put(cloud, at + '/traits', {'resource_provider_generation': 2, 'traits': traits})
    used = {name: inventories[name]['min_unit'] * inventories[name]['step_size']
            for name in inventories if dice.random() < 0.3}
    if used:  # refused where it does not fit
        cloud.claim(str(uuid.uuid4()), provider, used)


def clear(cloud):
    cloud.sql('DELETE FROM allocations; DELETE FROM consumers; DELETE FROM inventories; '
              'DELETE FROM resource_provider_traits; DELETE FROM resource_provider_aggregates; '
              'SET foreign_key_checks = 0; DELETE FROM resource_providers')


# Questions.

def make_group(dice, world, minor, suffix, classes):
    pairs = []
    if classes:
        pairs.append(('resources' + suffix, ','.join(
            '%s:%d' % (name, dice.choice([1, 1, 2, 3])) for name in classes)))
    if minor >= 17 and (not classes or dice.random() < 0.3):
        names = dice.sample(TRAITS, dice.choice([1, 1, 2]))
        if minor >= 39 and dice.random() < 0.4:
            pairs.append(('required' + suffix, 'in:' + ','.join(names)))
        elif minor >= 22 and classes and dice.random() < 0.4:
            pairs.append(('required' + suffix, '!' + names[0]))
        else:
            pairs.append(('required' + suffix, ','.join(names)))
    if minor >= 21 and dice.random() < 0.25:
        many = 'in:' + ','.join(dice.sample(world['aggregates'], 2))
        pairs.append(('member_of' + suffix, dice.choice([world['aggregates'][0], many])))
    if minor >= 32 and dice.random() < 0.12:
        pairs.append(('member_of' + suffix, '!' + dice.choice(world['aggregates'])))
    if minor >= 31 and dice.random() < 0.12:
        pairs.append(('in_tree' + suffix, dice.choice(world['providers'])))
    return pairs


def make_question(dice, world, minor):
    suffixes = [''] if dice.random() < 0.6 or minor < 25 else []
    if minor >= 25:
        names = ['1', '2', '3'] if minor < 33 else ['1', '_NET', '_DISK-x']
        suffixes += dice.sample(names, dice.randint(0 if suffixes else 1, 3))
    granular = [suffix for suffix in suffixes if suffix]
    policy = dice.choice(['none', 'isolate']) if len(granular) > 1 else None
    pairs, taken, resourceless = [], set(), []
    for suffix in suffixes:
        # A class that is asked for both without and with a suffix: upstream adds amounts up in
        # objects that several candidates share, unless the policy is none.
        free = CLASSES if policy == 'none' or suffix in granular and '' not in suffixes else \
            [name for name in CLASSES if name not in taken]
        classes = dice.sample(free, min(len(free), dice.choice([1, 1, 2])))
        if minor >= 36 and suffix and (not classes or dice.random() < 0.25):
            classes = []
            resourceless.append(suffix)
        if not classes and not (minor >= 36 and suffix):
            return None
        if not suffix or '' in suffixes:
            taken.update(classes)
        pairs += make_group(dice, world, minor, suffix, classes)
    if policy:
        pairs.append(('group_policy', policy))
    if minor >= 35 and dice.random() < 0.2:
        pairs.append(('root_required', dice.choice(['', '!']) + dice.choice(TRAITS)))
    if minor >= 36 and (resourceless or granular and dice.random() < 0.4):
        some = set(resourceless) | set(dice.sample(granular, dice.randint(1, len(granular))))
        pairs.append(('same_subtree', ','.join(sorted(some))))
    return '/allocation_candidates?' + urllib.parse.urlencode(pairs)


# Answers.

def candidates_of(answer):
    return {json.dumps(normal(request), sort_keys=True)
            for request in answer['allocation_requests']}


def normal(request):
    allocations = request['allocations']
    if isinstance(allocations, list):
        allocations = {item['resource_provider']['uuid']: {'resources': item['resources']}
                       for item in allocations}
    mappings = {suffix: sorted(providers)
                for suffix, providers in request.get('mappings', {}).items()}
    return {'allocations': allocations, 'mappings': mappings}


def summaries_of(answer):
    for summary in answer['provider_summaries'].values():
        if 'traits' in summary:
            summary['traits'].sort()
    return answer['provider_summaries']


def only_shared(world, candidate):
    """Whether what is asked for without a suffix comes from sharing providers alone: there upstream
    takes equal answers of different trees for one, and loses what goes with the others."""
    providers = json.loads(candidate)['mappings'].get('')
    return providers is None or set(providers) <= world['sharing']


def compare(world, question, version, ours, theirs):
    told = '%s (%s)\nours: %s\ntheirs: %s' % (question, version, ours.text, theirs.text)
    if theirs.status == 500 and ours.status == 200:
        return 0  # upstream breaks over some worlds with sharing providers
    assert ours.status == theirs.status, told
    if ours.status != 200:
        assert ours.json['errors'][0]['detail'] == theirs.json['errors'][0]['detail'], told
        return 0
    mine, other = candidates_of(ours.json), candidates_of(theirs.json)
    assert not other - mine, told
    assert all(only_shared(world, candidate) for candidate in mine - other), told
    if mine == other:
        assert summaries_of(ours.json) == summaries_of(theirs.json), told
    return len(mine)


@pytest.mark.plain
def test_the_python_service_finds_the_same_candidates(directory):
    seed = int(os.environ.get('BERTH_SEED', '0')) or 20261124
    questions = int(os.environ.get('BERTH_QUESTIONS', '400'))
    dice = random.Random(seed)
    with Cloud(directory, workers=2) as cloud, PythonService(cloud) as peer:
        for name in CLASSES + TRAITS:
            if name.startswith('CUSTOM_'):
                kind = 'resource_classes' if name in CLASSES else 'traits'
                put(cloud, '/%s/%s' % (kind, name), None)
        asked = fruitful = worlds = 0
        while asked < questions:
            world = make_world(cloud, dice)
            worlds += 1
            for _ in range(40):
                version = dice.choice(VERSIONS)
                question = make_question(dice, world, int(version.split('.')[1]))
                if question is None:
                    continue
                headers = {'openstack-api-version': 'placement ' + version}
                found = compare(world, question, version,
                                cloud.ask('GET', question, headers=headers),
                                peer.ask('GET', question, headers=headers))
                asked += 1
                fruitful += found > 0
            clear(cloud)
        assert fruitful > asked / 10


def make_trees(cloud, roots, children):
    """Make roots with children of one device each, by SQL: there are many."""
    cloud.sql("""
        INSERT IGNORE INTO traits (name) VALUES ('CUSTOM_HOST');
        INSERT IGNORE INTO resource_classes (id, name) VALUES (20000, 'CUSTOM_DEVICE');
        INSERT INTO resource_providers (id, uuid, name, generation, root_provider_id)
            SELECT seq * 1000, UUID(), CONCAT('host', seq), 1, seq * 1000 FROM seq_1_to_%(roots)d;
        INSERT INTO resource_providers
            (id, uuid, name, generation, root_provider_id, parent_provider_id)
            SELECT r.seq * 1000 + c.seq, UUID(), CONCAT('device', r.seq, '-', c.seq), 1,
                   r.seq * 1000, r.seq * 1000
            FROM seq_1_to_%(roots)d r, seq_1_to_%(children)d c;
        INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, min_unit,
                                 max_unit, step_size, allocation_ratio)
            SELECT id, 20000, 1, 0, 1, 1, 1, 1.0 FROM resource_providers
            WHERE parent_provider_id IS NOT NULL;
        INSERT INTO resource_provider_traits (resource_provider_id, trait_id)
            SELECT p.id, t.id FROM resource_providers p, traits t
            WHERE p.parent_provider_id IS NULL AND t.name = 'CUSTOM_HOST'
        """ % {'roots': roots, 'children': children})


def devices(count, policy, more=''):
    groups = ''.join('&resources_%d=CUSTOM_DEVICE:1' % number for number in range(count))
    return '/allocation_candidates?group_policy=%s%s%s' % (policy, groups, more)


def same_subtree(count):
    return '&required_host=CUSTOM_HOST&same_subtree=_host,' + ','.join(
        '_%d' % number for number in range(count))


def resident(cloud, when='VmHWM'):
    """Return the kilobytes of the largest worker, at its largest or (VmRSS) now."""
    sizes = []
    for pid in cloud.workers():
        with open('/proc/%d/status' % pid) as file:
            sizes += [int(line.split()[1]) for line in file if line.startswith(when)]
    return max(sizes)


def search(cloud, question, found):
    """Ask for candidates. The worker must find that many, without much work."""
    answer = searches.ask_within(cloud, question, SECONDS)
    assert answer.status == 200, answer.text
    assert len(candidates_of(answer.json)) == found, question


def search_wide(cloud, children, groups):
    questions = {
        devices(groups, 'isolate', '&limit=1000'): 1000,
        devices(groups, 'none', '&limit=1000'): 1000,
        devices(groups, 'isolate', same_subtree(groups) + '&limit=1000'): 1000,
        # one too many
        devices(children + 1, 'isolate', '&limit=1000'): 0,
        devices(children + 1, 'none', '&limit=1000'): 0,
        devices(children + 1, 'none', same_subtree(children + 1) + '&limit=1000'): 0,
    }
    for question, found in questions.items():
        search(cloud, question, found)


def test_wide_trees_do_not_explode(make_cloud):
    cloud = make_cloud(workers=1, berth=PATIENT)
    make_trees(cloud, 100, 16)
    search_wide(cloud, 16, 8)
    clear(cloud)
    make_trees(cloud, 100, 64)
    search_wide(cloud, 64, 16)
    assert is_sanitized() or resident(cloud) < 64 * 1024


def test_halves_that_do_not_suffice_are_left_at_once(directory):
    """Nine devices under one of two nodes that have eight each."""
    with Cloud(directory, workers=1, berth=PATIENT) as cloud:
        make_trees(cloud, 100, 16)
        cloud.sql("""
            INSERT INTO resource_providers
                (id, uuid, name, generation, root_provider_id, parent_provider_id)
                SELECT r.seq * 1000 + 100 + n.seq, UUID(), CONCAT('node', r.seq, '-', n.seq), 1,
                       r.seq * 1000, r.seq * 1000 FROM seq_1_to_100 r, seq_0_to_1 n;
            UPDATE resource_providers SET parent_provider_id = root_provider_id + 100 + id % 2
                WHERE id % 1000 BETWEEN 1 AND 16;
            DELETE FROM resource_provider_traits;
            INSERT INTO resource_provider_traits (resource_provider_id, trait_id)
                SELECT p.id, t.id FROM resource_providers p, traits t
                WHERE p.id % 1000 IN (100, 101) AND t.name = 'CUSTOM_HOST'
            """)
        for policy in ('isolate', 'none'):
            search(cloud, devices(8, policy, same_subtree(8) + '&limit=100'), 100)
            search(cloud, devices(9, policy, same_subtree(9)), 0)


def roots_of(answer):
    return {answer['provider_summaries'][provider]['root_provider_uuid']
            for request in answer['allocation_requests'] for provider in request['allocations']}


# [placement] options: what a question that is limited to 10 and one that is not find, of how many
# roots, where 5 roots have 5 children each.
ORDERS = [
    ('', 10, 1, 100, 5),
    ('allocation_candidates_generation_strategy = breadth-first', 10, 5, 100, 5),
    ('max_allocation_candidates = 7', 7, 1, 7, 1),
    ('max_allocation_candidates = 7\nallocation_candidates_generation_strategy = breadth-first',
     7, 5, 7, 5),
    ('randomize_allocation_candidates = true', 10, None, 100, 5),
]


def test_candidates_come_in_the_order_that_is_configured(directory):
    for number, (options, limited, limited_roots, all_found, all_roots) in enumerate(ORDERS):
        folder = os.path.join(directory, str(number))
        with Cloud(folder, workers=1, berth='[placement]\n' + options) as cloud:
            make_trees(cloud, 5, 5)
            for question, found, roots in (
                    (devices(2, 'isolate', '&limit=10'), limited, limited_roots),
                    (devices(2, 'isolate'), all_found, all_roots)):
                answer = cloud.ask('GET', question).json
                assert len(candidates_of(answer)) == found, (options, question)
                assert roots is None or len(roots_of(answer)) == roots, (options, question)
                orders = {tuple(json.dumps(normal(request), sort_keys=True) for request in
                                cloud.ask('GET', question).json['allocation_requests'])
                          for _ in range(5)}
                assert (len(orders) > 1) == ('randomize' in options), (options, question)


def test_summaries_have_traits_of_few_and_of_many(make_cloud):
    """Traits are read before the search: of the trees that have anything left."""
    cloud = make_cloud(workers=1)
    make_trees(cloud, 30, 20)
    for left in (30, 2, 0):
        cloud.sql('UPDATE inventories SET reserved = total WHERE resource_provider_id > %d'
                  % (left * 1000 + 999))
        answer = cloud.ask('GET', devices(2, 'isolate', '&limit=40000')).json
        assert len(roots_of(answer)) == left
        traits = [summary['traits'] for summary in answer['provider_summaries'].values()]
        assert len(traits) == left * 21
        assert sum(traits, []) == ['CUSTOM_HOST'] * left


def make_bins(cloud, count, total):
    make_trees(cloud, 1, count)
    cloud.sql('UPDATE inventories SET total = %d, max_unit = %d' % (total, total))


def ask_bounded(cloud, question):
    return searches.ask_bounded(cloud, question, BOUND)


def puzzle():
    """A question about make_bins(16, 101): even amounts that just do not fill bins of odd size.
    Nothing but trying tells that."""
    dice = random.Random(5)
    amounts = [dice.randrange(14, 48, 2) for _ in range(52)]
    while sum(amounts) != 1602:
        at = dice.randrange(len(amounts))
        amounts[at] = max(14, min(48, amounts[at] + (2 if sum(amounts) < 1602 else -2)))
    return 'group_policy=none' + ''.join(
        '&resources_%d=CUSTOM_DEVICE:%d' % item for item in enumerate(amounts))


def test_a_search_ends_in_time(make_cloud):
    cloud = make_cloud(workers=1, berth='candidates_timeout = %d' % BOUND)
    make_bins(cloud, 16, 101)
    worker = cloud.workers()
    assert ask_bounded(cloud, puzzle()).status == 503
    # by the clock: a worker that the machine holds up is too late with the easiest search
    wait_until('another search succeeds', lambda: cloud.ask(
        'GET', devices(2, 'none', '&limit=3')).status == 200)
    assert cloud.workers() == worker, cloud.log()


def test_a_search_holds_no_transaction(make_cloud):
    cloud = make_cloud(workers=1, berth='request_timeout = 900\ncandidates_timeout = 600')
    make_bins(cloud, 16, 101)
    [worker] = cloud.workers()
    before = cpu_seconds([worker])
    answers = []
    asking = threading.Thread(target=lambda: answers.append(
        cloud.ask('GET', '/allocation_candidates?' + puzzle(), timeout=600)))
    asking.start()
    try:
        wait_until('it is searching', lambda: cpu_seconds([worker]) > before + 0.5)
        assert cloud.sql('SELECT COUNT(*) FROM information_schema.innodb_trx') == [['0']]
        assert answers == []
    finally:
        os.kill(worker, SIGKILL)  # otherwise it would search until its time is up
        asking.join()
    assert answers[0].status == 502, answers[0].text


def groups(count):
    return ''.join('&resources%d=CUSTOM_DEVICE:1' % number for number in range(1, count + 1))


def names(count):
    return ','.join(str(number) for number in range(1, count + 1))


def test_many_groups_of_one_subtree_end_in_time(make_cloud):
    """245 groups in one subtree, of a root with two sides that have 240 children each."""
    cloud = make_cloud(workers=1, berth=PATIENT)
    make_trees(cloud, 1, 480)
    cloud.sql("""
        INSERT INTO resource_providers
            (id, uuid, name, generation, root_provider_id, parent_provider_id)
            SELECT 2000 + seq, UUID(), CONCAT('side', seq), 1, 1000, 1000 FROM seq_0_to_1;
        UPDATE resource_providers SET parent_provider_id = 2000 + id % 2
            WHERE id BETWEEN 1001 AND 1480;
        DELETE FROM resource_provider_traits;
        INSERT INTO resource_provider_traits (resource_provider_id, trait_id)
            SELECT p.id, t.id FROM resource_providers p, traits t
            WHERE p.id IN (2000, 2001) AND t.name = 'CUSTOM_HOST';
        """)
    for policy in ('isolate', 'none'):
        # no device is above the others; a host is above 240
        fail = [groups(245) + '&same_subtree=' + names(245),
                groups(244) + '&required_host=CUSTOM_HOST'
                '&same_subtree=_host,' + names(244)]
        for question in fail:
            question = 'group_policy=%s%s&limit=1' % (policy, question)
            answer = ask_bounded(cloud, question)
            assert answer.status == 200, answer.text
            assert candidates_of(answer.json) == set()
        answer = ask_bounded(cloud, 'group_policy=%s%s&required_host=CUSTOM_HOST&same_subtree='
                             '_host,%s&limit=10' % (policy, groups(240), names(240)))
        assert answer.status == 200, answer.text
        assert len(candidates_of(answer.json)) == 10


def test_a_subtree_that_is_named_often_ends_in_time(make_cloud):
    cloud = make_cloud(workers=1, berth=PATIENT)
    make_trees(cloud, 1, 400)
    question = 'group_policy=isolate%s&required_host=CUSTOM_HOST&limit=10' % groups(250)
    answer = ask_bounded(cloud, question + ('&same_subtree=_host,' + names(250)) * 30)
    assert answer.status == 200, answer.text
    assert len(candidates_of(answer.json)) == 10
    answer = ask_bounded(cloud, 'group_policy=isolate%s&limit=10' % groups(250) +
                         ('&same_subtree=' + names(250)) * 30)
    assert (answer.status, candidates_of(answer.json)) == (200, set()), answer.text


def make_traits_alone(cloud, providers):
    """A tree of providers that each have nine classes, and one trait of ten."""
    cloud.sql("""
        INSERT INTO resource_classes (id, name)
            SELECT 21000 + seq, CONCAT('CUSTOM_C', seq) FROM seq_0_to_8;
        INSERT INTO traits (name) SELECT CONCAT('CUSTOM_T', seq) FROM seq_0_to_9;
        INSERT INTO resource_providers
            (id, uuid, name, generation, root_provider_id, parent_provider_id)
            SELECT 3000 + seq, UUID(), CONCAT('p', seq), 1, 3000, IF(seq = 0, NULL, 3000)
            FROM seq_0_to_%(most)d;
        INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, min_unit,
                                 max_unit, step_size, allocation_ratio)
            SELECT 3001 + p.seq, 21000 + c.seq, 100, 0, 1, 100, 1, 1.0
            FROM seq_1_to_%(most)d p, seq_0_to_8 c WHERE p.seq < %(most)d;
        INSERT INTO resource_provider_traits (resource_provider_id, trait_id)
            SELECT p.id, t.id FROM resource_providers p, traits t
            WHERE p.id > 3000 AND t.name = CONCAT('CUSTOM_T', p.id %% 10);
        """ % {'most': providers})


def test_more_traits_than_slots_end_in_time(make_cloud):
    """Also where a later group names what does not exist: then upstream complains only if the
    groups before it match something."""
    cloud = make_cloud(workers=1, berth=PATIENT)
    make_traits_alone(cloud, 60)
    classes = 'resources=' + ','.join('CUSTOM_C%d:1' % number for number in range(9))
    for traits, found in ((10, 0), (9, 5)):
        question = classes + '&required=' + ','.join('CUSTOM_T%d' % number
                                                     for number in range(traits))
        answer = ask_bounded(cloud, question + '&limit=5')
        assert answer.status == 200, answer.text
        assert len(candidates_of(answer.json)) == found
        for unknown in ('resources_X=CUSTOM_NOPE:1',
                        'resources_X=CUSTOM_C0:1&required_X=CUSTOM_NOPE'):
            answer = ask_bounded(cloud, '%s&%s&limit=5' % (question, unknown))
            if found:
                assert answer.status == 400 and 'CUSTOM_NOPE' in answer.text, answer.text
            else:
                assert (answer.status, candidates_of(answer.json)) == (200, set()), answer.text


def test_a_large_answer_leaves_a_worker_small(make_cloud):
    cloud = make_cloud(workers=1, berth=PATIENT)
    make_trees(cloud, 10, 16)
    worker = cloud.workers()
    for _ in range(2):
        search(cloud, devices(8, 'isolate', '&limit=20000'), 20000)
    wait_until('the memory is given back',
               lambda: is_sanitized() or resident(cloud, 'VmRSS') < 12 * 1024)
    assert resident(cloud) > 20 * 1024
    assert cloud.workers() == worker, cloud.log()


def test_a_search_keeps_within_its_memory(make_cloud):
    cloud = make_cloud(workers=1, berth=PATIENT + 'max_candidates_memory = %d' % (8 << 20))
    make_trees(cloud, 10, 16)
    worker = cloud.workers()
    answer = cloud.ask('GET', devices(8, 'isolate'))
    assert answer.status == 400, answer.text
    assert 'limit parameter' in answer.text, answer.text
    search(cloud, devices(8, 'isolate', '&limit=500'), 500)
    assert cloud.workers() == worker, cloud.log()
    assert is_sanitized() or resident(cloud) < 40 * 1024, resident(cloud)
