/*
 * SIGHUP: a new configuration.
 */
#ifndef BERTH_POOL_RELOAD_H
#define BERTH_POOL_RELOAD_H

#include "pool/master_state.h"

/* Reads the configuration again. If it is good, uses it from now on: pool/reconcile.h then replaces
   the workers. If not, logs why and keeps the old one. */
void reload_configuration(struct master *master);

#endif
