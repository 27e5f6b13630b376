"""Lists that are longer than a statement may have values: they work up to the bounds of the API."""
import uuid

from support.consistency import audit_rows

PATIENCE = 500  # seconds for a request: on a busy machine some of these take minutes
OPTIONS = 'request_timeout = %d\nstatement_timeout = %d\n' % (PATIENCE, PATIENCE)
OLD = {'openstack-api-version': 'placement 1.13'}
AGGREGATES = {'openstack-api-version': 'placement 1.18'}


def new_id():
    return str(uuid.uuid4())


def make_patient_cloud(make_cloud):
    cloud = make_cloud(workers=1, berth=OPTIONS)
    cloud.make_nginx_patient(PATIENCE)
    return cloud


def test_many_consumers_in_one_claim(make_cloud):
    """Four lists of this length are more values than the protocol allows in one statement."""
    cloud = make_patient_cloud(make_cloud)
    count = 17000
    provider = cloud.make_provider({'VCPU': {'total': count}})
    consumers = {new_id(): {'allocations': {provider: {'resources': {'VCPU': 1}}},
                            'project_id': 'p%d' % number, 'user_id': 'u%d' % number}
                 for number in range(count)}
    answer = cloud.ask('POST', '/allocations', consumers, OLD, PATIENCE)
    assert answer.status == 204, answer.text
    assert cloud.sql('SELECT COUNT(*), SUM(used) FROM allocations') == [[str(count)] * 2]
    assert cloud.sql('SELECT COUNT(*), COUNT(DISTINCT project_id), COUNT(DISTINCT user_id) '
                     'FROM consumers') == [[str(count)] * 3]
    audit_rows(cloud)
    for consumer in consumers.values():
        consumer['allocations'] = {}
    answer = cloud.ask('POST', '/allocations', consumers, OLD, PATIENCE)
    assert answer.status == 204, answer.text
    assert cloud.sql('SELECT COUNT(*) FROM allocations UNION ALL SELECT COUNT(*) FROM consumers'
                     ) == [['0'], ['0']]


def test_more_names_than_a_statement_may_have_values(make_cloud):
    cloud = make_patient_cloud(make_cloud)
    path = '/resource_providers/' + cloud.make_provider({})
    names = ['CUSTOM_%d' % number for number in range(70000)]
    answer = cloud.ask('PUT', path + '/traits',
                       {'resource_provider_generation': 1, 'traits': ['HW_CPU_X86_SSE'] + names},
                       timeout=PATIENCE)
    assert answer.status == 400 and 'No such trait' in answer.text, answer.text[:300]
    wanted = [str(uuid.uuid4()) for _ in range(70000)]
    for _ in range(2):
        answer = cloud.ask('PUT', path + '/aggregates', wanted, AGGREGATES, PATIENCE)
        assert answer.status == 200, answer.text[:300]
        assert cloud.sql('SELECT COUNT(*) FROM resource_provider_aggregates') == [['70000']]
        wanted = wanted[:66000] + [str(uuid.uuid4()) for _ in range(4000)]
