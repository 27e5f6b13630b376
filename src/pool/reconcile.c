/*
 * Starts and ends workers, step by step.
 */
#include <config.h>

#include "pool/reconcile.h"

#include <unistd.h>

#include "base/clock.h"
#include "pool/children.h"
#include "pool/pool_state.h"

unsigned reconcile_wanted(const struct master *master)
{
    return (unsigned)master->settings->berth_workers; /* configuration_new() replaced 0 */
}

/* How many workers there are, without those that were told to end. */
struct workforce {
    unsigned current;  /* with the current configuration, and not ending by themselves */
    unsigned ready;    /* of these, those that accept connections */
    unsigned old;      /* with an older configuration, or of the previous program */
    unsigned old_slot; /* of one of the old; only if there are any */
};

static struct workforce count_workers(const struct master *master)
{
    struct workforce workers = {0};
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        const struct slot *slot = &master->scoreboard->slots[i];
        const struct child *child = &master->children[i];
        if (atomic_load(&slot->pid) == 0 || child->told != 0)
            continue;
        if (child->generation == master->generation) {
            int state = atomic_load(&slot->state);
            workers.current += state != WORKER_ENDING;
            workers.ready += state == WORKER_IDLE || state == WORKER_BUSY;
        } else {
            workers.old++;
            workers.old_slot = i;
        }
    }
    return workers;
}

/* A start is over when a worker is ready; a reload, when enough are and no older ones are left. */
static void settle(struct master *master, const struct workforce *workers, unsigned wanted)
{
    int state = atomic_load(&master->scoreboard->state);
    if ((state == POOL_STARTING && workers->ready > 0) ||
        (state == POOL_RELOADING && workers->old == 0 && workers->ready >= wanted))
        pool_state_enter(master, POOL_SERVING);
}

bool reconcile_step(struct master *master)
{
    unsigned wanted = reconcile_wanted(master);
    atomic_store(&master->scoreboard->wanted, wanted);
    struct workforce workers = count_workers(master);
    if (workers.old > 0 && workers.ready + workers.old > wanted) {
        master->children[workers.old_slot].told = clock_milliseconds();
        kill(atomic_load(&master->scoreboard->slots[workers.old_slot].pid), SIGQUIT);
        workers.old--;
    }
    settle(master, &workers, wanted);
    bool may_start = clock_milliseconds() >= master->fork_not_before;
    unsigned held = children_count_held(master);
    while (may_start && workers.current + held < wanted &&
           (workers.old == 0 || workers.current == workers.ready)) {
        if (!children_start_worker(master))
            break;
        workers.current++;
    }
    return workers.old > 0 || workers.ready < workers.current;
}
