"""What berth-manage usage and berth-manage consumers tell about who holds what."""
import json
import os
import subprocess
import unicodedata
import uuid

import pytest
from support.paths import BERTH_MANAGE, TOP

pytestmark = pytest.mark.xdist_group('trees')
CONSUMERS = ['%08d-5555-4666-8777-888888888888' % number for number in range(6)]
ODD = 'a\033[31mproject\u202e'


def run(cloud, *words, **environment):
    kept = {name: value for name, value in os.environ.items() if name != 'COLUMNS'}
    return subprocess.run([BERTH_MANAGE, '--config-file', cloud.conf, *words],
                          capture_output=True, encoding='utf-8', stdin=subprocess.DEVNULL,
                          env=dict(kept, LC_ALL='C.UTF-8', **environment))


def told(cloud, *words, **environment):
    done = run(cloud, *words, **environment)
    assert (done.returncode, done.stderr) == (0, ''), done
    return done.stdout


def told_json(cloud, *words):
    return json.loads(told(cloud, *words, '--json'))


def claim(cloud, consumer, project, user, kind, provider, **resources):
    answer = cloud.ask('PUT', '/allocations/' + consumer, {
        'allocations': {provider: {'resources': resources}}, 'project_id': project,
        'user_id': user, 'consumer_type': kind, 'consumer_generation': None})
    assert answer.status == 204, answer.text


@pytest.fixture(scope='module')
def cloud(empty_cloud):
    """Two hosts with VCPU (16, twice 2.0) and DISK_GB, a child with nothing, a shared disk."""
    cloud = empty_cloud
    inventory = {'VCPU': {'total': 8, 'allocation_ratio': 2.0}, 'DISK_GB': {'total': 100}}
    cloud.hosts = [cloud.make_provider(inventory, name='host-%d' % number) for number in (1, 2)]
    cloud.child = str(uuid.uuid4())
    answer = cloud.ask('POST', '/resource_providers', {
        'uuid': cloud.child, 'name': 'child', 'parent_provider_uuid': cloud.hosts[1]})
    assert answer.status == 200, answer.text
    first, second = cloud.hosts
    claim(cloud, CONSUMERS[0], 'blue', 'ann', 'INSTANCE', first, VCPU=4, DISK_GB=90)
    claim(cloud, CONSUMERS[1], 'blue', 'bob', 'INSTANCE', second, VCPU=4)
    claim(cloud, CONSUMERS[2], ODD, 'bob', 'MIGRATION', first, VCPU=8)
    return cloud


def test_the_whole_cloud_by_class(cloud):
    text = told(cloud, 'usage')
    assert text == ('VCPU        ██████████░░░░░░░░░░  16 /  32   50%\n'
                    'DISK_GB     █████████░░░░░░░░░░░  90 / 200   45%\n')
    with open(os.path.join(TOP, 'docs', 'database.md'), encoding='utf-8') as page:
        assert '```\n%s```\n' % text in page.read()
    assert told_json(cloud, 'usage', '--by', 'class') == {
        'by': 'class', 'providers': 3, 'count': 2, 'holders': [
            {'name': 'VCPU', 'usages': {'VCPU': {'used': 16, 'capacity': 32}}},
            {'name': 'DISK_GB', 'usages': {'DISK_GB': {'used': 90, 'capacity': 200}}}]}


def test_the_fullest_provider_comes_first(cloud):
    assert told(cloud, 'usage', '--by', 'provider') == (
        'host-1\n'
        '   VCPU        ███████████████░░░░░  12 /  16   75%\n'
        '   DISK_GB     ██████████████████░░  90 / 100   90%\n'
        'host-2\n'
        '   VCPU        █████░░░░░░░░░░░░░░░   4 /  16   25%\n'
        '   DISK_GB     ░░░░░░░░░░░░░░░░░░░░   0 / 100    0%\n')
    holders = told_json(cloud, 'usage', '--by', 'provider')['holders']
    assert [holder['uuid'] for holder in holders] == cloud.hosts


@pytest.mark.parametrize('kind, expected', [
    ('project', [('blue', 2, {'VCPU': 8, 'DISK_GB': 90}), (ODD, 1, {'VCPU': 8})]),
    ('user', [('ann', 1, {'VCPU': 4, 'DISK_GB': 90}), ('bob', 2, {'VCPU': 12})]),
    ('type', [('INSTANCE', 2, {'VCPU': 8, 'DISK_GB': 90}), ('MIGRATION', 1, {'VCPU': 8})]),
])
def test_holders_are_summed_up(cloud, kind, expected):
    answer = told_json(cloud, 'usage', '--by', kind)
    capacity = {'VCPU': 32, 'DISK_GB': 200}
    found = []
    for holder in answer['holders']:
        usages = {name: usage['used'] for name, usage in holder['usages'].items()}
        assert {name: usage['capacity'] for name, usage in holder['usages'].items()} == \
            {name: capacity[name] for name in usages}
        found.append((holder['name'], holder['consumers'], usages))
    # the largest share of a class counts: 90 of 200, then 8 of 32
    shares = [max(used / capacity[name] for name, used in usages.items())
              for _, _, usages in found]
    assert shares == sorted(shares, reverse=True)
    assert sorted(found) == sorted(expected)


def test_the_first_ones_only(cloud):
    text = told(cloud, 'usage', '--by', 'project', '--top', '1')
    assert text.startswith('blue  2 consumers\n') and 'MIGRATION' not in text
    assert text.endswith('\nand 1 project more: --top 0 shows all\n')
    assert told_json(cloud, 'usage', '--by', 'project', '--top', '1')['count'] == 2
    assert 'more' not in told(cloud, 'usage', '--by', 'project', '--top', '0')


def test_consumers_of_a_provider(cloud):
    text = told(cloud, 'consumers', 'host-1')
    assert text.splitlines()[0].startswith(CONSUMERS[0] + '  INSTANCE  since 20')
    assert '   project blue\n   user ann\n   on host-1  VCPU 4, DISK_GB 90\n' in text
    assert text.endswith(
        '\nhost-1 cannot be deleted: held by 2 consumers, parent of 0 providers\n')
    assert told(cloud, 'consumers', cloud.hosts[0].upper()) == text
    assert 'parent of 1 provider\n' in told(cloud, 'consumers', 'host-2')
    assert told(cloud, 'consumers', 'child') == \
        'child can be deleted: held by 0 consumers, parent of 0 providers\n'


def test_what_is_said_of_deletion_is_true(cloud):
    assert cloud.ask('DELETE', '/resource_providers/' + cloud.hosts[0]).status == 409
    assert cloud.ask('DELETE', '/resource_providers/' + cloud.hosts[1]).status == 409


def test_consumers_of_a_project(cloud):
    text = told(cloud, 'consumers', '--project', 'blue')
    assert CONSUMERS[0] in text and CONSUMERS[1] in text and CONSUMERS[2] not in text
    assert text.endswith('\n2 consumers\n')
    both = told_json(cloud, 'consumers', 'host-2', '--project', 'blue')
    assert both['provider'] == {'uuid': cloud.hosts[1], 'name': 'host-2', 'children': 1}
    assert [consumer.pop('since')[:2] for consumer in both['consumers']] == ['20']
    assert both['consumers'] == [{
        'uuid': CONSUMERS[1], 'consumer_type': 'INSTANCE', 'project_id': 'blue', 'user_id': 'bob',
        'allocations': {cloud.hosts[1]: {'name': 'host-2', 'resources': {'VCPU': 4}}}}]
    assert len(told_json(cloud, 'consumers')['consumers']) == 3


def test_an_allocation_without_a_consumer_row_belongs_to_nobody(cloud):
    cloud.sql("DELETE FROM consumers WHERE uuid = '%s'" % CONSUMERS[1])
    try:
        holders = told_json(cloud, 'usage', '--by', 'project')['holders']
        assert {'name': None, 'consumers': 1,
                'usages': {'VCPU': {'used': 4, 'capacity': 32}}} in holders
        assert '(no consumer row)  1 consumer\n' in told(cloud, 'usage', '--by', 'project')
        assert 'without a consumer row' in told(cloud, 'consumers', 'host-2')
    finally:
        cloud.sql("INSERT INTO consumers (uuid, project_id, user_id, generation) SELECT '%s', "
                  "p.id, u.id, 1 FROM projects p, users u WHERE p.external_id = 'blue' AND "
                  "u.external_id = 'bob'" % CONSUMERS[1])


def test_lines_fit_and_names_do_not_write_to_the_terminal(cloud):
    for words in (('usage', '--by', 'project'), ('consumers',)):
        for columns in (60, 80):
            text = told(cloud, *words, COLUMNS=str(columns))
            assert '\033' not in text and '\u202e' not in text
            for line in text.splitlines():
                assert sum(2 if unicodedata.east_asian_width(letter) == 'W' else 1
                           for letter in line) <= max(columns, 78), line


def test_wrong_arguments(cloud):
    for words in (('usage', '--by', 'moon'), ('usage', '--top', '-1'), ('usage', '--top', 'x'),
                  ('usage', 'x'), ('consumers', 'a', 'b'), ('consumers', '--what')):
        assert run(cloud, *words).returncode == 64, words
    done = run(cloud, 'consumers', 'nobody')
    assert (done.returncode, done.stderr) == \
        (1, 'berth-manage: there is no resource provider nobody\n')
