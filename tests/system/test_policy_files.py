"""Policy files: mistakes in them, and changes while the pool runs."""
import os
import time

from support.cloud import SIGHUP, SIGKILL, wait_until
from support.program import exit_of

CONF = ('[api]\nauth_strategy = noauth2\n[placement_database]\n'
        'connection = mysql+pymysql://u:p@h/d\n')
READER = {'x-auth-token': 'ann:p', 'x-roles': 'reader'}
WAIT = 2.5  # seconds: all processes have looked for changes


def write(path, text):
    """Replace a file as a whole."""
    with open(path + '~', 'w') as file:
        file.write(text)
    os.rename(path + '~', path)


def statuses(cloud):
    """Return the statuses of enough requests to reach all workers."""
    return {cloud.ask('GET', '/traits', headers=READER).status for _ in range(8)}


def becomes(cloud, status):
    wait_until('answers are %d' % status, lambda: statuses(cloud) == {status})


def test_mistakes_in_policy_files_stop_it(directory):
    def judged(*expected):
        status, error = exit_of(CONF, directory, '--check-config')
        assert status == 78 and error.count('\n') == 1, error
        for text in expected:
            assert text in error, error

    path = os.path.join(directory, 'policy.yaml')
    write(path, '# nothing\n\n---\n{}\n')
    assert exit_of(CONF, directory, '--check-config')[0] == 0
    write(path, '"own": "role:a"\n"placement:traits:list": "rule:owm"\n')
    judged(path + ':2:', 'placement:traits:list', 'owm')
    assert exit_of(CONF, directory)[0] == 78, 'it starts'
    write(path, '"a": "rule:b"\n"b": "not rule:a"\n')
    judged(path + ':1:', 'a -> b -> a')
    write(path, '"a": "@\n')
    judged(path + ':')
    write(path, '"a": null\n')
    judged(path + ':1:', '"a"')
    os.unlink(path)
    os.mkdir(path)
    judged(path)
    os.rmdir(path)
    more = os.path.join(directory, 'policy.d')
    os.mkdir(more)
    write(os.path.join(more, '10-more.json'), '{\n"a":\n"rule:b"}')
    judged('10-more.json:2:')
    write(os.path.join(more, '20.yaml'), 'b: "@"')
    assert exit_of(CONF, directory, '--check-config')[0] == 0


def test_unknown_words_cause_a_warning(directory):
    path = os.path.join(directory, 'policy.yaml')
    write(path, '"placement:traits:list": "role:admin or"\n')
    status, error = exit_of(CONF, directory, '--check-config')
    assert status == 0 and 'not understood' in error and 'line=1' in error, error
    os.rename(path, os.path.join(directory, 'policy.json'))
    status, error = exit_of(CONF, directory, '--check-config')
    assert status == 0 and 'policy.json' in error, error


def test_policy_files_count_without_a_signal(make_cloud):
    cloud = make_cloud(workers=2)
    path = os.path.join(cloud.stack, 'policy.yaml')
    more = os.path.join(cloud.stack, 'policy.d')
    assert statuses(cloud) == {403}
    write(path, '"placement:traits:list": "role:reader"\n')
    becomes(cloud, 200)
    write(path, '"placement:traits:list": "role:writer"\n')
    becomes(cloud, 403)
    os.mkdir(more)
    write(os.path.join(more, '1.yaml'), '{"placement:traits:list": "role:reader"}\n')
    becomes(cloud, 200)
    write(os.path.join(more, '2.yaml'), '{"placement:traits:list": "!"}\n')
    becomes(cloud, 403)
    os.unlink(os.path.join(more, '2.yaml'))
    os.unlink(path)
    becomes(cloud, 200)
    os.unlink(os.path.join(more, '1.yaml'))
    becomes(cloud, 403)
    assert 'worker died' not in cloud.log()


def test_a_policy_that_became_wrong_changes_nothing(make_cloud):
    cloud = make_cloud(workers=1)  # of several, an idle one reads the file when it is asked
    path = os.path.join(cloud.stack, 'policy.yaml')
    write(path, '"placement:traits:list": "role:reader"\n')
    becomes(cloud, 200)
    wait_until('the master knows too', lambda: 'policy read again' in cloud.log())
    write(path, '"placement:traits:list": "rule:nobody"\n')
    wait_until('it is logged', lambda: 'the new policy is wrong' in cloud.log())
    time.sleep(WAIT)
    assert cloud.log().count('the new policy is wrong') == 1, cloud.log()
    assert path + ':1' in cloud.log() and 'nobody' in cloud.log()
    assert statuses(cloud) == {200}
    before = set(cloud.workers())
    for worker in before:
        os.kill(worker, SIGKILL)
    wait_until('there is another', lambda: len(set(cloud.workers()) - before) == 1)
    assert statuses(cloud) == {200}
    cloud.signal_master(SIGHUP)
    wait_until('it is logged', lambda: 'the new configuration is wrong' in cloud.log())
    assert statuses(cloud) == {200}
    write(path, '"placement:traits:list": "role:writer"\n')
    becomes(cloud, 403)
