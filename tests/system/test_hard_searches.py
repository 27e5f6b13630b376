"""GET /allocation_candidates in random worlds, with random questions, that were made to be hard:
trees, subtrees, isolation, sharing providers, more traits than there are places for them. Each
answer is Berth's, and none takes longer than its bound.

tests/unit/candidate_bounds_test.c tries many more, without a database.
"""
import collections
import random

import pytest
from support.cloud import Cloud
from support.searches import ask_bounded

BOUND = 1
CLASSES = 4
TRAITS = 8
AGGREGATE = '5d6a2d0c-5d34-4c0e-8a2f-6f0c5c1b9a10'
SHAPES = {  # the parent of the provider with this number, among count
    'flat': lambda dice, number, count: 0,
    'chain': lambda dice, number, count: number - 1,
    'sides': lambda dice, number, count: 0 if number < 3 else 1 + number % 2,
    'comb': lambda dice, number, count: number - 2 + number % 2,
    'binary': lambda dice, number, count: (number - 1) // 2,
    'random': lambda dice, number, count: dice.randrange(number),
}

NAMES = """
INSERT INTO resource_classes (id, name)
    SELECT 21000 + seq, CONCAT('CUSTOM_C', seq) FROM seq_0_to_%d;
INSERT INTO traits (id, name) SELECT 21000 + seq, CONCAT('CUSTOM_T', seq) FROM seq_0_to_%d;
INSERT INTO placement_aggregates (id, uuid) VALUES (1, '%s');
""" % (CLASSES - 1, TRAITS - 1, AGGREGATE)
CLEAR = """
DELETE FROM inventories; DELETE FROM resource_provider_traits;
DELETE FROM resource_provider_aggregates;
SET foreign_key_checks = 0; DELETE FROM resource_providers; SET foreign_key_checks = 1;
"""


@pytest.fixture(scope='module')
def cloud(module_directory):
    with Cloud(module_directory, workers=1, berth='candidates_timeout = %d' % BOUND) as cloud:
        cloud.sql(NAMES)
        yield cloud


def insert(table, columns, rows):
    return 'INSERT INTO %s (%s) VALUES %s;\n' % (
        table, columns, ','.join('(%s)' % row for row in rows)) if rows else ''


def make_world(cloud, dice):
    """One to three trees, and at times providers that share. Return the size of a tree."""
    shape, size = dice.choice(sorted(SHAPES)), dice.choice([20, 60, 240])
    total = dice.choice([1, 2, 101])
    providers, inventories, traits, members = [], [], [], []
    for tree in range(dice.choice([1, 1, 3])):
        for number in range(size):
            own = 1000 * (tree + 1) + number
            parent = None if number == 0 else \
                1000 * (tree + 1) + SHAPES[shape](dice, number, size)
            providers.append("%d, UUID(), 'p%d', 1, %d, %s" % (
                own, own, 1000 * (tree + 1), 'NULL' if parent is None else parent))
            if number:
                inventories += ['%d, %d, %d, 0, 1, %d, 1, 1.0' % (own, 21000 + each, total, total)
                                for each in range(CLASSES)]
            traits.append('%d, %d' % (own, 21000 + number % dice.choice([1, TRAITS - 1])))
            if dice.random() < 0.3:
                members.append('%d, 1' % own)
    for own in range(9000, 9000 + dice.choice([0, 0, 12])):
        providers.append("%d, UUID(), 'p%d', 1, %d, NULL" % (own, own, own))
        inventories.append('%d, %d, %d, 0, 1, %d, 1, 1.0' % (own, 21000, total, total))
        traits.append("%d, (SELECT id FROM traits WHERE name = 'MISC_SHARES_VIA_AGGREGATE')" % own)
        members.append('%d, 1' % own)
    cloud.sql(CLEAR + 'SET foreign_key_checks = 0;' + insert(
        'resource_providers', 'id, uuid, name, generation, root_provider_id, parent_provider_id',
        providers) + insert(
        'inventories', 'resource_provider_id, resource_class_id, total, reserved, min_unit, '
        'max_unit, step_size, allocation_ratio', inventories) + insert(
        'resource_provider_traits', 'resource_provider_id, trait_id', traits) + insert(
        'resource_provider_aggregates', 'resource_provider_id, aggregate_id', members))
    return size, total


def make_question(dice, size, total):
    """Near the edge of what the world has: a few groups fewer, just enough, or too many."""
    count = min(230, max(2, dice.choice([size // 2, size - 2, size - 1, size, 12])))
    groups = ['_%d' % number for number in range(count)]
    pairs = ['group_policy=' + dice.choice(['isolate', 'none'])]
    one_class = dice.random() < 0.6
    for group in groups:
        amount = dice.randrange(14, 60, 2) if total > 100 else 1
        pairs.append('resources%s=CUSTOM_C%d:%d' % (
            group, 0 if one_class else dice.randrange(CLASSES), amount))
        if dice.random() < 0.1:
            pairs.append('required%s=%sCUSTOM_T%d' % (
                group, dice.choice(['', '', '!']), dice.randrange(TRAITS)))
    if dice.random() < 0.4:  # one more trait than the slots of the unsuffixed group can have
        wanted = dice.choice([CLASSES, CLASSES + 1])
        pairs += ['resources=' + ','.join('CUSTOM_C%d:1' % each for each in range(CLASSES)),
                  'required=' + ','.join('CUSTOM_T%d' % each for each in range(wanted))]
    for _ in range(dice.choice([0, 0, 1, 1, 3, 20])):
        some = dice.sample(groups, dice.choice([2, count, max(2, count // 2)]))
        pairs.append('same_subtree=' + ','.join(some))
    if dice.random() < 0.2:
        pairs.append('member_of%s=%s' % (dice.choice(groups), AGGREGATE))
    if dice.random() < 0.2:  # complained of only if the groups before it match something
        pairs.append('resources_zzz=CUSTOM_NOPE:1')
    return '&'.join(pairs + ['limit=10'])


def test_no_search_exceeds_its_bound(cloud):
    statuses = collections.Counter()
    for seed in range(12):
        dice = random.Random(seed)
        size, total = make_world(cloud, dice)
        for _ in range(6):
            answer = ask_bounded(cloud, make_question(dice, size, total), BOUND)
            found = answer.status == 200 and bool(answer.json['allocation_requests'])
            statuses[answer.status, found] += 1
    print(statuses)
    assert statuses[200, True] > 0 and statuses[200, False] > 0, statuses
