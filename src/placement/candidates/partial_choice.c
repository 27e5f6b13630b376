/*
 * Takes and gives back options, and looks ahead for slots that cannot be filled.
 */
#include <config.h>

#include "placement/candidates/partial_choice.h"

#include "placement/candidates/trait_cover.h"

struct partial_choice *partial_choice_new(const struct search_space *space, struct arena *arena,
                                          struct subtree_tops *highest)
{
    struct partial_choice *choice = arena_alloc(arena, sizeof(*choice));
    uint32_t places = space->place_count;
    size_t depths = space->slot_count + 1;
    *choice = (struct partial_choice){
        .space = space,
        .anchor = WORLD_NONE,
        .chosen = arena_array(arena, space->slot_count, sizeof(*choice->chosen)),
        .taken = arena_array(arena, space->inventory_place_count, sizeof(*choice->taken)),
        .held = arena_array(arena, places, sizeof(*choice->held)),
        .witnesses = arena_array(arena, space->slot_count, sizeof(*choice->witnesses)),
        .arena = arena,
        .cover = trait_cover_new(space, arena),
        .highest = highest,
        .tops = arena_array(arena, depths * space->subtree_count, sizeof(*choice->tops)),
    };
    if (space->query->one_of_tree) {
        choice->in_tree = arena_array(arena, places, sizeof(*choice->in_tree));
        choice->tree_holder = arena_array(arena, places, sizeof(*choice->tree_holder));
    }
    for (size_t i = 0; i < depths * space->subtree_count; i++)
        choice->tops[i] = WORLD_NONE;
    return choice;
}

void partial_choice_reset(struct partial_choice *choice, uint32_t anchor)
{
    while (choice->depth > 0)
        partial_choice_give_back(choice);
    if (choice->anchor == anchor)
        return;
    choice->anchor = anchor;
    for (size_t i = 0; i < choice->space->slot_count; i++)
        choice->witnesses[i] = 0;
    if (choice->cover != NULL)
        trait_cover_begin(choice->cover);
}

static uint32_t *tops_at(const struct partial_choice *choice, size_t depth)
{
    return choice->tops + depth * choice->space->subtree_count;
}

void partial_choice_confine(struct partial_choice *choice, size_t subtree, uint32_t top)
{
    tops_at(choice, 0)[subtree] = top;
}

/* What an option must fulfil. */

static bool capacity_allows(const struct partial_choice *choice, const struct search_slot *slot,
                            uint32_t provider)
{
    const struct world *world = choice->space->world;
    for (size_t i = 0; i < slot->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, slot->demands[i].class_id);
        int64_t taken =
            slot->demands[i].amount +
            choice->taken[search_space_inventory_place(choice->space, provider, inventory)];
        if (taken > inventory->max_unit || inventory->used + taken > inventory->capacity)
            return false;
    }
    return true;
}

static bool neighbours_allow(const struct partial_choice *choice, const struct search_slot *slot,
                             uint32_t provider)
{
    const struct search_query *query = choice->space->query;
    if (query->isolate && slot->granular &&
        choice->held[search_space_place(choice->space, provider)] > 0)
        return false;
    if (!query->one_of_tree)
        return true;
    uint32_t root =
        search_space_place(choice->space, choice->space->world->providers[provider].root);
    return choice->in_tree[root] == 0 || choice->tree_holder[root] == provider;
}

static bool subtrees_allow(const struct partial_choice *choice, const struct search_slot *slot,
                           uint32_t provider)
{
    const uint32_t *tops = tops_at(choice, choice->depth);
    for (size_t i = 0; i < slot->subtree_count; i++) {
        size_t subtree = slot->subtrees[i];
        if (tops[subtree] != WORLD_NONE) {
            if (!world_is_under(choice->space->world, provider, tops[subtree]))
                return false;
            continue;
        }
        const struct subtree_top *top = subtree_tops_above(choice->highest, subtree, provider);
        if (top == NULL || top->trial == TOP_FAILS)
            return false;
    }
    return true;
}

bool partial_choice_allows(const struct partial_choice *choice, size_t slot, uint32_t provider)
{
    const struct search_slot *of = &choice->space->slots[slot];
    return budget_spend(choice->space->budget, 1 + of->demand_count + of->subtree_count) &&
           neighbours_allow(choice, of, provider) && capacity_allows(choice, of, provider) &&
           subtrees_allow(choice, of, provider);
}

/* Returns whether a slot has an option that it may take. Looks where it found one last. */
static bool slot_has_option(struct partial_choice *choice, size_t slot)
{
    const struct search_slot *of = &choice->space->slots[slot];
    uint32_t at = choice->witnesses[slot];
    for (uint32_t left = of->option_count; left > 0; left--) {
        if (partial_choice_allows(choice, slot, of->options[at])) {
            choice->witnesses[slot] = at;
            return true;
        }
        if (budget_is_over(choice->space->budget))
            return false;
        if (++at == of->option_count)
            at = 0;
    }
    return false;
}

bool partial_choice_may_complete(struct partial_choice *choice)
{
    const struct search_space *space = choice->space;
    for (size_t slot = choice->depth; slot < space->slot_count; slot++)
        if ((slot == choice->depth || !space->slots[slot].repeats) &&
            !slot_has_option(choice, slot))
            return false;
    return choice->cover == NULL || trait_cover_may_complete(choice->cover, choice->depth);
}

/* Subtrees. */

/* Returns whether a slot of the subtree has top, or may take it. */
static bool top_is_taken(struct partial_choice *choice, const struct space_subtree *subtree,
                         uint32_t top)
{
    const struct search_space *space = choice->space;
    for (size_t i = 0; i < subtree->count; i++) {
        size_t slot = subtree->slots[i];
        if (!budget_spend(space->budget, 1))
            return false;
        if (slot < choice->depth ? choice->chosen[slot] == top
                                 : search_slot_offers(&space->slots[slot], top) &&
                                       partial_choice_allows(choice, slot, top))
            return true;
    }
    return false;
}

/* Returns whether the top that is noted for this depth can be one: a slot takes it, and the
   remaining slots have options at or below it. */
static bool top_holds(struct partial_choice *choice, size_t subtree)
{
    const struct space_subtree *of = &choice->space->subtrees[subtree];
    if (!top_is_taken(choice, of, partial_choice_top(choice, choice->depth, subtree)))
        return false;
    size_t before = SIZE_MAX;
    for (size_t i = 0; i < of->count; i++) {
        size_t slot = of->slots[i];
        if (slot < choice->depth || (choice->space->slots[slot].repeats && before == slot - 1)) {
            before = slot < choice->depth ? before : slot;
            continue;
        }
        before = slot;
        if (!slot_has_option(choice, slot))
            return false;
    }
    return true;
}

/* Returns whether all decided slots of a subtree are at or below a provider. */
static bool is_above_decided(const struct partial_choice *choice, size_t subtree, uint32_t top)
{
    const struct space_subtree *of = &choice->space->subtrees[subtree];
    for (size_t i = 0; i < of->count && of->slots[i] < choice->depth; i++)
        if (!budget_spend(choice->space->budget, 1) ||
            !world_is_under(choice->space->world, choice->chosen[of->slots[i]], top))
            return false;
    return true;
}

/* Lists the providers from one upwards, up to the one below top. */
static size_t list_path(struct partial_choice *choice, uint32_t from, uint32_t top)
{
    size_t count = 0;
    for (; from != top; from = choice->space->world->providers[from].parent) {
        budget_spend(choice->space->budget, 1);
        choice->path = arena_grow(choice->arena, choice->path, count, &choice->path_room,
                                  sizeof(*choice->path));
        choice->path[count++] = from;
    }
    return count;
}

/* Notes the highest provider that can be a subtree's top now that the last slot is decided. What
   cannot be the top now cannot be it later, so the search goes down from the last one. */
static bool find_top(struct partial_choice *choice, size_t subtree)
{
    uint32_t chosen = choice->chosen[choice->depth - 1];
    uint32_t before = partial_choice_top(choice, choice->depth - 1, subtree);
    uint32_t *now = &tops_at(choice, choice->depth)[subtree];
    if (before == WORLD_NONE) {
        const struct subtree_top *top = subtree_tops_above(choice->highest, subtree, chosen);
        if (top == NULL)
            return false;
        before = top->provider;
    }
    *now = before;
    if (top_holds(choice, subtree))
        return true;
    for (size_t left = list_path(choice, chosen, before); left > 0; left--) {
        if (!is_above_decided(choice, subtree, choice->path[left - 1]))
            return false;
        *now = choice->path[left - 1];
        if (subtree_tops_offer(choice->highest, subtree, *now) && top_holds(choice, subtree))
            return true;
    }
    return false;
}

/* Finds the tops for the new depth. Returns false if a subtree cannot have one. */
static bool find_tops(struct partial_choice *choice)
{
    const struct search_space *space = choice->space;
    const struct search_slot *slot = &space->slots[choice->depth - 1];
    const uint32_t *before = tops_at(choice, choice->depth - 1);
    uint32_t *now = tops_at(choice, choice->depth);
    budget_spend(space->budget, space->subtree_count / 4);
    for (size_t i = 0; i < space->subtree_count; i++)
        now[i] = before[i];
    for (size_t i = 0; i < slot->subtree_count; i++)
        if (!find_top(choice, slot->subtrees[i]))
            return false;
    return true;
}

/* Taking and giving back. */

static void count_taken(struct partial_choice *choice, size_t slot, uint32_t provider, int sign)
{
    const struct world *world = choice->space->world;
    const struct search_slot *of = &choice->space->slots[slot];
    budget_spend(choice->space->budget, 1 + of->demand_count);
    for (size_t i = 0; i < of->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, of->demands[i].class_id);
        choice->taken[search_space_inventory_place(choice->space, provider, inventory)] +=
            sign * of->demands[i].amount;
    }
    if (of->granular)
        choice->held[search_space_place(choice->space, provider)] += (uint32_t)sign;
    if (choice->space->query->one_of_tree) {
        uint32_t root = search_space_place(choice->space, world->providers[provider].root);
        choice->in_tree[root] += (uint32_t)sign;
        choice->tree_holder[root] = provider;
    }
}

static void take(struct partial_choice *choice, uint32_t provider)
{
    count_taken(choice, choice->depth, provider, 1);
    if (choice->cover != NULL)
        trait_cover_take(choice->cover, choice->depth, provider);
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
    uint32_t provider = choice->chosen[--choice->depth];
    count_taken(choice, choice->depth, provider, -1);
    if (choice->cover != NULL)
        trait_cover_give_back(choice->cover, choice->depth, provider);
}
