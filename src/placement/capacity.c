/*
 * Capacity: inventories and their use, and the rules of what may be taken.
 */
#include <config.h>

#include "placement/capacity.h"

#include <stdlib.h>

/* The index on provider, class and used answers the sum without touching the rows. The indexes are
   named because the optimizer sometimes takes that of the class instead, after it looked at its
   statistics again, and then reads all that the whole cloud uses of the class. */
static const struct sql select_stocks = {
    "SELECT i.resource_provider_id, i.resource_class_id, i.total, i.reserved, i.min_unit, "
    "i.max_unit, i.step_size, i.allocation_ratio, "
    "(SELECT SUM(a.used) FROM allocations a "
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "
    "WHERE a.resource_provider_id = i.resource_provider_id "
    "AND a.resource_class_id = i.resource_class_id) "
    "FROM inventories i FORCE INDEX (uniq_inventories0resource_provider_resource_class) "
    "WHERE i.resource_provider_id IN (?...) AND i.resource_class_id IN (?...)",
    "iiiiiiiri"};

static int stock_compare(const void *left, const void *right)
{
    const struct stock *a = left, *b = right;
    if (a->provider_id != b->provider_id)
        return a->provider_id < b->provider_id ? -1 : 1;
    return (a->class_id > b->class_id) - (a->class_id < b->class_id);
}

static int stock_compare_provider(const void *key, const void *element)
{
    int64_t provider_id = *(const int64_t *)key;
    const struct stock *stock = element;
    return (provider_id > stock->provider_id) - (provider_id < stock->provider_id);
}

enum outcome stocks_load(struct context *context, const int64_t *provider_ids,
                         size_t provider_count, const int64_t *class_ids, size_t class_count,
                         struct stocks *stocks)
{
    struct rows rows;
    enum outcome outcome = database_select(context->database, &select_stocks,
                                           VALUES(value_integers(provider_ids, provider_count),
                                                  value_integers(class_ids, class_count)),
                                           &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    stocks->list = arena_array(context->arena, rows.count, sizeof(*stocks->list));
    stocks->count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        stocks->list[i] = (struct stock){
            .provider_id = row_integer(&rows, i, 0),
            .class_id = row_integer(&rows, i, 1),
            .total = row_integer(&rows, i, 2),
            .reserved = row_integer(&rows, i, 3),
            .min_unit = row_integer(&rows, i, 4),
            .max_unit = row_integer(&rows, i, 5),
            .step_size = row_integer(&rows, i, 6),
            .allocation_ratio = row_float(&rows, i, 7),
            .used = row_integer(&rows, i, 8),
        };
    if (stocks->count > 1)
        qsort(stocks->list, stocks->count, sizeof(*stocks->list), stock_compare);
    return OUTCOME_OK;
}

struct stock *stocks_find(const struct stocks *stocks, int64_t provider_id, int64_t class_id)
{
    if (stocks->count == 0)
        return NULL;
    if (class_id < 0)
        return bsearch(&provider_id, stocks->list, stocks->count, sizeof(*stocks->list),
                       stock_compare_provider);
    struct stock key = {.provider_id = provider_id, .class_id = class_id};
    return bsearch(&key, stocks->list, stocks->count, sizeof(*stocks->list), stock_compare);
}

void stock_free(const struct stocks *stocks, int64_t provider_id, int64_t class_id, int64_t used)
{
    struct stock *stock = stocks_find(stocks, provider_id, class_id);
    if (stock != NULL)
        stock->freed += used;
}

static bool within_units(const struct stock *stock, int64_t amount)
{
    return amount >= stock->min_unit && amount <= stock->max_unit &&
           (stock->step_size <= 0 || amount % stock->step_size == 0);
}

enum outcome stock_claim(struct context *context, const struct stocks *stocks,
                         const struct demand *demand)
{
    struct stock *stock = stocks_find(stocks, demand->provider_id, demand->class_id);
    if (stock == NULL)
        return context_fail(context, OUTCOME_INVENTORY_INVALID,
                            "Inventory for '%s' on resource provider '%s' invalid.",
                            demand->class_name, demand->provider_uuid);
    if (!within_units(stock, demand->used))
        return context_fail(context, OUTCOME_INVENTORY_INVALID,
                            "Unable to create allocation for '%s' on resource provider '%s'. The "
                            "requested amount would violate inventory constraints.",
                            demand->class_name, demand->provider_uuid);
    /* Amounts are at most max_unit here, so that the sums stay far from the end of int64_t. */
    stock->claimed += demand->used;
    double capacity = (double)(stock->total - stock->reserved) * stock->allocation_ratio;
    int64_t needed = stock->used + stock->claimed;
    if (capacity < (double)needed && needed > stock->used + stock->freed)
        return context_fail(context, OUTCOME_INVENTORY_INVALID,
                            "Unable to create allocation for '%s' on resource provider '%s'. The "
                            "requested amount would exceed the capacity.",
                            demand->class_name, demand->provider_uuid);
    return OUTCOME_OK;
}
