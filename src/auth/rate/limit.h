/*
 * How much may be asked: limits on the requests of a project and of a user ([berth] rate_limit_*),
 * so that one who floods the service does not keep it from the others.
 *
 * Reads, writes and searches for allocation candidates are counted apart, each against a token
 * bucket (auth/rate/bucket.h) of the project and one of the user. Who has no project (system scope)
 * counts as a project of his own. What one of the two refuses costs the other nothing, and what is
 * refused costs nothing: who asks all the time gets as much as who waits.
 */
#ifndef BERTH_AUTH_RATE_LIMIT_H
#define BERTH_AUTH_RATE_LIMIT_H

#include <stdint.h>

#include "auth/identity.h"
#include "settings/settings.h"

enum rate_kind {
    RATE_READS,
    RATE_WRITES,
    RATE_CANDIDATES,
    RATE_KINDS,
};

/* What all workers share: the buckets, which outlive workers and reloads, so that neither is a way
   around a limit. NULL with errno set. */
struct rate_limits;
struct rate_limits *rate_limits_new(void);
void rate_limits_free(struct rate_limits *limits);

/* What a worker limits by. The limits must outlive it. NULL: the settings have no limit. */
struct rate_limiter;
struct rate_limiter *rate_limiter_new(const struct settings *settings, struct rate_limits *limits);
void rate_limiter_free(struct rate_limiter *limiter);

/* Whether a request of this kind is within the limits, at a time in microseconds of the monotonic
   clock; it counts then. Gives false after exchange_fail() with 429 and a Retry-After. */
bool rate_limiter_admits(struct rate_limiter *limiter, struct exchange *exchange,
                         const struct identity *identity, enum rate_kind kind, uint64_t now);

#endif
