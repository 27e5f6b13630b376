/*
 * What there is of the classes that a claim asks for, and whether it is enough.
 *
 * A stock is the inventory of a class of a provider together with what is used of it. It is read
 * after the providers' rows were locked, and after what the consumers held before was given back.
 */
#ifndef BERTH_PLACEMENT_CAPACITY_H
#define BERTH_PLACEMENT_CAPACITY_H

#include "placement/context.h"

struct stock {
    int64_t provider_id;
    int64_t class_id;
    int64_t total, reserved, min_unit, max_unit, step_size;
    double allocation_ratio;
    int64_t used;    /* by other consumers than those of the claim */
    int64_t freed;   /* by those of the claim until now: see stock_free() */
    int64_t claimed; /* by those of the claim from now on, as far as they were checked */
};

struct stocks {
    struct stock *list; /* by provider_id, class_id */
    size_t count;
};

/* One amount that is asked for. The names are for the reason of a refusal. */
struct demand {
    int64_t provider_id;
    int64_t class_id;
    const char *provider_uuid;
    const char *class_name;
    int64_t used;
};

/* Reads the stocks of all the providers and classes together. */
enum outcome stocks_load(struct context *context, const int64_t *provider_ids,
                         size_t provider_count, const int64_t *class_ids, size_t class_count,
                         struct stocks *stocks);

/* The stock of a class of a provider, or NULL if it has no such inventory; any class of the
   provider if class_id is negative. */
struct stock *stocks_find(const struct stocks *stocks, int64_t provider_id, int64_t class_id);

/* Notes that the claim's consumers have given back what they used until now. */
void stock_free(const struct stocks *stocks, int64_t provider_id, int64_t class_id, int64_t used);

/*
 * Checks a demand against its stock, together with the demands that were checked before, and counts
 * it. OUTCOME_INVENTORY_INVALID with upstream's text if there is no stock, if the amount is not
 * within the units, or if it goes over capacity; going over is allowed if all in all the use of the
 * stock does not grow: then an overage that exists already only shrinks.
 */
enum outcome stock_claim(struct context *context, const struct stocks *stocks,
                         const struct demand *demand);

#endif
