"""A follower of the binary log (world_records), and the world that its records make."""
import os
import subprocess
import threading

from support.cloud import wait_until
from support.paths import BUILD

PROGRAM = os.path.join(BUILD, 'tests', 'system', 'world_records')

MODIFIED = "COALESCE(TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(updated_at, created_at)), 0) "

# What the tables say, in the words of the records.
SELECTS = {
    'provider': "SELECT id, 0, uuid, COALESCE(name, 'NULL'), COALESCE(generation, 0), "
                'COALESCE(root_provider_id, 0), COALESCE(parent_provider_id, 0), '
                + MODIFIED + 'FROM resource_providers',
    'class': 'SELECT id, 0, name FROM resource_classes',
    'inventory': 'SELECT resource_provider_id, resource_class_id, total, reserved, min_unit, '
                 'max_unit, step_size, allocation_ratio, ' + MODIFIED + 'FROM inventories',
    'usage': 'SELECT resource_provider_id, resource_class_id, SUM(used) FROM allocations '
             'GROUP BY 1, 2 HAVING SUM(used) <> 0',
    'trait': 'SELECT id, 0, name, ' + MODIFIED + 'FROM traits',
    'provider_trait': 'SELECT resource_provider_id, trait_id FROM resource_provider_traits',
    'aggregate': "SELECT id, 0, COALESCE(uuid, 'NULL') FROM placement_aggregates",
    'member': 'SELECT resource_provider_id, aggregate_id FROM resource_provider_aggregates',
}


def read_tables(server):
    """Return the world as the tables have it: by kind, the rows by the two numbers of their key."""
    return {kind: {tuple(row[:2]): row[2:] for row in
                   server.sql('SET NAMES utf8mb4; ' + select, 'placement')}
            for kind, select in SELECTS.items()}


class Follower:
    def __init__(self, server, user='placement', password='pw'):
        self.server = server
        self.process = subprocess.Popen([PROGRAM, server.socket, user, password, 'placement'],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=None, text=True)
        self.condition = threading.Condition()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.begin()
        self.thread.start()

    def begin(self):
        self.world = {kind: {} for kind in SELECTS}
        self.position = None
        self.kept = False
        self.reason = None
        self.connection = None

    def read(self):
        for line in self.process.stdout:
            with self.condition:
                self.take(line.rstrip('\n'))

    def take(self, line):
        words = line.split(' ')
        if words[0] == 'begin':
            self.connection = int(words[2])
        elif words[0] == 'commit':
            self.position = sorted(words[1].split(','))
        elif line == 'kept':
            self.kept = True
        elif line.startswith('gave up '):
            self.reason = line[len('gave up '):]
        else:
            kind, *row = line.split('\t')
            self.apply(kind, tuple(row[:2]), row[2:])

    def apply(self, kind, key, values):
        if kind.startswith('-'):
            del self.world[kind[1:]][key]
        elif kind == 'usage':
            usages = self.world['usage']
            used = int(usages.get(key, ['0'])[0]) + int(values[0])
            usages[key] = [str(used)]
            if used == 0:
                del usages[key]
        else:
            self.world[kind][key] = values

    def again(self):
        """Begin the next run, after one that gave up."""
        assert self.reason is not None
        self.begin()
        self.process.stdin.write('\n')
        self.process.stdin.flush()

    def wait_until_kept(self):
        wait_until('the world is kept', lambda: self.kept or self.reason is not None)
        assert self.reason is None, self.reason

    def wait_until_lost(self):
        wait_until('the follower gives up', lambda: self.reason is not None)
        return self.reason

    def wait_until_current(self):
        """Until the follower has read all that the server has."""
        newest = sorted(self.server.sql('SELECT @@gtid_binlog_pos')[0][0].split(','))
        wait_until('position %s' % newest,
                   lambda: self.reason is not None or self.position == newest)
        assert self.reason is None, self.reason

    def check(self):
        """That the world is what the tables are."""
        self.wait_until_current()
        with self.condition:
            assert self.world == read_tables(self.server)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.stop()
