"""GET /allocation_candidates: the same as the Python service finds, and nothing that a client can
make of it."""
import json
import os
import random
import time
import urllib.parse
import uuid

from cloud import Cloud, wait_until
from database import start_python_service

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
    """Some trees; what is asked for comes out of the dictionary that is returned."""
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


def test_the_python_service_finds_the_same_candidates(directory, build):
    seed = int(os.environ.get('BERTH_SEED', '0')) or 20261124
    seconds = int(os.environ.get('BERTH_SECONDS', '20'))
    dice = random.Random(seed)
    with Cloud(directory, build, workers=2) as cloud:
        port, process = start_python_service(cloud, directory)
        peer = Cloud.__new__(Cloud)
        peer.port = port
        try:
            def answers():
                try:
                    return peer.ask('GET', '/').status == 200
                except OSError:
                    return False
            wait_until('the Python service answers', answers, 60)
            for name in CLASSES + TRAITS:
                if name.startswith('CUSTOM_'):
                    kind = 'resource_classes' if name in CLASSES else 'traits'
                    put(cloud, '/%s/%s' % (kind, name), None)
            asked = fruitful = worlds = 0
            end = time.monotonic() + seconds
            while time.monotonic() < end:
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
            print('    seed %d: %d questions about %d worlds, %d with candidates' %
                  (seed, asked, worlds, fruitful))
            assert asked > 100 and fruitful > asked / 10
        finally:
            process.kill()
            process.wait()
