/*
 * Tells of a provider that a tree sees, and that has room where the tree's own nearest one lacks
 * some: a trait, an aggregate or in_tree leaves it out.
 */
#include <config.h>

#include "placement/explain/cause_parts.h"
#include "placement/explain/weight.h"

/* Who an anchor sees for a class. */
struct beside {
    const struct sought *sought;
    size_t demand;
    uint32_t anchor;
    uint32_t nearest; /* lacks least, so it is told already; WORLD_NONE: there is nobody */
    double weight;
    uint32_t left_out; /* has room, but shares, and is left out; WORLD_NONE: there is nobody */
    struct faults faults;
};

static void look_beside(void *subject, uint32_t anchor, uint32_t provider)
{
    struct beside *beside = subject;
    const struct sought *sought = beside->sought;
    size_t others = 0;
    if (anchor != beside->anchor)
        return;
    double weight =
        weight_of_slot(sought, &sought->group.demands[beside->demand], provider, anchor);
    if (beside->nearest == WORLD_NONE || weight < beside->weight) {
        beside->nearest = provider;
        beside->weight = weight;
    }
    beside->faults.count = 0;
    faults_of_slot(&beside->faults, beside->demand, provider, anchor);
    while (others < beside->faults.count && beside->faults.items[others].kind >= INVENTORY_FAULTS)
        others++;
    if (beside->left_out == WORLD_NONE && others == beside->faults.count && weight > 0 &&
        sought->inquiry->world->providers[provider].root != anchor)
        beside->left_out = provider;
}

static void find_beside(struct beside *beside)
{
    const struct inquiry *inquiry = beside->sought->inquiry;
    const struct world *world = inquiry->world;
    int64_t class_id = beside->sought->group.demands[beside->demand].class_id;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 2); i++)
        if ((world->providers[i].shares || world->providers[i].root == beside->anchor) &&
            world_inventory_of(world, i, class_id) != NULL)
            inquiry_visit_anchors(inquiry, i, false, look_beside, beside);
}

const char *cause_of_left_out(const struct telling *telling, const struct sought *sought,
                              uint32_t anchor)
{
    const struct explanation *explanation = telling->explanation;
    for (size_t i = 0; i < sought->group.demand_count && !sought->group.granular; i++) {
        struct beside beside = {.sought = sought,
                                .demand = i,
                                .anchor = anchor,
                                .nearest = WORLD_NONE,
                                .left_out = WORLD_NONE,
                                .faults = {.sought = sought}};
        find_beside(&beside);
        if (budget_is_over(telling->inquiry->budget))
            return "";
        if (beside.left_out == WORLD_NONE || beside.nearest == beside.left_out ||
            beside.weight <= 0)
            continue;
        beside.faults.count = 0;
        faults_of_slot(&beside.faults, i, beside.left_out, anchor);
        return arena_printf(telling->arena, "%s %s",
                            provider_label(explanation->world, explanation->names, anchor),
                            faults_words(&beside.faults, anchor));
    }
    return "";
}
