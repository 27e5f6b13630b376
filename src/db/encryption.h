/*
 * TLS to the database. Internal: only for the sources of src/db.
 *
 * Certificates and keys are read for each connection, so that the next connection uses new files.
 */
#ifndef BERTH_DB_ENCRYPTION_H
#define BERTH_DB_ENCRYPTION_H

#include <mysql.h>
#include <stdbool.h>

#include "db/database_settings.h"

enum { ENCRYPTION_REASON_SIZE = 128 };

/* Returns whether all files that TLS needs can be read. If not, writes into reason which one and
   why. */
bool encryption_is_possible(const struct database_settings *settings,
                            char reason[ENCRYPTION_REASON_SIZE]);

/* Sets the TLS options of the library. Call it before connecting. */
void encryption_set(MYSQL *mysql, const struct database_settings *settings);

/* Returns whether a new connection is encrypted, or need not be. Check it: when no name is
   verified, the library accepts a connection without TLS, whatever MYSQL_OPT_SSL_ENFORCE says, and
   an attacker in the middle would only have to claim that the server does not offer it. */
bool encryption_is_in_force(MYSQL *mysql, const struct database_settings *settings);

#endif
