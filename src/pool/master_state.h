/*
 * What the master knows: shared by the sources that make up the master. Internal: the rest of the
 * program uses pool/master.h.
 *
 *   children       forking workers, the startup process and the follower, and their ends
 *   pool_state     the state of the pool, and telling the service manager
 *   respawn        how soon a worker that died has a successor
 *   reconcile      the right number of workers, all with the current configuration
 *   follower_care  keeping the follower (pool/follower.h)
 *   watchdog       killing workers that are stuck
 *   reload         SIGHUP
 *   takeover       SIGUSR2: becoming another program, and being that program
 *   shutdown       SIGTERM
 *   signals        receiving signals
 *   master         the loop
 */
#ifndef BERTH_POOL_MASTER_STATE_H
#define BERTH_POOL_MASTER_STATE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "api/service.h"
#include "pool/configuration.h"
#include "pool/handover.h"
#include "pool/listener.h"
#include "pool/notify.h"
#include "pool/respawn.h"
#include "pool/upgrade.h"
#include "watch/scoreboard.h"

/* What the master knows about the worker of a slot, besides the slot itself. Times are
   clock_milliseconds(). */
struct child {
    uint64_t started;
    unsigned generation; /* of its configuration; 0: a worker of the previous program */
    uint64_t told;       /* when it was told to end; 0: it was not */
    bool killed;         /* by the watchdog */
    struct respawn respawn;
};

/* What the master knows about the follower, besides the scoreboard. */
struct follower_state {
    uint64_t started;
    unsigned generation; /* of its configuration */
    bool told;           /* it was killed on purpose */
    pid_t ended;         /* one that has ended, until that is noted */
    int status;          /* of its end */
    unsigned failures;   /* deaths in a row that were too early */
    uint64_t not_before; /* when the next one may start */
};

struct master {
    const struct config_place *places; /* where the configuration is */
    size_t place_count;
    struct configuration *configuration;
    const struct settings *settings; /* of the configuration */
    unsigned generation;             /* of the configuration; 1 at first, one more per reload */
    struct listener *listener;
    struct service_shared *shared;
    struct scoreboard *scoreboard; /* of shared */
    struct notifier notifier;
    struct upgrade upgrade;
    int signals;       /* a signalfd */
    sigset_t old_mask; /* for child processes that run other code */
    struct child children[SCOREBOARD_SLOTS];
    pid_t startup;               /* the startup process; 0: it has ended */
    bool startup_due;            /* another one is to be started once this one has ended */
    uint64_t startup_not_before; /* when, at the earliest */
    struct follower_state follower;
    uint64_t fork_not_before; /* fork() failed: start no worker before this time */
    uint64_t stop_at;         /* when to kill the remaining workers; 0: not stopping */
};

#endif
