/*
 * Token buckets in shared memory, for rate limits.
 *
 * A bucket is full when its owner has been quiet, loses a token with each request, and fills at its
 * rate. Its state is one number, the time when it will be full again ("theoretical arrival time" in
 * the generic cell rate algorithm): taking a token moves that time by one interval, and is refused
 * if that would move it further ahead than the bucket is deep.
 *
 * A bucket is one word of 64 bits, 16 that identify its owner and 48 of time, changed by compare
 * and swap. So there is no lock, and a process that is killed leaves nothing half done. A 64-bit
 * hash names an owner and chooses a set of eight buckets. An owner without a bucket takes over the
 * one that is full, or will be first; a full bucket has nothing to lose. Two owners share a bucket
 * if 28 bits of their hashes are the same.
 *
 * Times are in microseconds, of a clock that never steps back and starts when the machine does.
 */
#ifndef BERTH_AUTH_RATE_BUCKET_H
#define BERTH_AUTH_RATE_BUCKET_H

#include <stdint.h>

enum {
    RATE_SETS = 4096,
    RATE_WAYS = 8, /* buckets of a set: a cache line */
};

struct rate_buckets {
    _Alignas(64) _Atomic uint64_t words[RATE_SETS][RATE_WAYS];
};

/* How fast a bucket fills, and how deep it is. */
struct rate {
    uint64_t interval; /* between two tokens; 0: there is no limit */
    uint64_t depth;    /* time to fill it; an interval at least */
};

/* Returns the rate for a number of requests a second. The requests of burst seconds may come at
   once, and always at least one. The lowest rate is one an hour; 0 means no limit. */
struct rate rate_of(double requests_a_second, double burst);

/* Returns full buckets, shared with processes forked later, or NULL with errno set. */
struct rate_buckets *rate_buckets_new(void);
void rate_buckets_free(struct rate_buckets *buckets);

/* Takes a token from an owner's bucket. Returns 0, or, if the bucket is empty, the time until there
   is a token. */
uint64_t rate_buckets_take(struct rate_buckets *buckets, uint64_t owner, const struct rate *rate,
                           uint64_t now);

/* Returns a token that was just taken to the bucket. */
void rate_buckets_give_back(struct rate_buckets *buckets, uint64_t owner, const struct rate *rate);

#endif
