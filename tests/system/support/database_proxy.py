"""Proxies between the service and its database: one does something after each COMMIT, one loses
answers, as a broken network does, and one hides what only MariaDB has, as SQL proxies do."""
import contextlib
import socket
import threading

from support.cloud import Cloud


def forward(sink, data):
    """Pass on what one side has sent; nothing: its end."""
    if data:
        sink.sendall(data)
    else:
        sink.shutdown(socket.SHUT_WR)


def relay(source, carry):
    """Call carry(data) with all that comes from there, and with b'' at the end."""
    with contextlib.suppress(OSError):
        data = True
        while data:
            data = source.recv(65536)
            carry(data)


class DatabaseProxy:
    """Passes everything on unchanged."""

    def __init__(self, target):
        """target: the path of the server's socket."""
        self.target = target
        self.sessions = []      # of the server
        self.clients = []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            self.sessions.append(server)
            self.clients.append(client)
            try:
                server.connect(self.target)
                self.greet(client, server)
            except OSError:
                client.close()
                continue
            for source, carry in zip((client, server), self.carriers(client, server)):
                threading.Thread(target=relay, args=(source, carry), daemon=True).start()

    def greet(self, client, server):
        """Pass on what the server says first."""

    def carriers(self, client, server):
        """What to do with that which the client sends, and with that which the server sends."""
        return (lambda data: forward(server, data)), (lambda data: forward(client, data))

    def end_all(self):
        """Close all connections of clients, as the server does."""
        while self.clients:
            with contextlib.suppress(OSError):  # it has ended before
                self.clients.pop().shutdown(socket.SHUT_WR)

    def open_clients(self):
        """How many connections their clients may still think open."""
        with open('/proc/net/tcp') as file:
            states = [fields[3] for fields in map(str.split, file)
                      if fields[2] == '0100007F:%04X' % self.port]
        return states.count('01')  # ESTABLISHED

    def close(self):
        self.listener.close()
        for session in self.sessions:
            session.close()


class CommitProxy(DatabaseProxy):
    """Calls then(), if there is one, after each COMMIT, before its answer."""
    then = None

    def carriers(self, client, server):
        committing = threading.Event()

        def ask(data):
            if data == b'\x07\0\0\0\x03COMMIT':
                committing.set()
            forward(server, data)

        def answer(data):
            if committing.is_set():
                committing.clear()
                if self.then is not None:
                    self.then()
            forward(client, data)
        return ask, answer


# What to lose: a request, which the server never gets; the client, while it works; the answer.
REQUEST, CLIENT, ANSWER = range(3)


class Loss:
    """The next loss: at a request with these bytes. Before the client is cut off, calls
    during(session), the socket of the server's session. If it gets other bytes instead of the
    answer, it is not cut off."""

    def __init__(self, mark, what, during=lambda session: None, instead=None):
        self.mark, self.what, self.during, self.instead = mark, what, during, instead
        self.happened = threading.Event()


class LossyProxy(DatabaseProxy):
    """Cuts off clients, and leaves their sessions of the server alone."""
    loss = None

    def lose(self, mark, what, **options):
        """Lose this once, at the next request that has these bytes, with the options of Loss.
        Returns the event that is set just before the client is cut off."""
        self.loss = Loss(mark, what, **options)
        return self.loss.happened

    def carriers(self, client, server):
        losses = []     # one at most, of this connection

        def cut():
            losses[0].during(server)
            losses[0].happened.set()
            client.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError('the client is cut off')

        def ask(data):
            if losses:
                return
            if self.loss is not None and self.loss.mark in data:
                losses.append(self.loss)
                self.loss = None
            if not losses or losses[0].what != REQUEST:
                forward(server, data)
            if losses and losses[0].what != ANSWER:
                cut()

        def answer(data):
            if losses and losses[0].instead:
                losses[0].happened.set()
                data = losses.pop().instead
            if not losses:
                forward(client, data)
            elif losses[0].what == ANSWER:
                cut()
        return ask, answer


HEADER = 4
PROTOCOL = 10
AFTER_VERSION = 4 + 8 + 1  # thread id, scramble, filler
EXTENDED = 2 + 1 + 2 + 2 + 1 + 6  # lower flags, charset, status, upper flags, length, reserved


def without_extensions(greeting):
    """The greeting of a server without MariaDB's extended capabilities."""
    assert greeting[HEADER] == PROTOCOL, greeting
    version_end = greeting.index(b'\0', HEADER + 1) + 1
    place = version_end + AFTER_VERSION + EXTENDED
    return greeting[:place] + bytes(4) + greeting[place + 4:]


def receive_packet(server):
    data = b''
    while len(data) < HEADER or len(data) < HEADER + int.from_bytes(data[:3], 'little'):
        more = server.recv(65536)
        if not more:
            raise ConnectionAbortedError('no greeting')
        data += more
    return data


class MuteProxy(DatabaseProxy):
    """Keeps what has one of these marks to itself, so that no answer comes; counts that."""

    def __init__(self, target):
        super().__init__(target)
        self.kept = {}

    def carriers(self, client, server):
        def ask(data):
            for mark in self.kept:
                if mark in data:
                    self.kept[mark] += 1
                    return
            forward(server, data)
        return ask, (lambda data: forward(client, data))


class PlainProxy(LossyProxy):
    """Also clears the extended capabilities in the server's greeting."""

    def greet(self, client, server):
        client.sendall(without_extensions(receive_packet(server)))


class ProxiedCloud(Cloud):
    """A cloud whose service sees the database through a proxy of this kind."""
    proxy = None

    def __init__(self, kind, directory, **options):
        super().__init__(directory, **options)
        self.kind = kind

    def connection(self):
        if self.proxy is None:
            self.proxy = self.kind(self.server.socket)
        return 'mysql+pymysql://placement:%s@127.0.0.1:%d/placement?charset=utf8' % (
            self.password, self.proxy.port)

    def stop(self):
        super().stop()
        self.proxy.close()

    def lose(self, mark, ask, what=ANSWER, **options):
        """The answer of the service to a request of which the database's answer is lost, or what
        else to lose."""
        lost = self.proxy.lose(mark, what, **options)
        answer = ask()
        assert lost.is_set(), 'nothing was lost'
        return answer
