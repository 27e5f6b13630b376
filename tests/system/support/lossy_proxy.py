"""A proxy before a database that loses answers: it cuts off the client, and leaves the session of
the server alone, as a broken network does."""
import socket
import threading


class LossyProxy:
    def __init__(self, target):
        """target: the path of the server's socket."""
        self.target = target
        self.mark, self.await_answer = None, False
        self.lost = threading.Event()
        self.sessions = []      # of the server, which are kept open
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def lose(self, mark, await_answer):
        """Cut off the client of the next request that has these bytes: at once, or when the server
        has answered. Sets lost then."""
        self.lost.clear()
        self.mark, self.await_answer = mark, await_answer

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            self.sessions.append(server)
            silent = threading.Event()
            threading.Thread(target=self.ask, args=(client, server, silent), daemon=True).start()
            threading.Thread(target=self.answer, args=(client, server, silent),
                             daemon=True).start()

    def ask(self, client, server, silent):
        try:
            while data := client.recv(65536):
                loses = self.mark is not None and self.mark in data
                if loses:
                    self.mark = None
                    silent.set()
                server.sendall(data)
                if loses and not self.await_answer:
                    self.cut(client)
            if not silent.is_set():
                server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def answer(self, client, server, silent):
        try:
            while data := server.recv(65536):
                if not silent.is_set():
                    client.sendall(data)
                elif self.await_answer:
                    self.cut(client)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self, client):
        client.shutdown(socket.SHUT_RDWR)
        self.lost.set()

    def close(self):
        self.listener.close()
        for session in self.sessions:
            session.close()
