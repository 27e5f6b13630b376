/*
 * Checks traits, aggregates, trees and room, the cheapest first.
 */
#include <config.h>

#include "placement/candidates/slot_fitness.h"

/* Returns whether an inventory can take an amount. Upstream leaves this to the database server, so
   the product is computed as there: with the stored ratio, in double precision. */
static bool has_room(const struct world *world, uint32_t provider,
                     const struct search_demand *demand)
{
    const struct world_inventory *inventory = world_inventory_of(world, provider, demand->class_id);
    if (inventory == NULL || demand->amount < inventory->min_unit ||
        demand->amount > inventory->max_unit)
        return false;
    if (inventory->step_size > 0 && demand->amount % inventory->step_size != 0)
        return false;
    double capacity = (double)((int64_t)inventory->total - inventory->reserved) *
                      (double)inventory->allocation_ratio;
    int64_t needed = inventory->used + demand->amount;
    return (double)needed <= capacity;
}

static bool has_all(const struct world *world, uint32_t provider, const struct search_slot *slot)
{
    for (size_t i = 0; i < slot->demand_count; i++)
        if (!has_room(world, provider, &slot->demands[i]))
            return false;
    return true;
}

bool slot_fits(const struct world *world, const struct search_group *group,
               const struct search_slot *slot, uint32_t provider)
{
    const uint64_t *traits = world_traits(world, provider);
    bool resourceless = group->demand_count == 0;
    if (world->providers[provider].root == WORLD_NONE)
        return false;
    if (group->in_tree && !resourceless && world->providers[provider].root != group->tree)
        return false;
    if (membership_forbids(&group->traits, traits, world->trait_words))
        return false;
    if (group->granular && (!membership_requires(&group->traits, traits, world->trait_words) ||
                            !membership_holds(&group->aggregates, world_aggregates(world, provider),
                                              world->aggregate_words)))
        return false;
    if (resourceless && group->traits.required_count == 0 && group->aggregates.required_count == 0)
        return false;
    return has_all(world, provider, slot);
}

size_t slot_fitness_work(const struct world *world, const struct search_group *group,
                         const struct search_slot *slot)
{
    return 1 + slot->demand_count + world->trait_words + world->aggregate_words +
           group->traits.required_count + group->aggregates.required_count;
}

bool anchor_offers(const struct world *world, const struct search_group *group, uint32_t anchor,
                   uint32_t provider)
{
    if (group->granular)
        return true;
    size_t words = world->aggregate_words;
    const uint64_t *own = world_aggregates(world, provider);
    const uint64_t *roots = world_aggregates(world, anchor);
    if (membership_forbids(&group->aggregates, own, words) ||
        membership_forbids(&group->aggregates, roots, words))
        return false;
    if (membership_requires(&group->aggregates, own, words))
        return true;
    return world->providers[provider].root == anchor &&
           membership_requires(&group->aggregates, roots, words);
}
