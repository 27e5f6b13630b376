/*
 * The prepared statements of a connection, found again by their text.
 * Internal: only for the sources of src/db.
 */
#ifndef BERTH_DB_PREPARED_H
#define BERTH_DB_PREPARED_H

#include "db/database_state.h"

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct prepared {
    MYSQL_STMT *handle;
    uint64_t last_use; /* database->prepared_uses at that time */
    UT_hash_handle hh;
    char text[]; /* the key */
};

/* Returns the kept statement with this text and notes its use, or NULL. */
struct prepared *prepared_find(struct database *database, const char *text);

/* Returns a new statement with an empty handle for the caller to prepare, or NULL if there is no
   memory. Drops the kept statement used longest ago if there are too many. */
struct prepared *prepared_new(struct database *database, const char *text);

/* Frees a statement that is not kept. */
void prepared_free(struct prepared *prepared);

/* Keeps a prepared statement. Returns false if there is no memory: it then still belongs to the
   caller. */
bool prepared_keep(struct database *database, struct prepared *prepared);

/* Closes and frees a kept statement. */
void prepared_drop(struct database *database, struct prepared *prepared);

/* Drops the kept statement used longest ago. Returns false if none is kept. */
bool prepared_drop_oldest(struct database *database);

/* The same as prepared_drop() for all. */
void prepared_drop_all(struct database *database);

#endif
