/*
 * When the successor of a worker that died may start.
 *
 * A worker that lived for a second or answered a request is replaced at once. One that died before
 * that has a successor only after a pause, which doubles from 0.1 s with each such death in a row:
 * up to 10 s if the workers do not even become ready (a broken configuration, a full machine), up
 * to 1 s if they do. The pause holds back this one worker; the others of the pool are replaced
 * independently of it, so that workers killed by hand do not stall requests.
 */
#ifndef BERTH_POOL_RESPAWN_H
#define BERTH_POOL_RESPAWN_H

#include <stdbool.h>
#include <stdint.h>

#include "watch/scoreboard.h"

/* Of one worker and its predecessors. Times are clock_milliseconds(). */
struct respawn {
    unsigned failures;   /* deaths in a row that were too early */
    uint64_t not_before; /* when the successor may start; 0: no successor waits */
};

/* Notes that the worker that view shows died at now, after it was started at started. */
void respawn_note_death(struct respawn *respawn, const struct slot_view *view, uint64_t started,
                        uint64_t now);

/* Whether a successor waits and must wait longer than now. */
bool respawn_is_held(const struct respawn *respawn, uint64_t now);

#endif
