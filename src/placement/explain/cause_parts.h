/*
 * The parts of the sentence that an explanation begins with. Each returns a sentence without its
 * capital and its full stop, in the arena; NULL: it does not apply.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_PARTS_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_PARTS_H

#include "placement/explain/wording.h"

/* About a constraint that is impossible alone. */
const char *cause_of_single(const struct telling *telling, const struct constraint *constraint);

/* About constraints of several groups, the groups of the set. */
const char *cause_of_groups(const struct telling *telling, const size_t *groups, size_t count);

/* About a provider that would share, but for its trait or its aggregates: what remains to be said
   after the set. */
const char *cause_of_sharing(const struct telling *telling);

#endif
