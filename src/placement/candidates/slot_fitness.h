/*
 * Whether a provider can fill a slot, as far as this does not depend on other slots.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SLOT_FITNESS_H
#define BERTH_PLACEMENT_CANDIDATES_SLOT_FITNESS_H

#include "placement/candidates/search_slot.h"

/* Returns whether a provider can fill a slot of a group, for any anchor. Takes slot_fitness_work()
   units of a budget. */
bool slot_fits(const struct world *world, const struct search_group *group,
               const struct search_slot *slot, uint32_t provider);
size_t slot_fitness_work(const struct world *world, const struct search_group *group,
                         const struct search_slot *slot);

/* Returns whether an anchor may offer a provider to the group. For the unsuffixed group an
   aggregate of the root spans its tree, but a sharing provider must be a member itself. */
bool anchor_offers(const struct world *world, const struct search_group *group, uint32_t anchor,
                   uint32_t provider);

#endif
