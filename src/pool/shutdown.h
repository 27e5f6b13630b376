/*
 * SIGTERM and SIGINT: the end of the pool.
 */
#ifndef BERTH_POOL_SHUTDOWN_H
#define BERTH_POOL_SHUTDOWN_H

#include "pool/master_state.h"

/* Tells all workers to end after the requests they have, and sets master->stop_at to the time when
   their patience, [berth] drain_timeout, is over. Does nothing if the pool is stopping already. */
void shutdown_begin(struct master *master);

/* Kills the workers that are left. */
void shutdown_finish(struct master *master);

#endif
