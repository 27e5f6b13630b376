/*
 * The audit: finds rows that contradict each other, and puts right what can be put right safely.
 *
 * Upstream's schema has few foreign keys, and services that were killed, restored dumps and hands
 * in the database have left rows that refer to nothing, consumers that hold nothing and providers
 * with a wrong root. What is looked for is in audit.def.
 *
 * The audit reads one state of the database (a snapshot) and locks nothing. It goes through each
 * table in slices, so that no statement takes long, however large the table is.
 *
 * A repair takes a bounded number of findings at a time, each time in a transaction of its own that
 * locks as a claim does (consumers first, then providers) and looks again at all that it is about
 * to change: an orphaned consumer that a claim has found meanwhile stays. It may be interrupted at
 * any moment, and may run beside the service, the Python service and another repair.
 */
#ifndef BERTH_PLACEMENT_AUDIT_AUDIT_H
#define BERTH_PLACEMENT_AUDIT_AUDIT_H

#include "placement/context.h"

enum audit_kind {
#define AUDIT_CHECK(constant, name, thing, title, fix, advice) AUDIT_##constant,
#include "placement/audit/findings.def"
#undef AUDIT_CHECK
    AUDIT_KINDS
};

/* What a finding names besides provider and consumer. */
enum audit_thing {
    AUDIT_THING_NONE,
    AUDIT_THING_CLASS,
    AUDIT_THING_TRAIT,
    AUDIT_THING_AGGREGATE,
    AUDIT_THING_PROJECT,
    AUDIT_THING_USER,
    AUDIT_THING_TYPE,
    AUDIT_THING_PARENT,
    AUDIT_THING_ROOT,
};

struct audit_check {
    const char *name;
    enum audit_thing thing;
    const char *title;
    const char *fix;    /* NULL: it is only reported */
    const char *advice; /* NULL: it is repaired */
};

/* The table of audit.def, by kind. */
extern const struct audit_check audit_checks[AUDIT_KINDS];

/* The tables whose rows are counted, in struct audit_report. */
enum audit_table {
    AUDIT_PROVIDERS,
    AUDIT_INVENTORIES,
    AUDIT_CONSUMERS,
    AUDIT_ALLOCATIONS,
    AUDIT_TRAITS,     /* of providers */
    AUDIT_AGGREGATES, /* of providers */
    AUDIT_TABLES
};

/* One row that is wrong. What it does not have is 0 or NULL. */
struct audit_finding {
    enum audit_kind kind;
    int64_t
        row_id; /* of the table that the kind is about; of traits and aggregates: the provider's */
    int64_t provider_id;
    const char *provider_uuid; /* NULL: there is no such provider */
    const char *provider_name;
    const char *consumer_uuid;
    int64_t thing_id;
    const char *thing;         /* its name or uuid; NULL: it is gone */
    const char *expected_root; /* the uuid of the top, for AUDIT_WRONG_ROOT */
    bool has_used;             /* it is about an amount: */
    int64_t used;
    bool has_inventory; /* it is about an inventory: */
    int64_t total, reserved;
    double allocation_ratio;
    int64_t age; /* of an orphaned consumer: seconds since it was changed; negative: not known */
};

struct audit_report {
    struct audit_finding *findings; /* by kind, then consumer, provider and thing */
    size_t count;
    size_t counts[AUDIT_KINDS];
    uint64_t rows[AUDIT_TABLES]; /* that were looked at */
};

/* Told now and then how far it has come; text says what is being done. */
typedef void (*audit_progress)(void *subject, const char *text, uint64_t done, uint64_t total);

struct audit_options {
    /* Seconds. A consumer that was changed less long ago does not count as orphaned: the Python
       service makes the consumer of a claim in a transaction before that of its allocations. */
    int64_t grace;
    audit_progress progress; /* NULL: nobody listens */
    void *subject;
};

/* The amount that may be allocated of an inventory, as upstream computes it. */
double audit_capacity(const struct audit_finding *finding);

/* Looks at everything. The findings are in the context's arena. */
enum outcome audit_run(struct context *context, const struct audit_options *options,
                       struct audit_report *report);

/* How many of the findings a repair would put right. */
size_t audit_fixable(const struct audit_report *report);

/* Puts the findings of a report right, as far as they still are what they were. fixed: the number
   of rows changed, by kind. What was done before a failure stays done. */
enum outcome audit_fix(struct context *context, const struct audit_options *options,
                       const struct audit_report *report, uint64_t fixed[AUDIT_KINDS]);

#endif
