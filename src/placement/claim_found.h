/*
 * What became of claims whose COMMIT was not answered.
 */
#ifndef BERTH_PLACEMENT_CLAIM_FOUND_H
#define BERTH_PLACEMENT_CLAIM_FOUND_H

#include "placement/claim_request.h"
#include "placement/claim_run.h"
#include "placement/context.h"

/*
 * Looks up whether the claims were committed, after the transaction returned OUTCOME_UNCERTAIN.
 *   OUTCOME_OK         yes, every consumer is as they make it
 *   OUTCOME_UNMET      no, and nothing of it will happen: they may run again
 *   OUTCOME_UNCERTAIN  that cannot be known
 * run: the last attempt, if it took the steps of claim.c; it knows what the rows were before. NULL:
 * it was the statement of claim_at_once.h.
 */
enum outcome claims_found(struct context *context, const struct claim *claims, size_t count,
                          const struct claim_run *run);

/* The same within a database_finder of another transaction that runs claims in steps. */
enum outcome claims_look_up(struct context *context, const struct claim *claims, size_t count,
                            const struct claim_run *run, bool ended);

/* Finds out whether one of these providers still has its generation: pairs (placement/pairs.h) of
   id and generation. If so, a transaction that raised all of them has not been committed. */
enum outcome providers_find_unraised(struct context *context, struct value pairs, bool *unraised);

#endif
