/*
 * Forks children and collects them.
 */
#include <config.h>

#include "pool/children.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "pool/follower.h"
#include "pool/startup.h"
#include "pool/worker.h"

/* Milliseconds until the next try. */
enum {
    FORK_PAUSE = 1000,    /* after fork() failed */
    STARTUP_PAUSE = 5000, /* after the startup process died */
};

/* Every child begins here. It ends when the master ends, even if SIGQUIT was ignored when the
   master was started, as a shell does for background jobs. */
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

/* For children that do not wait for signals. They leave nothing behind that they would have to put
   in order, and SIGQUIT would make them dump core. */
static void child_heed_signals(const struct master *master)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    log_reopen_on(SIGUSR1);
    sigprocmask(SIG_SETMASK, &master->old_mask, NULL);
}

void children_start_startup(struct master *master)
{
    pid_t parent = getpid();
    if (master->startup != 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        child_begin(master, "berth-startup", parent);
        child_heed_signals(master);
        _exit(startup_run(master->settings));
    }
    master->startup_due = pid < 0;
    if (pid < 0) {
        log_event(LOG_LEVEL_ERROR, "the startup process could not be forked",
                  log_errno("reason", errno));
        master->startup_not_before = clock_milliseconds() + FORK_PAUSE;
        return;
    }
    master->startup = pid;
}

void children_restart_startup(struct master *master)
{
    master->startup_due = true;
    master->startup_not_before = 0;
    if (master->startup > 0)
        kill(master->startup, SIGKILL);
    else
        children_start_startup(master);
}

void children_retry_startup(struct master *master)
{
    if (master->startup_due && clock_milliseconds() >= master->startup_not_before)
        children_start_startup(master);
}

void children_start_follower(struct master *master)
{
    pid_t parent = getpid();
    struct world_watch *watch = &master->scoreboard->world;
    atomic_store(&watch->beat, clock_milliseconds());
    pid_t pid = fork();
    if (pid == 0) {
        child_begin(master, "berth-follower", parent);
        child_heed_signals(master);
        _exit(follower_run(master->settings, master->scoreboard, master->shared->world));
    }
    master->follower.not_before = clock_milliseconds() + FORK_PAUSE;
    if (pid < 0) {
        log_event(LOG_LEVEL_ERROR, "the follower could not be forked", log_errno("reason", errno));
        return;
    }
    master->follower.started = clock_milliseconds();
    master->follower.generation = master->generation;
    master->follower.told = false;
    atomic_store(&watch->follower, pid);
}

/* Returns a slot for another worker: that of one whose successor waited long enough, or else one
   that nobody waits for; SCOREBOARD_SLOTS if there is none. */
static unsigned find_slot(const struct master *master)
{
    unsigned found = SCOREBOARD_SLOTS;
    uint64_t now = clock_milliseconds();
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        const struct respawn *respawn = &master->children[i].respawn;
        if (atomic_load(&master->scoreboard->slots[i].pid) != 0 || respawn_is_held(respawn, now))
            continue;
        if (respawn->not_before != 0)
            return i;
        if (found == SCOREBOARD_SLOTS)
            found = i;
    }
    return found;
}

unsigned children_count_held(const struct master *master)
{
    unsigned held = 0;
    uint64_t now = clock_milliseconds();
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++)
        held += respawn_is_held(&master->children[i].respawn, now);
    return held;
}

void children_release(struct master *master)
{
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++)
        master->children[i].respawn = (struct respawn){0};
}

bool children_start_worker(struct master *master)
{
    pid_t parent = getpid();
    unsigned free_slot = find_slot(master);
    if (free_slot == SCOREBOARD_SLOTS)
        return false;
    struct slot *slot = &master->scoreboard->slots[free_slot];
    slot_enter(slot, WORKER_STARTING);
    atomic_store(&slot->requests, 0);
    pid_t pid = fork();
    if (pid == 0) {
        child_begin(master, "berth-worker", parent);
        atomic_store(&slot->pid, getpid()); /* the master does this, too, perhaps later */
        exit(worker_run(master->settings, master->listener->descriptor, master->shared,
                        master->configuration->policies, slot));
    }
    if (pid < 0) {
        log_event(LOG_LEVEL_ERROR, "no worker could be forked", log_errno("reason", errno));
        master->fork_not_before = clock_milliseconds() + FORK_PAUSE;
        return false;
    }
    atomic_store(&slot->pid, pid);
    tally_count(COUNTER_WORKERS_STARTED, 1);
    master->children[free_slot] =
        (struct child){.started = clock_milliseconds(),
                       .generation = master->generation,
                       .respawn = {.failures = master->children[free_slot].respawn.failures}};
    log_event(LOG_LEVEL_DEBUG, "worker started", log_integer("pid", pid));
    return true;
}

static void note_death(struct child *child, const struct slot_view *view, int status)
{
    bool signaled = WIFSIGNALED(status);
    /* One that was not busy has answered what its slot still tells of. */
    const struct slot_request none = {.id = ""};
    const struct slot_request *request = view->state == WORKER_BUSY ? &view->request : &none;
    tally_count(COUNTER_WORKERS_DIED, 1);
    if (!child->killed)
        log_event(LOG_LEVEL_ERROR, "worker died", log_integer("pid", view->pid),
                  signaled ? log_integer("signal", WTERMSIG(status))
                           : log_integer("exit_status", WEXITSTATUS(status)),
                  log_identifier("request_id", text_filled_or(request->id, NULL)),
                  log_text("route", text_filled_or(request->route, NULL)),
                  log_identifier("microversion", text_filled_or(request->microversion, NULL)),
                  log_identifier("user_id", text_filled_or(request->user_id, NULL)),
                  log_identifier("project_id", text_filled_or(request->project_id, NULL)));
    respawn_note_death(&child->respawn, view, child->started, clock_milliseconds());
}

/* The session of a dead worker is ended by the next that starts. A dead one of an older
   configuration has no successor, so one of the others gets one. */
static void end_left_session(struct master *master, unsigned dead)
{
    if (!atomic_load(&master->scoreboard->slots[dead].session.open) ||
        master->children[dead].generation == master->generation)
        return;
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct child *child = &master->children[i];
        if (atomic_load(&master->scoreboard->slots[i].pid) != 0 && child->told == 0 &&
            child->generation == master->generation) {
            child->generation--; /* as if it had the older configuration */
            return;
        }
    }
}

static void note_end(struct master *master, pid_t pid, int status)
{
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct slot *slot = &master->scoreboard->slots[i];
        if (atomic_load(&slot->pid) != pid)
            continue;
        struct slot_view view;
        slot_view(slot, &view);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            note_death(&master->children[i], &view, status);
            end_left_session(master, i);
        } else {
            master->children[i].respawn = (struct respawn){0};
        }
        atomic_store(&slot->state, WORKER_NONE);
        atomic_store(&slot->pid, 0);
        return;
    }
}

/* What it means is pool/follower_care.c's matter. */
static void note_follower_end(struct master *master, pid_t pid, int status)
{
    master->follower.ended = pid;
    master->follower.status = status;
    atomic_store(&master->scoreboard->world.follower, 0);
}

/* What it had to do must be done, so one that died has a successor. */
static void note_startup_end(struct master *master, int status)
{
    bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    master->startup = 0;
    if (done || master->startup_due || master->stop_at != 0)
        return;
    master->startup_due = true;
    master->startup_not_before = clock_milliseconds() + STARTUP_PAUSE;
    log_event(LOG_LEVEL_ERROR, "the startup process died, starting another one",
              WIFSIGNALED(status) ? log_integer("signal", WTERMSIG(status))
                                  : log_integer("exit_status", WEXITSTATUS(status)),
              log_integer("seconds", STARTUP_PAUSE / 1000));
}

void children_reap(struct master *master)
{
    pid_t pid;
    int status;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == master->startup)
            note_startup_end(master, status);
        else if (pid == master->upgrade.trial)
            upgrade_judge(&master->upgrade, status);
        else if (pid == atomic_load(&master->scoreboard->world.follower))
            note_follower_end(master, pid, status);
        else
            note_end(master, pid, status);
    }
}

void children_signal(const struct master *master, int signal)
{
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++) {
        pid_t pid = atomic_load(&master->scoreboard->slots[i].pid);
        if (pid != 0)
            kill(pid, signal);
    }
}

void children_reopen_logs(const struct master *master)
{
    const pid_t others[] = {master->startup, atomic_load(&master->scoreboard->world.follower)};
    children_signal(master, SIGUSR1);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (others[i] > 0)
            kill(others[i], SIGUSR1);
}

unsigned children_count(const struct master *master)
{
    unsigned alive = 0;
    for (unsigned i = 0; i < SCOREBOARD_SLOTS; i++)
        alive += atomic_load(&master->scoreboard->slots[i].pid) != 0;
    return alive;
}
