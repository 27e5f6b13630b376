/*
 * The required traits of the unsuffixed group: whether the slots that are left can still cover
 * those that no chosen provider has.
 *
 * Each trait needs a slot with an option that has it, and a slot covers at most as many traits as
 * the best of its options has. So there must be a matching of traits with slots; nine slots whose
 * options have one trait each do not cover ten traits. A matching may be found where there is no
 * candidate, but never the reverse.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_TRAIT_COVER_H
#define BERTH_PLACEMENT_CANDIDATES_TRAIT_COVER_H

#include "placement/candidates/search_space.h"

struct trait_cover;

/* Returns the cover for a space, in the arena. NULL: no traits are required. */
struct trait_cover *trait_cover_new(const struct search_space *space, struct arena *arena);

/* Starts with nothing chosen, from the anchor that the space shows. */
void trait_cover_begin(struct trait_cover *cover);

/* Notes that a provider was chosen for a slot, or is no longer. */
void trait_cover_take(struct trait_cover *cover, size_t slot, uint32_t provider);
void trait_cover_give_back(struct trait_cover *cover, size_t slot, uint32_t provider);

/* Returns whether the slots from depth on can cover the rest. */
bool trait_cover_may_complete(struct trait_cover *cover, size_t depth);

#endif
