/*
 * Matching groups against providers: the options of each slot, from each anchor.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_MATCH_H
#define BERTH_PLACEMENT_CANDIDATES_MATCH_H

#include "placement/candidates/search.h"

/* Makes the slots of the search with their options, and its anchors, by rising number. */
void match_slots(struct search *search, struct arena *arena);

/* Whether a set of bits is what a membership asks for. */
bool membership_holds(const struct search_membership *membership, const uint64_t *bits,
                      size_t words);

#endif
