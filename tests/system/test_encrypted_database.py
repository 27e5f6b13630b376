"""A database over TCP with TLS: the connection is as the URL wants it, or there is none."""
import contextlib
import os
import shutil
import socket
import threading
import time
import uuid

import sqlalchemy

from support.certificates import Authority
from support.cloud import SIGCONT, SIGSTOP, Cloud, free_port, wait_until
from support.database import kill_connections

INVENTORY = {'VCPU': {'total': 100000}}
PASSWORD = 'PASSWORDsecret4721'
MISMATCH = 'Validation of SSL server certificate failed'
STRANGER = 'self-signed certificate in certificate chain'
DENIED = 'Access denied for user'
NOT_OFFERED = 'TLS is required, but the server does not offer it'
MISSING = ' cannot be read: No such file or directory'

ACCOUNTS = """\
CREATE USER plain@'%' IDENTIFIED BY '{0}'; GRANT ALL ON placement.* TO plain@'%';
CREATE USER placement@'%' IDENTIFIED BY '{0}' REQUIRE SSL;
CREATE USER certified@'%' IDENTIFIED BY '{0}' REQUIRE X509;
GRANT ALL ON placement.* TO placement@'%'; GRANT ALL ON placement.* TO certified@'%';
"""


OPTIONS = """\
[client]
ssl-ca={authority}.pem
ssl=1
[tripleo]
ssl=1
bind-address=127.0.0.2
ssl-ca={authority}.pem
[stranger]
ssl-ca={other}.pem
ssl=1
[none]
ssl=0
[certified]
ssl-ca={authority}.pem
ssl-cert="{client}.pem"
ssl-key='{client}.key'
"""


class EncryptedCloud(Cloud):
    """Its database has a certificate for localhost, by a private authority."""

    def __init__(self, directory):
        super().__init__(directory, workers=1, password=PASSWORD)
        self.account, self.host, self.database_port = 'placement', 'localhost', free_port()
        authority = Authority(directory)
        self.files = {'authority': authority.path, 'other': Authority(directory, 'other').path,
                      'server': authority.certify('server', 'DNS:localhost'),
                      'client': authority.certify('client', 'DNS:client'),
                      'ca': os.path.join(directory, 'ca'),
                      'hashed': os.path.join(directory, 'hashed'),
                      'socket': os.path.join(self.database, 'db.sock')}
        os.chmod(self.files['server'] + '.key', 0o644)  # the server is another user
        self.write_option_file(directory)
        os.mkdir(self.files['hashed'])
        shutil.copy(authority.path + '.pem', self.files['hashed'])
        authority.openssl('rehash', self.files['hashed'])
        self.trust('authority')
        self.parameters = 'ssl_ca={ca}.pem'

    def write_option_file(self, directory):
        """Write what the operators of deployers write for all their services."""
        self.files['options'] = os.path.join(directory, 'my.cnf')
        with open(self.files['options'], 'w') as file:
            file.write(OPTIONS.format(**self.files))

    def trust(self, authority):
        """Put an authority into the file that is the service's ssl_ca."""
        shutil.copy(self.files[authority] + '.pem', self.files['ca'] + '.new')
        os.rename(self.files['ca'] + '.new', self.files['ca'] + '.pem')

    def connection(self):
        return ('mysql+pymysql://%s:%s@%s:%d/placement?charset=utf8&%s' % (
            self.account, self.password, self.host, self.database_port,
            self.parameters.format(**self.files))).rstrip('&')

    def start_database(self):
        self.server.start(self.database_port, '--ssl-ca=%s.pem' % self.files['authority'],
                          '--ssl-cert=%s.pem' % self.files['server'],
                          '--ssl-key=%s.key' % self.files['server'])

    def start_empty(self, charset='utf8'):
        super().start_empty(charset)
        self.sql('DROP USER placement@localhost;' + ACCOUNTS.format(self.password))

    def ask_with(self, parameters, account='placement', host='localhost'):
        """Reload the service with these; return the status of its next answer."""
        self.parameters, self.account, self.host = parameters, account, host
        self.reload()
        return self.ask('GET', '/resource_providers').status

    def last_reason(self):
        """Return the reason of the last failure to connect."""
        lines = [line for line in self.log().splitlines() if 'operation=connect' in line]
        return lines[-1].split(' reason=')[1]


def test_a_database_that_wants_tls(directory):
    with EncryptedCloud(directory) as cloud:  # and "db sync" has made the tables
        provider = cloud.make_provider(INVENTORY)
        for _ in range(3):
            assert cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1}).status == 204
            assert kill_connections(cloud) > 0
        for parameters, host, reason in (('', 'localhost', DENIED),
                                         ('ssl_ca={other}.pem', 'localhost', STRANGER),
                                         ('ssl_ca={ca}.pem', '127.0.0.1', MISMATCH),
                                         ('ssl_ca={ca}', 'localhost', 'ssl_ca' + MISSING)):
            assert cloud.ask_with(parameters, host=host) == 503, parameters
            assert reason in cloud.last_reason(), cloud.last_reason()
            assert cloud.ask_with('ssl_ca={ca}.pem') == 200
        # another file at the same place is for connections that are new
        cloud.trust('other')
        assert cloud.ask('GET', '/resource_providers').status == 200
        kill_connections(cloud)
        wait_until('it is used', lambda: cloud.ask('GET', '/resource_providers').status == 503)
        assert STRANGER in cloud.last_reason()
        cloud.trust('authority')
        assert cloud.ask('GET', '/resource_providers').status == 200
        both = 'ssl_ca={ca}.pem&ssl_cert={client}.pem&ssl_key={client}.key'
        assert cloud.ask_with('ssl_ca={ca}.pem', 'certified') == 503
        assert cloud.ask_with(both, 'certified') == 200
        assert cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 1}).status == 204
        for secret in (PASSWORD, 'mysql+pymysql', '.pem'):
            assert secret not in cloud.log(), 'in the log: ' + secret
        assert 'worker died' not in cloud.log()


def test_an_encrypted_database_that_stands_still(directory):
    with EncryptedCloud(directory) as cloud:
        cloud.ask_with('ssl_ca={ca}.pem&connect_timeout=1&read_timeout=2')
        wait_until('it is in time', lambda: cloud.ask('GET', '/resource_providers').status == 200)
        before = cloud.workers()
        with open(os.path.join(cloud.database, 'mariadbd.pid')) as file:
            server = int(file.read())
        os.kill(server, SIGSTOP)
        try:
            for _ in range(4):  # workers with a connection and without
                begun = time.monotonic()
                assert cloud.ask('GET', '/resource_providers').status == 503
                assert time.monotonic() - begun < 40
        finally:
            os.kill(server, SIGCONT)
        wait_until('it is there again',
                   lambda: cloud.ask('GET', '/resource_providers').status == 200)
        assert cloud.workers() == before, 'a worker was killed'


def upstream_connects(cloud):
    """Whether the Python service would connect by the same URL."""
    try:
        with sqlalchemy.create_engine(cloud.connection()).connect():
            return True
    except Exception:  # of the driver, of its TLS, of the system
        return False


# Account, host and parameters of a URL, why it does not connect (None if it does), and whether
# upstream does; None where that depends on what this machine trusts.
URLS = (
    ('plain', 'localhost', '', None, True),
    ('placement', 'localhost', '', DENIED, False),
    ('placement', 'localhost', 'ssl_ca={authority}.pem', None, True),
    ('placement', 'localhost', 'ssl_ca={other}.pem', STRANGER, False),
    ('placement', 'localhost', 'ssl_ca={authority}', 'ssl_ca' + MISSING, False),
    ('placement', 'localhost', 'ssl_ca={authority}.pem&unix_socket={socket}', None, True),
    ('placement', 'localhost', 'ssl_ca={other}.pem&unix_socket={socket}', STRANGER, False),
    ('placement', 'localhost', 'ssl_capath={hashed}', None, True),
    ('placement', 'localhost', 'ssl_capath={other}', 'ssl_capath' + MISSING, False),
    # the name
    ('placement', '127.0.0.1', 'ssl_ca={authority}.pem', MISMATCH, False),
    ('placement', '127.0.0.1', 'ssl_capath={hashed}', MISMATCH, False),
    ('placement', '127.0.0.1', 'ssl_ca={authority}.pem&ssl_check_hostname=true', MISMATCH, False),
    ('placement', '127.0.0.1', 'ssl_ca={authority}.pem&ssl_check_hostname=false', None, True),
    ('placement', '127.0.0.1', 'ssl_capath={hashed}&ssl_check_hostname=false', None, True),
    ('placement', 'localhost', 'ssl_ca={other}.pem&ssl_check_hostname=false', STRANGER, False),
    # the certificate; upstream forgets the ca when it finds one of these beside it
    ('placement', '127.0.0.1', 'ssl_ca={other}.pem&ssl_verify_cert=false', None, True),
    ('placement', '127.0.0.1', 'ssl_ca={other}.pem&ssl_verify_cert=true', STRANGER, None),
    ('placement', '127.0.0.1', 'ssl_ca={authority}.pem&ssl_verify_identity=false', None, True),
    ('placement', '127.0.0.1', 'ssl_ca={authority}.pem&ssl_verify_identity=true', MISMATCH, True),
    ('placement', 'localhost', 'ssl_ca={authority}.pem&ssl_verify_identity=true', None, True),
    # without a ca
    ('placement', '127.0.0.1', 'ssl_check_hostname=false', None, True),
    ('placement', '127.0.0.1', 'ssl_check_hostname=true', None, True),
    ('placement', '127.0.0.1', 'ssl_verify_cert=false', None, True),
    ('placement', '127.0.0.1', 'ssl_verify_identity=false', None, True),
    ('placement', 'localhost', 'ssl_verify_cert=true', STRANGER, None),
    ('placement', 'localhost', 'ssl_verify_cert=true&ssl_check_hostname=false', STRANGER, None),
    ('placement', 'localhost', 'ssl_verify_identity=true', STRANGER, None),
    # what is encrypted, and what not
    ('placement', 'localhost', 'ssl_cipher=ECDHE-ECDSA-AES256-GCM-SHA384', None, True),
    ('placement', 'localhost', 'ssl_cipher=NONSENSE', 'no cipher match', False),
    ('plain', 'localhost', 'ssl_ca={authority}.pem&ssl_disabled=true', None, True),
    ('placement', 'localhost', 'ssl_ca={authority}.pem&ssl_disabled=true', DENIED, False),
    # what a file says
    ('placement', 'localhost', 'read_default_file={options}', None, True),
    ('placement', '127.0.0.1', 'read_default_file={options}', MISMATCH, False),
    ('placement', '127.0.0.1', 'read_default_file={options}&ssl_check_hostname=false', None, True),
    ('placement', 'localhost', 'read_default_file={options}&read_default_group=tripleo', None,
     True),
    ('placement', 'localhost', 'read_default_file={options}&read_default_group=stranger', STRANGER,
     False),
    ('placement', 'localhost', 'read_default_file={options}&ssl_ca={other}.pem', STRANGER, False),
    ('placement', 'localhost', 'read_default_file={options}&read_default_group=none', DENIED,
     False),
    ('plain', 'localhost', 'read_default_file={options}&read_default_group=none', None, True),
    ('plain', 'localhost', 'read_default_file={options}&read_default_group=nobody', None, True),
    ('plain', 'localhost', 'read_default_file={options}.missing', None, True),
    ('certified', 'localhost', 'read_default_file={options}', DENIED, False),
    ('certified', 'localhost', 'read_default_file={options}&read_default_group=certified', None,
     True),
    # an address that is not of this machine
    ('plain', 'localhost', 'bind_address=192.0.2.1', "Can't create TCP/IP socket", False),
    ('plain', 'localhost', 'bind_address=127.0.0.1', None, True),
    # a certificate of the client's
    ('certified', 'localhost', 'ssl_ca={authority}.pem', DENIED, False),
    ('certified', 'localhost', 'ssl_cert={client}.pem&ssl_key={client}.key', None, True),
    ('certified', 'localhost',
     'ssl_ca={authority}.pem&ssl_cert={client}.pem&ssl_key={client}.key', None, True),
    ('certified', 'localhost', 'ssl_ca={authority}.pem&ssl_cert={client}.pem&ssl_key={server}.key',
     'key values mismatch', False),
    ('certified', 'localhost',
     'ssl_ca={authority}.pem&ssl_cert={client}&ssl_key={client}.key', 'ssl_cert' + MISSING, False),
    ('certified', 'localhost',
     'ssl_ca={authority}.pem&ssl_cert={client}.pem&ssl_key={client}', 'ssl_key' + MISSING, False),
)


def check_connection(cloud, reason, **environment):
    """Check that berth-manage connects, or prints this reason why it does not."""
    cloud.write_configuration()
    done = cloud.manage('db', 'version', **environment)
    what = (cloud.account, cloud.host, cloud.parameters, done)
    if reason is None:
        assert done.returncode == 0 and done.stderr == '', what
    else:
        assert done.returncode == 1 and reason in done.stderr, what
    assert PASSWORD not in done.stdout + done.stderr, what


def test_parameters_of_tls_mean_what_they_say(directory):
    cloud = EncryptedCloud(directory)
    cloud.start_empty()
    try:
        assert cloud.manage('db', 'sync').returncode == 0
        for cloud.account, cloud.host, cloud.parameters, reason, upstream in URLS:
            check_connection(cloud, reason, OS_PLACEMENT_DATABASE__MAX_RETRIES='0')
            if upstream is not None:
                assert upstream_connects(cloud) == upstream, (cloud.account, cloud.parameters)
        # what the system trusts, as OpenSSL is told
        trusted = {'SSL_CERT_FILE': cloud.files['authority'] + '.pem',
                   'SSL_CERT_DIR': cloud.files['hashed']}
        for cloud.host, cloud.parameters, reason in (
                ('localhost', 'ssl_verify_cert=true', None),
                ('127.0.0.1', 'ssl_verify_cert=true', None),
                ('127.0.0.1', 'ssl_verify_cert=true&ssl_check_hostname=false', None),
                ('localhost', 'ssl_verify_identity=true', None),
                ('localhost', 'ssl_ca={other}.pem', STRANGER)):
            cloud.account = 'placement'
            check_connection(cloud, reason, **trusted)
    finally:
        cloud.stop_database()


class Stripper:
    """A proxy before a database that tells clients that it offers no TLS."""

    def __init__(self, port):
        self.behind = port
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.speak, args=(client,), daemon=True).start()

    def speak(self, client):
        with contextlib.suppress(OSError), client, \
                socket.create_connection(('127.0.0.1', self.behind)) as server:
            greeting = bytearray(server.recv(4096))
            # behind header, protocol, version, connection, scramble and a filler: what it can
            capabilities = greeting.index(0, 5) + 1 + 4 + 8 + 1
            greeting[capabilities + 1] &= ~0x08
            client.sendall(greeting)
            threading.Thread(target=self.relay, args=(server, client), daemon=True).start()
            self.relay(client, server)

    @staticmethod
    def relay(source, target):
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(65536)
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)


def test_nothing_is_asked_in_the_clear_when_tls_was_meant(directory):
    cloud = EncryptedCloud(directory)
    cloud.start_empty()
    try:
        assert cloud.manage('db', 'sync').returncode == 0
        cloud.database_port, cloud.account = Stripper(cloud.database_port).port, 'plain'
        for cloud.parameters, reason in (
                ('', None),
                ('ssl_ca={authority}.pem', 'SSL is required, but the server does not support it'),
                ('ssl_ca={authority}.pem&ssl_check_hostname=false', NOT_OFFERED),
                ('ssl_ca={authority}.pem&ssl_verify_cert=false', NOT_OFFERED),
                ('ssl_cert={client}.pem&ssl_key={client}.key', NOT_OFFERED),
                ('ssl_check_hostname=true', NOT_OFFERED),
                ('ssl_cipher=AES256-SHA', NOT_OFFERED),
                ('ssl=true', NOT_OFFERED),
                ('ssl_mode=REQUIRED', NOT_OFFERED),
                ('ssl_of_tomorrow=x', NOT_OFFERED),
                ('read_default_file={options}&ssl_check_hostname=false', NOT_OFFERED),
                ('ssl_ca={authority}.pem&ssl_disabled=true', None)):
            check_connection(cloud, reason)
    finally:
        cloud.stop_database()
