"""Fixtures of the system tests.

They start the programs of $BERTH_BUILD (or of build/) with a private MariaDB and nginx. Each test
that asks for `make_cloud` or `directory` gets its own directory, which is removed unless the test
fails. A report of a sanitizer in that directory fails the test.
"""
import contextlib
import os
import shutil
import sys
import tempfile

import pytest

# All processes and parts of a run that test the same files compile them once. The programs that
# they start do not: their bytecode is beside them.
if 'BERTH_BYTECODE' in os.environ:
    sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ['BERTH_BYTECODE']

from support.cloud import PATIENT, STRICTEST, Cloud, wait_until
from support.database import DatabaseServer
from support.keystone import FakeKeystone, Keystone
from support.processes import processes_in
from support.reports import sanitizer_reports
from support.tokens import DEBUG


def pytest_configure(config):
    """Make one place for templates (a new MariaDB, a new Keystone), which all processes share."""
    os.umask(0o022)  # MariaDB and Apache run as other users, who must be able to enter directories
    if 'BERTH_TEMPLATES' not in os.environ:
        config.templates = os.environ['BERTH_TEMPLATES'] = make_directory()
    # Whom this machine trusts is not part of a test.
    for name in ('REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR'):
        os.environ.pop(name, None)


def pytest_unconfigure(config):
    if hasattr(config, 'templates'):
        shutil.rmtree(config.templates, ignore_errors=True)


# These files take longest. Begun last, they would run alone at the end.
LONGEST = ('test_cluster.py', 'test_scaling.py', 'test_takeover.py')

# The tests of each of these files share a cloud or a browser, so one process runs them all. If
# several ran them, each would start that.
TOGETHER = ('test_cluster.py', 'test_console.py', 'test_follow.py', 'test_healthcheck.py',
            'test_kept_lists.py', 'test_keystone.py', 'test_keystone_odd_answers.py',
            'test_lost_answers.py', 'test_old_databases.py', 'test_openstack_client.py',
            'test_portions.py', 'test_sql_proxy.py', 'test_web_servers.py',
            'test_world_freshness.py')

# A file that shares something with another one: with it one process loads Keystone once.
WITH = {'test_openstack_client.py': 'test_console.py'}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        if item.path.name in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(WITH.get(item.path.name, item.path.name)))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    if outcome.get_result().failed:
        item.has_failed = True


LONGEST_PLACE = 60  # bytes of TMPDIR: the path of a socket has 107 at most, of which tests need 45


def make_directory():
    # not tmp_path: MariaDB's user must be able to enter it, and sockets need short paths
    long = len(tempfile.gettempdir()) > LONGEST_PLACE
    directory = tempfile.mkdtemp(prefix='berth-', dir='/tmp' if long else None)
    os.chmod(directory, 0o755)
    return directory


@contextlib.contextmanager
def watched_directory(has_failed):
    """A directory for programs under test. Sanitizers report into it, wherever stderr goes."""
    directory = make_directory()
    with pytest.MonkeyPatch.context() as patch:
        for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS'):
            patch.setenv(name, '%s:log_path=%s' % (os.environ.get(name, ''),
                                                   os.path.join(directory, 'sanitizer')))
        yield directory
    wait_until('what runs in %s has ended' % directory, lambda: not processes_in(directory))
    reports = sanitizer_reports(directory)
    if reports or has_failed():
        print('files are left in ' + directory)
    else:
        shutil.rmtree(directory, ignore_errors=True)
    assert not reports, reports


@pytest.fixture
def directory(request):
    with watched_directory(lambda: getattr(request.node, 'has_failed', False)) as directory:
        yield directory


@pytest.fixture(scope='module')
def module_directory(request):
    before = request.session.testsfailed
    with watched_directory(lambda: request.session.testsfailed > before) as directory:
        yield directory


@pytest.fixture
def make_cloud(directory):
    """Start a cloud: make_cloud(workers=2, ...), with the options of Cloud.

    With keystone=... it asks that Keystone, by its settings and those in `more`, and logs more.
    """
    def make(keystone=None, more='', **options):
        if keystone is not None:
            options = dict({'berth': DEBUG, 'identity': keystone.settings(more)}, **options)
        return started.enter_context(Cloud(directory, **options))
    with contextlib.ExitStack() as started:
        yield make


@pytest.fixture(scope='module')
def pooled_clouds(module_directory):  # which must outlive them
    """The cloud that the last test has left."""
    with contextlib.ExitStack() as stack:
        left = []
        yield left, stack


@pytest.fixture
def adapt_cloud(request, pooled_clouds, module_directory):
    """Have the pool of a cloud for all tests of the module ask a Keystone: adapt_cloud(keystone,
    workers=2, more='...'). After a test that failed it is a new cloud."""
    left, stack = pooled_clouds
    used = []

    def adapt(keystone, workers=4, more=''):
        identity = keystone.settings(more)
        if left:
            cloud = left.pop()
            cloud.workers_wanted, cloud.identity = workers, identity
            cloud.berth = 'workers = %d\n%s' % (workers, DEBUG)
            cloud.reload()
        else:
            directory = tempfile.mkdtemp(dir=module_directory)
            os.chmod(directory, 0o755)
            cloud = stack.enter_context(Cloud(directory, workers, berth=DEBUG, identity=identity))
        used.append(cloud)
        return cloud
    yield adapt
    if not getattr(request.node, 'has_failed', False):
        left.extend(used)


@pytest.fixture
def keystone(directory):
    with Keystone(directory) as keystone:
        yield keystone


@pytest.fixture
def fake_keystone():
    with FakeKeystone() as keystone:
        yield keystone


@pytest.fixture(scope='session')
def shared_cloud():
    """A running cloud for tests that only ask it. Take `empty_cloud`: this one without rows."""
    with watched_directory(lambda: False) as directory, \
            Cloud(directory, workers=2, berth=PATIENT, sql_mode=STRICTEST) as cloud:
        yield cloud


@pytest.fixture(scope='module')
def empty_cloud(shared_cloud):
    shared_cloud.make_empty()
    return shared_cloud


@pytest.fixture(scope='session')
def database_server():
    """A MariaDB for tests that make their own databases, without a cloud."""
    directory = make_directory()
    with DatabaseServer(directory) as server:
        yield server
    shutil.rmtree(directory, ignore_errors=True)
