"""What berth-manage tree draws, compared with trees.expected/, and what it does on a terminal.

With BERTH_WRITE_TREES in the environment the tests write the expected files.
"""
import fcntl
import http.client
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest
from support.paths import BERTH_MANAGE, SYSTEM
from support.processes import stopped_follower

EXPECTED = os.path.join(SYSTEM, 'trees.expected')
HEADERS = {'x-auth-token': 'admin', 'x-roles': 'admin,service', 'content-type': 'application/json',
           'accept': 'application/json', 'openstack-api-version': 'placement 1.39'}
WRITE = 'BERTH_WRITE_TREES' in os.environ
cloud = None
pytestmark = pytest.mark.xdist_group('trees')
STORAGE, OTHER = ('dddddddd-0000-4000-8000-%012d' % number for number in (1, 2))


def uuid_of(number):
    return '%08d-2222-4333-8444-555555555555' % number


def inventory(total, **more):
    return dict({'total': total}, **more)


# number: name, number of the parent, inventories, traits, aggregates
PROVIDERS = {
    1: ('compute-01.example.net', None,
        {'DISK_GB': inventory(1000), 'MEMORY_MB': inventory(131072, reserved=8192)},
        ['COMPUTE_NODE', 'HW_CPU_X86_AVX2', 'HW_CPU_X86_SSE42', 'COMPUTE_IMAGE_TYPE_QCOW2',
         'HW_CPU_X86_AVX512F', 'COMPUTE_NET_ATTACH_INTERFACE', 'COMPUTE_VOLUME_MULTI_ATTACH',
         'HW_CPU_X86_AESNI', 'HW_CPU_X86_VMX', 'HW_CPU_HYPERTHREADING'], [STORAGE, OTHER]),
    2: ('numa10', 1,
        {'VCPU': inventory(32, reserved=2, allocation_ratio=4.0),
         'MEMORY_MB': inventory(262144, min_unit=512, step_size=512, allocation_ratio=1.5)},
        ['HW_NUMA_ROOT'], []),
    3: ('numa9', 1,
        {'VCPU': inventory(32, reserved=2, allocation_ratio=4.0),
         'MEMORY_MB': inventory(262144, min_unit=512, step_size=512, allocation_ratio=1.5)},
        ['HW_NUMA_ROOT'], []),
    4: ('pgpu0', 3, {'VGPU': inventory(8, max_unit=2)}, ['HW_GPU_API_VULKAN'], []),
    5: ('pgpu1', 3, {'VGPU': inventory(8, max_unit=2)}, [], []),
    6: ('pgpu0-of-numa10', 2, {'VGPU': inventory(8)}, [], []),
    7: ('compute-01:Open vSwitch agent:br-physnet0', 1,
        {'NET_BW_EGR_KILOBIT_PER_SEC': inventory(10000000, step_size=1000),
         'NET_BW_IGR_KILOBIT_PER_SEC': inventory(10000000)}, [], []),
    8: ('nfs-share', None, {'DISK_GB': inventory(2000000, reserved=200000)},
        ['MISC_SHARES_VIA_AGGREGATE'], [STORAGE]),
    9: ('計算機-1', None, {'VCPU': inventory(64, allocation_ratio=16.0)}, [], [OTHER]),
    10: ('a name \033[31mwith colours ' + 'and of length ' * 5, 9, {}, ['CUSTOM_' + 'X' * 60], []),
}
HELD = {1: {'DISK_GB': 1000, 'MEMORY_MB': 100}, 2: {'VCPU': 96, 'MEMORY_MB': 196608},
        3: {'VCPU': 4}, 4: {'VGPU': 2}, 6: {'VGPU': 8},
        7: {'NET_BW_EGR_KILOBIT_PER_SEC': 2500000}, 8: {'DISK_GB': 1203400}}


def ask(method, path, body=None):
    connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60)
    connection.request(method, path, json.dumps(body) if body is not None else None, HEADERS)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    assert response.status < 300, (method, path, response.status, text)
    return json.loads(text) if text else None


def make_provider(number):
    name, parent, inventories, traits, aggregates = PROVIDERS[number]
    path = '/resource_providers/' + uuid_of(number)
    ask('POST', '/resource_providers', {
        'uuid': uuid_of(number), 'name': name,
        'parent_provider_uuid': uuid_of(parent) if parent is not None else None})
    for trait in traits:
        if trait.startswith('CUSTOM_'):
            ask('PUT', '/traits/' + trait)
    for what, them in (('inventories', inventories), ('traits', traits),
                       ('aggregates', aggregates)):
        if them:
            generation = ask('GET', path)['generation']
            ask('PUT', path + '/' + what, {what: them, 'resource_provider_generation': generation})


def make_all():
    for number in PROVIDERS:
        make_provider(number)
    ask('PUT', '/allocations/' + uuid_of(99), {
        'allocations': {uuid_of(number): {'resources': resources}
                        for number, resources in HELD.items()},
        'project_id': 'p', 'user_id': 'u', 'consumer_type': 'INSTANCE',
        'consumer_generation': None})
    # shrinks below what is used of it
    path = '/resource_providers/' + uuid_of(6)
    ask('PUT', path + '/inventories/VGPU',
        {'total': 4, 'resource_provider_generation': ask('GET', path)['generation']})


def run(*words, locale='C.UTF-8', **environment):
    kept = {name: value for name, value in os.environ.items()
            if name not in ('COLUMNS', 'NO_COLOR') and not name.startswith('LC_')}
    return subprocess.run([BERTH_MANAGE, '--config-file', cloud.conf, 'tree', *words],
                          capture_output=True, encoding='utf-8', stdin=subprocess.DEVNULL,
                          env=dict(kept, LC_ALL=locale, **environment))


def on_terminal(*words, columns=80, **environment):
    """Return what it writes to a terminal of that many columns."""
    pid, descriptor = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 40, columns, 0, 0))
        for name in ('COLUMNS', 'NO_COLOR'):
            os.environ.pop(name, None)
        os.environ.update({'TERM': 'xterm', 'LC_ALL': 'C.UTF-8', **environment})
        os.execv(BERTH_MANAGE, [BERTH_MANAGE, '--config-file', cloud.conf, 'tree', *words])
    text = b''
    while True:
        try:
            more = os.read(descriptor, 65536)
        except OSError:
            break
        if not more:
            break
        text += more
    os.close(descriptor)
    assert os.waitpid(pid, 0)[1] == 0, text
    return text.decode().replace('\r\n', '\n')


def width(line):
    return sum(2 if unicodedata.east_asian_width(character) == 'W' else 1 for character in line)


@pytest.fixture(scope='module', autouse=True)
def make_trees(empty_cloud):
    global cloud
    cloud = empty_cloud
    done = run()
    assert (done.returncode, done.stdout) == (0, 'There are no resource providers.\n'), done
    make_all()


def compare(name, text):
    path = os.path.join(EXPECTED, name + '.txt')
    if WRITE:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
    with open(path, encoding='utf-8') as file:
        assert text == file.read()


def draw(*words, **environment):
    done = run(*words, **environment)
    assert (done.returncode, done.stderr) == (0, '')
    assert '\033' not in done.stdout
    return done.stdout


def test_all_trees():
    text = draw()
    compare('all', text)
    # nothing but a trait that is longer than a line goes beyond its end
    assert [line for line in text.splitlines() if width(line) > 80] == \
        [line for line in text.splitlines() if 'XXXX' in line]


def test_a_member_draws_its_tree_and_is_marked():
    text = draw('pgpu1')
    compare('member', text)
    for name in (uuid_of(5), uuid_of(5).upper(), uuid_of(5).replace('-', '')):
        assert draw(name) == text


def test_a_locale_without_utf_8():
    text = draw(locale='C')
    assert text.isascii()
    compare('ascii', text)


def test_more_columns_and_fewer():
    compare('wide', draw('numa9', COLUMNS='130'))
    compare('narrow', draw('numa9', COLUMNS='50'))


def test_colours_are_for_terminals():
    text = on_terminal('numa9', columns=130)
    assert '\033[1mcompute-01.example.net\033[0m' in text
    plain = re.sub('\033\\[[0-9;]*m', '', text)
    assert plain == draw('numa9', COLUMNS='130')
    for setting in ({'NO_COLOR': '1'}, {'TERM': 'dumb'}):
        assert on_terminal('numa9', columns=130, **setting) == plain
    text = on_terminal('numa9', columns=130, NO_COLOR='', COLUMNS='50')
    assert '\033[1m' in text, 'an empty NO_COLOR is none'
    assert re.sub('\033\\[[0-9;]*m', '', text) == draw('numa9', COLUMNS='50')


def test_a_name_cannot_write_to_the_terminal():
    assert '\033[31m' not in on_terminal(uuid_of(10))


def test_an_unknown_provider():
    for name in ('nobody', uuid_of(77)):
        done = run(name)
        assert (done.returncode, done.stdout) == (1, '')
        assert done.stderr == 'berth-manage: there is no resource provider %s\n' % name


def test_wrong_arguments():
    for words in (('one', 'two'), ('--unknown',)):
        done = run(*words)
        assert (done.returncode, done.stdout) == (64, '')


def test_statements_do_not_grow_with_trees():
    def statements(*words):
        count = "SELECT variable_value FROM information_schema.global_status " \
            "WHERE variable_name = 'COM_STMT_EXECUTE'"
        before = int(cloud.sql(count)[0][0])
        draw(*words)
        return int(cloud.sql(count)[0][0]) - before
    with stopped_follower(cloud.master()):
        assert statements('nfs-share') == statements('numa9')
        assert statements() <= statements('nfs-share')


def test_damaged_trees_are_drawn_too():
    parent = ('UPDATE resource_providers SET parent_provider_id = (SELECT id FROM (SELECT id FROM '
              "resource_providers WHERE name = '%s') other) WHERE name = '%s';")
    share = "UPDATE resource_providers SET parent_provider_id = %s WHERE name = 'nfs-share';"
    before = draw()
    cloud.sql('SET FOREIGN_KEY_CHECKS = 0;' + parent % ('pgpu0', 'numa9') + share % 9999)
    try:
        text = draw()
        assert '\nnuma9  its parents go in a circle\n' in text
        assert '\n├─ pgpu0\n' in text
        assert '\nnfs-share  ' in text
        assert text.count('generation') == len(PROVIDERS)
    finally:
        cloud.sql(parent % ('compute-01.example.net', 'numa9') + share % 'NULL')
    assert draw() == before
