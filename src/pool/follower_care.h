/*
 * The master's care for the follower: that there is one, with the current configuration, and that
 * it is not stuck.
 */
#ifndef BERTH_POOL_FOLLOWER_CARE_H
#define BERTH_POOL_FOLLOWER_CARE_H

#include "pool/master_state.h"

/* Notes the end of one that ended. Kills a follower that is stuck, has an older configuration, or
   is not wanted any more. Starts one if there is none and one is wanted; after one that died, with
   a pause that grows. */
void follower_care(struct master *master);

/* Kills the follower, if there is one, and waits for its end. */
void follower_end(struct master *master);

#endif
