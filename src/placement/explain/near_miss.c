/*
 * Puts near misses into words, and lists of them together.
 */
#include <config.h>

#include "placement/explain/near_miss.h"

#include <string.h>

const char *near_miss_words(struct arena *arena, const struct world *world,
                            const char *const *names, const struct near_miss *miss)
{
    const char *name = provider_label(world, names, miss->provider);
    if (miss->more == 0)
        return arena_printf(arena, "%s %s", name, miss->reason);
    return arena_printf(arena, "%s %s, and %u more%s", name, miss->reason, miss->more,
                        miss->alike ? "" : " with other figures");
}

void near_misses_put_first(struct near_misses *misses, const struct near_misses *first)
{
    struct near_misses all = *first;
    for (size_t i = 0; i < misses->count; i++)
        if (all.count < MISSES_MOST)
            all.items[all.count++] = misses->items[i];
        else
            all.others += 1 + misses->items[i].more;
    all.others += misses->others;
    *misses = all;
}

void near_misses_join(struct near_misses *misses)
{
    size_t kept = 0;
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        size_t same = 0;
        while (same < kept && strcmp(misses->items[same].reason, miss->reason) != 0)
            same++;
        if (same == kept) {
            misses->items[kept++] = *miss;
            continue;
        }
        misses->items[same].more += 1 + miss->more;
        misses->items[same].alike = misses->items[same].alike && miss->alike;
    }
    misses->count = kept;
}
