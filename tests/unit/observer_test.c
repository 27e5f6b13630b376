/*
 * Tests looking at a pool from outside, and the page that berth-manage top makes of it.
 */
#include <config.h>

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manage/top_page.h"
#include "suite.h"

static const char *const routes[] = {"/boats", "/boats/{name}"};
static struct terminal terminal = {.columns = 80};

/* Starts a process that calls begin and then waits to be killed. */
static pid_t start(void (*begin)(void))
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

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static struct scoreboard *make(void)
{
    int descriptor;
    struct scoreboard *scoreboard = scoreboard_new(routes, 2, &descriptor);
    if (scoreboard == NULL)
        _exit(1);
    atomic_store(&scoreboard->state, POOL_SERVING);
    atomic_store(&scoreboard->wanted, 2);
    return scoreboard;
}

static void be_a_pool(void)
{
    struct scoreboard *scoreboard = make();
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

static void be_a_pool_of_another_layout(void)
{
    make()->layout++;
}

static void be_an_unsealed_file(void)
{
    int descriptor = memfd_create(SCOREBOARD_NAME, 0);
    if (descriptor < 0 || ftruncate(descriptor, sizeof(struct scoreboard)) != 0)
        _exit(1);
}

static void be_nothing(void)
{
}

START_TEST(pool_is_found_and_read)
{
    struct observer observer;
    struct slot_view view;
    struct tally sum;
    const char *reason;
    pid_t pids[1000], pid = start(be_a_pool);
    size_t count = observer_find(pids, 1000), found = 0;
    while (found < count && pids[found] != pid)
        found++;
    ck_assert_uint_lt(found, count);
    ck_assert_msg(observer_attach(&observer, pid, &reason), "%s", reason);
    scoreboard_sum(observer.scoreboard, &sum);
    ck_assert_uint_eq(sum.counters[COUNTER_CLAIMS], 3);
    observer_view(&observer, 7, &view);
    ck_assert_int_eq(view.state, WORKER_BUSY);
    ck_assert_str_eq(view.route, "/boats/?[2J{name}");
    observer_view(&observer, 8, &view);
    ck_assert_int_eq(view.state, WORKER_NONE);
    ck_assert(observer_is_current(&observer));
    end(pid);
    ck_assert(!observer_is_current(&observer));
    observer_detach(&observer);
}
END_TEST

static const struct {
    void (*begin)(void);
    const char *reason;
} refused[] = {
    {be_nothing, "no such pool"},
    {be_a_pool_of_another_layout, "another layout"},
    {be_an_unsealed_file, "another layout"},
};

START_TEST(process_without_a_usable_scoreboard_is_refused)
{
    struct observer observer;
    const char *reason = "";
    pid_t pid = start(refused[_i].begin);
    ck_assert(!observer_attach(&observer, pid, &reason));
    ck_assert_msg(strstr(reason, refused[_i].reason) != NULL, "%s", reason);
    end(pid);
    ck_assert(!observer_attach(&observer, pid, &reason));
    ck_assert_ptr_nonnull(strstr(reason, "no such pool"));
}
END_TEST

START_TEST(pool_of_another_user_is_refused)
{
    if (geteuid() != 0)
        return; /* only root can be somebody else */
    struct observer observer;
    const char *reason;
    pid_t pid = start(be_a_pool);
    ck_assert_int_eq(seteuid(65534), 0);
    bool attached = observer_attach(&observer, pid, &reason);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert(!attached);
    ck_assert_ptr_nonnull(strstr(reason, "root"));
    end(pid);
}
END_TEST

/* The page of a pool that has answered four requests in two seconds, in a buffer. */
static char *page(unsigned rows)
{
    static struct top_sample before, after;
    static struct top_figures figures;
    struct observer observer;
    const char *reason;
    struct buffer buffer;
    pid_t pid = start(be_a_pool);
    ck_assert(observer_attach(&observer, pid, &reason));
    memset(&before, 0, sizeof(before));
    top_sample_take(&after, observer.scoreboard);
    before.at = after.at - 2000;
    top_figures_make(&figures, &before, &after);
    buffer_init(&buffer, 0);
    top_page_write(&buffer, &terminal, rows, &observer, &figures);
    buffer_add(&buffer, "", 1);
    ck_assert(!buffer.failed);
    observer_detach(&observer);
    end(pid);
    return buffer.data;
}

START_TEST(the_page_has_rates_routes_and_workers)
{
    char *text = page(0);
    ck_assert_ptr_nonnull(strstr(text, ", serving, up 0:00:0"));
    ck_assert_ptr_nonnull(strstr(text, "\nRequests  2.0/s   2xx 1.5   4xx 0.0   5xx 0.5   p50 "));
    ck_assert_ptr_nonnull(strstr(text, "\nWorkers   2 of 2   busy 1 (mean 0.0)   "));
    ck_assert_ptr_nonnull(strstr(text, "\nClaims    1.5/s   "));
    ck_assert_ptr_nonnull(
        strstr(text, "\n/boats/{name}                            PUT         1.5"));
    ck_assert_ptr_nonnull(
        strstr(text, "\n/boats                                   GET         0.5"));
    ck_assert_ptr_nonnull(strstr(text, "   4711 busy        0."));
    ck_assert_ptr_nonnull(strstr(text, " /boats/?[2J{name}"));
    ck_assert_ptr_nonnull(strstr(text, " req-1a2b3c4d\n"));
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
        ck_assert_uint_le(strcspn(line, "\n"), 80);
    free(text);
}
END_TEST

START_TEST(the_page_has_as_many_rows_as_there_are)
{
    for (unsigned rows = 1; rows < 20; rows++) {
        char *text = page(rows);
        unsigned lines = 0;
        for (const char *at = text; *at != '\0'; at++)
            lines += *at == '\n';
        ck_assert_uint_le(lines, rows);
        ck_assert_uint_ge(lines, rows < 14 ? rows : 14);
        free(text);
    }
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("observer");
    tcase_add_test(test, pool_is_found_and_read);
    tcase_add_loop_test(test, process_without_a_usable_scoreboard_is_refused, 0,
                        sizeof(refused) / sizeof(refused[0]));
    tcase_add_test(test, pool_of_another_user_is_refused);
    tcase_add_test(test, the_page_has_rates_routes_and_workers);
    tcase_add_test(test, the_page_has_as_many_rows_as_there_are);
    return suite_run("observer", test);
}
