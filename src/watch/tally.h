/*
 * Counting.
 *
 * A process counts into a tally, which lies in memory that master and workers share
 * (watch/scoreboard.h), so that what was counted outlives the process. All numbers only grow, and
 * each is added to at once: a process that is killed leaves nothing half done. A tally may be
 * shared by several processes; there are some of them only so that few meet at one.
 *
 * What there is to count is in the tables counters.def and distributions.def, what is known of a
 * request in tally.c: nothing that a client sends makes a new number.
 *
 *     tally_count(COUNTER_TOKEN_CACHE_HITS, 1);
 *
 * Until tally_use() a process counts for itself alone, so that nobody has to ask whether there is a
 * tally. One thread only.
 */
#ifndef BERTH_WATCH_TALLY_H
#define BERTH_WATCH_TALLY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum counter {
#define COUNTER(name, ...) COUNTER_##name,
#include "watch/counters.def"
#undef COUNTER
    COUNTERS
};

enum distribution {
#define DISTRIBUTION(name, ...) DISTRIBUTION_##name,
#include "watch/distributions.def"
#undef DISTRIBUTION
    DISTRIBUTIONS
};

enum {
    TALLY_ROUTES = 40,   /* templates, and one more for all others */
    TALLY_METHODS = 7,   /* as tally_method_name() has them */
    TALLY_STATUSES = 20, /* as tally_status_name() has them */
    TALLY_BUCKETS = 16,  /* at most, of a distribution; the last is of what is above all bounds */
};

/* How often something was measured, by its size, and the sum of all. */
struct measured {
    _Atomic uint64_t sum;
    _Atomic uint64_t buckets[TALLY_BUCKETS]; /* not cumulative */
};

/* Of numbers alone, all of the same type. */
struct tally {
    _Atomic uint64_t counters[COUNTERS];
    struct measured distributions[DISTRIBUTIONS];
    _Atomic uint64_t requests[TALLY_ROUTES][TALLY_METHODS][TALLY_STATUSES];
    struct measured durations[TALLY_ROUTES][TALLY_METHODS]; /* of requests, in microseconds */
};

/* Where this process counts from now on. NULL: for itself alone. */
void tally_use(struct tally *tally);

/* More of something. */
void tally_count(enum counter counter, uint64_t more);

/* Something of this size was seen. */
void tally_observe(enum distribution distribution, uint64_t size);

/* A request was answered. route is a number below TALLY_ROUTES; methods and statuses that are not
   known count as the last, "other". */
void tally_request(unsigned route, const char *method, int status, uint64_t microseconds);

/* Adds all numbers of a tally to those of another, which nobody else has. */
void tally_add(struct tally *sum, const struct tally *tally);

/* Takes those of another from all numbers of a tally, which nobody else has. */
void tally_subtract(struct tally *from, const struct tally *less);

/* What the numbers of methods and statuses mean; the last is "other". */
const char *tally_method_name(unsigned method);
const char *tally_status_name(unsigned status);

/* The upper bounds of buckets, ascending; their count. There is a bucket more than bounds. */
size_t tally_duration_bounds(const uint64_t **bounds);
size_t tally_distribution_bounds(enum distribution distribution, const uint64_t **bounds);

/* How many were measured. */
uint64_t measured_count(const struct measured *measured);

/* Adds what was measured elsewhere with the same bounds. */
void measured_add(struct measured *sum, const struct measured *measured);

/* The size that this part (0 to 1) of the measured stays below, by interpolation in its bucket; 0
   if nothing was measured. Of what is above all bounds, the last bound. */
double measured_quantile(const struct measured *measured, const uint64_t *bounds, size_t count,
                         double part);

#endif
