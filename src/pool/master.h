/*
 * The master: keeps the workers alive, and the pool in the shape that the configuration asks for.
 *
 *   SIGTERM, SIGINT  stop: the workers finish what they have, at most [berth] drain_timeout long
 *   SIGHUP           read the configuration again and replace the workers one by one; if it is
 *                    wrong, say so and go on as before
 *   SIGUSR1          open the log again, here and in the workers
 *   SIGUSR2          become the program that lies where this one was started from, if it is good
 *                    (pool/upgrade.h), and replace the workers one by one
 */
#ifndef BERTH_POOL_MASTER_H
#define BERTH_POOL_MASTER_H

#include "auth/policy/store.h"
#include "pool/handover.h"
#include "pool/listener.h"
#include "settings/config.h"
#include "settings/settings.h"

/* What the configuration files and the policy files say. */
struct configuration {
    struct settings settings;
    struct policy_store *policies;
};

/* Reads the configuration and checks that the pool can run with it; NULL with an error if it
   cannot. With serve, opens the log by it, and says there which options are unknown or have a new
   name. What is odd about the policy is said in any case. */
struct configuration *configuration_new(const struct config_place *places, size_t count, bool serve,
                                        struct error_line *error);
void configuration_free(struct configuration *configuration);

/* How the program was started, all of which outlives the master. */
struct master_start {
    const struct config_place *places; /* where the configuration is */
    size_t place_count;
    char **arguments;                /* of main() */
    const struct handover *handover; /* from the program that this one replaces */
};

/* Runs until it is told to stop; gives the exit status. Configuration and listener are taken over.
 */
int master_run(struct configuration *configuration, const struct master_start *start,
               struct listener *listener);

#endif
