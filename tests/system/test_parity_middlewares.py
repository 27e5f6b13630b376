"""CORS and proxy headers beside oslo.middleware: the same requests, by the thousand, and the same
configurations go through the Python middlewares and through middleware_answers.c.
"""
import os
import random
import subprocess
import tempfile

import pytest
from support.paths import BUILD

webob = pytest.importorskip('webob')
cors = pytest.importorskip('oslo_middleware.cors')
http_proxy_to_wsgi = pytest.importorskip('oslo_middleware.http_proxy_to_wsgi')
MIDDLEWARE_ANSWERS = os.path.join(BUILD, 'tests', 'system', 'middleware_answers')
CONFIGURATION = """\
[placement_database]
connection = mysql+pymysql://nobody@localhost/nothing
[oslo_middleware]
enable_proxy_headers_parsing = %s
[cors]
%s
"""


def berth(configuration, requests):
    """Return Berth's answers to requests: pairs of parameters and inner headers."""
    lines = []
    for parameters, inner in requests:
        lines += ['%s=%s' % item for item in parameters.items()]
        lines += ['inner:%s=%s' % item for item in inner.items()]
        lines.append('')
    with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
        file.write(configuration)
        file.flush()
        done = subprocess.run([MIDDLEWARE_ANSWERS, file.name],
                              input='\n'.join(lines).encode('latin-1') + b'\n',
                              stdout=subprocess.PIPE, check=True)
    answers = done.stdout.decode('latin-1').split('\n\n')[:-1]
    return [[tuple(line.split(': ', 1)) for line in answer.split('\n')] for answer in answers]


def python(make_middleware, parameters, inner):
    """Return the Python middleware's answer, in the same form."""
    said = []

    def application(environ, start_response):
        said.extend([('scheme', environ['wsgi.url_scheme']), ('host', environ['HTTP_HOST']),
                     ('address', environ['REMOTE_ADDR']), ('prefix', environ['SCRIPT_NAME'])])
        status = 405 if environ['REQUEST_METHOD'] == 'OPTIONS' else 201
        response = webob.Response(status=status, content_type='text/plain', charset=None)
        response.location = environ['SCRIPT_NAME'] + '/place'
        response.headers.update(inner)
        return response(environ, start_response)

    environ = dict(webob.Request.blank('/').environ, **parameters)
    environ['wsgi.url_scheme'] = environ.pop('REQUEST_SCHEME')
    response = webob.Request(environ).get_response(make_middleware(application))
    said.append(('status', str(response.status_code)))
    said += [(name.lower(), value) for name, value in response.headers.items()
             if name.lower() != 'content-length']
    return said


def some(generator, pool, most):
    return generator.choices(pool, k=generator.randint(0, most))


def without_repeats(said):
    """Berth names each header of a preflight once: a long list of repeats would not fit."""
    def once(value):
        first = {}
        for word in value.split(','):
            first.setdefault(word.lower(), word)
        return ','.join(first.values())
    return [(name, once(value) if name == 'access-control-allow-headers' else value)
            for name, value in said]


def compare(configuration, make_middleware, requests):
    answers = berth(configuration, requests)
    assert len(requests) == len(answers)
    for (parameters, inner), answer in zip(requests, answers):
        assert sorted(without_repeats(python(make_middleware, parameters, inner))) == \
            sorted(answer), \
            'asked %r with\n%s' % (parameters, configuration)


ORIGINS = ['https://one.example', 'http://two.example:8080', 'null', '*']
HEADERS = ['X-Auth-Token', 'x-auth-token', 'OpenStack-API-Version', 'Content-Type', 'PRAGMA',
           'Cookie', 'X-Page', '', ' ', '\t', '\xa0']


def cors_request(generator):
    parameters = {'REQUEST_METHOD': generator.choice(['OPTIONS'] * 3 + ['GET', 'PUT']),
                  'REQUEST_SCHEME': 'http', 'HTTP_HOST': 'inner.example',
                  'REMOTE_ADDR': '192.0.2.9', 'SCRIPT_NAME': '/placement'}
    if generator.random() < 0.9:
        parameters['HTTP_ORIGIN'] = generator.choice(
            ORIGINS[:2] * 3 + ['', 'null', '*', 'https://one.example/', 'https://else'])
    if generator.random() < 0.9:
        parameters['HTTP_ACCESS_CONTROL_REQUEST_METHOD'] = generator.choice(
            ['GET', 'PUT', 'DELETE', 'get', ''])
    if generator.random() < 0.7:
        blank = generator.choice(['', ' ', '\t '])
        parameters['HTTP_ACCESS_CONTROL_REQUEST_HEADERS'] = (blank + ',').join(
            some(generator, HEADERS[:5] * 4 + HEADERS, 4))
    inner = {'vary': 'openstack-api-version'} if generator.random() < 0.5 else {}
    return parameters, inner


def test_cors():
    generator = random.Random(4)
    for _ in range(40):
        options = {
            'allowed_origin': some(generator, ORIGINS, 3) or ORIGINS[:1],
            'allow_credentials': generator.random() < 0.5,
            'expose_headers': some(generator, ['X-One', 'X-Two', 'X-Three'], 3),
            'max_age': generator.choice([-1, 0, 1, 3600]),
            'allow_methods': some(generator, ['GET', 'PUT', 'POST'], 3),
            'allow_headers': some(generator, HEADERS[:4], 3)}
        written = '\n'.join('%s = %s' % (name, ', '.join(value) if isinstance(value, list)
                                         else value) for name, value in options.items())
        compare(CONFIGURATION % ('false', written),
                cors.CORS.factory({}, **options),
                [cors_request(generator) for _ in range(100)])


ELEMENTS = ['proto=https', 'Proto = HTTP ', 'proto=', 'proto=https, http', 'host=outer.example',
            'HOST=outer.example:443', 'host="a;b"', 'host=', 'for=192.0.2.1', 'FOR =\t"[::1]"',
            'for=_hidden, for=192.0.2.2', 'by=192.0.2.3', 'proto', '', ',', '=x', 'for=a=b']


def proxied_request(generator):
    parameters = {'REQUEST_METHOD': 'GET', 'SCRIPT_NAME': generator.choice(['', '/placement']),
                  'REQUEST_SCHEME': generator.choice(['http', 'https']),
                  'HTTP_HOST': 'inner.example:8778', 'REMOTE_ADDR': '192.0.2.9'}
    headers = {
        'HTTP_FORWARDED': [';'.join(some(generator, ELEMENTS, 4))],
        'HTTP_X_FORWARDED_PROTO': ['http', 'https', 'HTTPS', 'https, http', 'javascript', ''],
        'HTTP_X_FORWARDED_HOST': ['outer.example', 'outer.example:443', 'outer.example:80',
                                  'a.example, b.example', 'a.example/path', ''],
        'HTTP_X_FORWARDED_FOR': ['192.0.2.1', '192.0.2.1, 192.0.2.2', ' 192.0.2.1', ''],
        'HTTP_X_FORWARDED_PREFIX': ['/cloud', '/a/b', '']}
    for name, values in headers.items():
        if generator.random() < 0.4:
            parameters[name] = generator.choice(values)
    return parameters, {}


def test_proxy_headers():
    generator = random.Random(5)
    for enabled in (True, False):
        compare(CONFIGURATION % (enabled, ''),
                http_proxy_to_wsgi.HTTPProxyToWSGI.factory(
                    {}, enable_proxy_headers_parsing=enabled),
                [proxied_request(generator) for _ in range(2000)])
