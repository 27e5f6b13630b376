/*
 * Places: whether the slots that are left find providers together, not only each for itself.
 *
 * Slots compete for places where granular groups must be on different providers, and where several
 * of them take the same class: eight devices asked for one by one do not fit on seven providers of
 * one device each, although each of them fits on any. This is a bipartite matching of slots with
 * the places of providers. Where amounts differ, this is asked for each of them: whether those that
 * take so much or more find places of that size. A match may so be found where there is none, but
 * never the reverse.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SLOT_MATCHING_H
#define BERTH_PLACEMENT_CANDIDATES_SLOT_MATCHING_H

#include "placement/candidates/partial_choice.h"

/* The competitions of a search. */
struct places *places_new(const struct search *search, struct arena *arena);

/* Whether in every competition the slots that are left find places. */
bool places_suffice(struct places *places, const struct partial *partial);

#endif
