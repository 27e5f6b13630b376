/*
 * The master: keeps the workers alive, and the pool in the shape that the configuration asks for.
 *
 *   SIGTERM, SIGINT  stop: the workers finish what they have, at most [berth] drain_timeout long
 *   SIGHUP           read the configuration again and replace the workers one by one; if it is
 *                    wrong, say so and go on as before
 *   SIGUSR1          open the log again, here and in the workers
 */
#ifndef BERTH_POOL_MASTER_H
#define BERTH_POOL_MASTER_H

#include "base/config.h"
#include "base/settings.h"
#include "pool/listener.h"

/* Reads the configuration and checks that the pool can run with it. With serve, opens the log by it,
   and says there which options are unknown or have a new name. */
bool master_configure(const struct config_place *places, size_t count, bool serve,
                      struct settings *settings, struct config_error *error);

/* Runs until it is told to stop; gives the exit status. Settings (from malloc) and listener are taken
   over. */
int master_run(struct settings *settings, const struct config_place *places, size_t count,
               struct listener *listener);

#endif
