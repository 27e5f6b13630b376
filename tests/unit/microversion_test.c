/*
 * Parsing of the microversion header. The expected results are those of the microversion_parse
 * library.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "exchange_fixture.h"
#include "http/exchange.h"
#include "http/microversion.h"
#include "suite.h"

static const struct {
    const char *header;
    int status; /* 0: accepted */
    const char *version;
} headers[] = {
    {"placement 1.10", 0, "1.10"},
    {"PLACEMENT 1.10", 0, "1.10"},
    {"placement  1.10 ", 0, "1.10"},
    {"compute 2.1", 0, "1.0"},
    {"placement latest", 0, "1.39"},
    {"placement Latest", 400, NULL},
    {"placement 1.40", 406, NULL},
    {"placement 2.0", 406, NULL},
    {"placement 0.9", 406, NULL},
    {"placement 1", 400, NULL},
    {"placement x", 400, NULL},
    {"placement 1.x", 400, NULL},
    {"placement 1.10.1", 400, NULL},
    {"placement", 0, "1.0"},
    {"placement 1.5,placement 1.6", 0, "1.6"},
    {"placement 1.5, compute 2.1", 0, "1.5"},
    {"placement 01.010", 0, "1.10"},
    {"placement -1.0", 406, NULL},
    {"placement 1.-1", 406, NULL},
    {"placement +1.5", 0, "1.5"},
    {"placement 1. 5", 0, "1.5"},
    {"", 0, "1.0"},
    {"1.10", 0, "1.0"},
    {"placement 99999999999999999999.1", 406, NULL},
};

START_TEST(each_header)
{
    give(arena_printf(&arena, "HTTP_OPENSTACK_API_VERSION=%s", headers[_i].header));
    bool taken = microversion_negotiate(&exchange);
    ck_assert_int_eq(exchange.status, headers[_i].status);
    ck_assert_int_eq(taken, headers[_i].status == 0);
    if (taken)
        ck_assert_str_eq(
            arena_printf(&arena, "%u.%u", exchange.version.major, exchange.version.minor),
            headers[_i].version);
    else
        ck_assert_int_eq(exchange.version.major, 0);
}
END_TEST

/* nginx before 1.23 passes each line of a repeated header as a separate parameter. */
START_TEST(header_lines_count_together)
{
    const char *const lines[] = {"HTTP_OPENSTACK_API_VERSION=placement 1.39",
                                 "HTTP_OPENSTACK_API_VERSION=compute 2.1"};
    give(lines[_i]);
    give(lines[1 - _i]);
    ck_assert(microversion_negotiate(&exchange));
    ck_assert_uint_eq(exchange.version.minor, 39);
}
END_TEST

START_TEST(only_headers_are_joined)
{
    give("HTTP_HOST=first");
    give("HTTP_HOST=second");
    give("SCRIPT_NAME=/first");
    give("SCRIPT_NAME=/second");
    give("HTTP_X_FORWARDED_PREFIX=");
    give("HTTP_X_FORWARDED_PREFIX=/set");
    ck_assert_str_eq(exchange_parameter(&exchange, "HTTP_HOST"), "second");
    ck_assert_str_eq(exchange_parameter(&exchange, "SCRIPT_NAME"), "/second");
    ck_assert_str_eq(exchange_parameter(&exchange, "HTTP_X_FORWARDED_PREFIX"), "/set");
}
END_TEST

START_TEST(no_header_is_the_oldest)
{
    ck_assert(microversion_negotiate(&exchange));
    ck_assert(microversion_since(&exchange, 0));
    ck_assert(!microversion_since(&exchange, 1));
}
END_TEST

START_TEST(the_version_is_in_the_headers_of_the_response)
{
    exchange.version = (struct microversion){1, 7};
    microversion_add_headers(&exchange);
    ck_assert_uint_eq(exchange.header_count, 2);
    ck_assert_str_eq(exchange.headers[0].value, "placement 1.7");
    ck_assert_str_eq(exchange.headers[1].name, "vary");
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("microversion");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_header, 0, sizeof(headers) / sizeof(headers[0]));
    tcase_add_loop_test(test, header_lines_count_together, 0, 2);
    tcase_add_test(test, only_headers_are_joined);
    tcase_add_test(test, no_header_is_the_oldest);
    tcase_add_test(test, the_version_is_in_the_headers_of_the_response);
    return suite_run("microversion", test);
}
