/*
 * Allocation candidates: the ways in which a request could be allocated.
 *
 * The search tells a listener each candidate as soon as it finds it, and keeps none, unless the
 * order must be random.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_CANDIDATES_H
#define BERTH_PLACEMENT_CANDIDATES_CANDIDATES_H

#include "placement/candidates/candidate_listener.h"
#include "placement/candidates/candidate_request.h"
#include "placement/context.h"
#include "placement/explain/dead_end.h"

/* The size of a search. */
struct candidates_effort {
    uint64_t providers;       /* loaded */
    uint64_t found;           /* candidates */
    struct dead_end dead_end; /* where it ended, if nothing was found */
};

/*
 * Finds candidates, in the order that [placement] randomize_allocation_candidates and
 * allocation_candidates_generation_strategy ask for, at most as many as the request's limit and
 * max_allocation_candidates. Then summarizes the providers of their trees; for requests before
 * 1.29, which know no trees, only the providers of the candidates. Fills in effort, also when
 * nothing is found.
 *
 * All that it needs is read in one snapshot, which is over before the search begins.
 *   OUTCOME_CLASS_NOT_FOUND, OUTCOME_TRAIT_NOT_FOUND  a name does not exist
 *   OUTCOME_TOO_LONG  search and answer take longer than settings->candidates_milliseconds, the
 *                     reading aside
 *   OUTCOME_TOO_MUCH  the listener wants no more
 */
enum outcome candidates_find(struct context *context, const struct candidate_request *request,
                             const struct candidate_listener *listener,
                             struct candidates_effort *effort);

#endif
