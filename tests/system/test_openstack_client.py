"""A tour of the commands of python3-osc-placement, openstack resource provider ..., through nginx,
with tokens of Keystone."""
import importlib.metadata
import json
import os
import subprocess

import pytest
from support.keystone import SECRET, project
from support.paths import SYSTEM
from support.tokens import keep_secrets

pytestmark = pytest.mark.plain  # most of its time is Python's

COMMANDS = 'openstack.placement.v1'
LATEST = ('--os-placement-api-version', '1.39')
CONSUMER, MOVED = '11111111-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000002'
SITE = '22222222-0000-4000-8000-000000000001'


class Shell:
    """The command openstack, run by the admin."""

    def __init__(self, keystone, directory):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith('OS_')}
        environment.update({
            'HOME': directory, 'OS_AUTH_URL': keystone.url + '/v3', 'OS_IDENTITY_API_VERSION': '3',
            'OS_USERNAME': 'admin', 'OS_PASSWORD': SECRET + 'admin', 'OS_PROJECT_NAME': 'admin',
            'OS_USER_DOMAIN_NAME': 'Default', 'OS_PROJECT_DOMAIN_NAME': 'Default'})
        program = os.path.join(SYSTEM, 'support', 'openstack_shell.py')
        self.process = subprocess.Popen(
            ['/usr/bin/python3', '-I', '-W', 'ignore', program], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=directory)
        self.used = set()

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.process.stdin.close()
        self.process.wait()

    def run(self, command, words, before):
        self.used.add(command.replace(' ', '_'))
        self.process.stdin.write(json.dumps([before, [*command.split(), *words]]) + '\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def show(self, command, *words, before=LATEST):
        """Run a command; return what it shows."""
        status, out, err = self.run(command, [*words, '-f', 'json'], before)
        assert status == 0, (command, words, out, err)
        return json.loads(out)

    def do(self, command, *words, before=LATEST):
        status, out, err = self.run(command, words, before)
        assert status == 0 and out == '', (command, words, out, err)

    def fail(self, command, *words, before=LATEST):
        """Run a command that fails; return its error."""
        status, out, err = self.run(command, words, before)
        assert status != 0 and out == '', (command, words, out)
        return err


def column(rows, name):
    return sorted(row[name] for row in rows)


def make_endpoint(keystone, cloud):
    admin = keystone.token('admin', project('admin'))
    service = keystone.change('POST', '/v3/services', {
        'service': {'type': 'placement', 'name': 'placement'}}, admin)['service']
    keystone.change('POST', '/v3/endpoints', {'endpoint': {
        'service_id': service['id'], 'interface': 'public', 'region_id': 'RegionOne',
        'url': 'http://127.0.0.1:%d/placement' % cloud.port}}, admin)
    return admin


def tour_classes_and_traits(shell):
    assert 'VCPU' in column(shell.show('resource class list'), 'name')
    shell.do('resource class create', 'CUSTOM_GOLD')
    shell.do('resource class set', 'CUSTOM_IRON')
    assert shell.show('resource class show', 'CUSTOM_GOLD') == {'name': 'CUSTOM_GOLD'}
    shell.do('resource class delete', 'CUSTOM_IRON')
    assert '404' in shell.fail('resource class show', 'CUSTOM_IRON')
    shell.do('trait create', 'CUSTOM_FAST')
    shell.do('trait create', 'CUSTOM_SLOW')
    assert column(shell.show('trait list', '--name', 'startswith:CUSTOM'), 'name') == [
        'CUSTOM_FAST', 'CUSTOM_SLOW']
    assert shell.show('trait show', 'CUSTOM_FAST') == {'name': 'CUSTOM_FAST'}
    shell.do('trait delete', 'CUSTOM_SLOW')
    assert 'No such trait' in shell.fail('trait show', 'CUSTOM_SLOW')


def tour_providers(shell):
    """Return the ids of a host and of its card."""
    host = shell.show('resource provider create', 'host', '--uuid', SITE)
    assert (host['uuid'], host['name'], host['generation']) == (SITE, 'host', 0)
    card = shell.show('resource provider create', 'card', '--parent-provider', SITE)
    assert card['parent_provider_uuid'] == SITE and card['root_provider_uuid'] == SITE
    assert '409' in shell.fail('resource provider create', 'host')
    assert shell.show('resource provider set', card['uuid'], '--name', 'nic')['name'] == 'nic'
    assert shell.show('resource provider show', card['uuid'])['name'] == 'nic'
    assert column(shell.show('resource provider list'), 'name') == ['host', 'nic']
    assert column(shell.show('resource provider list', '--in-tree', SITE, '--name', 'nic'),
                  'uuid') == [card['uuid']]
    gone = shell.show('resource provider create', 'gone')
    shell.do('resource provider delete', gone['uuid'])
    assert '404' in shell.fail('resource provider show', gone['uuid'])
    return SITE, card['uuid']


def tour_inventories(shell, host, card):
    made = shell.show('resource provider inventory set', host, '--resource', 'VCPU=16',
                      '--resource', 'MEMORY_MB=1024', '--resource', 'VCPU:allocation_ratio=2.0')
    assert column(made, 'resource_class') == ['MEMORY_MB', 'VCPU']
    shell.show('resource provider inventory set', host, '--resource', 'MEMORY_MB=2048', '--amend')
    shown = shell.show('resource provider inventory show', host, 'MEMORY_MB')
    assert shown['total'] == 2048
    shell.show('resource provider inventory set', card, '--resource', 'CUSTOM_GOLD=1',
               '--resource', 'DISK_GB=4')
    one = shell.show('resource provider inventory class set', card, 'CUSTOM_GOLD', '--total', '4')
    assert one['total'] == 4
    shell.do('resource provider inventory delete', card, '--resource-class', 'DISK_GB')
    listed = shell.show('resource provider inventory list', card)
    assert [(row['resource_class'], row['used']) for row in listed] == [('CUSTOM_GOLD', 0)]


def tour_traits_and_aggregates(shell, host, card):
    shown = shell.show('resource provider trait set', card, '--trait', 'CUSTOM_FAST')
    assert column(shown, 'name') == ['CUSTOM_FAST']
    assert column(shell.show('resource provider trait list', card), 'name') == ['CUSTOM_FAST']
    shown = shell.show('resource provider list', '--required', 'CUSTOM_FAST')
    assert column(shown, 'name') == ['nic']
    assert column(shell.show('resource provider list', '--required', 'CUSTOM_FAST,HW_CPU_X86_AVX'),
                  'name') == ['nic'], 'any of them'
    shell.do('resource provider trait delete', host)
    generation = shell.show('resource provider show', host)['generation']
    shown = shell.show('resource provider aggregate set', host, '--aggregate', MOVED,
                       '--generation', str(generation))
    assert column(shown, 'uuid') == [MOVED]
    assert '409' in shell.fail('resource provider aggregate set', host, '--aggregate', MOVED,
                               '--generation', str(generation))
    assert column(shell.show('resource provider aggregate list', host), 'uuid') == [MOVED]


def tour_allocations(shell, host, card):
    found = shell.show('allocation candidate list', '--resource', 'VCPU=2', '--resource',
                       'CUSTOM_GOLD=1', '--required', 'CUSTOM_FAST', '--limit', '1')
    assert len(found) == 2 and {row['resource provider'] for row in found} == {host, card}
    found = shell.show('allocation candidate list', '--group', '1', '--resource', 'VCPU=2',
                       '--group', '2', '--resource', 'CUSTOM_GOLD=1', '--group-policy', 'isolate')
    assert {row['resource provider'] for row in found} == {host, card}
    owner = ('--project-id', 'p', '--user-id', 'u', '--consumer-type', 'INSTANCE')
    made = shell.show('resource provider allocation set', CONSUMER, '--allocation',
                      'rp=%s,VCPU=2' % host, '--allocation', 'rp=%s,CUSTOM_GOLD=1' % card, *owner)
    assert {row['resource_provider']: row['resources'] for row in made} == {
        host: {'VCPU': 2}, card: {'CUSTOM_GOLD': 1}}
    assert {(row['resource_class'], row['usage']) for row in shell.show(
        'resource provider usage show', host)} == {('VCPU', 2), ('MEMORY_MB', 0)}
    used = shell.show('resource usage show', 'p', '--user-id', 'u', before=(
        '--os-placement-api-version', '1.9'))
    assert {(row['resource_class'], row['usage']) for row in used} == {
        ('VCPU', 2), ('CUSTOM_GOLD', 1)}
    assert '409' in shell.fail('resource provider delete', host)
    assert '409' in shell.fail('resource provider allocation set', MOVED, '--allocation',
                               'rp=%s,VCPU=1000' % host, *owner)
    left = shell.show('resource provider allocation unset', CONSUMER, '--provider', card)
    assert [row['resource_provider'] for row in left] == [host]
    assert len(shell.show('resource provider allocation show', CONSUMER)) == 1
    shell.do('resource provider allocation delete', CONSUMER)
    assert shell.show('resource provider allocation show', CONSUMER) == []


def test_a_tour_of_the_openstack_commands(directory, keystone, make_cloud):
    try:
        known = {entry.name for entry in importlib.metadata.entry_points(group=COMMANDS)}
    except TypeError:
        known = set()
    if not known:
        pytest.skip('there is no python3-osc-placement')
    cloud = make_cloud(keystone=keystone)
    token = make_endpoint(keystone, cloud)
    with Shell(keystone, directory) as shell:
        tour_classes_and_traits(shell)
        host, card = tour_providers(shell)
        tour_inventories(shell, host, card)
        tour_traits_and_aggregates(shell, host, card)
        tour_allocations(shell, host, card)
        assert shell.used == known, (known - shell.used, shell.used - known)
        # a token needs no password
        given = ('--os-auth-type', 'v3token', '--os-token', token, '--os-username', '',
                 '--os-password', '', '--os-user-domain-name', '')
        listed = shell.show('resource provider list', before=given)
        assert column(listed, 'name') == ['host', 'nic']
        demo = ('--os-username', 'demo', '--os-password', SECRET + 'demo', '--os-project-name',
                'demo')
        said = shell.fail('resource provider list', before=demo)
        assert 'HTTP 403' in said, said
    keep_secrets(cloud, keystone)
