/*
 * Tests looking at a pool from outside.
 */
#include <config.h>

#include <check.h>
#include <string.h>
#include <sys/mman.h>

#include "pool_fixture.h"
#include "suite.h"
#include "watch/observer.h"

static void be_a_pool_of_another_layout(void)
{
    pool_make()->layout++;
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
    pid_t pids[1000], pid = process_start(be_a_pool);
    size_t count = observer_find(pids, 1000), found = 0;
    while (found < count && pids[found] != pid)
        found++;
    ck_assert_uint_lt(found, count);
    ck_assert_msg(observer_attach(&observer, pid, &reason), "%s", reason);
    scoreboard_sum(observer.scoreboard, &sum);
    ck_assert_uint_eq(sum.counters[COUNTER_CLAIMS], 3);
    observer_view(&observer, 7, &view);
    ck_assert_int_eq(view.state, WORKER_BUSY);
    ck_assert_str_eq(view.request.route, "/boats/?[2J{name}");
    observer_view(&observer, 8, &view);
    ck_assert_int_eq(view.state, WORKER_NONE);
    ck_assert(observer_is_current(&observer));
    process_end(pid);
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
    pid_t pid = process_start(refused[_i].begin);
    ck_assert(!observer_attach(&observer, pid, &reason));
    ck_assert_msg(strstr(reason, refused[_i].reason) != NULL, "%s", reason);
    process_end(pid);
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
    pid_t pid = process_start(be_a_pool);
    ck_assert_int_eq(seteuid(65534), 0);
    bool attached = observer_attach(&observer, pid, &reason);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert(!attached);
    ck_assert_ptr_nonnull(strstr(reason, "root"));
    process_end(pid);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("observer");
    tcase_add_test(test, pool_is_found_and_read);
    tcase_add_loop_test(test, process_without_a_usable_scoreboard_is_refused, 0,
                        sizeof(refused) / sizeof(refused[0]));
    tcase_add_test(test, pool_of_another_user_is_refused);
    return suite_run("observer", test);
}
