"""A Keystone that answers whatever a test wants, good or broken."""
import http.server
import json
import threading

from support.every_route import PASSWORD

SAID, SERVICE_TOKEN = 'KEYSTONEsecret4718', 'SERVICEsecret4719'

CONFIGURATION = """\
log_level = debug
request_timeout = 80
[api]
auth_strategy = keystone
[keystone_authtoken]
auth_type = password
auth_url = http://127.0.0.1:%d
username = placement
password = """ + PASSWORD + """
project_name = service
user_domain_id = default
project_domain_id = default
http_connect_timeout = 40
http_request_max_retries = 0
"""


def token_of(user='user', expires='2099-01-01T00:00:00.000000Z'):
    return {'token': {'user': {'id': user, 'name': SAID, 'domain': {'id': 'default'}},
                      'project': {'id': 'project', 'domain': {'id': 'default'}},
                      'roles': [{'name': 'admin'}, {'name': 'reader'}], 'expires_at': expires,
                      'catalog': [], 'audit_ids': [SAID]}}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    fault = None

    def handle_error(self, request, client_address):
        pass  # the client has gone


def start():
    server = Server(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as server.fault says: a function of this handler, or None for a good answer."""
    protocol_version = 'HTTP/1.1'

    def log_message(self, *arguments):
        pass

    def send(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in dict({'content-length': len(body)}, **dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        if self.command == 'POST':
            self.send(201, token_of('service'), {'x-subject-token': SERVICE_TOKEN})
        elif self.path.split('?')[0].endswith('/auth/tokens'):
            self.send(200, token_of())
        else:
            self.send(200, {'version': {'id': 'v3.14', 'status': 'stable', 'links': [
                {'rel': 'self', 'href': 'http://127.0.0.1:%d/v3/' % self.server.server_port}]}})

    def answer(self):
        self.rfile.read(int(self.headers.get('content-length', 0)))
        try:
            if self.server.fault is None:
                self.good()
            else:
                self.server.fault(self)
        except OSError:
            self.close_connection = True  # the service has had enough

    do_GET = do_POST = answer
