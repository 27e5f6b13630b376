"""The API, request by request: the files of gabbits/, each on an empty database.

A request may need those before it in its file, so that a file runs as a whole, in one process. The
file NAME.conf beside NAME.yaml has options for the service.
"""
import contextlib
import os
import unittest

import gabbi.handlers
import gabbi.suitemaker
import gabbi.utils
import pytest
from support.cloud import Cloud
from support.paths import SYSTEM

FOLDER = os.path.join(SYSTEM, 'gabbits')


def load(name):
    """Return the requests of a file, as gabbi's test cases. The port comes later."""
    handlers = [handler() for handler in gabbi.handlers.RESPONSE_HANDLERS]
    document = gabbi.utils.load_yaml(yaml_file=os.path.join(FOLDER, name + '.yaml'))
    return gabbi.suitemaker.test_suite_from_dict(
        unittest.defaultTestLoader, name, document, FOLDER, '127.0.0.1', 0, None, None,
        handlers=handlers)


NAMES = sorted(name[:-5] for name in os.listdir(FOLDER) if name.endswith('.yaml'))
SUITES = {name: list(load(name)) for name in NAMES}
CASES = [pytest.param(name, case, id='%s: %s' % (name, case.test_data['name']),
                      marks=pytest.mark.xdist_group(name))
         for name, cases in SUITES.items() for case in cases]


@pytest.fixture(scope='module')
def service(request, shared_cloud, module_directory):
    """The service for the requests of a file."""
    options = os.path.join(FOLDER, request.param + '.conf')
    with contextlib.ExitStack() as started:
        if os.path.exists(options):
            with open(options) as file:
                cloud = started.enter_context(Cloud(
                    os.path.join(module_directory, request.param), workers=2, berth=file.read(),
                    trusts_proxy=True))
        else:
            cloud = shared_cloud
            cloud.make_empty()
        for case in SUITES[request.param]:
            type(case).port = cloud.port
        yield cloud


@pytest.mark.parametrize('service, case', CASES, indirect=['service'], scope='module')
def test_request(service, case):
    result = unittest.TestResult()
    case.run(result)
    for reason in result.skipped:
        pytest.skip(reason[1])
    for _, text in result.errors + result.failures:
        pytest.fail(text, pytrace=False)
    assert not result.unexpectedSuccesses
