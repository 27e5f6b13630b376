/*
 * Finds the nearest misses: the providers, or trees, that have the rarest thing of what is sought,
 * or lack least. All are in the arena of the inquiry, their work is charged to its budget; if that
 * is over, they may be wrong.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_NEAREST_H
#define BERTH_PLACEMENT_EXPLAIN_NEAREST_H

#include "placement/explain/funnel.h"
#include "placement/explain/near_miss.h"

struct missing;

/* Finds the nearest misses of what is sought, among the trees whose roots have among[root] (NULL:
   all). Of a granular group these are providers, of the unsuffixed group trees, that have something
   of it and not all; trees that are among those named may have nothing of it. */
struct near_misses near_misses_find(const struct sought *sought, const bool *among);

/* Returns the misses that are told, each with all that it lacks of the request, where only a part
   of that was told. */
struct near_misses near_misses_retell(const struct inquiry *inquiry, const char *const *names,
                                      const struct near_misses *told);

/* As near_misses_find(), but tells only what they lack of what is sought; several may have the same
   reason. wanted: as missing_nearest(). */
struct near_misses near_group_find(const struct sought *sought, const bool *among, uint32_t wanted);

/* The same for what is sought of a granular group, and of the unsuffixed one. */
struct near_misses near_providers_find(const struct sought *sought, const bool *among,
                                       uint32_t wanted);
struct near_misses near_trees_find(const struct sought *sought, const bool *among, uint32_t wanted);

/* Adds what all trees lack of the unsuffixed group, by its bits, to their entries of missing. */
void near_trees_weigh(const struct sought *sought, struct missing *missing);

/* Finds what all trees lack of the whole request, in the arena of the inquiry. Returns NULL if
   there is no time. */
const struct lacks *near_lacks_find(const struct inquiry *inquiry, const char *const *names);

/* Adds to what a miss lacks of what is sought that it is in another subtree, and if all of a group
   is sought which other groups its tree has nothing for, and of a single one what it lacks. */
void near_miss_tell_rest(const struct sought *sought, struct near_miss *miss);

/* Finds the nearest misses of groups that each have a provider, but not in one tree: the trees that
   see a provider for a group. The names are those of providers (NULL: they are called by their
   uuids). */
struct near_misses near_groups_find(const struct inquiry *inquiry, const char *const *names);

/* Sets trees[root] for the trees that see a provider for a group, or of the unsuffixed one all of
   it. */
void near_group_trees(const struct inquiry *inquiry, const struct funnel *funnel, bool *trees);

/* Finds what roots lack that root_required asks for, among those that have found[root]. */
struct near_misses near_roots_find(const struct inquiry *inquiry, const char *const *names,
                                   const bool *found);

/* Returns the misses that are for one reason: where found[provider]. */
struct near_misses near_misses_alike(const struct inquiry *inquiry, const bool *found,
                                     const char *reason);

#endif
