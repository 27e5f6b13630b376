/*
 * How many candidates a request has.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_COUNTING_H
#define BERTH_PLACEMENT_EXPLAIN_COUNTING_H

#include "placement/candidates/resolve.h"

/* The most that are counted. */
enum { COUNTED_MOST = 100000 };

struct candidate_count {
    uint64_t found;
    bool more; /* there are more, or may be: COUNTED_MOST was reached, or the budget is spent */
    const char *refusal; /* the request is refused: a class or a trait does not exist; NULL */
};

/*
 * Counts the candidates of a request, whatever its limit. The names of the resolution are all that
 * the request uses, or more; the world was loaded with them.
 *   OUTCOME_CLASS_NOT_FOUND, OUTCOME_TRAIT_NOT_FOUND  a name does not exist; the reason is noted in
 *   the resolution's context and in count->refusal
 */
enum outcome candidates_count(const struct resolution *resolution,
                              const struct candidate_request *request, const struct world *world,
                              struct budget *budget, struct candidate_count *count);

#endif
