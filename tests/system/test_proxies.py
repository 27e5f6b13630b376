"""Headers of proxies: who may send them, and what they may not change."""
import os

import pytest
from support import fastcgi
from support.tokens import status

TRUST = '[oslo_middleware]\nenable_proxy_headers_parsing = true\n'
RULES = [{'service': 'placement', 'method': 'GET', 'path': '/resource_providers/**'},
         {'service': 'placement', 'method': 'GET', 'path': '/resource_providers'}]
PREFIX = '/resource_providers'


@pytest.fixture
def restricted(fake_keystone, make_cloud):
    """Return a function that starts a cloud for a token that may only read providers."""
    def make(**options):
        fake_keystone.know('limited', catalog=[{'type': 'placement', 'endpoints': []}],
                           application_credential={'id': 'a', 'access_rules': RULES})
        return make_cloud(keystone=fake_keystone, more='service_type = placement\n' + TRUST,
                          workers=2, **options)
    return make


def ask_directly(cloud, path, **parameters):
    return fastcgi.ask(os.path.join(cloud.stack, 'berth.sock'), dict({
        'QUERY_STRING': '', 'PATH_INFO': path, 'SCRIPT_NAME': '', 'HTTP_ACCEPT': '*/*',
        'HTTP_X_AUTH_TOKEN': 'limited'}, **parameters))


def test_no_prefix_changes_what_access_rules_see(restricted):
    cloud = restricted(trusts_proxy=True)
    for mount in '', '/placement':
        assert status(cloud, 'limited', mount + '/resource_providers') == 200
        assert status(cloud, 'limited', mount + '/traits') == 401
        assert status(cloud, 'limited', mount + '/traits', x_forwarded_prefix=PREFIX) == 401
        assert status(cloud, 'limited', mount + '/resource_providers',
                      x_forwarded_prefix='/api') == 200
    assert ask_directly(cloud, '/resource_providers')[0] == 200
    assert ask_directly(cloud, '/traits')[0] == 401
    assert ask_directly(cloud, '/traits', HTTP_X_FORWARDED_PREFIX=PREFIX)[0] == 401
    assert ask_directly(cloud, '/traits', SCRIPT_NAME=PREFIX)[0] == 401


def location(cloud, **headers):
    sent = {name.replace('_', '-'): value for name, value in headers.items()}
    answer = cloud.ask('PUT', '/placement/traits/CUSTOM_A', headers=sent)
    assert answer.status in (201, 204), answer.text
    return answer.headers['location']


CLIENTS = [{'forwarded': 'for=203.0.113.7;host=evil.example;proto=https'},
           {'x_forwarded_proto': 'https'}, {'x_forwarded_host': 'evil.example'},
           {'x_forwarded_prefix': '/evil'}]


def test_nginx_drops_what_clients_say(make_cloud):
    cloud = make_cloud(workers=2, berth=TRUST)
    plain = location(cloud)
    assert plain == 'http://127.0.0.1:%d/placement/traits/CUSTOM_A' % cloud.port
    for headers in CLIENTS:
        assert location(cloud, **headers) == plain, headers
    cloud.ask('GET', '/traits', headers={'x-forwarded-for': '203.0.113.7'})
    cloud.wait_until_noted()
    assert '203.0.113.7' not in cloud.log()


def test_nginx_passes_on_what_trusted_proxies_say(make_cloud):
    cloud = make_cloud(workers=2, berth=TRUST, trusts_proxy=True)
    plain = location(cloud)
    for headers in CLIENTS:
        assert location(cloud, **headers) != plain, headers
    cloud.ask('GET', '/traits', headers={'x-forwarded-for': '203.0.113.7'})
    cloud.wait_until_noted()
    assert '203.0.113.7' in cloud.log()


def test_no_connection_is_kept(empty_cloud):
    """A worker waits for new connections: it would not notice the next request on a kept one."""
    path = os.path.join(empty_cloud.stack, 'berth.sock')
    parameters = {'SCRIPT_NAME': '/', 'QUERY_STRING': ''}
    for _ in range(8):
        assert fastcgi.ask(path, parameters, keep=True)[0] == 200
