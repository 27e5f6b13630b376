/*
 * Cross-origin requests: which origins may send what, and the headers they get.
 */
#include <config.h>

#include "exchange_fixture.h"
#include "http/cors.h"
#include "suite.h"

static const char *const origins[] = {"https://one.example", "https://two.example"};
static const char *const everybody[] = {"https://one.example", "*"};
static const char *const exposed[] = {"X-One", "X-Two"};
static const char *const methods[] = {"GET", "PUT"};
static const char *const request_headers[] = {"X-Auth-Token", "OpenStack-API-Version"};
static struct settings settings;

static void setup_settings(void)
{
    setup();
    settings = (struct settings){
        .cors_allowed_origin = {origins, 2},
        .cors_allow_credentials = true,
        .cors_expose_headers = {exposed, 2},
        .cors_max_age = 3600,
        .cors_allow_methods = {methods, 2},
        .cors_allow_headers = {request_headers, 2},
    };
}

/* Returns the value of a header of the answer, or "" if there is none. Fails if it is there twice.
 */
static const char *answered(const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < exchange.header_count; i++) {
        if (strcmp(exchange.headers[i].name, name) != 0)
            continue;
        ck_assert_ptr_null(value);
        value = exchange.headers[i].value;
    }
    return value != NULL ? value : "";
}

static void ask_origin(const char *method, const char *origin)
{
    exchange.method = method;
    exchange.status = 405;
    exchange.content_type = "application/json";
    give(arena_printf(&arena, "HTTP_ORIGIN=%s", origin));
    exchange_add_header(&exchange, "vary", "openstack-api-version");
}

START_TEST(an_allowed_origin_gets_its_headers)
{
    ask_origin("GET", "https://two.example");
    ck_assert(!cors_answers(&settings, &exchange));
    cors_finish(&settings, &exchange);
    ck_assert_int_eq(exchange.status, 405);
    ck_assert_str_eq(answered("access-control-allow-origin"), "https://two.example");
    ck_assert_str_eq(answered("access-control-allow-credentials"), "true");
    ck_assert_str_eq(answered("access-control-expose-headers"), "X-One,X-Two");
    ck_assert_str_eq(answered("vary"), "openstack-api-version,Origin");
}
END_TEST

START_TEST(only_configured_headers_are_sent)
{
    settings.cors_allow_credentials = false;
    settings.cors_expose_headers.count = 0;
    ask_origin("GET", "https://two.example");
    exchange.header_count = 0;
    cors_finish(&settings, &exchange);
    ck_assert_str_eq(answered("access-control-allow-origin"), "https://two.example");
    ck_assert_str_eq(answered("vary"), "Origin");
    ck_assert_uint_eq(exchange.header_count, 2);
}
END_TEST

static const char *const strangers[] = {
    "", "https://one.example/", "HTTPS://ONE.EXAMPLE", "https://one.example.evil.example", "null",
    "*"};

START_TEST(another_origin_gets_no_headers)
{
    ask_origin("GET", strangers[_i]);
    cors_finish(&settings, &exchange);
    ck_assert_int_eq(exchange.status, 405);
    ck_assert_str_eq(answered("vary"), "openstack-api-version");
    ck_assert_uint_eq(exchange.header_count, 1);
}
END_TEST

START_TEST(a_star_allows_all_others)
{
    settings.cors_allowed_origin = (struct text_list){everybody, 2};
    ask_origin("GET", "https://three.example");
    cors_finish(&settings, &exchange);
    ck_assert_str_eq(answered("access-control-allow-origin"), "*");
    ck_assert_str_eq(answered("access-control-allow-credentials"), "true");
}
END_TEST

START_TEST(without_an_origin_nothing_changes)
{
    ask_origin("OPTIONS", "https://one.example");
    settings.cors_allowed_origin.count = 0;
    ck_assert(!cors_answers(&settings, &exchange));
    cors_finish(&settings, &exchange);
    ck_assert_int_eq(exchange.status, 405);
    ck_assert_uint_eq(exchange.header_count, 1);
}
END_TEST

static void preflight(const char *method, const char *headers)
{
    ask_origin("OPTIONS", "https://one.example");
    if (method != NULL)
        give(arena_printf(&arena, "HTTP_ACCESS_CONTROL_REQUEST_METHOD=%s", method));
    if (headers != NULL)
        give(arena_printf(&arena, "HTTP_ACCESS_CONTROL_REQUEST_HEADERS=%s", headers));
    ck_assert(cors_answers(&settings, &exchange));
    cors_finish(&settings, &exchange);
    ck_assert_int_eq(exchange.status, 200);
    ck_assert_ptr_null(exchange.content_type);
}

START_TEST(a_preflight_answer_repeats_the_request)
{
    preflight("PUT", " x-auth-TOKEN,,pragma , openstack-api-version,");
    ck_assert_str_eq(answered("access-control-allow-origin"), "https://one.example");
    ck_assert_str_eq(answered("access-control-allow-credentials"), "true");
    ck_assert_str_eq(answered("access-control-max-age"), "3600");
    ck_assert_str_eq(answered("access-control-allow-methods"), "PUT");
    ck_assert_str_eq(answered("access-control-allow-headers"),
                     "x-auth-TOKEN,pragma,openstack-api-version");
    ck_assert_str_eq(answered("vary"), "Origin");
    ck_assert_uint_eq(exchange.header_count, 6);
}
END_TEST

START_TEST(repeated_names_come_once)
{
    preflight("GET", "Accept,x-auth-token,accept,ACCEPT,X-Auth-Token,Accept");
    ck_assert_str_eq(answered("access-control-allow-headers"), "Accept,x-auth-token");
}
END_TEST

START_TEST(a_preflight_without_headers)
{
    settings.cors_max_age = 0;
    preflight("GET", " , ");
    ck_assert_str_eq(answered("access-control-allow-methods"), "GET");
    ck_assert_str_eq(answered("access-control-max-age"), "");
    ck_assert_str_eq(answered("access-control-allow-headers"), "");
}
END_TEST

static const struct {
    const char *method, *headers;
} refused[] = {
    {NULL, NULL}, {"POST", NULL}, {"get", NULL}, {"", NULL}, {"GET", "x-auth-token, cookie"}};

START_TEST(a_refused_preflight_gets_no_headers)
{
    preflight(refused[_i].method, refused[_i].headers);
    ck_assert_uint_eq(exchange.header_count, 0);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("cors");
    tcase_add_checked_fixture(test, setup_settings, teardown);
    tcase_add_test(test, an_allowed_origin_gets_its_headers);
    tcase_add_test(test, only_configured_headers_are_sent);
    tcase_add_loop_test(test, another_origin_gets_no_headers, 0,
                        sizeof(strangers) / sizeof(strangers[0]));
    tcase_add_test(test, a_star_allows_all_others);
    tcase_add_test(test, without_an_origin_nothing_changes);
    tcase_add_test(test, a_preflight_answer_repeats_the_request);
    tcase_add_test(test, repeated_names_come_once);
    tcase_add_test(test, a_preflight_without_headers);
    tcase_add_loop_test(test, a_refused_preflight_gets_no_headers, 0,
                        sizeof(refused) / sizeof(refused[0]));
    return suite_run("cors", test);
}
