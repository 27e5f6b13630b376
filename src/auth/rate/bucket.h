/*
 * Token buckets in memory that processes share.
 *
 * A bucket is full when its owner has been quiet, loses a token with each request, and fills at its
 * rate. It is kept as one number, the time when it will be full again ("theoretical arrival time"
 * of the generic cell rate algorithm): a token puts that time off by an interval, and may not be
 * taken where this would put it off further than the bucket is deep.
 *
 * A bucket is one word of 64 bits: 16 bits by which its owner is known and 48 of time, changed by
 * compare and swap. So there is no lock, and a process that is killed at any moment leaves nothing
 * half done. Owners are given by a 64-bit hash, which chooses a set of eight buckets; an owner who
 * has none there takes over the one that is full, or will be first: of one that is full nothing is
 * lost. Two owners are taken for one where 28 bits of their hashes are the same.
 *
 * Times are microseconds of a clock that never goes back and begins with the machine.
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

/* The rate of so many requests a second, of which those of burst seconds may come at once (one may
   at any rate). Below one an hour it is one an hour; 0 is no limit. */
struct rate rate_of(double requests_a_second, double burst);

/* All buckets, full, shared with processes forked later. NULL with errno set. */
struct rate_buckets *rate_buckets_new(void);
void rate_buckets_free(struct rate_buckets *buckets);

/* Takes a token from an owner's bucket. Gives 0, or, if there is none, how long it takes until
   there is. */
uint64_t rate_buckets_take(struct rate_buckets *buckets, uint64_t owner, const struct rate *rate,
                           uint64_t now);

/* Gives back a token that was taken just now. */
void rate_buckets_give_back(struct rate_buckets *buckets, uint64_t owner, const struct rate *rate);

#endif
