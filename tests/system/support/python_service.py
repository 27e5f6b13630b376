"""The Python service and its tools, as Debian ships them, on the database of a cloud."""
import os
import shutil
import subprocess
import tempfile

import pytest
from support.cloud import Service, free_port, wait_until
from support.forks import Fork, run
from support.paths import BERTH_MANAGE

# What "placement-manage db sync" does in the release that had this revision as its newest.
SYNC = os.path.join(os.path.dirname(__file__), 'sync_to_revision.py')


def program(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip('there is no %s (the package python3-placement)' % name)
    return path


def upstream(conf, name, *arguments, start=Fork):
    """Run placement-manage or placement-status with a configuration file."""
    return run([program(name), '--config-file', conf, *arguments], start)


def upstream_sync(conf, revision):
    program('placement-manage')
    done = run([SYNC, conf, revision])
    assert done.returncode == 0, done.stderr


def make_database(cloud, name):
    """Make another database on the cloud's server, with tables, standard traits and classes."""
    program('placement-api')
    cloud.sql('DROP DATABASE IF EXISTS %s; CREATE DATABASE %s CHARACTER SET utf8; '
              'GRANT ALL ON %s.* TO placement@localhost' % (name, name, name))
    subprocess.run([BERTH_MANAGE, '--config-file', cloud.conf, 'db', 'sync'],
                   env=dict(os.environ, OS_PLACEMENT_DATABASE__CONNECTION=(
                       'mysql+pymysql://placement:%s@localhost/%s?charset=utf8&unix_socket=%s'
                       % (cloud.password, name, cloud.server.socket))), check=True)


class PythonService(Service):
    """One process, for one request at a time, on the cloud's database or another one. With
    start=subprocess.Popen it is the program as it is installed, not a fork that runs it."""

    def __init__(self, cloud, database='placement', address='127.0.0.1', port=None, start=Fork):
        super().__init__(port or free_port())
        self.address = address
        path = program('placement-api')
        folder = tempfile.mkdtemp(dir=cloud.directory, prefix='python')
        with open(cloud.conf) as source, open(os.path.join(folder, 'placement.conf'), 'w') as conf:
            conf.write(source.read().replace('localhost/placement?', 'localhost/%s?' % database))
        self.log_path = os.path.join(folder, 'log')
        with open(self.log_path, 'w') as log:
            self.process = start(
                [path, '--host', address, '--port', str(self.port)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=dict(os.environ, OS_PLACEMENT_CONFIG_DIR=folder))

    def __enter__(self):
        try:
            wait_until('the Python service answers', self.is_up)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *reason):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()

    def is_up(self):
        try:
            return self.ask('GET', '/').status == 200
        except OSError:
            return False

    def log(self):
        with open(self.log_path, errors='replace') as file:
            return file.read()
