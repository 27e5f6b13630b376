/*
 * Partial choices.
 */
#include <config.h>

#include "placement/candidates/partial_choice.h"

#include "placement/candidates/match.h"
#include "placement/candidates/slot_matching.h"

struct partial *partial_new(const struct search *search, struct arena *arena)
{
    struct partial *partial = arena_alloc(arena, sizeof(*partial));
    size_t depths = search->slot_count + 1;
    *partial = (struct partial){
        .search = search,
        .chosen = arena_array(arena, search->slot_count, sizeof(*partial->chosen)),
        .taken = arena_array(arena, search->world->inventory_count, sizeof(*partial->taken)),
        .tops = arena_array(arena, depths * search->query->subtree_count, sizeof(*partial->tops)),
        .places = places_new(search, arena),
    };
    for (size_t i = 0; i < depths * search->query->subtree_count; i++)
        partial->tops[i] = WORLD_NONE;
    return partial;
}

void partial_reset(struct partial *partial, uint32_t anchor)
{
    while (partial->depth > 0)
        partial_give_back(partial);
    partial->anchor = anchor;
}

static const struct search_group *group_of(const struct partial *partial, size_t slot)
{
    return &partial->search->query->groups[partial->search->slots[slot].group];
}

static uint32_t *tops_at(const struct partial *partial, size_t depth)
{
    return partial->tops + depth * partial->search->query->subtree_count;
}

static bool subtree_has(const struct search_subtree *subtree, size_t group)
{
    for (size_t i = 0; i < subtree->count; i++)
        if (subtree->groups[i] == group)
            return true;
    return false;
}

static bool capacity_allows(const struct partial *partial, size_t slot, uint32_t provider)
{
    const struct world *world = partial->search->world;
    const struct search_slot *of = &partial->search->slots[slot];
    for (size_t i = 0; i < of->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, of->demands[i].class_id);
        int64_t taken = partial->taken[inventory - world->inventories] + of->demands[i].amount;
        if (taken > inventory->max_unit || inventory->used + taken > inventory->capacity)
            return false;
    }
    return true;
}

static bool neighbours_allow(const struct partial *partial, size_t slot, uint32_t provider)
{
    const struct search_query *query = partial->search->query;
    const struct world_provider *providers = partial->search->world->providers;
    bool alone = query->isolate && group_of(partial, slot)->granular;
    if (!alone && !query->one_of_tree)
        return true;
    for (size_t i = 0; i < partial->depth; i++) {
        uint32_t other = partial->chosen[i];
        if (alone && other == provider && group_of(partial, i)->granular)
            return false;
        if (query->one_of_tree && other != provider &&
            providers[other].root == providers[provider].root)
            return false;
    }
    return true;
}

static bool subtrees_allow(const struct partial *partial, size_t slot, uint32_t provider)
{
    const struct search_query *query = partial->search->query;
    const uint32_t *tops = tops_at(partial, partial->depth);
    for (size_t i = 0; i < query->subtree_count; i++)
        if (tops[i] != WORLD_NONE &&
            subtree_has(&query->subtrees[i], partial->search->slots[slot].group) &&
            !world_is_under(partial->search->world, provider, tops[i]))
            return false;
    return true;
}

bool partial_allows(const struct partial *partial, size_t slot, uint32_t provider)
{
    return capacity_allows(partial, slot, provider) && neighbours_allow(partial, slot, provider) &&
           subtrees_allow(partial, slot, provider);
}

static void count_taken(struct partial *partial, size_t slot, uint32_t provider, int64_t sign)
{
    const struct world *world = partial->search->world;
    const struct search_slot *of = &partial->search->slots[slot];
    for (size_t i = 0; i < of->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, of->demands[i].class_id);
        partial->taken[inventory - world->inventories] += sign * of->demands[i].amount;
    }
}

/* Subtrees. */

/* Whether a provider can be the one under which all of a subtree's groups stand: a group that is
   decided has it or one that is left may have it, and those that are left have options below. */
static bool can_be_top(const struct partial *partial, const struct search_subtree *subtree,
                       uint32_t top)
{
    bool taken = false;
    for (size_t slot = 0; slot < partial->search->slot_count; slot++) {
        if (!subtree_has(subtree, partial->search->slots[slot].group))
            continue;
        if (slot < partial->depth) {
            taken = taken || partial->chosen[slot] == top;
            continue;
        }
        const uint32_t *end;
        bool below = false;
        for (const uint32_t *option = partial_options(partial, slot, &end); option < end;
             option++) {
            if ((below && *option != top) || !partial_allows(partial, slot, *option))
                continue;
            taken = taken || *option == top;
            below = below || world_is_under(partial->search->world, *option, top);
        }
        if (!below)
            return false;
    }
    return taken;
}

static bool is_above_all(const struct partial *partial, const struct search_subtree *subtree,
                         uint32_t top)
{
    for (size_t slot = 0; slot < partial->depth; slot++)
        if (subtree_has(subtree, partial->search->slots[slot].group) &&
            !world_is_under(partial->search->world, partial->chosen[slot], top))
            return false;
    return true;
}

/* The highest provider that can be a subtree's top now; WORLD_NONE: none can. */
static uint32_t find_top(const struct partial *partial, const struct search_subtree *subtree,
                         uint32_t from)
{
    const struct world_provider *providers = partial->search->world->providers;
    uint32_t highest = WORLD_NONE;
    for (uint32_t top = from; top != WORLD_NONE; top = providers[top].parent)
        if (is_above_all(partial, subtree, top) && can_be_top(partial, subtree, top))
            highest = top;
    return highest;
}

/* Finds the tops anew after the last slot was decided. */
static bool find_tops(struct partial *partial)
{
    const struct search_query *query = partial->search->query;
    size_t slot = partial->depth - 1;
    const uint32_t *before = tops_at(partial, slot);
    uint32_t *now = tops_at(partial, partial->depth);
    for (size_t i = 0; i < query->subtree_count; i++)
        now[i] = before[i];
    for (size_t i = 0; i < query->subtree_count; i++) {
        if (!subtree_has(&query->subtrees[i], partial->search->slots[slot].group))
            continue;
        now[i] = find_top(partial, &query->subtrees[i], partial->chosen[slot]);
        if (now[i] == WORLD_NONE)
            return false;
    }
    return true;
}

/* Traits of the unsuffixed group. */

static bool some_option_has(const struct partial *partial, size_t slot, const uint64_t *traits)
{
    const struct world *world = partial->search->world;
    const uint32_t *end;
    for (const uint32_t *option = partial_options(partial, slot, &end); option < end; option++)
        if (bits_meet(traits, world_traits(world, *option), world->trait_words))
            return true;
    return false;
}

static bool trait_within_reach(const struct partial *partial, size_t group, const uint64_t *traits)
{
    const struct world *world = partial->search->world;
    for (size_t slot = 0; slot < partial->search->slot_count; slot++) {
        if (partial->search->slots[slot].group != group)
            continue;
        if (slot >= partial->depth
                ? some_option_has(partial, slot, traits)
                : bits_meet(traits, world_traits(world, partial->chosen[slot]), world->trait_words))
            return true;
    }
    return false;
}

static bool traits_within_reach(const struct partial *partial)
{
    const struct search_query *query = partial->search->query;
    for (size_t i = 0; i < query->group_count; i++) {
        const struct search_membership *traits = &query->groups[i].traits;
        for (size_t j = 0; !query->groups[i].granular && j < traits->required_count; j++)
            if (!trait_within_reach(partial, i, traits->required[j]))
                return false;
    }
    return true;
}

bool partial_has_hope(struct partial *partial)
{
    for (size_t slot = partial->depth; slot < partial->search->slot_count; slot++) {
        const uint32_t *end;
        const uint32_t *option = partial_options(partial, slot, &end);
        while (option < end && !partial_allows(partial, slot, *option))
            option++;
        if (option == end)
            return false;
    }
    return traits_within_reach(partial) && places_suffice(partial->places, partial);
}

static void take(struct partial *partial, uint32_t provider)
{
    count_taken(partial, partial->depth, provider, 1);
    partial->chosen[partial->depth++] = provider;
}

void partial_retake(struct partial *partial, uint32_t provider)
{
    take(partial, provider);
    find_tops(partial);
}

bool partial_take(struct partial *partial, uint32_t provider)
{
    if (!partial_allows(partial, partial->depth, provider))
        return false;
    take(partial, provider);
    if (find_tops(partial) && partial_has_hope(partial))
        return true;
    partial_give_back(partial);
    return false;
}

void partial_give_back(struct partial *partial)
{
    partial->depth--;
    count_taken(partial, partial->depth, partial->chosen[partial->depth], -1);
}
