"""Reads what Berth exports as metrics, and makes requests that they must count."""
import re
import uuid

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
INVENTORY = {'VCPU': {'total': 1000}}


def parse(text):
    """Return the samples of a text in Prometheus' format, by name and sorted labels; check the
    format."""
    samples, kinds = {}, {}
    assert text.endswith('\n')
    for line in text.splitlines():
        if line.startswith('# TYPE '):
            name, kind = line[7:].split(' ')
            assert name not in kinds, 'described twice: ' + name
            kinds[name] = kind
            continue
        if line.startswith('# HELP '):
            continue
        match = SAMPLE.match(line)
        assert match, 'not a sample: ' + line
        name, labels, value = match.groups()
        found = LABEL.findall(labels or '')
        assert ','.join('%s="%s"' % pair for pair in found) == (labels or ''), line
        family = re.sub('_(bucket|sum|count)$', '', name)
        assert name in kinds or kinds.get(family) == 'histogram', 'not described: ' + line
        key = name, tuple(sorted(found))
        assert key not in samples, 'twice: ' + line
        samples[key] = float(value)
    return samples


class Metrics:
    """The metrics of the pool at one moment."""
    path = '/_berth/metrics'

    @classmethod
    def of_all(cls, cloud):
        """Return the metrics once they count all requests that were answered."""
        cloud.wait_until_noted()
        return cls(cloud)

    def __init__(self, cloud):
        answer = cloud.ask('GET', self.path, headers={'x-auth-token': ''})
        assert answer.status == 200, answer.text
        assert answer.headers['content-type'] == 'text/plain; version=0.0.4; charset=utf-8'
        self.text = answer.text
        self.samples = parse(answer.text)

    def get(self, name, **labels):
        return self.samples.get((name, tuple(sorted(labels.items()))), 0)

    def sum(self, name, **labels):
        return sum(value for (found, pairs), value in self.samples.items()
                   if found == name and set(labels.items()) <= set(pairs))


class Capacity(Metrics):
    """The metrics of inventories and their use."""
    path = '/_berth/metrics/capacity'


def work(cloud):
    """Make the requests that KNOWN counts."""
    provider = cloud.make_provider(INVENTORY)
    consumers = [str(uuid.uuid4()) for _ in range(3)]
    for consumer in consumers:
        assert cloud.claim(consumer, provider, {'VCPU': 1}).status == 204
    assert cloud.claim(str(uuid.uuid4()), provider, {'VCPU': 5000}).status == 409
    assert cloud.ask('DELETE', '/allocations/' + consumers[0]).status == 204
    for _ in range(2):
        assert cloud.ask('GET', '/allocation_candidates?resources=VCPU:1').status == 200
    assert cloud.ask('GET', '/nowhere').status == 404
    assert cloud.ask('GET', '/traits', headers={'x-auth-token': 'somebody'}).status == 403
    assert cloud.ask('PATCH', '/traits').status == 405


# Route, method, status, and how many such requests work() makes.
KNOWN = [
    ('/resource_providers', 'POST', '200', 1),
    ('/resource_providers/{uuid}/inventories', 'PUT', '200', 1),
    ('/allocations/{consumer_uuid}', 'PUT', '204', 3),
    ('/allocations/{consumer_uuid}', 'PUT', '409', 1),
    ('/allocations/{consumer_uuid}', 'DELETE', '204', 1),
    ('/allocation_candidates', 'GET', '200', 2),
    ('/traits', 'GET', '403', 1),
    ('other', 'GET', '404', 1),
    ('other', 'other', '405', 1),
]


def check_known(metrics, times=1):
    """The metrics count the requests of work(), which has run that number of times."""
    for route, method, status, count in KNOWN:
        found = metrics.get('berth_requests_total', route=route, method=method, status=status)
        assert found == count * times, (route, method, status, found)
    for name, count in (('berth_claims_total', 4), ('berth_candidate_search_candidates_count', 2),
                        ('berth_candidate_search_duration_seconds_count', 2)):
        assert metrics.get(name) == count * times, (name, metrics.get(name))
