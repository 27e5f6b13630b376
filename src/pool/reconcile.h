/*
 * Moves the pool towards what the configuration asks for: the right number of workers, all with the
 * current configuration.
 */
#ifndef BERTH_POOL_RECONCILE_H
#define BERTH_POOL_RECONCILE_H

#include "pool/master_state.h"

/* Returns the number of workers that the configuration asks for; see configuration_new() for the
   default. */
unsigned reconcile_wanted(const struct master *master);

/* Takes one step: starts workers with the current configuration, one at a time while older workers
   are being replaced, and tells one older worker to end for each new one that is ready. Returns
   whether there is more to do. */
bool reconcile_step(struct master *master);

#endif
