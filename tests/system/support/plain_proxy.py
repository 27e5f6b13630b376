"""A proxy before a database that hides what only MariaDB has, as SQL proxies do.

It clears the extended capabilities in the server's greeting. Everything else passes unchanged.
"""
import socket
import threading

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


class PlainProxy:
    def __init__(self, target):
        """target: the path of the server's socket."""
        self.target = target
        self.connections = 0
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            client.sendall(without_extensions(self.receive_packet(server)))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def receive_packet(server):
        data = b''
        while len(data) < HEADER or len(data) < HEADER + int.from_bytes(data[:3], 'little'):
            data += server.recv(65536)
        return data

    @staticmethod
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()
