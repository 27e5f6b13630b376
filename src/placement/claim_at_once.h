/*
 * The short way of the claims that come most often: one consumer, that does not exist yet or has
 * the generation that the client knows, gets its allocations. It is one statement, so the rows of
 * the providers are locked while the server works, and never while an answer and the next statement
 * travel.
 *
 * The short way decides nothing that a client sees, except that the claim is good. Whenever it
 * finds anything else (an owner or provider that does not exist, too little capacity, a doubt), it
 * undoes everything, and the caller takes the long way of claim.c, which knows the reasons and
 * their order.
 */
#ifndef BERTH_PLACEMENT_CLAIM_AT_ONCE_H
#define BERTH_PLACEMENT_CLAIM_AT_ONCE_H

#include "placement/claim_request.h"
#include "placement/context.h"

/* Claims in a transaction. OUTCOME_UNMET: nothing has happened, take the long way. */
enum outcome claim_at_once(struct context *context, const struct claim *claims, size_t count);

#endif
