/*
 * The space of a candidate search: slots, and the options of each slot from each anchor.
 *
 * A slot is one decision. A granular group is one slot: one provider satisfies all of it. The
 * unsuffixed group has a slot for each of its resource classes. The options of a slot are the
 * providers that can fill it, seen from an anchor: the root of a tree, which offers its own tree
 * and the providers that share with this tree through an aggregate.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SEARCH_SPACE_H
#define BERTH_PLACEMENT_CANDIDATES_SEARCH_SPACE_H

#include "placement/candidates/budget.h"
#include "placement/candidates/search_query.h"

struct search_slot {
    size_t group; /* index in the query */
    bool granular;
    const struct search_demand *demands;
    size_t demand_count;
    const size_t *subtrees; /* indexes of the space's subtrees that the group is in, rising */
    size_t subtree_count;
    /* The options from anchor i are options[first[i]] to options[first[i + 1] - 1], rising. */
    const uint32_t *first;
    const uint32_t *options;
    size_t like;  /* the first slot that asks for the same, and so has the same options */
    bool repeats; /* the slot before asks for the same, and is in the same subtrees */
};

/* Slots of granular groups whose providers must be at or below one of these providers. */
struct space_subtree {
    const size_t *slots; /* rising; at least two */
    size_t count;
};

struct search_space {
    const struct world *world;
    const struct search_query *query;
    struct budget *budget; /* what all work in this space is charged to */
    struct search_slot *slots;
    size_t slot_count;
    const struct space_subtree *subtrees; /* the query's, each once */
    size_t subtree_count;
    /* The providers from which every slot has options, rising. An anchor that sees the same as an
       earlier one, all of it shared, is left out: all its candidates are repeats. */
    const uint32_t *anchors;
    uint32_t anchor_count;
};

/* Finds slots, options and anchors. World, query and budget must outlive the space. If the budget
   does not suffice, the space has no anchors. */
void search_space_make(struct search_space *space, struct arena *arena, const struct world *world,
                       const struct search_query *query, struct budget *budget);

/* Returns how many options a slot has from an anchor. */
static inline size_t search_option_count(const struct search_slot *slot, uint32_t anchor)
{
    return slot->first[anchor + 1] - slot->first[anchor];
}

/* Returns whether a provider is an option of a slot from an anchor. */
bool search_slot_offers(const struct search_slot *slot, uint32_t anchor, uint32_t provider);

#endif
