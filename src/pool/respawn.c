/*
 * Judges deaths of workers.
 */
#include <config.h>

#include "pool/respawn.h"

enum {
    YOUNG = 1000,               /* milliseconds: a worker that dies later died old */
    PAUSE_FIRST = 100,          /* milliseconds, after the first early death */
    PAUSE_LONGEST = 10000,      /* milliseconds, if the worker never became ready */
    PAUSE_LONGEST_READY = 1000, /* milliseconds, if it did */
};

void respawn_note_death(struct respawn *respawn, const struct slot_view *view, uint64_t started,
                        uint64_t now)
{
    if (now - started >= YOUNG || view->requests > 0 || view->state == WORKER_BUSY) {
        *respawn = (struct respawn){0};
        return;
    }
    uint64_t longest = view->state == WORKER_STARTING ? PAUSE_LONGEST : PAUSE_LONGEST_READY;
    uint64_t pause = PAUSE_FIRST;
    for (unsigned i = 0; i < respawn->failures && pause < longest; i++)
        pause *= 2;
    respawn->failures++;
    respawn->not_before = now + (pause < longest ? pause : longest);
}

bool respawn_is_held(const struct respawn *respawn, uint64_t now)
{
    return respawn->not_before > now;
}
