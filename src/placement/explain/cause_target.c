/*
 * Tells what the host that in_tree names, such as the target of a migration, lacks for another
 * group.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"

/* Whether a root sees a provider. */
struct seeing {
    uint32_t root;
    bool seen;
};

static void see(void *subject, uint32_t anchor, uint32_t provider)
{
    struct seeing *seeing = subject;
    (void)provider;
    seeing->seen = seeing->seen || anchor == seeing->root;
}

static bool sees(const struct telling *telling, uint32_t root, uint32_t provider)
{
    struct seeing seeing = {.root = root};
    inquiry_visit_anchors(telling->inquiry, provider, false, see, &seeing);
    return seeing.seen;
}

/* Returns whether a provider shares, and is a tree by itself. */
static bool is_pool(const struct world *world, uint32_t provider)
{
    const struct world_provider *item = &world->providers[provider];
    return item->shares && item->root == provider && item->end_below - item->first_below == 1;
}

/* Tells that pools have all that the request asks of the group, but do not share with the root. */
static const char *tell_unseen(const struct telling *telling, uint32_t root, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct sought sought = sought_of_group(telling->inquiry, explanation->names, group);
    struct faults faults = {.sought = &sought};
    uint32_t count = 0, first = 0;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++) {
        if (!is_pool(world, i) || !budget_spend(telling->inquiry->budget, 32))
            continue;
        faults.count = 0;
        faults_of_provider(&faults, i);
        if (faults.count > 0 || sees(telling, root, i))
            continue;
        if (count++ == 0)
            first = i;
    }
    if (count == 0 || budget_is_over(telling->inquiry->budget))
        return "";
    const char *label = provider_label(world, explanation->names, first);
    const char *pools =
        count == 1 ? arena_printf(telling->arena, "%s is", label)
                   : arena_printf(telling->arena, "%s, and %u more, are", label, count - 1);
    return arena_printf(telling->arena, "%s not shared with it: they have no aggregate in common",
                        pools);
}

/* Tells what a provider in the tree lacks of all that the request asks of the group, if it has
   each of its classes. */
static const char *tell_device(const struct telling *telling, const bool *roots, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    const struct sought sought = sought_of_group(telling->inquiry, explanation->names, group);
    const struct near_misses misses = near_misses_find(&sought, roots);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++) {
        const struct near_miss *miss = &misses.items[i];
        size_t classes = 0;
        while (classes < miss->fault_count && miss->faults[classes].kind != FAULT_CLASS)
            classes++;
        if (classes == miss->fault_count && sought.group.demand_count > 0)
            return near_miss_words(telling->arena, explanation->world, explanation->names, miss);
    }
    return "";
}

const char *cause_of_target(const struct telling *telling, uint32_t root, size_t group)
{
    const struct world *world = telling->explanation->world;
    struct telling within = *telling;
    bool *roots = arena_array(telling->arena, world->provider_count, sizeof(*roots));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 1);
         i++)
        roots[i] = i == root || (is_pool(world, i) && sees(telling, root, i));
    within.roots = roots;
    const char *misses = cause_of_misses(&within, group, false);
    if (*misses == '\0')
        misses = tell_unseen(telling, root, group);
    return *misses != '\0' ? misses : tell_device(telling, roots, group);
}
