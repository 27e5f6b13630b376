"""berth-manage top shows the pool: once, or again and again on a terminal."""
import fcntl
import http.client
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import uuid

from support.cloud import SIGKILL, wait_until
from support.metrics import INVENTORY, work
from support.paths import BERTH_MANAGE
from support.processes import state_of


def top(cloud, *arguments, **environment):
    done = subprocess.run([BERTH_MANAGE, 'top', *arguments],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
                          env=dict(os.environ, **environment))
    return done.returncode, done.stdout, done.stderr


def test_top_shows_the_pool_once_also_when_no_worker_is_free(make_cloud):
    cloud = make_cloud(workers=2)
    work(cloud)
    pid = str(cloud.master())
    cloud.wait_until_noted()

    def at_rest():
        """Return what top shows if no request is running any more."""
        status, text, error = top(cloud, '--pid', pid, '--interval', '0.1')
        assert (status, error) == (0, ''), error
        return 'Requests  0.0/s' in text and 'busy 0 (mean 0.0)' in text and text
    text = wait_until('the pool is at rest', at_rest)
    lines = text.splitlines()
    assert re.match(r'berth \S+, pid %s, serving, up 0:\d\d:\d\d$' % pid, lines[0]), text
    assert re.match(r'Requests  0.0/s   2xx 0.0   4xx 0.0   5xx 0.0   p50 - ms', lines[1]), text
    assert re.match(r'Workers   2 of 2   busy 0 \(mean 0.0\)   started 2   died 0', lines[2]), text
    for route, method, total in (('/allocations/{consumer_uuid}', 'PUT', 4),
                                 ('/allocation_candidates', 'GET', 2), ('other', 'GET', 1)):
        assert re.search(r'^%s +%s +0.0 +- +- +%d$' % (re.escape(route), method, total), text,
                         re.MULTILINE), (route, text)
    assert all(len(line) <= 80 for line in lines), text
    assert '\033' not in text

    busy = [http.client.HTTPConnection('127.0.0.1', cloud.port, timeout=60) for _ in range(2)]
    provider = cloud.make_provider(INVENTORY)
    lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % provider)
    for connection in busy:
        connection.request(
            'PUT', '/allocations/%s' % uuid.uuid4(),
            '{"allocations": {"%s": {"resources": {"VCPU": 1}}}, "project_id": "p", "user_id": '
            '"u", "consumer_generation": null, "consumer_type": "INSTANCE"}' % provider,
            {'x-auth-token': 'admin', 'content-type': 'application/json',
             'openstack-api-version': 'placement 1.39'})
    cloud.wait_for_lock_waits(2)
    status, text, error = top(cloud, '--once', '--pid', pid, '--interval', '0.1', COLUMNS='120')
    assert status == 0, error
    assert 'busy 2 (' in text
    found = re.findall(
        r'^ *(\d+) busy +([\d.]+)s /allocations/{consumer_uuid} +(req-[0-9a-f-]{36})$',
        text, re.MULTILINE)
    assert {int(worker) for worker, _, _ in found} == set(cloud.workers()), text
    assert all(0 < float(age) < 60 for _, age, _ in found), text
    lock.release()
    assert [connection.getresponse().status for connection in busy] == [204, 204]
    cloud.wait_until_noted()
    assert all(request in cloud.log() for _, _, request in found)

    for arguments in (('--pid', 'one'), ('--interval', '0'), ('--interval', 'x'), ('more',),
                      ('--pid', '0'), ('--pid', ''), ('--pid', '1x'), ('--pid', '1.5'),
                      ('--pid', '-1'), ('--pid', '4294967297'), ('--pid', '1e3')):
        status, text, error = top(cloud, *arguments)
        assert status == 64 and text == '' and 'usage:' in error, (arguments, status, error)
    status, text, error = top(cloud, '--pid', str(os.getpid()))
    assert status == 1 and 'there is no such pool' in error, error


class Terminal:
    """A program on its own terminal."""

    def __init__(self, arguments, rows, columns):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.resize(rows, columns)
        self.process = subprocess.Popen(arguments, stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True, preexec_fn=self.begin_job,
                                        env=dict(os.environ, TERM='xterm', COLUMNS=''))
        self.slave, self.text = slave, ''
        with open('/proc/%d/task/%d/children' % (self.process.pid, self.process.pid)) as file:
            self.pid = int(file.read())

    @staticmethod
    def begin_job():
        """As a shell does: the program is a job in the foreground, which can be stopped."""
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            return
        os.closerange(3, 1024)  # subprocess waits for the end of one of them
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os._exit(status if status >= 0 else 128 - status)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def until(self, what, condition):
        """Read what is shown until the condition holds."""
        def read_on():
            while select.select([self.master], [], [], 0)[0]:
                self.text += os.read(self.master, 65536).decode('utf-8', 'replace')
            return condition()
        wait_until('%s in %r' % (what, self.text[-3000:]), read_on)

    def shows(self, text):
        self.until('shows %r' % text, lambda: text in self.text)

    def is_left(self):
        self.until('the terminal is given back', self.is_as_it_was)

    def frame(self):
        """The lines of the last whole page, without escape sequences."""
        page = self.text.split('\033[H')[-2]  # the very last one may be incomplete
        return re.sub(r'\033\[[0-9;?]*[a-zA-Z]', '', page).replace('\r', '').split('\n')

    def is_as_it_was(self):
        return termios.tcgetattr(self.slave) == self.before and \
            self.text.rfind('\033[?1049l') > self.text.rfind('\033[?1049h') and \
            self.text.rfind('\033[?25h') > self.text.rfind('\033[?25l')


def test_top_lives_on_a_terminal_and_leaves_it_as_it_was(make_cloud):
    cloud = make_cloud(workers=2)
    work(cloud)
    arguments = [BERTH_MANAGE, 'top', '--pid', str(cloud.master()),
                 '--interval', '0.2']
    for leave in ('q', '\003', signal.SIGTERM):
        terminal = Terminal(arguments, 24, 80)
        terminal.shows('Workers   2 of 2')
        terminal.until('three pages', lambda: terminal.text.count('\033[H') >= 3)
        lines = terminal.frame()
        assert len(lines) <= 24 and all(len(line) <= 80 for line in lines), lines
        terminal.resize(12, 120)
        os.kill(terminal.pid, signal.SIGWINCH)
        terminal.until('a smaller page', lambda: len(terminal.frame()) <= 12)
        assert terminal.frame()[0].startswith('berth '), terminal.frame()
        assert not terminal.is_as_it_was()
        if isinstance(leave, str):
            os.write(terminal.master, leave.encode())
            assert terminal.process.wait(60) == 0
        else:
            os.kill(terminal.pid, leave)
            assert terminal.process.wait(60) == 128 + leave
        terminal.is_left()

    terminal = Terminal(arguments, 24, 80)
    terminal.shows('Workers   2 of 2')
    cloud.signal_master(signal.SIGUSR2)
    wait_until('another program is there', lambda: 'replaced another one' in cloud.log())
    terminal.text = ''
    terminal.shows('Workers   2 of 2   busy 0 (mean 0.0)   started 2')
    os.write(terminal.master, b'\032')  # Ctrl-Z
    terminal.is_left()
    wait_until('it has stopped', lambda: state_of(terminal.pid) == 'T')
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.text = ''
    terminal.shows('Workers   2 of 2')
    os.kill(cloud.master(), SIGKILL)
    assert terminal.process.wait(60) == 1
    terminal.is_left()
    terminal.shows('has ended')
