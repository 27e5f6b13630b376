/*
 * Limits the requests of each project and each user ([berth] rate_limit_*), so that a client that
 * floods the service does not shut out the others.
 *
 * Reads, writes and searches for allocation candidates are counted separately, each against a
 * token bucket (auth/rate/bucket.h) of the project and one of the user. A user without a project
 * (system scope) counts as a separate project. Refused requests cost nothing, neither the project
 * nor the user: a client that retries all the time gets as much as one that waits.
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

/* The buckets, which all workers share. They outlive workers and reloads, so that neither is a way
   around a limit. Returns NULL with errno set. */
struct rate_limits;
struct rate_limits *rate_limits_new(void);
void rate_limits_free(struct rate_limits *limits);

/* The limits of one worker. limits must outlive it. Returns NULL when the settings set no limit. */
struct rate_limiter;
struct rate_limiter *rate_limiter_new(const struct settings *settings, struct rate_limits *limits);
void rate_limiter_free(struct rate_limiter *limiter);

/* Counts a request of this kind at a time (microseconds of the monotonic clock) if it is within the
   limits. Returns false after exchange_fail() with 429 and a Retry-After if it is not. */
bool rate_limiter_admits(struct rate_limiter *limiter, struct exchange *exchange,
                         const struct identity *identity, enum rate_kind kind, uint64_t now);

#endif
