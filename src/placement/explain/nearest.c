/*
 * Weighs what providers lack, and keeps those that lack least.
 */
#include <config.h>

#include "placement/explain/nearest.h"

#include "base/text.h"
#include "placement/explain/reasons.h"

/* What a lack weighs. Capacity weighs more the more of it lacks. */
#define WEIGHT_CLASS    4.0
#define WEIGHT_UNITS    2.0
#define WEIGHT_TREE     1.5
#define WEIGHT_ONE      1.0
#define WEIGHT_CAPACITY 0.5
#define WEIGHT_NOTHING  1e9 /* no provider is seen */

const char *provider_label(const struct world *world, const char *const *names, uint32_t provider)
{
    return names != NULL && names[provider] != NULL ? names[provider]
                                                    : world->providers[provider].uuid;
}

/* Weights. */

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

static double membership_weight(const struct search_membership *membership, const uint64_t *bits,
                                size_t words)
{
    double weight = membership_forbids(membership, bits, words) ? WEIGHT_ONE : 0;
    for (size_t i = 0; i < membership->required_count; i++)
        if (!bits_meet(membership->required[i], bits, words))
            weight += WEIGHT_ONE;
    return weight;
}

static double provider_weight(const struct world *world, const struct search_group *group,
                              uint32_t provider)
{
    double weight = provider_is_elsewhere(world, group, provider) ? WEIGHT_TREE : 0;
    for (size_t i = 0; i < group->demand_count; i++)
        weight += demand_weight(world, &group->demands[i], provider);
    return weight +
           membership_weight(&group->traits, world_traits(world, provider), world->trait_words) +
           membership_weight(&group->aggregates, world_aggregates(world, provider),
                             world->aggregate_words);
}

/* Returns which of both the aggregates must be looked up for: the provider, or for one of the
   anchor's tree perhaps the anchor. */
static uint32_t member_of(const struct world *world, const struct search_group *group,
                          uint32_t provider, uint32_t anchor)
{
    size_t words = world->aggregate_words;
    bool spans = world->providers[provider].root == anchor &&
                 membership_holds(&group->aggregates, world_aggregates(world, anchor), words) &&
                 !membership_forbids(&group->aggregates, world_aggregates(world, provider), words);
    return spans ? anchor : provider;
}

static double slot_weight(const struct world *world, const struct search_group *group,
                          const struct search_demand *demand, uint32_t provider, uint32_t anchor)
{
    uint32_t member = member_of(world, group, provider, anchor);
    double weight = provider_is_elsewhere(world, group, provider) ? WEIGHT_TREE : 0;
    if (membership_forbids(&group->traits, world_traits(world, provider), world->trait_words))
        weight += WEIGHT_ONE;
    return weight + demand_weight(world, demand, provider) +
           membership_weight(&group->aggregates, world_aggregates(world, member),
                             world->aggregate_words);
}

/* The nearest. */

/* Keeps a provider if it is one of the nearest so far. weights are those of the items. */
static void keep_nearest(struct near_misses *misses, double *weights, uint32_t provider,
                         double weight)
{
    size_t at = misses->count;
    if (weight >= WEIGHT_NOTHING || (at == MISSES_MOST && weight >= weights[at - 1]))
        return;
    if (at == MISSES_MOST)
        at--;
    else
        misses->count++;
    for (; at > 0 && weight < weights[at - 1]; at--) {
        misses->items[at] = misses->items[at - 1];
        weights[at] = weights[at - 1];
    }
    misses->items[at] = (struct near_miss){.provider = provider};
    weights[at] = weight;
}

static bool has_some(const struct world *world, const struct search_group *group, uint32_t provider)
{
    for (size_t i = 0; i < group->demand_count; i++)
        if (world_inventory_of(world, provider, group->demands[i].class_id) != NULL)
            return true;
    return group->demand_count == 0;
}

static void find_providers(struct reasons *reasons, struct near_misses *misses)
{
    const struct inquiry *inquiry = reasons->inquiry;
    const struct world *world = inquiry->world;
    const struct search_group *group = reasons->group;
    double weights[MISSES_MOST];
    size_t work = 4 + group->demand_count * 4 + group->traits.required_count * world->trait_words +
                  group->aggregates.required_count * world->aggregate_words;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++)
        if (world->providers[i].root != WORLD_NONE && has_some(world, group, i))
            keep_nearest(misses, weights, i, provider_weight(world, group, i));
    for (size_t i = 0; i < misses->count; i++) {
        reasons->count = 0;
        reason_add_provider(reasons, misses->items[i].provider);
        misses->items[i].reason = reasons_text(reasons);
    }
}

/* Trees. */

struct sighting {
    const struct inquiry *inquiry;
    const struct search_group *group;
    const struct search_demand *demand;
    double *best;        /* for each anchor: the least weight of a provider for the class... */
    uint32_t *providers; /* ... and the provider; WORLD_NONE */
    bool *sees;          /* for each anchor: it sees the set of traits */
};

static void weigh_slot(void *subject, uint32_t anchor, uint32_t provider)
{
    struct sighting *sighting = subject;
    double weight =
        slot_weight(sighting->inquiry->world, sighting->group, sighting->demand, provider, anchor);
    if (weight >= sighting->best[anchor])
        return;
    sighting->best[anchor] = weight;
    sighting->providers[anchor] = provider;
}

static void see(void *subject, uint32_t anchor, uint32_t provider)
{
    struct sighting *sighting = subject;
    (void)provider;
    sighting->sees[anchor] = true;
}

/* Finds the best provider of a class for each anchor. */
static void see_class(struct sighting *sighting, const struct search_demand *demand)
{
    const struct world *world = sighting->inquiry->world;
    if (!budget_spend(sighting->inquiry->budget, world->provider_count))
        return;
    sighting->demand = demand;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        sighting->best[i] = WEIGHT_CLASS;
        sighting->providers[i] = WORLD_NONE;
    }
    for (uint32_t i = 0; i < world->provider_count && budget_spend(sighting->inquiry->budget, 16);
         i++)
        if (world_inventory_of(world, i, demand->class_id) != NULL)
            inquiry_visit_anchors(sighting->inquiry, i, sighting->group->in_tree, weigh_slot,
                                  sighting);
}

static void see_traits(struct sighting *sighting, const uint64_t *set)
{
    const struct world *world = sighting->inquiry->world;
    if (!budget_spend(sighting->inquiry->budget, world->provider_count))
        return;
    for (uint32_t i = 0; i < world->provider_count; i++)
        sighting->sees[i] = false;
    for (uint32_t i = 0; i < world->provider_count &&
                         budget_spend(sighting->inquiry->budget, 2 + world->trait_words);
         i++)
        if (bits_meet(set, world_traits(world, i), world->trait_words))
            inquiry_visit_anchors(sighting->inquiry, i, sighting->group->in_tree, see, sighting);
}

/* Tells for the nearest trees what the best provider of a class lacks. */
static void tell_class(const struct sighting *sighting, struct reasons *of_trees,
                       const struct near_misses *misses, size_t index)
{
    struct arena *arena = sighting->inquiry->arena;
    for (size_t i = 0; i < misses->count; i++) {
        uint32_t anchor = misses->items[i].provider, best = sighting->providers[anchor];
        struct reasons *tree = &of_trees[i];
        struct reasons own = *tree;
        own.items = NULL;
        own.count = own.room = 0;
        if (best == WORLD_NONE) {
            reason_add(tree, arena_printf(arena, "has no %s",
                                          tree->asked->resources.items[index].class_name));
            continue;
        }
        reason_add_demand(&own, index, best);
        reason_add_forbidden(&own, best);
        reason_add_aggregates(&own, member_of(sighting->inquiry->world, own.group, best, anchor));
        reason_add_tree(&own, best);
        for (size_t j = 0; j < own.count; j++)
            reason_add(tree, best == anchor
                                 ? own.items[j]
                                 : arena_printf(arena, "its %s %s",
                                                provider_label(own.inquiry->world, own.names, best),
                                                own.items[j]));
    }
}

/* Sums up for each tree what it lacks: for each class what the best provider lacks, and the traits
   that no provider has. */
static void weigh_trees(struct sighting *sighting, double *sums)
{
    const struct world *world = sighting->inquiry->world;
    const struct search_group *group = sighting->group;
    for (size_t i = 0; i < group->demand_count; i++) {
        see_class(sighting, &group->demands[i]);
        for (uint32_t j = 0; j < world->provider_count; j++)
            sums[j] += sighting->best[j];
    }
    for (size_t i = 0; i < group->traits.required_count; i++) {
        see_traits(sighting, group->traits.required[i]);
        for (uint32_t j = 0; j < world->provider_count; j++)
            sums[j] += sighting->sees[j] ? 0 : WEIGHT_ONE;
    }
}

static void find_trees(struct reasons *reasons, struct near_misses *misses)
{
    const struct inquiry *inquiry = reasons->inquiry;
    const struct world *world = inquiry->world;
    const struct search_group *group = reasons->group;
    uint32_t count = world->provider_count;
    double *sums = arena_array(inquiry->arena, count, sizeof(*sums)), weights[MISSES_MOST];
    struct reasons of_trees[MISSES_MOST];
    struct sighting sighting = {
        .inquiry = inquiry,
        .group = group,
        .best = arena_array(inquiry->arena, count, sizeof(*sighting.best)),
        .providers = arena_array(inquiry->arena, count, sizeof(*sighting.providers)),
        .sees = arena_array(inquiry->arena, count, sizeof(*sighting.sees)),
    };
    weigh_trees(&sighting, sums);
    for (uint32_t i = 0; i < count; i++)
        if (world->providers[i].root == i && sums[i] < WEIGHT_CLASS * (double)group->demand_count)
            keep_nearest(misses, weights, i, sums[i]);
    for (size_t i = 0; i < misses->count; i++)
        of_trees[i] = *reasons;
    for (size_t i = 0; i < group->demand_count; i++) {
        see_class(&sighting, &group->demands[i]);
        tell_class(&sighting, of_trees, misses, i);
    }
    for (size_t i = 0; i < group->traits.required_count; i++) {
        see_traits(&sighting, group->traits.required[i]);
        for (size_t j = 0; j < misses->count; j++)
            if (!sighting.sees[misses->items[j].provider])
                reason_add_set(&of_trees[j], "lacks the trait",
                               &reasons->asked->traits.required[i]);
    }
    for (size_t i = 0; i < misses->count; i++)
        misses->items[i].reason = reasons_text(&of_trees[i]);
}

struct near_misses near_misses_find(const struct inquiry *inquiry, const char *const *names,
                                    size_t group)
{
    struct near_misses misses = {.count = 0};
    struct reasons reasons = {
        .inquiry = inquiry,
        .names = names,
        .number = group,
        .group = &inquiry->query.groups[group],
        .asked = &inquiry->request->groups[group],
    };
    if (reasons.group->granular)
        find_providers(&reasons, &misses);
    else
        find_trees(&reasons, &misses);
    return misses;
}

/* Groups together. */

/* Finds which anchors see a provider that satisfies a group. */
static void see_group(struct sighting *sighting, const struct funnel *funnel)
{
    const struct world *world = sighting->inquiry->world;
    if (!budget_spend(sighting->inquiry->budget, world->provider_count))
        return;
    for (uint32_t i = 0; i < world->provider_count; i++)
        sighting->sees[i] = !funnel->granular && funnel->fits[i];
    for (uint32_t i = 0; funnel->granular && i < world->provider_count; i++)
        if (funnel->fits[i])
            inquiry_visit_anchors(sighting->inquiry, i, false, see, sighting);
}

struct near_misses near_trees_find(const struct inquiry *inquiry, struct funnel *const *funnels)
{
    const struct world *world = inquiry->world;
    size_t groups = inquiry->query.group_count;
    uint32_t *missing = arena_array(inquiry->arena, world->provider_count, sizeof(*missing));
    struct text_builder lists[MISSES_MOST];
    double weights[MISSES_MOST];
    struct near_misses misses = {.count = 0};
    struct sighting sighting = {
        .inquiry = inquiry,
        .sees = arena_array(inquiry->arena, world->provider_count, sizeof(*sighting.sees)),
    };
    for (size_t i = 0; i < groups; i++) {
        see_group(&sighting, funnels[i]);
        for (uint32_t j = 0; j < world->provider_count; j++)
            missing[j] += !sighting.sees[j];
    }
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (world->providers[i].root == i && missing[i] < groups)
            keep_nearest(&misses, weights, i, missing[i]);
    for (size_t i = 0; i < misses.count; i++)
        lists[i] = text_begin(inquiry->arena);
    for (size_t i = 0; i < groups; i++) {
        const char *suffix = inquiry->request->groups[i].suffix;
        see_group(&sighting, funnels[i]);
        for (size_t j = 0; j < misses.count; j++)
            if (!sighting.sees[misses.items[j].provider])
                text_add_item(&lists[j], ", ", text_filled_or(suffix, "without suffix"));
    }
    for (size_t i = 0; i < misses.count; i++)
        misses.items[i].reason =
            arena_printf(inquiry->arena, "has nothing for group%s %s",
                         missing[misses.items[i].provider] > 1 ? "s" : "", text_end(&lists[i]));
    return misses;
}
