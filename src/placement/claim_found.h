/*
 * What became of a claim whose COMMIT was not answered.
 */
#ifndef BERTH_PLACEMENT_CLAIM_FOUND_H
#define BERTH_PLACEMENT_CLAIM_FOUND_H

#include "placement/claim_request.h"
#include "placement/context.h"

/*
 * Looks up whether the claims were committed, after the transaction returned OUTCOME_UNCERTAIN.
 *   OUTCOME_OK         yes
 *   OUTCOME_UNMET      no, nothing of it has happened nor will happen: it may run again
 *   OUTCOME_UNCERTAIN  that cannot be known
 * Only one claim can be looked up, whose client knows the generation of the consumer: a consumer of
 * the next generation that has what the claim asks for is the claim's. Where an audit log has
 * noted the uncertain end, it stays uncertain.
 */
enum outcome claim_found(struct context *context, const struct claim *claims, size_t count);

#endif
