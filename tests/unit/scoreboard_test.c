/*
 * The scoreboard, and the socket.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/listener.h"
#include "pool/scoreboard.h"
#include "suite.h"

START_TEST(what_a_worker_writes_the_master_sees)
{
    struct scoreboard *scoreboard = scoreboard_new();
    struct slot *slot = &scoreboard->slots[3];
    struct slot_view view;
    pid_t pid = fork();
    if (pid == 0) {
        slot_enter(slot, WORKER_BUSY);
        slot_set_request(slot, "req-1");
        slot_set_route(slot, "/boats/{name}");
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    slot_view(slot, &view);
    ck_assert_int_eq(view.state, WORKER_BUSY);
    ck_assert_str_eq(view.request_id, "req-1");
    ck_assert_str_eq(view.route, "/boats/{name}");
    ck_assert_uint_le(view.since, scoreboard_clock());
    slot_enter(slot, WORKER_BUSY);
    slot_view(slot, &view);
    ck_assert_str_eq(view.request_id, "");
    ck_assert_str_eq(view.route, "");
    scoreboard_free(scoreboard);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut)
{
    struct scoreboard *scoreboard = scoreboard_new();
    struct slot_view view;
    char text[200];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    slot_set_route(&scoreboard->slots[0], text);
    slot_view(&scoreboard->slots[0], &view);
    ck_assert_uint_eq(strlen(view.route), SCOREBOARD_ROUTE_SIZE - 1);
    scoreboard_free(scoreboard);
}
END_TEST

START_TEST(a_worker_that_died_while_it_wrote_is_not_waited_for)
{
    struct scoreboard *scoreboard = scoreboard_new();
    struct slot_view view;
    slot_set_request(&scoreboard->slots[0], "req-1");
    atomic_fetch_add(&scoreboard->slots[0].sequence, 1);
    slot_view(&scoreboard->slots[0], &view);
    ck_assert_str_eq(view.request_id, "");
    scoreboard_free(scoreboard);
}
END_TEST

START_TEST(a_socket_is_opened_once_and_replaced_when_it_is_stale)
{
    struct listener first, second;
    struct config_error error;
    struct stat status;
    char directory[] = "/tmp/berth-listener-XXXXXX", address[64], *path = address + 5;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(address, sizeof(address), "unix:%s/s", directory);
    ck_assert(listener_open(&first, address, 5, &error));
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0660);
    ck_assert(!listener_open(&second, address, 5, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "somebody else listens there"));
    close(first.descriptor); /* as if it had been killed: the file stays */
    ck_assert(listener_open(&second, address, 5, &error));
    listener_close(&second);
    ck_assert_int_ne(stat(path, &status), 0);
    free(first.path);
    rmdir(directory);
}
END_TEST

static const char *const addresses[] = {"tcp:127.0.0.1:9000", "unix:", "/run/s", ""};

START_TEST(each_wrong_address)
{
    struct listener listener;
    struct config_error error;
    ck_assert(!listener_open(&listener, addresses[_i], 5, &error));
    ck_assert_uint_gt(strlen(error.text), 0);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("scoreboard");
    tcase_add_test(test, what_a_worker_writes_the_master_sees);
    tcase_add_test(test, a_text_that_is_too_long_is_cut);
    tcase_add_test(test, a_worker_that_died_while_it_wrote_is_not_waited_for);
    tcase_add_test(test, a_socket_is_opened_once_and_replaced_when_it_is_stale);
    tcase_add_loop_test(test, each_wrong_address, 0, sizeof(addresses) / sizeof(addresses[0]));
    return suite_run("scoreboard", test);
}
