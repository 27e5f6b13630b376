/*
 * Reads and writes rows of inventories, any number of them in one statement.
 */
#include <config.h>

#include "placement/inventory_rows.h"

#include "base/log.h"
#include "base/text.h"
#include "placement/names.h"

static const struct sql lock_classes = {
    "SELECT id FROM resource_classes WHERE id IN (?...) LOCK IN SHARE MODE", "i"};
static const struct sql select_rows = {
    "SELECT resource_provider_id, resource_class_id FROM inventories "
    "WHERE resource_provider_id IN (?...)",
    "ii"};
static const struct sql select_used = {
    "SELECT resource_provider_id, resource_class_id, SUM(used) FROM allocations "
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "
    "WHERE resource_provider_id IN (?...) AND resource_class_id IN (?...) "
    "GROUP BY resource_provider_id, resource_class_id "
    "ORDER BY resource_provider_id, resource_class_id",
    "iii"};
static const struct sql insert_inventory = {
    "INSERT INTO inventories (total, reserved, min_unit, max_unit, step_size, allocation_ratio, "
    "resource_provider_id, resource_class_id, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())",
    NULL};
static const struct sql update_inventory = {
    "UPDATE inventories SET total = ?, reserved = ?, min_unit = ?, max_unit = ?, step_size = ?, "
    "allocation_ratio = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE resource_provider_id = ? AND resource_class_id = ?",
    NULL};
static const struct sql delete_inventory = {
    "DELETE FROM inventories WHERE resource_provider_id = ? AND resource_class_id = ?", NULL};

enum outcome inventory_classes_hold(struct context *context, const int64_t *class_ids, size_t count)
{
    int64_t *custom = arena_array(context->arena, count, sizeof(*custom));
    size_t custom_count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < custom_count && custom[j] != class_ids[i])
            j++;
        if (j == custom_count && class_ids[i] >= FIRST_CUSTOM_CLASS_ID)
            custom[custom_count++] = class_ids[i];
    }
    if (custom_count == 0)
        return OUTCOME_OK;
    struct rows rows;
    TRY(database_select(context->database, &lock_classes,
                        VALUES(value_integers(custom, custom_count)), &rows));
    if (rows.count < custom_count)
        return context_fail(context, OUTCOME_CLASS_NOT_FOUND,
                            "No such resource class: one was deleted meanwhile.");
    return OUTCOME_OK;
}

enum outcome inventory_rows_find(struct context *context, const int64_t *provider_ids, size_t count,
                                 struct rows *rows)
{
    return database_select(context->database, &select_rows,
                           VALUES(value_integers(provider_ids, count)), rows);
}

static enum outcome write_rows(struct context *context, const struct sql *sql,
                               const struct inventory_row *rows, size_t count)
{
    enum { WIDTH = 8 };
    struct value *values = arena_array(context->arena, count * WIDTH, sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        const struct inventory *inventory = rows[i].inventory;
        const struct value row[WIDTH] = {
            value_integer(inventory->total),     value_integer(inventory->reserved),
            value_integer(inventory->min_unit),  value_integer(inventory->max_unit),
            value_integer(inventory->step_size), value_real(inventory->allocation_ratio),
            value_integer(rows[i].provider_id),  value_integer(rows[i].class_id),
        };
        memcpy(&values[i * WIDTH], row, sizeof(row));
    }
    return database_execute_bulk(context->database, sql, values, WIDTH, count, NULL);
}

enum outcome inventory_rows_insert(struct context *context, const struct inventory_row *rows,
                                   size_t count)
{
    return write_rows(context, &insert_inventory, rows, count);
}

/* Returns rows of provider, class and what is used of it: for each of the providers with each of
   the classes, also for pairs that are not among the rows. */
static enum outcome used_of(struct context *context, const struct inventory_row *rows, size_t count,
                            struct rows *used)
{
    int64_t *provider_ids = arena_array(context->arena, count, sizeof(*provider_ids));
    int64_t *class_ids = arena_array(context->arena, count, sizeof(*class_ids));
    for (size_t i = 0; i < count; i++) {
        provider_ids[i] = rows[i].provider_id;
        class_ids[i] = rows[i].class_id;
    }
    return database_select(
        context->database, &select_used,
        VALUES(value_integers(provider_ids, count), value_integers(class_ids, count)), used);
}

static const struct inventory_row *row_find(const struct inventory_row *rows, size_t count,
                                            int64_t provider_id, int64_t class_id)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].provider_id == provider_id && rows[i].class_id == class_id)
            return &rows[i];
    return NULL;
}

static enum outcome warn_exceeded(struct context *context, const struct inventory_row *rows,
                                  size_t count)
{
    struct rows used;
    TRY(used_of(context, rows, count, &used));
    for (size_t i = 0; i < used.count; i++) {
        const struct inventory_row *row =
            row_find(rows, count, row_integer(&used, i, 0), row_integer(&used, i, 1));
        if (row != NULL && (double)row_integer(&used, i, 2) > inventory_capacity(row->inventory))
            log_event(LOG_LEVEL_WARNING, "resource provider is now over capacity",
                      log_identifier("resource_provider", row->provider_uuid),
                      log_identifier("resource_class", row->inventory->class_name));
    }
    return OUTCOME_OK;
}

enum outcome inventory_rows_update(struct context *context, const struct inventory_row *rows,
                                   size_t count)
{
    if (count == 0)
        return OUTCOME_OK;
    TRY(warn_exceeded(context, rows, count));
    return write_rows(context, &update_inventory, rows, count);
}

/* Refuses if any of the rows is in use: names the first such provider, with all its classes that
   are in use. */
static enum outcome refuse_in_use(struct context *context, const struct inventory_row *rows,
                                  size_t count, const struct rows *used)
{
    const struct inventory_row *first = NULL;
    struct text_builder classes = text_begin(context->arena);
    for (size_t i = 0; i < used->count; i++) {
        const struct inventory_row *row =
            row_find(rows, count, row_integer(used, i, 0), row_integer(used, i, 1));
        if (row == NULL || (first != NULL && row->provider_id != first->provider_id))
            continue;
        const char *name;
        TRY(names_from_id(context, NAME_RESOURCE_CLASS, row->class_id, &name));
        text_add_item(&classes, ", ", name);
        first = first != NULL ? first : row;
    }
    if (first == NULL)
        return OUTCOME_OK;
    return context_fail(context, OUTCOME_INVENTORY_IN_USE,
                        "Inventory for '%s' on resource provider '%s' in use.", text_end(&classes),
                        first->provider_uuid);
}

enum outcome inventory_rows_delete(struct context *context, const struct inventory_row *rows,
                                   size_t count, uint64_t *deleted)
{
    enum { WIDTH = 2 };
    struct rows used;
    *deleted = 0;
    if (count == 0)
        return OUTCOME_OK;
    TRY(used_of(context, rows, count, &used));
    TRY(refuse_in_use(context, rows, count, &used));
    struct value *values = arena_array(context->arena, count * WIDTH, sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        values[i * WIDTH] = value_integer(rows[i].provider_id);
        values[i * WIDTH + 1] = value_integer(rows[i].class_id);
    }
    return database_execute_bulk(context->database, &delete_inventory, values, WIDTH, count,
                                 deleted);
}
