/*
 * The table of findings: what can be wrong, how to find it, and how to repair it.
 *
 * findings.def has the rows. A new finding is a new row, and, if a statement does not suffice, a
 * function that the row names: in trees.h (searches), findings.c (a closer look at a row that a
 * statement found) or repairs.h.
 */
#ifndef BERTH_PLACEMENT_AUDIT_FINDINGS_H
#define BERTH_PLACEMENT_AUDIT_FINDINGS_H

#include "placement/audit/repairs.h"
#include "placement/audit/trees.h"

/* The columns of all searches. */
enum audit_column {
    AUDIT_THING_ID,
    AUDIT_USED,
    AUDIT_ROW_ID,
    AUDIT_PROVIDER_ID,
    AUDIT_PROVIDER_UUID,
    AUDIT_PROVIDER_NAME,
    AUDIT_CONSUMER_UUID,
    AUDIT_THING_TEXT,
    AUDIT_TOTAL,
    AUDIT_RESERVED,
    AUDIT_RATIO,
    AUDIT_AGE,
};

/* What a repair locks first: the consumers or the providers of its findings. */
enum audit_locks { AUDIT_LOCKS_NOTHING, AUDIT_LOCKS_CONSUMERS, AUDIT_LOCKS_PROVIDERS };

struct audit_check {
    /* The words. */
    const char *name;  /* in JSON */
    const char *title; /* a heading for people */
    enum audit_thing thing;
    bool shows_age;     /* of the consumer */
    const char *fix;    /* what a repair does; NULL: only a person can decide */
    const char *advice; /* what that person can do; NULL if there is a repair */

    /* The search: a statement that looks at a slice of a table, whose values are the id before the
       slice and the last id in it; or a function that judges each provider in its tree. */
    enum audit_table table;
    struct sql search;
    bool (*judge)(const struct audit_trees *trees, size_t at, struct audit_finding *finding);
    /* A closer look at what the statement found, or NULL. grace: see struct audit_options. */
    bool (*confirm)(const struct audit_finding *finding, int64_t grace);

    /* The repair: a statement for the ids of the rows, or a function. */
    enum audit_locks locks;
    struct sql repair_sql;
    enum outcome (*repair)(struct audit_batch *batch);
};

/* By kind, which is the order of reports and repairs. */
extern const struct audit_check audit_checks[AUDIT_KINDS];

#endif
