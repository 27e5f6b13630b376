/*
 * TLS to the database: for the sources of src/db alone.
 *
 * The files are read anew for each connection: what replaces them is used by the next one.
 */
#ifndef BERTH_DB_ENCRYPTION_H
#define BERTH_DB_ENCRYPTION_H

#include <mysql.h>

#include "db/database.h"

enum { ENCRYPTION_REASON_SIZE = 128 };

/* Whether all files that TLS needs can be read; if not, says which one and why. */
bool encryption_is_possible(const struct database_settings *settings,
                            char reason[ENCRYPTION_REASON_SIZE]);

/* Tells the library, before it connects. */
void encryption_set(MYSQL *mysql, const struct database_settings *settings);

/* Whether a new connection is encrypted, if it has to be. Without a name to verify the library
   takes what it gets, whatever MYSQL_OPT_SSL_ENFORCE says: who sits between here and the server
   would only have to say that there is no TLS. */
bool encryption_is_in_force(MYSQL *mysql, const struct database_settings *settings);

#endif
