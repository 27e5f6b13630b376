"""Metrics count what happens, and only some addresses may read them."""
import http.client
import os
import time
import uuid

from support.cloud import SIGHUP, SIGKILL, wait_until
from support.metrics import INVENTORY, Capacity, Metrics, check_known, work
from support.threads import at_once


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

    time.sleep(1.1)  # workers that die young are replaced more slowly
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
    cloud.configure('request_timeout = 6\n')  # until now, a slow machine might take as long
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


def test_tokens_limits_and_conflicts_are_counted(fake_keystone, make_cloud):
    berth = 'rate_limit_project_writes = 1\nrate_limit_burst = 1\nlock_wait_timeout = 1\n' \
        'transaction_retries = 1000\n'
    cloud = make_cloud(workers=2, berth=berth, keystone=fake_keystone)

    def ask(method, path, token):
        return cloud.ask(method, path, headers={'x-auth-token': token}).status
    fake_keystone.know('known')
    begun = time.monotonic()
    assert [ask('GET', '/traits', 'known') for _ in range(4)] == [200] * 4
    assert [ask('GET', '/traits', 'odd') for _ in range(2)] == [401] * 2
    metrics = Metrics(cloud)  # counted before the answer
    for name, labels, count in (('berth_token_cache_lookups_total', {'result': 'hit'}, 3),
                                ('berth_token_cache_lookups_total', {'result': 'miss'}, 3),
                                ('berth_keystone_requests_total', {'result': 'valid'}, 1),
                                ('berth_keystone_requests_total', {'result': 'invalid'}, 2),
                                ('berth_keystone_requests_total', {'result': 'error'}, 0)):
        assert metrics.get(name, **labels) == count, (name, labels, metrics.get(name, **labels))
    assert 0 < metrics.get('berth_keystone_seconds_total') < time.monotonic() - begun

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
