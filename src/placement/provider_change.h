/*
 * Making, renaming, moving and deleting resource providers.
 *
 * Providers form trees. Each row has its parent and, so that a tree can be found at once, the root
 * of its tree, which is the provider itself if it has no parent. The functions below keep the roots
 * of a whole subtree right within one transaction. None of them changes a generation.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_CHANGE_H
#define BERTH_PLACEMENT_PROVIDER_CHANGE_H

#include "placement/provider.h"

/* A provider to be made. */
struct provider_creation {
    const char *uuid; /* in its canonical form */
    const char *name;
    const char *parent_uuid; /* NULL: none */
};

/* Makes a provider and fills *provider in; what it says of the parent is the text given.
     OUTCOME_ACTION_INVALID  no name, or a parent that is not there or the provider itself
     OUTCOME_DUPLICATE       the reason is what exists already, as "name: <name>" */
enum outcome provider_create(struct context *context, const struct provider_creation *creation,
                             struct provider *provider);

/* What is to become of a provider. */
struct provider_change {
    const char *name;
    bool sets_parent;        /* otherwise the parent stays */
    const char *parent_uuid; /* NULL: none */
    bool may_move;           /* also away from a parent that it has */
};

/* Renames and moves a provider, with all that is below it, and brings *provider, which was loaded
   before, up to date but for its times.
     OUTCOME_NOT_FOUND       it was deleted meanwhile
     OUTCOME_ACTION_INVALID  a parent that is not there, is below the provider, or may not be set
     OUTCOME_DUPLICATE       the name is another one's */
enum outcome provider_update(struct context *context, const struct provider_change *change,
                             struct provider *provider);

/* Deletes a provider with its inventories, aggregates and traits.
     OUTCOME_NOT_FOUND  it does not exist
     OUTCOME_IS_PARENT  it has children
     OUTCOME_IN_USE     "Resource provider has allocations." */
enum outcome provider_delete(struct context *context, const char *uuid);

#endif
