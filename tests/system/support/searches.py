"""Searches for candidates that may be hard."""
from support.processes import cpu_seconds
from support.program import is_sanitized


def ask_bounded(cloud, question, bound):
    """Ask what must be answered by Berth and within its bound ([berth] candidates_timeout), by the
    processor time of the workers, to which a busy machine adds none. Return the answer."""
    workers = cloud.workers()
    begun = cpu_seconds(workers)
    answer = cloud.ask('GET', '/allocation_candidates?' + question)
    used = cpu_seconds(workers) - begun
    assert cloud.workers() == workers, cloud.log()
    assert answer.headers['content-type'] == 'application/json', answer.text
    assert answer.json is not None and answer.status in (200, 400, 414, 503), answer.text
    assert is_sanitized() or used < bound + 0.5, '%.2f s: %s' % (used, question[:200])
    if answer.status == 503:
        assert 'took too long' in answer.text, answer.text
        assert int(answer.headers['retry-after']) > 0
    return answer
