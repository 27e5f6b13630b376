"""Who watches the service: health and metrics, through nginx and through trouble."""
import http.client
import os
import re
import shutil
import signal
import subprocess
import time
import uuid

from cloud import SIGHUP, SIGKILL, SIGSTOP, Cloud, wait_until
from database import Skipped

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
INVENTORY = {'VCPU': {'total': 1000}}


def parse(text):
    """The samples of the text format, by name and sorted labels; refuses what is no such text."""
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
    def __init__(self, cloud):
        answer = cloud.ask('GET', '/_berth/metrics', headers={'x-auth-token': ''})
        assert answer.status == 200, answer.text
        assert answer.headers['content-type'] == 'text/plain; version=0.0.4; charset=utf-8'
        self.text = answer.text
        self.samples = parse(answer.text)

    def get(self, name, **labels):
        return self.samples.get((name, tuple(sorted(labels.items()))), 0)

    def sum(self, name, **labels):
        return sum(value for (found, pairs), value in self.samples.items()
                   if found == name and set(labels.items()) <= set(pairs))


def health(cloud, which=''):
    answer = cloud.ask('GET', '/_berth/health' + which, headers={'x-auth-token': ''})
    assert answer.headers['content-type'] == 'application/json', answer.text
    return answer.status, answer.json


def work(cloud):
    """Requests whose numbers are known."""
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


def test_metrics_count_each_request_once_and_outlive_workers_and_reloads(directory, build):
    with Cloud(directory, build, workers=2) as cloud:
        work(cloud)
        metrics = Metrics(cloud)
        check_known(metrics)
        assert metrics.get('berth_workers_started_total') == 2
        assert metrics.get('berth_workers', state='busy') == 1, 'the one that answers'
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
        metrics = Metrics(cloud)
        check_known(metrics)
        assert metrics.get('berth_workers_died_total') == 2
        assert metrics.get('berth_workers_started_total') == 4

        before = set(cloud.workers())
        cloud.signal_master(SIGHUP)
        wait_until('all are new', lambda: len(cloud.workers()) == 2
                   and not before & set(cloud.workers()))
        work(cloud)
        metrics = Metrics(cloud)
        check_known(metrics, times=2)
        assert metrics.get('berth_reloads_total', result='done') == 1
        assert metrics.get('berth_workers_died_total') == 2


def check_histograms(metrics):
    """What is in the buckets is what was counted, and a request more than once is in none."""
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


def test_a_stuck_request_is_counted_as_such(directory, build):
    with Cloud(directory, build, workers=2, berth='request_timeout = 1\n') as cloud:
        provider = cloud.make_provider(INVENTORY)
        holder = cloud.lock_in_background(
            "SELECT id FROM resource_providers WHERE uuid = '%s'" % provider, 3)
        connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=20)
        connection.request('PUT', '/allocations/%s' % uuid.uuid4(), '{"allocations": {"%s": '
                           '{"resources": {"VCPU": 1}}}, "project_id": "p", "user_id": "u", '
                           '"consumer_generation": null, "consumer_type": "INSTANCE"}' % provider,
                           {'x-auth-token': 'admin', 'content-type': 'application/json',
                            'openstack-api-version': 'placement 1.39'})
        wait_until('it is seen to last',
                   lambda: Metrics(cloud).get('berth_longest_request_seconds') > 0.5, 3)
        wait_until('it is killed', lambda: Metrics(cloud).get('berth_request_timeouts_total') == 1)
        metrics = Metrics(cloud)
        assert metrics.get('berth_workers_died_total') == 1
        assert metrics.sum('berth_requests_total', route='/allocations/{consumer_uuid}') == 0
        connection.close()
        holder.wait()


def test_health_follows_the_database(directory, build):
    with Cloud(directory, build, workers=2) as cloud:
        good = {'pool': 'ok', 'database': 'ok', 'schema': 'ok', 'keystone': 'not used'}
        assert health(cloud) == (200, {'live': True, 'ready': True, 'checks': good})
        assert health(cloud, '/ready') == (200, {'ready': True, 'checks': good})
        assert health(cloud, '/live') == (200, {'live': True})

        cloud.stop_database()
        bad = dict(good, database='failing', schema='unknown')
        wait_until('it is not ready', lambda: health(cloud, '/ready')[0] == 503, 5)
        assert health(cloud, '/ready') == (503, {'ready': False, 'checks': bad})
        assert health(cloud) == (503, {'live': True, 'ready': False, 'checks': bad})
        assert health(cloud, '/live') == (200, {'live': True})
        assert Metrics(cloud).get('berth_workers', state='busy') == 1
        cloud.start_database()
        wait_until('it is ready', lambda: health(cloud, '/ready')[0] == 200, 5)

        for revision, schema in (('422ece571366', 'ok'), ('b5c396305c25', 'failing')):
            cloud.sql("UPDATE alembic_version SET version_num = '%s'" % revision)
            time.sleep(2.1)
            status, body = health(cloud, '/ready')
            assert body['checks'] == dict(good, schema=schema), (revision, body)
            assert status == (200 if schema == 'ok' else 503), (revision, status)
        for text in (cloud.ask('GET', '/_berth/health').text, Metrics(cloud).text):
            assert 'localhost' not in text and 'db.sock' not in text and 'SELECT' not in text


def test_health_does_not_wait_for_a_database_that_is_silent_nor_ask_it_often(directory, build):
    with Cloud(directory, build, workers=4) as cloud:
        for _ in range(8):
            cloud.ask('GET', '/resource_classes')

        def connections():
            return int(cloud.sql("SHOW GLOBAL STATUS LIKE 'Connections'")[0][1])
        before, begun = connections(), time.monotonic()
        for _ in range(200):
            assert health(cloud, '/ready')[0] == 200
        assert connections() - before <= 3 + (time.monotonic() - begun) / 2, 'asked too often'

        with open(os.path.join(cloud.database, 'mariadbd.pid')) as file:
            database = int(file.read())
        os.kill(database, SIGSTOP)
        try:
            time.sleep(2.1)
            begun = time.monotonic()
            wait_until('it is not ready', lambda: health(cloud, '/ready')[0] == 503, 10)
            assert time.monotonic() - begun < 6
            assert health(cloud, '/live')[0] == 200
        finally:
            os.kill(database, signal.SIGCONT)
        wait_until('it is ready', lambda: health(cloud, '/ready')[0] == 200, 10)


def test_only_this_machine_sees_health_and_metrics(directory, build):
    paths = ['/_berth/health', '/_berth/health/live', '/_berth/health/ready', '/_berth/metrics']
    with Cloud(directory, build, workers=2) as cloud:
        def status(path, source='127.0.0.1', method='GET'):
            connection = http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=10,
                                                    source_address=(source, 0))
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return answer.status, body
        for path in paths + ['/placement' + path for path in paths]:
            assert status(path)[0] == 200, path
            assert status(path, method='HEAD') == (200, b''), path
            assert status(path, method='POST')[0] == 405, path
            # an address of the loopback network that is not the one that is allowed
            assert status(path, '127.0.0.2')[0] == 403, path
        for path in ('/%5fberth/metrics', '/./_berth/metrics', '/x/../_berth/metrics',
                     '/placement/%5Fberth/metrics', '/_berth/health/live?x=1'):
            assert status(path, '127.0.0.2')[0] == 403, path
        for path in ('//_berth/metrics', '/_berth', '/_berth/metrics/', '/_BERTH/metrics',
                     '/placement//_berth/metrics'):
            assert status(path, '127.0.0.2')[0] in (401, 403, 404), path
        assert cloud.ask('GET', '/', headers={'x-auth-token': ''}).status == 200


def test_promtool_finds_nothing_to_complain_about(directory, build):
    promtool = shutil.which('promtool')
    if promtool is None:
        raise Skipped('there is no promtool (the package prometheus)')
    with Cloud(directory, build, workers=2) as cloud:
        work(cloud)
        done = subprocess.run([promtool, 'check', 'metrics'], input=Metrics(cloud).text, text=True,
                              capture_output=True)
        assert done.returncode == 0 and done.stderr == '' == done.stdout, done
