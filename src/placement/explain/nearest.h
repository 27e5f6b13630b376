/*
 * Finds the nearest misses: the providers, or trees, that have the rarest thing of what is sought,
 * or lack least. All are in the arena of the inquiry, their work is charged to its budget; if that
 * is over, they may be wrong.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_NEAREST_H
#define BERTH_PLACEMENT_EXPLAIN_NEAREST_H

#include "placement/explain/funnel.h"
#include "placement/explain/near_miss.h"

/* Finds the nearest misses of what is sought, among the trees whose roots have among[root] (NULL:
   all). Of a granular group these are providers, of the unsuffixed group trees, that have something
   of it and not all; trees that are among those named may have nothing of it. */
struct near_misses near_misses_find(const struct sought *sought, const bool *among);

/* The same for what is sought of a granular group, and of the unsuffixed one. Several may have the
   same reason. */
struct near_misses near_providers_find(const struct sought *sought, const bool *among);
struct near_misses near_trees_find(const struct sought *sought, const bool *among);

/* Finds the nearest misses of groups that each have a provider, but not in one tree: the trees that
   see a provider for a group. The funnels are those of all groups, the names those of providers
   (NULL: they are called by their uuids). */
struct near_misses near_groups_find(const struct inquiry *inquiry, const char *const *names,
                                    struct funnel *const *funnels);

/* Sets trees[root] for the trees that see a provider for a group, or of the unsuffixed one all of
   it. */
void near_group_trees(const struct inquiry *inquiry, const struct funnel *funnel, bool *trees);

/* Finds what roots lack that root_required asks for, among those that have found[root]. */
struct near_misses near_roots_find(const struct inquiry *inquiry, const bool *found);

/* Returns the misses that are for one reason: where found[provider]. */
struct near_misses near_misses_alike(const struct inquiry *inquiry, const bool *found,
                                     const char *reason);

#endif
