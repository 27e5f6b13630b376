"""The first sentence of an explanation tells of each road to a candidate: of a tree that lacks one
amount, and of another that lacks another one.
"""
import pytest

from support.small_worlds import POOL, SHARING, explain, host, limited

FULL_POOL = host(DISK_GB=100, aggregates='rack', traits=SHARING, used={'DISK_GB': 98})

# What it is about; the providers; the query; the microversion; the first sentence.
CAUSES = [
    ('a host lacks an amount of itself, another one that of a device',
     {'a': host(VCPU=8, used={'VCPU': 6}), 'gpu-a': host('a', PGPU=1),
      'b': host(VCPU=8), 'gpu-b': host('b', PGPU=limited(1, reserved=1)),
      'c': host(VCPU=8)},
     'resources=VCPU:4&resources1=PGPU:1', None,
     'No tree has groups without suffix and 1 together: a meets resources1=PGPU:1, but lacks 2 '
     'VCPU of 4 (6 of 8 used); gpu-b lacks 1 PGPU of 1 (1 of 1 reserved).'),
    ('two devices lack bandwidth, in one direction each',
     {'a': host(VCPU=8, traits='CUSTOM_A'),
      'nic-a': host('a', NET_BW_EGR_KILOBIT_PER_SEC=9, NET_BW_IGR_KILOBIT_PER_SEC=9,
                    used={'NET_BW_EGR_KILOBIT_PER_SEC': 8}),
      'b': host(VCPU=8, traits='CUSTOM_A'),
      'nic-b': host('b', NET_BW_EGR_KILOBIT_PER_SEC=9, NET_BW_IGR_KILOBIT_PER_SEC=9,
                    used={'NET_BW_IGR_KILOBIT_PER_SEC': 7}),
      'c': host(VCPU=8),
      'nic-c': host('c', NET_BW_EGR_KILOBIT_PER_SEC=9, NET_BW_IGR_KILOBIT_PER_SEC=9)},
     'resources=VCPU:1&required=CUSTOM_A&'
     'resources_p=NET_BW_EGR_KILOBIT_PER_SEC:4,NET_BW_IGR_KILOBIT_PER_SEC:4', None,
     'No tree has groups without suffix and _p together: c meets '
     'resources_p=NET_BW_EGR_KILOBIT_PER_SEC:4,NET_BW_IGR_KILOBIT_PER_SEC:4, but lacks the trait '
     'CUSTOM_A; nic-b lacks 2 NET_BW_IGR_KILOBIT_PER_SEC of 4 (7 of 9 used); nic-a lacks 3 '
     'NET_BW_EGR_KILOBIT_PER_SEC of 4 (8 of 9 used).'),
    ('a pool is full, and the host of another one, too',
     {'a': host(VCPU=8, used={'VCPU': 6}, aggregates='rack'),
      'pool-a': host(DISK_GB=100, aggregates='rack', traits=SHARING),
      'b': host(VCPU=8, aggregates='row'), 'c': host(VCPU=8, aggregates='row'),
      'pool-b': dict(FULL_POOL, aggregates=['row']),
      'd': host(VCPU=8)},
     'resources=VCPU:4&resources_d=DISK_GB:4', None,
     'No tree, even with sharing, has groups without suffix and _d together: a meets '
     'resources_d=DISK_GB:4, but lacks 2 VCPU of 4 (6 of 8 used); b cannot use pool-b, which lacks '
     '2 DISK_GB of 4 (98 of 100 used), and 1 more.'),
    ('the host with a free device is in a forbidden aggregate, another device is reserved',
     {'a': host(VCPU=8, aggregates='rack'), 'gpu-a': host('a', PGPU=1),
      'b': host(VCPU=8), 'gpu-b': host('b', PGPU=limited(1, reserved=1))},
     'resources=VCPU:4&member_of=!{rack}&resources1=PGPU:1', None,
     'No tree has groups without suffix and 1 together: b meets resources=VCPU:4 and '
     'member_of=!rack, but gpu-b lacks 1 PGPU of 1 (1 of 1 reserved).'),
    ('a device allows less at once, another one is used',
     {'a': host(VCPU=8, used={'VCPU': 6}), 'gpu-a': host('a', VGPU=4),
      'b': host(VCPU=8), 'gpu-b': host('b', VGPU=limited(4, max_unit=1))},
     'resources=VCPU:4&resources1=VGPU:2', None,
     'No tree has groups without suffix and 1 together: b meets resources=VCPU:4, but gpu-b '
     'allows at most 1 VGPU at once (max_unit), not 2; a lacks 2 VCPU of 4 (6 of 8 used).'),
    ('what one host has too little of would not suffice: its devices must be two',
     {'a': host(VCPU=8, used={'VCPU': 6}), 'gpu-a': host('a', VGPU=1), 'gpu-a2': host('a', VGPU=1),
      'b': host(VCPU=8), 'gpu-b': host('b', VGPU=1, used={'VGPU': 1})},
     'resources=VCPU:4&resources1=VGPU:1&resources2=VGPU:1&group_policy=isolate', None,
     'No tree has groups without suffix and 1 together: a meets resources1=VGPU:1, but lacks 2 '
     'VCPU of 4 (6 of 8 used).'),
    ('another host has too little, and is disabled',
     {'a': host(VCPU=8, used={'VCPU': 6}), 'gpu-a': host('a', VGPU=1),
      'b': host(VCPU=8, traits='CUSTOM_OLD'), 'gpu-b': host('b', VGPU=1, used={'VGPU': 1})},
     'resources=VCPU:4&resources1=VGPU:1&root_required=!CUSTOM_OLD', None,
     'No tree has groups without suffix and 1 together: a meets resources1=VGPU:1, but lacks 2 '
     'VCPU of 4 (6 of 8 used).'),
    ('with a root as required',
     {'a': host(VCPU=8, used={'VCPU': 6}, traits='CUSTOM_A'), 'gpu-a': host('a', PGPU=1),
      'b': host(VCPU=8, traits='CUSTOM_A'), 'gpu-b': host('b', PGPU=1, used={'PGPU': 1}),
      'c': host(VCPU=8), 'gpu-c': host('c', PGPU=1)},
     'resources=VCPU:4&resources1=PGPU:1&root_required=CUSTOM_A', None,
     'No tree whose root has the trait CUSTOM_A (root_required) has groups without suffix and 1 '
     'together: b meets resources=VCPU:4, but gpu-b lacks 1 PGPU of 1 (1 of 1 used); a lacks 2 '
     'VCPU of 4 (6 of 8 used).'),
    ('before trees, the pool of other hosts is full',
     {'a': host(DISK_GB=100), 'node-a': host('a', VCPU=8),
      'b': host(aggregates='rack'), 'node-b': host('b', VCPU=8),
      'pool': FULL_POOL},
     'resources=VCPU:4,DISK_GB:4', '1.28',
     'Below microversion 1.29 no single provider of a tree offers 4 VCPU and 4 DISK_GB: a has VCPU '
     'on node-a and DISK_GB on a; b cannot use pool, which lacks 2 DISK_GB of 4 (98 of 100 used).'),
    ('before trees, a host that has all itself is full',
     {'a': host(DISK_GB=100), 'node-a': host('a', VCPU=8),
      'b': host(VCPU=8, DISK_GB=100, used={'VCPU': 6})},
     'resources=VCPU:4,DISK_GB:4', '1.28',
     'Below microversion 1.29 no single provider of a tree offers 4 VCPU and 4 DISK_GB: a has VCPU '
     'on node-a and DISK_GB on a; b lacks 2 VCPU of 4 (6 of 8 used).'),
    ('before trees, another host has too little, but not on one provider',
     {'a': host(DISK_GB=100), 'node-a': host('a', VCPU=8),
      'b': host(DISK_GB=100), 'node-b': host('b', VCPU=8, used={'VCPU': 6})},
     'resources=VCPU:4,DISK_GB:4', '1.28',
     'Below microversion 1.29 no single provider of a tree offers 4 VCPU and 4 DISK_GB: a has VCPU '
     'on node-a and DISK_GB on a.'),
    ('a full pool of the aggregate that a group asks for',
     {'a': host(VCPU=8, aggregates='rack'), 'b': host(VCPU=8, aggregates='rack'),
      'pool': FULL_POOL, 'other': dict(POOL, aggregates=['row'])},
     'resources=VCPU:4&resources_d=DISK_GB:4&member_of_d={rack}', None,
     'No provider offers 4 DISK_GB and is in the aggregate rack: other is not in it; a cannot use '
     'pool, which lacks 2 DISK_GB of 4 (98 of 100 used), and 1 more.'),
    ('the only one with the trait is used, and in another aggregate',
     {'node-1': host(CUSTOM_GOLD=1, traits='CUSTOM_RAID', aggregates='row',
                     used={'CUSTOM_GOLD': 1}),
      'node-2': host(CUSTOM_SILVER=1, traits='CUSTOM_RAID', aggregates='rack'),
      'node-3': host(CUSTOM_GOLD=1, aggregates='rack'),
      'node-4': host(CUSTOM_GOLD=1, aggregates='rack'),
      'node-5': host(CUSTOM_GOLD=1, aggregates='row')},
     'resources=CUSTOM_GOLD:1&required=CUSTOM_RAID&member_of={rack}', None,
     'No provider offers 1 CUSTOM_GOLD and has the trait CUSTOM_RAID: node-3 lacks the trait '
     'CUSTOM_RAID, and 1 more.'),
    ('the pool of an aggregate is full, and its hosts have a trait only where it is no use',
     {'a': host(traits='CUSTOM_NUMA', aggregates='rack'), 'node-a': host('a', VCPU=8, MEMORY_MB=64),
      'pool': FULL_POOL,
      'b': host(DISK_GB=100, traits='CUSTOM_NUMA'), 'node-b': host('b', VCPU=8, MEMORY_MB=64)},
     'resources=VCPU:1,MEMORY_MB:1,DISK_GB:4&required=CUSTOM_NUMA&member_of={rack}', None,
     'No provider offers 4 DISK_GB and is in the aggregate rack: a cannot use pool, which lacks 2 '
     'DISK_GB of 4 (98 of 100 used); a also has the trait CUSTOM_NUMA only on the root, which '
     'provides nothing.'),
    ('two groups of one device that has one left, and allows one at once',
     {'a': host(VCPU=8),
      'gpu-a': host('a', VGPU=limited(2, max_unit=1), used={'VGPU': 1}), 'b': host(VCPU=8)},
     'resources=VCPU:1&resources1=VGPU:1&resources2=VGPU:1&group_policy=none', None,
     'Groups 1 and 2 fit alone, not together: of 2 VGPU a tree has at most 1 left (gpu-a, where '
     'max_unit allows no more).'),
    ('the same with a trait',
     {'a': host(VCPU=8), 'gpu-a': host('a', VGPU=limited(2, max_unit=1), traits='CUSTOM_A',
                                       used={'VGPU': 1}),
      'b': host(VCPU=8), 'gpu-b': host('b', VGPU=8)},
     'resources=VCPU:1&resources1=VGPU:1&resources2=VGPU:1&required1=CUSTOM_A&required2=CUSTOM_A&'
     'group_policy=none', None,
     'Groups 1 and 2 fit alone, not together: no tree offers 1 + 1 VGPU with required1=CUSTOM_A; '
     'a has 1 left on gpu-a, and max_unit allows no more.'),
]


@pytest.mark.parametrize('about, providers, query, microversion, cause', CAUSES,
                         ids=[cause[0] for cause in CAUSES])
def test_the_cause(empty_cloud, about, providers, query, microversion, cause):
    headers = microversion and {'OpenStack-API-Version': 'placement ' + microversion}
    told, _ = explain(empty_cloud, providers, query, headers)
    assert told == cause


def test_a_long_sentence_does_not_tell_what_takes_the_amounts(empty_cloud):
    """Without that it has four lines, and tells of both devices."""
    room = dict.fromkeys(('NET_BW_EGR_KILOBIT_PER_SEC', 'NET_BW_IGR_KILOBIT_PER_SEC'), 1000000)
    providers = {'port-4': host(traits='CUSTOM_PHYSNET0', **room)}
    for index, way in enumerate(('EGR', 'EGR', 'IGR'), 1):
        name = 'rack-%d' % index
        providers[name] = host()
        providers[name + ':br-phys0'] = host(
            name, traits='CUSTOM_PHYSNET0', used={'NET_BW_%s_KILOBIT_PER_SEC' % way: 900000},
            **room)
        providers[name + ':ens1'] = host(name, SRIOV_NET_VF=4, traits='CUSTOM_PHYSNET2')
    query = ('resources_p=NET_BW_EGR_KILOBIT_PER_SEC:300000,NET_BW_IGR_KILOBIT_PER_SEC:300000&'
             'required_p=CUSTOM_PHYSNET0&resources_q=SRIOV_NET_VF:1&required_q=CUSTOM_PHYSNET2&'
             'group_policy=none')
    explain(empty_cloud, providers, query)
    first = empty_cloud.manage('explain', query).stdout.partition('\n\n')[0]
    assert first == (
        'No tree has groups _p and _q together: rack-1 meets resources_q=SRIOV_NET_VF:1\n'
        '  and required_q=CUSTOM_PHYSNET2, but rack-1:br-phys0 lacks 200000\n'
        '  NET_BW_EGR_KILOBIT_PER_SEC of 300000 (900000 of 1000000 used), and 1 more;\n'
        '  rack-3:br-phys0 lacks 200000 NET_BW_IGR_KILOBIT_PER_SEC of 300000.')
