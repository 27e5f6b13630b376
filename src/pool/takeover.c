/*
 * Hands the pool to another program, and receives it from one.
 */
#include <config.h>

#include "pool/takeover.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "base/log.h"
#include "pool/children.h"
#include "pool/follower_care.h"
#include "pool/pool_state.h"

/* Collects what the new program has to know. Returns false if there is no memory. */
static bool collect_handover(const struct master *master, struct handover *handover)
{
    *handover = (struct handover){.descriptor = master->listener->descriptor,
                                  .device = master->listener->device,
                                  .inode = master->listener->inode,
                                  .workers = calloc(SCOREBOARD_SLOTS, sizeof(*handover->workers))};
    for (unsigned i = 0; handover->workers != NULL && i < SCOREBOARD_SLOTS; i++) {
        pid_t pid = atomic_load(&master->scoreboard->slots[i].pid);
        if (pid != 0)
            handover->workers[handover->count++] =
                (struct handed_worker){.pid = pid, .told = master->children[i].told};
    }
    return handover->workers != NULL;
}

void takeover_try(struct master *master)
{
    struct handover handover;
    if (collect_handover(master, &handover))
        upgrade_try(&master->upgrade, &handover, &master->old_mask);
    handover_free(&handover);
}

void takeover_carry_out(struct master *master)
{
    struct handover handover;
    bool starting = master->startup > 0;
    if (starting) {
        kill(master->startup, SIGKILL);
        waitpid(master->startup, NULL, 0);
        master->startup = 0;
    }
    follower_end(master);
    if (collect_handover(master, &handover))
        upgrade_carry_out(&master->upgrade, &handover);
    handover_free(&handover);
    if (starting)
        children_start_startup(master);
}

void takeover_adopt(struct master *master, const struct handover *handover)
{
    if (handover->descriptor < 0)
        return;
    for (size_t i = 0; i < handover->count; i++) {
        const struct handed_worker *worker = &handover->workers[i];
        if (i >= SCOREBOARD_SLOTS) {
            kill(worker->pid, SIGQUIT);
            continue;
        }
        slot_enter(&master->scoreboard->slots[i], WORKER_ENDING);
        atomic_store(&master->scoreboard->slots[i].pid, worker->pid);
        master->children[i] = (struct child){.told = worker->told};
    }
    log_event(LOG_LEVEL_INFO, "this program has replaced another one",
              log_text("version", PACKAGE_VERSION),
              log_integer("workers", (int64_t)handover->count));
    pool_state_enter(master, POOL_RELOADING);
}
