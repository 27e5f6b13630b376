/*
 * A process that looks like a pool: it has a scoreboard, and waits to be killed.
 */
#ifndef BERTH_TESTS_UNIT_POOL_FIXTURE_H
#define BERTH_TESTS_UNIT_POOL_FIXTURE_H

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch/scoreboard.h"

/* Starts a process that calls begin and then waits to be killed. */
static inline pid_t process_start(void (*begin)(void))
{
    int told[2];
    char byte;
    ck_assert_int_eq(pipe2(told, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        begin();
        if (write(told[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    ck_assert_int_eq(read(told[0], &byte, 1), 1);
    close(told[0]);
    close(told[1]);
    return pid;
}

static inline void process_end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static inline struct scoreboard *pool_make(void)
{
    static const char *const routes[] = {"/boats", "/boats/{name}"};
    int descriptor;
    struct scoreboard *scoreboard = scoreboard_new(routes, 2, &descriptor);
    if (scoreboard == NULL)
        _exit(1);
    atomic_store(&scoreboard->state, POOL_SERVING);
    atomic_store(&scoreboard->wanted, 2);
    return scoreboard;
}

static inline void be_a_pool(void)
{
    struct scoreboard *scoreboard = pool_make();
    struct slot *slot = &scoreboard->slots[7];
    atomic_store(&slot->pid, 4711);
    slot_enter(slot, WORKER_BUSY);
    slot_set_request(slot, "req-1a2b3c4d-0000-0000-0000-000000000000");
    slot_set_route(slot, "/boats/\033[2J{name}");
    atomic_store(&scoreboard->slots[8].pid, 4712);
    atomic_store(&scoreboard->slots[8].state, 77);
    tally_use(scoreboard_tally(scoreboard, slot));
    for (int i = 0; i < 3; i++)
        tally_request(1, "PUT", 204, 3000);
    tally_request(0, "GET", 500, 3000);
    tally_count(COUNTER_CLAIMS, 3);
}

#endif
