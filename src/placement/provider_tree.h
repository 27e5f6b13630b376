/*
 * Provider trees with all that the providers have, in the order in which they are drawn: each tree
 * from its root down, children below their parent, names in their natural order.
 *
 * All of it is one state of the database, read with a fixed number of statements. Trees that are
 * damaged are shown as well as they can be: a provider whose parent is not there stands like a
 * root, and so does one of those whose parents go in a circle.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_TREE_H
#define BERTH_PLACEMENT_PROVIDER_TREE_H

#include "placement/context.h"

struct tree_inventory {
    const char *class_name;
    int64_t total, reserved, min_unit, max_unit, step_size;
    double allocation_ratio;
    int64_t used;
};

struct tree_aggregate {
    const char *uuid;
    const char *sharers; /* the names of the other providers that share with it; NULL: none */
};

struct tree_provider {
    int64_t id;
    const char *uuid;
    const char *name; /* its uuid if it has none */
    int64_t generation;
    unsigned depth;   /* in its tree: 0 for the top */
    bool has_sibling; /* one comes below the same parent */
    bool has_child;
    bool shares; /* it has the trait MISC_SHARES_VIA_AGGREGATE */
    bool circle; /* its parents go in a circle: it only stands like a root */
    const struct tree_inventory *inventories; /* in the order of class ids */
    size_t inventory_count;
    const char **traits; /* in alphabetical order */
    size_t trait_count;
    const struct tree_aggregate *aggregates;
    size_t aggregate_count;
};

#define TREE_PROVIDER_NONE SIZE_MAX

struct provider_trees {
    const struct tree_provider *providers;
    size_t count;
    size_t member; /* the place of the provider that was asked for, or TREE_PROVIDER_NONE */
};

/* Loads all trees, or the one that a provider (by uuid, in any form, or by name) is in.
   OUTCOME_NOT_FOUND: there is no such provider. */
enum outcome provider_trees_load(struct context *context, const char *uuid_or_name,
                                 struct provider_trees *trees);

#endif
