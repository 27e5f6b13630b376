/*
 * Walks through the choices, depth first.
 */
#include <config.h>

#include "placement/candidates/search.h"

#include "placement/candidates/partial_choice.h"
#include "placement/candidates/slot_matching.h"
#include "placement/candidates/subtree_tops.h"

void search_begin(struct search *search, struct arena *arena, const struct world *world,
                  const struct search_query *query, struct budget *budget)
{
    *search = (struct search){.arena = arena, .anchor = WORLD_NONE};
    search_space_make(&search->space, arena, world, query, budget);
    if (search->space.anchor_count == 0)
        return;
    search->tops = subtree_tops_new(&search->space, arena);
    search->choice = partial_choice_new(&search->space, arena, search->tops);
    search->matching = slot_matching_new(&search->space, arena);
}

struct search_walk search_walk_from(const struct search *search, struct arena *arena,
                                    uint32_t anchor)
{
    return (struct search_walk){
        .anchor = anchor,
        .positions = arena_array(arena, search->space.slot_count, sizeof(uint32_t)),
    };
}

void search_walk_restart(struct search_walk *walk, uint32_t anchor)
{
    walk->anchor = anchor;
    walk->begun = false;
}

const uint32_t *search_choice(const struct search *search)
{
    return search->choice->chosen;
}

/* Looks from an anchor. Returns false if there is no candidate. */
static bool look(struct search *search, uint32_t anchor)
{
    if (search->anchor == anchor)
        return true;
    search->anchor = WORLD_NONE;
    search->walking = NULL;
    if (!search_space_look(&search->space, anchor))
        return false;
    subtree_tops_find(search->tops);
    search->anchor = anchor;
    return true;
}

/* Brings the choice to where the walk is: another walk may have used it. Returns false if nothing
   can be chosen from there. */
static bool resume(struct search *search, const struct search_walk *walk)
{
    struct partial_choice *choice = search->choice;
    uint32_t anchor = search->space.anchors[walk->anchor];
    if (search->walking == walk->positions && walk->begun)
        return true;
    if (!look(search, anchor))
        return false;
    partial_choice_reset(choice, anchor);
    search->walking = walk->positions;
    for (size_t slot = 0; walk->begun && slot < search->space.slot_count; slot++)
        partial_choice_retake(choice, search->space.slots[slot].options[walk->positions[slot]]);
    return true;
}

/* Tries whether all slots together find places if a subtree has this top. */
static void try_top(struct search *search, size_t subtree, struct subtree_top *top)
{
    if (search->trial == NULL) {
        search->trial = partial_choice_new(&search->space, search->arena, search->tops);
        search->trial_matching = slot_matching_new(&search->space, search->arena);
    }
    partial_choice_reset(search->trial, search->anchor);
    partial_choice_confine(search->trial, subtree, top->provider);
    bool suffices = partial_choice_may_complete(search->trial) &&
                    slot_matching_exists(search->trial_matching, search->trial);
    partial_choice_confine(search->trial, subtree, WORLD_NONE);
    if (!budget_is_over(search->space.budget))
        top->trial = suffices ? TOP_SUFFICES : TOP_FAILS;
}

/* The option that was taken last leads nowhere. If it is the first of a subtree, perhaps no other
   one with the same top does: then they need not be taken. */
static void blame_tops(struct search *search)
{
    const struct partial_choice *choice = search->choice;
    const struct search_slot *slot = &search->space.slots[choice->depth - 1];
    for (size_t i = 0; i < slot->subtree_count; i++) {
        size_t subtree = slot->subtrees[i];
        if (partial_choice_top(choice, choice->depth - 1, subtree) != WORLD_NONE)
            continue;
        struct subtree_top *top =
            subtree_tops_above(search->tops, subtree, choice->chosen[choice->depth - 1]);
        if (top != NULL && top->trial == TOP_UNTRIED)
            try_top(search, subtree, top);
    }
}

/* Takes an option for the next slot, if a candidate may come of it. */
static bool take(struct search *search, uint32_t provider)
{
    if (!partial_choice_take(search->choice, provider))
        return false;
    if (slot_matching_exists(search->matching, search->choice))
        return true;
    blame_tops(search);
    partial_choice_give_back(search->choice);
    return false;
}

/* Takes the first option of the next slot that may be taken, from a position on. */
static bool take_from(struct search *search, struct search_walk *walk, uint32_t position)
{
    size_t slot = search->choice->depth;
    const struct search_slot *of = &search->space.slots[slot];
    for (; position < of->option_count; position++) {
        if (!budget_spend(search->space.budget, 1))
            return false;
        if (take(search, of->options[position])) {
            walk->positions[slot] = position;
            return true;
        }
    }
    return false;
}

/* Gives back the last option. Returns the position after it. */
static uint32_t give_back(struct search *search, const struct search_walk *walk)
{
    partial_choice_give_back(search->choice);
    return walk->positions[search->choice->depth] + 1;
}

/* Finds which anchors see which options of the first slot. */
static void find_seeing(struct search *search)
{
    const struct search_space *space = &search->space;
    uint32_t providers = space->world->provider_count, seen;
    uint32_t *first = arena_array(search->arena, (size_t)providers + 1, sizeof(*first));
    uint32_t *next = arena_array(search->arena, (size_t)providers + 1, sizeof(*next));
    size_t count = 0;
    for (uint32_t i = 0; i < space->anchor_count; i++) {
        const uint32_t *options = option_table_options(space->table, 0, space->anchors[i], &seen);
        budget_spend(space->budget, seen);
        for (uint32_t j = 0; j < seen; j++, count++)
            first[options[j] + 1]++;
    }
    for (uint32_t i = 0; i < providers; i++)
        next[i + 1] = first[i + 1] += first[i];
    search->seeing = arena_array(search->arena, count, sizeof(*search->seeing));
    for (uint32_t i = 0; i < space->anchor_count; i++) {
        const uint32_t *options = option_table_options(space->table, 0, space->anchors[i], &seen);
        budget_spend(space->budget, seen);
        for (uint32_t j = 0; j < seen; j++)
            search->seeing[next[options[j]]++] = space->anchors[i];
    }
    search->seeing_first = first;
}

static bool anchor_sees_all(const struct search *search, uint32_t anchor)
{
    const struct search_space *space = &search->space;
    const uint32_t *chosen = search->choice->chosen;
    for (size_t slot = 0; slot < space->slot_count; slot++)
        if (!budget_spend(space->budget, 4) ||
            !option_table_offers(space->table, slot, anchor, chosen[slot]))
            return false;
    return true;
}

/* Returns whether an earlier anchor sees the whole choice too and so has returned it. This needs
   that all its providers share. */
static bool is_repeated(struct search *search)
{
    const struct world *world = search->space.world;
    const struct partial_choice *choice = search->choice;
    if (world->sharing_count == 0)
        return false;
    for (size_t slot = 0; slot < search->space.slot_count; slot++)
        if (!world->providers[choice->chosen[slot]].shares)
            return false;
    if (search->seeing == NULL)
        find_seeing(search);
    uint32_t end = search->seeing_first[choice->chosen[0] + 1];
    for (uint32_t i = search->seeing_first[choice->chosen[0]]; i < end; i++) {
        if (search->seeing[i] >= choice->anchor || budget_is_over(search->space.budget))
            return false;
        if (anchor_sees_all(search, search->seeing[i]))
            return true;
    }
    return false;
}

/* Walks on from the choice to the next candidate: the next slot takes an option from a position
   on. */
static enum search_step go_on(struct search *search, struct search_walk *walk, uint32_t position)
{
    const struct search_space *space = &search->space;
    struct partial_choice *choice = search->choice;
    for (;;) {
        bool taken = take_from(search, walk, position);
        if (budget_is_over(space->budget))
            return SEARCH_LATE;
        if (!taken && choice->depth == 0)
            return SEARCH_END;
        bool complete = choice->depth == space->slot_count;
        if (!taken || (complete && is_repeated(search)))
            position = give_back(search, walk);
        else if (!complete)
            position = 0;
        else
            return budget_is_over(space->budget) ? SEARCH_LATE : SEARCH_FOUND;
    }
}

enum search_step search_next(struct search *search, struct search_walk *walk)
{
    const struct search_space *space = &search->space;
    struct partial_choice *choice = search->choice;
    if (budget_is_over(space->budget))
        return SEARCH_LATE;
    if (!resume(search, walk))
        return budget_is_over(space->budget) ? SEARCH_LATE : SEARCH_END;
    if (walk->begun)
        return go_on(search, walk, give_back(search, walk));
    walk->begun = true;
    if (partial_choice_may_complete(choice) && slot_matching_exists(search->matching, choice))
        return go_on(search, walk, 0);
    return budget_is_over(space->budget) ? SEARCH_LATE : SEARCH_END;
}

/* Groups alone. */

/* Returns whether the unsuffixed group has a candidate. */
static enum search_step find_any(struct arena *arena, const struct world *world,
                                 const struct search_query *query, struct budget *budget)
{
    struct search search;
    search_begin(&search, arena, world, query, budget);
    struct search_walk walk = search_walk_from(&search, arena, 0);
    for (uint32_t i = 0; i < search.space.anchor_count; i++) {
        search_walk_restart(&walk, i);
        enum search_step step = search_next(&search, &walk);
        if (step != SEARCH_END)
            return step;
    }
    return budget_is_over(budget) ? SEARCH_LATE : SEARCH_END;
}

/* Returns whether a provider has room for a slot alone. */
static bool has_room(const struct world *world, const struct search_slot *slot, uint32_t provider)
{
    for (size_t i = 0; i < slot->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, slot->demands[i].class_id);
        if (inventory->used + slot->demands[i].amount > inventory->capacity)
            return false;
    }
    return true;
}

static bool slot_has_room(const struct search_space *space, size_t slot)
{
    const struct search_slot *of = &space->slots[slot];
    const struct slot_options *all = &space->table->of_slots[slot];
    uint32_t end = all->first[space->world->provider_count];
    for (uint32_t i = 0; i < end && budget_spend(space->budget, 1 + of->demand_count); i++)
        if (has_room(space->world, of, all->options[i]))
            return true;
    return false;
}

/* A granular group alone needs one option; the slots of the unsuffixed group must go together. */
enum search_step search_groups_match(struct arena *arena, const struct world *world,
                                     const struct search_query *query, size_t count,
                                     struct budget *budget)
{
    struct search_query first = {
        .groups = query->groups, .group_count = count, .root_traits = query->root_traits};
    struct search_space space;
    search_space_make_table(&space, arena, world, &first, budget);
    for (size_t i = 0; i < space.slot_count && !budget_is_over(budget); i++)
        if (space.slots[i].like == i && !slot_has_room(&space, i))
            return budget_is_over(budget) ? SEARCH_LATE : SEARCH_END;
    for (size_t i = 0; i < count; i++) {
        struct search_query alone = {
            .groups = &query->groups[i], .group_count = 1, .root_traits = query->root_traits};
        enum search_step step =
            query->groups[i].granular ? SEARCH_FOUND : find_any(arena, world, &alone, budget);
        if (step != SEARCH_FOUND)
            return step;
    }
    return budget_is_over(budget) ? SEARCH_LATE : SEARCH_FOUND;
}
