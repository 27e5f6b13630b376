/*
 * Which of the impossible sets of one size is told: one that tells why nothing is left at the
 * filter, or else the first.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_CHOICE_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_CHOICE_H

#include "placement/explain/wording.h"

/* Returns the place of the set to tell. The set of `telling` becomes any of them. */
size_t cause_choose(struct telling *telling);

/* Returns whether the set of `telling` tells why nothing is left at the filter. */
bool cause_tells_filter(const struct telling *telling);

#endif
