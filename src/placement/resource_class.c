/*
 * Reads and writes the rows of resource classes.
 */
#include <config.h>

#include "placement/resource_class.h"

#include "base/sorted.h"
#include "placement/touch.h"
#include "placement/trail.h"

#define CLASS_COLUMNS                                                                              \
    "id, name, TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(updated_at, created_at))"

static const struct sql select_classes = {
    "SELECT " CLASS_COLUMNS " FROM resource_classes ORDER BY id", "isi"};
static const struct sql select_class = {
    "SELECT " CLASS_COLUMNS " FROM resource_classes WHERE name = ?", "isi"};
/* The next id after those that exist, as upstream does, and after those that ever existed, which
   InnoDB remembers: rows that outlived their class must not belong to another one. Two transactions
   that take the same id meet at the index. */
static const struct sql insert_class = {
    "INSERT INTO resource_classes (id, name, created_at) "
    "SELECT GREATEST(COALESCE(rc.last, 0) + 1, COALESCE((SELECT t.AUTO_INCREMENT "
    "FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = DATABASE() "
    "AND t.TABLE_NAME = 'resource_classes'), 0), 10000), ?, UTC_TIMESTAMP() "
    "FROM (SELECT MAX(id) AS last FROM resource_classes) rc",
    NULL};
static const struct sql rename_class = {
    "UPDATE resource_classes SET name = ?, " TOUCHED " WHERE id = ? AND name = ?", NULL};
static const struct sql lock_class = {
    "SELECT id, name FROM resource_classes WHERE name = ? FOR UPDATE", "is"};
static const struct sql touch_class = {
    "UPDATE resource_classes SET " TOUCHED " WHERE id = ? AND name = ?", NULL};
static const struct sql select_use = {
    "SELECT 1 FROM inventories WHERE resource_class_id = ? LIMIT 1", "i"};
static const struct sql delete_class = {"DELETE FROM resource_classes WHERE id = ?", NULL};

static struct resource_class class_from(const struct rows *rows, size_t row)
{
    return (struct resource_class){.id = row_integer(rows, row, 0),
                                   .name = row_text(rows, row, 1),
                                   .modified = (time_t)row_integer(rows, row, 2)};
}

enum outcome resource_classes_load(struct context *context, struct resource_classes *classes)
{
    struct rows rows;
    TRY(database_select(context->database, &select_classes, NO_VALUES, &rows));
    struct resource_class *list = arena_array(context->arena, rows.count, sizeof(*list));
    for (size_t i = 0; i < rows.count; i++)
        list[i] = class_from(&rows, i);
    *classes = (struct resource_classes){list, rows.count};
    return OUTCOME_OK;
}

static enum outcome class_not_found(struct context *context, const char *name)
{
    return context_fail(context, OUTCOME_CLASS_NOT_FOUND, "No such resource class %s.", name);
}

enum outcome resource_class_load(struct context *context, const char *name,
                                 struct resource_class *class)
{
    struct rows rows;
    TRY(database_select(context->database, &select_class, VALUES(value_text(name)), &rows));
    /* the collation ignores case, upstream does not */
    if (rows.count == 0 || strcmp(row_text(&rows, 0, 1), name) != 0)
        return class_not_found(context, name);
    *class = class_from(&rows, 0);
    return OUTCOME_OK;
}

struct change {
    struct context *context;
    const struct resource_class *class;
    const char *name;
};

static enum outcome run_creation(void *subject)
{
    const struct change *change = subject;
    struct database *database = change->context->database;
    trail_add_name(change->context->trail, TRAIL_RESOURCE_CLASS, NULL, change->name);
    enum outcome outcome =
        database_execute(database, &insert_class, VALUES(value_text(change->name)), NULL);
    if (outcome != OUTCOME_DUPLICATE)
        return outcome;
    struct rows rows;
    TRY(database_select(database, &select_class, VALUES(value_text(change->name)), &rows));
    /* if the name is still free, another transaction took the id: try again with the next */
    return rows.count > 0 ? OUTCOME_DUPLICATE : OUTCOME_CONFLICT;
}

enum outcome resource_class_create(struct context *context, const char *name)
{
    struct change change = {.context = context, .name = name};
    return database_transaction(context->database, run_creation, &change);
}

static enum outcome run_renaming(void *subject)
{
    const struct change *change = subject;
    const struct resource_class *class = change->class;
    uint64_t found;
    trail_add_name(change->context->trail, TRAIL_RESOURCE_CLASS, class->name, change->name);
    TRY(database_execute(
        change->context->database, &rename_class,
        VALUES(value_text(change->name), value_integer(class->id), value_text(class->name)),
        &found));
    return found > 0 ? OUTCOME_OK : class_not_found(change->context, class->name);
}

enum outcome resource_class_rename(struct context *context, const struct resource_class *class,
                                   const char *name)
{
    if (class->id < FIRST_CUSTOM_CLASS_ID)
        return OUTCOME_STANDARD;
    struct change change = {context, class, name};
    return database_transaction(context->database, run_renaming, &change);
}

static int class_compare(const void *left, const void *right)
{
    const struct resource_class *a = left, *b = right;
    return int64_compare(&a->id, &b->id);
}

/* In the order of ids, so that transactions wait for each other instead of deadlocking. */
enum outcome resource_classes_hold(struct context *context, const struct resource_class *classes,
                                   size_t count)
{
    enum { WIDTH = 2 };
    struct resource_class *custom = arena_array(context->arena, count, sizeof(*custom));
    size_t custom_count = 0;
    for (size_t i = 0; i < count; i++)
        if (classes[i].id >= FIRST_CUSTOM_CLASS_ID)
            custom[custom_count++] = classes[i];
    custom_count = sort_unique(custom, custom_count, sizeof(*custom), class_compare);
    struct value *values = arena_array(context->arena, custom_count * WIDTH, sizeof(*values));
    for (size_t i = 0; i < custom_count; i++) {
        values[i * WIDTH] = value_integer(custom[i].id);
        values[i * WIDTH + 1] = value_text(custom[i].name);
    }
    uint64_t found = 0;
    TRY(database_execute_bulk(context->database, &touch_class, values, WIDTH, custom_count,
                              &found));
    return found == custom_count ? OUTCOME_OK : OUTCOME_CONFLICT;
}

/* Locks the class by name: what has the name when the transaction ends is what it deletes. */
static enum outcome run_deletion(void *subject)
{
    const struct change *change = subject;
    struct context *context = change->context;
    struct database *database = context->database;
    struct rows locked, use;
    TRY(database_select(database, &lock_class, VALUES(value_text(change->name)), &locked));
    if (locked.count == 0 || strcmp(row_text(&locked, 0, 1), change->name) != 0)
        return class_not_found(context, change->name);
    struct value id = value_integer(row_integer(&locked, 0, 0));
    if (id.integer < FIRST_CUSTOM_CLASS_ID)
        return context_fail(context, OUTCOME_STANDARD, "Cannot delete standard resource class %s.",
                            change->name);
    TRY(database_select(database, &select_use, &id, 1, &use));
    if (use.count > 0)
        return context_fail(context, OUTCOME_IN_USE,
                            "Cannot delete resource class %s. Class is in use in inventory.",
                            change->name);
    trail_add_name(context->trail, TRAIL_RESOURCE_CLASS, change->name, NULL);
    return database_execute(database, &delete_class, &id, 1, NULL);
}

enum outcome resource_class_delete(struct context *context, const char *name)
{
    struct change change = {.context = context, .name = name};
    return database_transaction(context->database, run_deletion, &change);
}
