/*
 * Allocations: what consumers hold of providers. Read and given back here; for how they are made
 * see placement/claim.h.
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

/* Whose the allocations of a consumer are. */
struct allocation_owner {
    const char *project_id;
    const char *user_id;
    const char *consumer_type; /* "unknown" if it has none */
};

struct allocations {
    const struct allocation *list;
    size_t count;
    time_t modified; /* the latest of all; 0 if there are none */
};

/* What a consumer holds, the allocations of a provider next to each other; none if there is no such
   consumer. owner (may be NULL) is set if there are any. All comes from one statement. */
enum outcome allocations_of_consumer(struct context *context, const char *consumer_uuid,
                                     struct allocations *allocations,
                                     struct allocation_owner *owner);

/* What is held of a provider, the allocations of a consumer next to each other. */
enum outcome allocations_of_provider(struct context *context, const struct provider *provider,
                                     struct allocations *allocations);

/* Gives all back that a consumer holds, and deletes the consumer. OUTCOME_NOT_FOUND: it holds
   nothing ("No allocations for consumer '<uuid>'"). */
enum outcome allocations_delete(struct context *context, const char *consumer_uuid);

#endif
