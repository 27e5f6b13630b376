"""Text that the columns of the database cannot hold: never a 500, whatever the character set is."""
import uuid
from urllib.parse import quote

import pytest
from support.cloud import Cloud

SMILE = '\U0001f600'
INVENTORY = {'VCPU': {'total': 100}}
OLD = {'openstack-api-version': 'placement 1.12'}


class OddCloud(Cloud):
    """A cloud with other character sets than usual: of the database, and in its URL."""

    def __init__(self, directory, columns, url):
        super().__init__(directory, workers=1)
        self.columns, self.url = columns, url

    def connection(self):
        return super().connection().replace('charset=utf8', 'charset=' + self.url)

    def start_empty(self, charset='utf8'):
        super().start_empty(self.columns)


def check_reads(cloud, provider, consumer):
    name = quote('CUSTOM_' + SMILE)
    for path, status in (
            ('/traits/' + name, 404),
            ('/resource_classes/' + name, 404),
            ('/resource_providers/' + name, 404),
            ('/resource_providers/%s/inventories/%s' % (provider, name), 404),
            ('/resource_providers?name=' + name, 200),
            ('/resource_providers?in_tree=' + name, 400),
            ('/resource_providers?required=' + name, 400),
            ('/resource_providers?resources=%s:1' % name, 400),
            ('/allocation_candidates?resources=%s:1' % name, 400),
            ('/allocation_candidates?resources=VCPU:1&required=' + name, 400),
            ('/usages?project_id=' + name, 200),
            ('/usages?project_id=project&user_id=' + name, 200),
            ('/usages?project_id=project&consumer_type=' + name, 400),
            ('/traits?name=in:%s,HW_CPU_X86_AVX2' % name, 200),
            ('/allocations/' + name, 200)):
        answer = cloud.ask('GET', path)
        assert answer.status == status, (path, answer.status, answer.text)
        if path.startswith('/resource_providers?name'):
            assert answer.json == {'resource_providers': []}
        if path.startswith('/traits?'):
            assert answer.json['traits'] == ['HW_CPU_X86_AVX2']
        if path.startswith('/allocations'):
            assert answer.json['allocations'] == {}
    assert cloud.ask('GET', '/allocations/' + consumer).json['allocations'] != {}


def check_owners(cloud, provider, character, holds):
    for project, user in (('p' + character, 'u'), ('p', character)):
        one = {'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': project,
               'user_id': user}
        expected = 204 if holds else 400
        answer = cloud.ask('PUT', '/allocations/' + str(uuid.uuid4()), one, OLD)
        assert answer.status == expected, answer.text
        many = {str(uuid.uuid4()): dict(one, consumer_generation=None, consumer_type='INSTANCE')
                for _ in range(3)}
        answer = cloud.ask('POST', '/allocations', many)
        assert answer.status == expected, answer.text


def check_writes(cloud, provider, holds):
    """holds: the columns can hold every character."""
    answer = cloud.ask('POST', '/resource_providers', {'name': SMILE})
    assert answer.status == (200 if holds else 400), answer.text
    answer = cloud.ask('PUT', '/resource_providers/' + provider, {'name': 'x' + SMILE})
    assert answer.status == (200 if holds else 400), answer.text
    for path in ('/traits/CUSTOM_', '/resource_classes/CUSTOM_'):
        answer = cloud.ask('PUT', path + quote(SMILE))
        assert answer.status in (400, 404), answer.text
        answer = cloud.ask('DELETE', path + quote(SMILE))
        assert answer.status in (400, 404), answer.text
    assert cloud.ask('DELETE', '/allocations/' + quote(SMILE)).status == 404


@pytest.mark.parametrize('columns, url', [
    ('utf8', 'utf8'), ('utf8', 'utf8mb4'), ('utf8 COLLATE utf8_bin', 'utf8'),
    ('latin1', 'latin1'), ('latin1 COLLATE latin1_general_cs', 'utf8'), ('utf8mb4', 'utf8'),
    ('utf8mb4 COLLATE utf8mb4_bin', 'latin1')])
def test_characters_that_the_columns_cannot_hold(directory, columns, url):
    with OddCloud(directory, columns, url) as cloud:
        provider, consumer = cloud.make_provider(INVENTORY), str(uuid.uuid4())
        assert cloud.claim(consumer, provider, {'VCPU': 1}).status == 204
        check_reads(cloud, provider, consumer)
        check_owners(cloud, provider, SMILE, columns.startswith('utf8mb4'))
        check_owners(cloud, provider, '\u03a9', not columns.startswith('latin1'))
        check_owners(cloud, provider, '\u00f6', True)
        check_writes(cloud, provider, columns.startswith('utf8mb4'))
        for text in ('\u00f6' * 200, 'x' * 200, '\u20ac' * 200):
            answer = cloud.ask('POST', '/resource_providers', {'name': text})
            assert answer.status == 200, (text[0], answer.text)
            found = cloud.ask('GET', '/resource_providers?name=' + quote(text)).json
            assert [each['name'] for each in found['resource_providers']] == [text]
        assert 'database error' not in cloud.log(), cloud.log()
