/*
 * Remembers names and ids in two hash tables for each kind.
 */
#include <config.h>

#include "placement/names.h"

#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct name_entry {
    int64_t id;
    struct name_entry *next_custom;
    UT_hash_handle by_name, by_id;
    char name[];
};

struct name_table {
    struct name_entry *by_name, *by_id;
    struct name_entry *custom; /* the list of custom entries, which live for one request */
    bool complete;             /* this request has read the whole table */
};

struct names {
    struct name_table tables[NAME_KINDS];
};

static const struct {
    struct sql by_name, all;
} statements[NAME_KINDS] = {
    [NAME_RESOURCE_CLASS] = {{"SELECT id, name FROM resource_classes WHERE name IN (?*)", "is"},
                             {"SELECT id, name FROM resource_classes", "is"}},
    [NAME_TRAIT] = {{"SELECT id, name FROM traits WHERE name IN (?*)", "is"},
                    {"SELECT id, name FROM traits", "is"}},
    [NAME_CONSUMER_TYPE] = {{"SELECT id, name FROM consumer_types WHERE name IN (?*)", "is"},
                            {"SELECT id, name FROM consumer_types", "is"}},
};

static bool is_lasting(enum name_kind kind, int64_t id, const char *name)
{
    switch (kind) {
    case NAME_RESOURCE_CLASS:
        return id < FIRST_CUSTOM_CLASS_ID;
    case NAME_TRAIT:
        return strncmp(name, "CUSTOM_", 7) != 0;
    default:
        return true;
    }
}

struct names *names_new(void)
{
    struct names *names = calloc(1, sizeof(*names));
    if (names == NULL)
        abort();
    return names;
}

/* NOLINTBEGIN(clang-analyzer-*): the analyzer does not understand uthash's macros */
static void table_drop(struct name_table *table, struct name_entry *entry)
{
    HASH_DELETE(by_name, table->by_name, entry);
    HASH_DELETE(by_id, table->by_id, entry);
    free(entry);
}

static void table_forget_custom(struct name_table *table)
{
    while (table->custom != NULL) {
        struct name_entry *entry = table->custom;
        table->custom = entry->next_custom;
        table_drop(table, entry);
    }
    table->complete = false;
}

void names_free(struct names *names)
{
    if (names == NULL)
        return;
    for (unsigned kind = 0; kind < NAME_KINDS; kind++) {
        struct name_table *table = &names->tables[kind];
        table_forget_custom(table);
        while (table->by_name != NULL)
            table_drop(table, table->by_name);
    }
    free(names);
}

void names_begin_request(struct names *names)
{
    for (unsigned kind = 0; kind < NAME_KINDS; kind++)
        table_forget_custom(&names->tables[kind]);
}

void names_forget(struct context *context, enum name_kind kind)
{
    table_forget_custom(&context->names->tables[kind]);
}

static struct name_entry *table_find_name(struct name_table *table, const char *name)
{
    struct name_entry *entry;
    HASH_FIND(by_name, table->by_name, name, (unsigned)strlen(name), entry);
    return entry;
}

static struct name_entry *table_find_id(struct name_table *table, int64_t id)
{
    struct name_entry *entry;
    HASH_FIND(by_id, table->by_id, &id, (unsigned)sizeof(id), entry);
    return entry;
}

/* Adds an entry to both hash tables, or to none. */
static bool table_hash(struct name_table *table, struct name_entry *entry, size_t length)
{
    HASH_ADD(by_name, table->by_name, name, (unsigned)length, entry);
    if (entry->by_name.tbl == NULL)
        return false;
    HASH_ADD(by_id, table->by_id, id, (unsigned)sizeof(entry->id), entry);
    if (entry->by_id.tbl != NULL)
        return true;
    HASH_DELETE(by_name, table->by_name, entry);
    return false;
}

static void table_add(struct context *context, enum name_kind kind, int64_t id, const char *name)
{
    struct name_table *table = &context->names->tables[kind];
    if (table_find_id(table, id) != NULL || table_find_name(table, name) != NULL)
        return;
    size_t length = strlen(name);
    struct name_entry *entry = calloc(1, sizeof(*entry) + length + 1);
    if (entry == NULL)
        arena_starve(context->arena);
    entry->id = id;
    memcpy(entry->name, name, length + 1);
    if (!table_hash(table, entry, length)) {
        free(entry);
        arena_starve(context->arena);
    }
    if (!is_lasting(kind, id, name)) {
        entry->next_custom = table->custom;
        table->custom = entry;
    }
}

static void table_add_rows(struct context *context, enum name_kind kind, const struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        table_add(context, kind, row_integer(rows, i, 0), row_text(rows, i, 1));
}

/* NOLINTEND(clang-analyzer-*) */

enum outcome names_to_ids(struct context *context, enum name_kind kind, const char *const *names,
                          size_t count, int64_t *ids)
{
    struct name_table *table = &context->names->tables[kind];
    const char **missing = arena_array(context->arena, count, sizeof(*missing));
    size_t missing_count = 0;
    for (size_t i = 0; i < count && !table->complete; i++)
        if (table_find_name(table, names[i]) == NULL)
            missing[missing_count++] = names[i];
    if (missing_count > 0) {
        struct rows rows;
        TRY(database_select(context->database, &statements[kind].by_name,
                            VALUES(value_texts(missing, missing_count)), &rows));
        table_add_rows(context, kind, &rows);
    }
    for (size_t i = 0; i < count; i++) {
        const struct name_entry *entry = table_find_name(table, names[i]);
        ids[i] = entry != NULL ? entry->id : -1;
    }
    return OUTCOME_OK;
}

enum outcome names_from_id(struct context *context, enum name_kind kind, int64_t id,
                           const char **name)
{
    struct name_table *table = &context->names->tables[kind];
    struct name_entry *entry = table_find_id(table, id);
    if (entry == NULL && !table->complete) {
        struct rows rows;
        TRY(database_select(context->database, &statements[kind].all, NO_VALUES, &rows));
        table_add_rows(context, kind, &rows);
        table->complete = true;
        entry = table_find_id(table, id);
    }
    if (entry == NULL)
        return context_fail(context, OUTCOME_NOT_FOUND, "No name is known for id %lld.",
                            (long long)id);
    *name =
        is_lasting(kind, id, entry->name) ? entry->name : arena_strdup(context->arena, entry->name);
    return OUTCOME_OK;
}
