/*
 * Keeps the last result and its time in one number, which is written atomically.
 */
#include <config.h>

#include "watch/health.h"

enum {
    FRESH = 2000,    /* milliseconds before a result is due to be renewed */
    OLD = 15000,     /* milliseconds after which a result is worthless */
    PATIENCE = 8000, /* milliseconds that a check may take before another worker starts one */
    STATE_BITS = 2,
    TIME_SHIFT = 8, /* the time is above the states */
};

_Static_assert((int)HEALTH_CHECKS *(int)STATE_BITS <= (int)TIME_SHIFT,
               "the states fit below the time");

/* Returns the age of the last result in milliseconds; UINT64_MAX if there is none. */
static uint64_t age(const struct health *health, uint64_t now)
{
    uint64_t found = atomic_load(&health->found), when = found >> TIME_SHIFT;
    if (found == 0)
        return UINT64_MAX;
    return now > when ? now - when : 0;
}

bool health_is_due(struct health *health, uint64_t now)
{
    uint64_t since = atomic_load(&health->looking_since);
    if (age(health, now) < FRESH || (since != 0 && now < since + PATIENCE))
        return false;
    return atomic_compare_exchange_strong(&health->looking_since, &since, now);
}

void health_set(struct health *health, uint64_t now, const enum health_state states[HEALTH_CHECKS])
{
    uint64_t found = now << TIME_SHIFT;
    for (unsigned i = 0; i < HEALTH_CHECKS; i++)
        found |= (uint64_t)states[i] << (i * STATE_BITS);
    atomic_store(&health->found, found);
    atomic_store(&health->looking_since, 0);
}

void health_get(const struct health *health, uint64_t now, enum health_state states[HEALTH_CHECKS])
{
    uint64_t found = atomic_load(&health->found);
    bool old = age(health, now) >= OLD;
    for (unsigned i = 0; i < HEALTH_CHECKS; i++)
        states[i] = old ? HEALTH_UNKNOWN
                        : (enum health_state)(found >> (i * STATE_BITS) & ((1 << STATE_BITS) - 1));
}
