/*
 * The summaries of the providers of candidates.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SUMMARIES_H
#define BERTH_PLACEMENT_CANDIDATES_SUMMARIES_H

#include "placement/candidates/budget.h"
#include "placement/candidates/candidate_listener.h"
#include "placement/candidates/world_load.h"

struct summaries {
    const struct world *world;
    const struct class_names *classes;
    const struct trait_names *traits; /* with numbered and first NULL: summaries have no traits */
    struct budget *budget;
    const struct candidate_listener *listener;
};

/* Returns, for each provider, whether to summarize it: those that candidates name, and with trees
   the others of their trees. */
bool *summaries_choose(const struct world *world, const bool *named, bool trees,
                       struct arena *arena);

/* Tells the listener about the chosen providers. OUTCOME_TOO_MUCH: the listener wants no more;
   OUTCOME_TOO_LONG: the budget is spent. */
enum outcome summaries_tell(const struct summaries *summaries, const bool *chosen,
                            struct arena *arena);

#endif
