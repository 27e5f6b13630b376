/*
 * The startup process prepares the database at start and after each reload: it upgrades the schema
 * to the newest revision ([placement_database] sync_on_startup) and enters the standard traits and
 * resource classes.
 *
 * It is a separate process so that the master never waits for a database. If the database is down,
 * it tries again [placement_database] max_retries times, every retry_interval seconds, and then
 * once a minute without end.
 */
#ifndef BERTH_POOL_STARTUP_H
#define BERTH_POOL_STARTUP_H

#include "settings/settings.h"

/* Runs the startup process. Returns its exit status: 0 when the database is ready, 1 if the
   settings do not name one. */
int startup_run(const struct settings *settings);

#endif
