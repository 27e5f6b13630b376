"""A pool and its nginx on a node of a Galera cluster."""
import os
import subprocess

from support import cloud
from support.paths import BERTH_MANAGE, BUILD, TOP

CONFIGURATION = """\
[api]
auth_strategy = noauth2
[placement_database]
connection = mysql+pymysql://placement:pw@localhost/placement?charset=utf8&unix_socket={socket}
[berth]
workers = 2
"""


class Pool(cloud.Service):
    """Berth with two workers, whose database is one node of the cluster."""

    def __init__(self, node):
        super().__init__(cloud.free_port())
        self.node = node
        self.directory = node.directory + '-pool'
        self.configuration = self.directory + '/placement.conf'
        os.makedirs(self.directory)
        with open(self.configuration, 'w') as file:
            file.write(CONFIGURATION.format(socket=node.socket))

    def script(self, *arguments):
        done = subprocess.run(
            [TOP + '/scripts/stack', *arguments],
            stdin=subprocess.DEVNULL,
            env=dict(os.environ, BERTH_BUILD=BUILD, BERTH_UNLIMITED='127.0.0.1'),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout

    def manage(self, *arguments):
        return subprocess.run(
            [BERTH_MANAGE, '--config-file', self.configuration, *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def start(self):
        self.script('start', self.directory, str(self.port))

    def stop(self):
        self.script('stop', self.directory)
