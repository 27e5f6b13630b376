/*
 * Ends the workers.
 */
#include <config.h>

#include "pool/shutdown.h"

#include "base/clock.h"
#include "base/log.h"
#include "pool/children.h"
#include "pool/follower_care.h"
#include "pool/pool_state.h"

void shutdown_begin(struct master *master)
{
    if (master->stop_at != 0)
        return;
    master->stop_at =
        clock_milliseconds() + (uint64_t)master->settings->berth_drain_timeout * 1000 + 1;
    log_event(LOG_LEVEL_INFO, "stopping: requests in flight are finished");
    pool_state_enter(master, POOL_STOPPING);
    children_signal(master, SIGTERM);
    if (master->startup > 0)
        kill(master->startup, SIGKILL);
    follower_end(master);
    upgrade_cancel(&master->upgrade);
}

void shutdown_finish(struct master *master)
{
    unsigned left = children_count(master);
    if (left > 0)
        log_event(LOG_LEVEL_ERROR, "requests were not finished in time, workers killed",
                  log_integer("workers", left));
    children_signal(master, SIGKILL);
    log_event(LOG_LEVEL_INFO, "stopped");
}
