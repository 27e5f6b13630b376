/*
 * The reshaper: moves inventories and allocations together, as when a class moves from a compute
 * node to a new child of it.
 *
 * All of it is one transaction: what is in use can be taken away, because its allocations move in
 * the same breath, and nobody sees a half of it. See upstream's api-ref/source/reshaper.inc.
 */
#ifndef BERTH_PLACEMENT_RESHAPE_H
#define BERTH_PLACEMENT_RESHAPE_H

#include "placement/claim.h"
#include "placement/inventory.h"

/* What a provider is to have from now on, and nothing else. */
struct reshaped_provider {
    const char *uuid;
    int64_t generation; /* which the client thinks it has */
    struct inventories inventories;
};

/*
 * Makes the inventories those of the providers and replaces the allocations of the claims'
 * consumers. With the reason in context->failure:
 *   OUTCOME_NOT_FOUND            a provider of the inventories does not exist
 *   OUTCOME_GENERATION_CONFLICT  the generation of a provider or of a consumer is another one
 *   OUTCOME_INVENTORY_IN_USE     there are allocations of what is to go, also afterwards
 *   and those of claims_replace()
 */
enum outcome reshape(struct context *context, const struct reshaped_provider *providers,
                     size_t provider_count, const struct claim *claims, size_t claim_count);

#endif
