/*
 * The parts of the sentence that an explanation begins with. Each returns a sentence without its
 * capital and its full stop, in the arena; NULL: it does not apply.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_PARTS_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_PARTS_H

#include "placement/explain/wording.h"

/* About a constraint that is impossible alone. */
const char *cause_of_single(const struct telling *telling, const struct constraint *constraint);

/* About several constraints of one group, the only one of `groups`. */
const char *cause_of_group(const struct telling *telling, const size_t *groups, size_t count);

/* About constraints on the root, perhaps with those of groups, the groups of the set. */
const char *cause_of_root(const struct telling *telling, const size_t *groups, size_t count);

/* About constraints of several groups, the groups of the set. */
const char *cause_of_groups(const struct telling *telling, const size_t *groups, size_t count);

/* About groups of which each has room for its amount of a class, but not all of them together. */
const char *cause_of_combined(const struct telling *telling, const size_t *groups, size_t count);

/* About a provider that would share, but for its trait or its aggregates: what remains to be said
   after the set. */
const char *cause_of_sharing(const struct telling *telling);

/* Returns what those lack that have the rarest thing the set asks of a group, after a colon; or "".
   among: as for near_misses_find(). */
const char *cause_of_misses(const struct telling *telling, size_t group, const bool *among);

#endif
