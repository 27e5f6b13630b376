#!/usr/bin/python3
"""The command openstack, many times in one process, since its start takes longer than its work.

Reads a command a line, as a JSON list of two lists: global options, and the words of the command.
Writes for each a JSON list of exit status, standard output and standard error. A command with the
same global options as the one before stays logged in.
"""
import contextlib
import io
import json
import sys

from openstackclient.common.clientmanager import ClientManager
from openstackclient.shell import OpenStackShell
from osc_lib.clientmanager import ClientCache


class Shell(OpenStackShell):
    manager = None  # of the command before: it has the session and its token

    def initialize_app(self, argv):
        super().initialize_app(argv)
        Shell.manager = self.client_manager = Shell.manager or self.client_manager


def log_out():
    """Forget the manager, and the clients that it has left in its class."""
    Shell.manager = None
    for kind in ClientManager.__mro__:
        for attribute in vars(kind).values():
            if isinstance(attribute, ClientCache):
                attribute._handle = None


def run(words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = Shell().run(words)
        except SystemExit as end:
            status = end.code
    return [status, out.getvalue(), err.getvalue()]


before = None
for line in sys.stdin:
    options, command = json.loads(line)
    if options != before:
        log_out()
    before = options
    print(json.dumps(run(options + command)), flush=True)
