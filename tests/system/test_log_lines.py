"""The lines of the log: what a request leaves in them."""
TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'


def line_of(cloud, answer):
    """Return the line of a request."""
    cloud.wait_until_noted()
    request = answer.headers['x-openstack-request-id']
    lines = [line for line in cloud.log().splitlines() if ' request_id=%s ' % request in line]
    assert len(lines) == 1, lines
    return lines[0]


def test_the_query_is_logged_as_it_was_sent(empty_cloud):
    query = 'resources=VCPU%3A1&required=%22HW_CPU_X86_AVX2%0a"\\'
    answer = empty_cloud.ask('GET', '/allocation_candidates?' + query)
    line = line_of(empty_cloud, answer)
    assert line.endswith(' query="%s"' % query.replace('\\', '\\\\').replace('"', '\\"')), line
    assert ' path=/allocation_candidates ' in line
    line = line_of(empty_cloud, empty_cloud.ask('GET', '/traits'))
    assert line.endswith(' query=-')


def test_long_queries_are_cut(empty_cloud):
    query = 'name=' + 'x' * 2043
    assert line_of(empty_cloud, empty_cloud.ask('GET', '/traits?' + query)).endswith(
        ' query="%s"' % query)
    assert line_of(empty_cloud, empty_cloud.ask('GET', '/traits?' + query + 'y' * 40000)).endswith(
        ' query="%s..."' % query)


def test_the_trace_of_the_caller_is_logged(empty_cloud):
    answer = empty_cloud.ask('GET', '/traits', headers={'traceparent': TRACE})
    assert ' traceparent=%s ' % TRACE in line_of(empty_cloud, answer)
    for wrong in (None, 'TOKENsecret', TRACE.replace('4bf', 'XYZ'), TRACE + '-more'):
        answer = empty_cloud.ask('GET', '/traits', headers={'traceparent': wrong})
        assert ' traceparent=- ' in line_of(empty_cloud, answer)
        assert not any('trace' in name for name in answer.headers)
