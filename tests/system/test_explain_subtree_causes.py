"""The first sentence of an explanation names the cause if groups must be in one subtree: it names a
node that the other groups can use, and says where those are that cannot.
"""
import pytest

from support.small_worlds import explain, host


def busy(parent, used=6, **more):
    """A node with 8 cores of which most are used."""
    return host(parent, PCPU=8, used={'PCPU': used}, **more)


# The device is below the second node, and all nodes lack cores.
FPGA = {'c1': host(DISK_GB=9), 'node0': busy('c1', traits='CUSTOM_NODE'),
        'node1': busy('c1', traits='CUSTOM_NODE'), 'fpga': host('node1', FPGA=1)}
SPARE = host('c2', PCPU=8)
# Each device is below another node.
NODES = {'c1': host(), 'node0': host('c1', PCPU=8, traits='CUSTOM_NODE'),
         'node1': host('c1', PCPU=8, traits='CUSTOM_NODE'), 'nic': host('node0', SRIOV_NET_VF=1),
         'fpga': host('node1', FPGA=1)}
BOTH = 'resources_n=SRIOV_NET_VF:1&resources_f=FPGA:1&required_node=CUSTOM_NODE&' \
    'same_subtree=_n,_f,_node&group_policy=none'
CORES = 'resources_c=PCPU:1&required_c=!CUSTOM_OLD&resources_n=SRIOV_NET_VF:1'
OLD_NODE = dict(NODES, node0=host('c1', PCPU=8, traits='CUSTOM_NODE CUSTOM_OLD'))
# What it is about; the providers; the query; the first sentence; the nearest, or None.
CAUSES = [
    ('all nodes lack cores, also that above the device',
     dict(FPGA, c2=host(), spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node1 lacks 2 PCPU '
     'of 4 (6 of 8 used).',
     ['c1 has nothing for group _c: node1 lacks 2 PCPU of 4 (6 of 8 used)',
      'c2 has nothing for group _f']),
    ('another node of the host lacks less',
     dict(FPGA, node0=busy('c1', used=5), c2=host(), spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node1 lacks 2 PCPU '
     'of 4 (6 of 8 used).',
     None),
    ('hosts with such a device are counted, and not their nodes',
     dict(FPGA, c2=host(), spare=SPARE, c3=host(), node2=busy('c3'),
          node3=busy('c3'), fpga3=host('node3', FPGA=1)),
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node1 lacks 2 PCPU '
     'of 4 (6 of 8 used), and 1 more.',
     None),
    ('no host has the cores',
     dict(FPGA, node0=busy('c1', used=5)),
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No provider has 4 PCPU left: at most 3 (node0, 5 of 8 used); at most 2 (node1) of those with '
     'all else that is asked for.',
     ['node1 lacks 2 PCPU of 4 (6 of 8 used)',
      'node0 is in another subtree (same_subtree) and lacks 1 PCPU of 4 (5 of 8 used)']),
    ('no host has the cores, and all nodes lack as many',
     FPGA,
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No provider has 4 PCPU left: at most 2 (node1, 6 of 8 used).',
     None),
    ('no host has the cores and a trait, and all nodes lack as many',
     dict(FPGA, c2=host(), spare=SPARE),
     'resources_c=PCPU:4&required_c=CUSTOM_NODE&resources_f=FPGA:1&same_subtree=_c,_f&'
     'group_policy=none',
     'No provider offers 4 PCPU and has the trait CUSTOM_NODE: node1 lacks 2 PCPU of 4 (6 of 8 '
     'used).',
     None),
    ('the nodes are below sockets, and the device below what is below a node',
     {'c1': host(), 'socket0': host('c1'), 'socket1': host('c1'), 'node0': busy('socket0'),
      'node1': busy('socket1'), 'node2': busy('socket1'), 'bridge': host('node2'),
      'fpga': host('bridge', FPGA=1), 'c2': host(), 'spare': SPARE},
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node2 lacks 2 PCPU '
     'of 4 (6 of 8 used).',
     None),
    ('both nodes have a device, and that of the first is used',
     dict(FPGA, used=host('node0', FPGA=1, used={'FPGA': 1}), c2=host(),
          spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node1 lacks 2 PCPU '
     'of 4 (6 of 8 used).',
     None),
    ('each node has one of two devices, the third has both',
     dict(FPGA, nic=host('node0', SRIOV_NET_VF=1), node2=busy('c1'), f2=host('node2', FPGA=1),
          n2=host('node2', SRIOV_NET_VF=1), c2=host(), spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&resources_n=SRIOV_NET_VF:1&same_subtree=_c,_f,_n&'
     'group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node2 lacks 2 '
     'PCPU of 4 (6 of 8 used).',
     None),
    ('a group without resources is the node',
     dict(FPGA, c2=host(), spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&required_node=CUSTOM_NODE&same_subtree=_c,_f,_node&'
     'group_policy=none',
     'No tree has groups _c and _node together: c1 meets required_node=CUSTOM_NODE, but node1 '
     'lacks 2 PCPU of 4 (6 of 8 used).',
     None),
    ('two subtrees meet at the node',
     dict(FPGA, c2=host(), spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&required_node=CUSTOM_NODE&same_subtree=_c,_node&'
     'same_subtree=_f,_node&group_policy=none',
     'No tree has groups _c and _node together: c1 meets required_node=CUSTOM_NODE, but node1 '
     'lacks 2 PCPU of 4 (6 of 8 used).',
     None),
    ('the root is above all: then each node is as good',
     dict(FPGA, c2=host(), spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&resources_d=DISK_GB:1&same_subtree=_c,_f,_d&'
     'group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node0 lacks 2 '
     'PCPU of 4 (6 of 8 used), and 1 more.',
     None),
    ('the node above the device has no cores at all',
     dict(FPGA, node1=host('c1', VCPU=4), c2=host(), spare=SPARE),
     'resources_c=PCPU:4&resources_f=FPGA:1&same_subtree=_c,_f&group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node0 is in '
     'another subtree (same_subtree) and lacks 2 PCPU of 4 (6 of 8 used).',
     None),
    ('the node above the device has the cores, but not a trait',
     dict(FPGA, node1=busy('c1'), c2=host(), spare=dict(SPARE, traits=['CUSTOM_NODE'])),
     'resources_c=PCPU:4&required_c=CUSTOM_NODE&resources_f=FPGA:1&same_subtree=_c,_f&'
     'group_policy=none',
     'No tree has groups _c and _f together: c1 meets resources_f=FPGA:1, but node1 lacks 2 PCPU '
     'of 4 (6 of 8 used) and lacks the trait CUSTOM_NODE.',
     None),
    ('of three groups two are above each other',
     NODES, BOTH,
     'same_subtree=_n,_f,_node: no subtree has all of them: node0 has _n and _node, but not _f: '
     'fpga is below node1.',
     ['c1 has all, but not in one subtree: node0 has _n and _node, but not _f: fpga is below '
      'node1']),
    ('the same in two trees',
     dict(NODES, c2=host(), node2=host('c2', traits='CUSTOM_NODE'), node3=host('c2'),
          nic2=host('node2', SRIOV_NET_VF=1), fpga2=host('node3', FPGA=1)),
     BOTH,
     'same_subtree=_n,_f,_node: no subtree has all of them: node0 has _n and _node, but not _f: '
     'fpga is below node1, and so in 1 more.',
     None),
    ('what is missing is beside the node',
     dict(NODES, fpga=host('c1', FPGA=1)), BOTH,
     'same_subtree=_n,_f,_node: no subtree has all of them: node0 has _n and _node, but not _f: '
     'fpga is beside it.',
     None),
    ('what is missing is deep below another socket',
     {'c1': host(), 'socket0': host('c1'), 'socket1': host('c1'),
      'node0': host('socket0', traits='CUSTOM_NODE'), 'node1': host('socket1'),
      'nic': host('node0', SRIOV_NET_VF=1), 'bridge': host('node1'),
      'fpga': host('bridge', FPGA=1)},
     BOTH,
     'same_subtree=_n,_f,_node: no subtree has all of them: node0 has _n and _node, but not _f: '
     'fpga is below node1.',
     None),
    ('the node above the device has a forbidden trait',
     OLD_NODE, CORES + '&required_node=CUSTOM_NODE&same_subtree=_c,_n,_node&group_policy=none',
     'same_subtree=_c,_n,_node: no subtree has all of them: node0 has _n and _node, but for _c it '
     'has the forbidden trait CUSTOM_OLD; node1 fits _c, beside it.',
     ['c1 has all, but not in one subtree: node0 has _n and _node, but for _c it has the forbidden '
      'trait CUSTOM_OLD; node1 fits _c, beside it']),
    ('the same of two groups',
     OLD_NODE, CORES + '&same_subtree=_c,_n&group_policy=none',
     'same_subtree=_c,_n: no subtree has all of them: node0 has _n, but for _c it has the '
     'forbidden trait CUSTOM_OLD; node1 fits _c, beside it.',
     None),
    ('the device below the node is of another kind',
     dict(NODES, old=host('node0', FPGA=1), fpga=host('node1', FPGA=1, traits='CUSTOM_NEW')),
     BOTH + '&required_f=CUSTOM_NEW',
     'same_subtree=_n,_f,_node: no subtree has all of them: node0 has _n and _node, but for _f old '
     'lacks the trait CUSTOM_NEW; fpga fits _f, below node1.',
     None),
    ('a group without resources is another node',
     dict(NODES, node0=host('c1', PCPU=8)),
     'resources_n=SRIOV_NET_VF:1&required_node=CUSTOM_NODE&same_subtree=_n,_node&group_policy=none',
     'same_subtree=_n,_node: no subtree has all of them: node0 has _n, but for _node it lacks the '
     'trait CUSTOM_NODE; node1 fits _node, beside it.',
     None),
]


@pytest.mark.parametrize('about, providers, query, cause, nearest', CAUSES,
                         ids=[cause[0] for cause in CAUSES])
def test_the_cause(empty_cloud, about, providers, query, cause, nearest):
    told, lines = explain(empty_cloud, providers, query)
    assert told == cause
    if nearest is not None:
        assert lines == nearest
