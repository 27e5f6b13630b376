/*
 * Reads and writes rows of inventories, any number of them in one statement.
 */
#include <config.h>

#include "placement/inventory_rows.h"

#include "base/log.h"
#include "base/sorted.h"
#include "base/text.h"
#include "placement/names.h"
#include "placement/pairs.h"

static const struct sql lock_classes = {
    "SELECT id FROM resource_classes WHERE id IN (?*) LOCK IN SHARE MODE", "i"};
static const struct sql select_rows = {
    "SELECT resource_provider_id, resource_class_id FROM inventories "
    "WHERE resource_provider_id IN (?*)",
    "ii"};
/* Of pairs of provider and class, not of each provider with each class. */
static const struct sql select_used = {
    "SELECT STRAIGHT_JOIN a.resource_provider_id, a.resource_class_id, SUM(a.used) FROM "
    "JSON_TABLE(?, '$[*]' COLUMNS (provider INT PATH '$[0]', class INT PATH '$[1]')) wanted "
    "JOIN allocations a FORCE INDEX (allocations_resource_provider_class_used_idx) "
    "ON a.resource_provider_id = wanted.provider AND a.resource_class_id = wanted.class "
    "GROUP BY a.resource_provider_id, a.resource_class_id "
    "ORDER BY a.resource_provider_id, a.resource_class_id",
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

int inventory_row_compare(const void *left, const void *right)
{
    const struct inventory_row *a = left, *b = right;
    int order = int64_compare(&a->provider_id, &b->provider_id);
    return order != 0 ? order : int64_compare(&a->class_id, &b->class_id);
}

enum outcome inventory_classes_hold(struct context *context, const int64_t *class_ids, size_t count)
{
    int64_t *custom = arena_array(context->arena, count, sizeof(*custom));
    size_t custom_count = 0;
    for (size_t i = 0; i < count; i++)
        if (class_ids[i] >= FIRST_CUSTOM_CLASS_ID)
            custom[custom_count++] = class_ids[i];
    custom_count = sort_unique(custom, custom_count, sizeof(*custom), int64_compare);
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

/* Inventories, each once, and what is used of them. */
struct inventory_use {
    struct inventory_row *sorted;
    size_t count;
    struct rows used; /* provider, class and the sum, of those in use; by provider and class */
};

static enum outcome used_of(struct context *context, const struct inventory_row *rows, size_t count,
                            struct inventory_use *use)
{
    use->sorted = arena_array(context->arena, count, sizeof(*use->sorted));
    for (size_t i = 0; i < count; i++)
        use->sorted[i] = rows[i];
    use->count = sort_unique(use->sorted, count, sizeof(*use->sorted), inventory_row_compare);
    struct text_builder pairs = pairs_begin(context->arena);
    for (size_t i = 0; i < use->count; i++)
        pairs_add(&pairs, use->sorted[i].provider_id, use->sorted[i].class_id);
    return database_select(context->database, &select_used, VALUES(pairs_end(&pairs)), &use->used);
}

/* Returns the inventory of a row of use->used. */
static const struct inventory_row *row_in_use(const struct inventory_use *use, size_t index)
{
    const struct inventory_row key = {.provider_id = row_integer(&use->used, index, 0),
                                      .class_id = row_integer(&use->used, index, 1)};
    return sorted_find(&key, use->sorted, use->count, sizeof(key), inventory_row_compare);
}

static enum outcome warn_exceeded(struct context *context, const struct inventory_row *rows,
                                  size_t count)
{
    struct inventory_use use;
    TRY(used_of(context, rows, count, &use));
    for (size_t i = 0; i < use.used.count; i++) {
        const struct inventory_row *row = row_in_use(&use, i);
        if (row != NULL &&
            (double)row_integer(&use.used, i, 2) > inventory_capacity(row->inventory))
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
static enum outcome refuse_in_use(struct context *context, const struct inventory_use *use)
{
    const struct inventory_row *first = NULL;
    struct text_builder classes = text_begin(context->arena);
    for (size_t i = 0; i < use->used.count; i++) {
        const struct inventory_row *row = row_in_use(use, i);
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
    struct inventory_use use;
    *deleted = 0;
    if (count == 0)
        return OUTCOME_OK;
    TRY(used_of(context, rows, count, &use));
    TRY(refuse_in_use(context, &use));
    struct value *values = arena_array(context->arena, count * WIDTH, sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        values[i * WIDTH] = value_integer(rows[i].provider_id);
        values[i * WIDTH + 1] = value_integer(rows[i].class_id);
    }
    return database_execute_bulk(context->database, &delete_inventory, values, WIDTH, count,
                                 deleted);
}
