/*
 * Counters and distributions.
 *
 * A process counts into a tally, which lies in memory that the master and its workers share
 * (watch/scoreboard.h), so that counts outlive the process. All numbers only grow, each by one
 * atomic addition, so a process that is killed leaves nothing half done. Several processes may
 * share a tally; there are a few tallies only to spread the load.
 *
 * The tables counters.def and distributions.def say what is counted, tally.c which methods and
 * statuses are told apart. Nothing that a client sends makes a new number.
 *
 *     tally_count(COUNTER_TOKEN_CACHE_HITS, 1);
 *
 * Before tally_use(), a process counts into a private tally that is never read, so that callers
 * need not check whether there is one. For one thread only.
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
    TALLY_ROUTES = 40,   /* the last is "other" */
    TALLY_METHODS = 7,   /* see tally_method_name() */
    TALLY_STATUSES = 20, /* see tally_status_name() */
    TALLY_BUCKETS = 16,  /* most that a distribution can have */
};

/* Measurements, counted by size in buckets, and their sum. */
struct measured {
    _Atomic uint64_t sum;
    _Atomic uint64_t buckets[TALLY_BUCKETS]; /* not cumulative; see tally_distribution_bounds() */
};

/* Consists of numbers of the same type only: tally_add() relies on it. */
struct tally {
    _Atomic uint64_t counters[COUNTERS];
    struct measured distributions[DISTRIBUTIONS];
    _Atomic uint64_t requests[TALLY_ROUTES][TALLY_METHODS][TALLY_STATUSES];
    struct measured durations[TALLY_ROUTES][TALLY_METHODS]; /* of requests, in microseconds */
};

/* Makes this process count into a tally from now on. NULL: into its private one. */
void tally_use(struct tally *tally);

/* Adds more to a counter. */
void tally_count(enum counter counter, uint64_t more);

/* Adds one measurement to a distribution. */
void tally_observe(enum distribution distribution, uint64_t size);

/* Counts an answered request. route is the number from scoreboard_route(); a larger one counts as
   "other", and so do unknown methods and statuses. */
void tally_request(unsigned route, const char *method, int status, uint64_t microseconds);

/* Adds all numbers of tally to those of sum, which no other process may use. */
void tally_add(struct tally *sum, const struct tally *tally);

/* Subtracts all numbers of less from those of from, which no other process may use. */
void tally_subtract(struct tally *from, const struct tally *less);

/* Return the name of a method (below TALLY_METHODS) and of a status (below TALLY_STATUSES). The
   last is "other". */
const char *tally_method_name(unsigned method);
const char *tally_status_name(unsigned status);

/* Set bounds to the upper bounds of the buckets, in ascending order, and return how many there are.
   There is one bucket more than bounds. Durations are in microseconds. */
size_t tally_duration_bounds(const uint64_t **bounds);
size_t tally_distribution_bounds(enum distribution distribution, const uint64_t **bounds);

/* Returns the number of measurements. */
uint64_t measured_count(const struct measured *measured);

/* Adds measurements with the same bounds to sum. */
void measured_add(struct measured *sum, const struct measured *measured);

/* Returns the size below which this part (0 to 1) of the measurements stays, interpolated within
   its bucket; the last bound if it is above all bounds, and 0 if there are no measurements. */
double measured_quantile(const struct measured *measured, const uint64_t *bounds, size_t count,
                         double part);

#endif
