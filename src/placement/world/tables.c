/*
 * Compares the tables with what the world needs of them.
 */
#include <config.h>

#include "placement/world/tables.h"

#include <mysql.h>
#include <string.h>
#include <strings.h>

/* What a needed column must be. */
struct needed_column {
    const char *name;
    uint8_t type; /* in the log */
};

struct needed_table {
    const char *name;
    struct needed_column columns[TABLE_COLUMNS + 1];
};

#define INTEGER(name)                                                                              \
    {                                                                                              \
        name, MYSQL_TYPE_LONG                                                                      \
    }
#define REAL(name)                                                                                 \
    {                                                                                              \
        name, MYSQL_TYPE_FLOAT                                                                     \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, MYSQL_TYPE_VARCHAR                                                                   \
    }

#define TIME(name)                                                                                 \
    {                                                                                              \
        name, MYSQL_TYPE_DATETIME2                                                                 \
    }
#define TIMES TIME("created_at"), TIME("updated_at")

/* changes.c knows the order of the columns. */
static const struct needed_table needed[WORLD_TABLES] = {
    [TABLE_PROVIDERS] = {"resource_providers",
                         {INTEGER("id"), TEXT("uuid"), TEXT("name"), INTEGER("generation"),
                          INTEGER("root_provider_id"), INTEGER("parent_provider_id"), TIMES}},
    [TABLE_CLASSES] = {"resource_classes", {INTEGER("id"), TEXT("name")}},
    [TABLE_INVENTORIES] = {"inventories",
                           {INTEGER("resource_provider_id"), INTEGER("resource_class_id"),
                            INTEGER("total"), INTEGER("reserved"), INTEGER("min_unit"),
                            INTEGER("max_unit"), INTEGER("step_size"), REAL("allocation_ratio"),
                            TIMES}},
    [TABLE_ALLOCATIONS] = {"allocations",
                           {INTEGER("resource_provider_id"), INTEGER("resource_class_id"),
                            INTEGER("used")}},
    [TABLE_TRAITS] = {"traits", {INTEGER("id"), TEXT("name"), TIMES}},
    [TABLE_PROVIDER_TRAITS] = {"resource_provider_traits",
                               {INTEGER("resource_provider_id"), INTEGER("trait_id")}},
    [TABLE_AGGREGATES] = {"placement_aggregates", {INTEGER("id"), TEXT("uuid")}},
    [TABLE_MEMBERS] = {"resource_provider_aggregates",
                       {INTEGER("resource_provider_id"), INTEGER("aggregate_id")}},
};

#define TABLE_NAMES                                                                                \
    "('resource_providers', 'resource_classes', 'inventories', 'allocations', 'traits', "          \
    "'resource_provider_traits', 'placement_aggregates', 'resource_provider_aggregates')"

static const struct sql select_database = {
    "SELECT DATABASE(), @@lower_case_table_names, "
    "(SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() "
    "AND TABLE_TYPE = 'BASE TABLE' AND ENGINE = 'InnoDB' AND TABLE_NAME IN " TABLE_NAMES "), "
    "(SELECT COUNT(*) FROM information_schema.REFERENTIAL_CONSTRAINTS "
    "WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME IN " TABLE_NAMES " AND "
    "(DELETE_RULE NOT IN ('RESTRICT', 'NO ACTION') OR "
    "UPDATE_RULE NOT IN ('RESTRICT', 'NO ACTION')))",
    "siii"};
/* Integers must have a sign: the log does not say whether they have one. Generated columns are
   counted as a type that is not needed. */
static const struct sql select_columns = {
    "SELECT TABLE_NAME, COLUMN_NAME, CASE WHEN EXTRA LIKE '%GENERATED%' THEN 'generated' "
    "WHEN COLUMN_TYPE LIKE '%unsigned%' THEN 'unsigned' ELSE DATA_TYPE END, "
    "COALESCE(CHARACTER_OCTET_LENGTH, 0), COALESCE(CHARACTER_SET_NAME, '') "
    "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN " TABLE_NAMES
    " ORDER BY TABLE_NAME, ORDINAL_POSITION",
    "sssis"};

/* Returns whether the data type of a column is logged as a type. */
static bool type_is(const char *name, uint8_t type)
{
    const char *wanted = type == MYSQL_TYPE_LONG        ? "int"
                         : type == MYSQL_TYPE_FLOAT     ? "float"
                         : type == MYSQL_TYPE_DATETIME2 ? "datetime"
                                                        : "varchar";
    return strcasecmp(name, wanted) == 0;
}

/* Notes a column. Returns false if it is needed and not as expected. */
static bool note_column(struct table_layout *layout, const struct needed_table *table,
                        const struct value *row, bool *found)
{
    uint32_t place = layout->count++;
    for (unsigned i = 0; table->columns[i].name != NULL; i++) {
        if (strcasecmp(row[1].text, table->columns[i].name) != 0)
            continue;
        const char *set = row[4].text;
        bool utf8 = strcasecmp(set, "utf8mb4") == 0 || strcasecmp(set, "utf8mb3") == 0 ||
                    strcasecmp(set, "utf8") == 0 || strcasecmp(set, "ascii") == 0;
        bool latin = strcasecmp(set, "latin1") == 0;
        layout->places[i] = place;
        layout->bytes[i] = (uint32_t)row[3].integer;
        layout->latin[i] = latin;
        found[i] = true;
        return type_is(row[2].text, table->columns[i].type) &&
               (table->columns[i].type != MYSQL_TYPE_VARCHAR || utf8 || latin);
    }
    return strcmp(row[2].text, "generated") != 0;
}

static bool note_table(struct table_layout *layout, const struct needed_table *table,
                       const struct rows *rows)
{
    bool found[TABLE_COLUMNS] = {false};
    *layout = (struct table_layout){0};
    for (size_t i = 0; i < rows->count; i++) {
        const struct value *row = row_value(rows, i, 0);
        if (strcasecmp(row[0].text, table->name) == 0 && !note_column(layout, table, row, found))
            return false;
    }
    for (; table->columns[layout->needed].name != NULL; layout->needed++)
        if (!found[layout->needed])
            return false;
    return layout->count <= LOG_COLUMNS;
}

enum world_reason world_layout_load(struct database *database, struct world_layout *layout)
{
    struct rows rows;
    if (database_select(database, &select_database, NO_VALUES, &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    const struct value *row = row_value(&rows, 0, 0);
    size_t length = row[0].length;
    if (row[0].kind != VALUE_TEXT || length >= sizeof(layout->database) ||
        row[2].integer != WORLD_TABLES || row[3].integer != 0)
        return WORLD_TABLES_UNEXPECTED;
    memcpy(layout->database, row[0].text, length + 1);
    layout->any_case = row[1].integer != 0;
    if (database_select(database, &select_columns, NO_VALUES, &rows) != OUTCOME_OK)
        return WORLD_UNREACHABLE;
    for (unsigned i = 0; i < WORLD_TABLES; i++)
        if (!note_table(&layout->tables[i], &needed[i], &rows))
            return WORLD_TABLES_UNEXPECTED;
    return WORLD_KEPT;
}

static bool name_is(const struct world_layout *layout, struct log_bytes name, const char *wanted)
{
    if (name.length != strlen(wanted))
        return false;
    return layout->any_case ? strncasecmp((const char *)name.data, wanted, name.length) == 0
                            : memcmp(name.data, wanted, name.length) == 0;
}

bool world_layout_find(const struct world_layout *layout, struct log_bytes database,
                       struct log_bytes name, enum world_table *table)
{
    if (!name_is(layout, database, layout->database))
        return false;
    for (unsigned i = 0; i < WORLD_TABLES; i++) {
        *table = (enum world_table)i;
        if (name_is(layout, name, needed[i].name))
            return true;
    }
    return false;
}

bool world_layout_fits(const struct world_layout *layout, enum world_table table,
                       const struct log_columns *columns)
{
    const struct table_layout *expected = &layout->tables[table];
    if (columns->count != expected->count)
        return false;
    for (unsigned i = 0; i < expected->needed; i++) {
        const struct log_column *column = &columns->list[expected->places[i]];
        uint8_t type = needed[table].columns[i].type;
        if (type == MYSQL_TYPE_DATETIME2 && column->type == MYSQL_TYPE_DATETIME)
            continue; /* the table is from an old version of the server */
        if (column->type != type ||
            (type == MYSQL_TYPE_VARCHAR && column->metadata != expected->bytes[i]) ||
            (type == MYSQL_TYPE_FLOAT && column->metadata != sizeof(float)))
            return false;
    }
    return true;
}

/* Returns whether a text has a word, in any case. */
static bool text_has(struct log_bytes text, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= text.length; i++)
        if (strncasecmp((const char *)text.data + i, word, length) == 0)
            return true;
    return false;
}

bool world_layout_concerns(const struct world_layout *layout, struct log_bytes database,
                           struct log_bytes text)
{
    size_t length = strlen(layout->database);
    return (database.length == length &&
            strncasecmp((const char *)database.data, layout->database, length) == 0) ||
           text_has(text, layout->database) || text_has(text, "SELECT") || text_has(text, "CALL");
}
