/*
 * Reads and writes the rows of resource classes.
 */
#include <config.h>

#include "placement/resource_class.h"

#include "placement/names.h"

#define CLASS_COLUMNS                                                                              \
    "id, name, TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(updated_at, created_at))"

static const struct sql select_classes = {
    "SELECT " CLASS_COLUMNS " FROM resource_classes ORDER BY id", "isi"};
static const struct sql select_class = {
    "SELECT " CLASS_COLUMNS " FROM resource_classes WHERE name = ?", "isi"};
/* Takes the next id, as upstream does. Two transactions that take the same one meet at the index.
 */
static const struct sql insert_class = {
    "INSERT INTO resource_classes (id, name, created_at) "
    "SELECT GREATEST(COALESCE(MAX(id), 0) + 1, 10000), ?, UTC_TIMESTAMP() FROM resource_classes",
    NULL};
static const struct sql rename_class = {
    "UPDATE resource_classes SET name = ?, updated_at = UTC_TIMESTAMP() WHERE id = ?", NULL};
static const struct sql lock_class = {"SELECT id FROM resource_classes WHERE id = ? FOR UPDATE",
                                      "i"};
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

enum outcome resource_class_load(struct context *context, const char *name,
                                 struct resource_class *class)
{
    struct rows rows;
    TRY(database_select(context->database, &select_class, VALUES(value_text(name)), &rows));
    /* the collation ignores case, upstream does not */
    if (rows.count == 0 || strcmp(row_text(&rows, 0, 1), name) != 0)
        return context_fail(context, OUTCOME_CLASS_NOT_FOUND, "No such resource class %s.", name);
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
    enum outcome outcome = database_transaction(context->database, run_creation, &change);
    names_forget(context, NAME_RESOURCE_CLASS);
    return outcome;
}

static enum outcome run_renaming(void *subject)
{
    const struct change *change = subject;
    return database_execute(change->context->database, &rename_class,
                            VALUES(value_text(change->name), value_integer(change->class->id)),
                            NULL);
}

enum outcome resource_class_rename(struct context *context, const struct resource_class *class,
                                   const char *name)
{
    if (class->id < FIRST_CUSTOM_CLASS_ID)
        return OUTCOME_STANDARD;
    struct change change = {context, class, name};
    enum outcome outcome = database_transaction(context->database, run_renaming, &change);
    names_forget(context, NAME_RESOURCE_CLASS);
    return outcome;
}

static enum outcome run_deletion(void *subject)
{
    const struct change *change = subject;
    struct database *database = change->context->database;
    struct value id = value_integer(change->class->id);
    struct rows locked, use;
    TRY(database_select(database, &lock_class, &id, 1, &locked));
    if (locked.count == 0)
        return context_fail(change->context, OUTCOME_CLASS_NOT_FOUND, "No such resource class %s.",
                            change->class->name);
    TRY(database_select(database, &select_use, &id, 1, &use));
    if (use.count > 0)
        return context_fail(change->context, OUTCOME_IN_USE,
                            "Cannot delete resource class %s. Class is in use in inventory.",
                            change->class->name);
    return database_execute(database, &delete_class, &id, 1, NULL);
}

enum outcome resource_class_delete(struct context *context, const struct resource_class *class)
{
    struct change change = {.context = context, .class = class};
    if (class->id < FIRST_CUSTOM_CLASS_ID)
        return context_fail(context, OUTCOME_STANDARD, "Cannot delete standard resource class %s.",
                            class->name);
    enum outcome outcome = database_transaction(context->database, run_deletion, &change);
    names_forget(context, NAME_RESOURCE_CLASS);
    return outcome;
}
