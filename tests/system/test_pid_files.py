"""The scripts know what they have started, and stop nothing else, whatever a pid file says."""
import os
import subprocess

import pytest
from support.paths import TOP


@pytest.mark.parametrize('script, name', [('stack', 'berth.pid'), ('stack', 'nginx.pid'),
                                          ('private-mariadb', 'mariadbd.pid')])
@pytest.mark.parametrize('content', ['PID', '-PID', '0', '-1', '', 'self', 'PID PID',
                                     'PID/task/PID', '0PID'])
def test_another_process_is_not_stopped(tmp_path, script, name, content):
    paths = [tmp_path / name for name in ('berth.log', 'my.cnf', 'placement.conf', 'nginx.conf')]
    for path in paths:
        path.touch()
    # whoever reads the files of the directory has their paths in its arguments, too
    other = subprocess.Popen(['tail', '-q', '-f', *paths], process_group=0)
    try:
        (tmp_path / name).write_text(content.replace('PID', str(other.pid)) + '\n')
        subprocess.run([os.path.join(TOP, 'scripts', script), 'stop', tmp_path], check=True,
                       stdin=subprocess.DEVNULL, timeout=60)
        with pytest.raises(subprocess.TimeoutExpired):  # the signal may take a moment
            other.wait(0.2)
    finally:
        other.kill()
        other.wait()


SLOW_SETSID = """\
#!/bin/bash
# As on a busy machine: for a while the pool is a process whose arguments tell nothing.
export COMMAND="${*@Q}" PATH=${PATH#*:}
[ "$1" = spawn-fcgi ] || exec setsid "$@"
exec bash -c 'sleep 3; eval "exec setsid $COMMAND"'
"""


def test_a_start_waits_for_a_program_that_takes_long_to_begin(make_cloud, tmp_path):
    cloud = make_cloud(workers=1)
    cloud.stop_stack()
    (tmp_path / 'setsid').write_text(SLOW_SETSID)
    (tmp_path / 'setsid').chmod(0o755)
    cloud.environment['PATH'] = '%s:%s' % (tmp_path, os.environ['PATH'])
    cloud.start_stack()
    assert cloud.ask('GET', '/').status == 200
