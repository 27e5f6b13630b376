/*
 * The claim: replaces all allocations of one or more consumers, in one transaction.
 *
 * A claim says what a consumer is to hold from now on. What it held before goes; a consumer that is
 * to hold nothing goes too, and one that did not exist is made, with its project, its user and its
 * consumer type where these are new. All of it commits or vanishes together.
 *
 * The order is that of upstream's checks: consumer generations, providers, resource classes,
 * inventory, units, capacity. Consumers are locked first, then providers; the generations of the
 * providers are raised by a compare-and-set, which also holds against the Python service.
 */
#ifndef BERTH_PLACEMENT_CLAIM_H
#define BERTH_PLACEMENT_CLAIM_H

#include "placement/context.h"

/* How much of a class a consumer is to hold of a provider. */
struct claim_amount {
    const char *provider_uuid;
    const char *class_name;
    int64_t used; /* 1 or more */
};

struct claim {
    const char *consumer_uuid;
    const char *project_id; /* external ids; not NULL */
    const char *user_id;
    const char *consumer_type; /* NULL: as it is; of a new consumer: none */
    bool check_generation;     /* from 1.28 on: the consumer must be as the client thinks */
    bool generation_null;      /* the client thinks that there is no such consumer */
    int64_t generation;        /* what the client thinks otherwise */
    const struct claim_amount *amounts;
    size_t amount_count; /* 0: the consumer is to hold nothing */
};

/*
 * Replaces the allocations of count consumers. With the reason in context->failure:
 *   OUTCOME_GENERATION_CONFLICT   a consumer generation is not what the client thinks
 *   OUTCOME_PROVIDER_NOT_FOUND  "Allocation for resource provider '<uuid>' that does not exist."
 *   OUTCOME_CLASS_NOT_FOUND     "No such resource class <name>."
 *   OUTCOME_INVENTORY_INVALID   no inventory, off the units, or over capacity
 *   OUTCOME_CONCURRENT_UPDATE   others were faster, more often than it is worth trying
 */
enum outcome claims_replace(struct context *context, const struct claim *claims, size_t count);

/* The same as a part of another transaction: prepared before it, run inside of it, once in each of
   its attempts. */
struct claim_run;
enum outcome claims_prepare(struct context *context, const struct claim *claims, size_t count,
                            struct claim_run **run);
enum outcome claims_run(struct claim_run *run);

#endif
