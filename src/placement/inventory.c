/*
 * Loads inventories.
 */
#include <config.h>

#include "placement/inventory.h"

#include <math.h>

static const struct sql select_inventories = {
    "SELECT rc.name, i.total, i.reserved, i.min_unit, i.max_unit, i.step_size, "
    "i.allocation_ratio, "
    "TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(i.updated_at, i.created_at)) "
    "FROM inventories i JOIN resource_classes rc ON rc.id = i.resource_class_id "
    "WHERE i.resource_provider_id = ? ORDER BY i.resource_class_id",
    "siiiiiri"};

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
        inventories->list[i] = (struct inventory){
            .class_name = row_text(&rows, i, 0),
            .total = row_integer(&rows, i, 1),
            .reserved = row_integer(&rows, i, 2),
            .min_unit = row_integer(&rows, i, 3),
            .max_unit = row_integer(&rows, i, 4),
            .step_size = row_integer(&rows, i, 5),
            .allocation_ratio = row_float(&rows, i, 6),
            .modified = (time_t)row_integer(&rows, i, 7),
        };
    }
    return OUTCOME_OK;
}
