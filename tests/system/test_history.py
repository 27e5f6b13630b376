"""The checker of histories finds what it has to find."""
import math

import pytest
from support import history


def operation(kind, begun, ended, status, arguments=None, answer=None, subject='c'):
    made = history.Operation('x', kind, subject, arguments)
    made.begun, made.ended, made.status, made.answer = begun, ended, status, answer
    return made


A, B = frozenset({('p', 1)}), frozenset({('p', 2)})


def check(*operations):
    return history.find_order(list(operations), None, history.consumer_step)


def test_one_after_the_other():
    assert check(
        operation('claim', 0, 1, 204, (None, A)),
        operation('look', 2, 3, 200, answer=(1, A)),
        operation('release', 4, 5, 204),
        operation('look', 6, 7, 200, answer=None),
    )


def test_a_stale_read_is_found():
    assert not check(
        operation('claim', 0, 1, 204, (None, A)), operation('look', 2, 3, 200, answer=None)
    )


def test_a_read_beside_a_write_may_see_either():
    for seen in (None, (1, A)):
        assert check(
            operation('claim', 0, 2, 204, (None, A)), operation('look', 1, 3, 200, answer=seen)
        )


def test_a_lost_write_is_found():
    assert not check(
        operation('claim', 0, 1, 204, (None, A)), operation('claim', 2, 3, 204, (None, B))
    )


def test_two_winners_of_one_generation_are_found():
    assert not check(
        operation('claim', 0, 1, 204, (None, A)),
        operation('claim', 2, 4, 204, (1, A)),
        operation('claim', 3, 5, 204, (1, B)),
    )


def test_what_nobody_knows_may_have_happened_or_not():
    unknown = operation('claim', 0, math.inf, None, (None, A))
    assert check(unknown, operation('look', 2, 3, 200, answer=None))
    assert check(unknown, operation('look', 2, 3, 200, answer=(1, A)))
    assert check(
        unknown,
        operation('look', 2, 3, 200, answer=None),
        operation('look', 4, 5, 200, answer=(1, A)),
    )
    assert not check(
        unknown,
        operation('look', 2, 3, 200, answer=(1, A)),
        operation('look', 4, 5, 200, answer=None),
    )


def test_a_release_that_missed_is_found():
    assert not check(operation('claim', 0, 1, 204, (None, A)), operation('release', 2, 3, 404))


def test_a_generation_that_falls_is_found():
    with pytest.raises(AssertionError):
        history.assert_never_falls([(0, 1, 5), (2, 3, 4)])
    history.assert_never_falls([(0, 1, 5), (0.5, 3, 4)])
