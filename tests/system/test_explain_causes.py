"""The first sentence of an explanation names the cause: one small world for each cause.

The worlds are made by the API. Providers are called by their names here, aggregates too.
"""
import re
import uuid

import pytest

SHARING = 'MISC_SHARES_VIA_AGGREGATE'


def number(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


def host(parent=None, traits='', aggregates='', used=None, **inventories):
    """Return a provider: inventories by class, an amount or (total, more)."""
    return {'parent': parent, 'traits': traits.split(), 'aggregates': aggregates.split(),
            'used': used, 'inventories': inventories}


def hosts(count, **more):
    return {'host-%02d' % index: host(VCPU=16, MEMORY_MB=4096, **more) for index in range(count)}


def limited(total, **more):
    return dict(more, total=total)


# What it is about; the providers; the query; the first sentence; the nearest, or None.
POOL = host(DISK_GB=1000, aggregates='rack')
SHARED_POOL = host(DISK_GB=1000, aggregates='rack', traits='CUSTOM_SSD ' + SHARING)
NUMA = {'c1': host(), 'numa0': host('c1', VCPU=4, traits='CUSTOM_A', aggregates='rack'),
        'numa1': host('c1', VCPU=4, aggregates='rack'), 'numa2': host('c1', VCPU=8)}
CAUSES = [
    ('the one host with the trait is full',
     dict(hosts(20), licensed=host(VCPU=16, traits='CUSTOM_LICENSED', used={'VCPU': 15})),
     'resources=VCPU:4&required=CUSTOM_LICENSED',
     'No provider offers 4 VCPU and has the trait CUSTOM_LICENSED: licensed lacks 3 VCPU of 4 '
     '(15 of 16 used).',
     ['licensed lacks 3 VCPU of 4 (15 of 16 used)',
      'host-00 lacks the trait CUSTOM_LICENSED, and 19 more']),
    ('the same for a group with a suffix',
     dict(hosts(20), licensed=host(VCPU=16, traits='CUSTOM_LICENSED', used={'VCPU': 15})),
     'resources1=VCPU:4&required1=CUSTOM_LICENSED',
     'No provider offers 4 VCPU and has the trait CUSTOM_LICENSED: licensed lacks 3 VCPU of 4 '
     '(15 of 16 used).',
     ['licensed lacks 3 VCPU of 4 (15 of 16 used)',
      'host-00 lacks the trait CUSTOM_LICENSED, and 19 more']),
    ('the trait is on a provider that offers nothing',
     {'c1': host(VCPU=16, MEMORY_MB=1024), 'nic': host('c1', traits='CUSTOM_NIC')},
     'resources=VCPU:4,MEMORY_MB:1&required=CUSTOM_NIC',
     'No tree offers 4 VCPU and has the trait CUSTOM_NIC: c1 has the trait CUSTOM_NIC only on nic, '
     'which has no VCPU.',
     ['c1 has the trait CUSTOM_NIC only on nic, which has no VCPU and no MEMORY_MB']),
    ('the trait is on the root, the class below it',
     {'c1': host(traits='CUSTOM_NIC', DISK_GB=10), 'numa0': host('c1', VCPU=4)},
     'resources=VCPU:4&required=CUSTOM_NIC',
     'No tree offers 4 VCPU and has the trait CUSTOM_NIC: c1 has the trait CUSTOM_NIC only on the '
     'root, which has no VCPU.',
     ['c1 has the trait CUSTOM_NIC only on the root, which has no VCPU']),
    ('the trait is on the pool, which is not asked for',
     {'c1': host(VCPU=16, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:4&required=CUSTOM_SSD',
     'No tree, even with sharing, offers 4 VCPU and has the trait CUSTOM_SSD: c1 has the trait '
     'CUSTOM_SSD only on pool, which has no VCPU.',
     ['c1 has the trait CUSTOM_SSD only on pool, which has no VCPU', 'pool has no VCPU']),
    ('the provider with the trait is full',
     {'c1': host(), 'numa0': host('c1', VCPU=4, traits='CUSTOM_A', used={'VCPU': 4}),
      'numa1': host('c1', VCPU=4)},
     'resources=VCPU:2&required=CUSTOM_A',
     'No tree offers 2 VCPU and has the trait CUSTOM_A: c1 has the trait CUSTOM_A only on numa0, '
     'which lacks 2 VCPU of 2 (4 of 4 used).',
     ['c1 has the trait CUSTOM_A only on numa0, which lacks 2 VCPU of 2 (4 of 4 used)']),
    ('a forbidden trait',
     hosts(3, traits='CUSTOM_OLD'), 'resources=VCPU:4,MEMORY_MB:1&required=!CUSTOM_OLD',
     'Every provider that offers 4 VCPU has the forbidden trait CUSTOM_OLD (host-00, and 2 more).',
     ['host-00 has the forbidden trait CUSTOM_OLD, and 2 more']),
    ('a forbidden trait where the required one is',
     {'old': host(VCPU=16, MEMORY_MB=1024, traits='CUSTOM_OLD CUSTOM_A'),
      'new': host(VCPU=16, MEMORY_MB=1024)},
     'resources=VCPU:4,MEMORY_MB:1&required=CUSTOM_A,!CUSTOM_OLD',
     'Every provider that offers 4 VCPU and has the trait CUSTOM_A has the forbidden trait '
     'CUSTOM_OLD (old).',
     ['old has the forbidden trait CUSTOM_OLD', 'new lacks the trait CUSTOM_A']),
    ('a forbidden trait below the root',
     {'c1': host(), 'numa0': host('c1', VCPU=4, traits='CUSTOM_A CUSTOM_OLD'),
      'numa1': host('c1', VCPU=4)},
     'resources=VCPU:2&required=CUSTOM_A,!CUSTOM_OLD',
     'No tree offers 2 VCPU, has the trait CUSTOM_A and lacks the forbidden trait CUSTOM_OLD: c1 '
     'has the trait CUSTOM_A only on numa0, which has the forbidden trait CUSTOM_OLD.',
     ['c1 has the trait CUSTOM_A only on numa0, which has the forbidden trait CUSTOM_OLD']),
    ('a forbidden aggregate',
     hosts(3, aggregates='rack'), 'resources=VCPU:4,MEMORY_MB:1&member_of=!{rack}',
     'Every provider that offers 4 VCPU is in the forbidden aggregate rack, or its root is '
     '(host-00, and 2 more).',
     ['host-00 is in the forbidden aggregate rack, and 2 more']),
    ('the forbidden aggregate of the root',
     {'c1': host(aggregates='rack'), 'numa0': host('c1', VCPU=4)},
     'resources=VCPU:4&member_of=!{rack}',
     'Every provider that offers 4 VCPU is in the forbidden aggregate rack, or its root is (c1).',
     ['c1 is in the forbidden aggregate rack']),
    ('all roots with the trait are disabled',
     dict(hosts(3), a=host(VCPU=8, traits='CUSTOM_A CUSTOM_OLD'),
          b=host(VCPU=8, traits='CUSTOM_A CUSTOM_OLD'), c=host(VCPU=8, traits='CUSTOM_OLD')),
     'resources=VCPU:1&root_required=CUSTOM_A,!CUSTOM_OLD',
     'Every root provider that has the trait CUSTOM_A has the forbidden trait CUSTOM_OLD '
     '(root_required): a, and 1 more.',
     ['host-00 lacks the trait CUSTOM_A (root_required), and 2 more',
      'a has the forbidden trait CUSTOM_OLD (root_required), and 1 more',
      'c lacks the trait CUSTOM_A and has the forbidden trait CUSTOM_OLD (root_required)']),
    ('all hosts with the trait are disabled',
     dict(hosts(3), a=host(VCPU=8, traits='CUSTOM_A CUSTOM_OLD'),
          b=host(VCPU=8, traits='CUSTOM_A CUSTOM_OLD')),
     'resources=VCPU:1&required=CUSTOM_A&root_required=!CUSTOM_OLD',
     'Every tree that has the trait CUSTOM_A has the forbidden trait CUSTOM_OLD at its root '
     '(root_required): a, and 1 more.',
     ['a has the forbidden trait CUSTOM_OLD (root_required), and 1 more',
      'host-00 lacks the trait CUSTOM_A, and 2 more']),
    ('the host of in_tree is disabled',
     dict(hosts(3), a=host(VCPU=8, traits='CUSTOM_OLD')),
     'resources=VCPU:1&in_tree={a}&root_required=!CUSTOM_OLD',
     'The tree of a (in_tree) has a root with the forbidden trait CUSTOM_OLD (root_required).',
     ['a has the forbidden trait CUSTOM_OLD (root_required)',
      'host-00 is in another tree (in_tree), and 2 more']),
    ('the host of in_tree lacks the trait of its root',
     {'a': host(VCPU=8), 'b': host(VCPU=8, traits='CUSTOM_A')},
     'resources=VCPU:1&in_tree={a}&root_required=CUSTOM_A',
     'The tree of a (in_tree) has a root without the trait CUSTOM_A (root_required).',
     ['b is in another tree (in_tree)', 'a lacks the trait CUSTOM_A (root_required)']),
    ('the device with the trait is in use',
     dict(hosts(3), c1=host(VCPU=8, MEMORY_MB=64),
          gpu1=host('c1', PGPU=1, traits='CUSTOM_A', used={'PGPU': 1}),
          c2=host(VCPU=8, MEMORY_MB=64), gpu2=host('c2', PGPU=1)),
     'resources=VCPU:1,MEMORY_MB:1,PGPU:1&required=CUSTOM_A',
     'No tree offers 1 PGPU and has the trait CUSTOM_A: c1 on gpu1 lacks 1 PGPU of 1 (1 of 1 '
     'used).',
     ['c1 on gpu1 lacks 1 PGPU of 1 (1 of 1 used)', 'c2 lacks the trait CUSTOM_A',
      'host-00 has no PGPU and lacks the trait CUSTOM_A, and 2 more']),
    ('a device in use, and a trait on another provider',
     {'c1': host(VCPU=8), 'gpu1': host('c1', PGPU=1, used={'PGPU': 1}),
      'nic1': host('c1', traits='CUSTOM_A')},
     'resources=VCPU:1,PGPU:1&required=CUSTOM_A',
     'No provider has 1 PGPU left: at most 0 (gpu1, 1 of 1 used).',
     ['c1 on gpu1 lacks 1 PGPU of 1 (1 of 1 used) and has the trait CUSTOM_A only on nic1, which '
      'has no VCPU and no PGPU']),
    ('isolate needs more devices than a host has',
     {'c1': host(VCPU=8), 'pf1': host('c1', SRIOV_NET_VF=8), 'pf2': host('c1', SRIOV_NET_VF=8),
      'c2': host(VCPU=8), 'pf3': host('c2', SRIOV_NET_VF=8)},
     'resources1=SRIOV_NET_VF:1&resources2=SRIOV_NET_VF:1&resources3=SRIOV_NET_VF:1&'
     'group_policy=isolate',
     'group_policy=isolate needs 3 providers for groups 1, 2 and 3, but at most 2 of a tree fit '
     '(c1).',
     ['c1 has room, but not on different providers, and 1 more']),
    ('max_unit is for all groups together, and two devices are too few',
     {'c1': host(VCPU=8), 'pf1': host('c1', SRIOV_NET_VF=limited(8, max_unit=1)),
      'pf2': host('c1', SRIOV_NET_VF=limited(8, max_unit=1))},
     'resources1=SRIOV_NET_VF:1&resources2=SRIOV_NET_VF:1&resources3=SRIOV_NET_VF:1&'
     'group_policy=none',
     'Groups 1, 2 and 3 fit alone, not together: no tree offers 1 + 1 + 1 SRIOV_NET_VF; c1 allows '
     '1 + 1 (max_unit on pf1 and pf2).',
     ['c1 has room for each group, but not for all together']),
    ('what is left is on one provider, and it allows less at once',
     {'c1': host(), 'big': host('c1', VCPU=limited(99, max_unit=10)), 'small': host('c1', VCPU=8)},
     'resources1=VCPU:8&resources2=VCPU:8&resources3=VCPU:8&group_policy=none',
     'Groups 1, 2 and 3 fit alone, not together: no tree offers 8 + 8 + 8 VCPU; c1 allows 10 + 8 '
     '(max_unit on big).',
     ['c1 has room for each group, but not for all together']),
    ('the pool with the trait has too little left',
     {'c1': host(VCPU=8, aggregates='rack'), 'c2': host(VCPU=8, DISK_GB=100),
      'pool': host(DISK_GB=10, aggregates='rack', traits='CUSTOM_A ' + SHARING,
                   used={'DISK_GB': 8})},
     'resources=VCPU:1,DISK_GB:5&required=CUSTOM_A',
     'No tree, even with sharing, offers 5 DISK_GB and has the trait CUSTOM_A: c1 cannot use pool, '
     'which lacks 3 DISK_GB of 5 (8 of 10 used).',
     ['c2 lacks the trait CUSTOM_A',
      'c1 cannot use pool, which lacks 3 DISK_GB of 5 (8 of 10 used)',
      'pool has no VCPU and lacks 3 DISK_GB of 5 (8 of 10 used)']),
    ('no root has both traits',
     {'a': host(VCPU=8, traits='CUSTOM_A'), 'b': host(VCPU=8, traits='CUSTOM_B'),
      'c': host(VCPU=8, traits='CUSTOM_B')},
     'resources=VCPU:1&root_required=CUSTOM_A,CUSTOM_B',
     'No root provider has the trait CUSTOM_A and the trait CUSTOM_B (root_required): b lacks '
     'CUSTOM_A, and 1 more; a lacks CUSTOM_B.',
     ['a lacks the trait CUSTOM_B (root_required)',
      'b lacks the trait CUSTOM_A (root_required), and 1 more']),
    ('the zone has no devices',
     dict(hosts(3, aggregates='rack'), gpu=host(VCPU=8, MEMORY_MB=4096, aggregates='row'),
          pgpu=host('gpu', PGPU=1), other=host(VCPU=8, MEMORY_MB=4096),
          device=host('other', PGPU=1)),
     'resources=VCPU:1,MEMORY_MB:1&member_of={rack}&resources1=PGPU:1',
     'No tree has groups without suffix and 1 together: gpu meets resources1=PGPU:1, but nothing '
     'in its tree is in the aggregate rack, and 1 more.',
     ['gpu has nothing for group without suffix, and 1 more',
      'host-00 has nothing for group 1, and 2 more']),
    ('an aggregate that neither the root nor its children are in',
     {'c1': host(DISK_GB=10), 'numa0': host('c1', VCPU=4), 'a': host(aggregates='rack')},
     'resources=VCPU:1,DISK_GB:1&member_of={rack}',
     'No provider offers 1 VCPU and is in the aggregate rack: c1 is not in aggregate rack; a has '
     'no VCPU.',
     ['c1 is not in aggregate rack', 'a has no VCPU and has no DISK_GB']),
    ('a pool that is full and in another aggregate',
     {'c1': host(VCPU=8, aggregates='rack zone'),
      'pool': host(DISK_GB=10, aggregates='rack', traits=SHARING, used={'DISK_GB': 8}),
      'a': host(traits='CUSTOM_A')},
     'resources=VCPU:1,DISK_GB:5&required=CUSTOM_A&member_of={zone}',
     'No provider has 5 DISK_GB left: at most 2 (pool, 8 of 10 used).',
     ['c1 lacks the trait CUSTOM_A and cannot use pool, which lacks 3 DISK_GB of 5 (8 of 10 used) '
      'and is not in aggregate zone', 'a has no VCPU and has no DISK_GB',
      'pool has no VCPU, lacks 3 DISK_GB of 5 (8 of 10 used), is not in aggregate zone and lacks '
      'the trait CUSTOM_A']),
    ('an aggregate without the class',
     dict(hosts(3, aggregates='rack'), other=host(DISK_GB=1, aggregates='row')),
     'resources=VCPU:4&member_of={row}',
     'No provider offers 4 VCPU and is in the aggregate row: other has no VCPU.',
     ['other has no VCPU', 'host-00 is not in aggregate row, and 2 more']),
    ('one is full, one allows less at once',
     {'big': host(VCPU=limited(64, max_unit=2)), 'full': host(VCPU=8, used={'VCPU': 5})},
     'resources=VCPU:4',
     'No provider offers 4 VCPU: 1 has too little left (3 on full, 5 of 8 used), 1 allows less at '
     'once (max_unit 2 on big).',
     ['full lacks 1 VCPU of 4 (5 of 8 used)',
      'big allows at most 2 VCPU at once (max_unit), not 4']),
    ('one is full, one too small',
     {'big': host(VCPU=64, used={'VCPU': 62}), 'small': host(VCPU=2)}, 'resources=VCPU:4',
     'No provider offers 4 VCPU: 1 has too little left (2 on big, 62 of 64 used), 1 is too small '
     '(2 on small).',
     ['big lacks 2 VCPU of 4 (62 of 64 used)', 'small has 2 VCPU in all, not 4']),
    ('the licensed host allows less at once',
     dict(hosts(4), licensed=host(VCPU=limited(64, max_unit=2), traits='CUSTOM_LICENSED')),
     'resources=VCPU:4&required=CUSTOM_LICENSED',
     'No provider offers 4 VCPU and has the trait CUSTOM_LICENSED: licensed allows at most 2 VCPU '
     'at once (max_unit), not 4.',
     ['licensed allows at most 2 VCPU at once (max_unit), not 4',
      'host-00 lacks the trait CUSTOM_LICENSED, and 3 more']),
    ('the licensed host allows other steps',
     dict(hosts(4), licensed=host(VCPU=limited(64, step_size=3), traits='CUSTOM_LICENSED')),
     'resources1=VCPU:4&required1=CUSTOM_LICENSED',
     'No provider offers 4 VCPU and has the trait CUSTOM_LICENSED: licensed allows VCPU in steps '
     'of 3 (step_size), not 4.',
     ['licensed allows VCPU in steps of 3 (step_size), not 4',
      'host-00 lacks the trait CUSTOM_LICENSED, and 3 more']),
    ('step_size everywhere',
     {name: host(MEMORY_MB=limited(4096, step_size=256)) for name in 'ab'},
     'resources=MEMORY_MB:300',
     'No provider allows 300 MEMORY_MB: step_size does not divide it (256 on a).',
     ['a allows MEMORY_MB in steps of 256 (step_size), not 300, and 1 more']),
    ('units of three kinds',
     {'a': host(VCPU=limited(64, step_size=3)), 'b': host(VCPU=limited(64, max_unit=3)),
      'c': host(VCPU=limited(64, min_unit=8))}, 'resources=VCPU:4',
     'No provider offers 4 VCPU: 1 allows other steps (step_size 3 on a), 1 allows only more '
     '(min_unit 8 on c), 1 allows less at once (max_unit 3 on b).',
     ['a allows VCPU in steps of 3 (step_size), not 4',
      'b allows at most 3 VCPU at once (max_unit), not 4',
      'c allows 8 VCPU or more (min_unit), not 4']),
    ('reserved',
     {name: host(MEMORY_MB=limited(4096, reserved=3800)) for name in 'ab'},
     'resources=MEMORY_MB:1024',
     'No provider has 1024 MEMORY_MB beside what is reserved: at most 296 (a, 3800 of 4096 '
     'reserved).',
     ['a lacks 728 MEMORY_MB of 1024 (3800 of 4096 reserved), and 1 more']),
    ('reserved and used',
     {'a': host(MEMORY_MB=limited(4096, reserved=2048), used={'MEMORY_MB': 1500})},
     'resources=MEMORY_MB:1024',
     'No provider has 1024 MEMORY_MB left: at most 548 (a, 1500 of 2048 used, 2048 of 4096 '
     'reserved).',
     ['a lacks 476 MEMORY_MB of 1024 (1500 of 2048 used, 2048 of 4096 reserved)']),
    ('allocation_ratio',
     {'a': host(VCPU=limited(16, allocation_ratio=0.5))}, 'resources=VCPU:12',
     'No provider has a capacity of 12 VCPU: at most 8 (a, allocation_ratio 0.5 of 16).',
     ['a lacks 4 VCPU of 12 (allocation_ratio 0.5 of 16)']),
    ('a pool without the trait by which it would share',
     {'c1': host(VCPU=16, aggregates='rack'), 'c2': host(VCPU=16, aggregates='rack'), 'pool': POOL},
     'resources=VCPU:1,DISK_GB:10',
     'No provider offers 1 VCPU and 10 DISK_GB: pool would share DISK_GB with c1, but lacks the '
     'trait MISC_SHARES_VIA_AGGREGATE.',
     ['pool has no VCPU', 'c1 has no DISK_GB, and 1 more']),
    ('the same for groups with suffixes',
     {'c1': host(VCPU=16, aggregates='rack'), 'pool': POOL},
     'resources1=VCPU:1&resources2=DISK_GB:10&group_policy=none',
     'No tree has groups 1 and 2 together: pool would share DISK_GB with c1, but lacks the trait '
     'MISC_SHARES_VIA_AGGREGATE.',
     ['c1 has nothing for group 2', 'pool has nothing for group 1']),
    ('a host of the zone is no pool',
     {'c1': host(VCPU=16, aggregates='zone'), 'c2': host(VCPU=16, DISK_GB=1, aggregates='zone'),
      'c3': host(VCPU=1, DISK_GB=100, aggregates='zone', used={'VCPU': 1})},
     'resources=VCPU:2,DISK_GB:10',
     'No provider offers 2 VCPU and 10 DISK_GB: c2 has 1 DISK_GB in all, not 10; c3 has 1 VCPU in '
     'all, not 2.',
     ['c2 has 1 DISK_GB in all, not 10', 'c3 has 1 VCPU in all, not 2', 'c1 has no DISK_GB']),
    ('a pool in no aggregate of the host',
     {'c1': host(VCPU=16, aggregates='row'), 'pool': SHARED_POOL}, 'resources=VCPU:1,DISK_GB:10',
     'No tree, even with sharing, offers 1 VCPU and 10 DISK_GB: pool shares DISK_GB, but has no '
     'aggregate in common with c1.',
     ['c1 has no DISK_GB', 'pool has no VCPU']),
    ('in_tree shuts the pool out',
     {'c1': host(VCPU=16, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:1,DISK_GB:10&in_tree={c1}',
     'Nothing in the tree of c1 offers 10 DISK_GB: c1 cannot use pool, which is in another tree '
     '(in_tree).',
     ['c1 cannot use pool, which is in another tree (in_tree)',
      'pool has no VCPU and is in another tree (in_tree)']),
    ('member_of shuts the pool out',
     {'c1': host(VCPU=16, aggregates='rack zone'), 'pool': SHARED_POOL},
     'resources=VCPU:1,DISK_GB:10&member_of={zone}',
     'No provider offers 10 DISK_GB and is in the aggregate zone: c1 cannot use pool, which is not '
     'in aggregate zone.',
     ['c1 cannot use pool, which is not in aggregate zone',
      'pool has no VCPU and is not in aggregate zone']),
    ('groups with traits do not fit together',
     NUMA, 'resources1=VCPU:3&resources2=VCPU:3&required1=CUSTOM_A&required2=CUSTOM_A&'
     'group_policy=none',
     'Groups 1 and 2 fit alone, not together: no tree offers 3 + 3 VCPU with required1=CUSTOM_A, '
     'required2=CUSTOM_A; c1 has 4 left on numa0.',
     ['c1 has room for each group, but not for all together']),
    ('groups of an aggregate do not fit together',
     NUMA, 'resources1=VCPU:3&resources2=VCPU:3&resources3=VCPU:3&group_policy=none&'
     'member_of1={rack}&member_of2={rack}&member_of3={rack}',
     'Groups 1, 2 and 3 fit alone, not together: no tree offers 3 + 3 + 3 VCPU with '
     'member_of1=rack, member_of2=rack, member_of3=rack; c1 has 4 + 4 left.',
     ['c1 has room for each group, but not for all together']),
    ('every host is full',
     hosts(3, used={'VCPU': 15}), 'resources=VCPU:4,MEMORY_MB:1024',
     'No provider has 4 VCPU left: at most 1 (host-00, 15 of 16 used).',
     ['host-00 lacks 3 VCPU of 4 (15 of 16 used), and 2 more']),
    ('processors here, memory there',
     {'a': host(VCPU=16, MEMORY_MB=8192, used={'VCPU': 16}),
      'b': host(VCPU=16, MEMORY_MB=8192, used={'MEMORY_MB': 8000})},
     'resources=VCPU:4,MEMORY_MB:1024',
     'No provider offers 4 VCPU and 1024 MEMORY_MB: b lacks 832 MEMORY_MB of 1024 (8000 of 8192 '
     'used); a lacks 4 VCPU of 4 (16 of 16 used).',
     ['b lacks 832 MEMORY_MB of 1024 (8000 of 8192 used)', 'a lacks 4 VCPU of 4 (16 of 16 used)']),
    ('the zone is full, of hosts with other figures',
     dict(hosts(3), a=host(VCPU=4, aggregates='zone', used={'VCPU': 4}),
          b=host(VCPU=8, aggregates='zone', used={'VCPU': 6})),
     'resources=VCPU:4&member_of={zone}',
     'No provider offers 4 VCPU and is in the aggregate zone: b lacks 2 VCPU of 4 (6 of 8 used), '
     'and 1 more with other figures.',
     ['b lacks 2 VCPU of 4 (6 of 8 used), and 1 more', 'host-00 is not in aggregate zone, and 2 '
      'more']),
    ('the example is a host that is not disabled',
     {'old': host(VCPU=16, aggregates='zone', traits='CUSTOM_OLD', used={'VCPU': 13}),
      'new': host(VCPU=16, aggregates='zone', used={'VCPU': 15}), 'other': host(VCPU=16)},
     'resources=VCPU:4&member_of={zone}&root_required=!CUSTOM_OLD',
     'No provider offers 4 VCPU and is in the aggregate zone: new lacks 3 VCPU of 4 (15 of 16 '
     'used), and 1 more with other figures.',
     ['new lacks 3 VCPU of 4 (15 of 16 used), and 1 more', 'other is not in aggregate zone']),
    ('one of several traits, one of several aggregates',
     {'c1': host(VCPU=4, aggregates='zone'), 'nic1': host('c1', traits='CUSTOM_A'),
      'c2': host(VCPU=4, aggregates='zone'),
      'other': host(DISK_GB=1, traits='CUSTOM_B', aggregates='rack row')},
     'resources=VCPU:1&required=in:CUSTOM_A,CUSTOM_B&member_of=in:{rack},{row}',
     'No tree offers 1 VCPU and has one of the traits CUSTOM_A, CUSTOM_B: c1 has one of the traits '
     'CUSTOM_A, CUSTOM_B only on nic1, which has no VCPU; c2 has none of the traits CUSTOM_A, '
     'CUSTOM_B; other has no VCPU.',
     ['other has no VCPU',
      'c1 is in none of the aggregates rack, row and has one of the traits CUSTOM_A, CUSTOM_B only '
      'on nic1, which has no VCPU',
      'c2 is in none of the aggregates rack, row and has none of the traits CUSTOM_A, CUSTOM_B']),
    ('the pool with the trait is not in the aggregate',
     {'c1': host(VCPU=4, aggregates='rack'), 'pool': SHARED_POOL,
      'c2': host(VCPU=4, DISK_GB=50, aggregates='zone'),
      'c3': host(VCPU=4, DISK_GB=50, aggregates='zone'),
      'c4': host(VCPU=4, DISK_GB=50, aggregates='zone')},
     'resources=VCPU:1,DISK_GB:10&required=CUSTOM_SSD&member_of={zone}',
     'No tree, even with sharing, has the trait CUSTOM_SSD and is in the aggregate zone: c1 has '
     'the trait CUSTOM_SSD only on pool, which is not in aggregate zone.',
     ['c1 is not in aggregate zone and cannot use pool, which is not in aggregate zone',
      'pool has no VCPU and is not in aggregate zone',
      'c2 lacks the trait CUSTOM_SSD, and 2 more']),
    ('zone and row have no host in common',
     {'a': host(VCPU=16, aggregates='zone'), 'b': host(VCPU=16, aggregates='row')},
     'resources=VCPU:4&member_of={zone}&member_of={row}',
     'No provider is in the aggregate zone and in the aggregate row.',
     ['a is not in aggregate row', 'b is not in aggregate zone']),
    ('traits on different hosts',
     {'a': host(VCPU=16, traits='CUSTOM_A'), 'b': host(VCPU=16, traits='CUSTOM_B')},
     'resources=VCPU:1&required=CUSTOM_A,CUSTOM_B',
     'No provider has the trait CUSTOM_A and the trait CUSTOM_B: a lacks the trait CUSTOM_B; b '
     'lacks the trait CUSTOM_A.',
     ['a lacks the trait CUSTOM_B', 'b lacks the trait CUSTOM_A']),
    ('the host with the port is full',
     {'a': host(VCPU=4, used={'VCPU': 4}),
      'nic': host('a', NET_BW_EGR_KILOBIT_PER_SEC=1000), 'b': host(VCPU=4)},
     'resources=VCPU:1&resources_PORT=NET_BW_EGR_KILOBIT_PER_SEC:100',
     'No tree has groups without suffix and _PORT together: a meets '
     'resources_PORT=NET_BW_EGR_KILOBIT_PER_SEC:100, but lacks 1 VCPU of 1 (4 of 4 used).',
     ['a has nothing for group without suffix', 'b has nothing for group _PORT']),
    ('two ports need two devices',
     {'a': host(VCPU=4), 'nic': host('a', NET_BW_EGR_KILOBIT_PER_SEC=1000)},
     'resources1=NET_BW_EGR_KILOBIT_PER_SEC:1&resources2=NET_BW_EGR_KILOBIT_PER_SEC:1&'
     'group_policy=isolate',
     'group_policy=isolate needs 2 providers for groups 1 and 2, but only 1 fits (nic).',
     ['a has room, but not on different providers']),
    ('two disks need two pools',
     {'a': host(VCPU=4, aggregates='rack'), 'b': host(VCPU=4, aggregates='rack'),
      'pool': host(DISK_GB=100, aggregates='rack', traits=SHARING)},
     'resources=VCPU:1&resources1=DISK_GB:1&resources2=DISK_GB:2&group_policy=isolate',
     'group_policy=isolate needs 2 providers for groups 1 and 2, but only 1 fits (pool).',
     ['a has room, but not on different providers, and 1 more']),
    ('two ports are too much for one device',
     {'a': host(VCPU=4), 'nic': host('a', NET_BW_EGR_KILOBIT_PER_SEC=1000)},
     'resources1=NET_BW_EGR_KILOBIT_PER_SEC:600&resources2=NET_BW_EGR_KILOBIT_PER_SEC:600&'
     'group_policy=none',
     'Groups 1 and 2 fit alone, not together: of 1200 NET_BW_EGR_KILOBIT_PER_SEC a tree has at '
     'most 1000 left (nic).',
     ['a has room for each group, but not for all together']),
    ('devices at different NUMA nodes',
     dict(NUMA, gpu=host('numa0', PGPU=1), fpga=host('numa1', FPGA=1)),
     'resources_G=PGPU:1&resources_F=FPGA:1&same_subtree=_G,_F&group_policy=none',
     'same_subtree=_G,_F: the provider of one group must be above those of the others; in the tree '
     'of c1, gpu fits _G and fpga fits _F, side by side.',
     ['c1 has all, but not in one subtree']),
    ('root_required asks for the trait of a NUMA node',
     NUMA, 'resources=VCPU:1&root_required=CUSTOM_A',
     'No root provider has the trait CUSTOM_A (root_required); 1 provider has it below a root '
     '(numa0).',
     ['c1 lacks the trait CUSTOM_A (root_required)']),
    ('the host whose root is as required is full',
     dict(hosts(2), big=host(VCPU=16, traits='CUSTOM_A', used={'VCPU': 15})),
     'resources=VCPU:4&root_required=CUSTOM_A',
     'No tree whose root has the trait CUSTOM_A (root_required) offers 4 VCPU: big lacks 3 VCPU of '
     '4 (15 of 16 used).',
     ['big lacks 3 VCPU of 4 (15 of 16 used)',
      'host-00 lacks the trait CUSTOM_A (root_required), and 1 more']),
    ('the target of a migration is full',
     dict(hosts(2), target=host(VCPU=16, used={'VCPU': 15})),
     'resources=VCPU:4&in_tree={target}',
     'Nothing in the tree of target offers 4 VCPU: target lacks 3 VCPU of 4 (15 of 16 used).',
     ['target lacks 3 VCPU of 4 (15 of 16 used)',
      'host-00 is in another tree (in_tree), and 1 more']),
    ('the pool is full',
     {'c1': host(VCPU=16, aggregates='rack'),
      'pool': dict(SHARED_POOL, used={'DISK_GB': 995})}, 'resources=VCPU:1,DISK_GB:10',
     'No provider has 10 DISK_GB left: at most 5 (pool, 995 of 1000 used).',
     ['c1 cannot use pool, which lacks 5 DISK_GB of 10 (995 of 1000 used)',
      'pool has no VCPU and lacks 5 DISK_GB of 10 (995 of 1000 used)']),
    ('one machine is taken, one in maintenance',
     {'a': host(CUSTOM_BAREMETAL=1, used={'CUSTOM_BAREMETAL': 1}),
      'b': host(CUSTOM_BAREMETAL=limited(1, reserved=1))}, 'resources=CUSTOM_BAREMETAL:1',
     'No provider offers 1 CUSTOM_BAREMETAL: 1 has too little left (0 on a, 1 of 1 used), 1 '
     'reserves too much (1 of 1 on b).',
     ['a lacks 1 CUSTOM_BAREMETAL of 1 (1 of 1 used)',
      'b lacks 1 CUSTOM_BAREMETAL of 1 (1 of 1 reserved)']),
    ('the aggregate is that of the root, the group has a suffix',
     {'c1': host(DISK_GB=10, aggregates='zone'), 'numa': host('c1', VCPU=4)},
     'resources1=VCPU:1&member_of1={zone}',
     'No provider offers 1 VCPU and is in the aggregate zone: numa is not in aggregate zone (its '
     'root c1 is); c1 has no VCPU.',
     ['numa is not in aggregate zone (its root c1 is)', 'c1 has no VCPU']),
    ('the trait is that of the root, the group has a suffix',
     {'c1': host(DISK_GB=10, traits='CUSTOM_A'), 'numa': host('c1', VCPU=4),
      'c2': host(DISK_GB=10), 'numa2': host('c2', VCPU=4)},
     'resources1=VCPU:1&required1=CUSTOM_A',
     'No provider offers 1 VCPU and has the trait CUSTOM_A: c1 has no VCPU.',
     ['c1 has no VCPU', 'numa lacks the trait CUSTOM_A (its root c1 has it)',
      'numa2 lacks the trait CUSTOM_A']),
    ('one class, two traits, two providers',
     {'c1': host(), 'numa0': host('c1', VCPU=4, traits='CUSTOM_A'),
      'numa1': host('c1', VCPU=4, traits='CUSTOM_B')},
     'resources=VCPU:2&required=CUSTOM_A,CUSTOM_B',
     'No tree offers 2 VCPU, has the trait CUSTOM_A and the trait CUSTOM_B: c1 has room, but the '
     'required traits only on providers that are not chosen together.',
     ['c1 has room, but the required traits only on providers that are not chosen together']),
    ('the pool is full, another would have room but shares nothing',
     {'c1': host(VCPU=16, aggregates='rack'), 'other': POOL,
      'pool': dict(SHARED_POOL, used={'DISK_GB': 995})}, 'resources=VCPU:1,DISK_GB:10',
     'No tree, even with sharing, offers 1 VCPU and 10 DISK_GB: c1 cannot use pool, which lacks 5 '
     'DISK_GB of 10 (995 of 1000 used).',
     ['c1 cannot use pool, which lacks 5 DISK_GB of 10 (995 of 1000 used)', 'other has no VCPU',
      'pool has no VCPU and lacks 5 DISK_GB of 10 (995 of 1000 used)']),
    ('two groups of one pool',
     {'c1': host(VCPU=4, aggregates='rack'), 'pool': dict(SHARED_POOL, used={'DISK_GB': 985})},
     'resources1=DISK_GB:8&resources2=DISK_GB:8&resources3=VCPU:1&group_policy=none',
     'Groups 1 and 2 fit alone, not together: no tree offers 8 + 8 DISK_GB; c1 has 15 left on '
     'pool.',
     ['c1 has room for each group, but not for all together']),
    ('in_tree names another host than the one with the trait',
     {'a': host(VCPU=4), 'b': host(), 'numa': host('b', VCPU=4, traits='CUSTOM_A')},
     'resources=VCPU:2&required=CUSTOM_A&in_tree={a}',
     'Nothing in the tree of a has the trait CUSTOM_A: a lacks the trait CUSTOM_A.',
     ['a lacks the trait CUSTOM_A', 'b is in another tree (in_tree)']),
    ('the first filter that leaves nothing is not about the cause',
     dict(hosts(2), other=host(DISK_GB=1, aggregates='row')),
     'resources1=VCPU:4&member_of1={row}&resources2=VCPU:1&required2=HW_CPU_X86_AVX2&'
     'group_policy=none',
     'No provider has the trait HW_CPU_X86_AVX2. Nothing is left at the filter aggregates of group '
     '1.',
     ['other has no VCPU', 'host-00 is not in aggregate row, and 1 more']),
    ('the device of the enabled host is in use, that of the disabled one free',
     dict(hosts(2), a=host(traits='CUSTOM_OLD'), gpu1=host('a', PGPU=4),
          b=host(), gpu2=host('b', PGPU=4, used={'PGPU': 3})),
     'resources1=PGPU:2&root_required=!CUSTOM_OLD',
     'Every tree that offers 2 PGPU has the forbidden trait CUSTOM_OLD at its root '
     '(root_required): a; gpu2 lacks 1 PGPU of 2 (3 of 4 used).',
     ['gpu2 lacks 1 PGPU of 2 (3 of 4 used)',
      'a has the forbidden trait CUSTOM_OLD (root_required)']),
    ('a tree has class and trait on different providers, another is disabled',
     {'a': host(traits='CUSTOM_OLD'), 'gpu1': host('a', PGPU=4, traits='CUSTOM_A'),
      'b': host(), 'gpu2': host('b', PGPU=4, traits='CUSTOM_A', used={'PGPU': 4}),
      'gpu3': host('b', PGPU=4)},
     'resources=PGPU:2&required=CUSTOM_A&root_required=!CUSTOM_OLD',
     'Every tree that offers 2 PGPU and has the trait CUSTOM_A has the forbidden trait CUSTOM_OLD '
     'at its root (root_required): a; b has the trait CUSTOM_A only on gpu2, which lacks 2 PGPU of '
     '2 (4 of 4 used).',
     ['a has the forbidden trait CUSTOM_OLD (root_required)',
      'b has the trait CUSTOM_A only on gpu2, which lacks 2 PGPU of 2 (4 of 4 used)']),
    ('all but one are disabled where a pool shares, and that one is full',
     dict({'old-%d' % index: host(VCPU=4, traits='CUSTOM_OLD', aggregates='rack')
           for index in range(3)},
          new=host(VCPU=4, aggregates='rack', used={'VCPU': 4}), pool=SHARED_POOL),
     'resources=VCPU:1,DISK_GB:1&root_required=!CUSTOM_OLD',
     'Every tree that offers 1 VCPU has the forbidden trait CUSTOM_OLD at its root '
     '(root_required): old-0, and 2 more; new lacks 1 VCPU of 1 (4 of 4 used).',
     ['new lacks 1 VCPU of 1 (4 of 4 used)', 'pool has no VCPU',
      'old-0 has the forbidden trait CUSTOM_OLD (root_required), and 2 more']),
    ('two devices here, but disabled, and one of them there',
     {'a': host(traits='CUSTOM_OLD'), 'gpu1': host('a', PGPU=1), 'fpga1': host('a', FPGA=1),
      'b': host(), 'gpu2': host('b', PGPU=1), 'fpga2': host('b', FPGA=1, used={'FPGA': 1})},
     'resources1=PGPU:1&resources2=FPGA:1&group_policy=none&root_required=!CUSTOM_OLD',
     'Every tree that offers 1 FPGA has the forbidden trait CUSTOM_OLD at its root '
     '(root_required): a; fpga2 lacks 1 FPGA of 1 (1 of 1 used).',
     ['fpga2 lacks 1 FPGA of 1 (1 of 1 used)',
      'a has the forbidden trait CUSTOM_OLD (root_required)']),
    ('different devices are free on two hosts, both only on a disabled one',
     {'a': host(traits='CUSTOM_OLD'), 'gpu1': host('a', PGPU=1), 'fpga1': host('a', FPGA=1),
      'b': host(), 'gpu2': host('b', PGPU=1), 'fpga2': host('b', FPGA=1, used={'FPGA': 1}),
      'c': host(), 'gpu3': host('c', PGPU=1, used={'PGPU': 1}), 'fpga3': host('c', FPGA=1)},
     'resources1=PGPU:1&resources2=FPGA:1&group_policy=none&root_required=!CUSTOM_OLD',
     'Every tree with groups 1 and 2 together has the forbidden trait CUSTOM_OLD at its root '
     '(root_required): a; b meets resources1=PGPU:1, but fpga2 lacks 1 FPGA of 1 (1 of 1 used).',
     ['gpu3 lacks 1 PGPU of 1 (1 of 1 used)',
      'a has the forbidden trait CUSTOM_OLD (root_required)']),
    ('enough for both groups only on a disabled host',
     {'a': host(VCPU=8, traits='CUSTOM_OLD'), 'b': host(VCPU=8, used={'VCPU': 2})},
     'resources1=VCPU:4&resources2=VCPU:4&group_policy=none&root_required=!CUSTOM_OLD',
     'Every tree with groups 1 and 2 together has the forbidden trait CUSTOM_OLD at its root '
     '(root_required): a; b has 6 left of 4 + 4 VCPU.',
     ['b has room for each group, but not for all together']),
    ('isolated on two devices only on a disabled host',
     {'a': host(traits='CUSTOM_OLD'), 'gpu1': host('a', PGPU=1), 'gpu2': host('a', PGPU=1),
      'b': host(), 'gpu3': host('b', PGPU=2), 'c': host(), 'gpu4': host('c', PGPU=2)},
     'resources1=PGPU:1&resources2=PGPU:1&group_policy=isolate&root_required=!CUSTOM_OLD',
     'group_policy=isolate needs 2 providers for groups 1 and 2, but at most 1 of a tree fits (b), '
     'except in trees whose root has the forbidden trait CUSTOM_OLD (root_required): a.',
     ['b has room, but not on different providers, and 1 more']),
    ('isolated where the aggregate is',
     {'a': host(), 'gpu1': host('a', PGPU=1), 'gpu2': host('a', PGPU=1),
      'b': host(DISK_GB=1, aggregates='rack'), 'gpu3': host('b', PGPU=2)},
     'resources=DISK_GB:1&member_of={rack}&resources1=PGPU:1&resources2=PGPU:1&'
     'group_policy=isolate',
     'group_policy=isolate needs 2 providers for groups 1 and 2 with member_of=rack, but only '
     '1 fits (gpu3).',
     ['b has room, but not on different providers']),
    ('in one subtree only on a disabled host',
     {'a': host(traits='CUSTOM_OLD'), 'node1': host('a', VCPU=4), 'gpu1': host('node1', PGPU=1),
      'b': host(), 'node2': host('b', VCPU=4, used={'VCPU': 4}), 'gpu2': host('node2', PGPU=1),
      'node3': host('b', VCPU=4)},
     'resources_V=VCPU:1&resources_G=PGPU:1&same_subtree=_V,_G&group_policy=none&'
     'root_required=!CUSTOM_OLD',
     'same_subtree=_V,_G: the provider of one group must be above those of the others; in the tree '
     'of b, node3 fits _V and gpu2 fits _G, side by side, except in trees whose root has the '
     'forbidden trait CUSTOM_OLD (root_required): a.',
     ['b has all, but not in one subtree']),
    ('the node above the only free device is full',
     dict(NUMA, gpu=host('numa0', PGPU=1), gpu1=host('numa1', PGPU=1, used={'PGPU': 1}),
          more=host('numa1', FPGA=1)),
     'resources_G=PGPU:1&resources_F=FPGA:1&resources_V=VCPU:1&same_subtree=_V,_G,_F&'
     'group_policy=none',
     'same_subtree=_V,_G,_F: no subtree has all of them: numa0 has _V and _G, but for _F it has no '
     'FPGA.',
     ['c1 has all, but not in one subtree']),
    ('what one group needs is only shared',
     {'c1': host(VCPU=4, aggregates='rack'), 'pool': SHARED_POOL},
     'resources_V=VCPU:1&resources_D=DISK_GB:1&same_subtree=_V,_D&group_policy=none',
     'same_subtree=_V,_D: no tree has groups _V and _D itself, without what others share; 1 fits '
     '_V (c1), 1 fits _D (pool).',
     ['c1 has all, but not in one subtree']),
    ('each group needs one provider',
     {'c1': host(), 'numa0': host('c1', VCPU=6), 'numa1': host('c1', VCPU=6)},
     'resources1=VCPU:4&resources2=VCPU:4&resources3=VCPU:4&group_policy=none',
     'Groups 1, 2 and 3 fit alone, not together: no tree offers 4 + 4 + 4 VCPU; c1 has 6 + 6 left, '
     'but each group needs one provider.',
     ['c1 has room for each group, but not for all together']),
    ('the group without suffix takes from the same host',
     dict(hosts(2), a=host(VCPU=8, aggregates='row')),
     'resources=VCPU:6&member_of={row}&resources1=VCPU:4',
     'Groups without suffix and 1 fit alone, not together: no tree offers 6 + 4 VCPU with '
     'member_of=row; a has 8 left.',
     ['a has room for each group, but not for all together']),
    ('hosts with the trait are in no aggregate of the pool',
     {'old': host(VCPU=4, aggregates='rack'), 'pool': SHARED_POOL,
      'new': host(VCPU=4, traits='CUSTOM_A')},
     'resources=VCPU:1,DISK_GB:1&root_required=CUSTOM_A',
     'No tree whose root has the trait CUSTOM_A (root_required) offers 1 DISK_GB: pool shares '
     'DISK_GB, but has no aggregate in common with new.',
     ['new has no DISK_GB', 'old lacks the trait CUSTOM_A (root_required)']),
    ('the host of in_tree has its disk from a pool that others use too',
     {'c1': host(VCPU=4, aggregates='rack'), 'c2': host(VCPU=4, aggregates='rack'),
      'pool': dict(SHARED_POOL, inventories={'DISK_GB': limited(100, min_unit=10)}),
      'c3': host(VCPU=4, DISK_GB=100)},
     'resources=VCPU:1,DISK_GB:5&in_tree={c2}',
     'Nothing in the tree of c2 offers 5 DISK_GB: c2 cannot use pool, which is in another tree '
     '(in_tree) and allows 10 DISK_GB or more (min_unit), not 5.',
     ['c2 cannot use pool, which is in another tree (in_tree) and allows 10 DISK_GB or more '
      '(min_unit), not 5', 'c3 is in another tree (in_tree)',
      'c1 is in another tree (in_tree) and cannot use pool, which is in another tree (in_tree) and '
      'allows 10 DISK_GB or more (min_unit), not 5',
      'pool has no VCPU, allows 10 DISK_GB or more (min_unit), not 5 and is in another tree '
      '(in_tree)']),
    ('the host with the trait is full of all',
     dict(hosts(2), a=host(VCPU=4, MEMORY_MB=64, traits='CUSTOM_A',
                           used={'VCPU': 4, 'MEMORY_MB': 64})),
     'resources=VCPU:1,MEMORY_MB:16&required=CUSTOM_A',
     'No provider offers 1 VCPU and has the trait CUSTOM_A: a lacks 1 VCPU of 1 (4 of 4 used). '
     'Also impossible: resources=MEMORY_MB:16 with required=CUSTOM_A.',
     ['a lacks 1 VCPU of 1 (4 of 4 used) and lacks 16 MEMORY_MB of 16 (64 of 64 used)',
      'host-00 lacks the trait CUSTOM_A, and 1 more']),
    ('two traits exclude each other, and the hosts with one are full',
     {'a': host(VCPU=4, traits='CUSTOM_A', used={'VCPU': 4}),
      'b': host(VCPU=4, traits='CUSTOM_B')},
     'resources=VCPU:1&required=CUSTOM_A,CUSTOM_B',
     'No provider has the trait CUSTOM_A and the trait CUSTOM_B: a lacks the trait CUSTOM_B; b '
     'lacks the trait CUSTOM_A.',
     ['b lacks the trait CUSTOM_A',
      'a lacks 1 VCPU of 1 (4 of 4 used) and lacks the trait CUSTOM_B']),
    ('a group alone has nothing, and two groups are in different aggregates',
     dict(hosts(2, aggregates='rack'), a=host(aggregates='row'), gpu=host('a', PGPU=1)),
     'resources=VCPU:1&member_of={rack}&resources1=PGPU:1&member_of1={row}',
     'No provider offers 1 PGPU and is in the aggregate row: gpu is not in aggregate row (its '
     'root a is); a has no PGPU.', None),
    ('groups of different trees',
     dict(hosts(2), gpu=host('host-01', PGPU=1)),
     'resources=VCPU:1&in_tree={host-00}&resources1=PGPU:1&in_tree1={host-01}',
     'No tree is that of host-00 (in_tree) and that of host-01 (in_tree1).', None),
    ('a group of a pool that is not shared with the host of the other',
     {'c1': host(VCPU=4, aggregates='row'), 'pool': SHARED_POOL,
      'c2': host(VCPU=4, aggregates='rack')},
     'resources=VCPU:1&in_tree={c1}&resources_d=DISK_GB:1&in_tree_d={pool}',
     'The provider pool is not shared with c1: they have no aggregate in common.', None),
    ('the same for a pool below a root, and two groups with suffixes',
     {'c1': host(VCPU=4, aggregates='row'), 'stor': host(),
      'pool': dict(SHARED_POOL, parent='stor'), 'c2': host(VCPU=4, aggregates='rack')},
     'resources1=DISK_GB:1&in_tree1={stor}&resources2=VCPU:1&in_tree2={c1}&group_policy=none',
     'The provider pool is not shared with c1: they have no aggregate in common.', None),
    ('the same for two pools below a root',
     {'c1': host(VCPU=4, aggregates='row'), 'stor': host(),
      'pool': dict(SHARED_POOL, parent='stor'), 'other': dict(SHARED_POOL, parent='stor'),
      'c2': host(VCPU=4, aggregates='rack')},
     'resources=VCPU:1&in_tree={c1}&resources_d=DISK_GB:1&in_tree_d={stor}',
     'Nothing in the tree of stor is shared with c1: they have no aggregate in common.', None),
    ('two pools that share with different hosts',
     {'c1': host(VCPU=4, aggregates='row'), 'pool': SHARED_POOL,
      'nfs': host(DISK_GB=1000, aggregates='row', traits=SHARING),
      'c2': host(VCPU=4, aggregates='rack')},
     'resources1=DISK_GB:1&in_tree1={pool}&resources2=DISK_GB:1&in_tree2={nfs}&group_policy=none',
     'No tree can use pool (in_tree1) and nfs (in_tree2) together: they share with no tree in '
     'common.',
     None),
    ('an aggregate that is asked for and forbidden',
     hosts(2, aggregates='rack'),
     'resources=VCPU:1,MEMORY_MB:1&member_of={rack}&member_of=!{rack}',
     'member_of asks for the aggregate rack and forbids it: nothing can match.', None),
    ('aggregates of which one is asked for and all are forbidden, by a group with a suffix',
     {'a': host(VCPU=4, aggregates='rack'), 'b': host(VCPU=4, aggregates='row'),
      'c': host(VCPU=4, aggregates='zone')},
     'resources=VCPU:1&resources_b=VCPU:1&member_of_b=in:{rack},{row}&'
     'member_of_b=!in:{row},{zone},{rack}',
     'member_of_b asks for one of the aggregates rack, row and forbids them: nothing can match.',
     None),
    ('aggregates of which one is asked for and some are forbidden',
     {'a': host(VCPU=4, aggregates='rack zone'), 'b': host(VCPU=4, aggregates='row')},
     'resources=VCPU:1&member_of=in:{rack},{zone}&member_of=!{rack}',
     'Every provider that offers 1 VCPU and is in one of the aggregates rack, zone is in the '
     'forbidden aggregate rack, or its root is (a).', None),
    ('one host has too few devices for two groups, the other too little of the rest',
     {'c1': host(VCPU=4, MEMORY_MB=4096), 'pgpu1': host('c1', PGPU=1, traits='CUSTOM_A'),
      'c2': host(VCPU=4, MEMORY_MB=4096, used={'MEMORY_MB': 3072}),
      'pgpu2': host('c2', PGPU=4, traits='CUSTOM_A'),
      'c3': host(VCPU=4, MEMORY_MB=4096), 'pgpu3': host('c3', PGPU=4)},
     'resources=VCPU:1,MEMORY_MB:4096&resources1=PGPU:1&required1=CUSTOM_A&'
     'resources2=PGPU:1&required2=CUSTOM_A&group_policy=none',
     'Groups without suffix, 1 and 2 fit alone, not together: no tree offers 1 + 1 PGPU with '
     'resources=MEMORY_MB:4096, required1=CUSTOM_A; c1 has 1 left on pgpu1; c2 has 4 left on pgpu2 '
     'but lacks 3072 MEMORY_MB of 4096 (3072 of 4096 used).', None),
    ('the same where the devices are shared, and the rest is of a group with a suffix',
     {'c1': host(VCPU=4, aggregates='rack'), 'numa1': host('c1', MEMORY_MB=4096),
      'c2': host(VCPU=4, aggregates='row'), 'numa2': host('c2', MEMORY_MB=1024),
      'pool': host(CUSTOM_IOPS=100, aggregates='rack', traits=SHARING),
      'fast': host(CUSTOM_IOPS=900, aggregates='row', traits=SHARING)},
     'resources=VCPU:1&resources1=CUSTOM_IOPS:90&resources2=CUSTOM_IOPS:90&'
     'resources3=MEMORY_MB:2048&group_policy=none',
     'Groups 1, 2 and 3 fit alone, not together: no tree offers 90 + 90 CUSTOM_IOPS with '
     'resources3=MEMORY_MB:2048; c1 has 100 left on pool; c2 has 900 left on fast but numa2 has '
     '1024 MEMORY_MB in all, not 2048.', None),
    ('the zone has none of the devices, with the trait or without',
     dict(hosts(3, aggregates='rack'), c1=host(VCPU=8, aggregates='row'),
          gpu1=host('c1', PGPU=1, traits='CUSTOM_A'), c2=host(VCPU=8, aggregates='row'),
          gpu2=host('c2', PGPU=1)),
     'resources=VCPU:1&member_of={rack}&resources1=PGPU:1&required1=CUSTOM_A',
     'No tree has groups without suffix and 1 together: c1 meets resources1=PGPU:1, but nothing in '
     'its tree is in the aggregate rack, and 1 more.', None),
    ('the zone has the devices, too small, but not with the trait',
     dict(hosts(3, aggregates='rack'), c1=host(VCPU=8, aggregates='row'),
          gpu1=host('c1', PGPU=2, traits='CUSTOM_A'), c2=host(VCPU=8, aggregates='rack'),
          gpu2=host('c2', PGPU=1)),
     'resources=VCPU:1&member_of={rack}&resources1=PGPU:2&required1=CUSTOM_A',
     'No tree has groups without suffix and 1 together: c1 meets required1=CUSTOM_A, but nothing '
     'in its tree is in the aggregate rack.', None),
    ('two groups ask for what nobody has',
     hosts(2), 'resources1=FPGA:1&resources2=FPGA:1&group_policy=none',
     'No provider has an inventory of FPGA.', []),
]


def put(cloud, path, body=None):
    answer = cloud.ask('PUT', path, body)
    assert answer.status in (200, 201, 204), answer.text


def make(cloud, name, provider):
    at = '/resource_providers/' + number(name)
    parent = provider['parent']
    answer = cloud.ask('POST', '/resource_providers',
                       {'name': name, 'uuid': number(name),
                        'parent_provider_uuid': parent and number(parent)})
    assert answer.status == 200, answer.text
    for resource in provider['inventories']:
        if resource.startswith('CUSTOM_'):
            put(cloud, '/resource_classes/' + resource)
    for trait in provider['traits']:
        if trait.startswith('CUSTOM_'):
            put(cloud, '/traits/' + trait)
    put(cloud, at + '/inventories', {
        'resource_provider_generation': 0, 'inventories': {
            name: value if isinstance(value, dict) else {'total': value}
            for name, value in provider['inventories'].items()}})
    put(cloud, at + '/aggregates', {'resource_provider_generation': 1,
                                    'aggregates': list(map(number, provider['aggregates']))})
    put(cloud, at + '/traits', {'resource_provider_generation': 2, 'traits': provider['traits']})
    if provider['used']:
        assert cloud.claim(str(uuid.uuid4()), number(name), provider['used']).status == 204


def names_of(text, providers):
    """Return a text with names in the place of uuids."""
    for name in list(providers) + ['rack', 'row', 'zone']:
        text = text.replace(number(name), name)
    return text


@pytest.mark.parametrize('about, providers, query, cause, nearest', CAUSES,
                         ids=[cause[0] for cause in CAUSES])
def test_the_cause(empty_cloud, about, providers, query, cause, nearest):
    cloud = empty_cloud
    cloud.make_empty()
    for name, provider in providers.items():
        make(cloud, name, provider)
    query = re.sub('{(.*?)}', lambda match: number(match.group(1)), query)
    told = cloud.ask('GET', '/_berth/explain?' + query).json
    assert told['candidates'] == 0 and told['complete'] and told['impossible_sets_are_smallest']
    assert names_of(told['cause'], providers) == cause
    lines = ['%s %s%s' % (entry['provider'], entry['reason'],
                          ', and %d more' % entry['more'] if entry['more'] else '')
             for entry in told['nearest']]
    if nearest is not None:
        assert [names_of(line, providers) for line in lines] == nearest
