/*
 * The master: keeps the workers running, and the pool as the configuration asks for.
 *
 *   SIGTERM, SIGINT  stop: the workers finish their requests, in at most [berth] drain_timeout
 *   SIGHUP           read the configuration again and replace the workers one by one; if it is
 *                    wrong, log why and go on as before
 *   SIGUSR1          open the log again, here and in the workers
 *   SIGUSR2          become the program that is now in the file this one was started from, if it
 *                    is good (pool/upgrade.h), and replace the workers one by one
 */
#ifndef BERTH_POOL_MASTER_H
#define BERTH_POOL_MASTER_H

#include "pool/configuration.h"
#include "pool/handover.h"
#include "pool/listener.h"

/* How the program was started. All of it outlives the master. */
struct master_start {
    const struct config_place *places; /* where the configuration is */
    size_t place_count;
    char **arguments;                /* of main() */
    const struct handover *handover; /* from the program that this one replaces; may be empty */
};

/* Runs the pool until a signal stops it. Returns the exit status of the program. Takes ownership of
   configuration and listener. */
int master_run(struct configuration *configuration, const struct master_start *start,
               struct listener *listener);

#endif
