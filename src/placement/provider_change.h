/*
 * Creates, renames, moves and deletes resource providers.
 *
 * Providers form trees. Each row names its parent, and the root of its tree, so that one statement
 * finds a whole tree; a provider without a parent is its own root. Each function below is one
 * transaction, which also keeps the roots of a whole subtree correct. None changes a generation.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_CHANGE_H
#define BERTH_PLACEMENT_PROVIDER_CHANGE_H

#include "placement/provider.h"

/* A provider to create. */
struct provider_creation {
    const char *uuid; /* canonical form */
    const char *name;
    const char *parent_uuid; /* NULL: none */
};

/* Creates a provider and fills in *provider; its parent_uuid is the text given.
     OUTCOME_ACTION_INVALID  no name, or the parent does not exist or is the provider itself
     OUTCOME_DUPLICATE       the reason says what exists already: "name: <name>" or "uuid: <uuid>"
 */
enum outcome provider_create(struct context *context, const struct provider_creation *creation,
                             struct provider *provider);

/* A change of a provider. */
struct provider_change {
    const char *name;
    bool sets_parent;        /* false: keep the parent */
    const char *parent_uuid; /* NULL: none */
    bool may_move;           /* a provider that has a parent may get another, or none */
};

/* Renames a provider, and moves it with all providers below it. *provider was loaded before; its
   name, parent_uuid and root_uuid are updated, its times are not.
     OUTCOME_NOT_FOUND       the provider was deleted since it was loaded
     OUTCOME_ACTION_INVALID  the parent does not exist, is below the provider, or may not be set
     OUTCOME_DUPLICATE       another provider has the name */
enum outcome provider_update(struct context *context, const struct provider_change *change,
                             struct provider *provider);

/* Deletes a provider with its inventories, aggregates and traits.
     OUTCOME_NOT_FOUND  the provider does not exist
     OUTCOME_IS_PARENT  it has children
     OUTCOME_IN_USE     "Resource provider has allocations." */
enum outcome provider_delete(struct context *context, const char *uuid);

#endif
