/*
 * Implements token buckets, each in one atomic word.
 */
#include <config.h>

#include "auth/rate/bucket.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#define SECOND           1e6
#define LONGEST_INTERVAL (3600 * SECOND)

enum { TIME_BITS = 48 };
static const uint64_t time_mask = (UINT64_C(1) << TIME_BITS) - 1;

struct rate rate_of(double requests_a_second, double burst)
{
    if (!(requests_a_second > 0))
        return (struct rate){0};
    double interval = fmax(1, fmin(round(SECOND / requests_a_second), LONGEST_INTERVAL));
    return (struct rate){.interval = (uint64_t)interval,
                         .depth = (uint64_t)fmax(interval, burst * SECOND)};
}

struct rate_buckets *rate_buckets_new(void)
{
    void *memory = mmap(NULL, sizeof(struct rate_buckets), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory != MAP_FAILED ? memory : NULL;
}

void rate_buckets_free(struct rate_buckets *buckets)
{
    if (buckets != NULL)
        munmap(buckets, sizeof(*buckets));
}

/* Returns the bits of an owner's word above the time. Never 0, which marks a free bucket. */
static uint64_t owner_tag(uint64_t owner)
{
    uint64_t tag = owner & ~time_mask;
    return tag != 0 ? tag : UINT64_C(1) << TIME_BITS;
}

static _Atomic uint64_t *owner_set(struct rate_buckets *buckets, uint64_t owner)
{
    return buckets->words[owner % RATE_SETS];
}

/* Finds the owner's bucket and returns true, or finds the bucket to take over and returns false.
 *word becomes its content. */
static bool find(_Atomic uint64_t *set, uint64_t tag, _Atomic uint64_t **bucket, uint64_t *word)
{
    *bucket = &set[0];
    *word = UINT64_MAX;
    for (size_t i = 0; i < RATE_WAYS; i++) {
        uint64_t seen = atomic_load_explicit(&set[i], memory_order_relaxed);
        bool own = (seen & ~time_mask) == tag;
        if (own || (seen & time_mask) < (*word & time_mask)) {
            *bucket = &set[i];
            *word = seen;
        }
        if (own)
            return true;
    }
    return false;
}

uint64_t rate_buckets_take(struct rate_buckets *buckets, uint64_t owner, const struct rate *rate,
                           uint64_t now)
{
    uint64_t tag = owner_tag(owner), word, full_at;
    _Atomic uint64_t *bucket;
    do {
        full_at = now;
        if (find(owner_set(buckets, owner), tag, &bucket, &word) && (word & time_mask) > now)
            full_at = word & time_mask;
        /* more was taken while the rate was higher: the bucket counts as empty */
        if (full_at > now + rate->depth)
            full_at = now + rate->depth;
        full_at += rate->interval;
        if (full_at > now + rate->depth)
            return full_at - now - rate->depth;
    } while (!atomic_compare_exchange_weak_explicit(bucket, &word, tag | (full_at & time_mask),
                                                    memory_order_relaxed, memory_order_relaxed));
    return 0;
}

void rate_buckets_give_back(struct rate_buckets *buckets, uint64_t owner, const struct rate *rate)
{
    uint64_t tag = owner_tag(owner), word;
    _Atomic uint64_t *bucket;
    do {
        if (!find(owner_set(buckets, owner), tag, &bucket, &word) ||
            (word & time_mask) < rate->interval)
            return;
    } while (!atomic_compare_exchange_weak_explicit(bucket, &word, word - rate->interval,
                                                    memory_order_relaxed, memory_order_relaxed));
}
