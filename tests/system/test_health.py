"""/_berth/health tells what works, and what does not: the pool, its database, Keystone."""
import os
import signal
import threading
import time

from support.cloud import SIGSTOP, wait_until
from support.metrics import Metrics
from support.processes import children


def health(cloud, which=''):
    answer = cloud.ask('GET', '/_berth/health' + which, headers={'x-auth-token': ''})
    assert answer.headers['content-type'] == 'application/json', answer.text
    shown = answer.json
    shown.pop('world', None)  # test_world.py
    return answer.status, shown


def test_health_follows_the_database(make_cloud):
    cloud = make_cloud(workers=2)
    good = {'pool': 'ok', 'database': 'ok', 'schema': 'ok', 'keystone': 'not used'}
    warnings = ['auth_strategy is noauth2: every client may act as any user with any role']
    wait_until('the follower has looked', lambda: cloud.ask(
        'GET', '/_berth/health').json['world'] == {'kept': False, 'reason': 'no_log'})

    def shows(checks, status):
        """Wait for the checks and the status. Health is looked at every two seconds."""
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
        """Wait for a state of Keystone. Health is looked at every two seconds."""
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
