/*
 * Reads and writes rows of inventories, any number of them in one statement.
 */
#include <config.h>

#include "placement/inventory_rows.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "base/sorted.h"
#include "base/text.h"
#include "placement/pairs.h"
#include "placement/resource_class.h"
#include "placement/trail.h"

/* The inventories, then the classes by name, without a provider. */
#define SELECT_ROWS(columns, nulls)                                                                \
    "SELECT i.resource_provider_id, rc.id, rc.name, "                                              \
    "(SELECT CAST(SUM(a.used) AS SIGNED) FROM allocations a "                                      \
    "FORCE INDEX (allocations_resource_provider_class_used_idx) "                                  \
    "WHERE a.resource_provider_id = i.resource_provider_id "                                       \
    "AND a.resource_class_id = i.resource_class_id)" columns                                       \
    " FROM inventories i FORCE INDEX (uniq_inventories0resource_provider_resource_class) "         \
    "STRAIGHT_JOIN resource_classes rc ON rc.id = i.resource_class_id "                            \
    "WHERE i.resource_provider_id IN (?*) "                                                        \
    "UNION ALL SELECT NULL, id, name, NULL" nulls " FROM resource_classes WHERE name IN (?*)"
static const struct sql select_rows = {SELECT_ROWS("", ""), "iisi"};
/* With the amounts, for the trail. */
static const struct sql select_whole_rows = {
    SELECT_ROWS(", i.total, i.reserved, i.min_unit, i.max_unit, i.step_size, i.allocation_ratio",
                ", NULL, NULL, NULL, NULL, NULL, NULL"),
    "iisiiiiiir"};
/* Of pairs of provider and class, not of each provider with each class. */
static const struct sql select_used = {
    "SELECT sums.provider, sums.class, rc.name, sums.used FROM ("
    "SELECT STRAIGHT_JOIN wanted.provider, wanted.class, CAST(SUM(a.used) AS SIGNED) AS used FROM "
    "JSON_TABLE(?, '$[*]' COLUMNS (provider INT PATH '$[0]', class INT PATH '$[1]')) wanted "
    "JOIN allocations a FORCE INDEX (allocations_resource_provider_class_used_idx) "
    "ON a.resource_provider_id = wanted.provider AND a.resource_class_id = wanted.class "
    "GROUP BY wanted.provider, wanted.class) sums "
    "JOIN resource_classes rc ON rc.id = sums.class ORDER BY sums.provider, sums.class",
    "iisi"};
static const struct sql insert_inventory = {
    "INSERT INTO inventories (total, reserved, min_unit, max_unit, step_size, allocation_ratio, "
    "resource_provider_id, resource_class_id, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())",
    NULL};
/* The index is named here too: by statistics of a smaller table that of the class looks as good,
   and then each row costs as much as all rows of its class. */
static const struct sql update_inventory = {
    "UPDATE inventories FORCE INDEX (uniq_inventories0resource_provider_resource_class) "
    "SET total = ?, reserved = ?, min_unit = ?, max_unit = ?, step_size = ?, "
    "allocation_ratio = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE resource_provider_id = ? AND resource_class_id = ?",
    NULL};
static const struct sql delete_inventories = {
    "DELETE i FROM JSON_TABLE(?, '$[*]' COLUMNS (provider INT PATH '$[0]', class INT PATH '$[1]')) "
    "wanted STRAIGHT_JOIN inventories i "
    "FORCE INDEX (uniq_inventories0resource_provider_resource_class) "
    "ON i.resource_provider_id = wanted.provider AND i.resource_class_id = wanted.class",
    NULL};

static const struct sql select_records = {
    "SELECT resource_provider_id, resource_class_id, total, reserved, min_unit, max_unit, "
    "step_size, allocation_ratio FROM inventories WHERE resource_provider_id IN (?*)",
    "iiiiiiir"};

int inventory_row_compare(const void *left, const void *right)
{
    const struct inventory_row *a = left, *b = right;
    int order = int64_compare(&a->provider_id, &b->provider_id);
    return order != 0 ? order : int64_compare(&a->class_id, &b->class_id);
}

struct named_class {
    const char *name;
    int64_t id;
};

static int named_class_compare(const void *left, const void *right)
{
    const struct named_class *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Sets the ids of the classes. Compares bytes: the database may find a name that differs in case.
 */
static void set_class_ids(struct context *context, const struct inventory_classes *classes,
                          const struct rows *rows)
{
    struct named_class *known = arena_array(context->arena, rows->count, sizeof(*known));
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (row_is_null(rows, i, FOUND_PROVIDER))
            known[count++] = (struct named_class){row_text(rows, i, FOUND_CLASS_NAME),
                                                  row_integer(rows, i, FOUND_CLASS)};
    sort(known, count, sizeof(*known), named_class_compare);
    for (size_t i = 0; i < classes->count; i++) {
        const struct named_class key = {.name = classes->names[i]};
        const struct named_class *found =
            sorted_find(&key, known, count, sizeof(*known), named_class_compare);
        classes->ids[i] = found != NULL ? found->id : -1;
    }
}

static int found_compare(const void *left, const void *right)
{
    const struct value *a = left, *b = right;
    int order = int64_compare(&a[FOUND_PROVIDER].integer, &b[FOUND_PROVIDER].integer);
    return order != 0 ? order : int64_compare(&a[FOUND_CLASS].integer, &b[FOUND_CLASS].integer);
}

/* Copies the rows that have a provider, sorted, each once: parts of divided lists may repeat them.
 */
static struct rows rows_of_providers(struct context *context, const struct rows *rows)
{
    size_t size = rows->columns * sizeof(struct value);
    struct value *values = arena_array(context->arena, rows->count, size);
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (!row_is_null(rows, i, FOUND_PROVIDER))
            memcpy(values + count++ * rows->columns, row_value(rows, i, 0), size);
    count = sort_unique(values, count, size, found_compare);
    return (struct rows){.values = values, .count = count, .columns = rows->columns};
}

/* Notes the inventories that exist. Their rows have the columns of select_whole_rows. */
static void trace_found(struct context *context, const struct rows *rows)
{
    for (size_t i = 0; context->trail != NULL && i < rows->count; i++) {
        const struct inventory before = {
            .total = row_integer(rows, i, 4),
            .reserved = row_integer(rows, i, 5),
            .min_unit = row_integer(rows, i, 6),
            .max_unit = row_integer(rows, i, 7),
            .step_size = row_integer(rows, i, 8),
            .allocation_ratio = row_float(rows, i, 9),
        };
        trail_found_inventory(context->trail, row_integer(rows, i, FOUND_PROVIDER),
                              row_integer(rows, i, FOUND_CLASS),
                              row_text(rows, i, FOUND_CLASS_NAME), &before);
    }
}

/* Notes what becomes of inventories; deleted: they are gone. */
static void trace_written(struct context *context, const struct inventory_row *rows, size_t count,
                          bool deleted)
{
    for (size_t i = 0; context->trail != NULL && i < count; i++)
        trail_wrote_inventory(context->trail, rows[i].provider_id, rows[i].provider_uuid,
                              rows[i].class_id, deleted ? NULL : rows[i].inventory);
}

enum outcome inventory_rows_find(struct context *context, const int64_t *provider_ids, size_t count,
                                 const struct inventory_classes *classes, struct rows *found)
{
    struct rows rows;
    TRY(database_select(
        context->database, context->trail != NULL ? &select_whole_rows : &select_rows,
        VALUES(value_integers(provider_ids, count), value_texts(classes->names, classes->count)),
        &rows));
    set_class_ids(context, classes, &rows);
    *found = rows_of_providers(context, &rows);
    trace_found(context, found);
    return OUTCOME_OK;
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
    trace_written(context, rows, count, false);
    return database_execute_bulk(context->database, sql, values, WIDTH, count, NULL);
}

enum outcome inventory_rows_insert(struct context *context, const struct inventory_row *rows,
                                   size_t count)
{
    struct resource_class *classes = arena_array(context->arena, count, sizeof(*classes));
    for (size_t i = 0; i < count; i++)
        classes[i] =
            (struct resource_class){.id = rows[i].class_id, .name = rows[i].inventory->class_name};
    TRY(resource_classes_hold(context, classes, count));
    return write_rows(context, &insert_inventory, rows, count);
}

/* Inventories, each once, and what is used of them. */
struct inventory_use {
    struct inventory_row *sorted;
    size_t count;
    struct rows used; /* as found by inventory_rows_find(), perhaps of others too */
};

/* Returns pairs of provider and class. */
static struct value pairs_of(struct context *context, const struct inventory_use *use)
{
    struct text_builder pairs = pairs_begin(context->arena);
    for (size_t i = 0; i < use->count; i++)
        pairs_add(&pairs, use->sorted[i].provider_id, use->sorted[i].class_id);
    return pairs_end(&pairs);
}

/* found: as for inventory_rows_delete(). */
static enum outcome used_of(struct context *context, const struct inventory_row *rows, size_t count,
                            const struct rows *found, struct inventory_use *use)
{
    use->sorted = arena_array(context->arena, count, sizeof(*use->sorted));
    for (size_t i = 0; i < count; i++)
        use->sorted[i] = rows[i];
    use->count = sort_unique(use->sorted, count, sizeof(*use->sorted), inventory_row_compare);
    if (found != NULL) {
        use->used = *found;
        return OUTCOME_OK;
    }
    return database_select(context->database, &select_used, VALUES(pairs_of(context, use)),
                           &use->used);
}

/* Returns the inventory of a row of use->used, or NULL if it is another one, or not in use. */
static const struct inventory_row *row_in_use(const struct inventory_use *use, size_t index)
{
    const struct inventory_row key = {.provider_id = row_integer(&use->used, index, FOUND_PROVIDER),
                                      .class_id = row_integer(&use->used, index, FOUND_CLASS)};
    if (row_integer(&use->used, index, FOUND_USED) == 0)
        return NULL;
    return sorted_find(&key, use->sorted, use->count, sizeof(key), inventory_row_compare);
}

static enum outcome warn_exceeded(struct context *context, const struct inventory_row *rows,
                                  size_t count, const struct rows *found)
{
    struct inventory_use use;
    TRY(used_of(context, rows, count, found, &use));
    for (size_t i = 0; i < use.used.count; i++) {
        const struct inventory_row *row = row_in_use(&use, i);
        if (row != NULL &&
            (double)row_integer(&use.used, i, FOUND_USED) > inventory_capacity(row->inventory))
            log_event(LOG_LEVEL_WARNING, "resource provider is now over capacity",
                      log_identifier("resource_provider", row->provider_uuid),
                      log_identifier("resource_class", row->inventory->class_name));
    }
    return OUTCOME_OK;
}

enum outcome inventory_rows_update(struct context *context, const struct inventory_row *rows,
                                   size_t count, const struct rows *found)
{
    if (count == 0)
        return OUTCOME_OK;
    TRY(warn_exceeded(context, rows, count, found));
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
        text_add_item(&classes, ", ", row_text(&use->used, i, FOUND_CLASS_NAME));
        first = first != NULL ? first : row;
    }
    if (first == NULL)
        return OUTCOME_OK;
    return context_fail(context, OUTCOME_INVENTORY_IN_USE,
                        "Inventory for '%s' on resource provider '%s' in use.", text_end(&classes),
                        first->provider_uuid);
}

enum outcome inventory_rows_delete(struct context *context, const struct inventory_row *rows,
                                   size_t count, const struct rows *found, uint64_t *deleted)
{
    struct inventory_use use;
    *deleted = 0;
    if (count == 0)
        return OUTCOME_OK;
    TRY(used_of(context, rows, count, found, &use));
    TRY(refuse_in_use(context, &use));
    trace_written(context, rows, count, true);
    return database_execute(context->database, &delete_inventories, VALUES(pairs_of(context, &use)),
                            deleted);
}

/* Compares ratios as they are stored, with 24 bits. */
static bool is_record(const struct rows *rows, size_t index, const struct inventory_row *row)
{
    const struct inventory *inventory = row->inventory;
    return row_integer(rows, index, 2) == inventory->total &&
           row_integer(rows, index, 3) == inventory->reserved &&
           row_integer(rows, index, 4) == inventory->min_unit &&
           row_integer(rows, index, 5) == inventory->max_unit &&
           row_integer(rows, index, 6) == inventory->step_size &&
           fabs(row_float(rows, index, 7) - inventory->allocation_ratio) <=
               FLT_EPSILON * fabs(inventory->allocation_ratio);
}

enum outcome inventory_rows_verify(struct context *context, const int64_t *provider_ids,
                                   size_t provider_count, const struct inventory_row *rows,
                                   size_t count, bool *verified)
{
    struct rows records;
    TRY(database_select(context->database, &select_records,
                        VALUES(value_integers(provider_ids, provider_count)), &records));
    size_t same = 0;
    for (size_t i = 0; i < records.count; i++) {
        const struct inventory_row key = {.provider_id = row_integer(&records, i, 0),
                                          .class_id = row_integer(&records, i, 1)};
        const struct inventory_row *row =
            sorted_find(&key, rows, count, sizeof(*rows), inventory_row_compare);
        same += row != NULL && is_record(&records, i, row);
    }
    *verified = same == count && same == records.count;
    return OUTCOME_OK;
}
