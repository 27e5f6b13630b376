/*
 * Provider trees with inventories, traits and aggregates, in the order in which they are drawn:
 * each tree from its root down, children below their parent, names in natural order.
 *
 * All of it is one state of the database, read with a fixed number of statements. Damaged trees are
 * shown as well as possible: a provider whose parent does not exist is shown as a root, and so is
 * one provider of each circle of parents.
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
    const char *sharers; /* names of the other providers that share through it; NULL: none */
};

struct tree_provider {
    int64_t id;
    const char *uuid;
    const char *name; /* the uuid if it has no name */
    int64_t generation;
    unsigned depth;   /* in its tree: 0 for the top */
    bool has_sibling; /* a later child of the same parent follows */
    bool has_child;
    bool shares; /* it has the trait MISC_SHARES_VIA_AGGREGATE */
    bool circle; /* shown as a root because its parents go in a circle */
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
    size_t member; /* index of the wanted provider, or TREE_PROVIDER_NONE */
};

/* Loads all trees, or, with a uuid (in any form) or a name, the tree of this provider. The result
   is in the context's arena. OUTCOME_NOT_FOUND: there is no such provider. */
enum outcome provider_trees_load(struct context *context, const char *uuid_or_name,
                                 struct provider_trees *trees);

#endif
