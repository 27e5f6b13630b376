"""Three controllers behind HAProxy: one of them comes from the Python service, each is stopped and
started again with another program, then each is upgraded as it serves. The commands are those of
docs/several-nodes.md. Clients send 300 requests a second all the time, and lose none."""
import collections
import os
import threading
import time
import uuid

import pytest
from support.cloud import Cloud, wait_until
from support.consistency import audit_rows
from support.controllers import Front, write
from support.pages import blocks
from support.python_service import PythonService
from support.web_servers import find

pytestmark = pytest.mark.plain  # the commands of a page

RATE = 300
CLIENTS = 12
SOME = 40  # requests that a node must have answered to count as one that serves
MIXED = {'http-check expect status 200': '#',
         '#http-check expect rstatus': 'http-check expect rstatus'}
VARIABLES, FILES, LEAVE, BEGIN, JOIN, DOWN, UP, UPGRADE = range(8)

# How the Python service words conflicts, with status 500: nothing was done.
UNDONE = ('Another thread concurrently updated', 'Deadlock found when trying to get lock',
          'Failed to read auto-increment value')


class Load:
    """Clients that send as many requests a second, whatever becomes of the earlier ones, as far
    as the machine allows. What they were told is kept."""

    def __init__(self, front, providers):
        self.front, self.providers = front, providers
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.sent, self.began = 0, time.monotonic()
        self.answered = collections.Counter()  # by node
        self.undone = 0
        self.lost, self.held = [], set()
        self.turns = [0] * len(providers)
        self.python = 'controller3'  # the node that may word a conflict so
        self.threads = [threading.Thread(target=self.run, args=(number, provider))
                        for number, provider in enumerate(providers)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *reason):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def ask(self, *request):
        """Send the next request when its time has come; return whether it was done."""
        with self.lock:
            due = self.began + self.sent / RATE
            self.sent += 1
        time.sleep(max(0, due - time.monotonic()))
        try:
            answer = self.front.ask(*request)
        except Exception as reason:
            return self.lose(request, reason)
        node = answer.headers.get('x-node')
        if answer.status == 500 and node == self.python and any(
                text in answer.text for text in UNDONE):
            self.undone += 1
        elif answer.status not in (200, 204):
            return self.lose(request, '%d %s: %s' % (answer.status, node, answer.text))
        with self.lock:
            self.answered[node] += 1
        return answer.status != 500

    def lose(self, request, reason):
        self.lost.append((request, reason))
        return False

    def run(self, number, provider):
        while not self.ended.is_set():
            self.turns[number] += 1
            consumer = str(uuid.uuid4())
            path = '/allocations/' + consumer
            if not self.ask('PUT', path, {
                    'allocations': {provider: {'resources': {'VCPU': 1}}}, 'project_id': 'project',
                    'user_id': 'user', 'consumer_generation': None, 'consumer_type': 'INSTANCE'}):
                continue
            self.held.add(consumer)
            self.ask('GET', path)
            self.ask('GET', '/resource_providers/%s/usages' % provider)
            if consumer[0] in '01234567' and self.ask('DELETE', path):
                self.held.discard(consumer)

    def settle(self):
        """Until each client has noted the answers that came before now."""
        before = list(self.turns)
        wait_until('all go on: %s' % self.lost[:3], lambda: self.lost or all(
            turn > count for turn, count in zip(self.turns, before)))

    def wait_for(self, *names):
        """Until each of these nodes has answered some more requests."""
        before = dict(self.answered)
        wait_until('%s serve: %s' % (names, self.lost[:3]), lambda: self.lost or all(
            self.answered[name] >= before.get(name, 0) + SOME for name in names))
        assert not self.lost, self.lost[:3]


@pytest.fixture
def cloud(directory):
    """A database without a service."""
    cloud = Cloud(directory)
    cloud.start_empty()
    try:
        done = cloud.manage('db', 'sync')
        assert done.returncode == 0, done.stderr
        yield cloud
    finally:
        cloud.stop_database()


def test_replacing_one_node_after_the_other_loses_no_request(cloud, directory):
    if find('haproxy') is None:
        pytest.skip('there is no haproxy')
    page = blocks('docs/several-nodes.md')
    assert len(page) == 8
    with Front(directory) as front, PythonService(
            cloud, address='127.0.0.13', port=front.port) as python:
        one, two, three = front.controllers
        for controller in front.controllers:
            with open(cloud.conf) as file:
                write(controller.conf, file.read())
            controller.shell.type(page[VARIABLES] + page[FILES] + 'apt-get install berth\n')
        write(three.path('python.pid'), str(python.process.pid))
        for controller in (one, two):
            controller.shell.type(page[BEGIN])
        front.begin(MIXED)
        everybody = [controller.name for controller in front.controllers]
        wait_until('HAProxy serves', lambda: os.path.exists(front.admin))
        for controller in front.controllers:
            controller.shell.type('await UP\n')
        cloud.port, cloud.address = front.port, front.address
        providers = [cloud.make_provider({'VCPU': {'total': 1000000}}) for _ in range(CLIENTS)]
        # the project and the user, which are not to be made by many at once
        assert cloud.claim(str(uuid.uuid4()), providers[0], {'VCPU': 1}).status == 204
        with Load(front, providers) as load:
            load.wait_for(*everybody)
            by_python = load.answered['controller3']
            three.shell.type(page[LEAVE])
            three.shell.type(page[BEGIN])
            load.python = None
            three.shell.type(page[JOIN])
            load.wait_for(*everybody)
            for controller in front.controllers:
                stop_and_start(controller, page, load, everybody)
            for controller in front.controllers:
                upgrade(controller, page)
                load.wait_for(*everybody)
        print('    %d requests, %.0f a second, by %s; %d by the Python service, %d undone' % (
            load.sent, load.sent / (time.monotonic() - load.began), dict(load.answered), by_python,
            load.undone))
        assert not load.lost, load.lost[:3]
        assert sum(load.answered.values()) == load.sent
        check_rows(cloud, load)
        ask_through_the_final_haproxy(cloud, front, providers)


def stop_and_start(controller, page, load, everybody):
    """What a start of the machine does to the node."""
    before = controller.pid('berth')
    controller.shell.type(page[DOWN])
    load.settle()
    count = load.answered[controller.name]
    load.wait_for(*(name for name in everybody if name != controller.name))
    assert load.answered[controller.name] == count
    controller.shell.type('apt-get install berth\n' + page[UP])
    assert controller.pid('berth') != before
    load.wait_for(*everybody)


def upgrade(controller, page):
    """As it serves."""
    pid = controller.pid('berth')
    controller.shell.type(page[UPGRADE])
    wait_until('the program has replaced another one', lambda: 'this program has replaced another'
               in controller.log())
    assert controller.pid('berth') == pid and os.path.exists('/proc/%d' % pid)


def check_rows(cloud, load):
    audit_rows(cloud)
    rows = {row[0] for row in cloud.sql('SELECT uuid FROM consumers')}
    assert load.held <= rows, 'claims are lost'
    assert len(rows) == len(load.held) + 1, 'there is more than the clients were told'


def ask_through_the_final_haproxy(cloud, front, providers):
    """Without a Python node; each node believes what HAProxy says of the request."""
    front.end()
    front.begin()
    for controller in front.controllers:
        controller.shell.type('await UP\n')
    nodes = set()
    for number in range(30):
        answer = cloud.ask('PUT', '/traits/CUSTOM_%d' % number,
                           headers={'x-forwarded-host': 'evil.example'})
        assert answer.headers['location'] == 'http://%s:%d/traits/CUSTOM_%d' % (
            front.address, front.port, number)
        nodes.add(answer.headers['x-node'])
    assert len(nodes) == 3, nodes
    assert cloud.claim(str(uuid.uuid4()), providers[0], {'VCPU': 1}).status == 204
    assert cloud.ask('GET', '/_berth/health').status == 404
