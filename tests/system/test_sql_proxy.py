"""The service behind a proxy that does not know MariaDB's bulk protocol, such as ProxySQL."""
import socket
import uuid

import pytest
from support.consistency import audit_rows
from support.database_proxy import ANSWER, REQUEST, PlainProxy, ProxiedCloud

RESOURCES = {'VCPU': 1, 'MEMORY_MB': 2, 'DISK_GB': 3}
INVENTORY = {name: {'total': 1000000} for name in RESOURCES}


@pytest.fixture(scope='module')
def cloud(module_directory):
    with ProxiedCloud(PlainProxy, module_directory, workers=2) as cloud:
        yield cloud


def test_every_write_works_behind_a_proxy_without_bulk_execution(cloud):
    assert cloud.sql('SELECT COUNT(*) > 300 FROM traits') == [['1']]
    providers = [cloud.make_provider(INVENTORY) for _ in range(3)]
    consumers = [str(uuid.uuid4()) for _ in range(21)]

    def check(answer, status):
        assert answer.status == status, answer.text

    def claims(generation, resources):
        return {consumer: {
            'allocations': {provider: {'resources': resources} for provider in providers},
            'project_id': 'p%d' % (number % 5), 'user_id': 'u', 'consumer_type': 'INSTANCE',
            'consumer_generation': generation} for number, consumer in enumerate(consumers)}
    check(cloud.claim(str(uuid.uuid4()), providers[0], RESOURCES), 204)
    check(cloud.ask('POST', '/allocations', claims(None, RESOURCES)), 204)
    assert cloud.sql('SELECT COUNT(*), SUM(used) FROM allocations') == [
        [str(3 + 21 * 9), str(6 + 21 * 3 * 6)]]
    check(cloud.ask('POST', '/allocations', claims(1, {'VCPU': 5})), 204)
    assert cloud.sql('SELECT COUNT(*), SUM(used) FROM allocations') == [
        [str(3 + 21 * 3), str(6 + 21 * 3 * 5)]]
    check(cloud.ask('POST', '/allocations', claims(1, {'VCPU': 5})), 409)
    assert cloud.sql('SELECT COUNT(DISTINCT project_id) FROM consumers') == [['6']]

    path = '/resource_providers/' + providers[1]
    check(cloud.ask('PUT', path + '/traits', {
        'resource_provider_generation': cloud.ask('GET', path).json['generation'],
        'traits': ['HW_CPU_X86_AVX', 'HW_CPU_X86_AVX2', 'HW_CPU_X86_SSE']}), 200)
    check(cloud.ask('PUT', path + '/aggregates', {
        'resource_provider_generation': cloud.ask('GET', path).json['generation'],
        'aggregates': [str(uuid.uuid4()) for _ in range(7)]}), 200)
    check(cloud.ask('PUT', path + '/inventories', {
        'resource_provider_generation': cloud.ask('GET', path).json['generation'],
        'inventories': dict(INVENTORY, PCPU={'total': 1}, VGPU={'total': 2})}), 200)
    assert len(cloud.ask('GET', path + '/inventories').json['inventories']) == 5
    assert len(cloud.ask('GET', path + '/aggregates').json['aggregates']) == 7
    audit_rows(cloud)


def test_a_lost_commit_is_found_if_it_has_happened(cloud):
    """Through a proxy the session cannot be ended, so that nothing tells what has not happened."""
    provider = cloud.make_provider(INVENTORY)
    consumer = str(uuid.uuid4())

    def claim(generation=None):
        return cloud.claim(consumer, provider, RESOURCES, generation)

    def release():
        return cloud.ask('DELETE', '/allocations/' + consumer)

    def lose(ask, what):
        return cloud.lose(b'\x03COMMIT', ask, what, during=lambda session: session.shutdown(
            socket.SHUT_RDWR)).status
    assert lose(claim, REQUEST) == 500
    assert lose(claim, ANSWER) == 204
    assert lose(lambda: claim(1), REQUEST) == 500
    assert lose(lambda: claim(1), ANSWER) == 204
    assert lose(release, REQUEST) == 500
    assert lose(release, ANSWER) == 500
    assert release().status == 404
