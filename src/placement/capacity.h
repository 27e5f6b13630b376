/*
 * Capacity: whether a provider has enough left of a resource class for a claim that runs in steps
 * (claim.h). Most claims are one statement instead, whose condition ADMITTING in claim_at_once.c
 * checks the same; what it does not admit comes here, for the reason.
 *
 * A struct capacity is one inventory together with what is used of it. A claim loads it after it
 * has locked the providers' rows and deleted what its consumers held before, so that nobody can
 * change it under the claim.
 */
#ifndef BERTH_PLACEMENT_CAPACITY_H
#define BERTH_PLACEMENT_CAPACITY_H

#include "placement/context.h"

struct capacity {
    int64_t provider_id;
    int64_t class_id;
    int64_t total, reserved, min_unit, max_unit, step_size;
    double allocation_ratio;
    int64_t used;    /* by consumers outside of the claim */
    int64_t freed;   /* by the claim's consumers: what they held before */
    int64_t claimed; /* by the claim's consumers: the demands checked so far */
};

struct capacities {
    struct capacity *list; /* by provider_id, then class_id */
    size_t count;
};

/* One amount that a claim asks for. The names are for the reason of a refusal. */
struct demand {
    int64_t provider_id;
    int64_t class_id;
    const char *provider_uuid;
    const char *class_name;
    int64_t used;
};

/* The resource classes of a claim. */
struct capacity_classes {
    const char *const *names; /* distinct, sorted by text_compare() */
    int64_t *ids;             /* -1: the class does not exist */
    size_t count;
};

/* Loads the capacities of all the providers and classes, and sets the ids of the classes, in one
   statement. A provider without an inventory of a class has no capacity of it in the list. */
enum outcome capacities_load(struct context *context, const int64_t *provider_ids,
                             size_t provider_count, const struct capacity_classes *classes,
                             struct capacities *capacities);

/* Tells whether a provider has capacity of any class in the list. */
bool capacity_exists(const struct capacities *capacities, int64_t provider_id);

/* Notes that the claim's consumers held this much before. */
void capacity_free(const struct capacities *capacities, int64_t provider_id, int64_t class_id,
                   int64_t used);

/*
 * Checks a demand against the capacity, on top of the demands checked before, and counts it.
 * OUTCOME_INVENTORY_INVALID, with upstream's text, if there is no inventory, if the amount breaks
 * the units, or if it exceeds the capacity. A claim may exceed the capacity if it uses no more than
 * its consumers did before, so that an existing overage can shrink.
 */
enum outcome capacity_claim(struct context *context, const struct capacities *capacities,
                            const struct demand *demand);

#endif
