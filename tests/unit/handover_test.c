/*
 * Tests the handover from one program to the next.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool/handover.h"
#include "pool/listener.h"
#include "suite.h"

static struct handed_worker workers[] = {{.pid = 4711, .told = 0},
                                         {.pid = 4712, .told = 123456789012}};

static const struct handover given = {
    .descriptor = 7, .device = 64, .inode = 4294967299, .count = 2, .workers = workers};

START_TEST(handover_is_taken_once)
{
    struct handover taken;
    struct error_line error;
    ck_assert(handover_give(&given, getpid()));
    ck_assert(handover_take(&taken, &error));
    ck_assert_int_eq(taken.descriptor, 7);
    ck_assert_uint_eq(taken.device, 64);
    ck_assert_uint_eq(taken.inode, 4294967299);
    ck_assert_uint_eq(taken.count, 2);
    ck_assert_int_eq(taken.workers[0].pid, 4711);
    ck_assert_uint_eq(taken.workers[0].told, 0);
    ck_assert_int_eq(taken.workers[1].pid, 4712);
    ck_assert_uint_eq(taken.workers[1].told, 123456789012);
    handover_free(&taken);
    ck_assert(handover_take(&taken, &error));
    ck_assert_int_eq(taken.descriptor, -1);
}
END_TEST

START_TEST(handover_may_have_no_workers)
{
    struct handover taken;
    struct error_line error;
    ck_assert(handover_give(&(struct handover){.descriptor = 3}, getpid()));
    ck_assert(handover_take(&taken, &error));
    ck_assert_int_eq(taken.descriptor, 3);
    ck_assert_uint_eq(taken.count, 0);
    handover_free(&taken);
}
END_TEST

START_TEST(only_the_master_and_its_child_take_it)
{
    struct handover taken;
    struct error_line error;
    ck_assert(handover_give(&given, getpid()));
    pid_t child = fork();
    if (child == 0)
        _exit(handover_take(&taken, &error) && taken.descriptor == 7 ? 0 : 1);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(handover_give(&given, 1 << 30));
    ck_assert(handover_take(&taken, &error));
    ck_assert_int_eq(taken.descriptor, -1);
    ck_assert_ptr_null(getenv("BERTH_UPGRADE"));
}
END_TEST

static const char *const wrong[] = {
    "",
    "soon",
    "1",
    "2 %d 7 0 0", /* a later format */
    "1 %d",
    "1 %d 7 0",
    "1 %d seven 0 0",
    "1 %d -7 0 0",
    "1 %d 7 0 0 4711",
    "1 %d 7 0 0 4711:0,4712:0",
    "1 %d 7 0 0 0:0",
    "1 %d 7 0 0 99999999999:0",
    "1 %d 7 0 0 1:99999999999999999999999",
};

START_TEST(malformed_text_is_refused)
{
    struct handover taken;
    struct error_line error;
    char text[100];
    int count = snprintf(text, sizeof(text), "%s", wrong[_i]);
    char *pid = strstr(text, "%d");
    if (pid != NULL)
        snprintf(pid, sizeof(text) - (size_t)(pid - text), "%d%s", getpid(),
                 strstr(wrong[_i], "%d") + 2);
    ck_assert_int_ge(count, 0);
    setenv("BERTH_UPGRADE", text, 1);
    ck_assert_msg(!handover_take(&taken, &error), "%s was understood", text);
    ck_assert_ptr_nonnull(strstr(error.text, "does not understand"));
}
END_TEST

START_TEST(socket_of_a_handover_keeps_its_file_until_closed)
{
    struct listener first, second;
    struct error_line error;
    char directory[] = "/tmp/berth-handover-XXXXXX", address[64], *path = address + 5;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(address, sizeof(address), "unix:%s/s", directory);
    ck_assert(listener_open(&first, address, 5, &error));
    struct handover handover = {
        .descriptor = first.descriptor, .device = first.device, .inode = first.inode};
    ck_assert(listener_take(&second, address, &handover, &error));
    ck_assert_int_eq(access(path, F_OK), 0);
    listener_close(&second);
    ck_assert_int_ne(access(path, F_OK), 0);
    free(first.path);
    rmdir(directory);
}
END_TEST

START_TEST(descriptor_that_does_not_listen_is_refused)
{
    struct listener listener;
    struct error_line error;
    struct handover handover = {.descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    ck_assert(!listener_take(&listener, NULL, &handover, &error));
    close(handover.descriptor);
    ck_assert(!listener_take(&listener, NULL, &handover, &error));
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("handover");
    tcase_add_test(test, handover_is_taken_once);
    tcase_add_test(test, handover_may_have_no_workers);
    tcase_add_test(test, only_the_master_and_its_child_take_it);
    tcase_add_loop_test(test, malformed_text_is_refused, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(test, socket_of_a_handover_keeps_its_file_until_closed);
    tcase_add_test(test, descriptor_that_does_not_listen_is_refused);
    return suite_run("handover", test);
}
