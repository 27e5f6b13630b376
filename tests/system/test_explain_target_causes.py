"""The first sentence of an explanation names the cause: what the host lacks that a migration asks
for, what only the root of a device has, what is forbidden, and which of several is the nearest.
"""
import pytest

from support.small_worlds import SHARED_POOL as POOL
from support.small_worlds import SHARING, explain, host, limited, make

GPU_HOST = {'c1': host(VCPU=8, aggregates='rack'),
            'gpu1': host('c1', VGPU=4, traits='CUSTOM_A')}
PORT = 'NET_BW_EGR_KILOBIT_PER_SEC', 'NET_BW_IGR_KILOBIT_PER_SEC'
BANDWIDTH = '%s:500,%s:500' % PORT


def nic(parent, *used, traits='CUSTOM_NET'):
    return host(parent, traits=traits, used=used and dict(zip(PORT, used)),
                **dict.fromkeys(PORT, 1000))


# Those of the network lack both amounts of a port.
NICS = {'c1': host(VCPU=8), 'nic1': nic('c1', 900, 800),
        'c2': host(VCPU=8, used={'VCPU': 8}), 'nic2': nic('c2')}
# What it is about; the providers; the query; the first sentence.
CAUSES = [
    ('only the root of the device is in the aggregate',
     dict(GPU_HOST, c2=host(VCPU=8), gpu2=host('c2', VGPU=4, traits='CUSTOM_A')),
     'resources=VCPU:1&resources_p=VGPU:1&required_p=CUSTOM_A&member_of_p={rack}',
     'No provider has the trait CUSTOM_A and is in the aggregate rack: gpu1 is not in it (only '
     'its root c1 is, which does not count for _p).'),
    ('the same of a trait that many have',
     dict(GPU_HOST, c2=host(VCPU=8), gpu2=host('c2', traits='CUSTOM_A'),
          gpu3=host('c2', traits='CUSTOM_A'), gpu4=host('c2', VGPU=4)),
     'resources=VCPU:1&resources1=VGPU:1&required1=CUSTOM_A&member_of1={rack}',
     'No provider has the trait CUSTOM_A and is in the aggregate rack: gpu1 is not in it (only '
     'its root c1 is, which does not count for group 1).'),
    ('only the root of the device has the trait',
     {'c1': host(VCPU=8, traits='CUSTOM_LICENSED'), 'gpu1': host('c1', VGPU=4),
      'c2': host(VCPU=8), 'gpu2': host('c2', VGPU=4), 'c3': host(VCPU=8),
      'gpu3': host('c3', VGPU=4)},
     'resources=VCPU:1&resources1=VGPU:1&required1=CUSTOM_LICENSED',
     'No provider offers 1 VGPU and has the trait CUSTOM_LICENSED: gpu1 lacks the trait '
     'CUSTOM_LICENSED (only its root c1 has it, which does not count for group 1).'),
    ('the forbidden trait is below the roots',
     {'c1': host(VCPU=8), 'nic1': host('c1', NET_BW_EGR_KILOBIT_PER_SEC=20, traits='CUSTOM_DIRECT'),
      'c2': host(VCPU=8),
      'nic2': host('c2', NET_BW_EGR_KILOBIT_PER_SEC=20, traits='CUSTOM_DIRECT')},
     'resources=VCPU:1,NET_BW_EGR_KILOBIT_PER_SEC:20&required=!CUSTOM_DIRECT',
     'Every provider that offers 20 NET_BW_EGR_KILOBIT_PER_SEC has the forbidden trait '
     'CUSTOM_DIRECT (nic1, and 1 more).'),
    ('those without the forbidden trait are too small',
     {'c1': host(VCPU=8), 'nic1': host('c1', NET_BW_EGR_KILOBIT_PER_SEC=20, traits='CUSTOM_DIRECT'),
      'br1': host('c1', NET_BW_EGR_KILOBIT_PER_SEC=10),
      'c2': host(VCPU=8), 'br2': host('c2', NET_BW_EGR_KILOBIT_PER_SEC=10)},
     'resources=VCPU:1,NET_BW_EGR_KILOBIT_PER_SEC:20&required=!CUSTOM_DIRECT',
     'Every provider that offers 20 NET_BW_EGR_KILOBIT_PER_SEC has the forbidden trait '
     'CUSTOM_DIRECT (nic1); c1 on br1 has 10 NET_BW_EGR_KILOBIT_PER_SEC in all, not 20, and 1 '
     'more.'),
    ('of those with the forbidden trait one is not left out',
     {'c1': host(VCPU=8, traits='CUSTOM_A CUSTOM_OLD'), 'c2': host(VCPU=8, traits='CUSTOM_A'),
      'c3': host(VCPU=8, used={'VCPU': 6})},
     'resources=VCPU:4&required=!CUSTOM_A&root_required=!CUSTOM_OLD',
     'Every provider that offers 4 VCPU has the forbidden trait CUSTOM_A (c2); c3 lacks 2 VCPU '
     'of 4 (6 of 8 used).'),
    ('one host is in the forbidden aggregate, and another is not',
     {'c1': host(VCPU=8, aggregates='rack'), 'c2': host(VCPU=8, used={'VCPU': 5})},
     'resources=VCPU:4&member_of=!{rack}',
     'Every provider that offers 4 VCPU is in the forbidden aggregate rack (c1); c2 lacks 1 VCPU'
     ' of 4 (5 of 8 used).'),
    ('nothing at all is further than what is allowed at once',
     {'tiny': host(VCPU=limited(1, allocation_ratio=0.5)),
      'c1': host(VCPU=limited(96, max_unit=16)), 'c2': host(MEMORY_MB=64)},
     'resources=VCPU:24',
     'No provider offers 24 VCPU: 1 is too small (0 on tiny), 1 allows less at once (max_unit 16'
     ' on c1).'),
    ('the same among those with the trait',
     {'tiny': host(VCPU=limited(1, allocation_ratio=0.5), traits='CUSTOM_A'),
      'c1': host(VCPU=limited(96, max_unit=16), traits='CUSTOM_A'),
      'c2': host(VCPU=96, traits='CUSTOM_A', used={'VCPU': 95}), 'c3': host(VCPU=96)},
     'resources=VCPU:24&required=CUSTOM_A',
     'No provider offers 24 VCPU and has the trait CUSTOM_A: c1 allows at most 16 VCPU at once '
     '(max_unit), not 24; c2 lacks 23 VCPU of 24 (95 of 96 used); tiny has 0 VCPU in all, not '
     '24.'),
    ('one that allows less at once is full besides',
     {'c1': host(VCPU=limited(16, max_unit=16), traits='CUSTOM_A', used={'VCPU': 16}),
      'c2': host(VCPU=limited(96, max_unit=16), traits='CUSTOM_A', used={'VCPU': 16}),
      'c3': host(VCPU=96)},
     'resources=VCPU:24&required=CUSTOM_A',
     'No provider offers 24 VCPU and has the trait CUSTOM_A: c2 allows at most 16 VCPU at once '
     '(max_unit), not 24, and 1 more.'),
    ('two amounts that the only host of an aggregate does not allow',
     {'big': host(VCPU=limited(128, min_unit=8), MEMORY_MB=limited(4096, min_unit=64),
                  aggregates='rack'), 'c1': host(VCPU=8, MEMORY_MB=64)},
     'resources=VCPU:4,MEMORY_MB:32&member_of={rack}',
     'No provider offers 4 VCPU and is in the aggregate rack: big allows 8 VCPU or more '
     '(min_unit), not 4; nor 32 MEMORY_MB: big allows 64 MEMORY_MB or more (min_unit), not 32.'),
    ('one amount of two that is the cause twice is told once',
     {'c1': host(VCPU=8, MEMORY_MB=64, aggregates='rack'), 'pool': host(
         DISK_GB=100, aggregates='rack', traits=SHARING),
      'far': host(DISK_GB=900)},
     'resources=VCPU:1,MEMORY_MB:1,DISK_GB:500',
     'No tree, even with sharing, offers 1 VCPU and 500 DISK_GB: c1 cannot use pool, which has '
     '100 DISK_GB in all, not 500.'),
    ('the target is disabled and too small',
     {'c1': host(VCPU=limited(64, max_unit=16), traits='CUSTOM_OLD'), 'c2': host(VCPU=64)},
     'resources=VCPU:20&in_tree={c1}&root_required=!CUSTOM_OLD',
     'The tree of c1 (in_tree) has a root with the forbidden trait CUSTOM_OLD (root_required); '
     'c1 allows at most 16 VCPU at once (max_unit), not 20.'),
    ('the target lacks two amounts',
     {'c1': host(VCPU=64, MEMORY_MB=64, used={'VCPU': 60, 'MEMORY_MB': 60}),
      'c2': host(VCPU=64, MEMORY_MB=64)},
     'resources=VCPU:20,MEMORY_MB:20&in_tree={c1}',
     'Nothing in the tree of c1 offers 20 VCPU: c1 lacks 16 VCPU of 20 (60 of 64 used); nor 20 '
     'MEMORY_MB: c1 lacks 16 MEMORY_MB of 20 (60 of 64 used).'),
    ('the target has only something else',
     {'c1': host(PCPU=8), 'c2': host(VCPU=64, MEMORY_MB=64)},
     'resources=VCPU:20,MEMORY_MB:20&in_tree={c1}',
     'Nothing in the tree of c1 offers 20 VCPU: c1 has no VCPU; nor 20 MEMORY_MB.'),
    ('the target has nothing yet',
     {'c1': host(), 'numa0': host('c1'), 'c2': host(VCPU=64, MEMORY_MB=64)},
     'resources=VCPU:20,MEMORY_MB:20&in_tree={c1}',
     'Nothing in the tree of c1 (in_tree) has an inventory.'),
    ('a class is used up everywhere, and the target has nothing yet',
     {'new': host(), 'metal': host(CUSTOM_GOLD=1, used={'CUSTOM_GOLD': 1})},
     'resources=CUSTOM_GOLD:1&in_tree={new}',
     'Nothing in the tree of new (in_tree) has an inventory; no provider has 1 CUSTOM_GOLD left: '
     'at most 0 (metal, 1 of 1 used).'),
    ('a class is used up everywhere, and the target is of another kind',
     {'other': host(CUSTOM_SILVER=1), 'metal': host(CUSTOM_GOLD=1, used={'CUSTOM_GOLD': 1})},
     'resources=CUSTOM_GOLD:1&in_tree={other}',
     'Nothing in the tree of other (in_tree) has CUSTOM_GOLD; no provider has 1 CUSTOM_GOLD left: '
     'at most 0 (metal, 1 of 1 used).'),
    ('a class is used up everywhere, and the target has less than others',
     {'c1': host(VCPU=8, used={'VCPU': 7}), 'c2': host(VCPU=8, used={'VCPU': 5}),
      'c3': host(VCPU=limited(8, max_unit=2))},
     'resources=VCPU:4&in_tree={c1}',
     'Nothing in the tree of c1 (in_tree) offers 4 VCPU: c1 lacks 3 VCPU of 4 (7 of 8 used); no '
     'provider offers 4 VCPU: 2 have too little left (3 on c2, 5 of 8 used), 1 allows less at once '
     '(max_unit 2 on c3).'),
    ('the device of a group with a suffix is used up, and the target has none',
     dict(GPU_HOST, c2=host(VCPU=8)), 'resources=VCPU:1&in_tree={c2}&resources_v=VGPU:5',
     'Nothing in the tree of c2 (in_tree) has VGPU; no provider has a capacity of 5 VGPU: at most '
     '4 (gpu1).'),
    ('a class is used up everywhere, and what is told names the pool of the target',
     {'c1': host(VCPU=8, aggregates='rack'), 'pool': dict(POOL, used={'DISK_GB': 999}),
      'c2': host(VCPU=8, DISK_GB=900)},
     'resources=VCPU:1&in_tree={c1}&resources_d=DISK_GB:950',
     'No provider offers 950 DISK_GB: 1 has too little left (1 on pool, 999 of 1000 used), 1 is '
     'too small (900 on c2).'),
    ('nobody has the class, nor the target',
     {'c1': host(VCPU=8)}, 'resources=VCPU:1,DISK_GB:9&in_tree={c1}',
     'No provider has an inventory of DISK_GB.'),
    ('the device of the target has another trait',
     dict(GPU_HOST, c2=host(VCPU=8), gpu2=host('c2', VGPU=4, traits='CUSTOM_B')),
     'resources=VCPU:1&in_tree={c1}&resources_v=VGPU:1&required_v=CUSTOM_B',
     'Nothing in the tree of c1 (in_tree) has the trait CUSTOM_B: gpu1 lacks the trait CUSTOM_B.'),
    ('the target has no such device',
     dict(GPU_HOST, c2=host(VCPU=8)),
     'resources=VCPU:1&in_tree={c2}&resources_v=VGPU:1&required_v=CUSTOM_A',
     'Nothing in the tree of c2 (in_tree) offers 1 VGPU.'),
    ('the target has no device, and others have none free',
     dict(GPU_HOST, c2=host(VCPU=8), c3=host(VCPU=8), gpu3=host('c3', VGPU=4, used={'VGPU': 4})),
     'resources=VCPU:1&in_tree={c3}&resources_v=VGPU:2',
     'Nothing in the tree of c3 (in_tree) offers 2 VGPU: gpu3 lacks 2 VGPU of 2 (4 of 4 used).'),
    ('the pool of the target has too little',
     {'c1': host(VCPU=8, aggregates='rack'), 'pool1': dict(POOL, used={'DISK_GB': 900}),
      'c2': host(VCPU=8, aggregates='zone'), 'pool2': host(
          DISK_GB=1000, aggregates='zone', traits=SHARING)},
     'resources=VCPU:1&in_tree={c1}&resources_d=DISK_GB:200',
     'Nothing in the tree of c1 (in_tree), or shared with it, offers 200 DISK_GB: pool1 lacks '
     '100 DISK_GB of 200 (900 of 1000 used).'),
    ('the pool is not shared with the target',
     {'c1': host(VCPU=8), 'c2': host(VCPU=8, aggregates='rack'), 'pool1': POOL},
     'resources=VCPU:1&in_tree={c1}&resources_d=DISK_GB:200&required_d=CUSTOM_SSD',
     'Nothing in the tree of c1 (in_tree), or shared with it, offers 200 DISK_GB: pool1 is not '
     'shared with it: they have no aggregate in common.'),
    ('the pool is not shared with the target, which has a disk',
     {'c1': host(VCPU=8, DISK_GB=500), 'c2': host(VCPU=8, aggregates='rack'), 'pool1': POOL},
     'resources=VCPU:1&in_tree={c1}&resources_d=DISK_GB:200&required_d=CUSTOM_SSD',
     'Nothing in the tree of c1 (in_tree), or shared with it, has the trait CUSTOM_SSD: pool1 is'
     ' not shared with it: they have no aggregate in common.'),
    ('two pools are not shared with the target',
     {'c1': host(VCPU=8, aggregates='row'), 'c2': host(VCPU=8, aggregates='rack zone'),
      'pool1': POOL, 'pool2': host(DISK_GB=1000, aggregates='zone', traits=SHARING),
      'small': host(DISK_GB=100, aggregates='zone', traits=SHARING)},
     'resources=VCPU:1&in_tree={c1}&resources_d=DISK_GB:200',
     'Nothing in the tree of c1 (in_tree), or shared with it, offers 200 DISK_GB: pool1, and 1 '
     'more, are not shared with it: they have no aggregate in common.'),
    ('a port lacks both amounts, and another host is full',
     NICS, 'resources=VCPU:1&resources_p=%s&required_p=CUSTOM_NET' % BANDWIDTH,
     'No tree has groups without suffix and _p together: c2 meets resources_p=%s and required_p='
     'CUSTOM_NET, but lacks 1 VCPU of 1 (8 of 8 used); nic1 lacks 400 NET_BW_EGR_KILOBIT_PER_SEC of'
     ' 500 (900 of 1000 used) and lacks 300 NET_BW_IGR_KILOBIT_PER_SEC of 500 (800 of 1000 used).'
     % BANDWIDTH),
    ('a port of the target lacks both amounts',
     NICS, 'resources=VCPU:1&in_tree={c1}&resources_p=' + BANDWIDTH,
     'Nothing in the tree of c1 (in_tree) offers 500 NET_BW_EGR_KILOBIT_PER_SEC: nic1 lacks 400 '
     'NET_BW_EGR_KILOBIT_PER_SEC of 500 (900 of 1000 used) and lacks 300 '
     'NET_BW_IGR_KILOBIT_PER_SEC of 500 (800 of 1000 used).'),
    ('both amounts are lacking that the group without suffix asks for',
     {'c1': host(VCPU=8), 'nic1': nic('c1', 900, 800), 'c3': host(VCPU=8),
      'nic3': nic('c3', traits='')},
     'resources=VCPU:1,%s&required=CUSTOM_NET' % BANDWIDTH,
     'No tree offers 500 NET_BW_EGR_KILOBIT_PER_SEC and has the trait CUSTOM_NET: c1 on nic1 lacks '
     '400 NET_BW_EGR_KILOBIT_PER_SEC of 500 (900 of 1000 used) and lacks 300 '
     'NET_BW_IGR_KILOBIT_PER_SEC of 500 (800 of 1000 used).'),
    ('both amounts are lacking under the root that is asked for',
     {'c1': host(VCPU=16, MEMORY_MB=64, traits='CUSTOM_A', used={'VCPU': 15, 'MEMORY_MB': 60}),
      'c2': host(VCPU=16, MEMORY_MB=64, traits='CUSTOM_A', used={'VCPU': 15, 'MEMORY_MB': 60}),
      'c3': host(VCPU=16, MEMORY_MB=64)},
     'resources=VCPU:2,MEMORY_MB:8&root_required=CUSTOM_A',
     'No tree whose root has the trait CUSTOM_A (root_required) offers 2 VCPU: c1 lacks 1 VCPU of 2'
     ' (15 of 16 used), and 1 more; c1 also lacks 4 MEMORY_MB of 8 (60 of 64 used).'),
    ('one host is in the one aggregate, with a pool, and another in the other',
     {'c1': host(VCPU=8, aggregates='rack'), 'c3': host(VCPU=8, aggregates='row'), 'pool1': POOL},
     'resources=VCPU:1&member_of={rack}&member_of={row}',
     'No tree, even with sharing, is in the aggregate rack and in the aggregate row: c3 is not in '
     'aggregate rack...; c1 is not in aggregate row....'),
    ('a host in one of two aggregates lacks an amount, another is in neither',
     {'c1': host(VCPU=8, aggregates='rack', used={'VCPU': 7}), 'c2': host(VCPU=8),
      'other': host(aggregates='row')},
     'resources=VCPU:2&member_of={rack}&member_of={row}',
     'No provider is in the aggregate rack and in the aggregate row: c1 lacks 1 VCPU of 2 (7 of 8 '
     'used) and is not in aggregate row....'),
]


@pytest.mark.parametrize('about, providers, query, cause', CAUSES,
                         ids=[cause[0] for cause in CAUSES])
def test_the_cause(empty_cloud, about, providers, query, cause):
    told, _ = explain(empty_cloud, providers, query)
    assert told == cause


COMPUTES = ['compute-%d.rack1.example.com' % number for number in range(4)]
LARGE = dict(VCPU=8, MEMORY_MB=100, DISK_GB=10)
# What it is about; what is used of each; the query; the first line, in pieces.
LONG = [
    ('three causes, each of other hosts',
     [{'VCPU': 7}, {'MEMORY_MB': 99}, {'DISK_GB': 9}, {'VCPU': 6}],
     'resources=VCPU:9,MEMORY_MB:101,DISK_GB:11&resources1=VCPU:10&resources2=MEMORY_MB:105'
     '&group_policy=none',
     ['No provider has a capacity of 9 VCPU: at most 8',
      '; no provider has a capacity of 101 MEMORY_MB', '; no provider has a capacity of 11 DISK_GB',
      '; and more.']),
    ('a cause that two groups have, and others',
     [None, None, None, None],
     'resources=DISK_GB:11,MEMORY_MB:105&resources1=MEMORY_MB:105&resources2=MEMORY_MB:105,VCPU:9'
     '&group_policy=none',
     ['No provider has a capacity of 11 DISK_GB: at most 10 (', '); no provider has a capacity of '
      '105 MEMORY_MB: at most 100 (', '); no provider has a capacity of 9 VCPU.']),
    ('two amounts, of hosts that lack both',
     [{'VCPU': 7, 'MEMORY_MB': 99}, {'VCPU': 6, 'MEMORY_MB': 99, 'DISK_GB': 9}],
     'resources=VCPU:4,MEMORY_MB:64,DISK_GB:5&required=CUSTOM_X',
     ['No provider offers 4 VCPU and has the trait CUSTOM_X: %s lacks 3 VCPU of 4 (7 of 8 used)'
      % COMPUTES[0], '63 MEMORY_MB of 64 (99 of 100 used)']),
]


@pytest.mark.parametrize('about, used, query, pieces', LONG, ids=[long[0] for long in LONG])
def test_the_first_line_is_short(empty_cloud, about, used, query, pieces):
    empty_cloud.make_empty()
    for name, amounts in zip(COMPUTES, used):
        make(empty_cloud, name, host(traits='CUSTOM_X', used=amounts, **LARGE))
    make(empty_cloud, 'other', host(**LARGE))
    told = empty_cloud.manage('explain', query).stdout.split('\n\n')[0]
    assert told.count('\n') < 4, told
    told = told.replace('\n  ', ' ')
    assert all(piece in told for piece in pieces), told
