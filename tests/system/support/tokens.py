"""Requests with tokens of a Keystone."""
PATH = '/resource_providers'
DEBUG = 'log_level = debug\n'


def status(cloud, token, path=PATH, **headers):
    sent = {name.replace('_', '-'): value for name, value in headers.items()}
    return cloud.ask('GET', path, headers=dict(sent, **{'x-auth-token': token})).status


def keep_secrets(cloud, keystone, answers=''):
    log = cloud.log()
    assert 'Keystone' in log, 'it says nothing'
    for secret in keystone.secrets:
        assert secret not in log, 'in the log: ' + secret
        assert secret not in answers, 'in an answer: ' + secret
