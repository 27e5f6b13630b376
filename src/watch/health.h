/*
 * Whether the service can do its work, as it was found last.
 *
 * Asking databases costs, and whoever asks for health may ask often: what one worker has found is
 * told by all for a while. When that is too old one of them looks again, and the others go on with
 * what there is. Who was killed while it looked is not waited for long.
 */
#ifndef BERTH_WATCH_HEALTH_H
#define BERTH_WATCH_HEALTH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum health_check {
    HEALTH_DATABASE, /* it answers */
    HEALTH_SCHEMA,   /* it has the revision that is needed */
    HEALTH_KEYSTONE, /* it answers */
    HEALTH_CHECKS
};

enum health_state {
    HEALTH_UNKNOWN, /* nobody has looked for too long */
    HEALTH_GOOD,
    HEALTH_BAD,
    HEALTH_UNUSED, /* the service does not need it */
};

struct health {
    _Atomic uint64_t looking_since; /* clock_milliseconds(); 0: nobody looks */
    _Atomic uint64_t found;         /* when, and what: health.c */
};

/* Whether the caller is to look now, and to tell by health_set(). */
bool health_is_due(struct health *health, uint64_t now);
void health_set(struct health *health, uint64_t now, const enum health_state states[HEALTH_CHECKS]);

/* What was found last. */
void health_get(const struct health *health, uint64_t now, enum health_state states[HEALTH_CHECKS]);

#endif
