/*
 * Adds up what the lacks of a provider weigh.
 */
#include <config.h>

#include "placement/explain/weight.h"

static double demand_weight(const struct world *world, const struct search_demand *demand,
                            uint32_t provider)
{
    const struct world_inventory *inventory = world_inventory_of(world, provider, demand->class_id);
    if (inventory == NULL)
        return WEIGHT_CLASS;
    if (!units_allow(inventory, demand->amount))
        return WEIGHT_UNITS;
    if (inventory_has_room(inventory, demand->amount))
        return 0;
    double lack = (double)(inventory->used + demand->amount - inventory->capacity);
    double part = lack / (double)demand->amount;
    return WEIGHT_CAPACITY * (1 + (part < 1 ? part : 1));
}

static double required_weight(const struct search_membership *membership, const uint64_t *bits,
                              size_t words)
{
    double weight = 0;
    for (size_t i = 0; i < membership->required_count; i++)
        if (!bits_meet(membership->required[i], bits, words))
            weight += WEIGHT_ONE;
    return weight;
}

double weight_of_provider(const struct sought *sought, uint32_t provider)
{
    const struct world *world = sought->inquiry->world;
    const struct search_group *group = &sought->group;
    const uint64_t *traits = world_traits(world, provider);
    const uint64_t *aggregates = world_aggregates(world, provider);
    bool elsewhere = sought->bound && world->providers[provider].root != group->tree;
    double weight = elsewhere ? WEIGHT_TREE : 0;
    for (size_t i = 0; i < group->demand_count; i++)
        weight += demand_weight(world, &group->demands[i], provider);
    if (membership_forbids(&group->traits, traits, world->trait_words))
        weight += WEIGHT_ONE;
    if (membership_forbids(&group->aggregates, aggregates, world->aggregate_words))
        weight += WEIGHT_ONE;
    return weight + required_weight(&group->traits, traits, world->trait_words) +
           required_weight(&group->aggregates, aggregates, world->aggregate_words);
}

double weight_of_slot(const struct sought *sought, const struct search_demand *demand,
                      uint32_t provider, uint32_t anchor)
{
    const struct world *world = sought->inquiry->world;
    const struct search_membership *aggregates = &sought->group.aggregates;
    const uint64_t *own = world_aggregates(world, provider);
    const uint64_t *roots = world_aggregates(world, anchor);
    uint32_t root = world->providers[provider].root;
    size_t words = world->aggregate_words;
    double weight =
        sought->bound && (root != sought->group.tree || root != anchor) ? WEIGHT_TREE : 0;
    if (membership_forbids(&sought->group.traits, world_traits(world, provider),
                           world->trait_words))
        weight += WEIGHT_ONE;
    if (membership_forbids(aggregates, own, words) || membership_forbids(aggregates, roots, words))
        weight += WEIGHT_ONE;
    if (root != anchor || !membership_requires(aggregates, roots, words))
        weight += required_weight(aggregates, own, words);
    return weight + demand_weight(world, demand, provider);
}
