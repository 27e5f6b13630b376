"""Lists of providers, and what belongs to one, are the same from the kept world, by SQL and from
the Python service, and cost one statement from the kept world.
"""
import os
import random
import re
import urllib.parse

import pytest
from support.cloud import STRICTEST, Cloud, wait_until
from support.python_service import PythonService
from test_candidates import CLASSES, TRAITS, clear, make_world, put
from test_world import WorldCloud

WORLDS = 8
QUESTIONS = 25
PARTS = ('', '/inventories', '/inventories/VCPU', '/inventories/CUSTOM_NONE', '/usages',
         '/aggregates', '/traits')
VERSIONS = ('1.39', '1.39', '1.22', '1.18', '1.14', '1.4', '1.0')
UNKNOWN = '00000000-0000-4000-8000-000000000000'
VARYING = ('date', 'x-openstack-request-id', 'connection', 'server')


@pytest.fixture(scope='module')
def clouds(module_directory):
    """Two pools on one database: the first keeps the world, the second does not."""
    kept = WorldCloud(module_directory, workers=1)
    plain = Cloud(os.path.join(module_directory, 'plain'), workers=1, berth='world = off',
                  sql_mode=STRICTEST)
    plain.database, plain.server = kept.database, kept.server
    kept.start()
    kept.grant()
    for name in CLASSES + TRAITS:
        if name.startswith('CUSTOM_'):
            put(kept, '/%s/%s' % ('resource_classes' if name in CLASSES else 'traits', name), None)
    plain.write_configuration()
    plain.start_stack()
    kept.wait_until_kept()
    yield kept, plain
    plain.stop_stack()
    kept.stop()


def ask(cloud, path, version):
    answer = cloud.ask('GET', path, headers={'openstack-api-version': 'placement ' + version})
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return answer.status, headers, re.sub('req-[0-9a-f-]{36}', 'req-', answer.text)


def compare(clouds, path, version):
    """Some answers show the time of the request, which is another one in another second."""
    for _ in range(20):
        kept, plain = (ask(cloud, path, version) for cloud in clouds)
        if kept == plain:
            break
    assert kept == plain, (path, version)
    return kept


def make_query(dice, world, minor):
    pairs = []
    if dice.random() < 0.1:
        pairs.append(('name', dice.choice(world['providers'] + ['nobody'])))
    if dice.random() < 0.1:
        pairs.append(('uuid', dice.choice(world['providers'])))
    if minor >= 3 and dice.random() < 0.4:
        some = dice.sample(world['aggregates'] + [UNKNOWN], 2)
        pairs.append(('member_of', dice.choice([some[0], 'in:' + ','.join(some)])))
    if minor >= 32 and dice.random() < 0.2:
        pairs.append(('member_of', '!' + dice.choice(world['aggregates'] + [UNKNOWN])))
    if minor >= 4 and dice.random() < 0.5:
        pairs.append(('resources', ','.join(
            '%s:%d' % (name, dice.choice([1, 2, 3, 8]))
            for name in dice.sample(CLASSES + ['PCPU'] * (dice.random() < 0.1), 2))))
    if minor >= 14 and dice.random() < 0.3:
        pairs.append(('in_tree', dice.choice(world['providers'] + [UNKNOWN])))
    if minor >= 18 and dice.random() < 0.6:
        names = dice.sample(TRAITS + ['CUSTOM_UNKNOWN'] * (dice.random() < 0.1), 2)
        pairs.append(('required', dice.choice([names[0], ','.join(names)])))
        if minor >= 22 and dice.random() < 0.3:
            pairs[-1] = ('required', '%s,!%s' % tuple(names))
        if minor >= 39 and dice.random() < 0.3:
            pairs.append(('required', 'in:' + ','.join(names)))
    return '/resource_providers?' + urllib.parse.urlencode(pairs)


def test_answers_are_the_same(clouds):
    dice = random.Random(7)
    found = total = 0
    kept = clouds[0]
    before = kept.world_reads()['kept']
    with PythonService(kept) as python:
        for _ in range(WORLDS):
            clear(kept)
            world = make_world(kept, dice)
            for _ in range(QUESTIONS):
                version = dice.choice(VERSIONS)
                path = make_query(dice, world, int(version[2:]))
                status, headers, text = compare(clouds, path, version)
                theirs = ask(python, path, version)
                assert (status, headers.get('last-modified') if '"uuid"' in text else None) == \
                    (theirs[0], theirs[1].get('last-modified') if '"uuid"' in text else None), path
                assert status != 200 or text == theirs[2], path
                total += 1
                found += status == 200 and '"uuid"' in text
            for provider in world['providers'] + [UNKNOWN, 'odd', world['providers'][0].upper()]:
                for part in PARTS:
                    compare(clouds, '/resource_providers/%s%s' % (provider, part),
                            dice.choice(VERSIONS))
    assert total / 3 < found < total, (found, total)
    assert kept.world_reads()['kept'] - before > total


def test_one_statement(clouds):
    """From the kept world. A world that lags on a busy machine is asked again."""
    clear(clouds[0])
    world = make_world(clouds[0], random.Random(1))
    provider = world['providers'][0]
    paths = ['/resource_providers/%s%s' % (provider, part) for part in PARTS]
    paths += ['/resource_providers' + query for query in (
        '', '?in_tree=' + provider, '?required=HW_CPU_X86_AVX,!CUSTOM_GOLD', '?resources=VCPU:1',
        '?member_of=%s&resources=VCPU:1' % world['aggregates'][0], '?member_of=' + UNKNOWN)]

    def statements(path):
        line = clouds[0].request_line(clouds[0].ask('GET', path))
        return int(line.split('sql_statements=')[1].split()[0])

    for path in paths:
        wait_until('one statement for ' + path, lambda path=path: statements(path) == 1)
    for _ in range(3):
        path = '/resource_providers/' + clouds[0].make_provider({})
        wait_until('one statement for a new one', lambda path=path: statements(path) == 1)


def insert(cloud, number, uuid, name, root, parent='NULL'):
    """A provider that no client could make."""
    cloud.sql("SET foreign_key_checks = 0; INSERT INTO resource_providers (id, uuid, name, "
              "generation, root_provider_id, parent_provider_id, created_at, updated_at) VALUES "
              "(%d, '%s', %s, %d, %s, %s, '2020-02-29 01:02:03', '20%d-01-01')"
              % (number, uuid, name, number, root, parent, number))


@pytest.mark.parametrize('damage', [
    pytest.param((), id='none'),
    pytest.param(((25, 'NULL', 'NULL'),), id='no root'),
    pytest.param(((25, '77', 'NULL'),), id='a root that does not exist'),
    pytest.param(((25, '25', '77'),), id='a parent that does not exist'),
    pytest.param(((25, '25', '26'), (26, '25', '25')), id='a circle'),
    pytest.param(((25, '25', '20'),), id='a root below another'),
])
def test_odd_rows(clouds, damage):
    clear(clouds[0])
    uuids = {20: 'aaaaaaaa-0000-4000-8000-000000000020', 21: 'odd "quoted"', 22: 'é',
             23: 'AAAAAAAA-0000-4000-8000-000000000023', 24: 'aaaaaaaa-0000-4000-8000-00000000002"',
             30: 'aaaaaaaa-0000-4000-8000-000000000030'}
    names = {20: "'a \"name\" with \\\\ and €'", 21: "''", 22: 'NULL', 23: "'23'", 24: "'24'",
             30: "'30'"}
    for number, uuid in uuids.items():
        insert(clouds[0], number, uuid, names[number], number if number < 30 else 20,
               'NULL' if number < 30 else 20)
    for number, root, parent in damage:
        insert(clouds[0], number, 'aaaaaaaa-0000-4000-8000-0000000000%d' % number,
               "'d%d'" % number, root, parent)
    paths = ['/resource_providers'] + ['/resource_providers?in_tree=' + uuid for uuid in (
        uuids[20], uuids[30], uuids[23].lower(), 'aaaaaaaa-0000-4000-8000-000000000025')]
    paths += ['/resource_providers/%s%s' % (urllib.parse.quote(uuid), part)
              for uuid in list(uuids.values()) + ['aaaaaaaa-0000-4000-8000-000000000025']
              for part in PARTS]
    for path in paths:
        for version in ('1.39', '1.10', '1.0'):
            status, _, text = compare(clouds, path, version)
            assert status == 200 or path != '/resource_providers', text
    clear(clouds[0])
