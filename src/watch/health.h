/*
 * Health: whether the service can do its work, shared by all workers.
 *
 * Checking the database costs time, and monitoring may ask often. So one worker checks, and all
 * report its result for a while. When the result gets old, the next worker that is asked checks
 * again, while the others go on reporting the old one. If the checking worker dies, another one
 * takes over soon. Times (now) are clock_milliseconds().
 */
#ifndef BERTH_WATCH_HEALTH_H
#define BERTH_WATCH_HEALTH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum health_check {
    HEALTH_DATABASE, /* it answers, and accepts writes */
    HEALTH_SCHEMA,   /* it has a revision that can be served */
    HEALTH_KEYSTONE, /* it answers */
    HEALTH_CHECKS
};

enum health_state {
    HEALTH_UNKNOWN, /* the last result is too old */
    HEALTH_GOOD,
    HEALTH_BAD,
    HEALTH_UNUSED, /* the service does not need it */
};

struct health {
    _Atomic uint64_t looking_since; /* when a worker began to check; 0: none is checking */
    _Atomic uint64_t found;         /* the last result and its time; 0: none. See health.c */
};

/* Returns whether the caller should check now and report by health_set(). */
bool health_is_due(struct health *health, uint64_t now);

/* Stores the result of a check. */
void health_set(struct health *health, uint64_t now, const enum health_state states[HEALTH_CHECKS]);

/* Reads the last result. All states are HEALTH_UNKNOWN if it is too old. */
void health_get(const struct health *health, uint64_t now, enum health_state states[HEALTH_CHECKS]);

#endif
