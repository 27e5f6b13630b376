/*
 * The search for allocation candidates in a world.
 *
 * A search asks groups of resources of the world. What is to be decided is a slot: a granular group
 * (all of it comes from one provider) is one slot, the unsuffixed group is a slot for each of its
 * resource classes. The options of a slot are the providers that can fill it, seen from an anchor:
 * the root of a tree, which offers its own tree and the providers that share with it through an
 * aggregate. A candidate is a choice of one option for each slot, all seen from the same anchor,
 * so that
 *   - the amounts that all slots take of a provider are within its capacity and max_unit,
 *   - granular groups have different providers, if they are to be isolated,
 *   - the providers of groups of the same subtree stand below one of them,
 *   - the unsuffixed group's providers have, between them, the traits required,
 *   - no two providers are of the same tree, for clients that know of no trees.
 * No candidate comes twice: what only sharing providers fill is seen from several anchors, and is
 * given by the first of them.
 *
 * The rules are upstream's (api-ref/source/allocation_candidates.inc, and
 * placement/objects/research_context.py for what it says nothing about). Two of them surprise: a
 * group without resources must require a trait or an aggregate to match anything, and its in_tree
 * counts for nothing.
 *
 * The search walks depth first, checks each partial choice and leaves what cannot be completed.
 * All that it takes comes from the arena.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SEARCH_H
#define BERTH_PLACEMENT_CANDIDATES_SEARCH_H

#include "placement/candidates/world.h"

struct search_demand {
    int64_t class_id;
    int64_t amount;
};

/* At least one out of each of the required sets of bits, none of the forbidden one. */
struct search_membership {
    const uint64_t **required;
    size_t required_count;
    const uint64_t *forbidden; /* NULL: nothing is */
};

struct search_group {
    bool granular;
    const struct search_demand *demands; /* of distinct classes; none only if it is granular */
    size_t demand_count;
    struct search_membership traits, aggregates;
    bool in_tree;  /* only of the tree below: */
    uint32_t tree; /* its root */
};

/* Groups whose providers must stand below one of them. */
struct search_subtree {
    const size_t *groups; /* their numbers; granular ones */
    size_t count;
};

struct search_query {
    const struct search_group *groups;
    size_t group_count;
    const struct search_subtree *subtrees;
    size_t subtree_count;
    struct search_membership root_traits; /* of the anchor */
    bool isolate;                         /* granular groups are on different providers */
    bool one_of_tree;                     /* no two providers of a tree */
};

/* What is to be decided. */
struct search_slot {
    size_t group;
    const struct search_demand *demands;
    size_t demand_count;
    const uint32_t *first; /* of each provider as anchor, and one more: where its options begin */
    const uint32_t *options;
};

struct search {
    const struct world *world;
    const struct search_query *query;
    struct search_slot *slots;
    size_t slot_count;
    const uint32_t *anchors; /* those from which every slot has options */
    uint32_t anchor_count;
    uint64_t deadline; /* microseconds of CLOCK_MONOTONIC; 0: none */

    struct partial *partial;
    uint64_t steps;
};

/* Where the walk from one anchor stands. It may be copied and moved. */
struct search_walk {
    uint32_t anchor; /* its place in search->anchors */
    bool begun;
    uint32_t *positions; /* of each slot: the place of its option in slot->options */
};

enum search_step {
    SEARCH_FOUND, /* a candidate: search_choice() */
    SEARCH_END,   /* this anchor has no more */
    SEARCH_LATE,  /* the deadline has passed */
};

/* Matches the groups against the world. World and query must outlive the search. */
void search_begin(struct search *search, struct arena *arena, const struct world *world,
                  const struct search_query *query);

/* Begins to walk from an anchor, given by its place in search->anchors. */
struct search_walk search_walk_from(const struct search *search, struct arena *arena,
                                    uint32_t anchor);

/* Begins anew from another anchor. */
void search_walk_restart(struct search_walk *walk, uint32_t anchor);

/* Goes on to the next candidate. Walks from different anchors may take turns. */
enum search_step search_next(struct search *search, struct search_walk *walk);

/* The candidate found last: the provider of each slot, in the order of search->slots. Valid until
   the next search_next(). */
const uint32_t *search_choice(const struct search *search);

/* Whether the world has a match for one group alone. */
bool search_group_matches(struct arena *arena, const struct world *world,
                          const struct search_query *query, size_t group);

#endif
