"""What becomes of the output of berth-manage if nothing takes it."""
import os
import subprocess

import pytest
from support.paths import BERTH_MANAGE

pytestmark = pytest.mark.xdist_group('trees')
FAILED = 74  # EX_IOERR
# and the exit status that tells of a failure: that of the command, if it has one
COMMANDS = [
    (('--version',), FAILED), (('help',), FAILED), (('db', '--help'), FAILED),
    (('db', 'sync', '--help'), FAILED), (('db', 'version'), FAILED), (('db', 'grants'), FAILED),
    (('db', 'online_data_migrations'), FAILED), (('status', 'upgrade', 'check'), 1),
    (('status', 'upgrade', 'check', '--json'), 1), (('audit',), 2), (('audit', '--json'), 2),
    (('tree',), FAILED), (('usage',), FAILED), (('usage', '--json'), FAILED),
    (('consumers',), FAILED), (('consumers', '--json'), FAILED),
    (('explain', 'resources=VCPU:1'), 2), (('policy', 'list'), FAILED),
    (('policy', 'check', 'placement:usages', '--roles', 'admin'), FAILED)]


def run(cloud, command, stdout):
    return subprocess.run([BERTH_MANAGE, '--config-file', cloud.conf, *command],
                          stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                          text=True)


@pytest.mark.parametrize('command, status', COMMANDS, ids=lambda words: str(words))
def test_a_full_disk_is_told(empty_cloud, command, status):
    with open('/dev/full', 'w') as full:
        done = run(empty_cloud, command, full)
    assert done.returncode == status, done
    assert done.stderr.splitlines()[-1] == \
        'berth-manage: the output cannot be written: No space left on device'


@pytest.mark.parametrize('command', [command for command, _ in COMMANDS], ids=str)
def test_a_reader_that_has_enough_ends_the_command_silently(empty_cloud, command):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(empty_cloud, command, writer)
    os.close(writer)
    assert done.returncode == -13, 'it does not end by SIGPIPE as head expects: %s' % done
    assert 'cannot be written' not in done.stderr


def test_without_its_streams_it_sends_the_server_nothing_but_statements(empty_cloud):
    """What is opened first would take the place of a stream that is closed, such as the connection
    to the database."""
    log = os.path.join(empty_cloud.database, 'mariadbd.log')
    with open(log) as file:
        file.seek(0, os.SEEK_END)
        for closed in ('>&-', '2>&-', '<&- >&- 2>&-'):
            for words in ('audit', 'tree', 'db sync --version 422ece571366', 'db sync'):
                command = '%s --config-file %s %s %s' % (
                    BERTH_MANAGE, empty_cloud.conf, words, closed)
                assert subprocess.run(command, shell=True).returncode == 0, command
        said = file.read()
    assert 'Got packets out of order' not in said, said


@pytest.mark.parametrize('command', ['db sync', 'audit', 'tree', 'top', 'policy check'])
def test_complaints_about_options_begin_with_the_name_of_the_program(empty_cloud, command):
    done = run(empty_cloud, (*command.split(), '--nonsense'), subprocess.DEVNULL)
    assert done.stderr.startswith("berth-manage: unrecognized option '--nonsense'"), done
