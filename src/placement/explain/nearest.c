/*
 * Chooses by the kind of the group what can miss it: a provider, or a tree.
 */
#include <config.h>

#include "placement/explain/nearest.h"

struct near_misses near_misses_retell(const struct inquiry *inquiry, const char *const *names,
                                      const struct near_misses *told)
{
    struct near_misses misses = {.count = 0};
    for (size_t i = 0; i < told->count; i++) {
        const struct near_miss *miss = &told->items[i];
        misses.items[misses.count++] = *miss;
        if (!miss->of_group || inquiry->lacks == NULL)
            continue;
        const struct sought sought = sought_of_group(inquiry, names, miss->rest.group);
        const struct near_misses found = sought.group.granular
                                             ? near_providers_find(&sought, NULL, miss->provider)
                                             : near_trees_find(&sought, NULL, miss->provider);
        if (found.count == 0)
            continue;
        misses.items[misses.count - 1] = found.items[0];
        misses.items[misses.count - 1].part = miss->reason;
    }
    return misses;
}

struct near_misses near_misses_find(const struct sought *sought, const bool *among)
{
    struct near_misses misses = sought->group.granular
                                    ? near_providers_find(sought, among, WORLD_NONE)
                                    : near_trees_find(sought, among, WORLD_NONE);
    near_misses_join(&misses, sought->inquiry->lacks);
    return misses;
}
