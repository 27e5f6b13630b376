/*
 * Tests the slots of the scoreboard.
 */
#include <config.h>

#include <check.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "suite.h"
#include "watch/scoreboard.h"

static const char *const routes[] = {"/boats", "/boats/{name}"};
static int descriptor;

START_TEST(master_sees_what_a_worker_writes)
{
    struct scoreboard *scoreboard = scoreboard_new(routes, 2, &descriptor);
    struct slot *slot = &scoreboard->slots[3];
    struct slot_view view;
    pid_t pid = fork();
    if (pid == 0) {
        slot_enter(slot, WORKER_BUSY);
        slot_set_request(slot, "req-1");
        slot_set_route(slot, "/boats/{name}");
        slot_set_caller(slot, "ann", NULL);
        slot_set_microversion(slot, "1.39");
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    slot_view(slot, &view);
    ck_assert_int_eq(view.state, WORKER_BUSY);
    ck_assert_str_eq(view.request.id, "req-1");
    ck_assert_str_eq(view.request.route, "/boats/{name}");
    ck_assert_str_eq(view.request.user_id, "ann");
    ck_assert_str_eq(view.request.project_id, "");
    ck_assert_str_eq(view.request.microversion, "1.39");
    ck_assert_uint_le(view.since, clock_milliseconds());
    slot_enter(slot, WORKER_BUSY);
    slot_view(slot, &view);
    ck_assert_str_eq(view.request.id, "");
    ck_assert_str_eq(view.request.route, "");
    ck_assert_str_eq(view.request.user_id, "");
    ck_assert_str_eq(view.request.microversion, "");
    scoreboard_free(scoreboard);
}
END_TEST

START_TEST(long_text_is_cut)
{
    struct scoreboard *scoreboard = scoreboard_new(routes, 2, &descriptor);
    struct slot_view view;
    char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    slot_set_route(&scoreboard->slots[0], text);
    slot_view(&scoreboard->slots[0], &view);
    ck_assert_uint_eq(strlen(view.request.route), SCOREBOARD_ROUTE_SIZE - 1);
    slot_set_caller(&scoreboard->slots[0], text, text);
    slot_view(&scoreboard->slots[0], &view);
    ck_assert_uint_eq(strlen(view.request.user_id), SCOREBOARD_OWNER_SIZE - 1);
    ck_assert_uint_eq(strlen(view.request.project_id), SCOREBOARD_OWNER_SIZE - 1);
    scoreboard_free(scoreboard);
}
END_TEST

START_TEST(reader_does_not_wait_for_a_worker_that_died_while_writing)
{
    struct scoreboard *scoreboard = scoreboard_new(routes, 2, &descriptor);
    struct slot_view view;
    slot_set_request(&scoreboard->slots[0], "req-1");
    atomic_fetch_add(&scoreboard->slots[0].sequence, 1);
    slot_view(&scoreboard->slots[0], &view);
    ck_assert_str_eq(view.request.id, "");
    slot_enter(&scoreboard->slots[0], WORKER_STARTING);
    slot_set_request(&scoreboard->slots[0], "req-2");
    slot_view(&scoreboard->slots[0], &view);
    ck_assert_str_eq(view.request.id, "req-2");
    scoreboard_free(scoreboard);
}
END_TEST

START_TEST(successor_is_not_blamed_for_the_request_of_a_dead_worker)
{
    struct scoreboard *scoreboard = scoreboard_new(routes, 2, &descriptor);
    struct slot *slot = &scoreboard->slots[0];
    struct slot_view view;
    slot_enter(slot, WORKER_BUSY);
    slot_set_request(slot, "req-1");
    slot_enter(slot, WORKER_STARTING);
    slot_view(slot, &view);
    ck_assert_str_eq(view.request.id, "");
    scoreboard_free(scoreboard);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("scoreboard");
    tcase_add_test(test, master_sees_what_a_worker_writes);
    tcase_add_test(test, long_text_is_cut);
    tcase_add_test(test, reader_does_not_wait_for_a_worker_that_died_while_writing);
    tcase_add_test(test, successor_is_not_blamed_for_the_request_of_a_dead_worker);
    return suite_run("scoreboard", test);
}
