/*
 * Where a request that finds nothing ends: the first filter that leaves nothing. This is the cheap
 * part of an explanation, for the log and the metrics, from a world that was read already.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_DEAD_END_H
#define BERTH_PLACEMENT_EXPLAIN_DEAD_END_H

#include "placement/explain/inquiry.h"

struct dead_end {
    enum explain_filter filter; /* FILTERS: not known, as the budget is spent */
    const char *suffix;         /* of the group that it is about; NULL: of groups together */
};

/* Finds the dead end of the request of a resolution, with whose names the whole world was loaded.
   The work is charged to the budget; it takes linear time for the groups, and one search for each
   filter between groups. */
struct dead_end dead_end_find(const struct resolution *resolution, const struct world *world,
                              struct budget *budget);

#endif
