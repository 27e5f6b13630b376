/*
 * Notes when the world is kept, and when it is lost.
 */
#include <config.h>

#include "watch/world_watch.h"

#include "base/clock.h"

bool world_watch_lose(struct world_watch *watch, enum world_reason reason)
{
    bool kept = atomic_exchange(&watch->reason, (int)reason) == WORLD_KEPT;
    if (kept)
        atomic_fetch_add(&watch->lost[reason], 1);
    return atomic_exchange(&watch->told, (int)reason) != (int)reason || kept;
}

void world_watch_keep(struct world_watch *watch)
{
    atomic_store(&watch->behind, 0);
    atomic_store(&watch->beat, clock_milliseconds());
    atomic_store(&watch->reason, WORLD_KEPT);
    atomic_store(&watch->told, WORLD_KEPT);
}
