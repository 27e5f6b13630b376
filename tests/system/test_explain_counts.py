"""An explanation counts ("and 12 more") only those that lack what the named one lacks, and nothing
that it does not lack, too. Of the nearest it tells all that they lack.
"""
import pytest

from support.small_worlds import SHARING, explain, host, hosts

FULL_POOL = host(DISK_GB=1000, aggregates='rack', traits=SHARING, used={'DISK_GB': 1000})
SUBNET = host(IPV4_ADDRESS=250, aggregates='row', traits=SHARING)
FULL_SUBNET = host(IPV4_ADDRESS=250, aggregates='rack', traits=SHARING, used={'IPV4_ADDRESS': 250})


def full(**more):
    return host(**dict({'VCPU': 4, 'MEMORY_MB': 64, 'used': {'VCPU': 4}, 'traits': 'CUSTOM_A',
                        'aggregates': 'zone'}, **more))


# What it is about; the providers; the query; the first sentence; the nearest.
CAUSES = [
    ('full hosts, of which some lack more',
     {'spare': full(traits='', used=None), 'f1': full(), 'f2': full(), 'f3': full(),
      'untrained': full(traits='CUSTOM_A CUSTOM_C'), 'small': full(MEMORY_MB=8),
      'old': full(traits='CUSTOM_A CUSTOM_OLD'), 'far': full(aggregates='row'),
      'big': full(used={'VCPU': 3})},
     'resources=VCPU:4,MEMORY_MB:64&required=CUSTOM_A,!CUSTOM_C&member_of={zone}&'
     'root_required=!CUSTOM_OLD',
     'No provider offers 4 VCPU and has the trait CUSTOM_A: big lacks 3 VCPU of 4 (3 of 4 '
     'used), and 3 more lack VCPU, too.',
     ['big lacks 3 VCPU of 4 (3 of 4 used), and 3 more',
      'spare lacks the trait CUSTOM_A',
      'small lacks 4 VCPU of 4 (4 of 4 used) and has 8 MEMORY_MB in all, not 64',
      'untrained lacks 4 VCPU of 4 (4 of 4 used) and has the forbidden trait CUSTOM_C',
      'far lacks 4 VCPU of 4 (4 of 4 used) and is not in aggregate zone',
      'old lacks 4 VCPU of 4 (4 of 4 used) and has the forbidden trait CUSTOM_OLD '
      '(root_required)']),
    ('all hosts use a pool that is full',
     dict(hosts(50, aggregates='rack'), pool=FULL_POOL, store=host(DISK_GB=100, VCPU=1)),
     'resources=VCPU:4,DISK_GB:10',
     'No tree, even with sharing, offers 4 VCPU and 10 DISK_GB: host-00 cannot use pool, which '
     'lacks 10 DISK_GB of 10 (1000 of 1000 used), and 49 more; store has 1 VCPU in all, not 4.',
     ['host-00 cannot use pool, which lacks 10 DISK_GB of 10 (1000 of 1000 used), and 49 more',
      'store has 1 VCPU in all, not 4']),
    ('all hosts use pools that are full, some are disabled or full as well',
     dict(hosts(5, aggregates='rack'), pool=FULL_POOL, store=host(DISK_GB=100, VCPU=1),
          pool2=dict(FULL_POOL, aggregates=['row']), c1=host(VCPU=8, aggregates='row'),
          old=host(VCPU=8, aggregates='rack', traits='CUSTOM_OLD'),
          busy=host(VCPU=8, aggregates='rack', used={'VCPU': 8})),
     'resources=VCPU:4,DISK_GB:10&root_required=!CUSTOM_OLD',
     'No tree, even with sharing, offers 4 VCPU and 10 DISK_GB: host-00 cannot use pool, which '
     'lacks 10 DISK_GB of 10 (1000 of 1000 used), and 5 more; store has 1 VCPU in all, not 4.',
     ['host-00 cannot use pool, which lacks 10 DISK_GB of 10 (1000 of 1000 used), and 5 more',
      'store has 1 VCPU in all, not 4',
      'busy lacks 4 VCPU of 4 (8 of 8 used) and cannot use pool, which lacks 10 DISK_GB of 10 '
      '(1000 of 1000 used)',
      'old has the forbidden trait CUSTOM_OLD (root_required) and cannot use pool, which lacks '
      '10 DISK_GB of 10 (1000 of 1000 used)']),
    ('a disabled host, of a full subnet, and one that only has the full subnet',
     {'old': host(VCPU=4, aggregates='rack', traits='CUSTOM_OLD'), 'subnet': FULL_SUBNET,
      'c1': host(VCPU=4, aggregates='rack'), 'free': SUBNET,
      'c2': host(VCPU=4, aggregates='row', used={'VCPU': 4})},
     'resources=VCPU:1,IPV4_ADDRESS:1&root_required=!CUSTOM_OLD',
     'No tree, even with sharing, offers 1 VCPU and 1 IPV4_ADDRESS: c1 cannot use subnet, which '
     'lacks 1 IPV4_ADDRESS of 1 (250 of 250 used); c2 lacks 1 VCPU of 1 (4 of 4 used).',
     ['c1 cannot use subnet, which lacks 1 IPV4_ADDRESS of 1 (250 of 250 used)',
      'c2 lacks 1 VCPU of 1 (4 of 4 used)',
      'old has the forbidden trait CUSTOM_OLD (root_required) and cannot use subnet, which '
      'lacks 1 IPV4_ADDRESS of 1 (250 of 250 used)']),
    ('the same, and the disabled one is forbidden in the group',
     {'old': host(VCPU=4, aggregates='rack', traits='CUSTOM_OLD'), 'subnet': FULL_SUBNET,
      'c1': host(VCPU=4, aggregates='rack'), 'free': SUBNET,
      'c2': host(VCPU=4, aggregates='row', used={'VCPU': 4})},
     'resources=VCPU:1,IPV4_ADDRESS:1&required=!CUSTOM_OLD',
     'No tree, even with sharing, offers 1 VCPU and 1 IPV4_ADDRESS: c1 cannot use subnet, which '
     'lacks 1 IPV4_ADDRESS of 1 (250 of 250 used); c2 lacks 1 VCPU of 1 (4 of 4 used).',
     ['c1 cannot use subnet, which lacks 1 IPV4_ADDRESS of 1 (250 of 250 used)',
      'c2 lacks 1 VCPU of 1 (4 of 4 used)',
      'old has the forbidden trait CUSTOM_OLD and cannot use subnet, which lacks 1 '
      'IPV4_ADDRESS of 1 (250 of 250 used)']),
    ('a pool outside the aggregate, and hosts of which some are outside it as well',
     {'pool': host(DISK_GB=100, aggregates='row', traits=SHARING),
      'c1': host(VCPU=4, aggregates='row zone'), 'c2': host(VCPU=4, aggregates='row'),
      'c3': host(VCPU=4, aggregates='row zone'), 'c4': host(VCPU=4, aggregates='row')},
     'resources=VCPU:1,DISK_GB:10&member_of={zone}',
     'No provider offers 10 DISK_GB and is in the aggregate zone: c1 cannot use pool, which is '
     'not in it, and 1 more.',
     ['c1 cannot use pool, which is not in aggregate zone, and 1 more',
      'c2 is not in aggregate zone and cannot use pool, which is not in aggregate zone, and 1 '
      'more']),
    ('hosts that are outside the aggregate with all that is asked for lack one thing',
     {'a': host(VCPU=4, DISK_GB=50), 'b': host(VCPU=4, DISK_GB=50),
      'x': host(VCPU=4, aggregates='zone'), 'y': host(VCPU=4, aggregates='zone'),
      'z': host(VCPU=4, aggregates='zone')},
     'resources=VCPU:1,DISK_GB:10&member_of={zone}',
     'No provider offers 10 DISK_GB and is in the aggregate zone: a is not in it, and 1 '
     'more.',
     ['a is not in aggregate zone, and 1 more', 'x has no DISK_GB, and 2 more']),
    ('hosts that lack two things come behind those that lack one',
     {'a': full(traits='', aggregates='zone row', used={'VCPU': 1}), 'b': full(), 'c': full(),
      'd': full(used=None, aggregates='')},
     'resources=VCPU:4&required=CUSTOM_A&member_of={zone}',
     'No provider offers 4 VCPU and is in the aggregate zone: b lacks 4 VCPU of 4 (4 of 4 '
     'used), and 1 more.',
     ['b lacks 4 VCPU of 4 (4 of 4 used), and 1 more',
      'd is not in aggregate zone',
      'a lacks 1 VCPU of 4 (1 of 4 used) and lacks the trait CUSTOM_A']),
    ('a host lacks an amount, and its root is not as it must be',
     {'c1': host(VCPU=4, used={'VCPU': 2}), 'c2': host(VCPU=4, traits='CUSTOM_A', used={'VCPU': 2}),
      'c3': host(VCPU=4), 'c4': host(VCPU=4, traits='CUSTOM_A', used={'VCPU': 4})},
     'resources=VCPU:4&root_required=CUSTOM_A',
     'No tree whose root has the trait CUSTOM_A (root_required) offers 4 VCPU: c2 lacks 2 VCPU '
     'of 4 (2 of 4 used), and 1 more lacks VCPU, too.',
     ['c3 lacks the trait CUSTOM_A (root_required)',
      'c2 lacks 2 VCPU of 4 (2 of 4 used), and 1 more']),
    ('the same of a device',
     {'c1': host(VCPU=4), 'g1': host('c1', PGPU=1, used={'PGPU': 1}),
      'c2': host(VCPU=4, traits='CUSTOM_A'), 'g2': host('c2', PGPU=1, used={'PGPU': 1}),
      'c3': host(VCPU=4, traits='CUSTOM_A', used={'VCPU': 4}),
      'g3': host('c3', PGPU=1, used={'PGPU': 1}),
      'c4': host(VCPU=4, traits='CUSTOM_A'), 'g4': host('c4', PGPU=1, used={'PGPU': 1})},
     'resources=VCPU:1&resources1=PGPU:1&root_required=CUSTOM_A',
     'No provider has 1 PGPU left: at most 0 (g2, 1 of 1 used).',
     ['g2 lacks 1 PGPU of 1 (1 of 1 used), and 1 more',
      'g3 lacks 1 PGPU of 1 (1 of 1 used) and its tree has nothing for group without suffix: '
      'lacks 1 VCPU of 1 (4 of 4 used)',
      'g1 lacks 1 PGPU of 1 (1 of 1 used) and its root c1 lacks the trait CUSTOM_A '
      '(root_required)']),
    ('pools that share with no host',
     {'c1': host(VCPU=4, aggregates='rack'), 'subnet': FULL_SUBNET,
      'lonely': host(IPV4_ADDRESS=5, aggregates='zone', traits=SHARING)},
     'resources=VCPU:1,IPV4_ADDRESS:10',
     'No provider offers 10 IPV4_ADDRESS: 1 has too little left (0 on subnet, 250 of 250 used), '
     '1 is too small (5 on lonely).',
     ['c1 cannot use subnet, which lacks 10 IPV4_ADDRESS of 10 (250 of 250 used)']),
    ('the same for a group with a suffix',
     {'c1': host(VCPU=4, aggregates='rack'), 'subnet': FULL_SUBNET,
      'lonely': host(IPV4_ADDRESS=50, aggregates='zone', traits=SHARING,
                     used={'IPV4_ADDRESS': 45})},
     'resources=VCPU:1&resources1=IPV4_ADDRESS:10',
     'No provider has 10 IPV4_ADDRESS left: at most 5 (lonely, 45 of 50 used); at most 0 '
     '(subnet) of those with all else that is asked for.',
     ['subnet lacks 10 IPV4_ADDRESS of 10 (250 of 250 used)']),
    ('full hosts for two devices, one of which has none',
     {'c1': host(VCPU=4), 'g1': host('c1', PGPU=2), 'c2': host(VCPU=4), 'g2': host('c2', PGPU=2),
      'c3': host(VCPU=4, used={'VCPU': 4}), 'g3': host('c3', PGPU=2)},
     'resources=VCPU:1&resources1=PGPU:1&resources2=PGPU:1&group_policy=isolate',
     'group_policy=isolate needs 2 providers for groups 1 and 2, but at most 1 of a tree fits '
     '(c1: g1, and 1 more tree).',
     ['c1 has 1 of 2 providers for groups 1 and 2 (g1), and 1 more']),
    ('disabled roots, of which one is full as well',
     {'c1': host(VCPU=4, traits='CUSTOM_OLD'), 'c2': host(VCPU=4, traits='CUSTOM_OLD'),
      'c3': host(VCPU=4, traits='CUSTOM_OLD', used={'VCPU': 4}), 'c4': host(DISK_GB=1)},
     'resources=VCPU:1&root_required=!CUSTOM_OLD',
     'Every tree that offers 1 VCPU has the forbidden trait CUSTOM_OLD at its root '
     '(root_required): c1, and 1 more.',
     ['c4 has no VCPU',
      'c1 has the forbidden trait CUSTOM_OLD (root_required), and 1 more']),
    ('hosts with the forbidden trait, of which some are full as well',
     {'a': host(VCPU=4, MEMORY_MB=64, traits='CUSTOM_OLD'),
      'b': host(VCPU=4, MEMORY_MB=64, traits='CUSTOM_OLD', used={'MEMORY_MB': 64}),
      'c': host(VCPU=4, MEMORY_MB=64, traits='CUSTOM_OLD'), 'd': host(MEMORY_MB=64)},
     'resources=VCPU:1,MEMORY_MB:64&required=!CUSTOM_OLD',
     'Every provider that offers 1 VCPU has the forbidden trait CUSTOM_OLD (a, and 1 more).',
     ['a has the forbidden trait CUSTOM_OLD, and 1 more',
      'd has no VCPU',
      'b has the forbidden trait CUSTOM_OLD and lacks 64 MEMORY_MB of 64 (64 of 64 used)']),
]


@pytest.mark.parametrize('about, providers, query, cause, nearest', CAUSES,
                         ids=[case[0] for case in CAUSES])
def test_the_count(empty_cloud, about, providers, query, cause, nearest):
    told, lines = explain(empty_cloud, providers, query)
    assert told == cause
    assert lines == nearest
