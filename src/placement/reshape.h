/*
 * The reshaper: moves inventories and allocations together, as when a resource class moves from a
 * compute node to a new child of that node.
 *
 * It is one transaction. An inventory in use can go because its allocations move at the same time,
 * and nobody sees one without the other. See upstream's api-ref/source/reshaper.inc.
 */
#ifndef BERTH_PLACEMENT_RESHAPE_H
#define BERTH_PLACEMENT_RESHAPE_H

#include "placement/claim.h"
#include "placement/inventory.h"

/* All inventories that a provider has from now on. */
struct reshaped_provider {
    const char *uuid;
    int64_t generation;          /* which the client thinks the provider has */
    const char *generation_text; /* as the client wrote it */
    struct inventories inventories;
};

/*
 * Replaces the inventories of the providers, and the allocations of the claims' consumers. With the
 * reason in context->failure:
 *   OUTCOME_NOT_FOUND            one of the providers does not exist
 *   OUTCOME_GENERATION_CONFLICT  a provider or a consumer has another generation
 *   OUTCOME_INVENTORY_IN_USE     an inventory to delete still has allocations after the claims
 *   and those of claims_replace()
 */
enum outcome reshape(struct context *context, const struct reshaped_provider *providers,
                     size_t provider_count, const struct claim *claims, size_t claim_count);

#endif
