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

#include "placement/candidates/search_query.h"

struct search_slot {
    size_t group; /* index in the query */
    const struct search_demand *demands;
    size_t demand_count;
    /* The options from anchor i are options[first[i]] to options[first[i + 1] - 1], rising. */
    const uint32_t *first;
    const uint32_t *options;
};

struct search_space {
    const struct world *world;
    const struct search_query *query;
    struct search_slot *slots;
    size_t slot_count;
    const uint32_t *anchors; /* the providers from which every slot has options, rising */
    uint32_t anchor_count;
};

/* Finds slots, options and anchors. The world and the query must outlive the space. */
void search_space_make(struct search_space *space, struct arena *arena, const struct world *world,
                       const struct search_query *query);

#endif
