/*
 * How to reach the database, out of the configuration.
 */
#ifndef BERTH_DB_DATABASE_SETTINGS_H
#define BERTH_DB_DATABASE_SETTINGS_H

#include "db/database.h"
#include "settings/settings.h"

/* A database, not connected yet, by [placement_database] and [berth]. NULL, with an error, if the
   configuration does not say where it is. */
struct database *database_from_settings(const struct settings *settings, struct error_line *error);

/* The same for work on large tables, by hand or at the start: a statement takes as long as it
   takes, and the connection lasts. */
struct database *database_without_haste(const struct settings *settings, struct error_line *error);

#endif
