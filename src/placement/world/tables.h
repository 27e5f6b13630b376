/*
 * The tables from which the world is made: the columns that it needs, and where a row of the binary
 * log has them.
 */
#ifndef BERTH_PLACEMENT_WORLD_TABLES_H
#define BERTH_PLACEMENT_WORLD_TABLES_H

#include "base/world_reason.h"
#include "db/database.h"
#include "db/log_event.h"

enum world_table {
    TABLE_PROVIDERS,
    TABLE_CLASSES,
    TABLE_INVENTORIES,
    TABLE_ALLOCATIONS,
    TABLE_TRAITS,
    TABLE_PROVIDER_TRAITS,
    TABLE_AGGREGATES,
    TABLE_MEMBERS,
    WORLD_TABLES
};

enum { TABLE_COLUMNS = 10, DATABASE_NAME = 64 * 4 + 1 };

/* The columns of one table in this database. */
struct table_layout {
    uint32_t count;                 /* all columns */
    uint32_t needed;                /* columns; the arrays have as many elements */
    uint32_t places[TABLE_COLUMNS]; /* of the needed columns, in the order of tables.c */
    uint32_t bytes[TABLE_COLUMNS];  /* the longest text of it */
    bool latin[TABLE_COLUMNS];      /* its characters beyond ASCII are not UTF-8 */
};

struct world_layout {
    char database[DATABASE_NAME];
    bool any_case; /* the names of databases and tables are the same in upper and lower case */
    struct table_layout tables[WORLD_TABLES];
};

/* Reads the layout. Returns WORLD_KEPT, or why that is not possible. */
enum world_reason world_layout_load(struct database *database, struct world_layout *layout);

/* Finds the table that an event is about. Returns false if it is none of these. */
bool world_layout_find(const struct world_layout *layout, struct log_bytes database,
                       struct log_bytes name, enum world_table *table);

/* Returns whether the columns of a table in the log are those of the layout. */
bool world_layout_fits(const struct world_layout *layout, enum world_table table,
                       const struct log_columns *columns);

/* Returns whether a statement that ran in a database may have changed a table of the layout, or
   what is in it: it ran in its database, or its text has the name of the database. */
bool world_layout_concerns(const struct world_layout *layout, struct log_bytes database,
                           struct log_bytes text);

#endif
