"""berth-manage explain and GET /_berth/explain: why a request has no candidates."""
import json
import os
import random
import re
import shlex
import uuid

import pytest
from support.paths import TOP
from test_candidates import clear, make_question, make_world

WIDTH = 80
RACK, ROW, NOBODY = (str(uuid.UUID(int=number, version=4)) for number in (1, 2, 3))


def inventory(total, **more):
    return dict({'total': total}, **more)


# name: parent, inventories, traits, aggregates, used
MEMORY = {'total': 4096, 'min_unit': 256, 'step_size': 256}
PROVIDERS = {
    'compute-1': (None, {'VCPU': inventory(16, max_unit=8), 'MEMORY_MB': MEMORY},
                  ['COMPUTE_NODE', 'HW_CPU_X86_AVX2'], [RACK], {'VCPU': 7}),
    'compute-2': (None, {'VCPU': inventory(16, max_unit=8), 'MEMORY_MB': MEMORY},
                  ['COMPUTE_NODE'], [RACK], {}),
    'compute-3': (None, {'VCPU': inventory(8, max_unit=8), 'MEMORY_MB': MEMORY},
                  ['COMPUTE_NODE', 'CUSTOM_LICENSED'], [ROW], {'VCPU': 6}),
    'numa-host': (None, {'DISK_GB': inventory(100)}, ['COMPUTE_NODE', 'CUSTOM_NUMA'], [ROW], {}),
    'numa0': ('numa-host', {'VCPU': inventory(4, max_unit=4)}, ['HW_NUMA_ROOT'], [], {}),
    'numa1': ('numa-host', {'VCPU': inventory(4, max_unit=4)}, ['HW_NUMA_ROOT'], [], {}),
    'fpga0': ('numa0', {'FPGA': inventory(1)}, ['CUSTOM_FPGA_A'], [], {}),
    'nic1': ('numa1', {'PCI_DEVICE': inventory(4)}, [], [], {'PCI_DEVICE': 2}),
    'nic2': (None, {'PCI_DEVICE': inventory(8, max_unit=1)}, [], [ROW], {}),
    'shared-disk': (None, {'DISK_GB': inventory(1000)}, ['MISC_SHARES_VIA_AGGREGATE'], [RACK], {}),
}

uuids = {name: str(uuid.UUID(int=100 + number, version=4))
         for number, name in enumerate(PROVIDERS)}
# The query, and what the first line must say.
IMPOSSIBLE = [
    # One constraint alone.
    ('resources=VCPU:1&required=CUSTOM_GOLD', 'No provider has the trait CUSTOM_GOLD'),
    ('resources=VCPU:1&required=in:CUSTOM_GOLD,CUSTOM_SILVER',
     'No provider has one of the traits CUSTOM_GOLD, CUSTOM_SILVER'),
    ('resources=VCPU:1,CUSTOM_TPU:1', 'No provider has an inventory of CUSTOM_TPU'),
    ('resources=FPGA:3', 'No provider has a capacity of 3 FPGA: at most 1'),
    ('resources=PCI_DEVICE:3',
     r'No provider offers 3 PCI_DEVICE: 1 has too little left \(2 on nic1, 2 of 4 used\), 1 allows '
     r'less at once \(max_unit 1 on nic2\)\.$'),
    ('resources=VCPU:12', 'No provider allows 12 VCPU at once: max_unit is at most 8'),
    ('resources=MEMORY_MB:100',
     'No provider allows as little as 100 MEMORY_MB: min_unit is at least 256'),
    ('resources=MEMORY_MB:300', 'No provider allows 300 MEMORY_MB: step_size'),
    ('resources=VCPU:1&member_of=' + NOBODY, 'No provider is in the aggregate ' + NOBODY),
    ('resources=VCPU:1&in_tree=' + NOBODY, r'There is no provider %s \(in_tree\)' % NOBODY),
    ('resources=VCPU:1&root_required=CUSTOM_FPGA_A',
     r'No root provider has the trait CUSTOM_FPGA_A \(root_required\)'),
    # A uuid that is none comes before what else is impossible.
    ('resources=VCPU:12&in_tree=' + NOBODY,
     r'There is no provider %s \(in_tree\); no provider allows 12 VCPU at once[^.]*\.$' % NOBODY),
    ('resources=MEMORY_MB:300&member_of=' + NOBODY,
     'No provider is in the aggregate %s; no provider allows 300 MEMORY_MB' % NOBODY),
    # Pairs.
    ('resources=VCPU:4&required=CUSTOM_LICENSED',
     r'No tree, even with sharing, offers 4 VCPU and has the trait CUSTOM_LICENSED: compute-3 '
     r'lacks 2 VCPU of 4 \(6 of 8 used\)\.$'),
    ('resources=FPGA:1&required=!CUSTOM_FPGA_A',
     'Every provider that offers 1 FPGA has the forbidden trait CUSTOM_FPGA_A'),
    ('resources=FPGA:1&member_of=' + RACK,
     'No provider offers 1 FPGA and is in the aggregate %s: numa-host is not in it' % RACK),
    ('resources=PCI_DEVICE:1&member_of=!' + ROW,
     'Every provider that offers 1 PCI_DEVICE is in the forbidden aggregate %s, or its root '
     'is' % ROW),
    ('resources=FPGA:1&in_tree={compute-1}',
     r'Nothing in the tree of compute-1 offers 1 FPGA: compute-1 has no FPGA\.$'),
    ('resources=FPGA:1,MEMORY_MB:256',
     'No tree, even with sharing, offers 1 FPGA and 256 MEMORY_MB: numa-host has no MEMORY_MB'),
    ('resources=FPGA:1&root_required=!CUSTOM_NUMA',
     r'Every tree that offers 1 FPGA has the forbidden trait CUSTOM_NUMA at its root '
     r'\(root_required\): numa-host\.$'),
    ('resources=FPGA:1&root_required=HW_CPU_X86_AVX2',
     r'No tree whose root has the trait HW_CPU_X86_AVX2 \(root_required\) offers 1 FPGA'),
    ('resources=VCPU:1&in_tree={numa0}&required=CUSTOM_LICENSED',
     'Nothing in the tree of numa-host has the trait CUSTOM_LICENSED'),
    ('resources=VCPU:1&member_of=%s&member_of=%s' % (RACK, ROW),
     'No tree, even with sharing, is in the aggregate %s and in the aggregate %s' % (RACK, ROW)),
    # Groups.
    ('resources1=FPGA:1&resources2=FPGA:1&group_policy=none',
     'Groups 1 and 2 fit alone, not together: of 2 FPGA a tree has at most 1 left'),
    ('resources1=VCPU:1&required1=CUSTOM_LICENSED&resources2=VCPU:1&required2=CUSTOM_LICENSED&'
     'group_policy=isolate',
     'group_policy=isolate needs 2 providers for groups 1 and 2, but only 1 fits'),
    ('resources_A=FPGA:1&resources_B=PCI_DEVICE:2&same_subtree=_A,_B&group_policy=none',
     'same_subtree=_A,_B: the provider of one group must be above those of the others; in the tree '
     'of numa-host, fpga0 fits _A and nic1 fits _B, side by side'),
    ('resources1=FPGA:1&resources2=MEMORY_MB:256&group_policy=none',
     'No tree, even with sharing, has groups 1 and 2 together: numa-host meets '
     'resources1=FPGA:1, but nothing in its tree offers 256 MEMORY_MB'),
    ('resources=DISK_GB:500&resources1=VCPU:1&required1=CUSTOM_LICENSED',
     'No tree, even with sharing, has groups without suffix and 1 together: '
     'compute-3 meets resources1=VCPU:1 and required1=CUSTOM_LICENSED, but has no DISK_GB'),
    ('resources1=VCPU:1&required1=HW_NUMA_ROOT,CUSTOM_LICENSED',
     'No provider has the trait HW_NUMA_ROOT and the trait CUSTOM_LICENSED'),
    ('resources1=VCPU:3&resources2=VCPU:3&resources3=VCPU:3&group_policy=none&'
     'in_tree1={numa0}&in_tree2={numa0}&in_tree3={numa0}',
     'Groups 1, 2 and 3 fit alone, not together: no tree offers 3 . 3 . 3 VCPU'),
    ('resources1=VCPU:1&resources2=VCPU:1&group_policy=isolate&same_subtree=1,2',
     'same_subtree=1,2 with group_policy=isolate: numa-host has only one provider at a time for '
     'both groups 1 and 2, such as numa0'),
    # Before microversion 1.29.
    ('1.28 resources=VCPU:1,DISK_GB:100&required=CUSTOM_NUMA',
     'Below microversion 1.29 no single provider of a tree offers 1 VCPU and has the trait '
     'CUSTOM_NUMA'),
]


def put(cloud, path, body=None):
    answer = cloud.ask('PUT', path, body)
    assert answer.status in (200, 201, 204), answer.text


@pytest.fixture(scope='module')
def cloud(empty_cloud):
    for name in ('CUSTOM_GOLD', 'CUSTOM_SILVER', 'CUSTOM_LICENSED', 'CUSTOM_NUMA', 'CUSTOM_FPGA_A'):
        put(empty_cloud, '/traits/' + name)
    put(empty_cloud, '/resource_classes/CUSTOM_TPU')
    for name, (parent, inventories, traits, aggregates, used) in PROVIDERS.items():
        at = '/resource_providers/' + uuids[name]
        answer = empty_cloud.ask('POST', '/resource_providers',
                                 {'name': name, 'uuid': uuids[name],
                                  'parent_provider_uuid': uuids.get(parent)})
        assert answer.status == 200, answer.text
        put(empty_cloud, at + '/inventories',
            {'resource_provider_generation': 0, 'inventories': inventories})
        put(empty_cloud, at + '/aggregates',
            {'resource_provider_generation': 1, 'aggregates': aggregates})
        put(empty_cloud, at + '/traits', {'resource_provider_generation': 2, 'traits': traits})
        if used:
            assert empty_cloud.claim(str(uuid.uuid4()), uuids[name], used).status == 204
    return empty_cloud


def empty_answers(cloud):
    """Return the counters of requests that found nothing, by filter."""
    rows = re.findall(r'^berth_candidates_empty_total\{filter="(.*)"\} (\d+)$',
                      cloud.ask('GET', '/_berth/metrics').text, re.MULTILINE)
    return {name: int(count) for name, count in rows}


def split(query):
    """Return the microversion and the query, with the uuids of the providers that it names."""
    version, _, rest = query.rpartition(' ')
    return version or '1.39', re.sub('{(.*?)}', lambda match: uuids[match.group(1)], rest)


@pytest.mark.parametrize('query, cause', IMPOSSIBLE, ids=[query for query, _ in IMPOSSIBLE])
def test_the_first_line_names_the_cause(cloud, query, cause):
    version, query = split(query)
    done = cloud.manage('explain', query, '--microversion', version)
    print(done.stdout)
    assert done.returncode == 1, done.stderr
    assert all(len(line) <= WIDTH for line in done.stdout.splitlines())
    first = done.stdout.split('\n\n')[0].replace('\n  ', ' ')
    assert re.match(cause, first), first
    headers = {'openstack-api-version': 'placement ' + version}
    told = cloud.ask('GET', '/_berth/explain?' + query, headers=headers).json
    before = empty_answers(cloud)
    answer = cloud.ask('GET', '/allocation_candidates?' + query, headers=headers)
    assert answer.json['allocation_requests'] == []
    before[told['filter']] += 1
    assert empty_answers(cloud) == before
    lines = [line for line in cloud.log().splitlines()
             if 'no allocation candidates request_id=%s ' % answer.headers[
                 'x-openstack-request-id'] in line]
    group = {None: '-', '': '""'}.get(told['group'], told['group'])
    assert len(lines) == 1 and ' INFO ' in lines[0]
    assert lines[0].endswith(' group=%s filter=%s query="%s"' % (group, told['filter'], query))


def test_a_request_of_the_log_is_explained(cloud):
    query = 'resources=VCPU:4&required=CUSTOM_LICENSED&limit=7'
    headers = {'x-openstack-request-id': 'req-%s' % uuid.uuid4(),
               'openstack-api-version': 'placement 1.30'}
    answer = cloud.ask('GET', '/allocation_candidates?' + query, headers=headers)
    cloud.ask('GET', '/resource_providers?resources=VCPU:4', headers=headers)
    expected = cloud.manage('explain', query, '--microversion', '1.30')
    log = os.path.join(cloud.stack, 'berth.log')
    for number in (answer.headers['x-openstack-request-id'].split(',')[0],
                   headers['x-openstack-request-id']):
        done = cloud.manage('explain', '--request', number, '--log', log)
        assert (done.returncode, done.stdout) == (1, expected.stdout), done.stderr
    done = cloud.manage('explain', '--request', 'req-%s' % uuid.uuid4(), '--log', log)
    assert done.returncode == 2 and 'has no request' in done.stderr
    assert cloud.manage('explain', '--request', 'x', '--log', '/nowhere').returncode == 2


def test_a_query_comes_from_a_file(cloud, directory):
    path = os.path.join(directory, 'query')
    with open(path, 'w') as file:
        file.write('\n  http://placement/allocation_candidates?resources=VCPU:4  \nmore\n')
    done = cloud.manage('explain', '--file', path)
    assert done.returncode == 0
    assert done.stdout == cloud.manage('explain', 'resources=VCPU:4').stdout
    assert cloud.manage('explain', '--file', os.devnull).returncode == 2
    for wrong in ([], ['a', 'b'], ['a', '--file', path], ['a', '--log', path], ['--what']):
        assert cloud.manage('explain', *wrong).returncode == 64


def test_the_microversion_is_checked(cloud):
    def explain(version):
        return cloud.manage('explain', 'resources=VCPU:4', '--microversion', version)
    for wrong in ('1.40', '2.1', 'x', '1.10x', '1.', '1.+10', '1.256'):
        done = explain(wrong)
        assert done.returncode == 2 and 'is no microversion' in done.stderr, wrong
    for early in ('1.0', '1.9'):
        done = explain(early)
        assert done.returncode == 1 and done.stderr == ''
        assert done.stdout == ('Refused with status 404: there are allocation candidates since '
                               'microversion 1.10\n  only\n')
        refused = cloud.manage('explain', 'resources=VCPU:4', '--json', '--microversion', early)
        assert json.loads(refused.stdout)['status'] == 404
    assert explain('1.10').returncode == 0
    assert explain('latest').stdout == explain('1.39').stdout


def test_what_the_api_refuses_is_refused(cloud):
    for query in ('resources=VCPU:1&required=CUSTOM_NONE', 'resources=CUSTOM_NONE:1', 'limit=1',
                  'resources=VCPU:x', 'resources1=VCPU:1&resources2=VCPU:1'):
        theirs = cloud.ask('GET', '/allocation_candidates?' + query)
        ours = cloud.ask('GET', '/_berth/explain?' + query)
        assert (theirs.status, ours.status) == (400, 400)
        detail = theirs.json['errors'][0]['detail']
        assert ours.json['errors'][0]['detail'] == detail
        done = cloud.manage('explain', query)
        assert done.returncode == 1
        told = json.loads(cloud.manage('explain', '--json', query).stdout)
        assert told['refused'] and told['refused'] in detail
        shown = done.stdout
        assert shown.startswith('Refused with status 400: ') and '\\u' not in shown
        assert all(len(line) <= WIDTH for line in shown.splitlines())
        rest = shown.partition('The API says: ')[2]
        assert ('unknown' in told) == (rest != '')
        assert (rest.split() or shown.split()[4:]) == told['refused'].split()


@pytest.mark.parametrize('query, minor, needs', [
    ('resources=VCPU:1&limit=1', 15, 'limit'),
    ('resources=VCPU:1&required=CUSTOM_GOLD', 16, 'required'),
    ('resources=VCPU:1&member_of=' + RACK, 20, 'member_of'),
    ('resources=VCPU:1&required=CUSTOM_GOLD,!CUSTOM_SILVER', 21,
     'required with a forbidden trait (!)'),
    ('resources=VCPU:1&member_of=%s&member_of=%s' % (RACK, ROW), 23, 'member_of more than once'),
    ('resources1=VCPU:1', 24, 'resources1 (a group with a suffix)'),
    ('resources=VCPU:1&group_policy=none', 24, 'group_policy'),
    ('resources1=VCPU:1&in_tree1={compute-1}', 30, 'in_tree1'),
    ('resources=VCPU:1&member_of=!in:' + RACK, 31, 'member_of with a forbidden aggregate (!)'),
    ('resources_gpu=VCPU:1', 32, 'resources_gpu (a suffix that is not a number)'),
    ('resources=VCPU:1&root_required=!COMPUTE_NODE', 34, 'root_required'),
    ('resources1=VCPU:1&resources2=VCPU:1&same_subtree=1,2&group_policy=none', 35, 'same_subtree'),
    ('resources2=VCPU:1&required2=in:CUSTOM_GOLD,CUSTOM_SILVER', 38, 'required2 with in:'),
])
def test_a_parameter_that_is_too_new_is_told(cloud, query, minor, needs):
    query = split(query)[1]
    done = cloud.manage('explain', query, '--microversion', '1.%d' % minor)
    refused = json.loads(cloud.manage('explain', '--json', query, '--microversion',
                                      '1.%d' % minor).stdout)
    told = '%s needs microversion 1.%d, and this request has 1.%d' % (needs, minor + 1, minor)
    first, rest = done.stdout.split('\n\n', 1)
    assert first.replace('\n  ', ' ') == 'Refused with status 400: %s.' % told
    assert rest.startswith('The API says: ') and done.returncode == 1
    assert refused['needs'] == told and refused['refused'].split() == rest.split()[3:]
    headers = {'openstack-api-version': 'placement 1.%d' % minor}
    theirs = cloud.ask('GET', '/_berth/explain?' + query, headers=headers)
    assert theirs.status == 400 and 'needs' not in theirs.text
    newer = cloud.manage('explain', query, '--microversion', '1.%d' % (minor + 1))
    assert ' needs ' not in newer.stdout


@pytest.mark.parametrize('query, unknown', [
    ('resource=VCPU:1', 'there is no parameter resource (do you mean resources?)'),
    ('resource_gpu=VCPU:1', 'there is no parameter resource_gpu (do you mean resources_gpu?)'),
    ('resource1=VCPU:1', 'there is no parameter resource1 (do you mean resources1?)'),
    ('RESOURCES=VCPU:1', 'there is no parameter RESOURCES (do you mean resources?)'),
    ('resources=VCPU:1&require=CUSTOM_GOLD&memberof=' + RACK,
     'there is no parameter require (do you mean required?), '
     'there is no parameter memberof (do you mean member_of?)'),
    ('resources=VCPU:1&group_polcy=none&limits=1',
     'there is no parameter group_polcy (do you mean group_policy?), '
     'there is no parameter limits (do you mean limit?)'),
    ('resources=VCPU:1&root_requierd=CUSTOM_GOLD',
     'there is no parameter root_requierd (do you mean root_required?)'),
    ('resources=VCPU:1&name=compute-1', 'there is no parameter name'),
    ('resources=VCPU:1&' + 'name' * 9 + '=1', 'there is no parameter ' + 'name' * 9),
    ('resources=VCPU:1&=1', 'there is no parameter ""'),
    ('resources=VCPU:1&resources_%s=VCPU:1' % ('x' * 65),
     'there is no parameter resources_' + 'x' * 65),
    ('resources=VCPU:1&in_trees={compute-1}',
     'in_trees is of a group s without resources (do you mean in_tree?)'),
    ('resources=VCPU:1&requiredCPU=CUSTOM_GOLD', None),
    ('resources=VCPU:1&required_c=CUSTOM_GOLD', None),
    ('resources=VCPU:x&resources_gpu=VCPU:1&limit=1', None),
    ('resourcess=VCPU:x&in_trees={compute-1}', None),
    ('resources=VCPU:x&requireds=CUSTOM_GOLD&same_subtree=a,s', None),
])
def test_a_parameter_that_does_not_exist_is_told(cloud, query, unknown):
    query = split(query)[1]
    done = cloud.manage('explain', query)
    refused = json.loads(cloud.manage('explain', '--json', query).stdout)
    assert done.returncode == 1 and refused.get('unknown') == unknown
    if unknown is None:
        assert 'The API says' not in done.stdout
        return
    first, rest = done.stdout.split('\n\n', 1)
    assert first.split() == ('Refused with status 400: %s.' % unknown).split()
    assert rest.startswith('The API says: ') and refused['refused'].split() == rest.split()[3:]
    assert cloud.ask('GET', '/_berth/explain?' + query).status == 400


@pytest.mark.parametrize('query, unknown', [
    ('resources=VCPU:1&required=HW_CPU_X86_AVX22',
     'there is no trait HW_CPU_X86_AVX22 (do you mean HW_CPU_X86_AVX2?)'),
    ('resources=VCPU:1&required=HW_CPU_X86_AXV2',
     'there is no trait HW_CPU_X86_AXV2 (do you mean HW_CPU_X86_AVX2?)'),
    ('resources=VCPU:1&required=!COMPUTE_STATUS_DISABLE',
     'there is no trait COMPUTE_STATUS_DISABLE (do you mean COMPUTE_STATUS_DISABLED?)'),
    ('resources=VCPU:1&root_required=CUSTOM_LICENCED',
     'there is no trait CUSTOM_LICENCED (do you mean CUSTOM_LICENSED?)'),
    ('resources=VCPU:1&resources1=VCPU:1&required1=CUSTOM_GOLDD&'
     'required1=in:CUSTOM_SILVR,CUSTOM_GOLD',
     'there is no trait CUSTOM_GOLDD (do you mean CUSTOM_GOLD?), '
     'there is no trait CUSTOM_SILVR (do you mean CUSTOM_SILVER?)'),
    ('resources=VCPUS:1', 'there is no resource class VCPUS (do you mean VCPU?)'),
    ('resources=VCPU:1,MEMORYMB:1,DISC_GB:1&required=CUSTOM_GODL',
     'there is no resource class DISC_GB (do you mean DISK_GB?), '
     'there is no resource class MEMORYMB (do you mean MEMORY_MB?), '
     'there is no trait CUSTOM_GODL (do you mean CUSTOM_GOLD?)'),
    # Nothing is like it, or several are: VCPU and PCPU. CUSTOM_ makes nothing like CUSTOM_TPU.
    ('resources=CUSTOM_TYPO:1', 'there is no resource class CUSTOM_TYPO'),
    ('resources=CUSTOM_T:1', 'there is no resource class CUSTOM_T'),
    ('resources=CUSTOM_TPV:1',
     'there is no resource class CUSTOM_TPV (do you mean CUSTOM_TPU?)'),
    ('resources=VCPU:1&required=CUSTOM_PLATINUM', 'there is no trait CUSTOM_PLATINUM'),
    ('resources=XCPU:1', 'there is no resource class XCPU'),
])
def test_a_name_that_does_not_exist_is_told(cloud, query, unknown):
    done = cloud.manage('explain', query)
    refused = json.loads(cloud.manage('explain', '--json', query).stdout)
    theirs = cloud.ask('GET', '/allocation_candidates?' + query)
    ours = cloud.ask('GET', '/_berth/explain?' + query)
    assert (done.returncode, theirs.status, ours.status) == (1, 400, 400), done.stdout
    assert refused.get('unknown') == unknown
    detail = theirs.json['errors'][0]['detail']
    more = ' The cause: %s.' % unknown if 'do you mean' in unknown else ''
    assert ours.json['errors'][0]['detail'].strip() == detail.strip() + more
    first, rest = done.stdout.split('\n\n', 1)
    assert first.split() == ('Refused with status 400: %s.' % unknown).split()
    assert rest.startswith('The API says: ') and refused['refused'].split() == rest.split()[3:]


def test_a_parameter_that_does_not_exist_is_told_beside_one_that_is_too_new(cloud):
    done = cloud.manage('explain', 'resource=VCPU:1&limit=1', '--microversion', '1.15')
    assert ' '.join(done.stdout.split('\n\n')[0].split()) == (
        'Refused with status 400: there is no parameter resource (do you mean resources?), and '
        'limit needs microversion 1.16, and this request has 1.15.')


def test_uuids_stay_whole(cloud):
    """One that does not fit behind what comes before begins a line."""
    some = [str(uuid.UUID(int=number, version=4)) for number in range(7, 12)]
    query = 'resources=VCPU:1&member_of=in:%s&in_tree=%s' % (','.join(some), some[0])
    done = cloud.manage('explain', query)
    assert done.returncode == 1
    for line in done.stdout.splitlines():
        assert len(line) <= WIDTH
    for one in some:
        assert one in done.stdout.split('\n\n')[0], one
    refused = cloud.manage('explain', 'resources=VCPU:1&limit=%s&in_tree=%s' % (some[0], some[1]))
    assert refused.returncode == 1 and some[0] in refused.stdout


def test_the_route_asks_for_what_the_candidates_ask_for(cloud):
    path = '/_berth/explain?resources=VCPU:1'
    assert cloud.ask('GET', path, headers={'x-auth-token': None}).status == 401
    assert cloud.ask('GET', path, headers={'x-auth-token': 'user:project'}).status == 403
    assert cloud.ask('GET', path, headers={'openstack-api-version': 'placement 1.9'}).status == 404
    assert cloud.ask('GET', path, headers={'accept': 'text/plain'}).status == 406
    assert cloud.ask('POST', path).status == 405
    answer = cloud.ask('GET', path)
    assert answer.status == 200
    assert answer.headers['openstack-api-version'] == 'placement 1.39'
    assert answer.json['candidates'] == 5
    assert cloud.ask('GET', '/placement' + path).json == answer.json
    assert 'name' not in answer.text and 'compute-1' not in answer.text


def test_the_command_and_the_route_agree(cloud):
    query = split('resources=VCPU:4,MEMORY_MB:512&required=CUSTOM_LICENSED&limit=1')[1]
    told = json.loads(cloud.manage('explain', '--json', query).stdout)
    answer = cloud.ask('GET', '/_berth/explain?' + query).json
    assert told['candidates'] == answer['candidates'] == 0
    assert told['nearest'][0]['name'] == 'compute-3'
    assert answer['nearest'][0]['reason'] == 'lacks 2 VCPU of 4 (6 of 8 used)'
    for entry in [told] + told['nearest'] + [used['most_free'] for group in told['groups']
                                             for used in group['resources']]:
        entry.pop('name', None)
    assert told == answer | {'cause': told['cause']}
    assert told['groups'][0]['funnel'] == [
        {'filter': 'classes', 'left': 3}, {'filter': 'units', 'left': 3},
        {'filter': 'capacity', 'left': 2}, {'filter': 'required', 'left': 0}]
    assert (told['filter'], told['group']) == ('required', '')
    assert told['impossible_sets'] == [['resources=VCPU:4', 'required=CUSTOM_LICENSED']]
    assert told['complete']
    assert not any(value in told['query'] for value in ('limit', 'group_policy'))


def members_of(value):
    """Return the names of all members of objects in a JSON value."""
    if isinstance(value, list):
        return set().union(*map(members_of, value))
    if isinstance(value, dict):
        return set(value).union(*map(members_of, value.values()))
    return set()


def test_the_page_shows_real_output(cloud):
    """With BERTH_WRITE_DOCUMENTS in the environment this test writes the page."""
    path = os.path.join(TOP, 'docs', 'explaining.md')
    with open(path) as file:
        page = file.read()

    def run(match):
        words = shlex.split(match.group(1))
        assert words[0] == 'berth-manage'
        return '```console\n$ %s\n%s```' % (match.group(1), cloud.manage(*words[1:]).stdout)
    shown, count = re.subn(r'```console\n\$ (.*)\n([\s\S]*?)```', run, page)
    assert count == 2
    if 'BERTH_WRITE_DOCUMENTS' in os.environ:
        with open(path, 'w') as file:
            file.write(shown)
    assert shown == page or 'BERTH_WRITE_DOCUMENTS' in os.environ
    query = ('/_berth/explain?resources1=VCPU:2&resources2=VCPU:9&required2=CUSTOM_GOLD&'
             'group_policy=none')
    for name in members_of(cloud.ask('GET', query).json):
        assert '`%s`' % name in page, name


def test_long_names_stay_within_the_columns(cloud):
    """Names of any characters: none is cut within a character."""
    name = '\u8a08\u7b97' * 60
    provider = cloud.make_provider({'PGPU': {'total': 1}}, name=name)
    done = cloud.manage('explain', 'resources=PGPU:2&in_tree=' + provider, LC_ALL='C.UTF-8')
    assert done.returncode == 1 and name in re.sub(r'\n *', '', done.stdout)
    assert all(len(line) <= WIDTH for line in done.stdout.splitlines())
    assert '?' not in done.stdout
    assert cloud.ask('DELETE', '/resource_providers/' + provider).status == 204


# Ways to ask for long lists of names: the first line tells the beginning of each.
ZONES = [str(uuid.UUID(int=1000 + number, version=4)) for number in range(12)]
LONG_LISTS = [
    'resources=VCPU:1&member_of=in:' + ','.join(ZONES),
    'resources=DISK_GB:1&member_of=in:%s&required=HW_NUMA_ROOT' % ','.join([RACK] + ZONES),
    'resources=VCPU:1&member_of=in:%s&member_of=in:%s' % (
        ','.join([RACK] + ZONES), ','.join([ROW] + ZONES)),
    'resources=VCPU:1&resources1=FPGA:1&member_of1=in:%s' % ','.join([RACK] + ZONES),
    'resources=VCPU:1&member_of=in:%s&member_of=!in:%s' % (','.join(ZONES), ','.join(ZONES)),
]


@pytest.mark.parametrize('query', LONG_LISTS)
def test_long_lists_take_few_lines(cloud, query):
    done = cloud.manage('explain', query)
    first = done.stdout.partition('\n\n')[0]
    assert done.returncode == 1 and len(first.splitlines()) <= 7, done.stdout
    assert re.search(r' and \d+ more', ' '.join(first.split())), done.stdout


def test_the_nearest_trees_lack_groups(cloud):
    told = cloud.ask('GET', '/_berth/explain?resources=DISK_GB:1&resources1=FPGA:1&'
                     'resources2=MEMORY_MB:256&group_policy=none').json
    assert told['filter'] == 'sharing'
    nearest = {entry['provider']: entry['reason'] for entry in told['nearest']}
    assert nearest[uuids['numa-host']] == 'has nothing for group 2'
    assert nearest[uuids['compute-1']] == 'has nothing for group 1'
    assert nearest[uuids['compute-3']] == 'has nothing for groups without suffix, 1'


def test_each_number_is_what_a_search_without_the_constraint_finds(cloud):
    """In random worlds: the query without the constraint, asked of the API, has as many."""
    dice = random.Random(14)
    freed = 0
    put(cloud, '/resource_classes/CUSTOM_FPGA')
    for _ in range(12):
        clear(cloud)
        world = make_world(cloud, dice)
        for _ in range(8):
            version = dice.choice([39, 39, 36, 33, 29, 28, 25])
            question = make_question(dice, world, version)
            if question is None:
                continue
            headers = {'openstack-api-version': 'placement 1.%d' % version}
            plain = cloud.ask('GET', question, headers=headers)
            query = question.partition('?')[2]
            answer = cloud.ask('GET', '/_berth/explain?' + query, headers=headers)
            assert answer.status == plain.status, answer.text
            if plain.status != 200:
                continue
            found = len(plain.json['allocation_requests'])
            assert answer.json['candidates'] == found, answer.text
            assert (answer.json['filter'] is None) == (found > 0), answer.text
            again = cloud.ask('GET', '/allocation_candidates?' + answer.json['query'],
                              headers=headers)
            assert len(again.json['allocation_requests']) == found, answer.text
            for without in answer.json['without']:
                if without['query'] is None:
                    continue
                minor = without.get('microversion', '1.%d' % version)
                other = cloud.ask('GET', '/allocation_candidates?' + without['query'],
                                  headers={'openstack-api-version': 'placement ' + minor})
                assert other.status == 200, (without, other.text)
                count = len(other.json['allocation_requests'])
                assert without['candidates'] == count, (question, without)
                freed += found == 0 and count > 0
    assert freed > 20
