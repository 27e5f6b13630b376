/*
 * Slot matching: whether the remaining slots find providers together, not only each one alone.
 *
 * Slots compete for providers where granular groups must use different ones, and for room where
 * several take the same class: eight devices, each in its own group, do not fit on seven providers
 * with one device each, although each one fits on any of them. This is a bipartite matching of
 * slots with the room of providers. Where amounts differ, there is one matching for each amount: do
 * the slots that take at least this much find room of this size? So a matching may be found where
 * there is no candidate, but never the reverse.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SLOT_MATCHING_H
#define BERTH_PLACEMENT_CANDIDATES_SLOT_MATCHING_H

#include "placement/candidates/partial_choice.h"

/* Finds which slots of a search compete. The result is in the arena. */
struct slot_matching *slot_matching_new(const struct search_space *space, struct arena *arena);

/* Returns whether the remaining slots of a choice can be matched in every competition. */
bool slot_matching_exists(struct slot_matching *matching, const struct partial_choice *choice);

#endif
