"""The Python service and its tools, as Debian ships them, on the database of a cloud."""
import os
import shutil
import subprocess
import tempfile

import pytest
from support.cloud import Service, free_port, wait_until
from support.paths import BERTH_MANAGE

# What "placement-manage db sync" does in the release that had this revision as its newest.
UPGRADE = """
import sys
from oslo_config import cfg
from placement import conf, db_api
from placement.db.sqlalchemy import migration
config = cfg.ConfigOpts()
conf.register_opts(config)
config(['--config-file', sys.argv[1]], project='placement')
db_api.configure(config)
migration.upgrade(sys.argv[2])
"""


def program(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip('there is no %s (the package python3-placement)' % name)
    return path


def upstream(cloud, name, *arguments):
    """Run placement-manage or placement-status with the cloud's configuration."""
    return subprocess.run([program(name), '--config-file', cloud.conf, *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


def upstream_sync(cloud, revision):
    program('placement-manage')
    subprocess.run(['/usr/bin/python3', '-c', UPGRADE, cloud.conf, revision], check=True)


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
    """One process, for one request at a time, on the cloud's database or another one."""

    def __init__(self, cloud, database='placement', address='127.0.0.1', port=None):
        super().__init__(port or free_port())
        self.address = address
        path = program('placement-api')
        folder = tempfile.mkdtemp(dir=cloud.directory, prefix='python')
        with open(cloud.conf) as source, open(os.path.join(folder, 'placement.conf'), 'w') as conf:
            conf.write(source.read().replace('localhost/placement?', 'localhost/%s?' % database))
        self.log_path = os.path.join(folder, 'log')
        with open(self.log_path, 'w') as log:
            self.process = subprocess.Popen(
                ['/usr/bin/python3', path, '--host', address, '--port', str(self.port)],
                env=dict(os.environ, OS_PLACEMENT_CONFIG_DIR=folder), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL)

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
