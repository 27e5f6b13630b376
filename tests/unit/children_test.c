/*
 * Tests forking the children of the master when the system has no more processes.
 *
 * fork() and kill() are replaced: while a test says so, fork() fails and kill() only notes whom it
 * would have reached.
 */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pool/children.h"
#include "pool/shutdown.h"
#include "suite.h"

static bool out_of_processes;
static unsigned killed;

pid_t fork(void)
{
    if (!out_of_processes)
        return _Fork();
    errno = EAGAIN;
    return -1;
}

int kill(pid_t pid, int number)
{
    if (!out_of_processes)
        return (int)syscall(SYS_kill, pid, number);
    killed++;
    return 0;
}

static struct master *master_make(void)
{
    static struct settings settings;
    static struct master master;
    int descriptor;
    master = (struct master){.settings = &settings};
    master.scoreboard = scoreboard_new(NULL, 0, &descriptor);
    ck_assert_ptr_nonnull(master.scoreboard);
    out_of_processes = true;
    return &master;
}

START_TEST(startup_that_cannot_be_forked_is_tried_again)
{
    struct master *master = master_make();
    children_start_startup(master);
    ck_assert_int_eq(master->startup, 0);
    ck_assert(master->startup_due);
    master->startup_not_before = 0;
    children_retry_startup(master);
    ck_assert_int_eq(master->startup, 0);
    ck_assert(master->startup_due);
    ck_assert_uint_gt(master->startup_not_before, 0);
}
END_TEST

START_TEST(shutdown_kills_no_process_that_was_not_forked)
{
    struct master *master = master_make();
    children_start_startup(master);
    ck_assert(!children_start_worker(master));
    shutdown_begin(master);
    shutdown_finish(master);
    ck_assert_uint_eq(killed, 0);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("children");
    tcase_add_test(test, startup_that_cannot_be_forked_is_tried_again);
    tcase_add_test(test, shutdown_kills_no_process_that_was_not_forked);
    return suite_run("children", test);
}
