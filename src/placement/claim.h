/*
 * The claim: replaces all allocations of one or more consumers, in one transaction.
 *
 * A claim says what a consumer holds from now on. What it held before is deleted. A consumer whose
 * claim is empty is deleted too. A consumer that does not exist is created, with its project, its
 * user and its consumer type where those are new. All of it is committed, or none.
 *
 * Most claims are one statement (claim_at_once.h). The others, and those that it does not admit,
 * run in the steps of claim.c, which lists the locks. There the checks come in upstream's order:
 * consumer generations, providers, resource classes, inventory, units, capacity (claim_check.c,
 * capacity.c).
 */
#ifndef BERTH_PLACEMENT_CLAIM_H
#define BERTH_PLACEMENT_CLAIM_H

#include "placement/claim_request.h"
#include "placement/context.h"

/*
 * Replaces the allocations of count consumers. With the reason in context->failure:
 *   OUTCOME_GENERATION_CONFLICT  a consumer generation is not what the client thinks
 *   OUTCOME_PROVIDER_NOT_FOUND   "Allocation for resource provider '<uuid>' that does not exist."
 *   OUTCOME_CLASS_NOT_FOUND      "No such resource class <name>."
 *   OUTCOME_INVENTORY_INVALID    no inventory, outside the units, or over capacity
 *   OUTCOME_CONCURRENT_UPDATE    other transactions won each of the attempts
 */
enum outcome claims_replace(struct context *context, const struct claim *claims, size_t count);

/* The same as part of another transaction. Call claims_prepare() once before the transaction, and
   claims_run() inside it, once in each of its attempts. */
struct claim_run;
struct claim_run *claims_prepare(struct context *context, const struct claim *claims, size_t count);
enum outcome claims_run(struct claim_run *run);

#endif
