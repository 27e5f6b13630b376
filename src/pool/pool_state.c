/*
 * Keeps the state of the pool.
 */
#include <config.h>

#include "pool/pool_state.h"

#include <stdio.h>

struct status_line {
    char text[96];
};

/* Returns the status for people, as "systemctl status" shows it. */
static struct status_line status_line(const struct master *master)
{
    static const char *const states[] = {"starting", "serving", "reloading", "stopping"};
    struct status_line line;
    unsigned alive = 0, busy = 0;
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        const struct slot *slot = &master->scoreboard->slots[i];
        if (atomic_load(&slot->pid) == 0 || master->children[i].told != 0)
            continue;
        alive++;
        busy += atomic_load(&slot->state) == WORKER_BUSY;
    }
    snprintf(line.text, sizeof(line.text), "%s: %u workers, %u busy",
             states[atomic_load(&master->scoreboard->state)], alive, busy);
    return line;
}

void pool_state_enter(struct master *master, enum pool_state state)
{
    atomic_store(&master->scoreboard->state, (int)state);
    struct status_line status = status_line(master);
    notify_state(&master->notifier, state, status.text);
}

void pool_state_beat(struct master *master)
{
    if (!notify_is_due(&master->notifier))
        return;
    struct status_line status = status_line(master);
    notify_beat(&master->notifier, status.text);
}
