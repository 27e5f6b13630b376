"""Alerts, dashboards and the manual name all metrics that Berth exports, and no others."""
import json
import os
import re
import shutil
import subprocess

import yaml

import pytest
from support.cloud import Cloud
from support.metrics import Capacity, Metrics, work
from support.paths import TOP

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
    """Return the expressions of all panels; check that Grafana can load the dashboard."""
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
    """The service exports all names and labels in these expressions. Return the names."""
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
    # promtool dislikes a name of openstack-exporter, which existing dashboards use
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
