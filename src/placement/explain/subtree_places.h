/*
 * Where same_subtree lets a group take a provider, as the providers of the other groups are where
 * they are: the node above a device, but not the one beside it.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_SUBTREE_PLACES_H
#define BERTH_PLACEMENT_EXPLAIN_SUBTREE_PLACES_H

#include "placement/explain/funnel.h"

/* Returns for each group of the request what its providers are, by provider, in the arena; NULL: it
   is in no subtree. In a tree that does not satisfy another group this is where only amounts are
   lacking for it. Whether there is room for all groups together does not matter. Returns NULL if
   the request has no same_subtree. */
const enum subtree_place *const *subtree_places(const struct inquiry *inquiry,
                                                struct funnel *const *funnels);

#endif
