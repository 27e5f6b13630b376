/*
 * A slot: one decision of a candidate search. A granular group is one slot: one provider satisfies
 * all of it. The unsuffixed group has a slot for each of its resource classes.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SEARCH_SLOT_H
#define BERTH_PLACEMENT_CANDIDATES_SEARCH_SLOT_H

#include "placement/candidates/search_query.h"

struct search_slot {
    size_t group; /* index in the query */
    bool granular;
    const struct search_demand *demands;
    size_t demand_count;
    const size_t *subtrees; /* indexes of the space's subtrees that the group is in, rising */
    size_t subtree_count;
    size_t like;  /* the first slot that asks for the same, and so has the same options */
    bool repeats; /* the slot before asks for the same, and is in the same subtrees */

    /* The providers that can fill the slot, seen from the space's anchor, rising. */
    const uint32_t *options;
    uint32_t option_count;
};

#endif
