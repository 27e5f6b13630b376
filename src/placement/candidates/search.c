/*
 * The walk through the choices.
 */
#include <config.h>

#include "placement/candidates/search.h"

#include <time.h>

#include "placement/candidates/match.h"
#include "placement/candidates/partial_choice.h"

enum { STEPS_BETWEEN_CLOCKS = 256 };

void search_begin(struct search *search, struct arena *arena, const struct world *world,
                  const struct search_query *query)
{
    *search = (struct search){.world = world, .query = query};
    match_slots(search, arena);
    search->partial = partial_new(search, arena);
}

struct search_walk search_walk_from(const struct search *search, struct arena *arena,
                                    uint32_t anchor)
{
    return (struct search_walk){
        .anchor = anchor,
        .positions = arena_array(arena, search->slot_count, sizeof(uint32_t)),
    };
}

void search_walk_restart(struct search_walk *walk, uint32_t anchor)
{
    walk->anchor = anchor;
    walk->begun = false;
}

const uint32_t *search_choice(const struct search *search)
{
    return search->partial->chosen;
}

static bool is_late(struct search *search)
{
    struct timespec now;
    if (search->deadline == 0 || search->steps++ % STEPS_BETWEEN_CLOCKS != 0)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 >= search->deadline;
}

/* Brings the partial choice to where the walk stands: another one may have used it. */
static void resume(struct search *search, const struct search_walk *walk)
{
    struct partial *partial = search->partial;
    uint32_t anchor = search->anchors[walk->anchor];
    if (partial->positions == walk->positions && walk->begun)
        return;
    partial_reset(partial, anchor);
    partial->positions = walk->positions;
    for (size_t slot = 0; walk->begun && slot < search->slot_count; slot++)
        partial_retake(partial, search->slots[slot].options[walk->positions[slot]]);
}

/* Takes the first option of the next slot that may be taken, from a position on. */
static bool take_from(struct search *search, struct search_walk *walk, uint32_t position)
{
    struct partial *partial = search->partial;
    size_t slot = partial->depth;
    const struct search_slot *of = &search->slots[slot];
    for (; position < of->first[partial->anchor + 1]; position++) {
        if (partial_take(partial, of->options[position])) {
            walk->positions[slot] = position;
            return true;
        }
    }
    return false;
}

/* The options of a slot are in order. */
static bool anchor_sees(const struct search *search, uint32_t anchor, size_t slot,
                        uint32_t provider)
{
    const struct search_slot *of = &search->slots[slot];
    uint32_t low = of->first[anchor], high = of->first[anchor + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (of->options[middle] < provider)
            low = middle + 1;
        else
            high = middle;
    }
    return low < of->first[anchor + 1] && of->options[low] == provider;
}

static bool anchor_sees_all(const struct search *search, uint32_t anchor)
{
    const uint32_t *chosen = search->partial->chosen;
    for (size_t slot = 0; slot < search->slot_count; slot++)
        if (!anchor_sees(search, anchor, slot, chosen[slot]))
            return false;
    return true;
}

/* Whether an anchor before this one sees the whole choice too, which only happens if all its
   providers share: then the choice is that one's. */
static bool is_given_before(const struct search *search)
{
    const struct world *world = search->world;
    const struct partial *partial = search->partial;
    for (size_t slot = 0; slot < search->slot_count; slot++)
        if (!world->providers[partial->chosen[slot]].shares)
            return false;
    uint32_t root;
    struct world_sharing sharing = world_sharing_of(world, partial->chosen[0]);
    while ((root = world_next_shared(world, &sharing)) != WORLD_NONE)
        if (root < partial->anchor && anchor_sees_all(search, root))
            return true;
    return false;
}

enum search_step search_next(struct search *search, struct search_walk *walk)
{
    struct partial *partial = search->partial;
    resume(search, walk);
    uint32_t position = 0;
    if (!walk->begun) {
        walk->begun = true;
        if (!partial_has_hope(partial))
            return SEARCH_END;
        position = search->slots[0].first[partial->anchor];
    } else if (partial->depth > 0) {
        partial_give_back(partial);
        position = walk->positions[partial->depth] + 1;
    }
    for (;;) {
        if (is_late(search))
            return SEARCH_LATE;
        if (take_from(search, walk, position)) {
            if (partial->depth == search->slot_count) {
                if (!is_given_before(search))
                    return SEARCH_FOUND;
                partial_give_back(partial);
                position = walk->positions[partial->depth] + 1;
            } else {
                position = search->slots[partial->depth].first[partial->anchor];
            }
        } else if (partial->depth == 0) {
            return SEARCH_END;
        } else {
            partial_give_back(partial);
            position = walk->positions[partial->depth] + 1;
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
    for (uint32_t i = 0; i < search.anchor_count; i++) {
        struct search_walk walk = search_walk_from(&search, arena, i);
        if (search_next(&search, &walk) == SEARCH_FOUND)
            return true;
    }
    return false;
}
