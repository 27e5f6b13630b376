"""The commands of a page of the documentation, and a shell that runs them as they are written."""
import os
import re
import subprocess
import textwrap

from support.paths import TOP


def blocks(page, heading=None):
    """Return the blocks of commands of a page, or of a section of it, in their order."""
    with open(os.path.join(TOP, page)) as file:
        text = file.read()
    if heading is not None:
        text = re.split(r'^#+ ', text.split('# %s\n' % heading, 1)[1], maxsplit=1, flags=re.M)[0]
    return [textwrap.dedent(commands)
            for commands in re.findall(r'^ *```sh\n(.*?)^ *```$', text, re.S | re.M)]


class Shell:
    """A shell that gets commands, and ends when one fails."""

    def __init__(self, environment, command=('bash', '--norc', '-e'), directory=None):
        self.process = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
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
        """Let it end; it may be stuck in a command."""
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
