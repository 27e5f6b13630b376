"""The commands of a page of the documentation, and a shell that runs them as they are written."""
import os
import re
import subprocess
import textwrap

from support.paths import TOP


def blocks(page):
    """Return the blocks of commands of a page, in their order."""
    with open(os.path.join(TOP, page)) as file:
        found = re.findall(r'^ *```sh\n(.*?)^ *```$', file.read(), re.S | re.M)
    return [textwrap.dedent(commands) for commands in found]


class Shell:
    """A shell that gets commands, and ends when one fails."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            ['bash', '--norc', '-e'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=environment)

    def type(self, commands):
        self.process.stdin.write(commands + 'echo "== done"\n')
        self.process.stdin.flush()
        output = ''
        for line in self.process.stdout:
            output += line
            if line.endswith('== done\n'):  # the output before may lack its newline
                return output
        raise AssertionError('%s\nfailed: %s' % (commands, output))

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)
