/*
 * Loads inventories with their use, and decides what may be taken of them.
 */
#include <config.h>

#include "placement/capacity.h"

#include "base/sorted.h"

/* The inventories with their use, then the classes by name, without a provider. The index on
   provider, class and used answers the sum without touching the rows. Order and indexes are named
   because the optimizer, after it refreshed its statistics, sometimes takes the index on the class
   instead, and then reads everything the whole cloud uses of that class. */
static const struct sql select_capacities = {
    "SELECT i.resource_provider_id, rc.id, rc.name, i.total, i.reserved, i.min_unit, "
    "i.max_unit, i.step_size, i.allocation_ratio, "
    "(SELECT CAST(SUM(a.used) AS SIGNED) FROM allocations a "
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "
    "WHERE a.resource_provider_id = i.resource_provider_id "
    "AND a.resource_class_id = i.resource_class_id) "
    "FROM inventories i FORCE INDEX (uniq_inventories0resource_provider_resource_class) "
    "STRAIGHT_JOIN resource_classes rc ON rc.id = i.resource_class_id "
    "WHERE i.resource_provider_id IN (?*) AND rc.name IN (?*) "
    "UNION ALL SELECT NULL, id, name, NULL, NULL, NULL, NULL, NULL, NULL, NULL "
    "FROM resource_classes WHERE name IN (?*)",
    "iisiiiiiri"};

static int provider_compare(const void *left, const void *right)
{
    const struct capacity *a = left, *b = right;
    return (a->provider_id > b->provider_id) - (a->provider_id < b->provider_id);
}

static int capacity_compare(const void *left, const void *right)
{
    const struct capacity *a = left, *b = right;
    int order = provider_compare(a, b);
    return order != 0 ? order : (a->class_id > b->class_id) - (a->class_id < b->class_id);
}

static void set_class_id(const struct capacity_classes *classes, int64_t id, const char *name)
{
    const char *const *found =
        sorted_find(&name, classes->names, classes->count, sizeof(*classes->names), text_compare);
    if (found != NULL)
        classes->ids[found - classes->names] = id;
}

enum outcome capacities_load(struct context *context, const int64_t *provider_ids,
                             size_t provider_count, const struct capacity_classes *classes,
                             struct capacities *capacities)
{
    struct rows rows;
    const struct value names = value_texts(classes->names, classes->count);
    TRY(database_select(context->database, &select_capacities,
                        VALUES(value_integers(provider_ids, provider_count), names, names), &rows));
    for (size_t i = 0; i < classes->count; i++)
        classes->ids[i] = -1;
    capacities->list = arena_array(context->arena, rows.count, sizeof(*capacities->list));
    capacities->count = 0;
    for (size_t i = 0; i < rows.count; i++) {
        if (row_is_null(&rows, i, 0)) {
            set_class_id(classes, row_integer(&rows, i, 1), row_text(&rows, i, 2));
            continue;
        }
        capacities->list[capacities->count++] = (struct capacity){
            .provider_id = row_integer(&rows, i, 0),
            .class_id = row_integer(&rows, i, 1),
            .total = row_integer(&rows, i, 3),
            .reserved = row_integer(&rows, i, 4),
            .min_unit = row_integer(&rows, i, 5),
            .max_unit = row_integer(&rows, i, 6),
            .step_size = row_integer(&rows, i, 7),
            .allocation_ratio = row_float(&rows, i, 8),
            .used = row_integer(&rows, i, 9),
        };
    }
    /* each once, though parts of divided lists may repeat them */
    capacities->count = sort_unique(capacities->list, capacities->count, sizeof(*capacities->list),
                                    capacity_compare);
    return OUTCOME_OK;
}

/* Returns the capacity of a class of a provider, or NULL if the provider has no such inventory. */
static struct capacity *capacity_find(const struct capacities *capacities, int64_t provider_id,
                                      int64_t class_id)
{
    const struct capacity key = {.provider_id = provider_id, .class_id = class_id};
    return sorted_find(&key, capacities->list, capacities->count, sizeof(key), capacity_compare);
}

bool capacity_exists(const struct capacities *capacities, int64_t provider_id)
{
    const struct capacity key = {.provider_id = provider_id};
    return sorted_find(&key, capacities->list, capacities->count, sizeof(key), provider_compare) !=
           NULL;
}

void capacity_free(const struct capacities *capacities, int64_t provider_id, int64_t class_id,
                   int64_t used)
{
    struct capacity *capacity = capacity_find(capacities, provider_id, class_id);
    if (capacity != NULL)
        capacity->freed += used;
}

static bool within_units(const struct capacity *capacity, int64_t amount)
{
    return amount >= capacity->min_unit && amount <= capacity->max_unit &&
           (capacity->step_size <= 0 || amount % capacity->step_size == 0);
}

enum outcome capacity_claim(struct context *context, const struct capacities *capacities,
                            const struct demand *demand)
{
    struct capacity *capacity = capacity_find(capacities, demand->provider_id, demand->class_id);
    if (capacity == NULL)
        return context_fail(context, OUTCOME_INVENTORY_INVALID,
                            "Inventory for '%s' on resource provider '%s' invalid.",
                            demand->class_name, demand->provider_uuid);
    if (!within_units(capacity, demand->used))
        return context_fail(context, OUTCOME_INVENTORY_INVALID,
                            "Unable to create allocation for '%s' on resource provider '%s'. The "
                            "requested amount would violate inventory constraints.",
                            demand->class_name, demand->provider_uuid);
    /* No amount exceeds max_unit here, so the sums stay far from the end of int64_t. */
    capacity->claimed += demand->used;
    double most = (double)(capacity->total - capacity->reserved) * capacity->allocation_ratio;
    int64_t needed = capacity->used + capacity->claimed;
    if (most < (double)needed && needed > capacity->used + capacity->freed)
        return context_fail(context, OUTCOME_INVENTORY_INVALID,
                            "Unable to create allocation for '%s' on resource provider '%s'. The "
                            "requested amount would exceed the capacity.",
                            demand->class_name, demand->provider_uuid);
    return OUTCOME_OK;
}
