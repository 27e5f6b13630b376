/*
 * Where the top of a common subtree may be: the provider that all others of the subtree are at or
 * below. It is an option of one of the subtree's slots, each slot has options at or below it, and
 * enough of them if slots must have different providers.
 *
 * All that may be a top is at or below one of the highest tops, of which none is below another. So
 * these say, before anything is decided, where a subtree's slots may go.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SUBTREE_TOPS_H
#define BERTH_PLACEMENT_CANDIDATES_SUBTREE_TOPS_H

#include "placement/candidates/search_space.h"

struct subtree_top {
    uint32_t provider;
    enum { TOP_UNTRIED, TOP_SUFFICES, TOP_FAILS } trial; /* of all slots together below it */
};

struct subtree_tops;

/* Returns the tops of all subtrees of a space, in the arena. */
struct subtree_tops *subtree_tops_new(const struct search_space *space, struct arena *arena);

/* Finds the highest tops as seen from the anchor that the space shows. */
void subtree_tops_find(struct subtree_tops *tops);

/* Returns the highest top at or above a provider, or NULL. The caller may note a trial. */
struct subtree_top *subtree_tops_above(struct subtree_tops *tops, size_t subtree,
                                       uint32_t provider);

/* Returns whether a provider is an option of a slot of the subtree. */
bool subtree_tops_offer(const struct subtree_tops *tops, size_t subtree, uint32_t provider);

#endif
