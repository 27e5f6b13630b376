/*
 * Loads inventories.
 */
#include <config.h>

#include "placement/inventory.h"

#include <math.h>

#include "placement/names.h"

static const struct sql select_inventories = {
    "SELECT resource_class_id, total, reserved, min_unit, max_unit, step_size, allocation_ratio, "
    "TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(updated_at, created_at)) "
    "FROM inventories WHERE resource_provider_id = ? ORDER BY resource_class_id",
    "iiiiiiri"};

double inventory_capacity(const struct inventory *inventory)
{
    return trunc((double)(inventory->total - inventory->reserved) * inventory->allocation_ratio);
}

enum outcome inventories_load(struct context *context, const struct provider *provider,
                              struct inventories *inventories)
{
    struct rows rows;
    TRY(database_select(context->database, &select_inventories, VALUES(value_integer(provider->id)),
                        &rows));
    inventories->list = arena_array(context->arena, rows.count, sizeof(*inventories->list));
    inventories->count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        struct inventory *inventory = &inventories->list[i];
        *inventory = (struct inventory){
            .total = row_integer(&rows, i, 1),
            .reserved = row_integer(&rows, i, 2),
            .min_unit = row_integer(&rows, i, 3),
            .max_unit = row_integer(&rows, i, 4),
            .step_size = row_integer(&rows, i, 5),
            .allocation_ratio = row_float(&rows, i, 6),
            .modified = (time_t)row_integer(&rows, i, 7),
        };
        TRY(names_from_id(context, NAME_RESOURCE_CLASS, row_integer(&rows, i, 0),
                          &inventory->class_name));
    }
    return OUTCOME_OK;
}
