"""A client that speaks FastCGI to a pool, past nginx."""
import socket
import struct

BEGIN, END, PARAMETERS, BODY, OUTPUT = 1, 3, 4, 5, 6
RESPONDER = 1


def record(kind, content):
    return struct.pack('>BBHHBx', 1, kind, 1, len(content), 0) + content


def length(text):
    return bytes([len(text)]) if len(text) < 128 else struct.pack('>I', len(text) | 1 << 31)


def receive(connection, size):
    data = b''
    while len(data) < size:
        part = connection.recv(size - len(data))
        assert part, 'the pool closed the connection'
        data += part
    return data


def ask(path, parameters, keep=False):
    """Send a request without a body to the socket at path. Return status, headers and body.

    keep: ask the pool to keep the connection, and check that it does not.
    """
    pairs = b''
    for name, value in dict({'REQUEST_METHOD': 'GET', 'CONTENT_LENGTH': '0'},
                            **parameters).items():
        name, value = name.encode(), value.encode()
        pairs += length(name) + length(value) + name + value
    output = b''
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(record(BEGIN, struct.pack('>HB5x', RESPONDER, keep)) +
                           record(PARAMETERS, pairs) + record(PARAMETERS, b'') +
                           record(BODY, b''))
        while True:
            _, kind, _, size, padding = struct.unpack('>BBHHBx', receive(connection, 8))
            content = receive(connection, size + padding)[:size]
            if kind == OUTPUT:
                output += content
            if kind == END:
                break
        if keep:
            connection.settimeout(60)
            assert connection.recv(1) == b'', 'more than an answer'
    head, body = output.decode().split('\r\n\r\n', 1)
    headers = dict(line.split(': ', 1) for line in head.split('\r\n'))
    headers = {name.lower(): value for name, value in headers.items()}
    return int(headers['status'].split()[0]), headers, body
