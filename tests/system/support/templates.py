"""Templates below $BERTH_TEMPLATES: things that take long to make, made once and then copied."""
import fcntl
import os


def template(name, make):
    """Return the path of a template; make(path) makes it if no test before has done so."""
    place = os.environ['BERTH_TEMPLATES']
    path = os.path.join(place, name)
    with open(path + '.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(path):
            make(path + '.new')
            os.rename(path + '.new', path)
    return path
