"""Checks a history of requests and answers against a sequential model.

An operation has the time when it was sent and the time when its answer came. The history of one
object (a consumer, a provider's parent, a resource class) is right if its operations can be put in
one order such that each lies between its two times and the model returns the recorded answers
(linearizability). An operation without an answer, or with one that does not say what happened (500,
502, a broken connection), may have happened at any later time, or not at all. One that was answered
503 has not happened.

The search is that of Wing and Gong, which remembers the pairs (operations done, state) that it has
tried.
"""
import itertools
import math


class Operation:
    counter = itertools.count()

    def __init__(self, client, kind, subject, arguments=None):
        self.number = next(self.counter)
        self.client = client
        self.kind = kind
        self.subject = subject
        self.arguments = arguments
        self.begun = None
        self.ended = math.inf
        self.status = None  # None: unknown
        self.answer = None

    def __repr__(self):
        return '%.4f-%.4f %s %s %s %s -> %s %s' % (
            self.begun,
            self.ended,
            self.client,
            self.kind,
            self.subject,
            self.arguments,
            self.status,
            self.answer,
        )


def is_uncertain(operation):
    return operation.status is None or operation.status >= 500


def says_nothing(operation):
    """It was refused before anything happened, or it only reads and the result is unknown."""
    return operation.status == 503 or operation.kind == 'look' and is_uncertain(operation)


def find_order(operations, initial, step):
    """Returns True if the operations can be put in order.

    step(state, operation) returns the states that may follow (hashable): none if the model does not
    allow the recorded answer in that state. An uncertain operation must allow its own effect only;
    that it did not happen is tried here.
    """
    operations = sorted(
        (operation for operation in operations if not says_nothing(operation)),
        key=lambda operation: operation.begun,
    )
    count = len(operations)
    ends = [math.inf if is_uncertain(operation) else operation.ended for operation in operations]
    certain = sum(1 << i for i, operation in enumerate(operations) if not is_uncertain(operation))
    stack, seen = [(0, initial)], set()
    while stack:
        done, state = stack.pop()
        if done & certain == certain:
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        # Only what began before every other one that is left has ended can come next.
        first_end = min(ends[i] for i in range(count) if not done >> i & 1)
        for i in range(count):
            if done >> i & 1:
                continue
            if operations[i].begun > first_end:
                break
            for following in step(state, operations[i]):
                stack.append((done | 1 << i, following))
    return False


def consumer_step(state, operation):
    """A consumer: None, or its generation and what it holds (a frozenset of items)."""
    kind, status = operation.kind, operation.status
    uncertain = is_uncertain(operation)
    if kind == 'claim':
        generation, held = operation.arguments
        fits = (state is None and generation is None) or (
            state is not None and state[0] == generation
        )
        after = ((generation or 0) + 1, held)
        if uncertain or status == 204:
            return [after] if fits else []
        if operation.answer == 'consumer generation conflict':
            return [state] if not fits else []
        return [state]  # refused for what others hold
    if kind == 'release':
        if uncertain or status == 204:
            return [None] if state is not None else []
        if status == 404:
            return [state] if state is None else []
        return [state]
    if kind == 'look':
        if uncertain:
            return [state]
        return [state] if operation.answer == state else []
    raise ValueError(kind)


def register_step(state, operation):
    """A value that is set and read: the parent of a provider, whether a class exists."""
    if operation.kind == 'set':
        if is_uncertain(operation) or operation.status < 300:
            return [operation.arguments]
        return [state]
    if operation.kind == 'look':
        return [state] if is_uncertain(operation) or operation.answer == state else []
    raise ValueError(operation.kind)


def class_step(state, operation):
    """Whether a resource class exists."""
    kind, status, uncertain = operation.kind, operation.status, is_uncertain(operation)
    if kind == 'make':
        if uncertain:
            return [True]
        if status == 201:
            return [True] if not state else []
        return [True] if status == 204 and state else [state] if status >= 400 else []
    if kind == 'remove':
        if uncertain or status == 204:
            return [False] if state else []
        if status == 404:
            return [state] if not state else []
        return [state]
    if kind == 'look':
        return [state] if uncertain or operation.answer == state else []
    raise ValueError(kind)


def by_subject(operations):
    subjects = {}
    for operation in operations:
        subjects.setdefault(operation.subject, []).append(operation)
    return subjects


def until(operations, moment):
    """The history as it stood at a moment: what had not been answered by then is open."""
    for operation in operations:
        if operation.begun <= moment:
            copy = Operation(
                operation.client, operation.kind, operation.subject, operation.arguments
            )
            copy.begun = operation.begun
            if operation.ended <= moment:
                copy.ended, copy.status, copy.answer = (
                    operation.ended,
                    operation.status,
                    operation.answer,
                )
            yield copy


def first_contradiction(operations, initial, step):
    """The answers up to the first one that no order explains."""
    moments = sorted(operation.ended for operation in operations if operation.ended < math.inf)
    low, high = 0, len(moments) - 1
    while low < high:
        middle = (low + high) // 2
        if find_order(until(operations, moments[middle]), initial, step):
            low = middle + 1
        else:
            high = middle
    return sorted(until(operations, moments[low]), key=lambda one: one.begun)


def assert_linearizable(operations, initial, step):
    for subject, own in by_subject(operations).items():
        start = initial(subject) if callable(initial) else initial
        if not find_order(own, start, step):
            raise AssertionError(
                'no order explains the last answer about %s:\n%s'
                % (subject, '\n'.join(map(repr, first_contradiction(own, start, step)[-15:])))
            )


def assert_never_falls(readings):
    """Each reading is (begun, ended, value). One that begins after another ended is not smaller."""
    ends = sorted(readings, key=lambda reading: reading[1])
    highest, at = None, 0
    for begun, ended, value in sorted(readings):
        while at < len(ends) and ends[at][1] < begun:
            highest = ends[at][2] if highest is None else max(highest, ends[at][2])
            at += 1
        assert highest is None or value >= highest, 'read %s after %s' % (value, highest)
