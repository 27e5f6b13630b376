/*
 * Finds workers that are stuck, and kills them.
 */
#include <config.h>

#include "pool/watchdog.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

/* Returns since when a worker has been busy with its request; now if it is not. The master cannot
   see what a worker of the previous program is doing, but after it was told to end it can only be
   busy with a request that it had by then. */
static uint64_t busy_since(const struct child *child, const struct slot_view *view, uint64_t now)
{
    if (child->generation == 0)
        return child->told != 0 ? child->told : now;
    return view->state == WORKER_BUSY ? view->since : now;
}

void watchdog_check(struct master *master)
{
    uint64_t limit = (uint64_t)master->settings->berth_request_timeout * 1000;
    uint64_t now = clock_milliseconds();
    upgrade_watch(&master->upgrade);
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct slot_view view;
        struct child *child = &master->children[i];
        if (atomic_load(&master->scoreboard->slots[i].pid) == 0 || child->killed)
            continue;
        slot_view(&master->scoreboard->slots[i], &view);
        uint64_t since = busy_since(child, &view, now);
        if (since > now || now - since <= limit)
            continue;
        child->killed = true;
        tally_count(COUNTER_REQUEST_TIMEOUTS, 1);
        log_event(LOG_LEVEL_ERROR, "request took too long, worker killed",
                  log_integer("pid", view.pid),
                  log_integer("seconds", (int64_t)(now - since) / 1000),
                  log_identifier("request_id", text_filled_or(view.request.id, NULL)),
                  log_text("route", text_filled_or(view.request.route, NULL)),
                  log_identifier("microversion", text_filled_or(view.request.microversion, NULL)),
                  log_identifier("user_id", text_filled_or(view.request.user_id, NULL)),
                  log_identifier("project_id", text_filled_or(view.request.project_id, NULL)));
        kill(view.pid, SIGKILL);
    }
}
