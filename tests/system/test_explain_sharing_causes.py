"""The first sentence of an explanation names the cause where providers share: it names no host that
something else in the request leaves out, and a pool that could serve. The nearest do not lack what
they have themselves.
"""
import pytest

from support.small_worlds import SHARED_POOL, SHARING, explain, host, limited

SUBNET = host(IPV4_ADDRESS=250, aggregates='rack', traits=SHARING)
FULL_SUBNET = dict(SUBNET, used={'IPV4_ADDRESS': 250})
FAR_SUBNET = dict(SUBNET, aggregates=['zone'])


def pool_of(disk, aggregates='rack', traits='', **more):
    return host(DISK_GB=disk, aggregates=aggregates, traits=traits + ' ' + SHARING,
                **more)


# Those with the trait see another pool than all others, of which nothing is lacking.
TWO_POOLS = {'gpu1': host(VCPU=16, MEMORY_MB=64, traits='CUSTOM_X', aggregates='rack'),
             'gpu2': host(VCPU=16, MEMORY_MB=64, traits='CUSTOM_X', aggregates='rack'),
             'c1': host(VCPU=16, MEMORY_MB=64, aggregates='row'),
             'c2': host(VCPU=16, MEMORY_MB=64, aggregates='row'),
             'free': pool_of(250, aggregates='row', traits='CUSTOM_SSD'),
             'pool': pool_of(250, traits='CUSTOM_SSD', used={'DISK_GB': 230})}
# The pool lacks the trait by which it would share, and one of the hosts is full.
BACKUP = {'c1': host(VCPU=4, MEMORY_MB=64, DISK_GB=9, aggregates='rack'),
          'c2': host(VCPU=4, MEMORY_MB=64, DISK_GB=9, aggregates='rack'),
          'full': host(VCPU=4, MEMORY_MB=64, DISK_GB=9, aggregates='rack', used={'VCPU': 4}),
          'far': host(VCPU=4, MEMORY_MB=64, DISK_GB=9, aggregates='zone'),
          'pool': dict(SHARED_POOL, aggregates=['zone']),
          'store': host(DISK_GB=1000, aggregates='rack', traits='CUSTOM_BACKUP')}
# What it is about; the providers; the query; the first sentence.
CAUSES = [
    ('a host that has all but the subnet is disabled, one with the subnet lacks an amount',
     {'old': host(VCPU=4, DISK_GB=500, traits='CUSTOM_OLD'),
      'full': host(VCPU=4, DISK_GB=500, used={'VCPU': 4}),
      'c1': host(VCPU=4, DISK_GB=500, aggregates='rack', used={'DISK_GB': 100}),
      'c2': host(VCPU=4, DISK_GB=500, aggregates='rack', used={'DISK_GB': 100}),
      'subnet': SUBNET},
     'resources=VCPU:1,DISK_GB:450,IPV4_ADDRESS:1&root_required=!CUSTOM_OLD',
     'No tree, even with sharing, offers 450 DISK_GB and 1 IPV4_ADDRESS: c1 lacks 50 DISK_GB of '
     '450 (100 of 500 used), and 1 more; subnet shares IPV4_ADDRESS, but has no aggregate in '
     'common with full.'),
    ('only disabled hosts have no subnet',
     {'old': host(VCPU=4, DISK_GB=500, traits='CUSTOM_OLD'),
      'spare': host(VCPU=4, DISK_GB=500, aggregates='row', used={'VCPU': 4}),
      'c1': host(VCPU=4, DISK_GB=500, aggregates='rack', used={'DISK_GB': 100}),
      'subnet': SUBNET, 'other': dict(FULL_SUBNET, aggregates=['row'])},
     'resources=VCPU:1,DISK_GB:450,IPV4_ADDRESS:1&root_required=!CUSTOM_OLD',
     'No tree, even with sharing, offers 450 DISK_GB and 1 IPV4_ADDRESS: c1 lacks 50 DISK_GB of '
     '450 (100 of 500 used); spare cannot use other, which lacks 1 IPV4_ADDRESS of 1 (250 of 250'
     ' used).'),
    ('a disabled host has no subnet, an enabled one has a full one',
     {'old': host(VCPU=4, DISK_GB=500, traits='CUSTOM_OLD'),
      'c1': host(VCPU=4, DISK_GB=500, aggregates='rack'), 'full': FULL_SUBNET,
      'free': FAR_SUBNET},
     'resources=VCPU:1,IPV4_ADDRESS:1&root_required=!CUSTOM_OLD',
     'No tree, even with sharing, offers 1 VCPU and 1 IPV4_ADDRESS: c1 cannot use full, which '
     'lacks 1 IPV4_ADDRESS of 1 (250 of 250 used).'),
    ('a host was forgotten in the aggregate of the pool, and the others are full',
     {'c1': host(VCPU=4, aggregates='rack', used={'VCPU': 4}),
      'c2': host(VCPU=4, aggregates='rack', used={'VCPU': 4}), 'pool': SHARED_POOL,
      'new': host(VCPU=4)},
     'resources=VCPU:1,DISK_GB:1',
     'No tree, even with sharing, offers 1 VCPU and 1 DISK_GB: c1 lacks 1 VCPU of 1 (4 of 4 '
     'used), and 1 more; pool shares DISK_GB, but has no aggregate in common with new.'),
    ('the same, where a group with a suffix asks for the pool',
     {'c1': host(VCPU=4, aggregates='rack', used={'VCPU': 4}), 'pool': SHARED_POOL,
      'new': host(VCPU=4)},
     'resources=VCPU:1&resources1=DISK_GB:1&required1=CUSTOM_SSD',
     'No tree, even with sharing, has groups without suffix and 1 together: c1 meets '
     'resources1=DISK_GB:1, but lacks 1 VCPU of 1 (4 of 4 used); pool shares DISK_GB, but has no'
     ' aggregate in common with new.'),
    ('of two forgotten hosts one has too little of the rest',
     {'c1': host(VCPU=4, MEMORY_MB=64, aggregates='rack', used={'VCPU': 4}),
      'pool': SHARED_POOL, 'old': host(VCPU=4, MEMORY_MB=64, used={'MEMORY_MB': 64}),
      'new': host(VCPU=4, MEMORY_MB=64)},
     'resources=VCPU:1,MEMORY_MB:64,DISK_GB:1',
     'No tree, even with sharing, offers 1 VCPU and 1 DISK_GB: c1 lacks 1 VCPU of 1 (4 of 4 '
     'used); pool shares DISK_GB, but has no aggregate in common with new.'),
    ('what has a class but is no host is no example',
     {'c1': host(VCPU=4, DISK_GB=10, aggregates='row'),
      'full': dict(FULL_SUBNET, aggregates=['row']),
      'c2': host(VCPU=4, aggregates='rack'), 'subnet': SUBNET,
      'store': host(DISK_GB=1000, aggregates='zone')},
     'resources=VCPU:1,DISK_GB:5,IPV4_ADDRESS:1',
     'No tree, even with sharing, offers 5 DISK_GB and 1 IPV4_ADDRESS: c1 cannot use full, which'
     ' lacks 1 IPV4_ADDRESS of 1 (250 of 250 used); store has no IPV4_ADDRESS.'),
    ('a host of another zone lacks less, and nothing has both amounts',
     {'near': host(VCPU=4, MEMORY_MB=1024, aggregates='row', used={'VCPU': 1}),
      'far': host(VCPU=4, MEMORY_MB=1024, aggregates='rack', used={'MEMORY_MB': 1000}),
      'far2': host(VCPU=4, MEMORY_MB=1024, aggregates='rack', used={'VCPU': 3})},
     'resources=VCPU:4,MEMORY_MB:1024&member_of={rack}',
     'No provider offers 4 VCPU and 1024 MEMORY_MB: far2 lacks 3 VCPU of 4 (3 of 4 used); far '
     'lacks 1000 MEMORY_MB of 1024 (1000 of 1024 used).'),
    ('a pool is left out by member_of, beside a local disk',
     {'c1': host(VCPU=4, DISK_GB=100, aggregates='row rack'), 'pool': SHARED_POOL},
     'resources=VCPU:1,DISK_GB:150&member_of={row}',
     'No provider offers 150 DISK_GB and is in the aggregate row: c1 has 100 DISK_GB in all, '
     'not 150; c1 cannot use pool, which is not in it.'),
    ('a pool is left out by a forbidden trait, beside a local disk',
     {'c1': host(VCPU=4, DISK_GB=100, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:1,DISK_GB:150&required=!CUSTOM_SSD',
     'Every provider that offers 150 DISK_GB has the forbidden trait CUSTOM_SSD (pool); c1 has 100 '
     'DISK_GB in all, not 150.'),
    ('a pool is left out by in_tree, beside a local disk',
     {'c1': host(VCPU=4, DISK_GB=100, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:1,DISK_GB:150&in_tree={c1}',
     'Nothing in the tree of c1 offers 150 DISK_GB: c1 has 100 DISK_GB in all, not 150; c1 '
     'cannot use pool, which is in another tree (in_tree).'),
    ('the one pool is full, the other in no aggregate that is asked for',
     {'c1': host(VCPU=4, aggregates='row rack'), 'pool': SHARED_POOL,
      'small': host(DISK_GB=100, aggregates='row rack', traits=SHARING)},
     'resources=VCPU:1,DISK_GB:150&member_of={row}',
     'No provider offers 150 DISK_GB and is in the aggregate row: c1 cannot use small, which '
     'has 100 DISK_GB in all, not 150; c1 cannot use pool, which is not in it.'),
    ('of several that have as much left, only one is neither disabled nor full otherwise',
     {'old': host(VCPU=4, DISK_GB=10, traits='CUSTOM_OLD', used={'DISK_GB': 2}),
      'full': host(VCPU=4, DISK_GB=10, used={'DISK_GB': 2, 'VCPU': 4}),
      'c1': host(VCPU=4, DISK_GB=10, used={'DISK_GB': 2})},
     'resources=VCPU:1,DISK_GB:9&root_required=!CUSTOM_OLD',
     'No provider has 9 DISK_GB left: at most 8 (c1, 2 of 10 used).'),
    ('the one that has most is in another aggregate',
     {'far': host(VCPU=4, DISK_GB=10, used={'DISK_GB': 2}),
      'c1': host(VCPU=4, DISK_GB=10, aggregates='rack', used={'DISK_GB': 4})},
     'resources=VCPU:1,DISK_GB:9&member_of={rack}',
     'No provider has 9 DISK_GB left: at most 8 (far, 2 of 10 used); at most 6 (c1) of those '
     'with all else that is asked for.'),
    ('the one that has most at once is in another aggregate',
     {'far': host(VCPU=limited(64, max_unit=32)),
      'c1': host(VCPU=limited(64, max_unit=8), aggregates='rack')},
     'resources=VCPU:33&member_of={rack}',
     'No provider allows 33 VCPU at once: max_unit is at most 32 (far); at most 8 (c1) of those '
     'with all else that is asked for.'),
    ('the pool with the trait lacks the one by which it would share',
     {'c1': host(VCPU=4, MEMORY_MB=64, aggregates='rack'), 'pool': SHARED_POOL,
      'new': host(DISK_GB=1000, aggregates='rack', traits='CUSTOM_NVME')},
     'resources=VCPU:1,MEMORY_MB:1,DISK_GB:1&required=CUSTOM_NVME',
     'No tree, even with sharing, offers 1 VCPU and has the trait CUSTOM_NVME: new would share '
     'DISK_GB with c1, but lacks the trait MISC_SHARES_VIA_AGGREGATE.'),
    ('the same, where the hosts have disks',
     BACKUP, 'resources=VCPU:1,MEMORY_MB:1,DISK_GB:1&required=CUSTOM_BACKUP',
     'No tree, even with sharing, offers 1 VCPU and has the trait CUSTOM_BACKUP: store would share '
     'DISK_GB with c1, and 1 more, but lacks the trait MISC_SHARES_VIA_AGGREGATE.'),
    ('the same, where the hosts have disks and a group with a suffix asks for it',
     BACKUP, 'resources=VCPU:1,MEMORY_MB:1&resources_s=DISK_GB:1&required_s=CUSTOM_BACKUP&'
     'member_of_s={rack}',
     'No tree, even with sharing, has groups without suffix and _s together: store would share '
     'DISK_GB with c1, and 1 more, but lacks the trait MISC_SHARES_VIA_AGGREGATE.'),
    ('a host with the trait is no pool for those of its zone',
     dict(BACKUP, store=host(DISK_GB=1000, VCPU=4, traits='CUSTOM_BACKUP', aggregates='rack',
                             used={'VCPU': 4})),
     'resources=VCPU:1,DISK_GB:1&required=CUSTOM_BACKUP',
     'No tree, even with sharing, offers 1 VCPU and has the trait CUSTOM_BACKUP: store lacks 1 '
     'VCPU of 1 (4 of 4 used).'),
    ('a host with the trait has cores of another class, and memory is not asked for',
     dict(BACKUP, store=host(DISK_GB=1000, PCPU=4, MEMORY_MB=64, traits='CUSTOM_BACKUP',
                             aggregates='rack')),
     'resources=VCPU:1,DISK_GB:1&required=CUSTOM_BACKUP',
     'No tree, even with sharing, offers 1 VCPU and has the trait CUSTOM_BACKUP: store has no '
     'VCPU.'),
    ('the pool with the trait is in no aggregate of a host',
     {'c1': host(VCPU=4, MEMORY_MB=64, aggregates='rack'), 'pool': SHARED_POOL,
      'far': host(DISK_GB=1000, aggregates='zone', traits='CUSTOM_NVME ' + SHARING)},
     'resources=VCPU:1,MEMORY_MB:1,DISK_GB:1&required=CUSTOM_NVME',
     'No tree, even with sharing, offers 1 VCPU and has the trait CUSTOM_NVME: far shares '
     'DISK_GB, but has no aggregate in common with c1.'),
    ('the same for a group with a suffix',
     {'c1': host(VCPU=4, MEMORY_MB=64, aggregates='rack'), 'pool': SHARED_POOL,
      'new': host(DISK_GB=1000, aggregates='rack', traits='CUSTOM_NVME')},
     'resources=VCPU:1,MEMORY_MB:1&resources_d=DISK_GB:1&required_d=CUSTOM_NVME',
     'No tree, even with sharing, has groups without suffix and _d together: new would share '
     'DISK_GB with c1, but lacks the trait MISC_SHARES_VIA_AGGREGATE.'),
    ('the pool with the trait is shared with those that are full',
     {'c1': host(VCPU=4, MEMORY_MB=64, aggregates='rack', used={'VCPU': 4}), 'pool': SHARED_POOL,
      'c2': host(VCPU=4, MEMORY_MB=64, DISK_GB=9)},
     'resources=VCPU:1,MEMORY_MB:1,DISK_GB:1&required=CUSTOM_SSD',
     'No tree, even with sharing, offers 1 VCPU and has the trait CUSTOM_SSD: c1 lacks 1 VCPU of'
     ' 1 (4 of 4 used); c2 lacks the trait CUSTOM_SSD.'),
    ('a pool with the trait allows less, for those that see another pool and those that do not',
     {'c1': host(VCPU=4, aggregates='rack zone'), 'c2': host(VCPU=4, aggregates='rack'),
      'pool': dict(SHARED_POOL, inventories={'DISK_GB': limited(1000, max_unit=10)}),
      'big': host(DISK_GB=1000, aggregates='zone', traits=SHARING)},
     'resources=VCPU:1,DISK_GB:50&required=CUSTOM_SSD',
     'No tree, even with sharing, offers 50 DISK_GB and has the trait CUSTOM_SSD: c1 has the '
     'trait CUSTOM_SSD only on pool, which allows at most 10 DISK_GB at once (max_unit), not 50,'
     ' and 1 more.'),
    ('more is used than there is',
     {'c1': host(VCPU=8, MEMORY_MB=64, used={'VCPU': 6}, later={'VCPU': limited(5, reserved=1)}),
      'c2': host(VCPU=8, MEMORY_MB=64)},
     'resources=VCPU:2,MEMORY_MB:1&in_tree={c1}',
     'Nothing in the tree of c1 offers 2 VCPU: c1 has no VCPU left (6 of 4 used, 1 of 5 reserved, '
     '2 too many).'),
    ('the pool with the trait counts for another group',
     {'c1': host(VCPU=16, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:4&required=CUSTOM_SSD&resources1=DISK_GB:1',
     'No tree, even with sharing, offers 4 VCPU and has the trait CUSTOM_SSD: c1 has the trait '
     'CUSTOM_SSD only on pool, which has no VCPU (it would count if required1 asked for it).'),
    ('the root with the trait only shares',
     {'c1': host(VCPU=16, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:4,DISK_GB:1&root_required=CUSTOM_SSD',
     'No tree whose root has the trait CUSTOM_SSD (root_required) offers 4 VCPU: pool has no '
     'VCPU; pool shares DISK_GB, and required=CUSTOM_SSD would find the trait there.'),
    ('the root with the trait only shares what a group with a suffix asks for',
     {'c1': host(VCPU=16, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:4&resources_d=DISK_GB:1&root_required=CUSTOM_SSD',
     'No tree whose root has the trait CUSTOM_SSD (root_required) offers 4 VCPU: pool has no '
     'VCPU; pool shares DISK_GB, and required_d=CUSTOM_SSD would find the trait there.'),
    ('the root with the trait shares nothing of what is asked for',
     {'c1': host(VCPU=16, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:4&root_required=CUSTOM_SSD',
     'No tree whose root has the trait CUSTOM_SSD (root_required) offers 4 VCPU: pool has no '
     'VCPU.'),
    ('a bare metal node of the zone is no pool',
     {'c1': host(VCPU=8, MEMORY_MB=64, aggregates='zone'),
      'c2': host(VCPU=8, MEMORY_MB=64, aggregates='zone'),
      'metal': host(CUSTOM_METAL=1, aggregates='zone')},
     'resources=VCPU:2,MEMORY_MB:8,CUSTOM_METAL:1',
     'No provider offers 2 VCPU and 1 CUSTOM_METAL: metal has no VCPU; nor 8 MEMORY_MB.'),
    ('a pool of one without the trait, of a class that another shares',
     {'c1': host(VCPU=8, aggregates='zone'),
      'far': host(CUSTOM_FPGA=1, aggregates='row', traits=SHARING),
      'new': host(CUSTOM_FPGA=1, aggregates='zone')},
     'resources=VCPU:2,CUSTOM_FPGA:1',
     'No tree, even with sharing, offers 2 VCPU and 1 CUSTOM_FPGA: new would share CUSTOM_FPGA '
     'with c1, but lacks the trait MISC_SHARES_VIA_AGGREGATE.'),
    ('a pool of parts without the trait, of a class that nobody shares',
     {'c1': host(VCPU=8, aggregates='zone'), 'new': host(CUSTOM_NVME_GB=9, aggregates='zone')},
     'resources=VCPU:2,CUSTOM_NVME_GB:1',
     'No provider offers 2 VCPU and 1 CUSTOM_NVME_GB: new would share CUSTOM_NVME_GB with c1, '
     'but lacks the trait MISC_SHARES_VIA_AGGREGATE.'),
    ('only a disabled host has all that a pool could share with',
     {'old': host(VCPU=8, aggregates='zone', traits='CUSTOM_OLD'),
      'c1': host(VCPU=8, DISK_GB=5), 'new': host(DISK_GB=500, aggregates='zone')},
     'resources=VCPU:2,DISK_GB:50&root_required=!CUSTOM_OLD',
     'No provider offers 2 VCPU and 50 DISK_GB: c1 has 5 DISK_GB in all, not 50; new has no '
     'VCPU.'),
    ('the pool is full that those with the trait see, and another group asks for it',
     TWO_POOLS, 'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu1 meets required='
     'CUSTOM_X and all else, but cannot use pool, which lacks 30 DISK_GB of 50 (230 of 250 used), '
     'and 1 more.'),
    ('the same, where both groups have suffixes',
     TWO_POOLS, 'resources1=VCPU:1&required1=CUSTOM_X&resources2=DISK_GB:50&group_policy=none',
     'No tree, even with sharing, has groups 1 and 2 together: gpu1 meets resources1=VCPU:1 and '
     'required1=CUSTOM_X, but cannot use pool, which lacks 30 DISK_GB of 50 (230 of 250 used), '
     'and 1 more.'),
    ('the same, where the trait is asked for by same_subtree',
     TWO_POOLS, 'resources1=VCPU:1&resources2=DISK_GB:50&required3=CUSTOM_X&same_subtree=1,3&'
     'group_policy=none',
     'No tree, even with sharing, has groups 2 and 3 together: gpu1 meets required3=CUSTOM_X and '
     'all else, but cannot use pool, which lacks 30 DISK_GB of 50 (230 of 250 used), and 1 more.'),
    ('the same, where the trait is asked of the root',
     TWO_POOLS, 'resources=VCPU:1&resources1=DISK_GB:50&root_required=CUSTOM_X',
     'No tree whose root has the trait CUSTOM_X (root_required) offers 50 DISK_GB: gpu1 cannot '
     'use pool, which lacks 30 DISK_GB of 50 (230 of 250 used), and 1 more.'),
    ('the same, where no other hosts are there, but a free pool',
     {name: TWO_POOLS[name] for name in ('gpu1', 'gpu2', 'free', 'pool')},
     'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu1 meets required='
     'CUSTOM_X and all else, but cannot use pool, which lacks 30 DISK_GB of 50 (230 of 250 used), '
     'and 1 more.'),
    ('the pool is full that those with the trait see, one of which is full too',
     dict(TWO_POOLS, gpu1=dict(TWO_POOLS['gpu1'], used={'VCPU': 16})),
     'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu2 meets required='
     'CUSTOM_X and all else, but cannot use pool, which lacks 30 DISK_GB of 50 (230 of 250 used).'),
    ('the pool is full that those with the trait see, but for one that is full itself',
     dict(TWO_POOLS, gpu0=dict(TWO_POOLS['gpu1'], aggregates=['row'], used={'VCPU': 16})),
     'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu0 meets resources1='
     'DISK_GB:50, but lacks 1 VCPU of 1 (16 of 16 used); gpu1 meets resources=VCPU:1 and '
     'required=CUSTOM_X, but cannot use pool, which lacks 30 DISK_GB of 50 (230 of 250 used), '
     'and 1 more.'),
    ('the pool that those with the trait see has not the trait that is asked of it',
     dict(TWO_POOLS, pool=pool_of(250)),
     'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50&required1=CUSTOM_SSD',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu1 meets required='
     'CUSTOM_X and all else, but cannot use pool, which lacks the trait CUSTOM_SSD, and 1 more.'),
    ('the pool that those with the trait see allows less at once',
     dict(TWO_POOLS, pool=pool_of(limited(250, max_unit=10))),
     'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu1 meets required='
     'CUSTOM_X and all else, but cannot use pool, which allows at most 10 DISK_GB at once '
     '(max_unit), not 50, and 1 more.'),
    ('those with the trait see a full pool, and one has a disk that is too small',
     dict(TWO_POOLS, gpu1=host(VCPU=16, DISK_GB=20, traits='CUSTOM_X', aggregates='rack')),
     'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu1 meets required='
     'CUSTOM_X and all else, but has 20 DISK_GB in all, not 50; gpu1 cannot use pool, which lacks '
     '30 DISK_GB of 50 (230 of 250 used), and 1 more.'),
    ('the host of in_tree has a disk that is too small, and sees a full pool',
     dict(TWO_POOLS, gpu1=host(VCPU=16, DISK_GB=20, traits='CUSTOM_X', aggregates='rack')),
     'resources=VCPU:1&resources1=DISK_GB:50&in_tree={gpu1}',
     'Nothing in the tree of gpu1 (in_tree), or shared with it, offers 50 DISK_GB: gpu1 cannot use '
     'pool, which lacks 30 DISK_GB of 50 (230 of 250 used); gpu1 has 20 DISK_GB in all, not 50.'),
    ('those with the trait see no pool',
     dict(TWO_POOLS, pool=pool_of(250, aggregates='zone')),
     'resources=VCPU:1&required=CUSTOM_X&resources1=DISK_GB:50',
     'No tree, even with sharing, has groups without suffix and 1 together: gpu1 meets required='
     'CUSTOM_X, but nothing in its tree offers 50 DISK_GB, and 1 more; free shares DISK_GB, but '
     'has no aggregate in common with gpu1.'),
    ('the pool of those with the trait lacks the one by which it would share',
     dict(TWO_POOLS, pool=host(DISK_GB=250, aggregates='rack')),
     'resources=VCPU:1,DISK_GB:50&required=CUSTOM_X',
     'No tree, even with sharing, offers 50 DISK_GB and has the trait CUSTOM_X: gpu1 has no '
     'DISK_GB, and 1 more; pool would share DISK_GB with gpu1, and 1 more, but lacks the trait '
     'MISC_SHARES_VIA_AGGREGATE.'),
    ('a pool in another aggregate is no help where what has the trait would not be used',
     {'c1': host(VCPU=8), 'nic': host('c1', VGPU=1, traits='CUSTOM_X'),
      'pool': pool_of(250, aggregates='zone')},
     'resources=DISK_GB:50&required=CUSTOM_X',
     'No tree, even with sharing, offers 50 DISK_GB and has the trait CUSTOM_X: c1 has no '
     'DISK_GB.'),
]
# What it is about; the providers; the query; the nearest.
NEAREST = [
    ('a root in one aggregate of two counts for what is below it',
     {'c1': host(aggregates='zone'), 'numa0': host('c1', PCPU=4)},
     'resources=PCPU:2&member_of={zone}&member_of={rack}', ['c1 is not in aggregate rack']),
    ('what is below the root is in one aggregate of two, and the root in none',
     {'c1': host(), 'numa0': host('c1', PCPU=4, aggregates='zone')},
     'resources=PCPU:2&member_of={zone}&member_of={rack}',
     ['c1 on numa0 is not in aggregate rack']),
    ('a forbidden host with a local disk beside a full pool',
     {'c1': host(VCPU=8, DISK_GB=100, aggregates='rack', traits='CUSTOM_OLD'),
      'pool': dict(SHARED_POOL, used={'DISK_GB': 950})},
     'resources=VCPU:1,DISK_GB:80&required=!CUSTOM_OLD',
     ['c1 has the forbidden trait CUSTOM_OLD']),
    ('a host with a local disk in no aggregate that is asked for, beside a pool that is in none',
     {'pool': SHARED_POOL, 'c1': host(VCPU=8, DISK_GB=100, aggregates='rack')},
     'resources=VCPU:1,DISK_GB:80&member_of={zone}',
     ['c1 is not in aggregate zone']),
    ('a host whose local disk is full beside a pool that is left out',
     {'c1': host(VCPU=8, DISK_GB=100, aggregates='rack'), 'pool': SHARED_POOL},
     'resources=VCPU:1,DISK_GB:180&member_of={zone}',
     ['c1 is not in aggregate zone and cannot use pool, which is not in aggregate zone']),
]


@pytest.mark.parametrize('about, providers, query, cause', CAUSES,
                         ids=[cause[0] for cause in CAUSES])
def test_the_cause(empty_cloud, about, providers, query, cause):
    told, _ = explain(empty_cloud, providers, query)
    assert told == cause


@pytest.mark.parametrize('about, providers, query, nearest', NEAREST,
                         ids=[nearest[0] for nearest in NEAREST])
def test_the_nearest(empty_cloud, about, providers, query, nearest):
    _, told = explain(empty_cloud, providers, query)
    assert told == nearest
