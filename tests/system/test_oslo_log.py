"""The log as oslo.log writes it: what parses the Python service's log parses every line of it."""
import os
import re
import signal
import threading

import pytest
from support.cloud import NOAUTH, wait_until
from support.paths import TOP
from support.processes import runs
from support.program import exit_of

# kolla-ansible's fluentd: ansible/roles/fluentd/templates/conf/input/00-global.conf.j2
FIRST_LINE = re.compile(r'^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}.\d{3} \d+ \S+ \S+ \[.*\]')
PARTS = re.compile(
    r'^(?P<Timestamp>\S+ \S+) (?P<Pid>\d+) (?P<log_level>\S+) (?P<python_module>\S+) '
    r'((?:\[)(?:None|req-)(?P<global_request_id>\S+)? (?:None|req-)(?P<request_id>\S+) '
    r'(?P<user_id>\S+) (?P<tenant_id>\S+) (?P<domain_id>\S+) (?P<system_scope>\S+) '
    r'(?P<user_domain>\S+) (?P<project_domain>\S+)(?:\]))?(?P<Payload>.*)?$')
GLOBAL = 'req-11111111-2222-3333-4444-555555555555'


def own_log(cloud, name='berth.log'):
    with open(os.path.join(cloud.stack, name)) as file:
        return file.read().splitlines()


def line_of(cloud, answer):
    cloud.wait_until_noted()
    request = answer.headers['x-openstack-request-id']
    lines = [line for line in own_log(cloud) if request in line and 'requestlog' in line]
    assert len(lines) == 1, lines
    return lines[0]


def test_every_line_is_one_of_oslo_log(make_cloud, monkeypatch):
    monkeypatch.setenv('TZ', 'XXX-9')
    cloud = make_cloud(workers=1, berth='log_format = oslo\nlog_level = debug\n')
    answer = cloud.ask('GET', '/allocation_candidates?resources=VCPU:1', headers={
        'x-auth-token': 'demo:project one', 'x-openstack-request-id': GLOBAL})
    payload = ' 127.0.0.1 "GET /allocation_candidates?resources=VCPU:1" status: %d len: %d ' \
        'microversion: 1.39' % (answer.status, len(answer.text))
    parts = PARTS.match(line_of(cloud, answer)).groupdict()
    assert int(parts.pop('Pid')) in cloud.workers()
    stamp = parts.pop('Timestamp')
    assert parts == {
        'log_level': 'INFO', 'python_module': 'placement.requestlog',
        'global_request_id': GLOBAL[4:], 'Payload': payload,
        'request_id': answer.headers['x-openstack-request-id'][4:], 'user_id': 'demo',
        'tenant_id': r'project\x20one', 'domain_id': '-', 'system_scope': '-',
        'user_domain': '-', 'project_domain': '-'}
    # local time, nine hours ahead of the header of the answer
    hour = int(re.search(r' (\d\d):\d\d:\d\d GMT', answer.headers['date']).group(1))
    assert int(stamp[11:13]) in ((hour + 9) % 24, (hour + 10) % 24)
    # what a log has in a bad week
    for token in (None, 'a b:c\x1fd', 'x' * 1000):
        cloud.ask('GET', '/traits?name=%22"x%0a', headers={'x-auth-token': token})
    cloud.ask('POST', '/resource_providers', '{"name": ')
    cloud.ask('GET', '/nowhere/%0A2001-01-01 x'.replace(' ', '%20'))
    cloud.sql('SET foreign_key_checks = 0; DROP TABLE resource_providers')
    assert cloud.ask('GET', '/resource_providers').status == 500
    old = cloud.workers()
    os.kill(old[0], signal.SIGKILL)
    wait_until('it is replaced', lambda: cloud.workers() not in ([], old))
    cloud.signal_master(signal.SIGHUP)
    wait_until('it has reloaded', lambda: any(' configuration read again' in line
                                              for line in own_log(cloud)))
    cloud.stop_stack()
    lines = own_log(cloud)
    assert any(' ERROR berth [req-' not in line and ' ERROR berth [None req-' in line
               for line in lines), 'an error within a request names it'
    for line in lines:
        assert FIRST_LINE.match(line), line
        parts = PARTS.match(line)
        assert parts.group('python_module') in ('berth', 'placement.requestlog'), line
        assert ('requestlog' not in line) or parts.group('request_id'), line
    assert any(' berth [-] ' in line for line in lines)


# devstack's colours, without the names of user and project
COLOURS = '''%(color)s%(asctime)s|%(levelname)-8s|%(name)s [\x1b[01;36m%(request_id)s\x1b[00m] ''' \
    '''%(user_identity)s|%(message)s'''


def test_formats_of_the_operator(make_cloud):
    default = '[DEFAULT]\nlog_date_format = %%d.%%m.\nlogging_context_format_string = %s\n' \
        'logging_user_identity_format = <%%(user)s,%%(domain)s>\n' \
        'logging_default_format_string = %%(process)d:%%(message)s\n' % COLOURS
    cloud = make_cloud(workers=1, berth='log_format = oslo\n', identity=default + NOAUTH)
    answer = cloud.ask('GET', '/traits', headers={'x-auth-token': 'demo:project'})
    assert re.search(r'^\d\d\.\d\d\.\|INFO    \|placement.requestlog \[\x1b\[01;36m%s\x1b\[00m\] '
                     r'<demo,->\|127.0.0.1 "GET /traits" status: 403 len: %d microversion: 1.39$'
                     % (answer.headers['x-openstack-request-id'], len(answer.text)),
                     line_of(cloud, answer))
    assert any(line.startswith('%d:' % cloud.master()) for line in own_log(cloud))


@pytest.mark.parametrize('option', ['logging_context_format_string = %(name)',
                                    'logging_default_format_string = 100%',
                                    'logging_user_identity_format = %(user)q',
                                    'log_rotation_type = daily',
                                    'log_rotation_type = Interval\nlog_rotate_interval = 0',
                                    'log_rotation_type = interval\nlog_rotate_interval = 7\n'
                                    'log_rotate_interval_type = Weekday'])
def test_wrong_formats_and_rotations_are_refused(directory, option):
    text = '[DEFAULT]\n%s\n%s[placement_database]\nconnection = mysql+pymysql://u:p@h/d\n'
    status, error = exit_of(text % (option, NOAUTH), directory, '--check-config')
    assert status == 78 and '[DEFAULT] log' in error, error


def old_files(cloud):
    return [name for name in os.listdir(cloud.stack) if name.startswith('own.log.')]


def test_rotation_under_load_counts_every_line_once(make_cloud, directory):
    """Four workers write while files rotate, one worker is killed and the pool reloads."""
    default = '[DEFAULT]\nlog_file = %s\nlog_rotation_type = SIZE\nmax_logfile_size_mb = 1\n' \
        'max_logfile_count = 1000\n' % os.path.join(directory, 'stack', 'own.log')
    cloud = make_cloud(workers=4, identity=default + NOAUTH)
    requests, failures, ending = [], [], threading.Event()
    query = '?name=' + 'q' * 2040

    def load():
        while not ending.is_set():
            try:
                answer = cloud.ask('GET', '/traits' + query)
                requests.append(answer.headers['x-openstack-request-id'])
            except (OSError, KeyError) as failure:  # the worker that is killed
                failures.append(failure)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        wait_until('files rotate', lambda: len(old_files(cloud)) >= 1)
        victim = cloud.workers()[0]
        os.kill(victim, signal.SIGKILL)
        wait_until('it is replaced', lambda: not runs(victim) and len(cloud.workers()) == 4)
        cloud.signal_master(signal.SIGHUP)
        wait_until('files rotate again', lambda: len(old_files(cloud)) >= 3)
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    cloud.stop_stack()
    counts, lines = {}, 0
    for name in [*old_files(cloud), 'own.log']:
        assert os.path.getsize(os.path.join(cloud.stack, name)) < (1 << 20) + (1 << 16)
        for line in own_log(cloud, name):
            assert re.match(r'\d{4}-\d\d-\d\dT\S+Z \d+ [A-Z]+ \S', line), line
            found = re.search(r' INFO request request_id=(\S+) .* query="name=q+"$', line)
            if found:
                lines += 1
                counts[found.group(1)] = counts.get(found.group(1), 0) + 1
    assert set(counts.values()) == {1}
    # a worker that is killed may have answered without having written the line
    assert len([request for request in requests if request not in counts]) <= 1
    assert len(requests) - 1 <= lines <= len(requests) + len(failures)


IGNORED = '''\
[DEFAULT]
log_config_append = /etc/placement/logging.conf
log_color = no
rate_limit_interval = 0
logging_context_format_string = %(message)s
[profiler]
enabled = True
hmac_keys = SECRETWORD
[keystone_authtoken]
memcached_servers = SECRETWORD:11211
[oslo_middleware]
max_request_body_size = 1000
'''


def test_options_without_effect_are_told(directory, make_cloud, monkeypatch):
    text = IGNORED + NOAUTH + '[placement_database]\nconnection = mysql+pymysql://u:p@h/d\n'
    monkeypatch.setenv('OS_PLACEMENT_DATABASE__MAX_POOL_SIZE', '5')
    status, error = exit_of(text, directory, '--check-config')
    told = [re.search(r'INFO option without effect group=(\S+) name=(\S+) file=(\S+) line=(\d+) '
                      r'because="', line).groups()
            for line in error.splitlines() if 'without effect' in line]
    conf = os.path.join(directory, 'placement.conf')
    assert status == 0 and sorted(told) == [
        ('DEFAULT', 'log_config_append', conf, '2'),
        ('DEFAULT', 'logging_context_format_string', conf, '5'),
        ('keystone_authtoken', 'memcached_servers', conf, '10'),
        ('oslo_middleware', 'max_request_body_size', conf, '12'),
        ('placement_database', 'max_pool_size', '-', '0'),
        ('profiler', 'enabled', conf, '7')], error
    assert 'SECRETWORD' not in error
    monkeypatch.undo()
    cloud = make_cloud(workers=1, identity=IGNORED + NOAUTH)
    assert cloud.log().count('option without effect group=profiler name=enabled ') == 1
    assert 'SECRETWORD' not in cloud.log()


def test_options_that_berth_does_not_have_are_told(directory, monkeypatch):
    text = NOAUTH + ('[placement_database]\nconnection = mysql+pymysql://u:p@h/d\n'
                     '[berth]\nworkers = 1\nworker = 3\nLog_Level = debug\nfoo = SECRETWORD\n')
    monkeypatch.setenv('OS_BERTH__REQUEST_TIMEOUT', '5')
    monkeypatch.setenv('OS_BERTH__REQUEST_TIMOUT', '5')
    status, error = exit_of(text, directory, '--check-config')
    assert status == 0 and 'SECRETWORD' not in error
    assert [line.split(' group=berth name=')[1].split(' because=')[0].split()[0] + ': ' +
            line.split(' because=')[1] for line in error.splitlines() if 'without effect' in line] \
        == ['worker: "Berth has no such option: do you mean workers?"',
            'Log_Level: "Berth has no such option: do you mean log_level?"',
            'foo: "Berth has no such option"',
            'request_timout: "Berth has no such option: do you mean request_timeout?"'], error


def test_the_table_of_options_without_effect():
    with open(os.path.join(TOP, 'src/settings/ignored_options.def')) as file:
        known = set(re.findall(r'^IGNORED\("(\w+)", "(\w+)",', file.read(), re.M))
    with open(os.path.join(TOP, 'docs/configuration.md')) as file:
        section = file.read().split('## Options without effect')[1].split('\n## ')[0]
    documented = set()
    for groups, names in re.findall(r'^\| (.*?) \| (.*?) \|', section, re.M)[1:]:
        documented |= {(group, name) for group in re.findall(r'`\[(\w+)\]`', groups)
                       for name in re.findall(r'`(\w+)`', names)}
    assert documented == known
