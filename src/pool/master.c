/*
 * Starts the pool, and runs the master's loop: one step towards the wanted pool, then a wait for
 * signals.
 */
#include <config.h>

#include "pool/master.h"

#include <errno.h>
#include <poll.h>
#include <sysexits.h>
#include <unistd.h>

#include "api/body/schema.h"
#include "base/clock.h"
#include "base/log.h"
#include "pool/children.h"
#include "pool/follower_care.h"
#include "pool/master_state.h"
#include "pool/pool_state.h"
#include "pool/reconcile.h"
#include "pool/shutdown.h"
#include "pool/signals.h"
#include "pool/takeover.h"
#include "pool/watchdog.h"

/* Milliseconds. */
enum {
    TICK = 200,             /* between two steps */
    TICK_MOVING = 20,       /* between two steps while workers are being replaced */
    TICK_STARTING = 20,     /* while waiting for the startup process */
    TICK_STOPPING = 50,     /* while waiting for the last requests */
    STARTUP_PATIENCE = 2000 /* how long the first workers wait for the startup process */
};

static void wait_a_tick(struct master *master, int milliseconds)
{
    struct pollfd polled = {.fd = master->signals, .events = POLLIN};
    poll(&polled, 1, milliseconds);
    signals_take(master);
    children_reap(master);
    pool_state_beat(master);
}

static bool master_open(struct master *master, const struct master_start *start)
{
    master->shared = service_shared_new(master->settings);
    if (master->shared == NULL || !upgrade_init(&master->upgrade, start->arguments) ||
        !signals_open(master))
        return false;
    master->scoreboard = master->shared->scoreboard;
    tally_use(&master->scoreboard->tallies[0]);
    notify_open(&master->notifier);
    return true;
}

static void master_close(struct master *master)
{
    notify_close(&master->notifier);
    listener_close(master->listener);
    tally_use(NULL);
    service_shared_free(master->shared);
    upgrade_free(&master->upgrade);
    close(master->signals);
    configuration_free(master->configuration);
}

static void start(struct master *master, const struct handover *handover)
{
    configuration_warn(master->configuration);
    takeover_adopt(master, handover);
    schemas_load();
    children_start_startup(master);
    uint64_t patience = clock_milliseconds() + STARTUP_PATIENCE;
    while (master->startup > 0 && master->stop_at == 0 && clock_milliseconds() < patience)
        wait_a_tick(master, TICK_STARTING);
    log_event(LOG_LEVEL_INFO, "serving", log_integer("workers", reconcile_wanted(master)));
}

/* Runs until a signal begins the shutdown. */
static void serve(struct master *master)
{
    while (master->stop_at == 0) {
        policy_store_refresh(master->configuration->policies, POLICY_STORE_LOGS);
        children_retry_startup(master);
        follower_care(master);
        bool moving = reconcile_step(master);
        watchdog_check(master);
        if (master->upgrade.passed)
            takeover_carry_out(master);
        wait_a_tick(master, moving ? TICK_MOVING : TICK);
    }
}

/* Waits for the workers to end, until their time is over. */
static void drain(struct master *master)
{
    while (children_count(master) > 0 && clock_milliseconds() < master->stop_at) {
        watchdog_check(master);
        wait_a_tick(master, TICK_STOPPING);
    }
    shutdown_finish(master);
}

int master_run(struct configuration *configuration, const struct master_start *how,
               struct listener *listener)
{
    static struct master master;
    master = (struct master){.places = how->places,
                             .place_count = how->place_count,
                             .configuration = configuration,
                             .settings = &configuration->settings,
                             .generation = 1,
                             .listener = listener};
    if (!master_open(&master, how)) {
        log_event(LOG_LEVEL_ERROR, "the pool cannot start", log_errno("reason", errno));
        listener_close(listener);
        return EX_OSERR;
    }
    start(&master, how->handover);
    serve(&master);
    drain(&master);
    master_close(&master);
    return 0;
}
