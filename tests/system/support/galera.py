"""A Galera cluster on loopback, for tests of what several nodes do together.

Each node is a MariaDB with its own directory and ports. A node can be killed (SIGKILL), stopped
(SIGSTOP), continued and started again; it then takes the state from the others by rsync or by their
write-set cache.
"""
import contextlib
import os
import shutil
import signal
import subprocess

import pymysql
from support.cloud import free_port, wait_until
from support.templates import template
from support.database import Session, make_template

PROVIDER = '/usr/lib/galera/libgalera_smm.so'

SCHEDULING = r'''
/* For kernels that do not answer pthread_getschedparam(), without which Galera does not start. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
int pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *parameters)
{
    (void)thread;
    *policy = SCHED_OTHER;
    parameters->sched_priority = 0;
    return 0;
}
'''


def is_available():
    return os.path.exists(PROVIDER)


class Node:
    def __init__(self, cluster, index, ports):
        self.cluster = cluster
        self.index = index
        self.port, self.group_port, self.ist_port, self.sst_port = ports
        self.directory = os.path.join(cluster.directory, 'node%d' % index)
        self.socket = os.path.join(self.directory, 'db.sock')
        self.process = None
        self.options = ()
        self.attempts = 0

    def write_configuration(self):
        os.makedirs(os.path.join(self.directory, 'temporary'), exist_ok=True)
        addresses = ','.join('127.0.0.1:%d' % node.group_port for node in self.cluster.nodes)
        provider = ';'.join(
            [
                'gmcast.listen_addr=tcp://127.0.0.1:%d' % self.group_port,
                'ist.recv_addr=127.0.0.1:%d' % self.ist_port,
                'base_port=%d' % self.group_port,
                'gcache.size=64M',
                'evs.keepalive_period=PT0.5S',
                'pc.recovery=true',
                self.cluster.timeouts(),
            ]
        )
        lines = [
            '[mysqld]',
            'datadir=%s/data' % self.directory,
            'socket=' + self.socket,
            'tmpdir=%s/temporary' % self.directory,
            'pid-file=%s/mariadbd.pid' % self.directory,
            'log-error=%s/mariadbd.log' % self.directory,
            'bind-address=127.0.0.1',
            'port=%d' % self.port,
            'skip-name-resolve',
            'max_connections=200',
            'innodb_buffer_pool_size=128M',
            'innodb_log_file_size=32M',
            'innodb_flush_log_at_trx_commit=0',
            'binlog_format=ROW',
            'log_bin=binlog',
            'log_slave_updates=ON',
            'wsrep_gtid_mode=' + self.cluster.gtid_mode,
            'wsrep_gtid_domain_id=7',
            # one for the cluster if it numbers transactions together, one for each node if not
            'server_id=%d' % (1 if self.cluster.gtid_mode == 'ON' else self.index + 1),
            'default_storage_engine=InnoDB',
            'innodb_autoinc_lock_mode=2',
            'wsrep_on=ON',
            'wsrep_provider=' + PROVIDER,
            'wsrep_cluster_name=berth',
            'wsrep_cluster_address=gcomm://' + addresses,
            'wsrep_node_name=node%d' % self.index,
            'wsrep_node_address=127.0.0.1:%d' % self.group_port,
            'wsrep_sst_method=rsync',
            'wsrep_sst_receive_address=127.0.0.1:%d' % self.sst_port,
            'wsrep_slave_threads=4',
            'wsrep_provider_options=' + provider,
        ]
        with open(os.path.join(self.directory, 'my.cnf'), 'w') as file:
            file.write('\n'.join(lines) + '\n')

    def start(self, *options):
        self.options = options
        self.write_configuration()
        command = ['mariadbd', '--defaults-file=%s/my.cnf' % self.directory, *options]
        if os.getuid() == 0:
            command.append('--user=' + self.cluster.user)
        environment = dict(os.environ, LD_PRELOAD=self.cluster.preload)
        environment['PATH'] += ':/usr/sbin:/sbin'
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def sql(self, text, database=None):
        with contextlib.closing(Session(self.socket, database)) as session:
            return session.sql(text)

    def status(self):
        """What it says of the cluster, by the names of the status variables; {}: nothing."""
        try:
            return dict(self.sql("SHOW STATUS LIKE 'wsrep\\_%'"))
        except pymysql.Error:
            return {}

    def is_synced(self):
        status = self.status()
        return (status.get('wsrep_local_state_comment') == 'Synced'
                and status['wsrep_ready'] == 'ON')

    def wait_synced(self):
        def is_ready():
            self.start_again()
            self.cluster.find_majority()
            return self.is_synced()

        self.attempts = 3
        wait_until('node %d is synced' % self.index, is_ready, seconds=300)

    def start_again(self):
        """If it has ended, as a service manager does: a node that finds traces of what it was
        before it was killed, at the others, ends itself."""
        if self.process.poll() is not None:
            self.attempts -= 1
            assert self.attempts > 0 and '--wsrep-new-cluster' not in self.options, self.log()
            self.start(*self.options)

    def log(self):
        with open(os.path.join(self.directory, 'mariadbd.log'), errors='replace') as file:
            return file.read()[-3000:]

    def forget(self):
        """What a node that is not running has of the cluster: it then copies all data again."""
        for name in ('grastate.dat', 'gvwstate.dat', 'galera.cache'):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(self.directory, 'data', name))

    def isolate(self, isolated):
        """Cut it off from the others, or connect it again."""
        self.sql("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=%d'" % isolated)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """It says goodbye, so that the others need not find out."""
        self.signal(signal.SIGTERM)
        self.process.wait()

    def signal(self, number):
        os.killpg(self.process.pid, number)


class Cluster:
    def __init__(self, directory, size=3, gtid_mode='OFF'):
        self.directory = directory
        self.gtid_mode = gtid_mode
        self.user = 'mysql'
        self.preload = os.path.join(directory, 'scheduling.so')
        os.makedirs(directory, exist_ok=True)
        subprocess.run(
            ['gcc', '-shared', '-fPIC', '-o', self.preload, '-x', 'c', '-'],
            input=SCHEDULING,
            text=True,
            check=True,
        )
        self.patience = 15
        self.nodes = []
        ports = set()
        while len(ports) < 4 * size:
            ports.add(free_port())
        ports = list(ports)
        for index in range(size):
            self.nodes.append(Node(self, index, ports[4 * index:4 * index + 4]))

    def timeouts(self):
        return ';'.join('evs.%s_timeout=PT%dS' % (name, seconds) for name, seconds in (
            ('suspect', self.patience), ('inactive', 2 * self.patience),
            ('install', 2 * self.patience)))

    def set_patience(self, seconds):
        """Set after how many seconds of silence a node counts as gone. A busy machine needs many,
        or nodes are lost that no test has killed."""
        self.patience = seconds
        for node in self.nodes:
            node.sql("SET GLOBAL wsrep_provider_options = '%s'" % self.timeouts())

    @contextlib.contextmanager
    def quick_to_suspect(self):
        """Count nodes as gone after a few seconds. That may lose some that no test has killed."""
        self.set_patience(4)
        try:
            yield
        finally:
            self.wait_whole()
            self.set_patience(15)

    def start(self):
        data = template('mariadb', make_template)
        for node in self.nodes:
            os.makedirs(node.directory, exist_ok=True)
            shutil.copytree(data + '/data', node.directory + '/data')
            node.write_configuration()
        if os.getuid() == 0:
            subprocess.run(['chown', '-R', self.user, self.directory], check=True)
        self.nodes[0].start('--wsrep-new-cluster')
        self.nodes[0].wait_synced()
        for node in self.nodes[1:]:
            node.start()
        for node in self.nodes[1:]:
            node.wait_synced()

    def find_majority(self):
        """Do what an operator has to do when all nodes see each other, but none remembers to be of
        the last majority: that one was killed. The most advanced node has all that a client was
        told, and begins a new majority."""
        states = [(node, node.status()) for node in self.nodes]
        if all(state.get('wsrep_cluster_status') == 'non-Primary'
               and int(state['wsrep_cluster_size']) == len(states) for _, state in states):
            node, _ = max(states, key=lambda each: int(each[1]['wsrep_last_committed']))
            node.sql("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1'")

    def wait_whole(self):
        """Until each node has all others. A node that was stopped does not know at first that they
        have gone on without it, but they do."""
        def is_whole():
            for node in self.nodes:
                node.start_again()
            self.find_majority()
            return all(node.is_synced()
                       and int(node.status()['wsrep_cluster_size']) == len(self.nodes)
                       for node in self.nodes)

        for node in self.nodes:
            node.attempts = 3
        wait_until('the cluster is whole', is_whole, seconds=300)

    def stop(self):
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                node.kill()
