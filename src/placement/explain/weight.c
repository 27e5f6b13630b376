/*
 * Adds up what the lacks of a provider weigh.
 */
#include <config.h>

#include "placement/explain/weight.h"

#include "placement/explain/faults.h"

/* Returns how far an amount is from what an inventory allows: 0 to 1. */
static double part_lacking(const struct world_inventory *inventory, int64_t amount)
{
    int64_t room = inventory->capacity - inventory->used;
    int64_t given = inventory->max_unit < room ? inventory->max_unit : room;
    int64_t lack = given > 0 ? amount - given : amount;
    if (lack < inventory->min_unit - amount)
        lack = inventory->min_unit - amount;
    if (lack >= amount)
        return 1;
    return lack > 0 ? (double)lack / (double)amount : 0;
}

static double demand_weight(const struct world *world, const struct search_demand *demand,
                            uint32_t provider)
{
    const struct world_inventory *inventory = world_inventory_of(world, provider, demand->class_id);
    switch (inventory_fault(inventory, demand->amount)) {
    case FAULT_NONE:
        return 0;
    case FAULT_CLASS:
        return WEIGHT_CLASS;
    case FAULT_MAX_UNIT:
    case FAULT_MIN_UNIT:
    case FAULT_STEP_SIZE:
    case FAULT_TOTAL:
        return WEIGHT_FIXED * (1 + part_lacking(inventory, demand->amount));
    default:
        return WEIGHT_CAPACITY * (1 + part_lacking(inventory, demand->amount));
    }
}

/* Returns what weighs that a provider lacks of required sets. roots: the same bits of its root, if
   what is lacking may be there; NULL. */
static double required_weight(const struct search_membership *membership, const uint64_t *bits,
                              const uint64_t *roots, size_t words)
{
    double weight = 0;
    for (size_t i = 0; i < membership->required_count; i++)
        if (!bits_meet(membership->required[i], bits, words))
            weight += roots != NULL && bits_meet(membership->required[i], roots, words)
                          ? WEIGHT_OF_ROOT
                          : WEIGHT_ONE;
    return weight;
}

double weight_of_provider(const struct sought *sought, uint32_t provider)
{
    const struct world *world = sought->inquiry->world;
    const struct search_group *group = &sought->group;
    const uint64_t *traits = world_traits(world, provider);
    const uint64_t *aggregates = world_aggregates(world, provider);
    uint32_t root = world->providers[provider].root;
    double weight = sought->bound && root != group->tree ? WEIGHT_TREE : 0;
    for (size_t i = 0; i < group->demand_count; i++)
        weight += demand_weight(world, &group->demands[i], provider);
    if (membership_forbids(&group->traits, traits, world->trait_words))
        weight += WEIGHT_ONE;
    if (membership_forbids(&group->aggregates, aggregates, world->aggregate_words))
        weight += WEIGHT_ONE;
    return weight +
           required_weight(&group->traits, traits, world_traits(world, root), world->trait_words) +
           required_weight(&group->aggregates, aggregates, world_aggregates(world, root),
                           world->aggregate_words);
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
    double of_own = required_weight(aggregates, own, NULL, words);
    double of_root = root == anchor ? required_weight(aggregates, roots, NULL, words) : of_own;
    return weight + (of_root < of_own ? of_root : of_own) + demand_weight(world, demand, provider);
}
