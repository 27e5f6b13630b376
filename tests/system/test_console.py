"""The console in a real browser: what a person sees, with the rights of the token, and no more.

With BERTH_WRITE_SCREENSHOT in the environment a test writes docs/console.png.
"""
import http.client
import os
import tempfile
import uuid

import pytest
from support.browser import Browser, is_available
from support.keystone import project
from support.paths import TOP

pytestmark = [pytest.mark.plain, pytest.mark.timeout(600)]
MARKUP = '<img src=x onerror="document.title=\'broken\'"><b>bold</b>'
PATH = '/_berth/console/'


@pytest.fixture(scope='module')
def browsers(module_directory):  # which must outlive them
    """The browser that the last test has left."""
    left = []
    yield left
    for browser in left:
        browser.close()


@pytest.fixture
def browser(request, browsers, module_directory):
    """A browser as if it were new, and a new one after a test that failed."""
    if not is_available():
        pytest.skip('there is no chromium with chromium-driver')
    browser = browsers.pop() if browsers else Browser(tempfile.mkdtemp(dir=module_directory))
    try:
        yield browser
        if not getattr(request.node, 'has_failed', False):
            browser.renew()
            browsers.append(browser)
    finally:
        if browser not in browsers:
            browser.close()


@pytest.fixture
def cloud(empty_cloud):
    empty_cloud.make_empty()
    return empty_cloud


def make_hosts(cloud, count=12):
    """Hosts with rising use, one of them with a child, one with markup for a name."""
    inventory = {'VCPU': {'total': 16}, 'MEMORY_MB': {'total': 65536, 'reserved': 512}}
    hosts = [cloud.make_provider(inventory, name=MARKUP if number == 3 else 'host-%02d' % number)
             for number in range(count)]
    for number, host in enumerate(hosts):
        if number > 0:
            used = min(16, number * 16 // (count - 1))
            consumer = '%08d-5555-4666-8777-888888888888' % number
            assert cloud.claim(consumer, host, {'VCPU': max(used, 1)}).status == 204
    child = str(uuid.uuid4())
    assert cloud.ask('POST', '/resource_providers', {
        'uuid': child, 'name': 'numa0', 'parent_provider_uuid': hosts[1]}).status == 200
    assert cloud.ask('PUT', '/traits/CUSTOM_GOLD').status == 201
    assert cloud.ask('PUT', '/resource_providers/%s/traits' % child, {
        'traits': ['CUSTOM_GOLD'], 'resource_provider_generation': 0}).status == 200
    return hosts


def log_in(browser, cloud, token):
    browser.open('http://127.0.0.1:%d%s' % (cloud.port, PATH))
    browser.type('#token', token)
    browser.click('#login button')


def press(browser, *keys):
    for key in keys:
        browser.run("document.querySelector('#map').dispatchEvent(new KeyboardEvent("
                    "'keydown', {key: arguments[0], bubbles: true, cancelable: true}));", key)


def test_a_person_looks_around(cloud, browser):
    hosts = make_hosts(cloud)
    log_in(browser, cloud, 'admin')
    browser.wait_for('#state', '13 providers in 12 trees')
    rows = browser.text('#classes tbody').splitlines()
    used = cloud.ask('GET', '/_berth/capacity').json
    total = sum(inventory['used'] for provider in used['providers']
                for inventory in provider['inventories'])
    assert any('VCPU' in row and '%d' % total in row and '192' in row for row in rows), rows
    # the map, by keyboard
    press(browser, 'Home')
    browser.wait_for('#map-point', MARKUP)  # in natural order it is the first
    browser.type('#by-name', 'host-01')
    browser.wait_for('#map-count', '1 of 12 trees')
    press(browser, 'Enter')
    tree = browser.wait_for('#tree', 'host-01', 'numa0', 'CUSTOM_GOLD', hosts[1])
    assert tree.index('host-01') < tree.index('numa0')
    browser.click('#tree .consumers')
    browser.wait_for('#tree', '1 consumer', '00000001-5555-4666-8777-888888888888: VCPU 1')
    # filters
    browser.run("document.querySelector('#by-name').value = ''; const t = "
                "document.querySelector('#by-trait'); t.value = '0'; "
                "t.dispatchEvent(new Event('change'));")
    browser.wait_for('#map-count', '1 of 12 trees')
    # names stay text
    browser.run("const t = document.querySelector('#by-trait'); t.value = ''; "
                "t.dispatchEvent(new Event('change'));")
    browser.type('#by-name', 'img src')
    browser.wait_for('#map-point', MARKUP)
    press(browser, 'Enter')
    browser.wait_for('#tree', MARKUP)
    assert browser.run("return [document.title, document.querySelectorAll('img, b').length];") == \
        ['Berth console', 0]
    # the pool
    browser.wait_for('#pool', 'live', 'yes', 'workers wanted')
    # nothing was kept, and nothing was refused by the policy of the page
    assert browser.run('return [localStorage.length, sessionStorage.length, document.cookie];') == \
        [0, 0, '']
    assert browser.complaints() == []
    browser.click('#forget')
    browser.wait_for('#state', 'forgotten')
    assert browser.text('#main') is None
    assert browser.run('return state.token;') is None


def test_a_map_of_ten_thousand_trees(cloud, browser):
    cloud.sql(
        "INSERT INTO resource_providers (id, uuid, name, generation, root_provider_id) SELECT seq, "
        "UUID(), CONCAT('compute-', seq), 1, seq FROM seq_1_to_10000; INSERT INTO inventories "
        '(resource_provider_id, resource_class_id, total, reserved, min_unit, max_unit, step_size, '
        'allocation_ratio) SELECT p.seq, c.seq, 1000, 0, 1, 1000, 1, 1.0 FROM seq_1_to_10000 p, '
        'seq_0_to_2 c')
    log_in(browser, cloud, 'admin')
    browser.wait_for('#state', '10,000 providers in 10,000 trees')
    browser.type('#by-name', 'compute-77')
    browser.wait_for('#map-count', '111 of 10,000 trees')
    press(browser, 'End')
    browser.wait_for('#map-point', 'compute-7799')
    # Each frame of a walk over the map is drawn and names another tree.
    browser.run("document.querySelector('#by-name').value = ''; "
                "document.querySelector('#by-name').dispatchEvent(new Event('input'));")
    names = browser.run(
        'return new Promise(done => { const names = []; const step = () => { '
        'movePoint(names.length * 101); '
        "names.push(document.querySelector('#map-point').textContent); "
        'if (names.length < 90) requestAnimationFrame(step); else done(names); }; '
        'requestAnimationFrame(step); });')
    assert len(set(names)) == 90
    press(browser, 'End', 'Enter')
    browser.wait_for('#tree', 'compute-10000')


def test_an_explanation_as_a_form(cloud, browser):
    make_hosts(cloud)
    log_in(browser, cloud, 'admin')
    browser.wait_for('#state', '12 trees')
    browser.type('#query', 'resources=VCPU:4&required=CUSTOM_GOLD&in_tree=' + str(uuid.uuid4()))
    browser.click('#explain > button')
    browser.wait_for('#explanation .cause')
    # by choosing
    browser.run("document.querySelector('#query').value = ''; "
                "document.querySelector('#add-class').value = arguments[0]; "
                "document.querySelector('#add-amount').value = '17';", '1')
    assert browser.run("return document.querySelector('#add-class').selectedOptions[0].text;") \
        == 'VCPU'
    browser.click('#add-resource')
    browser.click('#add-forbidden')
    query = browser.run("return document.querySelector('#query').value;")
    assert query == 'resources=VCPU:17&required=!CUSTOM_GOLD'
    browser.click('#explain > button')
    ours = cloud.ask('GET', '/_berth/explain?' + query).json
    text = browser.wait_for('#explanation', ours['cause'])
    assert 'without resources=VCPU:17' in text and 'Group without suffix' in text
    assert browser.run("return document.querySelectorAll('#explanation tr.end').length;") > 0
    browser.run("document.querySelector('#query').value = 'resources=NOTHING';")
    browser.click('#explain > button')
    browser.wait_for('#explanation', 'NOTHING')
    assert [one for one in browser.complaints() if '400 (Bad Request)' not in one] == []


@pytest.mark.parametrize('width', [360, 1200])
def test_it_fits_the_window(cloud, browser, width):
    make_hosts(cloud, 40)
    browser.resize(width, 1000)
    if width == 360:  # a window is wider
        browser.command('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': 'dark'}])
        browser.command('Emulation.setDeviceMetricsOverride', width=360, height=800,
                        deviceScaleFactor=1, mobile=True)
    log_in(browser, cloud, 'admin')
    browser.wait_for('#state', '40 trees')
    press(browser, 'End', 'Enter')
    browser.wait_for('#tree', 'generation')
    browser.type('#query', 'resources=VCPU:20')
    browser.click('#explain > button')
    browser.wait_for('#explanation .cause')
    assert browser.run("return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches];") \
        == [width, width == 360]
    assert browser.run('return document.documentElement.scrollWidth <= innerWidth;')
    if os.environ.get('BERTH_WRITE_SCREENSHOT') and width == 1200:
        browser.run('scrollTo(0, 0);')
        with open(os.path.join(TOP, 'docs', 'console.png'), 'wb') as file:
            file.write(browser.screenshot())


def test_long_names_fit_a_narrow_window(cloud, browser):
    resource_class, trait = 'CUSTOM_' + 'C' * 248, 'CUSTOM_' + 'T' * 248
    assert cloud.ask('PUT', '/resource_classes/' + resource_class).status == 201
    assert cloud.ask('PUT', '/traits/' + trait).status == 201
    host = cloud.make_provider({resource_class: {'total': 2147483647}}, name='n' * 200)
    assert cloud.ask('PUT', '/resource_providers/%s/traits' % host, {
        'traits': [trait], 'resource_provider_generation': 1}).status == 200
    assert cloud.claim(str(uuid.uuid4()), host, {resource_class: 2147483647}).status == 204
    browser.command('Emulation.setDeviceMetricsOverride', width=360, height=800,
                    deviceScaleFactor=1, mobile=True)
    log_in(browser, cloud, 'admin')
    browser.wait_for('#state', '1 providers in 1 trees')
    press(browser, 'Home', 'Enter')
    browser.wait_for('#tree', 'n' * 200, trait)
    browser.run("document.querySelector('#tree .consumers').click();")
    browser.wait_for('#tree', '1 consumer')
    browser.run("document.querySelector('#query').value = arguments[0];",
                'resources=%s:1,VCPU:1&required=!%s' % (resource_class, trait))
    browser.run("document.querySelector('#explain > button').click();")
    browser.wait_for('#explanation', 'Candidates without one constraint', 'Nearest')
    assert browser.run("""return [...document.querySelectorAll('body *')].filter(
        (one) => one.getBoundingClientRect().right > innerWidth + 1).map(
        (one) => one.tagName + ' ' + one.textContent.slice(0, 60));""") == []
    assert browser.run('return document.documentElement.scrollWidth <= innerWidth;')


def test_what_is_not_there_cannot_be_added(cloud, browser):
    log_in(browser, cloud, 'admin')
    browser.wait_for('#state', '0 providers in 0 trees')
    for button in ('#add-resource', '#add-required', '#add-forbidden'):
        browser.run('document.querySelector(arguments[0]).click();', button)
    assert browser.run("return document.querySelector('#query').value;") == ''


def test_another_token_does_not_see_what_the_first_saw(cloud, browser):
    make_hosts(cloud, 2)
    log_in(browser, cloud, 'admin')
    browser.wait_for('#pool', 'live')
    browser.type('#token', 'user')
    browser.click('#login button')
    browser.wait_for('#state', 'ccess was denied')
    assert browser.text('#main') is None


def test_an_answer_after_the_token_was_forgotten_is_not_shown(cloud, browser):
    log_in(browser, cloud, 'admin')
    browser.wait_for('#pool', 'live')
    told = browser.run("const done = load(); find('forget').click(); "
                       "return done.then(() => find('state').textContent);")
    assert told == 'The token is forgotten.'
    assert browser.text('#main') is None


def test_a_chosen_filter_stays_when_others_come(cloud, browser):
    host = make_hosts(cloud, 2)[0]
    log_in(browser, cloud, 'admin')
    browser.wait_for('#state', '3 providers in 2 trees')
    browser.run("const t = document.querySelector('#by-trait'); t.value = '0'; "
                "t.dispatchEvent(new Event('change'));")
    browser.wait_for('#map-count', '1 of 2 trees')
    assert cloud.ask('PUT', '/traits/CUSTOM_FAST').status == 201
    generation = cloud.ask('GET', '/resource_providers/' + host).json['generation']
    assert cloud.ask('PUT', '/resource_providers/%s/traits' % host, {
        'traits': ['CUSTOM_FAST'], 'resource_provider_generation': generation}).status == 200
    browser.run("return load();")
    chosen = "return document.querySelector('#by-trait').selectedOptions[0].text;"
    assert browser.run(chosen) == 'CUSTOM_GOLD'


def test_it_has_the_rights_of_a_keystone_token(keystone, make_cloud, browser):
    cloud = make_cloud(keystone=keystone)
    log_in(browser, cloud, 'nonsense')
    browser.wait_for('#state', 'requires authentication')
    assert browser.text('#main') is None
    demo = keystone.token('demo', project('demo'))
    log_in(browser, cloud, demo)
    browser.wait_for('#state', 'ccess was denied')
    assert browser.text('#main') is None
    log_in(browser, cloud, keystone.token('admin', project('admin')))
    browser.wait_for('#state', '0 providers in 0 trees')


def test_the_page_is_for_this_machine_and_says_what_it_needs(cloud):
    def get(path, source='127.0.0.1', method='GET'):
        connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60,
                                                source_address=(source, 0))
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body
    for name, kind in (('', 'text/html'), ('console.css', 'text/css'),
                       ('console.js', 'text/javascript')):
        answer, body = get(PATH + name)
        assert answer.status == 200 and answer.headers['content-type'].startswith(kind), name
        policy = answer.headers['content-security-policy']
        assert "default-src 'none'" in policy and 'unsafe' not in policy and '*' not in policy
        assert b'http://' not in body and b'https://' not in body, 'nothing from other hosts'
        assert get(PATH + name, '127.0.0.2')[0].status == 403
    assert get('/_berth/console')[0].headers['location'] == PATH
    assert get(PATH + '../berth-site.conf')[0].status in (401, 403, 404)
    assert get(PATH, method='POST')[0].status == 403
    # the data are an API: from everywhere, with a token
    answer, _ = get('/_berth/capacity', '127.0.0.2')
    assert answer.status == 401


def test_the_data(cloud):
    first = cloud.make_provider({'VCPU': {'total': 8, 'reserved': 2,
                                          'allocation_ratio': 1.5}}, name='first')
    assert cloud.claim(str(uuid.uuid4()), first, {'VCPU': 3}).status == 204
    child = str(uuid.uuid4())
    assert cloud.ask('POST', '/resource_providers', {
        'uuid': child, 'name': 'child', 'parent_provider_uuid': first}).status == 200
    aggregate = str(uuid.uuid4())
    assert cloud.ask('PUT', '/resource_providers/%s/aggregates' % child, {
        'aggregates': [aggregate], 'resource_provider_generation': 0}).status == 200
    assert cloud.ask('PUT', '/resource_providers/%s/traits' % child, {
        'traits': ['HW_CPU_X86_AVX2'], 'resource_provider_generation': 1}).status == 200
    assert cloud.ask('GET', '/_berth/capacity').json == {
        'classes': ['VCPU'], 'traits': ['HW_CPU_X86_AVX2'], 'aggregates': [aggregate],
        'providers': [
            {'uuid': first, 'name': 'first', 'generation': 2, 'parent': None,
             'inventories': [{'class': 0, 'total': 8, 'reserved': 2, 'allocation_ratio': 1.5,
                              'used': 3}], 'traits': [], 'aggregates': []},
            {'uuid': child, 'name': 'child', 'generation': 2, 'parent': 0, 'inventories': [],
             'traits': [0], 'aggregates': [0]}]}
    assert cloud.ask('GET', '/_berth/capacity', headers={'x-auth-token': 'user'}).status == 403
    assert cloud.ask('POST', '/_berth/capacity', {}).status == 405
