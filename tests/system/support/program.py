"""Runs of the program berth that end by themselves."""
import os
import subprocess

from support.paths import BERTH


def exit_of(text, directory, *arguments):
    conf = os.path.join(directory, 'placement.conf')
    with open(conf, 'w') as file:
        file.write(text)
    done = subprocess.run([BERTH, '--config-file', conf, *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    return done.returncode, done.stderr


def is_sanitized():
    with open(BERTH, 'rb') as program:
        return b'__asan_init' in program.read()
