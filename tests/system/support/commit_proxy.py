"""A proxy before a database that does something else after each COMMIT, before its answer."""
import socket
import threading

COMMIT = b'\x07\0\0\0\x03COMMIT'


class CommitProxy:
    def __init__(self, target):
        """target: the path of the server's socket."""
        self.target = target
        self.then = None        # what to call after a COMMIT
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
            server.connect(self.target)
            committing = threading.Event()
            for source, sink, see in ((client, server, self.see_request),
                                      (server, client, self.see_answer)):
                threading.Thread(target=self.pump, args=(source, sink, see, committing),
                                 daemon=True).start()

    @staticmethod
    def see_request(data, committing):
        if data == COMMIT:
            committing.set()

    def see_answer(self, data, committing):
        if committing.is_set():
            committing.clear()
            if self.then is not None:
                self.then()

    @staticmethod
    def pump(source, sink, see, committing):
        try:
            while data := source.recv(65536):
                see(data, committing)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()
