/*
 * Provider trees in an audit: the checks that must walk from parent to parent, which takes more
 * than a statement.
 */
#ifndef BERTH_PLACEMENT_AUDIT_TREES_H
#define BERTH_PLACEMENT_AUDIT_TREES_H

#include "placement/ancestry.h"
#include "placement/audit/report.h"
#include "placement/context.h"

/* All providers, by id; index i is the same provider everywhere. */
struct audit_trees {
    struct rows rows;
    struct ancestry ancestry;
    const size_t *tops; /* the root that each one should have; ANCESTRY_NONE: parents in a circle */
};

/* Reads all providers into the arena of the context. */
enum outcome audit_trees_load(struct context *context, struct audit_trees *trees);

/* Each returns whether provider number at is such a finding, and then fills in thing and
   expected_root. */
bool audit_parent_gone(const struct audit_trees *trees, size_t at, struct audit_finding *finding);
bool audit_parent_circle(const struct audit_trees *trees, size_t at, struct audit_finding *finding);
bool audit_wrong_root(const struct audit_trees *trees, size_t at, struct audit_finding *finding);

/* Fills in which provider a finding is about. */
void audit_trees_name(const struct audit_trees *trees, size_t at, struct audit_finding *finding);

#endif
