/*
 * Matching: which provider can fill which slot, and from which anchors it is seen.
 */
#include <config.h>

#include "placement/candidates/match.h"

struct matching {
    struct search *search;
    const struct world *world;
    struct arena *arena;
    uint32_t *seen; /* of each provider as anchor: the turn in which it was seen last */
    uint32_t turn;
    bool *anchor_fits; /* of each provider: it may be an anchor */
};

bool membership_holds(const struct search_membership *membership, const uint64_t *bits,
                      size_t words)
{
    for (size_t i = 0; i < membership->required_count; i++)
        if (!bits_meet(membership->required[i], bits, words))
            return false;
    return membership->forbidden == NULL || !bits_meet(membership->forbidden, bits, words);
}

static bool forbidden(const struct search_membership *membership, const uint64_t *bits,
                      size_t words)
{
    return membership->forbidden != NULL && bits_meet(membership->forbidden, bits, words);
}

static bool required(const struct search_membership *membership, const uint64_t *bits, size_t words)
{
    struct search_membership only = *membership;
    only.forbidden = NULL;
    return membership_holds(&only, bits, words);
}

/* Whether there is room for an amount. The product is the database server's, which upstream asks:
   of the ratio as it is stored, in double precision. */
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

/* Whether a provider can fill the slot, whatever the anchor. */
static bool provider_fits(const struct world *world, const struct search_group *group,
                          const struct search_slot *slot, uint32_t provider)
{
    const uint64_t *traits = world_traits(world, provider);
    bool resourceless = group->demand_count == 0;
    if (world->providers[provider].root == WORLD_NONE)
        return false;
    if (group->in_tree && !resourceless && world->providers[provider].root != group->tree)
        return false;
    if (forbidden(&group->traits, traits, world->trait_words))
        return false;
    if (group->granular && (!required(&group->traits, traits, world->trait_words) ||
                            !membership_holds(&group->aggregates, world_aggregates(world, provider),
                                              world->aggregate_words)))
        return false;
    if (resourceless && group->traits.required_count == 0 && group->aggregates.required_count == 0)
        return false;
    return has_all(world, provider, slot);
}

/* Whether an anchor may offer a provider to the unsuffixed group: an aggregate of the root spans
   its tree, but a provider that only shares with it must be a member itself. */
static bool anchor_offers(const struct world *world, const struct search_group *group,
                          uint32_t anchor, uint32_t provider)
{
    if (group->granular)
        return true;
    size_t words = world->aggregate_words;
    const uint64_t *own = world_aggregates(world, provider);
    const uint64_t *roots = world_aggregates(world, anchor);
    if (forbidden(&group->aggregates, own, words) || forbidden(&group->aggregates, roots, words))
        return false;
    if (required(&group->aggregates, own, words))
        return true;
    return world->providers[provider].root == anchor && required(&group->aggregates, roots, words);
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

/* Visits the anchors that see a provider: its root, and the roots of all with whom it shares. What
   is asked of one tree by the unsuffixed group may not come from a provider that shares. */
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
    const struct search_group *group = &matching->search->query->groups[slot->group];
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

static void make_slots(struct search *search, struct arena *arena)
{
    const struct search_query *query = search->query;
    size_t most = 0;
    for (size_t i = 0; i < query->group_count; i++)
        most += query->groups[i].granular ? 1 : query->groups[i].demand_count;
    search->slots = arena_array(arena, most, sizeof(*search->slots));
    for (size_t i = 0; i < query->group_count; i++) {
        const struct search_group *group = &query->groups[i];
        size_t slots = group->granular ? 1 : group->demand_count;
        for (size_t j = 0; j < slots; j++)
            search->slots[search->slot_count++] = (struct search_slot){
                .group = i,
                .demands = group->demands + (group->granular ? 0 : j),
                .demand_count = group->granular ? group->demand_count : 1,
            };
    }
}

static void find_anchors(struct matching *matching)
{
    const struct world *world = matching->world;
    const struct search_membership *wanted = &matching->search->query->root_traits;
    matching->anchor_fits = arena_array(matching->arena, world->provider_count, sizeof(bool));
    for (uint32_t i = 0; i < world->provider_count; i++)
        matching->anchor_fits[i] =
            world->providers[i].root == i &&
            membership_holds(wanted, world_traits(world, i), world->trait_words);
}

static void keep_anchors(struct search *search, struct arena *arena, uint32_t provider_count)
{
    uint32_t *anchors = arena_array(arena, provider_count, sizeof(*anchors));
    for (uint32_t i = 0; i < provider_count; i++) {
        size_t filled = 0;
        while (filled < search->slot_count &&
               search->slots[filled].first[i] < search->slots[filled].first[i + 1])
            filled++;
        if (filled == search->slot_count)
            anchors[search->anchor_count++] = i;
    }
    search->anchors = anchors;
}

void match_slots(struct search *search, struct arena *arena)
{
    struct matching matching = {.search = search, .world = search->world, .arena = arena};
    uint32_t count = search->world->provider_count;
    matching.seen = arena_array(arena, count, sizeof(*matching.seen));
    find_anchors(&matching);
    make_slots(search, arena);
    for (size_t i = 0; i < search->slot_count; i++)
        match_slot(&matching, &search->slots[i]);
    keep_anchors(search, arena, count);
}
