/*
 * Error documents as JSON, HTML and plain text, as webob and upstream write them.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "exchange_fixture.h"
#include "http/error_document.h"
#include "http/exchange.h"
#include "suite.h"

static const char *document(void)
{
    error_document_write(&exchange);
    return arena_strndup(&arena, output.data, output.length);
}

START_TEST(json_by_default)
{
    exchange_fail(&exchange, 404, NULL, "No <b>boat</b> of\nthat name");
    ck_assert_str_eq(document(), "{\"errors\": [{\"status\": 404, \"title\": \"Not Found\", "
                                 "\"detail\": \"The resource could not be found.\\n\\n No boat of "
                                 "that name  \", \"request_id\": \"req-1\"}]}");
    ck_assert_str_eq(exchange.content_type, "application/json");
    ck_assert_int_eq(exchange.status, 404);
}
END_TEST

START_TEST(codes_from_1_23_on)
{
    exchange.version = (struct microversion){1, 23};
    exchange_fail(&exchange, 409, "placement.concurrent_update", "x");
    ck_assert_ptr_nonnull(strstr(document(), "\"code\": \"placement.concurrent_update\""));
}
END_TEST

START_TEST(no_codes_before)
{
    exchange.version = (struct microversion){1, 22};
    exchange_fail(&exchange, 409, "placement.concurrent_update", "x");
    ck_assert_ptr_null(strstr(document(), "\"code\""));
}
END_TEST

START_TEST(the_first_failure_counts)
{
    exchange_fail(&exchange, 400, NULL, "first");
    exchange_fail(&exchange, 500, NULL, "second");
    ck_assert_int_eq(exchange.status, 400);
    ck_assert_str_eq(exchange.error.detail, "first");
}
END_TEST

START_TEST(an_unknown_version_gets_the_known_ones)
{
    exchange_fail(&exchange, 406, NULL, "x");
    const char *text = document();
    ck_assert_ptr_nonnull(strstr(text, "\"max_version\": \"1.39\", \"min_version\": \"1.0\""));
}
END_TEST

START_TEST(html_is_escaped)
{
    give("HTTP_ACCEPT=text/html");
    exchange_fail(&exchange, 404, NULL, "<script> & \"caf\xc3\xa9\"");
    const char *text = document();
    ck_assert_ptr_nonnull(strstr(text, "<h1>404 Not Found</h1>"));
    ck_assert_ptr_nonnull(strstr(text, "&lt;script&gt; &amp; &quot;caf&#233;&quot;"));
    ck_assert_ptr_null(strstr(text, "<script>"));
}
END_TEST

START_TEST(plain_text_to_others)
{
    give("HTTP_ACCEPT=text/plain");
    exchange_fail(&exchange, 404, NULL, "gone");
    ck_assert_str_eq(document(), "404 Not Found\n\nThe resource could not be found.\n\n gone  ");
}
END_TEST

START_TEST(plain_text_is_utf8)
{
    give("HTTP_ACCEPT=text/plain");
    give("REQUEST_METHOD=G\xfcT");
    exchange_fail(&exchange, 405, NULL, "caf\xc3\xa9 \xe9");
    const char *text = document();
    ck_assert_ptr_nonnull(strstr(text, "The method G\xef\xbf\xbdT is not allowed"));
    ck_assert_ptr_nonnull(strstr(text, "caf\xc3\xa9 \xef\xbf\xbd"));
}
END_TEST

START_TEST(webobs_form_of_401)
{
    exchange_fail(&exchange, 401, NULL, "%s", "");
    exchange.error.form = ERROR_WEBOB;
    const char *text = document();
    ck_assert_int_eq(strncmp(text, "{\"message\": \"This server could not verify", 41), 0);
    ck_assert_ptr_nonnull(
        strstr(text, "\"code\": \"401 Unauthorized\", \"title\": \"Unauthorized\"}"));
}
END_TEST

START_TEST(keystones_form_of_401_is_always_json)
{
    give("HTTP_ACCEPT=text/html");
    exchange_fail(&exchange, 401, NULL, "%s", "");
    exchange.error.form = ERROR_KEYSTONE;
    ck_assert_str_eq(document(),
                     "{\"error\": {\"code\": 401, \"title\": \"Unauthorized\", \"message\": "
                     "\"The request you have made requires authentication.\"}}");
    ck_assert_str_eq(exchange.content_type, "application/json");
}
END_TEST

START_TEST(unavailable_has_retry_after)
{
    exchange_fail(&exchange, 503, NULL, "x");
    error_document_write(&exchange);
    ck_assert_str_eq(exchange.headers[0].name, "retry-after");
    ck_assert_int_gt(atoi(exchange.headers[0].value), 0);
}
END_TEST

START_TEST(a_header_cannot_be_split)
{
    exchange_add_header(&exchange, "location", "/a\r\nset-cookie: x");
    ck_assert_str_eq(exchange.headers[0].value, "/a");
}
END_TEST

static const struct {
    const char *host, *scheme, *location;
} places[] = {
    {"boats.example:8778", "http", "http://boats.example:8778/x"},
    {"boats.example:80", "http", "http://boats.example/x"},
    {"boats.example:443", "https", "https://boats.example/x"},
    {"boats.example:443", "http", "http://boats.example:443/x"},
};

START_TEST(location_has_scheme_and_host_of_the_request)
{
    give(arena_printf(&arena, "HTTP_HOST=%s", places[_i].host));
    give(arena_printf(&arena, "REQUEST_SCHEME=%s", places[_i].scheme));
    exchange_add_location(&exchange, "/x");
    ck_assert_str_eq(exchange.headers[0].value, places[_i].location);
}
END_TEST

static const struct {
    const char *parameters[3], *location;
} servers[] = {
    {{"HTTP_HOST=", "SERVER_NAME=boats.example", "SERVER_PORT=8778"},
     "http://boats.example:8778/x"},
    {{"HTTP_HOST=", "SERVER_NAME=boats.example", "SERVER_PORT=80"}, "http://boats.example/x"},
    {{"SERVER_NAME=boats.example"}, "http://boats.example/x"},
    {{"HTTP_HOST=", "SERVER_NAME=", "SERVER_PORT=8778"}, "/x"},
    {{NULL}, "/x"},
};

START_TEST(without_a_host_location_names_the_server_or_none)
{
    for (size_t i = 0; i < 3 && servers[_i].parameters[i] != NULL; i++)
        give(servers[_i].parameters[i]);
    exchange_add_location(&exchange, "/x");
    ck_assert_str_eq(exchange.headers[0].value, servers[_i].location);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("error document");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, json_by_default);
    tcase_add_test(test, codes_from_1_23_on);
    tcase_add_test(test, no_codes_before);
    tcase_add_test(test, the_first_failure_counts);
    tcase_add_test(test, an_unknown_version_gets_the_known_ones);
    tcase_add_test(test, html_is_escaped);
    tcase_add_test(test, plain_text_to_others);
    tcase_add_test(test, plain_text_is_utf8);
    tcase_add_test(test, webobs_form_of_401);
    tcase_add_test(test, keystones_form_of_401_is_always_json);
    tcase_add_test(test, unavailable_has_retry_after);
    tcase_add_test(test, a_header_cannot_be_split);
    tcase_add_loop_test(test, location_has_scheme_and_host_of_the_request, 0,
                        sizeof(places) / sizeof(places[0]));
    tcase_add_loop_test(test, without_a_host_location_names_the_server_or_none, 0,
                        sizeof(servers) / sizeof(servers[0]));
    return suite_run("error document", test);
}
