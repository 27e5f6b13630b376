/*
 * What an audit found.
 */
#ifndef BERTH_PLACEMENT_AUDIT_REPORT_H
#define BERTH_PLACEMENT_AUDIT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kinds of findings: one for each row of findings.def. */
enum audit_kind {
#define AUDIT_FINDING(constant, ...) AUDIT_##constant,
#include "placement/audit/findings.def"
#undef AUDIT_FINDING
    AUDIT_KINDS
};

/* What a finding refers to besides provider and consumer. */
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

/* The tables whose rows are counted. */
enum audit_table {
    AUDIT_PROVIDERS,
    AUDIT_INVENTORIES,
    AUDIT_CONSUMERS,
    AUDIT_ALLOCATIONS,
    AUDIT_TRAITS,     /* of providers */
    AUDIT_AGGREGATES, /* of providers */
    AUDIT_TABLES
};

/* One wrong row. Fields that do not apply are 0 or NULL. */
struct audit_finding {
    enum audit_kind kind;
    int64_t row_id; /* in the table of the kind; for traits and aggregates: the provider's id */
    int64_t provider_id;
    const char *provider_uuid; /* NULL: the provider does not exist */
    const char *provider_name;
    const char *consumer_uuid;
    int64_t thing_id;
    const char *thing;         /* its name or uuid; NULL: it does not exist */
    const char *expected_root; /* uuid, for a wrong root */
    bool has_used;             /* used is known */
    int64_t used;
    bool has_inventory; /* total, reserved and allocation_ratio are known */
    int64_t total, reserved;
    double allocation_ratio;
    int64_t age; /* seconds since the consumer was changed; negative: not known */
};

struct audit_report {
    struct audit_finding *findings; /* by kind, then consumer, provider and thing */
    size_t count;
    size_t counts[AUDIT_KINDS];
    uint64_t rows[AUDIT_TABLES]; /* how many were audited */
};

/* Returns how much of an inventory can be allocated, as upstream computes it. */
static inline double audit_capacity(const struct audit_finding *finding)
{
    return (double)(finding->total - finding->reserved) * finding->allocation_ratio;
}

#endif
