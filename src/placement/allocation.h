/*
 * Allocations: what consumers hold of providers. This module reads and deletes them; claim.h writes
 * them.
 */
#ifndef BERTH_PLACEMENT_ALLOCATION_H
#define BERTH_PLACEMENT_ALLOCATION_H

#include <time.h>

#include "placement/context.h"
#include "placement/provider.h"

struct allocation {
    const char *provider_uuid;
    int64_t provider_generation;
    const char *consumer_uuid;
    int64_t consumer_generation;
    const char *class_name;
    int64_t used;
    time_t modified;
};

/* The owner of a consumer, and of its allocations. */
struct allocation_owner {
    const char *project_id;
    const char *user_id;
    const char *consumer_type; /* "unknown" if the consumer has none */
};

struct allocations {
    struct allocation *list;
    size_t count;
    time_t modified; /* the latest of the list; 0 if it is empty */
};

/* Loads what a consumer holds, with one statement. The allocations of a provider are next to each
   other. The list is empty if the consumer does not exist. Fills in *owner (may be NULL) unless the
   list is empty. */
enum outcome allocations_of_consumer(struct context *context, const char *consumer_uuid,
                                     struct allocations *allocations,
                                     struct allocation_owner *owner);

/* Loads what consumers hold of a provider. The allocations of a consumer are next to each other. */
enum outcome allocations_of_provider(struct context *context, const struct provider *provider,
                                     struct allocations *allocations);

/* Deletes a consumer and all its allocations. OUTCOME_NOT_FOUND: it holds nothing ("No allocations
   for consumer '<uuid>'"). */
enum outcome allocations_delete(struct context *context, const char *consumer_uuid);

#endif
