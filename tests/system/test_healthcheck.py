"""The health check as oslo.middleware's: both are asked the same, side by side."""
import json
import os
import re

import pytest
from support.cloud import Cloud

try:
    import webob
    from oslo_config import cfg
    from oslo_middleware import healthcheck
    UPSTREAM = True
except ImportError:
    UPSTREAM = False

ACCEPTS = (None, '*/*', 'text/plain', 'text/html', 'application/json', 'image/png',
           'application/json;q=0.5, text/html;q=0.9', 'text/*;q=0.1, application/json', 'x')


@pytest.fixture(scope='module')
def cloud(module_directory):
    with Cloud(module_directory, workers=1) as cloud:
        yield cloud


def configure(cloud, text, path='healthcheck_path = /healthcheck'):
    cloud.berth = 'workers = 1\n%s\n[healthcheck]\n%s' % (path, text)
    cloud.reload()


def upstream(method, accept, options):
    """Return status, type and text of oslo.middleware's answer."""
    conf = cfg.ConfigOpts()
    conf([], project='x', default_config_files=[])
    application = healthcheck.Healthcheck.app_factory({}, oslo_config_project='x', **options)
    request = webob.Request.blank('/healthcheck', method=method)
    if accept is not None:
        request.headers['accept'] = accept
    answer = request.get_response(application)
    return answer.status_int, answer.content_type, answer.text


def bare(kind, text):
    if kind == 'application/json':
        return json.loads(text)
    return re.sub(r'\s', '', text) if kind == 'text/html' else text


@pytest.mark.skipif(not UPSTREAM, reason='there is no oslo.middleware to compare with')
def test_it_answers_as_oslo_middleware(cloud):
    off, on = os.path.join(cloud.directory, 'off'), os.path.join(cloud.directory, 'on')
    for options in ({}, {'backends': 'disable_by_file'},
                    {'backends': 'disable_by_file', 'disable_by_file_path': off},
                    {'backends': 'nonsense'}):
        configure(cloud, ''.join('%s = %s\n' % option for option in options.items()))
        for present in (False, True) if 'disable_by_file_path' in options else (False,):
            if present:
                open(off, 'w').close()
            for method in ('GET', 'HEAD', 'POST'):
                for accept in ACCEPTS:
                    status, kind, text = upstream(method, accept, options)
                    answer = cloud.ask(method, '/healthcheck', headers={
                        'accept': accept, 'x-auth-token': None})
                    assert answer.status == status, (options, method, accept, answer.text)
                    if method != 'HEAD':
                        found = answer.headers['content-type'].split(';')[0]
                        assert found == kind, (options, accept)
                        assert bare(kind, answer.text) == bare(kind, text), (options, accept)
                    else:
                        assert answer.text == ''
    os.remove(off)

    # what Debian's release does not know
    configure(cloud, 'backends = disable_by_file, enable_by_files\ndetailed = true\n'
                     'disable_by_file_path = %s\nenable_by_file_paths = %s\n' % (off, on))
    answer = cloud.ask('GET', '/placement/healthcheck')
    assert answer.status == 503 and answer.json['reasons'] == [
        {'class': 'HealthcheckResult', 'reason': 'OK', 'details': "Path '%s' was not found" % off},
        {'class': 'HealthcheckResult', 'reason': 'FILE PATH MISSING',
         'details': 'File path %s is missing' % on}]
    assert 'Path &#39;%s&#39; was not found' % off in cloud.ask(
        'GET', '/healthcheck', headers={'accept': 'text/html'}).text
    open(on, 'w').close()
    answer = cloud.ask('GET', '/healthcheck', headers={'accept': 'text/plain'})
    assert (answer.status, answer.text) == (200, 'OK\nOK')


def test_it_is_there_only_if_asked_for(cloud):
    configure(cloud, '', path='')
    assert cloud.ask('GET', '/healthcheck').status == 404
    configure(cloud, '', path='healthcheck_path = /up')
    assert cloud.ask('GET', '/healthcheck').status == 404
    cloud.stop_database()
    try:
        answer = cloud.ask('GET', '/up', headers={'x-auth-token': None})
        assert answer.status == 200, 'it asks no database'
    finally:
        cloud.start_database()
