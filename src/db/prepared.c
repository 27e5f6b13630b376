/*
 * Keeps prepared statements in a hash table by their text.
 */
#include <config.h>

#include "db/prepared.h"

#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_KEPT = 300 }; /* at most, on a connection */

void prepared_free(struct prepared *prepared)
{
    mysql_stmt_close(prepared->handle);
    free(prepared);
}

/* NOLINTBEGIN(clang-analyzer-*): uthash's macros are beyond the analyzer */
void prepared_drop(struct database *database, struct prepared *prepared)
{
    HASH_DEL(database->prepared, prepared);
    database->prepared_count--;
    prepared_free(prepared);
}

void prepared_drop_all(struct database *database)
{
    struct prepared *prepared, *next;
    HASH_ITER(hh, database->prepared, prepared, next)
    {
        prepared_drop(database, prepared);
    }
}

bool prepared_drop_oldest(struct database *database)
{
    struct prepared *oldest = NULL, *prepared, *next;
    HASH_ITER(hh, database->prepared, prepared, next)
    {
        if (oldest == NULL || prepared->last_use < oldest->last_use)
            oldest = prepared;
    }
    if (oldest != NULL)
        prepared_drop(database, oldest);
    return oldest != NULL;
}

struct prepared *prepared_new(struct database *database, const char *text)
{
    if (database->prepared_count >= STATEMENTS_KEPT)
        prepared_drop_oldest(database);
    size_t size = strlen(text) + 1;
    struct prepared *prepared = calloc(1, sizeof(*prepared) + size);
    if (prepared == NULL)
        return NULL;
    memcpy(prepared->text, text, size);
    prepared->handle = mysql_stmt_init(database->mysql);
    if (prepared->handle != NULL)
        return prepared;
    free(prepared);
    return NULL;
}

bool prepared_keep(struct database *database, struct prepared *prepared)
{
    HASH_ADD(hh, database->prepared, text, (unsigned)strlen(prepared->text), prepared);
    if (prepared->hh.tbl == NULL)
        return false;
    database->prepared_count++;
    prepared->last_use = ++database->prepared_uses;
    return true;
}

struct prepared *prepared_find(struct database *database, const char *text)
{
    struct prepared *prepared;
    HASH_FIND(hh, database->prepared, text, (unsigned)strlen(text), prepared);
    if (prepared != NULL)
        prepared->last_use = ++database->prepared_uses;
    return prepared;
}
/* NOLINTEND(clang-analyzer-*) */
