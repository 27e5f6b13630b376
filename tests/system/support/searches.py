"""Searches for candidates that may be hard."""
from support.processes import cpu_seconds
from support.program import is_sanitized

ATTEMPTS = 5  # the kernel may charge a process a second once for what the machine lacks


def ask_within(cloud, path, bound):
    """Ask what must take less than that of the processor time of the workers, to which a busy
    machine adds little. What took more is asked again: a search that is slow is slow each time.
    Return the answer."""
    used = []
    while len(used) < ATTEMPTS and not (used and used[-1] < bound):
        workers = cloud.workers()
        begun = cpu_seconds(workers)
        answer = cloud.ask('GET', path)
        assert cloud.workers() == workers, cloud.log()
        used.append(cpu_seconds(workers) - begun)
    assert used[-1] < bound, '%s s: %s' % (used, path[:200])
    return answer


def ask_bounded(cloud, question, bound):
    """Ask what must be answered by Berth and within its bound ([berth] candidates_timeout)."""
    answer = ask_within(cloud, '/allocation_candidates?' + question,
                        float('inf') if is_sanitized() else bound + 0.5)
    assert answer.headers['content-type'] == 'application/json', answer.text
    assert answer.json is not None and answer.status in (200, 400, 414, 503), answer.text
    if answer.status == 503:
        assert 'took too long' in answer.text, answer.text
        assert int(answer.headers['retry-after']) > 0
    return answer
