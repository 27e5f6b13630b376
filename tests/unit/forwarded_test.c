/*
 * Headers of a proxy in front: Forwarded and X-Forwarded.
 */
#include <config.h>

#include "exchange_fixture.h"
#include "http/forwarded.h"
#include "suite.h"

static const struct {
    const char *header;
    struct forwarded said;
} elements[] = {
    {"for=192.0.2.60;proto=https;host=outer.example",
     {"https", "outer.example", "192.0.2.60", NULL}},
    {"proto=https", {"https", NULL, NULL, NULL}},
    {" Proto = https ; HOST=\tOuter.Example:80 ", {"https", "Outer.Example:80", NULL, NULL}},
    {"proto=https, proto=http;host=inner.example", {"https", NULL, NULL, NULL}},
    {", proto=https", {NULL, NULL, NULL, NULL}},
    {"proto=https;proto=http", {"http", NULL, NULL, NULL}},
    {"proto=https;proto=", {NULL, NULL, NULL, NULL}},
    {"proto=https;proto", {NULL, NULL, NULL, NULL}},
    {"for=\"[2001:db8::1]:4711\"", {NULL, NULL, "\"[2001:db8::1]:4711\"", NULL}},
    {"host=\"a,b\"", {NULL, "\"a", NULL, NULL}},
    {"host=a=b;;by=x;", {NULL, "a=b", NULL, NULL}},
    {"=https", {NULL, NULL, NULL, NULL}},
    {"nonsense", {NULL, NULL, NULL, NULL}},
};

static void expect_text(const char *actual, const char *expected)
{
    ck_assert_pstr_eq(actual, expected);
}

static void expect(const struct forwarded *expected)
{
    struct forwarded actual = forwarded_read(&exchange);
    expect_text(actual.scheme, expected->scheme);
    expect_text(actual.host, expected->host);
    expect_text(actual.address, expected->address);
    expect_text(actual.prefix, expected->prefix);
}

START_TEST(the_first_element_of_forwarded_counts)
{
    give(arena_printf(&arena, "HTTP_FORWARDED=%s", elements[_i].header));
    expect(&elements[_i].said);
}
END_TEST

START_TEST(x_forwarded_headers_count_as_a_whole)
{
    give("HTTP_X_FORWARDED_PROTO=https");
    give("HTTP_X_FORWARDED_HOST=outer.example, other");
    give("HTTP_X_FORWARDED_FOR=192.0.2.1, 192.0.2.2");
    give("HTTP_X_FORWARDED_PREFIX=/cloud");
    expect(&(struct forwarded){"https", "outer.example, other", "192.0.2.1, 192.0.2.2", "/cloud"});
}
END_TEST

START_TEST(forwarded_replaces_all_but_the_prefix)
{
    give("HTTP_FORWARDED=by=me");
    give("HTTP_X_FORWARDED_PROTO=https");
    give("HTTP_X_FORWARDED_HOST=outer.example");
    give("HTTP_X_FORWARDED_FOR=192.0.2.1");
    give("HTTP_X_FORWARDED_PREFIX=/cloud");
    expect(&(struct forwarded){NULL, NULL, NULL, "/cloud"});
}
END_TEST

START_TEST(empty_headers_do_not_count)
{
    give("HTTP_FORWARDED=");
    give("HTTP_X_FORWARDED_PROTO=https");
    give("HTTP_X_FORWARDED_HOST=");
    give("HTTP_X_FORWARDED_FOR=");
    give("HTTP_X_FORWARDED_PREFIX=");
    expect(&(struct forwarded){"https", NULL, NULL, NULL});
}
END_TEST

static const struct {
    const char *scheme, *host, *location;
} places[] = {
    {"https", "outer.example", "https://outer.example/x"},
    {"https", "outer.example:443", "https://outer.example/x"},
    {"https", "outer.example:80", "https://outer.example:80/x"},
    {"HTTP", "outer.example:8080", "http://outer.example:8080/x"},
    {"http", "a.example, b.example", "http://a.example, b.example/x"},
    {"http", "outer.example/path?query", "http://outer.example/x"},
    {"https, http", "outer.example", "/x"},
    {"javascript", "outer.example", "/x"},
};

START_TEST(locations_are_as_the_client_sees_them)
{
    give("HTTP_HOST=inner.example:8778");
    give("REQUEST_SCHEME=http");
    exchange.forwarded.scheme = places[_i].scheme;
    exchange.forwarded.host = places[_i].host;
    exchange_add_location(&exchange, "/x");
    ck_assert_str_eq(exchange.headers[0].value, places[_i].location);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("forwarded");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, the_first_element_of_forwarded_counts, 0,
                        sizeof(elements) / sizeof(elements[0]));
    tcase_add_test(test, x_forwarded_headers_count_as_a_whole);
    tcase_add_test(test, forwarded_replaces_all_but_the_prefix);
    tcase_add_test(test, empty_headers_do_not_count);
    tcase_add_loop_test(test, locations_are_as_the_client_sees_them, 0,
                        sizeof(places) / sizeof(places[0]));
    return suite_run("forwarded", test);
}
