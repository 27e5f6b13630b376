/*
 * Starts, watches and ends the follower.
 */
#include <config.h>

#include "pool/follower_care.h"

#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "pool/children.h"

/* Milliseconds. */
enum {
    STUCK = 60000,     /* without a beat while it keeps the world; it waits 10 s at most */
    PAUSE_FIRST = 100, /* before the successor of one that died */
    PAUSE_LONGEST = 10000,
    STEADY = 10000, /* a follower that lived as long has a successor after the first pause */
};

static bool is_wanted(const struct master *master)
{
    return strcmp(master->settings->berth_world, "auto") == 0;
}

static bool is_stuck(const struct world_watch *watch)
{
    uint64_t now = clock_milliseconds(), beat = atomic_load(&watch->beat);
    return atomic_load(&watch->reason) == WORLD_KEPT && now > beat && now - beat > STUCK;
}

/* Notes the end of one that nobody told to end. */
static void note_death(struct master *master)
{
    struct follower_state *state = &master->follower;
    int status = state->status;
    uint64_t now = clock_milliseconds();
    unsigned pause = PAUSE_FIRST;
    state->failures = now - state->started > STEADY ? 0 : state->failures + 1;
    for (unsigned i = 1; i < state->failures && pause < PAUSE_LONGEST; i++)
        pause *= 2;
    state->not_before = now + (pause < PAUSE_LONGEST ? pause : PAUSE_LONGEST);
    world_watch_lose(&master->scoreboard->world, WORLD_ENDED);
    log_event(LOG_LEVEL_ERROR, "the follower died: requests read the database",
              log_integer("pid", state->ended),
              WIFSIGNALED(status) ? log_integer("signal", WTERMSIG(status))
                                  : log_integer("exit_status", WEXITSTATUS(status)));
}

/* Notes the end of a follower that children_reap() found. */
static void note_end(struct master *master)
{
    struct follower_state *state = &master->follower;
    if (state->ended == 0)
        return;
    journal_give_up(master->shared->world, WORLD_ENDED);
    if (state->told)
        world_watch_lose(&master->scoreboard->world, WORLD_LOADING);
    else
        note_death(master);
    state->ended = 0;
}

void follower_care(struct master *master)
{
    struct follower_state *state = &master->follower;
    struct world_watch *watch = &master->scoreboard->world;
    note_end(master);
    pid_t pid = atomic_load(&watch->follower);
    bool wanted = is_wanted(master);
    bool reloaded = state->generation != master->generation;
    if (pid == 0 && wanted && (reloaded || clock_milliseconds() >= state->not_before)) {
        if (atomic_load(&watch->reason) == WORLD_OFF)
            atomic_store(&watch->reason, WORLD_LOADING);
        children_start_follower(master);
    } else if (pid == 0 && !wanted) {
        atomic_store(&watch->reason, WORLD_OFF);
    } else if (pid != 0 && !state->told && (!wanted || reloaded)) {
        state->told = true;
        kill(pid, SIGKILL);
    } else if (pid != 0 && !state->told && is_stuck(watch)) {
        log_event(LOG_LEVEL_ERROR, "the follower is stuck, killed", log_integer("pid", pid));
        kill(pid, SIGKILL);
    }
}

void follower_end(struct master *master)
{
    struct world_watch *watch = &master->scoreboard->world;
    pid_t pid = atomic_exchange(&watch->follower, 0);
    if (pid == 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    journal_give_up(master->shared->world, WORLD_ENDED);
    world_watch_lose(watch, WORLD_LOADING);
}
