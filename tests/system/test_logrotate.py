"""The logrotate file of a pool that systemd does not start signals nothing but Berth."""
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def signalled(tmp_path, content):
    """Return what the script would hand to kill(1) when the pid file holds content."""
    text = (ROOT / 'conf/logrotate.d/berth').read_text()
    script = text.split('postrotate\n')[1].split('endscript')[0]
    file = tmp_path / 'pid'
    file.write_text(content)
    assert '/run/berth.pid' in script
    script = script.replace('/run/berth.pid', str(file))
    script = script.replace('/run/systemd/system', str(tmp_path / 'none'))
    done = subprocess.run(['sh', '-c', 'kill() { echo "$@"; }\n' + script], check=True,
                          stdout=subprocess.PIPE, text=True)
    return done.stdout


@pytest.mark.parametrize('content', ['', '-1', '0', 'berth', '1 2', '1\n2\n', '$(echo 1)', 'OTHER'])
def test_nothing_is_signalled(tmp_path, content):
    other = subprocess.Popen(['sleep', '60'])
    try:
        assert signalled(tmp_path, content.replace('OTHER', str(other.pid))) == ''
    finally:
        other.kill()
        other.wait()


def test_berth_is_signalled(tmp_path):
    program = tmp_path / 'berth'
    shutil.copy('/bin/sleep', program)
    berth = subprocess.Popen([str(program), '60'])
    try:
        assert signalled(tmp_path, f'{berth.pid}\n') == f'-USR1 {berth.pid}\n'
    finally:
        berth.kill()
        berth.wait()
