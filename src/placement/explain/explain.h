/*
 * Explains a candidate request: reads the world, and makes the parts of the explanation.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_EXPLAIN_H
#define BERTH_PLACEMENT_EXPLAIN_EXPLAIN_H

#include "placement/context.h"
#include "placement/explain/explanation.h"

/*
 * Explains a request. with_names: providers are called by their names.
 *   OUTCOME_CLASS_NOT_FOUND, OUTCOME_TRAIT_NOT_FOUND  as candidates_find(); only
 * explanation->unknown is set, and only by this function OUTCOME_TOO_LONG  the time did not even
 * suffice for the funnels
 */
enum outcome explanation_make(struct context *context, const struct candidate_request *request,
                              bool with_names, struct explanation *explanation);

/* The same, of a world that was read with the names of a resolution of the request, and its ties
   (NULL: not known). deadline is in clock_microseconds(); 0: none. */
enum outcome explanation_of(const struct resolution *resolution, const struct world *world,
                            const char *const *names, const struct ties *ties, uint64_t deadline,
                            struct explanation *explanation);

#endif
