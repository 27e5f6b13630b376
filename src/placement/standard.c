/*
 * Compares the standard names with those in the database, and inserts what is missing.
 */
#include <config.h>

#include "placement/standard.h"

#include "base/sorted.h"

static const char *const traits[] = {
#define STANDARD(name) #name,
#include "placement/standard_traits.def"
};
static const char *const classes[] = {
#include "placement/standard_classes.def"
#undef STANDARD
};

enum {
    TRAITS = sizeof(traits) / sizeof(traits[0]),
    CLASSES = sizeof(classes) / sizeof(classes[0])
};

static const struct sql select_traits = {"SELECT name FROM traits", "s"};
static const struct sql select_classes = {"SELECT name FROM resource_classes", "s"};
static const struct sql insert_trait = {
    "INSERT IGNORE INTO traits (name, created_at) VALUES (?, UTC_TIMESTAMP())", NULL};
static const struct sql insert_class = {
    "INSERT IGNORE INTO resource_classes (id, name, created_at) VALUES (?, ?, UTC_TIMESTAMP())",
    NULL};

/* The id of the first class is 0, which would otherwise mean the next free id. */
static const char zero_is_an_id[] =
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')";

struct synchronisation {
    struct database *database;
    struct arena *arena;
};

/* Sets missing[i] for each of the names that the statement does not return. */
static enum outcome find_missing(const struct synchronisation *run, const struct sql *sql,
                                 const char *const *names, size_t count, bool *missing)
{
    struct rows rows;
    TRY(database_select(run->database, sql, NO_VALUES, &rows));
    const char **known = arena_array(run->arena, rows.count, sizeof(*known));
    for (size_t i = 0; i < rows.count; i++)
        known[i] = row_text(&rows, i, 0);
    sort(known, rows.count, sizeof(*known), text_compare);
    for (size_t i = 0; i < count; i++)
        missing[i] =
            sorted_find(&names[i], known, rows.count, sizeof(*known), text_compare) == NULL;
    return OUTCOME_OK;
}

static enum outcome run_synchronisation(void *subject)
{
    const struct synchronisation *run = subject;
    bool missing_trait[TRAITS], missing_class[CLASSES];
    struct value *values = arena_array(run->arena, TRAITS, sizeof(*values));
    size_t count = 0;
    TRY(find_missing(run, &select_traits, traits, TRAITS, missing_trait));
    TRY(find_missing(run, &select_classes, classes, CLASSES, missing_class));
    for (size_t i = 0; i < TRAITS; i++)
        if (missing_trait[i])
            values[count++] = value_text(traits[i]);
    TRY(database_execute_bulk(run->database, &insert_trait, values, 1, count, NULL));
    values = arena_array(run->arena, (size_t)2 * CLASSES, sizeof(*values));
    count = 0;
    for (size_t i = 0; i < CLASSES; i++) {
        if (!missing_class[i])
            continue;
        values[count * 2] = value_integer((int64_t)i);
        values[count++ * 2 + 1] = value_text(classes[i]);
    }
    return database_execute_bulk(run->database, &insert_class, values, 2, count, NULL);
}

enum outcome standard_synchronise(struct database *database, struct arena *arena)
{
    struct synchronisation run = {database, arena};
    TRY(database_run(database, zero_is_an_id));
    return database_transaction(database, run_synchronisation, &run);
}
