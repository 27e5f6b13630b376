/*
 * What the pool's follower is doing, for the master, health and metrics; part of the scoreboard.
 *
 * The follower keeps the world (placement/world/follow.h). It writes all of this but the pid; the
 * master notes the end of one that died. Times are clock_milliseconds().
 */
#ifndef BERTH_WATCH_WORLD_WATCH_H
#define BERTH_WATCH_WORLD_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/world_reason.h"

struct world_watch {
    _Atomic pid_t follower;  /* 0: there is none */
    _Atomic int reason;      /* enum world_reason: why the world is not kept; WORLD_KEPT: it is */
    _Atomic int told;        /* the reason that the log has, so that it says each thing once */
    _Atomic uint64_t beat;   /* when the follower was well */
    _Atomic uint64_t behind; /* transactions in the database that the world did not have then */
    _Atomic uint64_t lost[WORLD_REASONS]; /* how often a kept world was given up */
};

/* Notes that the world is not kept. Returns whether the log must say so: it was kept, or the reason
   is another one than the log has said. */
bool world_watch_lose(struct world_watch *watch, enum world_reason reason);

/* Notes that the world is kept. */
void world_watch_keep(struct world_watch *watch);

#endif
