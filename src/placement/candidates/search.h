/*
 * The search for allocation candidates in a world.
 *
 * A candidate is a choice of one option for each slot (see search_space.h), all seen from the same
 * anchor, so that
 *   - the amounts that all slots take of a provider are within its capacity and max_unit,
 *   - granular groups have different providers, if they must be isolated,
 *   - the providers of groups of the same subtree are at or below one of them,
 *   - the unsuffixed group's providers have, between them, the required traits,
 *   - no two providers are of the same tree, for clients that know of no trees.
 * No candidate comes twice: several anchors see a candidate of sharing providers only, and the
 * first of these anchors returns it.
 *
 * The rules are upstream's (api-ref/source/allocation_candidates.inc, and
 * placement/objects/research_context.py where this is silent). Two of them surprise: a group
 * without resources must require a trait or an aggregate to match anything, and its in_tree has no
 * effect.
 *
 * The search walks depth first and leaves a partial choice as soon as it cannot be completed. All
 * its work is charged to a budget (budget.h). All memory is the arena's.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SEARCH_H
#define BERTH_PLACEMENT_CANDIDATES_SEARCH_H

#include "placement/candidates/search_space.h"

struct search {
    struct search_space space;
    struct arena *arena;
    struct subtree_tops *tops;
    uint32_t anchor; /* the provider that the space shows, and tops is about; WORLD_NONE: none */
    struct partial_choice *choice;
    struct slot_matching *matching;
    struct partial_choice *trial; /* an empty choice to try tops with; NULL: not made yet */
    struct slot_matching *trial_matching;
    const uint32_t *walking; /* the positions of the walk that the choice belongs to */
    /* For each provider: the anchors that see it as an option of the first slot are
       seeing[seeing_first[i]] to seeing[seeing_first[i + 1] - 1]. NULL: not made yet. */
    uint32_t *seeing_first, *seeing;
};

/* Where the walk from one anchor is. It may be copied and moved. */
struct search_walk {
    uint32_t anchor; /* index in space.anchors */
    bool begun;
    uint32_t *positions; /* for each slot: the index of its option in slot->options, from there */
};

enum search_step {
    SEARCH_FOUND, /* a candidate: see search_choice() */
    SEARCH_END,   /* this anchor has no more */
    SEARCH_LATE,  /* the budget is spent */
};

/* Matches the groups with the world. World, query and budget must outlive the search. If the budget
   does not suffice for that, there are no anchors. */
void search_begin(struct search *search, struct arena *arena, const struct world *world,
                  const struct search_query *query, struct budget *budget);

/* Returns a walk from an anchor, an index in space.anchors. */
struct search_walk search_walk_from(const struct search *search, struct arena *arena,
                                    uint32_t anchor);

/* Uses the walk again for another anchor. */
void search_walk_restart(struct search_walk *walk, uint32_t anchor);

/* Goes on to the next candidate. Walks from different anchors may take turns, but each change costs
   as much as all options of a candidate. */
enum search_step search_next(struct search *search, struct search_walk *walk);

/* Returns the last candidate: the provider of each slot, in the order of space.slots. Valid until
   the next search_next(). */
const uint32_t *search_choice(const struct search *search);

/* Returns whether each of the first count groups of the query has a candidate by itself: SEARCH_END
   if one has none. */
enum search_step search_groups_match(struct arena *arena, const struct world *world,
                                     const struct search_query *query, size_t count,
                                     struct budget *budget);

#endif
