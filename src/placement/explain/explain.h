/*
 * Explains a candidate request: reads the world, and makes the parts of the explanation.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_EXPLAIN_H
#define BERTH_PLACEMENT_EXPLAIN_EXPLAIN_H

#include "placement/context.h"
#include "placement/explain/explanation.h"

/*
 * Explains a request. with_names: providers are called by their names.
 *   OUTCOME_CLASS_NOT_FOUND, OUTCOME_TRAIT_NOT_FOUND
 *                     a name does not exist; sets only explanation->unknown, which says so
 *   OUTCOME_TOO_LONG  there was not even time for the funnels
 */
enum outcome explanation_make(struct context *context, const struct candidate_request *request,
                              bool with_names, struct explanation *explanation);

/* The same, of a world that was read with the names of a resolution of the request, and its ties
   (NULL: not known). Does not look for names that may have been meant. deadline is in
   clock_microseconds(); 0: none. */
enum outcome explanation_of(const struct resolution *resolution, const struct world *world,
                            const char *const *names, const struct ties *ties, uint64_t deadline,
                            struct explanation *explanation);

#endif
