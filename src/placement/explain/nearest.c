/*
 * Chooses by the kind of the group who can miss it: a provider, or a tree.
 */
#include <config.h>

#include "placement/explain/nearest.h"

struct near_misses near_misses_find(const struct sought *sought, const bool *among)
{
    struct near_misses misses = sought->group.granular ? near_providers_find(sought, among)
                                                       : near_trees_find(sought, among);
    near_misses_join(&misses);
    return misses;
}
