/*
 * The follower: the child of the master that keeps the world (placement/world/follow.h).
 *
 * It loads the world and follows the binary log until something is in the way. Then it says so,
 * once, and tries again after a pause, which doubles from a tenth of a second to ten seconds while
 * it gets no further.
 */
#ifndef BERTH_POOL_FOLLOWER_H
#define BERTH_POOL_FOLLOWER_H

#include "placement/world/journal.h"
#include "settings/settings.h"
#include "watch/scoreboard.h"

/* Runs in the child until it is killed, at any instruction. Returns the exit status if it cannot
   begin. */
int follower_run(const struct settings *settings, struct scoreboard *scoreboard,
                 struct journal *journal);

#endif
