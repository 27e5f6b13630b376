/*
 * Keeps what the workers share about Keystone in atomic words of shared memory.
 */
#include <config.h>

#include "auth/keystone/shared.h"

#include "base/clock.h"

struct keystone_shared *keystone_shared_new(void)
{
    struct keystone_shared *shared = shared_memory_new(sizeof(*shared));
    if (shared == NULL || shared_lock_init(&shared->login.lock))
        return shared;
    keystone_shared_free(shared);
    return NULL;
}

void keystone_shared_free(struct keystone_shared *shared)
{
    shared_memory_free(shared, sizeof(*shared));
}

bool keystone_shared_may_ask(struct keystone_shared *shared, uint64_t patience)
{
    uint64_t now = clock_milliseconds();
    if (atomic_load(&shared->down_since) == 0)
        return true;
    /* the worker that tries may have been killed: do not wait longer than it may take */
    uint64_t until = atomic_load(&shared->probe_until);
    return until <= now &&
           atomic_compare_exchange_strong(&shared->probe_until, &until, now + patience);
}

bool keystone_shared_note_answer(struct keystone_shared *shared)
{
    atomic_store(&shared->probe_until, 0);
    return atomic_exchange(&shared->down_since, 0) != 0;
}

bool keystone_shared_note_silence(struct keystone_shared *shared)
{
    uint64_t up = 0;
    bool first = atomic_compare_exchange_strong(&shared->down_since, &up, clock_milliseconds());
    atomic_store(&shared->probe_until, 0);
    return first;
}
