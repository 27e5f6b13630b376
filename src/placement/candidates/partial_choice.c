/*
 * Takes and gives back options, and looks ahead for slots that cannot be filled.
 */
#include <config.h>

#include "placement/candidates/partial_choice.h"

struct partial_choice *partial_choice_new(const struct search_space *space, struct arena *arena)
{
    struct partial_choice *choice = arena_alloc(arena, sizeof(*choice));
    size_t depths = space->slot_count + 1;
    *choice = (struct partial_choice){
        .space = space,
        .chosen = arena_array(arena, space->slot_count, sizeof(*choice->chosen)),
        .taken = arena_array(arena, space->world->inventory_count, sizeof(*choice->taken)),
        .tops = arena_array(arena, depths * space->query->subtree_count, sizeof(*choice->tops)),
    };
    for (size_t i = 0; i < depths * space->query->subtree_count; i++)
        choice->tops[i] = WORLD_NONE;
    return choice;
}

void partial_choice_reset(struct partial_choice *choice, uint32_t anchor)
{
    while (choice->depth > 0)
        partial_choice_give_back(choice);
    choice->anchor = anchor;
}

static const struct search_group *group_of(const struct partial_choice *choice, size_t slot)
{
    return &choice->space->query->groups[choice->space->slots[slot].group];
}

static uint32_t *tops_at(const struct partial_choice *choice, size_t depth)
{
    return choice->tops + depth * choice->space->query->subtree_count;
}

static bool subtree_has(const struct search_subtree *subtree, size_t group)
{
    for (size_t i = 0; i < subtree->count; i++)
        if (subtree->groups[i] == group)
            return true;
    return false;
}

static bool capacity_allows(const struct partial_choice *choice, size_t slot, uint32_t provider)
{
    const struct world *world = choice->space->world;
    const struct search_slot *of = &choice->space->slots[slot];
    for (size_t i = 0; i < of->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, of->demands[i].class_id);
        int64_t taken = choice->taken[inventory - world->inventories] + of->demands[i].amount;
        if (taken > inventory->max_unit || inventory->used + taken > inventory->capacity)
            return false;
    }
    return true;
}

static bool neighbours_allow(const struct partial_choice *choice, size_t slot, uint32_t provider)
{
    const struct search_query *query = choice->space->query;
    const struct world_provider *providers = choice->space->world->providers;
    bool alone = query->isolate && group_of(choice, slot)->granular;
    if (!alone && !query->one_of_tree)
        return true;
    for (size_t i = 0; i < choice->depth; i++) {
        uint32_t other = choice->chosen[i];
        if (alone && other == provider && group_of(choice, i)->granular)
            return false;
        if (query->one_of_tree && other != provider &&
            providers[other].root == providers[provider].root)
            return false;
    }
    return true;
}

static bool subtrees_allow(const struct partial_choice *choice, size_t slot, uint32_t provider)
{
    const struct search_query *query = choice->space->query;
    const uint32_t *tops = tops_at(choice, choice->depth);
    for (size_t i = 0; i < query->subtree_count; i++)
        if (tops[i] != WORLD_NONE &&
            subtree_has(&query->subtrees[i], choice->space->slots[slot].group) &&
            !world_is_under(choice->space->world, provider, tops[i]))
            return false;
    return true;
}

bool partial_choice_allows(const struct partial_choice *choice, size_t slot, uint32_t provider)
{
    return capacity_allows(choice, slot, provider) && neighbours_allow(choice, slot, provider) &&
           subtrees_allow(choice, slot, provider);
}

static void count_taken(struct partial_choice *choice, size_t slot, uint32_t provider, int64_t sign)
{
    const struct world *world = choice->space->world;
    const struct search_slot *of = &choice->space->slots[slot];
    for (size_t i = 0; i < of->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, of->demands[i].class_id);
        choice->taken[inventory - world->inventories] += sign * of->demands[i].amount;
    }
}

/* Subtrees. */

/* Returns whether all groups of a subtree can be at or below top: a decided group has it or a
   remaining one may take it, and the remaining groups have options at or below it. */
static bool can_be_top(const struct partial_choice *choice, const struct search_subtree *subtree,
                       uint32_t top)
{
    bool taken = false;
    for (size_t slot = 0; slot < choice->space->slot_count; slot++) {
        if (!subtree_has(subtree, choice->space->slots[slot].group))
            continue;
        if (slot < choice->depth) {
            taken = taken || choice->chosen[slot] == top;
            continue;
        }
        const uint32_t *end;
        bool below = false;
        for (const uint32_t *option = partial_choice_options(choice, slot, &end); option < end;
             option++) {
            if ((below && *option != top) || !partial_choice_allows(choice, slot, *option))
                continue;
            taken = taken || *option == top;
            below = below || world_is_under(choice->space->world, *option, top);
        }
        if (!below)
            return false;
    }
    return taken;
}

static bool is_above_all(const struct partial_choice *choice, const struct search_subtree *subtree,
                         uint32_t top)
{
    for (size_t slot = 0; slot < choice->depth; slot++)
        if (subtree_has(subtree, choice->space->slots[slot].group) &&
            !world_is_under(choice->space->world, choice->chosen[slot], top))
            return false;
    return true;
}

/* Returns the highest provider that can be a subtree's top now, or WORLD_NONE. */
static uint32_t find_top(const struct partial_choice *choice, const struct search_subtree *subtree,
                         uint32_t from)
{
    const struct world_provider *providers = choice->space->world->providers;
    uint32_t highest = WORLD_NONE;
    for (uint32_t top = from; top != WORLD_NONE; top = providers[top].parent)
        if (is_above_all(choice, subtree, top) && can_be_top(choice, subtree, top))
            highest = top;
    return highest;
}

/* Finds the tops for the new depth. Returns false if a subtree cannot have one. */
static bool find_tops(struct partial_choice *choice)
{
    const struct search_query *query = choice->space->query;
    size_t slot = choice->depth - 1;
    const uint32_t *before = tops_at(choice, slot);
    uint32_t *now = tops_at(choice, choice->depth);
    for (size_t i = 0; i < query->subtree_count; i++)
        now[i] = before[i];
    for (size_t i = 0; i < query->subtree_count; i++) {
        if (!subtree_has(&query->subtrees[i], choice->space->slots[slot].group))
            continue;
        now[i] = find_top(choice, &query->subtrees[i], choice->chosen[slot]);
        if (now[i] == WORLD_NONE)
            return false;
    }
    return true;
}

/* Traits of the unsuffixed group. */

static bool some_option_has(const struct partial_choice *choice, size_t slot,
                            const uint64_t *traits)
{
    const struct world *world = choice->space->world;
    const uint32_t *end;
    for (const uint32_t *option = partial_choice_options(choice, slot, &end); option < end;
         option++)
        if (bits_meet(traits, world_traits(world, *option), world->trait_words))
            return true;
    return false;
}

static bool trait_within_reach(const struct partial_choice *choice, size_t group,
                               const uint64_t *traits)
{
    const struct world *world = choice->space->world;
    for (size_t slot = 0; slot < choice->space->slot_count; slot++) {
        if (choice->space->slots[slot].group != group)
            continue;
        if (slot >= choice->depth
                ? some_option_has(choice, slot, traits)
                : bits_meet(traits, world_traits(world, choice->chosen[slot]), world->trait_words))
            return true;
    }
    return false;
}

static bool traits_within_reach(const struct partial_choice *choice)
{
    const struct search_query *query = choice->space->query;
    for (size_t i = 0; i < query->group_count; i++) {
        const struct search_membership *traits = &query->groups[i].traits;
        for (size_t j = 0; !query->groups[i].granular && j < traits->required_count; j++)
            if (!trait_within_reach(choice, i, traits->required[j]))
                return false;
    }
    return true;
}

bool partial_choice_may_complete(const struct partial_choice *choice)
{
    for (size_t slot = choice->depth; slot < choice->space->slot_count; slot++) {
        const uint32_t *end;
        const uint32_t *option = partial_choice_options(choice, slot, &end);
        while (option < end && !partial_choice_allows(choice, slot, *option))
            option++;
        if (option == end)
            return false;
    }
    return traits_within_reach(choice);
}

static void take(struct partial_choice *choice, uint32_t provider)
{
    count_taken(choice, choice->depth, provider, 1);
    choice->chosen[choice->depth++] = provider;
}

void partial_choice_retake(struct partial_choice *choice, uint32_t provider)
{
    take(choice, provider);
    find_tops(choice);
}

bool partial_choice_take(struct partial_choice *choice, uint32_t provider)
{
    if (!partial_choice_allows(choice, choice->depth, provider))
        return false;
    take(choice, provider);
    if (find_tops(choice) && partial_choice_may_complete(choice))
        return true;
    partial_choice_give_back(choice);
    return false;
}

void partial_choice_give_back(struct partial_choice *choice)
{
    choice->depth--;
    count_taken(choice, choice->depth, choice->chosen[choice->depth], -1);
}
