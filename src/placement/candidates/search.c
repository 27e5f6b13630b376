/*
 * Walks through the choices, depth first.
 */
#include <config.h>

#include "placement/candidates/search.h"

#include "base/clock.h"
#include "base/sorted.h"
#include "placement/candidates/partial_choice.h"
#include "placement/candidates/slot_matching.h"

enum { STEPS_BETWEEN_CLOCKS = 256 };

void search_begin(struct search *search, struct arena *arena, const struct world *world,
                  const struct search_query *query)
{
    *search = (struct search){.deadline = 0};
    search_space_make(&search->space, arena, world, query);
    search->choice = partial_choice_new(&search->space, arena);
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

static bool is_late(struct search *search)
{
    if (search->deadline == 0 || search->steps++ % STEPS_BETWEEN_CLOCKS != 0)
        return false;
    return clock_microseconds() >= search->deadline;
}

/* Brings the choice to where the walk is: another walk may have used it. */
static void resume(struct search *search, const struct search_walk *walk)
{
    struct partial_choice *choice = search->choice;
    uint32_t anchor = search->space.anchors[walk->anchor];
    if (search->walking == walk->positions && walk->begun)
        return;
    partial_choice_reset(choice, anchor);
    search->walking = walk->positions;
    for (size_t slot = 0; walk->begun && slot < search->space.slot_count; slot++)
        partial_choice_retake(choice, search->space.slots[slot].options[walk->positions[slot]]);
}

/* Takes an option for the next slot, if a candidate may come of it. */
static bool take(struct search *search, uint32_t provider)
{
    if (!partial_choice_take(search->choice, provider))
        return false;
    if (slot_matching_exists(search->matching, search->choice))
        return true;
    partial_choice_give_back(search->choice);
    return false;
}

/* Takes the first option of the next slot that may be taken, from a position on. */
static bool take_from(struct search *search, struct search_walk *walk, uint32_t position)
{
    size_t slot = search->choice->depth;
    const struct search_slot *of = &search->space.slots[slot];
    for (; position < of->first[search->choice->anchor + 1]; position++) {
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

static bool option_before(const void *options, size_t index, const void *provider)
{
    return ((const uint32_t *)options)[index] < *(const uint32_t *)provider;
}

/* Returns whether a provider is an option of a slot from an anchor. */
static bool anchor_sees(const struct search *search, uint32_t anchor, size_t slot,
                        uint32_t provider)
{
    const struct search_slot *of = &search->space.slots[slot];
    const uint32_t *options = of->options + of->first[anchor];
    size_t count = of->first[anchor + 1] - of->first[anchor];
    size_t found = lower_bound(options, count, &provider, option_before);
    return found < count && options[found] == provider;
}

static bool anchor_sees_all(const struct search *search, uint32_t anchor)
{
    const uint32_t *chosen = search->choice->chosen;
    for (size_t slot = 0; slot < search->space.slot_count; slot++)
        if (!anchor_sees(search, anchor, slot, chosen[slot]))
            return false;
    return true;
}

/* Returns whether an earlier anchor sees the whole choice too and so has returned it. This needs
   that all its providers share. */
static bool is_repeated(const struct search *search)
{
    const struct world *world = search->space.world;
    const struct partial_choice *choice = search->choice;
    for (size_t slot = 0; slot < search->space.slot_count; slot++)
        if (!world->providers[choice->chosen[slot]].shares)
            return false;
    uint32_t root;
    struct world_sharing sharing = world_sharing_of(world, choice->chosen[0]);
    while ((root = world_next_shared(world, &sharing)) != WORLD_NONE)
        if (root < choice->anchor && anchor_sees_all(search, root))
            return true;
    return false;
}

enum search_step search_next(struct search *search, struct search_walk *walk)
{
    const struct search_space *space = &search->space;
    struct partial_choice *choice = search->choice;
    uint32_t position = 0;
    resume(search, walk);
    if (!walk->begun) {
        walk->begun = true;
        if (!partial_choice_may_complete(choice) || !slot_matching_exists(search->matching, choice))
            return SEARCH_END;
        position = space->slots[0].first[choice->anchor];
    } else if (choice->depth > 0) {
        position = give_back(search, walk);
    }
    for (;;) {
        if (is_late(search))
            return SEARCH_LATE;
        if (!take_from(search, walk, position)) {
            if (choice->depth == 0)
                return SEARCH_END;
            position = give_back(search, walk);
        } else if (choice->depth < space->slot_count) {
            position = space->slots[choice->depth].first[choice->anchor];
        } else if (!is_repeated(search)) {
            return SEARCH_FOUND;
        } else {
            position = give_back(search, walk);
        }
    }
}

bool search_group_matches(struct arena *arena, const struct world *world,
                          const struct search_query *query, size_t group)
{
    struct search_query alone = {
        .groups = &query->groups[group], .group_count = 1, .root_traits = query->root_traits};
    struct search search;
    search_begin(&search, arena, world, &alone);
    for (uint32_t i = 0; i < search.space.anchor_count; i++) {
        struct search_walk walk = search_walk_from(&search, arena, i);
        if (search_next(&search, &walk) == SEARCH_FOUND)
            return true;
    }
    return false;
}
