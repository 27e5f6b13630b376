"""Several clients make, move, rename and delete resource providers at once; afterwards the root of
each provider is where its parents lead to.
"""
import collections
import random

from support.threads import in_threads

CLIENTS, REQUESTS, PROVIDERS = 8, 150, 30


def uuid_of(number):
    return f'{number:08d}-0000-4000-8000-000000000000'


def act(cloud, dice):
    """Make one request, which may well be refused."""
    number = dice.randrange(PROVIDERS)
    parent = dice.choice([None] + [uuid_of(dice.randrange(PROVIDERS)) for _ in range(3)])
    body = {'name': f'provider {number}', 'parent_provider_uuid': parent}
    choice = dice.random()
    if choice < 0.3:
        return cloud.ask('POST', '/resource_providers', dict(body, uuid=uuid_of(number)))
    if choice < 0.9:
        return cloud.ask('PUT', f'/resource_providers/{uuid_of(number)}', body)
    return cloud.ask('DELETE', f'/resource_providers/{uuid_of(number)}')


def wrong_roots(providers):
    """Return the providers whose root is not the last of their parents."""
    parents = {p['uuid']: p['parent_provider_uuid'] for p in providers}
    wrong = []
    for provider in providers:
        top, steps = provider['uuid'], 0
        while parents[top] is not None and steps <= len(parents):
            top, steps = parents[top], steps + 1
        if steps > len(parents) or provider['root_provider_uuid'] != top:
            wrong.append(provider)
    return wrong


def test_providers_that_are_moved_at_once_keep_their_roots(empty_cloud):
    statuses = collections.Counter()

    def move(seed):
        dice = random.Random(seed)
        for _ in range(REQUESTS):
            statuses[act(empty_cloud, dice).status] += 1
    in_threads(CLIENTS, move)
    providers = empty_cloud.ask('GET', '/resource_providers').json['resource_providers']
    assert providers and wrong_roots(providers) == []
    assert sum(statuses.values()) == CLIENTS * REQUESTS
    assert statuses[200] > 0 and max(statuses) < 500, statuses
