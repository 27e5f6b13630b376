"""Health, metrics, alerts, dashboard and berth-manage top, also in trouble."""
import fcntl
import http.client
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time
import uuid

import yaml

import pytest
from support.cloud import SIGHUP, SIGKILL, SIGSTOP, Cloud, wait_until
from support.paths import BERTH_MANAGE, TOP
from support.processes import children, state_of
from support.threads import at_once

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
INVENTORY = {'VCPU': {'total': 1000}}


def parse(text):
    """Return the samples of the text format by name and sorted labels; check the format."""
    samples, kinds = {}, {}
    assert text.endswith('\n')
    for line in text.splitlines():
        if line.startswith('# TYPE '):
            name, kind = line[7:].split(' ')
            assert name not in kinds, 'described twice: ' + name
            kinds[name] = kind
            continue
        if line.startswith('# HELP '):
            continue
        match = SAMPLE.match(line)
        assert match, 'not a sample: ' + line
        name, labels, value = match.groups()
        found = LABEL.findall(labels or '')
        assert ','.join('%s="%s"' % pair for pair in found) == (labels or ''), line
        family = re.sub('_(bucket|sum|count)$', '', name)
        assert name in kinds or kinds.get(family) == 'histogram', 'not described: ' + line
        key = name, tuple(sorted(found))
        assert key not in samples, 'twice: ' + line
        samples[key] = float(value)
    return samples


class Metrics:
    path = '/_berth/metrics'

    @classmethod
    def of_all(cls, cloud):
        """Those with all requests that were answered."""
        cloud.wait_until_noted()
        return cls(cloud)

    def __init__(self, cloud):
        answer = cloud.ask('GET', self.path, headers={'x-auth-token': ''})
        assert answer.status == 200, answer.text
        assert answer.headers['content-type'] == 'text/plain; version=0.0.4; charset=utf-8'
        self.text = answer.text
        self.samples = parse(answer.text)

    def get(self, name, **labels):
        return self.samples.get((name, tuple(sorted(labels.items()))), 0)

    def sum(self, name, **labels):
        return sum(value for (found, pairs), value in self.samples.items()
                   if found == name and set(labels.items()) <= set(pairs))


class Capacity(Metrics):
    path = '/_berth/metrics/capacity'


def health(cloud, which=''):
    answer = cloud.ask('GET', '/_berth/health' + which, headers={'x-auth-token': ''})
    assert answer.headers['content-type'] == 'application/json', answer.text
    shown = answer.json
    shown.pop('world', None)  # test_world.py
    return answer.status, shown


def work(cloud):
    """Make the requests that KNOWN counts."""
    provider = cloud.make_provider(INVENTORY)
    consumers = [str(uuid.uuid4()) for _ in range(3)]
    for consumer in consumers:
        assert cloud.claim(consumer, provider, {'VCPU': 1}).status == 204
    assert cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 5000}).status == 409
    assert cloud.ask('DELETE', '/allocations/' + consumers[0]).status == 204
    for _ in range(2):
        assert cloud.ask('GET', '/allocation_candidates?resources=VCPU:1').status == 200
    assert cloud.ask('GET', '/nowhere').status == 404
    assert cloud.ask('GET', '/traits', headers={'x-auth-token': 'somebody'}).status == 403
    assert cloud.ask('PATCH', '/traits').status == 405


KNOWN = [
    ('/resource_providers', 'POST', '200', 1),
    ('/resource_providers/{uuid}/inventories', 'PUT', '200', 1),
    ('/allocations/{consumer_uuid}', 'PUT', '204', 3),
    ('/allocations/{consumer_uuid}', 'PUT', '409', 1),
    ('/allocations/{consumer_uuid}', 'DELETE', '204', 1),
    ('/allocation_candidates', 'GET', '200', 2),
    ('/traits', 'GET', '403', 1),
    ('other', 'GET', '404', 1),
    ('other', 'other', '405', 1),
]


def check_known(metrics, times=1):
    for route, method, status, count in KNOWN:
        found = metrics.get('berth_requests_total', route=route, method=method, status=status)
        assert found == count * times, (route, method, status, found)
    for name, count in (('berth_claims_total', 4), ('berth_candidate_search_candidates_count', 2),
                        ('berth_candidate_search_duration_seconds_count', 2)):
        assert metrics.get(name) == count * times, (name, metrics.get(name))


def test_metrics_count_each_request_once_and_outlive_workers_and_reloads(make_cloud):
    cloud = make_cloud(workers=2)
    work(cloud)
    metrics = Metrics.of_all(cloud)
    check_known(metrics)
    assert metrics.get('berth_workers_started_total') == 2
    assert metrics.get('berth_workers', state='busy') >= 1, 'the one that answers'
    assert metrics.get('berth_sql_statements_total') > 20
    assert 0 < metrics.get('berth_sql_seconds_total') < 60
    assert metrics.get('berth_candidate_search_providers_sum') == 2
    assert metrics.get('berth_candidate_search_candidates_bucket', le='1') == 2
    check_histograms(metrics)

    time.sleep(1.1)  # those that die young are replaced more slowly
    before = cloud.workers()
    for pid in before:
        os.kill(pid, SIGKILL)
    wait_until('they are replaced', lambda: len(set(cloud.workers()) - set(before)) == 2)
    # counted after the fork, so the new ones may be there before
    wait_until('they are counted', lambda: Metrics(cloud).get('berth_workers_started_total') >= 4)
    metrics = Metrics(cloud)
    check_known(metrics)
    assert metrics.get('berth_workers_died_total') == 2
    assert metrics.get('berth_workers_started_total') == 4

    cloud.reload()
    work(cloud)
    metrics = Metrics.of_all(cloud)
    check_known(metrics, times=2)
    assert metrics.get('berth_reloads_total', result='done') == 1
    assert metrics.get('berth_workers_died_total') == 2


def check_histograms(metrics):
    """Buckets and counts agree, and each request is counted once."""
    for (name, pairs), value in metrics.samples.items():
        labels = dict(pairs)
        if name == 'berth_requests_total':
            labels.pop('status')
            requests = metrics.sum(name, **labels)
            assert metrics.get('berth_request_duration_seconds_count', **labels) == requests, labels
        elif name.endswith('_count'):
            buckets = [(float(dict(found)['le']), count)
                       for (other, found), count in metrics.samples.items()
                       if other == name[:-6] + '_bucket'
                       and set(pairs) == {pair for pair in found if pair[0] != 'le'}]
            counts = [count for _, count in sorted(buckets)]
            assert counts == sorted(counts) and counts[-1] == value, (name, pairs)


def test_a_stuck_request_is_counted_as_such(make_cloud):
    cloud = make_cloud(workers=2)
    provider = cloud.make_provider(INVENTORY)
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)
    connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60)
    connection.request('PUT', '/allocations/%s' % uuid.uuid4(), '{"allocations": {"%s": '
                       '{"resources": {"VCPU": 1}}}, "project_id": "p", "user_id": "u", '
                       '"consumer_generation": null, "consumer_type": "INSTANCE"}' % provider,
                       {'x-auth-token': 'admin', 'content-type': 'application/json',
                        'openstack-api-version': 'placement 1.39'})
    wait_until('it is seen to last',
               lambda: Metrics(cloud).get('berth_longest_request_seconds') > 0.5)
    cloud.configure('request_timeout = 3\n')  # until now, a slow machine might take as long
    cloud.signal_master(SIGHUP)
    wait_until('it is killed', lambda: Metrics(cloud).get('berth_request_timeouts_total') == 1)
    # counted when the master collects it, which may be later than when it is killed
    wait_until('it has died', lambda: Metrics(cloud).get('berth_workers_died_total') >= 1)
    metrics = Metrics(cloud)
    assert metrics.get('berth_workers_died_total') == 1
    assert metrics.get('berth_request_timeouts_total') == 1
    assert metrics.sum('berth_requests_total', route='/allocations/{consumer_uuid}') == 0
    connection.close()
    lock.release()


def test_health_follows_the_database(make_cloud):
    cloud = make_cloud(workers=2)
    good = {'pool': 'ok', 'database': 'ok', 'schema': 'ok', 'keystone': 'not used'}
    warnings = ['auth_strategy is noauth2: every client may act as any user with any role']
    wait_until('the follower has looked', lambda: cloud.ask(
        'GET', '/_berth/health').json['world'] == {'kept': False, 'reason': 'no_log'})

    def shows(checks, status):
        """It looks every two seconds, and for so long: a busy machine may be late."""
        told = {'ready': status == 200, 'checks': checks, 'warnings': warnings}
        wait_until('it shows %s' % checks, lambda: health(cloud, '/ready') == (status, told))
        wait_until('all is shown', lambda: health(cloud) == (status, dict(told, live=True)))
    shows(good, 200)
    assert 'WARNING ' + warnings[0] in cloud.log()
    assert health(cloud, '/live') == (200, {'live': True})

    cloud.stop_database()
    shows(dict(good, database='failing', schema='unknown'), 503)
    assert health(cloud, '/live') == (200, {'live': True})
    assert Metrics(cloud).get('berth_workers', state='busy') >= 1
    cloud.start_database()
    shows(good, 200)

    for revision, schema in (('b5c396305c25', 'failing'), ('422ece571366', 'ok')):
        cloud.sql("UPDATE alembic_version SET version_num = '%s'" % revision)
        shows(dict(good, schema=schema), 200 if schema == 'ok' else 503)
    for text in (cloud.ask('GET', '/_berth/health').text, Metrics(cloud).text):
        assert 'localhost' not in text and 'db.sock' not in text and 'SELECT' not in text


def test_health_does_not_wait_for_a_database_that_is_silent_nor_ask_it_often(make_cloud):
    cloud = make_cloud(workers=4, berth='world = off')  # the follower connects too
    for _ in range(8):
        cloud.ask('GET', '/resource_classes')
    master = cloud.master()
    wait_until('the startup is over', lambda: 'berth-startup' not in children(master).values())

    def connections():
        return int(cloud.sql("SHOW GLOBAL STATUS LIKE 'Connections'")[0][1])
    before, begun = connections(), time.monotonic()
    assert 200 in [health(cloud, '/ready')[0] for _ in range(200)]
    assert connections() - before <= 3 + (time.monotonic() - begun) / 2, 'asked too often'

    with open(os.path.join(cloud.database, 'mariadbd.pid')) as file:
        database = int(file.read())
    os.kill(database, SIGSTOP)
    try:
        wait_until('it is not ready', lambda: health(cloud, '/ready')[0] == 503)
        assert health(cloud, '/live')[0] == 200
    finally:
        os.kill(database, signal.SIGCONT)
    wait_until('it is ready', lambda: health(cloud, '/ready')[0] == 200)


def test_health_follows_keystone(fake_keystone, make_cloud):
    cloud = make_cloud(workers=2, keystone=fake_keystone)

    def shows(state):
        """It looks every two seconds."""
        ready = state == 'ok'
        told = {'ready': ready, 'warnings': [], 'checks': {
            'pool': 'ok', 'database': 'ok', 'schema': 'ok', 'keystone': state}}
        wait_until('Keystone is ' + state,
                   lambda: health(cloud, '/ready') == (200 if ready else 503, told))

    def complain(handler):
        handler.say(503)
        return True

    def hang_up(handler):
        handler.close_connection = True
        return True

    def be_silent(handler):
        released.wait()
        return hang_up(handler)
    released = threading.Event()
    for odd in (complain, hang_up, be_silent):
        shows('ok')
        fake_keystone.odd = odd
        shows('failing')
        assert health(cloud, '/live') == (200, {'live': True})
        fake_keystone.odd = None
    released.set()
    shows('ok')
    assert fake_keystone.count('POST') == 0, 'a check of health logs in'


def test_tokens_limits_and_conflicts_are_counted(fake_keystone, make_cloud):
    berth = 'rate_limit_project_writes = 1\nrate_limit_burst = 1\nlock_wait_timeout = 1\n' \
        'transaction_retries = 1000\n'
    cloud = make_cloud(workers=2, berth=berth, keystone=fake_keystone)

    def ask(method, path, token):
        return cloud.ask(method, path, headers={'x-auth-token': token}).status
    fake_keystone.know('known')
    assert [ask('GET', '/traits', 'known') for _ in range(4)] == [200] * 4
    assert [ask('GET', '/traits', 'odd') for _ in range(2)] == [401] * 2
    metrics = Metrics(cloud)  # counted before the answer
    for name, labels, count in (('berth_token_cache_lookups_total', {'result': 'hit'}, 3),
                                ('berth_token_cache_lookups_total', {'result': 'miss'}, 3),
                                ('berth_keystone_requests_total', {'result': 'valid'}, 1),
                                ('berth_keystone_requests_total', {'result': 'invalid'}, 2),
                                ('berth_keystone_requests_total', {'result': 'error'}, 0)):
        assert metrics.get(name, **labels) == count, (name, labels, metrics.get(name, **labels))
    assert 0 < metrics.get('berth_keystone_seconds_total') < 10

    answers = at_once(12, lambda number: ask('PUT', '/traits/CUSTOM_%d' % number, 'known'))
    assert set(answers) == {201, 429}, answers
    metrics = Metrics.of_all(cloud)
    assert metrics.get('berth_rate_limited_total', kind='write') == answers.count(429)
    assert metrics.get('berth_rate_limited_total', kind='read') == 0
    assert metrics.sum('berth_requests_total', status='429') == answers.count(429)

    fake_keystone.odd = lambda handler: handler.say(503) or True
    assert ask('GET', '/traits', 'another') == 503
    assert Metrics(cloud).get('berth_keystone_requests_total', result='error') >= 1
    fake_keystone.odd = None

    time.sleep(1)  # for the limit of writes
    trait = cloud.sql("SELECT name FROM traits WHERE name LIKE 'CUSTOM%'")[0][0]
    lock = cloud.lock("SELECT id FROM traits WHERE name = '%s'" % trait)

    def release(_):
        first = wait_until('it waits', cloud.lock_waits, pause=0.2)
        wait_until('it waits once more',
                   lambda: cloud.lock_waits() not in ([], first), pause=0.2)
        lock.release()
    _, status = at_once(2, lambda number: release(number) if number == 0
                        else ask('DELETE', '/traits/' + trait, 'known'))
    assert status == 204
    metrics = Metrics.of_all(cloud)
    assert metrics.get('berth_transaction_retries_total') >= 1
    assert metrics.get('berth_transactions_given_up_total') == 0


def test_capacity_metrics_show_every_inventory(make_cloud):
    cloud = make_cloud(workers=2, berth='capacity_metrics_interval = 3600')
    name = 'a "name" with a \\ and\u00e9'
    first = cloud.make_provider({'VCPU': {'total': 8, 'reserved': 2, 'allocation_ratio': 1.5},
                                 'DISK_GB': {'total': 100}}, name=name)
    cloud.make_provider({'VCPU': {'total': 4, 'allocation_ratio': 16.0}}, name='other')
    assert cloud.claim(str(uuid.uuid4()), first, {'VCPU': 3}).status == 204
    capacity = Capacity(cloud)
    shown = name.replace('\\', '\\\\').replace('"', '\\"')
    for metric, value in (('total', 8), ('reserved', 2), ('allocation_ratio', 1.5), ('usage', 3)):
        assert capacity.get('openstack_placement_resource_' + metric, hostname=shown,
                            resourcetype='VCPU') == value, metric
    assert capacity.get('openstack_placement_resource_generation', hostname=shown,
                        resourcetype='DISK_GB') == 2
    totals = [key for key in capacity.samples if key[0] == 'openstack_placement_resource_total']
    assert len(totals) == 3
    assert capacity.get('berth_resource_capacity', resourcetype='VCPU') == 6 * 1.5 + 64
    assert capacity.get('berth_resource_used', resourcetype='VCPU') == 3
    assert capacity.get('berth_resource_providers', resourcetype='VCPU') == 2
    # all workers show the same page until it is old
    assert cloud.claim(str(uuid.uuid4()), first, {'VCPU': 1}).status == 204
    for _ in range(6):
        assert Capacity(cloud).text == capacity.text
    cloud.stop_database()
    assert Capacity(cloud).text == capacity.text


def test_capacity_metrics_are_off_by_default(empty_cloud):
    answer = empty_cloud.ask('GET', Capacity.path)
    assert answer.status == 404 and 'berth_' not in answer.text


def test_only_this_machine_sees_health_and_metrics(make_cloud):
    paths = ['/_berth/health', '/_berth/health/live', '/_berth/health/ready', '/_berth/metrics',
             '/_berth/metrics/capacity']
    cloud = make_cloud(workers=2, berth='capacity_metrics_interval = 1')

    def status(path, source='127.0.0.1', method='GET', headers=None):
        connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60,
                                                source_address=(source, 0))
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body
    for path in paths + ['/placement' + path for path in paths]:
        assert status(path)[0] == 200, path
        assert status(path, method='HEAD') == (200, b''), path
        assert status(path, method='POST')[0] == 405, path
        # another address of the loopback network
        assert status(path, '127.0.0.2')[0] == 403, path
    for path in ('/%5fberth/metrics', '/./_berth/metrics', '/x/../_berth/metrics',
                 '/placement/%5Fberth/metrics', '/_berth/health/live?x=1'):
        assert status(path, '127.0.0.2')[0] == 403, path
    for path in ('//_berth/metrics', '/_berth', '/_berth/metrics/', '/_BERTH/metrics',
                 '/placement//_berth/metrics'):
        assert status(path, '127.0.0.2')[0] in (401, 403, 404), path
    # nginx refuses these before it looks at addresses
    for path in paths + ['/placement' + path for path in paths]:
        for length, expected in (('abc', 400), ('999999999', 413)):
            refused, body = status(path, '127.0.0.2', headers={'content-length': length})
            assert refused == expected and b'berth_' not in body, (path, length, refused, body)
    for path in ('/_berth/metrics', '/placement/_berth/metrics'):  # refused by its size
        odd = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60,
                                         source_address=('127.0.0.2', 0))
        odd.request('GET', path, headers={'content-length': 'odd'})
        answer = odd.getresponse()
        assert answer.status == 400 and b'berth_' not in answer.read(), path
        odd.close()
    assert cloud.ask('GET', '/', headers={'x-auth-token': ''}).status == 200


PROMETHEUS = os.path.join(TOP, 'conf', 'prometheus')
ALERTS = os.path.join(PROMETHEUS, 'berth-alerts.yml')
CAPACITY_ALERTS = os.path.join(PROMETHEUS, 'berth-capacity-alerts.yml')
SELECTOR = re.compile(
    r'\b((?:berth|openstack_placement)_[a-z0-9_]+|up)\b(?:\{([^}]*)\})?')


def alert_expressions(path=ALERTS, least=11):
    with open(path) as file:
        groups = yaml.safe_load(file)['groups']
    rules = [rule for group in groups for rule in group['rules']]
    assert len(rules) >= least
    for rule in rules:
        assert rule['labels']['severity'] in ('critical', 'warning'), rule
        assert rule['annotations']['summary'] and rule['annotations']['description'], rule
    return [rule['expr'] for rule in rules]


def dashboard_expressions(name='berth-dashboard.json', expected={'datasource', 'instance'}):
    """Return those of all panels; check that Grafana can load the dashboard."""
    with open(os.path.join(PROMETHEUS, name)) as file:
        dashboard = json.load(file)
    assert dashboard['title'] and dashboard['uid'] and dashboard['schemaVersion'] >= 36
    variables = {variable['name'] for variable in dashboard['templating']['list']}
    assert variables == expected
    taken, numbers, expressions = set(), set(), []
    for panel in dashboard['panels']:
        place = panel['gridPos']
        cells = {(x, y) for x in range(place['x'], place['x'] + place['w'])
                 for y in range(place['y'], place['y'] + place['h'])}
        assert cells and not cells & taken and max(x for x, _ in cells) < 24, panel['title']
        assert panel['id'] not in numbers and panel['title'], panel
        taken |= cells
        numbers.add(panel['id'])
        if panel['type'] == 'row':
            continue
        assert panel['type'] in ('stat', 'timeseries', 'bargauge') and panel['targets'], panel
        for target in [panel] + panel['targets']:
            assert target['datasource'] == {'type': 'prometheus', 'uid': '${datasource}'}
        assert len({target['refId'] for target in panel['targets']}) == len(panel['targets'])
        expressions += [target['expr'] for target in panel['targets']]
    for variable in dashboard['templating']['list']:
        if variable['type'] == 'query':
            expressions.append(re.search(r'label_values\((\w+),', variable['definition']).group(1))
    return expressions


def check_selectors(expressions, metrics):
    """The service has all names and labels in these expressions."""
    labels_of = {'up': {'job', 'instance'}}
    for name, labels in metrics.samples:
        labels_of.setdefault(name, {'job', 'instance'}).update(label for label, _ in labels)
    used = set()
    for expression in expressions:
        for name, matchers in SELECTOR.findall(expression):
            assert name in labels_of, '%s is not exported: %s' % (name, expression)
            asked = {matcher.split('"')[0].strip('=!~, ')
                     for matcher in re.findall(r'\w+[=!~]+"[^"]*"', matchers)}
            assert asked <= labels_of[name], '%s has no %s: %s' % (name, asked, expression)
            used.add(name)
    return used


def check_document(text):
    """The tables of docs/monitoring.md have all metrics, and no others."""
    with open(os.path.join(TOP, 'docs/monitoring.md')) as file:
        documented = set(re.findall(r'`((?:berth|openstack_placement)_[a-z0-9_]+)', file.read()))
    exported = set(re.findall(r'^# TYPE (\S+)', text, re.MULTILINE))
    assert documented == exported, documented ^ exported


def promtool(*arguments, text=''):
    done = subprocess.run(['promtool', *arguments], input=text, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# A panel over 10 minutes: its title, the series, and the value, None for "No data".
ANSWERED = 'berth_requests_total{instance="a",route="/usages",status="%d"}'
QUIET_PANELS = [
    ('Answered with 5xx', {}, None),
    ('Answered with 5xx', {ANSWERED % 200: '7x10'}, 0),
    ('Answered with 5xx', {ANSWERED % 200: '7x10', ANSWERED % 503: '1x10'}, 0),
    ('Answered with 5xx', {ANSWERED % 200: '0+3x10', ANSWERED % 503: '0+1x10'}, 0.25),
    ('Statements a request', {'berth_sql_statements_total{instance="a"}': '0+4x10',
                              ANSWERED % 200: '0+2x10'}, 2),
    ('Statements a request', {'berth_sql_statements_total{instance="a"}': '4x10',
                              ANSWERED.replace('/usages', '/_berth/metrics') % 200: '0+2x10'},
     None),
    ('Tokens found in the cache',
     {'berth_token_cache_lookups_total{instance="a",result="hit"}': '0x10'}, None),
    ('Time of a question to Keystone', {'berth_keystone_seconds_total{instance="a"}': '0x10',
     'berth_keystone_requests_total{instance="a",result="valid"}': '0x10'}, None),
]


def check_quiet_panels(directory):
    """Panels without data neither invent a number nor divide by zero."""
    with open(os.path.join(PROMETHEUS, 'berth-dashboard.json')) as file:
        panels = {panel['title']: panel for panel in json.load(file)['panels']}
    tests = []
    for title, counted, value in QUIET_PANELS:
        [target] = panels[title]['targets']
        expression = target['expr'].replace('$__rate_interval', '5m').replace('$instance', '.*')
        tests.append({'interval': '1m', 'promql_expr_test': [{
            'expr': expression, 'eval_time': '10m',
            'exp_samples': [] if value is None else [{'labels': '{}', 'value': value}]}],
            'input_series': [{'series': series, 'values': values}
                             for series, values in counted.items()]})
    path = os.path.join(directory, 'quiet.yml')
    with open(path, 'w') as file:
        yaml.safe_dump({'rule_files': [], 'evaluation_interval': '1m', 'tests': tests}, file)
    promtool('test', 'rules', path)


def test_alerts_dashboard_and_manual_name_the_exported_metrics(directory):
    alerts, panels = alert_expressions(), dashboard_expressions()
    with Cloud(directory, workers=2, berth='capacity_metrics_interval = 60') as cloud:
        work(cloud)
        metrics = Metrics.of_all(cloud)
        capacity = Capacity(cloud)
    check_selectors(alerts, metrics)
    used = check_selectors(panels, metrics)
    exported = set(re.findall(r'^# TYPE (\S+)', metrics.text, re.MULTILINE))
    shown = {re.sub('_(bucket|sum|count)$', '', name) for name in used}
    assert shown == exported, 'not on the dashboard: %s' % (exported - shown)
    check_document(metrics.text + capacity.text)
    check_selectors(alert_expressions(CAPACITY_ALERTS, 4), capacity)
    used = check_selectors(dashboard_expressions('berth-capacity-dashboard.json',
                                                 {'datasource', 'class'}), capacity)
    assert used == {name for name, _ in capacity.samples} - {
        'openstack_placement_resource_generation'}
    if shutil.which('promtool') is None:
        pytest.skip('there is no promtool (the package prometheus)')
    assert promtool('check', 'metrics', text=metrics.text) == ''
    # openstack-exporter's name of a total is not what promtool likes, but the dashboards know it
    others = capacity.text.replace('resource_total', 'resource_whole')
    assert promtool('check', 'metrics', text=others) == ''
    promtool('check', 'rules', ALERTS, CAPACITY_ALERTS)
    for name in ('alerts.yml', 'capacity_alerts.yml'):
        promtool('test', 'rules', os.path.join(TOP, 'tests', 'prometheus', name))
    rules = os.path.join(directory, 'panels.yml')
    with open(rules, 'w') as file:
        yaml.safe_dump({'groups': [{'name': 'panels', 'rules': [
            {'record': 'panel:%d' % number, 'expr': panel.replace('$__rate_interval', '5m')}
            for number, panel in enumerate(panels)]}]}, file)
    promtool('check', 'rules', rules)
    check_quiet_panels(directory)


def top(cloud, *arguments, **environment):
    done = subprocess.run([BERTH_MANAGE, 'top', *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
                          env=dict(os.environ, **environment))
    return done.returncode, done.stdout, done.stderr


def test_top_shows_the_pool_once_also_when_no_worker_is_free(make_cloud):
    cloud = make_cloud(workers=2)
    work(cloud)
    pid = str(cloud.master())
    cloud.wait_until_noted()

    def at_rest():
        """What it shows once the last request of metrics is over."""
        status, text, error = top(cloud, '--pid', pid, '--interval', '0.1')
        assert (status, error) == (0, ''), error
        return 'Requests  0.0/s' in text and 'busy 0 (mean 0.0)' in text and text
    text = wait_until('the pool is at rest', at_rest)
    lines = text.splitlines()
    assert re.match(r'berth \S+, pid %s, serving, up 0:00:\d\d$' % pid, lines[0]), text
    assert re.match(r'Requests  0.0/s   2xx 0.0   4xx 0.0   5xx 0.0   p50 - ms', lines[1]), text
    assert re.match(r'Workers   2 of 2   busy 0 \(mean 0.0\)   started 2   died 0', lines[2]), text
    for route, method, total in (('/allocations/{consumer_uuid}', 'PUT', 4),
                                 ('/allocation_candidates', 'GET', 2), ('other', 'GET', 1)):
        assert re.search(r'^%s +%s +0.0 +- +- +%d$' % (re.escape(route), method, total), text,
                         re.MULTILINE), (route, text)
    assert all(len(line) <= 80 for line in lines), text
    assert '\033' not in text

    busy = [http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60) for _ in range(2)]
    provider = cloud.make_provider(INVENTORY)
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)
    for connection in busy:
        connection.request(
            'PUT', '/allocations/%s' % uuid.uuid4(),
            '{"allocations": {"%s": {"resources": {"VCPU": 1}}}, "project_id": "p", "user_id": '
            '"u", "consumer_generation": null, "consumer_type": "INSTANCE"}' % provider,
            {'x-auth-token': 'admin', 'content-type': 'application/json',
             'openstack-api-version': 'placement 1.39'})
    cloud.wait_for_lock_waits(2)
    status, text, error = top(cloud, '--once', '--pid', pid, '--interval', '0.1', COLUMNS='120')
    assert status == 0, error
    assert 'busy 2 (' in text
    found = re.findall(
        r'^ *(\d+) busy +([\d.]+)s /allocations/{consumer_uuid} +(req-[0-9a-f-]{36})$',
        text, re.MULTILINE)
    assert {int(worker) for worker, _, _ in found} == set(cloud.workers()), text
    assert all(0 < float(age) < 60 for _, age, _ in found), text
    lock.release()
    assert [connection.getresponse().status for connection in busy] == [204, 204]
    cloud.wait_until_noted()
    assert all(request in cloud.log() for _, _, request in found)

    for arguments in (('--pid', 'one'), ('--interval', '0'), ('--interval', 'x'), ('more',),
                      ('--pid', '0'), ('--pid', ''), ('--pid', '1x'), ('--pid', '1.5'),
                      ('--pid', '-1'), ('--pid', '4294967297'), ('--pid', '1e3')):
        status, text, error = top(cloud, *arguments)
        assert status == 64 and text == '' and 'usage:' in error, (arguments, status, error)
    status, text, error = top(cloud, '--pid', str(os.getpid()))
    assert status == 1 and 'there is no such pool' in error, error


class Terminal:
    """A program on its own terminal."""

    def __init__(self, arguments, rows, columns):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.resize(rows, columns)
        self.process = subprocess.Popen(arguments, stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True, preexec_fn=self.begin_job,
                                        env=dict(os.environ, TERM='xterm', COLUMNS=''))
        self.slave, self.text = slave, ''
        with open('/proc/%d/task/%d/children' % (self.process.pid, self.process.pid)) as file:
            self.pid = int(file.read())

    @staticmethod
    def begin_job():
        """As a shell does: the program is a job in the foreground, which can be stopped."""
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            return
        os.closerange(3, 1024)  # subprocess waits for the end of one of them
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os._exit(status if status >= 0 else 128 - status)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def until(self, what, condition):
        """Read what is shown until the condition holds."""
        def read_on():
            while select.select([self.master], [], [], 0)[0]:
                self.text += os.read(self.master, 65536).decode('utf-8', 'replace')
            return condition()
        wait_until('%s in %r' % (what, self.text[-3000:]), read_on)

    def shows(self, text):
        self.until('shows %r' % text, lambda: text in self.text)

    def is_left(self):
        self.until('the terminal is given back', self.is_as_it_was)

    def frame(self):
        """The lines of the last whole page, without escape sequences."""
        page = self.text.split('\033[H')[-2]  # the very last one may be incomplete
        return re.sub(r'\033\[[0-9;?]*[a-zA-Z]', '', page).replace('\r', '').split('\n')

    def is_as_it_was(self):
        return termios.tcgetattr(self.slave) == self.before and \
            self.text.rfind('\033[?1049l') > self.text.rfind('\033[?1049h') and \
            self.text.rfind('\033[?25h') > self.text.rfind('\033[?25l')


def test_top_lives_on_a_terminal_and_leaves_it_as_it_was(make_cloud):
    cloud = make_cloud(workers=2)
    work(cloud)
    arguments = [BERTH_MANAGE, 'top', '--pid', str(cloud.master()),
                 '--interval', '0.2']
    for leave in ('q', '\003', signal.SIGTERM):
        terminal = Terminal(arguments, 24, 80)
        terminal.shows('Workers   2 of 2')
        terminal.until('three pages', lambda: terminal.text.count('\033[H') >= 3)
        lines = terminal.frame()
        assert len(lines) <= 24 and all(len(line) <= 80 for line in lines), lines
        terminal.resize(12, 120)
        os.kill(terminal.pid, signal.SIGWINCH)
        terminal.until('a smaller page', lambda: len(terminal.frame()) <= 12)
        assert terminal.frame()[0].startswith('berth '), terminal.frame()
        assert not terminal.is_as_it_was()
        if isinstance(leave, str):
            os.write(terminal.master, leave.encode())
            assert terminal.process.wait(60) == 0
        else:
            os.kill(terminal.pid, leave)
            assert terminal.process.wait(60) == 128 + leave
        terminal.is_left()

    terminal = Terminal(arguments, 24, 80)
    terminal.shows('Workers   2 of 2')
    cloud.signal_master(signal.SIGUSR2)
    wait_until('another program is there', lambda: 'replaced another one' in cloud.log())
    terminal.text = ''
    terminal.shows('Workers   2 of 2   busy 0 (mean 0.0)   started 2')
    os.write(terminal.master, b'\032')  # Ctrl-Z
    terminal.is_left()
    wait_until('it has stopped', lambda: state_of(terminal.pid) == 'T')
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.text = ''
    terminal.shows('Workers   2 of 2')
    os.kill(cloud.master(), SIGKILL)
    assert terminal.process.wait(60) == 1
    terminal.is_left()
    terminal.shows('has ended')
