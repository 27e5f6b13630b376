/*
 * An event of the audit log: a request that writes, and what became of it.
 */
#ifndef BERTH_API_TRAIL_EVENT_H
#define BERTH_API_TRAIL_EVENT_H

#include "auth/identity.h"
#include "base/json_writer.h"
#include "http/exchange.h"
#include "placement/trail.h"

enum trail_outcome {
    TRAIL_PENDING,   /* about to be committed */
    TRAIL_DONE,      /* committed */
    TRAIL_UNCHANGED, /* answered without an error; there was nothing to change */
    TRAIL_REFUSED,   /* a status of 4xx */
    TRAIL_FAILED,    /* a status of 5xx */
    TRAIL_UNKNOWN,   /* the database went away during COMMIT */
};

struct trail_event {
    const struct exchange *exchange;
    const struct identity *identity;
    const char *action; /* of the endpoint (struct endpoint) */
    const char *route;
    const char *target; /* what the path names; NULL: nothing */
    enum trail_outcome outcome;
    const char *reason;        /* why the domain refused it, for clients; NULL: not known */
    const struct trail *trail; /* complete, or of a request that was refused; NULL: unknown */
    bool cut;                  /* what was changed is left out: the event is too long */
};

/* Returns what the event is about, more exactly than the endpoint tells: allocations.move instead
   of allocations.set. */
const char *trail_action(const struct trail_event *event);

/* Writes the event as one object: as docs/audit-log.md describes it, or in CADF's form. */
void trail_write_json(struct json_writer *writer, const struct trail_event *event);
void trail_write_cadf(struct json_writer *writer, const struct trail_event *event);

/* Writes the members that tell what was changed. */
void trail_write_changes(struct json_writer *writer, const struct trail_event *event);

/* Writes the time, with microseconds, and "Z" or CADF's "+0000" after it. */
void trail_write_time(struct json_writer *writer, const char *key, const char *zone);

#endif
