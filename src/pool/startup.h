/*
 * What is done to the database once at start and after each reload: bringing the schema to its head
 * ([placement_database] sync_on_startup) and entering the standard traits and resource classes.
 *
 * It runs in a process of its own, so that the master never waits for a database. A database that
 * is down is tried again, [placement_database] max_retries times every retry_interval seconds, and
 * then more slowly for as long as it takes.
 */
#ifndef BERTH_POOL_STARTUP_H
#define BERTH_POOL_STARTUP_H

#include "settings/settings.h"

/* Gives the exit status of the process: 0 when all is done. */
int startup_run(const struct settings *settings);

#endif
