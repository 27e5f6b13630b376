/*
 * The master's signals, received through a descriptor between two steps of its loop.
 */
#ifndef BERTH_POOL_SIGNALS_H
#define BERTH_POOL_SIGNALS_H

#include "pool/master_state.h"

/* Blocks the signals and opens master->signals; sets master->old_mask. Returns false if that is
   not possible. After an upgrade the signals are blocked already, and those that came during the
   exec are waiting. */
bool signals_open(struct master *master);

/* Acts on the signals that are waiting. */
void signals_take(struct master *master);

#endif
