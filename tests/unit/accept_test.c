/*
 * Checks of Accept and Content-Type. The expected results for Accept are webob's.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "exchange_fixture.h"
#include "http/accept.h"
#include "http/exchange.h"
#include "suite.h"

static const struct {
    const char *header;
    bool json; /* the header allows application/json */
    int best;  /* accept_best() of text/html and application/json */
} headers[] = {
    {"application/json", true, 1},
    {"text/html", false, 0},
    {"*/*", true, 0},
    {"application/*", true, 1},
    {"text/*, application/json;q=0.5", true, 0},
    {"application/json;q=0", false, -1},
    {"application/json;q=0, */*", false, 0},
    {"*/*;q=0.1, application/json;q=0", false, 0},
    {"application/json; charset=utf-8", false, -1},
    {"application/json;version=1, text/plain", false, -1},
    {"bad", true, 0},
    {"a/b;q=2", true, 0},
    {"text/html;q=0.5, application/json;q=0.4", true, 0},
    {"text/html;q=0.4, application/json;q=0.5", true, 1},
    {"text/html, application/json", true, 0},
    {", ,application/json", true, 1},
    {", application/json;q=0", true, 0},
    {",text/html", true, 0},
    {",", false, -1},
    {"text/html,", false, 0},
    {"application/json;q=0.000", false, -1},
    {"APPLICATION/JSON", true, 1},
    {"text/html;level=1", false, -1},
    {"application/json;q=1.000;ext=1", true, 1},
    {"application/json;;q=1", true, 0},
    {"*/*;v=1", true, 0},
};

START_TEST(each_header)
{
    static const char *const offers[] = {"text/html", "application/json"};
    ck_assert_int_eq(accept_allows(headers[_i].header, "application/json"), headers[_i].json);
    ck_assert_int_eq(accept_best(headers[_i].header, offers, 2), headers[_i].best);
}
END_TEST

START_TEST(no_header_accepts_everything)
{
    ck_assert(accept_allows(NULL, "application/json"));
    ck_assert(accept_require_json(&exchange));
}
END_TEST

START_TEST(another_type_is_refused)
{
    give("HTTP_ACCEPT=text/plain");
    ck_assert(!accept_require_json(&exchange));
    ck_assert_int_eq(exchange.status, 406);
    ck_assert_str_eq(exchange.error.detail, "Only application/json is provided");
}
END_TEST

static const struct {
    const char *type;
    const char *detail; /* NULL: accepted */
} types[] = {
    {"application/json", NULL},
    {"application/json; charset=utf-8", NULL},
    {"application/json ;x=y", NULL},
    {"text/plain", "The media type text/plain is not supported, use application/json"},
    {"", "The media type None is not supported, use application/json"},
};

START_TEST(each_type)
{
    give(arena_printf(&arena, "CONTENT_TYPE=%s", types[_i].type));
    ck_assert_int_eq(content_require_json(&exchange), types[_i].detail == NULL);
    if (types[_i].detail != NULL)
        ck_assert_str_eq(exchange.error.detail, types[_i].detail);
}
END_TEST

static const struct {
    const char *length;
    const char *type;
    const char *detail; /* NULL: accepted */
} lengths[] = {
    {"", "", NULL},
    {"0", "", NULL},
    {"5", "application/json", NULL},
    {"5", "", "content-type header required when content-length > 0"},
    {"five", "application/json", "content-length header must be an integer"},
    {"5x", "application/json", "content-length header must be an integer"},
};

START_TEST(each_length)
{
    give(arena_printf(&arena, "CONTENT_LENGTH=%s", lengths[_i].length));
    give(arena_printf(&arena, "CONTENT_TYPE=%s", lengths[_i].type));
    ck_assert_int_eq(content_check(&exchange), lengths[_i].detail == NULL);
    if (lengths[_i].detail != NULL)
        ck_assert_str_eq(exchange.error.detail, lengths[_i].detail);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("accept");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_header, 0, sizeof(headers) / sizeof(headers[0]));
    tcase_add_test(test, no_header_accepts_everything);
    tcase_add_test(test, another_type_is_refused);
    tcase_add_loop_test(test, each_type, 0, sizeof(types) / sizeof(types[0]));
    tcase_add_loop_test(test, each_length, 0, sizeof(lengths) / sizeof(lengths[0]));
    return suite_run("accept", test);
}
