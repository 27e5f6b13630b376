"""Which rows a claim holds while it waits for others."""
import threading
import uuid

INVENTORY = {'VCPU': {'total': 100}}


def claim_of(allocations, generation=None):
    return {'allocations': {provider: {'resources': {'VCPU': 1}} for provider in allocations},
            'project_id': 'project', 'user_id': 'user', 'consumer_generation': generation,
            'consumer_type': 'INSTANCE'}


def test_a_batch_locks_all_its_providers_by_uuid(make_cloud):
    """Those that it names, and those that it empties: by whatever it comes to them, two batches of
    the same providers wait for each other instead of undoing each other."""
    cloud = make_cloud(workers=1)
    first, last = sorted(cloud.make_provider(INVENTORY) for _ in range(2))
    for named, emptied in ((last, first), (first, last)):
        held, free = first, last
        old, new = str(uuid.uuid4()), str(uuid.uuid4())
        assert cloud.claim(old, emptied, {'VCPU': 1}).status == 204
        lock = cloud.lock("SELECT id FROM resource_providers WHERE uuid = '%s'" % held)
        answers = []
        asking = threading.Thread(target=lambda: answers.append(cloud.ask(
            'POST', '/allocations', {old: claim_of([], 1), new: claim_of([named])})))
        asking.start()
        cloud.wait_for_lock_waits()
        # an error if the batch holds it while it waits for the other
        cloud.sql("SELECT id FROM resource_providers WHERE uuid = '%s' FOR UPDATE NOWAIT" % free)
        lock.release()
        asking.join()
        assert answers[0].status == 204, answers[0].text
        assert cloud.ask('GET', '/allocations/' + old).json['allocations'] == {}
