/*
 * Tests opening the listening socket.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool/listener.h"
#include "suite.h"

START_TEST(stale_socket_is_replaced_and_a_used_one_is_not)
{
    struct listener first, second;
    struct error_line error;
    struct stat status;
    char directory[] = "/tmp/berth-listener-XXXXXX", address[64], *path = address + 5;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(address, sizeof(address), "unix:%s/s", directory);
    ck_assert(listener_open(&first, address, 5, &error));
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0660);
    ck_assert(!listener_open(&second, address, 5, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "another process listens there"));
    close(first.descriptor); /* as when its process is killed: the file stays */
    ck_assert(listener_open(&second, address, 5, &error));
    listener_close(&second);
    ck_assert_int_ne(stat(path, &status), 0);
    free(first.path);
    rmdir(directory);
}
END_TEST

static const char *const addresses[] = {"tcp:127.0.0.1:9000", "unix:", "/run/s", ""};

START_TEST(wrong_address_is_refused)
{
    struct listener listener;
    struct error_line error;
    ck_assert(!listener_open(&listener, addresses[_i], 5, &error));
    ck_assert_uint_gt(strlen(error.text), 0);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("listener");
    tcase_add_test(test, stale_socket_is_replaced_and_a_used_one_is_not);
    tcase_add_loop_test(test, wrong_address_is_refused, 0,
                        sizeof(addresses) / sizeof(addresses[0]));
    return suite_run("listener", test);
}
