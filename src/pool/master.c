/*
 * The master's loop: signals, the ends of children, the watchdog, and one step at a time towards
 * the pool that is wanted.
 */
#include <config.h>

#include "pool/master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "api/body/schema.h"
#include "auth/keystone/login.h"
#include "base/clock.h"
#include "base/log.h"
#include "pool/notify.h"
#include "pool/startup.h"
#include "pool/upgrade.h"
#include "pool/worker.h"
#include "watch/scoreboard.h"

enum {
    TICK = 200,           /* milliseconds between looks at the scoreboard */
    TICK_MOVING = 20,     /* the same while workers are replaced */
    YOUNG = 1000,         /* a worker that dies within this died young */
    BACK_OFF_FIRST = 100, /* the pause after the first that died young */
    BACK_OFF_LONGEST = 10000,
    STARTUP_PATIENCE = 2000 /* how long the first workers wait for the database work */
};

/* What the master knows of the worker of a slot, beside the scoreboard. */
struct child {
    uint64_t started;
    unsigned generation; /* of the configuration; 0: of the program before this one */
    uint64_t told;       /* when it was told to end; 0: it was not */
    bool killed;         /* by the watchdog */
};

struct master {
    struct configuration *configuration;
    const struct settings *settings; /* of the configuration */
    const struct master_start *start;
    struct listener *listener;
    struct scoreboard *scoreboard;
    struct service_shared *shared;
    struct notifier notifier;
    struct child children[SCOREBOARD_SLOTS];
    int signals;
    sigset_t old_mask;
    unsigned generation;
    unsigned died_young; /* one after the other */
    uint64_t fork_not_before;
    pid_t startup;
    uint64_t stop_at; /* when the rest is killed; 0: not stopping */
    struct upgrade upgrade;
};

/* What the settings must say for the pool to run. */
static bool check_settings(const struct settings *settings, const struct config *config,
                           struct error_line *error)
{
    struct database_url url;
    if (strcmp(settings->api_auth_strategy, "keystone") == 0 &&
        !keystone_login_check(settings, config, error))
        return false;
    if (!settings_database_url(settings, &url, error))
        return false;
    database_url_free(&url);
    return true;
}

void configuration_free(struct configuration *configuration)
{
    if (configuration == NULL)
        return;
    policy_store_free(configuration->policies);
    settings_free(&configuration->settings);
    free(configuration);
}

/* Fills it in, from what was read. */
static bool configure(struct configuration *configuration, struct config *config, bool serve,
                      struct error_line *error)
{
    struct settings *settings = &configuration->settings;
    if (!settings_load(settings, config, error) || !check_settings(settings, config, error))
        return false;
    configuration->policies = policy_store_new(settings, error);
    if (configuration->policies == NULL)
        return false;
    if (serve) {
        struct log_settings log = settings_log(settings);
        if (!log_open(&log, error))
            return false;
        settings_report(settings, config);
    }
    policy_store_report(configuration->policies);
    return true;
}

struct configuration *configuration_new(const struct config_place *places, size_t count, bool serve,
                                        struct error_line *error)
{
    struct configuration *configuration = calloc(1, sizeof(*configuration));
    struct config *config = config_new();
    if (configuration == NULL)
        abort();
    bool good =
        config_load(config, places, count, error) && configure(configuration, config, serve, error);
    config_free(config);
    if (good)
        return configuration;
    configuration_free(configuration);
    return NULL;
}

static unsigned wanted_workers(const struct master *master)
{
    long workers = master->settings->berth_workers;
    if (workers <= 0)
        workers = sysconf(_SC_NPROCESSORS_ONLN);
    return workers > 0 ? (unsigned)workers : 1;
}

/* Children. */

/* What every child does first: signals as they were, and an end when the master ends, also when who
   started the master ignores SIGQUIT, as a shell does for what it starts in the background. */
static void child_begin(struct master *master, const char *name, pid_t parent)
{
    prctl(PR_SET_NAME, name);
    signal(SIGQUIT, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    close(master->signals);
    close(master->shared->scoreboard_descriptor);
    notify_close(&master->notifier);
    if (getppid() != parent)
        _exit(0);
}

static void start_startup(struct master *master)
{
    pid_t parent = getpid();
    if (master->startup != 0)
        return;
    master->startup = fork();
    if (master->startup != 0)
        return;
    child_begin(master, "berth-startup", parent);
    sigprocmask(SIG_SETMASK, &master->old_mask, NULL);
    _exit(startup_run(master->settings));
}

static void start_worker(struct master *master)
{
    pid_t parent = getpid();
    unsigned free_slot = 0;
    while (free_slot < SCOREBOARD_SLOTS &&
           atomic_load(&master->scoreboard->slots[free_slot].pid) != 0)
        free_slot++;
    if (free_slot == SCOREBOARD_SLOTS)
        return;
    struct slot *slot = &master->scoreboard->slots[free_slot];
    slot_enter(slot, WORKER_STARTING);
    atomic_store(&slot->requests, 0);
    pid_t pid = fork();
    if (pid == 0) {
        child_begin(master, "berth-worker", parent);
        exit(worker_run(master->settings, master->listener->descriptor, master->shared,
                        master->configuration->policies, slot));
    }
    if (pid < 0) {
        log_event(LOG_LEVEL_ERROR, "no worker could be forked", log_errno("reason", errno));
        master->fork_not_before = clock_milliseconds() + YOUNG;
        return;
    }
    atomic_store(&slot->pid, pid);
    tally_count(COUNTER_WORKERS_STARTED, 1);
    master->children[free_slot] =
        (struct child){.started = clock_milliseconds(), .generation = master->generation};
    log_event(LOG_LEVEL_DEBUG, "worker started", log_integer("pid", pid));
}

/* A worker that ended by itself is replaced at once; those that die young, more and more slowly. */
static void note_death(struct master *master, const struct child *child,
                       const struct slot_view *view, int status)
{
    bool signaled = WIFSIGNALED(status);
    uint64_t now = clock_milliseconds();
    tally_count(COUNTER_WORKERS_DIED, 1);
    if (!child->killed)
        log_event(LOG_LEVEL_ERROR, "worker died", log_integer("pid", view->pid),
                  signaled ? log_integer("signal", WTERMSIG(status))
                           : log_integer("exit_status", WEXITSTATUS(status)),
                  log_identifier("request_id", *view->request_id ? view->request_id : NULL),
                  log_text("route", *view->route ? view->route : NULL));
    if (now - child->started >= YOUNG) {
        master->died_young = 0;
        return;
    }
    uint64_t pause = BACK_OFF_FIRST;
    for (unsigned i = 0; i < master->died_young && pause < BACK_OFF_LONGEST; i++)
        pause *= 2;
    master->died_young++;
    master->fork_not_before = now + (pause < BACK_OFF_LONGEST ? pause : BACK_OFF_LONGEST);
}

static void reap(struct master *master)
{
    pid_t pid;
    int status;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == master->startup) {
            master->startup = 0;
            continue;
        }
        if (pid == master->upgrade.trial) {
            upgrade_judge(&master->upgrade, status);
            continue;
        }
        for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
            struct slot *slot = &master->scoreboard->slots[i];
            if (atomic_load(&slot->pid) != pid)
                continue;
            struct slot_view view;
            slot_view(slot, &view);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                note_death(master, &master->children[i], &view, status);
            atomic_store(&slot->state, WORKER_NONE);
            atomic_store(&slot->pid, 0);
            break;
        }
    }
}

static void tell_all(struct master *master, int signal)
{
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        pid_t pid = atomic_load(&master->scoreboard->slots[i].pid);
        if (pid != 0)
            kill(pid, signal);
    }
}

static unsigned count_alive(const struct master *master)
{
    unsigned alive = 0;
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++)
        alive += atomic_load(&master->scoreboard->slots[i].pid) != 0;
    return alive;
}

/* The watchdog: ends what is stuck. What workers of the program before this one are doing is not
   known, but one that was told to end can only be busy with a request that it had by then. */
static void watch(struct master *master)
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
        if (child->generation == 0)
            view.since = child->told != 0 ? child->told : now;
        else if (view.state != WORKER_BUSY)
            continue;
        if (view.since > now || now - view.since <= limit)
            continue;
        child->killed = true;
        tally_count(COUNTER_REQUEST_TIMEOUTS, 1);
        log_event(LOG_LEVEL_ERROR, "request took too long, worker killed",
                  log_integer("pid", view.pid),
                  log_identifier("request_id", *view.request_id ? view.request_id : NULL),
                  log_text("route", *view.route ? view.route : NULL),
                  log_integer("seconds", (int64_t)(now - view.since) / 1000));
        kill(view.pid, SIGKILL);
    }
}

/* For the service manager's users. */
static const char *status_text(const struct master *master)
{
    static const char *const states[] = {"starting", "serving", "reloading", "stopping"};
    static char text[96];
    unsigned alive = 0, busy = 0;
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        const struct slot *slot = &master->scoreboard->slots[i];
        if (atomic_load(&slot->pid) == 0 || master->children[i].told)
            continue;
        alive++;
        busy += atomic_load(&slot->state) == WORKER_BUSY;
    }
    snprintf(text, sizeof(text), "%s: %u workers, %u busy",
             states[atomic_load(&master->scoreboard->state)], alive, busy);
    return text;
}

/* The pool is in another state from now on. */
static void enter(struct master *master, enum pool_state state)
{
    atomic_store(&master->scoreboard->state, (int)state);
    notify_state(&master->notifier, state, status_text(master));
}

/* What was begun is over when there are workers for it, and no older ones. */
static void settle(struct master *master, unsigned ready, unsigned old)
{
    int state = atomic_load(&master->scoreboard->state);
    if ((state == POOL_STARTING && ready > 0) ||
        (state == POOL_RELOADING && old == 0 && ready >= wanted_workers(master)))
        enter(master, POOL_SERVING);
}

/* One step: workers of this configuration are started, one at a time while others are replaced; for
   each that is ready an older one ends. True: there is more to do. */
static bool reconcile(struct master *master)
{
    unsigned wanted = wanted_workers(master), current = 0, ready = 0, old = 0;
    atomic_store(&master->scoreboard->wanted, wanted);
    unsigned oldest = SCOREBOARD_SLOTS;
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct slot *slot = &master->scoreboard->slots[i];
        const struct child *child = &master->children[i];
        if (atomic_load(&slot->pid) == 0 || child->told != 0)
            continue;
        if (child->generation == master->generation) {
            int state = atomic_load(&slot->state);
            current += state != WORKER_ENDING;
            ready += state == WORKER_IDLE || state == WORKER_BUSY;
        } else {
            old++;
            oldest = i;
        }
    }
    if (old > 0 && ready + old > wanted) {
        master->children[oldest].told = clock_milliseconds();
        kill(atomic_load(&master->scoreboard->slots[oldest].pid), SIGQUIT);
        old--;
    }
    settle(master, ready, old);
    bool may_start = clock_milliseconds() >= master->fork_not_before;
    while (may_start && current < wanted && (old == 0 || current == ready)) {
        unsigned before = count_alive(master);
        start_worker(master);
        if (count_alive(master) == before)
            break;
        current++;
    }
    return old > 0 || ready < current;
}

/* Signals. */

static void reload(struct master *master)
{
    struct error_line error;
    enum pool_state before = (enum pool_state)atomic_load(&master->scoreboard->state);
    if (before != POOL_STARTING)
        enter(master, POOL_RELOADING);
    struct configuration *configuration =
        configuration_new(master->start->places, master->start->place_count, true, &error);
    if (configuration == NULL) {
        log_event(LOG_LEVEL_ERROR, "the new configuration is wrong, going on with the old one",
                  log_text("reason", error.text));
        tally_count(COUNTER_RELOADS_FAILED, 1);
        if (before == POOL_SERVING)
            enter(master, POOL_SERVING);
        return;
    }
    tally_count(COUNTER_RELOADS_DONE, 1);
    configuration_free(master->configuration);
    master->configuration = configuration;
    master->settings = &configuration->settings;
    master->generation++;
    log_event(LOG_LEVEL_INFO, "configuration read again, replacing the workers");
    start_startup(master);
}

static void stop(struct master *master)
{
    if (master->stop_at != 0)
        return;
    master->stop_at =
        clock_milliseconds() + (uint64_t)master->settings->berth_drain_timeout * 1000 + 1;
    log_event(LOG_LEVEL_INFO, "stopping: requests in flight are finished");
    enter(master, POOL_STOPPING);
    tell_all(master, SIGTERM);
    if (master->startup != 0)
        kill(master->startup, SIGKILL);
    upgrade_cancel(&master->upgrade);
}

/* Upgrades. */

/* What another program has to know. Gives false without memory. */
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

static void try_upgrade(struct master *master)
{
    struct handover handover;
    if (collect_handover(master, &handover))
        upgrade_try(&master->upgrade, &handover, &master->old_mask);
    handover_free(&handover);
}

static void carry_out_upgrade(struct master *master)
{
    struct handover handover;
    bool starting = master->startup > 0;
    if (starting) {
        kill(master->startup, SIGKILL);
        waitpid(master->startup, NULL, 0);
        master->startup = 0;
    }
    if (collect_handover(master, &handover))
        upgrade_carry_out(&master->upgrade, &handover);
    handover_free(&handover);
    if (starting)
        start_startup(master);
}

/* The workers of the program before this one: they serve until one of this program's is ready in
   their place. There is room for all if that program had as many slots; otherwise some end at once.
 */
static void adopt_workers(struct master *master)
{
    const struct handover *handover = master->start->handover;
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
    enter(master, POOL_RELOADING);
}

static void take_signals(struct master *master)
{
    struct signalfd_siginfo info;
    while (read(master->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        switch (info.ssi_signo) {
        case SIGTERM:
        case SIGINT:
            stop(master);
            break;
        case SIGHUP:
            if (master->stop_at == 0)
                reload(master);
            break;
        case SIGUSR1:
            log_reopen();
            tell_all(master, SIGUSR1);
            break;
        case SIGUSR2:
            if (master->stop_at == 0)
                try_upgrade(master);
            break;
        default:
            reap(master);
            break;
        }
    }
}

/* After an upgrade they are masked already: those that came meanwhile are waiting. */
static bool open_signals(struct master *master)
{
    static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGCHLD};
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        sigaddset(&signals, taken[i]);
    sigprocmask(SIG_BLOCK, &signals, &master->old_mask);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        sigdelset(&master->old_mask, taken[i]);
    signal(SIGPIPE, SIG_IGN);
    sigdelset(&signals, SIGQUIT);
    master->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return master->signals >= 0;
}

static void wait_a_tick(struct master *master, int milliseconds)
{
    struct pollfd polled = {.fd = master->signals, .events = POLLIN};
    poll(&polled, 1, milliseconds);
    take_signals(master);
    reap(master);
    if (notify_is_due(&master->notifier))
        notify_beat(&master->notifier, status_text(master));
}

int master_run(struct configuration *configuration, const struct master_start *start,
               struct listener *listener)
{
    static struct master master;
    master = (struct master){.configuration = configuration,
                             .settings = &configuration->settings,
                             .start = start,
                             .listener = listener,
                             .generation = 1};
    master.shared = service_shared_new(master.settings);
    if (master.shared == NULL || !upgrade_init(&master.upgrade, start->arguments) ||
        !open_signals(&master))
        return EX_OSERR;
    master.scoreboard = master.shared->scoreboard;
    tally_use(&master.scoreboard->tallies[0]);
    notify_open(&master.notifier);
    adopt_workers(&master);
    schemas_load();
    start_startup(&master);
    uint64_t patience = clock_milliseconds() + STARTUP_PATIENCE;
    while (master.startup > 0 && master.stop_at == 0 && clock_milliseconds() < patience)
        wait_a_tick(&master, 20);
    log_event(LOG_LEVEL_INFO, "serving", log_integer("workers", wanted_workers(&master)));
    while (master.stop_at == 0) {
        policy_store_refresh(master.configuration->policies, POLICY_STORE_LOGS);
        bool moving = reconcile(&master);
        watch(&master);
        if (master.upgrade.passed)
            carry_out_upgrade(&master);
        wait_a_tick(&master, moving ? TICK_MOVING : TICK);
    }
    while (count_alive(&master) > 0 && clock_milliseconds() < master.stop_at) {
        watch(&master);
        wait_a_tick(&master, TICK / 4);
    }
    if (count_alive(&master) > 0)
        log_event(LOG_LEVEL_ERROR, "requests were not finished in time, workers killed",
                  log_integer("workers", count_alive(&master)));
    tell_all(&master, SIGKILL);
    log_event(LOG_LEVEL_INFO, "stopped");
    notify_close(&master.notifier);
    listener_close(listener);
    tally_use(NULL);
    service_shared_free(master.shared);
    upgrade_free(&master.upgrade);
    close(master.signals);
    configuration_free(master.configuration);
    return 0;
}
