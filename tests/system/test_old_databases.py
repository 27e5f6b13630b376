"""Rows and collations that are not as `berth-manage db sync` makes them: those of old databases."""
import uuid

import pytest
from support.cloud import Cloud

INVENTORY = {'VCPU': {'total': 100}}


class CollatedCloud(Cloud):
    """A cloud whose database has another character set and collation."""

    def __init__(self, directory, collation):
        super().__init__(directory, workers=1)
        self.collation = collation

    def start_empty(self, charset='utf8'):
        super().start_empty(self.collation)


def claim_of(provider, project='project', user='user', kind='INSTANCE'):
    return {'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': project,
            'user_id': user, 'consumer_generation': None, 'consumer_type': kind}


def projects_of(cloud, consumers):
    rows = cloud.sql('SELECT c.uuid, p.external_id, u.external_id, t.name FROM consumers c '
                     'JOIN projects p ON p.id = c.project_id JOIN users u ON u.id = c.user_id '
                     'JOIN consumer_types t ON t.id = c.consumer_type_id')
    stored = {row[0]: row[1:] for row in rows}
    return [stored[one] for one in consumers]


@pytest.mark.parametrize('collation, folds', (
    ('utf8 COLLATE utf8_bin', False), ('utf8mb4 COLLATE utf8mb4_bin', False),
    ('utf8mb4', True), ('utf8', True)))
def test_the_database_decides_which_names_are_equal(directory, collation, folds):
    with CollatedCloud(directory, collation) as cloud:
        provider = cloud.make_provider(INVENTORY)
        for owners in (('ABC', 'U', 'TYPE'), ('abc', 'u', 'TYPE')) if not folds else \
                (('ABC', 'U', 'TYPE'),):
            answer = cloud.ask('PUT', '/allocations/' + str(uuid.uuid4()),
                               claim_of(provider, *owners))
            assert answer.status == 204, answer.text
        consumers = [str(uuid.uuid4()) for _ in range(4)]
        owners = [('ABC', 'U', 'TYPE'), ('abc', 'u', 'TYPE'), ('Abc', 'U', 'TYPE'),
                  ('ABC', 'u', 'TYPE')]
        answer = cloud.ask('POST', '/allocations', {
            consumer: claim_of(provider, *names) for consumer, names in zip(consumers, owners)})
        assert answer.status == 204, answer.text
        assert projects_of(cloud, consumers) == [
            ['ABC', 'U', 'TYPE'] if folds else list(names) for names in owners]


@pytest.fixture(scope='module')
def cloud(module_directory):
    with Cloud(module_directory, workers=1) as cloud:
        yield cloud


def make_rootless(cloud):
    provider = cloud.make_provider(INVENTORY)
    cloud.sql("UPDATE resource_providers SET root_provider_id = NULL WHERE uuid = '%s'" % provider)
    return provider


def test_a_provider_without_a_root_does_not_exist(cloud):
    """As upstream. The audit tells of such rows, and online migrations mend them."""
    provider, consumer = make_rootless(cloud), str(uuid.uuid4())
    path = '/resource_providers/' + provider
    refused = "Allocation for resource provider '%s' that does not exist." % provider
    for answer in (cloud.ask('PUT', '/allocations/' + consumer, claim_of(provider)),
                   cloud.ask('POST', '/allocations', {consumer: claim_of(provider)})):
        assert answer.status == 400 and refused in answer.text, answer.text
    assert cloud.sql("SELECT COUNT(*) FROM consumers WHERE uuid = '%s'" % consumer) == [['0']]
    inventories = {provider: {'resource_provider_generation': 1, 'inventories': INVENTORY}}
    answer = cloud.ask('POST', '/reshaper', {'inventories': inventories, 'allocations': {}},
                       {'x-roles': 'admin,service'})
    assert answer.status == 400 and 'No resource provider with uuid' in answer.text, answer.text
    for tail in ('', '/inventories', '/inventories/VCPU', '/usages', '/aggregates', '/traits',
                 '/allocations'):
        assert cloud.ask('GET', path + tail).status == 404, tail
    for body in ({'name': 'x'}, {'name': 'x', 'parent_provider_uuid': None}):
        assert cloud.ask('PUT', path, body).status == 404
    assert cloud.ask('DELETE', path).status == 404
    answer = cloud.ask('POST', '/resource_providers', {'name': 'child', 'parent_provider_uuid':
                                                       provider})
    assert answer.status == 400 and 'parent provider UUID does not exist' in answer.text
    for query in ('in_tree=' + provider, 'uuid=' + provider, 'in_tree=%s&required=CUSTOM_NOPE' %
                  provider):
        answer = cloud.ask('GET', '/resource_providers?' + query)
        if 'CUSTOM_NOPE' not in query:
            assert answer.json == {'resource_providers': []}, answer.text


def test_allocations_on_a_provider_that_lost_its_root_can_go(cloud):
    provider, consumer = cloud.make_provider(INVENTORY), str(uuid.uuid4())
    assert cloud.claim(consumer, provider, {'VCPU': 1}).status == 204
    cloud.sql("UPDATE resource_providers SET root_provider_id = NULL WHERE uuid = '%s'" % provider)
    generation = "SELECT generation FROM resource_providers WHERE uuid = '%s'" % provider
    before = int(cloud.sql(generation)[0][0])
    answer = cloud.ask('PUT', '/allocations/' + consumer, {
        'allocations': {}, 'project_id': 'project', 'user_id': 'user', 'consumer_generation': 1,
        'consumer_type': 'INSTANCE'})
    assert answer.status == 204, answer.text
    assert int(cloud.sql(generation)[0][0]) == before + 1


def test_allocations_of_a_consumer_without_a_row_stay(cloud):
    """As upstream has it: they are those of no consumer that DELETE could find."""
    provider, consumer = cloud.make_provider(INVENTORY), str(uuid.uuid4())
    assert cloud.claim(consumer, provider, {'VCPU': 1}).status == 204
    cloud.sql("DELETE FROM consumers WHERE uuid = '%s'" % consumer)
    answer = cloud.ask('DELETE', '/allocations/' + consumer)
    assert answer.status == 404 and "No allocations for consumer '%s'" % consumer in answer.text
    count = "SELECT COUNT(*) FROM allocations WHERE consumer_id = '%s'" % consumer
    assert cloud.sql(count) == [['1']]
    assert cloud.claim(consumer, provider, {'VCPU': 2}).status == 204
    assert cloud.ask('GET', '/allocations/' + consumer).json['allocations'][provider][
        'resources'] == {'VCPU': 2}
