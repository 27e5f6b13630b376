/*
 * Chooses by the kind of the group what can miss it: a provider, or a tree.
 */
#include <config.h>

#include "placement/explain/nearest.h"

struct near_misses near_group_find(const struct sought *sought, const bool *among, uint32_t wanted)
{
    return sought->group.granular ? near_providers_find(sought, among, wanted)
                                  : near_trees_find(sought, among, wanted);
}
