/*
 * Makes a database from the configuration.
 */
#ifndef BERTH_DB_DATABASE_FROM_SETTINGS_H
#define BERTH_DB_DATABASE_FROM_SETTINGS_H

#include "db/database.h"
#include "settings/settings.h"

/* Returns a database, not connected yet, as [placement_database] and [berth] describe it. Returns
   NULL and sets error if the configuration does not say where the database is. */
struct database *database_from_settings(const struct settings *settings, struct error_line *error);

/* The same, for work on large tables by an operator or at start: statements may take any time, and
   the connection is not replaced because of its age. */
struct database *database_for_maintenance(const struct settings *settings,
                                          struct error_line *error);

#endif
