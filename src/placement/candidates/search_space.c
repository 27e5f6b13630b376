/*
 * Finds which provider can fill which slot, and which anchors see it.
 */
#include <config.h>

#include "placement/candidates/search_space.h"

struct matching {
    struct search_space *space;
    const struct world *world;
    struct arena *arena;
    uint32_t *seen; /* for each provider as anchor: the turn in which it was seen last */
    uint32_t turn;
    bool *anchor_fits; /* for each provider: it may be an anchor */
};

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

/* Returns whether a provider can fill the slot, for any anchor. */
static bool provider_fits(const struct world *world, const struct search_group *group,
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

/* Returns whether an anchor may offer a provider to the group. For the unsuffixed group an
   aggregate of the root spans its tree, but a sharing provider must be a member itself. */
static bool anchor_offers(const struct world *world, const struct search_group *group,
                          uint32_t anchor, uint32_t provider)
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

typedef void (*anchor_visitor)(void *subject, uint32_t anchor, uint32_t provider);

struct offering {
    struct matching *matching;
    const struct search_group *group;
    anchor_visitor visitor;
    void *subject;
};

static void offer(const struct offering *offering, uint32_t anchor, uint32_t provider)
{
    struct matching *matching = offering->matching;
    if (matching->seen[anchor] == matching->turn)
        return;
    matching->seen[anchor] = matching->turn;
    if (matching->anchor_fits[anchor] &&
        anchor_offers(matching->world, offering->group, anchor, provider))
        offering->visitor(offering->subject, anchor, provider);
}

/* Visits the anchors that see a provider: its own root, and the roots of all trees that it shares
   with. If the unsuffixed group names a tree, no provider of another tree may share with it. */
static void visit_anchors(const struct offering *offering, uint32_t provider)
{
    struct matching *matching = offering->matching;
    const struct world *world = matching->world;
    matching->turn++;
    offer(offering, world->providers[provider].root, provider);
    if (!world->providers[provider].shares ||
        (offering->group->in_tree && !offering->group->granular))
        return;
    struct world_sharing sharing = world_sharing_of(world, provider);
    uint32_t root;
    while ((root = world_next_shared(world, &sharing)) != WORLD_NONE)
        offer(offering, root, provider);
}

static void count_option(void *subject, uint32_t anchor, uint32_t provider)
{
    uint32_t *counts = subject;
    (void)provider;
    counts[anchor + 1]++;
}

struct filling {
    uint32_t *next;
    uint32_t *options;
};

static void add_option(void *subject, uint32_t anchor, uint32_t provider)
{
    struct filling *filling = subject;
    filling->options[filling->next[anchor]++] = provider;
}

static void match_slot(struct matching *matching, struct search_slot *slot)
{
    const struct world *world = matching->world;
    const struct search_group *group = &matching->space->query->groups[slot->group];
    uint32_t count = world->provider_count, fitting = 0;
    uint32_t *fits = arena_array(matching->arena, count, sizeof(*fits));
    for (uint32_t i = 0; i < count; i++)
        if (provider_fits(world, group, slot, i))
            fits[fitting++] = i;

    uint32_t *first = arena_array(matching->arena, (size_t)count + 1, sizeof(*first));
    struct offering offering = {matching, group, count_option, first};
    for (uint32_t i = 0; i < fitting; i++)
        visit_anchors(&offering, fits[i]);
    for (uint32_t i = 0; i < count; i++)
        first[i + 1] += first[i];

    struct filling filling = {arena_array(matching->arena, count, sizeof(*filling.next)),
                              arena_array(matching->arena, first[count], sizeof(uint32_t))};
    for (uint32_t i = 0; i < count; i++)
        filling.next[i] = first[i];
    offering.visitor = add_option;
    offering.subject = &filling;
    for (uint32_t i = 0; i < fitting; i++)
        visit_anchors(&offering, fits[i]);
    slot->first = first;
    slot->options = filling.options;
}

static void make_slots(struct search_space *space, struct arena *arena)
{
    const struct search_query *query = space->query;
    size_t most = 0;
    for (size_t i = 0; i < query->group_count; i++)
        most += query->groups[i].granular ? 1 : query->groups[i].demand_count;
    space->slots = arena_array(arena, most, sizeof(*space->slots));
    for (size_t i = 0; i < query->group_count; i++) {
        const struct search_group *group = &query->groups[i];
        size_t slots = group->granular ? 1 : group->demand_count;
        for (size_t j = 0; j < slots; j++)
            space->slots[space->slot_count++] = (struct search_slot){
                .group = i,
                .demands = group->demands + (group->granular ? 0 : j),
                .demand_count = group->granular ? group->demand_count : 1,
            };
    }
}

static void find_anchors(struct matching *matching)
{
    const struct world *world = matching->world;
    const struct search_membership *wanted = &matching->space->query->root_traits;
    matching->anchor_fits = arena_array(matching->arena, world->provider_count, sizeof(bool));
    for (uint32_t i = 0; i < world->provider_count; i++)
        matching->anchor_fits[i] =
            world->providers[i].root == i &&
            membership_holds(wanted, world_traits(world, i), world->trait_words);
}

static void keep_anchors(struct search_space *space, struct arena *arena)
{
    uint32_t provider_count = space->world->provider_count;
    uint32_t *anchors = arena_array(arena, provider_count, sizeof(*anchors));
    for (uint32_t i = 0; i < provider_count; i++) {
        size_t filled = 0;
        while (filled < space->slot_count &&
               space->slots[filled].first[i] < space->slots[filled].first[i + 1])
            filled++;
        if (filled == space->slot_count)
            anchors[space->anchor_count++] = i;
    }
    space->anchors = anchors;
}

void search_space_make(struct search_space *space, struct arena *arena, const struct world *world,
                       const struct search_query *query)
{
    *space = (struct search_space){.world = world, .query = query};
    struct matching matching = {.space = space, .world = world, .arena = arena};
    matching.seen = arena_array(arena, world->provider_count, sizeof(*matching.seen));
    find_anchors(&matching);
    make_slots(space, arena);
    for (size_t i = 0; i < space->slot_count; i++)
        match_slot(&matching, &space->slots[i]);
    keep_anchors(space, arena);
}
