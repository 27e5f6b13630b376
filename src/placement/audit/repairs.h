/*
 * Repairs that take more than one statement. findings.def says which finding each one repairs.
 *
 * A repair runs inside of a transaction, with the batch's consumers or providers locked as its row
 * says. It changes only rows that are still wrong, and counts them in batch->changed.
 */
#ifndef BERTH_PLACEMENT_AUDIT_REPAIRS_H
#define BERTH_PLACEMENT_AUDIT_REPAIRS_H

#include "placement/audit/report.h"
#include "placement/context.h"

/* Findings of one kind, repaired in one transaction. */
struct audit_batch {
    struct context *context;
    int64_t grace; /* see struct audit_options */
    const struct audit_finding *findings;
    size_t count;
    uint64_t changed; /* rows, in this attempt */
};

/* Returns the row_ids of the batch's findings, as a list for SQL. */
struct value audit_batch_ids(const struct audit_batch *batch);

/* Return the uuids of the batch's consumers or providers, one for each finding. */
const char **audit_batch_consumers(const struct audit_batch *batch);
const char **audit_batch_providers(const struct audit_batch *batch);

/* Deletes allocations of providers that do not exist, and consumers that then hold nothing. */
enum outcome repair_delete_allocations(struct audit_batch *batch);

/* Creates missing consumers, with the project and user of incomplete consumers. OUTCOME_CONFLICT: a
   claim has created one of them. */
enum outcome repair_create_consumers(struct audit_batch *batch);

/* Give consumers the project or user of incomplete consumers. */
enum outcome repair_set_project(struct audit_batch *batch);
enum outcome repair_set_user(struct audit_batch *batch);

/* Deletes consumers that hold nothing, unless they were changed within the grace period. */
enum outcome repair_delete_orphans(struct audit_batch *batch);

/* Gives providers and all above them the root of their tree. Locks them itself. OUTCOME_CONFLICT:
   one of them got another parent before it was locked. */
enum outcome repair_set_roots(struct audit_batch *batch);

#endif
