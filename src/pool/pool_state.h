/*
 * The state of the pool, as the scoreboard shows it and the service manager learns it.
 */
#ifndef BERTH_POOL_POOL_STATE_H
#define BERTH_POOL_POOL_STATE_H

#include "pool/master_state.h"

/* Enters a state, and tells the service manager. */
void pool_state_enter(struct master *master, enum pool_state state);

/* Sends the service manager its regular message, if one is due. Call it often. */
void pool_state_beat(struct master *master);

#endif
