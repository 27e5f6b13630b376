"""What the kernel says of processes."""
import contextlib
import os
import signal
import time

TICKS = os.sysconf('SC_CLK_TCK')


def cpu_seconds(pids):
    """Return the processor time that these have used. A busy machine adds none."""
    ticks = 0
    for pid in pids:
        with open('/proc/%d/stat' % pid) as file:
            fields = file.read().rsplit(') ', 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def children(parent):
    """Return the children of a process and their names. (The kernel's list of them,
    task/PID/children, is not complete while one of them ends.)"""
    found = {}
    for entry in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError), open('/proc/%s/stat' % entry) as file:
            name, rest = file.read().split('(', 1)[1].rsplit(')', 1)
            if int(rest.split()[1]) == parent:
                found[int(entry)] = name
    return found


def children_but_follower(parent):
    """Return the children but the follower of the binary log, which comes and goes beside them."""
    return {pid: name for pid, name in children(parent).items() if name != 'berth-follower'}


def state_of(pid):
    """Return the letter for the state of a process (S: it sleeps, T: stopped, Z: it has ended and
    waits for its parent), None if there is none."""
    try:
        with open('/proc/%d/stat' % pid) as file:
            return file.read().rsplit(') ', 1)[1][0]
    except OSError:
        return None


@contextlib.contextmanager
def stopped_follower(master):
    """While a pool's follower is stopped: it asks the database things now and then, which count
    there with what a test counts."""
    pids = [pid for pid, name in children(master).items() if name == 'berth-follower']
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
        while state_of(pid) != 'T':
            time.sleep(0.01)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def runs(pid):
    """Return whether a process runs; one that has ended and waits for its parent does not."""
    return state_of(pid) not in (None, 'Z')


def processes_in(directory):
    """Return the processes that name a file of a directory in their arguments."""
    found = []
    for entry in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError), open('/proc/%s/cmdline' % entry, 'rb') as file:
            if os.fsencode(directory + '/') in file.read():
                found.append(int(entry))
    return found
