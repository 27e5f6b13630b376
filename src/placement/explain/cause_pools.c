/*
 * Finds what a pool lacks for a group with a suffix: of a tree that has nothing of the group
 * itself, and sees a pool that has too little left, or is left out.
 */
#include <config.h>

#include "placement/explain/cause_parts.h"
#include "placement/explain/weight.h"

/* The pool that serves each tree best. */
struct pools {
    const struct sought *sought;
    const bool *among; /* for each root: it is told of */
    double *weights;   /* for each root: of what its pool lacks... */
    uint32_t *best;    /* ... and the pool; WORLD_NONE: it sees none */
    double weight;     /* of the pool that is looked at */
};

static void see_pool(void *subject, uint32_t anchor, uint32_t provider)
{
    struct pools *pools = subject;
    if (!pools->among[anchor] ||
        (pools->best[anchor] != WORLD_NONE && pools->weight >= pools->weights[anchor]))
        return;
    pools->best[anchor] = provider;
    pools->weights[anchor] = pools->weight;
}

static bool has_class(const struct sought *sought, const struct search_demand *demand,
                      uint32_t provider)
{
    return world_inventory_of(sought->inquiry->world, provider, demand->class_id) != NULL;
}

/* Returns whether a provider has each class of a group, not only those that are sought. */
static bool has_classes(const struct sought *sought, uint32_t provider)
{
    for (size_t i = 0; i < sought->group.demand_count; i++)
        if (!has_class(sought, &sought->group.demands[i], provider))
            return false;
    for (size_t i = 0; i < sought->bringer_count; i++)
        if (!has_class(sought, &sought->bringers[i], provider))
            return false;
    return sought->group.demand_count > 0;
}

/* Finds the pools. A tree that has the classes itself is told of by what its own providers lack,
   if that is no more. */
static void find_pools(struct pools *pools)
{
    const struct inquiry *inquiry = pools->sought->inquiry;
    const struct world *world = inquiry->world;
    pools->weights = arena_array(inquiry->arena, world->provider_count, sizeof(*pools->weights));
    pools->best = arena_array(inquiry->arena, world->provider_count, sizeof(*pools->best));
    for (uint32_t i = 0; i < world->provider_count; i++)
        pools->best[i] = WORLD_NONE;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 2); i++) {
        if (world->providers[i].root == WORLD_NONE || !has_classes(pools->sought, i) ||
            !budget_spend(inquiry->budget, 32))
            continue;
        pools->weight = weight_of_provider(pools->sought, i);
        inquiry_visit_anchors(inquiry, i, !world->providers[i].shares, see_pool, pools);
    }
}

/* Returns the tree whose pool lacks least, of those that are no pools, if the pool is of another
   tree; WORLD_NONE. */
static uint32_t find_lightest(const struct pools *pools)
{
    const struct world *world = pools->sought->inquiry->world;
    uint32_t lightest = WORLD_NONE;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (pools->best[i] != WORLD_NONE && pools->weights[i] > 0 && !world->providers[i].shares &&
            (lightest == WORLD_NONE || pools->weights[i] < pools->weights[lightest]))
            lightest = i;
    return lightest == WORLD_NONE || world->providers[pools->best[lightest]].root == lightest
               ? WORLD_NONE
               : lightest;
}

bool cause_nearest_pool(const struct sought *sought, const bool *among, struct near_miss *nearest)
{
    const struct world *world = sought->inquiry->world;
    struct pools pools = {.sought = sought, .among = among};
    struct faults faults = {.sought = sought};
    if (!sought->group.granular || world->sharing_count == 0)
        return false;
    find_pools(&pools);
    uint32_t tree = find_lightest(&pools);
    if (tree == WORLD_NONE || budget_is_over(sought->inquiry->budget))
        return false;
    bool *trees = arena_array(sought->inquiry->arena, world->provider_count, sizeof(*trees));
    for (uint32_t i = 0; i < world->provider_count; i++)
        trees[i] = pools.best[i] == pools.best[tree] && !world->providers[i].shares;
    uint32_t more = lacks_choose(sought->inquiry->lacks, trees, world->provider_count, &tree);
    faults_of_provider(&faults, pools.best[tree]);
    *nearest = (struct near_miss){
        .provider = tree,
        .reason = faults_words(&faults, tree),
        .alike = true,
        .faults = faults.items,
        .fault_count = faults.count,
        .more = more,
    };
    return true;
}
