/*
 * The nearest misses of a group, with what their trees lack beside it.
 */
#include <config.h>

#include "placement/explain/nearest.h"

/* wanted: as missing_nearest(). */
static struct near_misses find(const struct sought *sought, const bool *among, uint32_t wanted)
{
    struct near_misses misses = near_group_find(sought, among, wanted);
    for (size_t i = 0; i < misses.count; i++)
        near_miss_tell_rest(sought, &misses.items[i]);
    return misses;
}

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
        const struct near_misses found = find(&sought, NULL, miss->provider);
        if (found.count == 0)
            continue;
        misses.items[misses.count - 1] = found.items[0];
        misses.items[misses.count - 1].part = miss->reason;
    }
    return misses;
}

struct near_misses near_misses_find(const struct sought *sought, const bool *among)
{
    struct near_misses misses = find(sought, among, WORLD_NONE);
    near_misses_join(&misses, sought->inquiry->lacks);
    return misses;
}
