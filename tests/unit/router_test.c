/*
 * Matching of paths and methods with routes.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "http/router.h"
#include "suite.h"

struct endpoint {
    int number;
};

static const struct endpoint list = {1}, make = {2}, show = {3}, part = {4}, root = {5};

static const struct route routes[] = {
    {"/", {{"GET", &root}}},
    {"", {{"GET", &root}}},
    {"/boats", {{"GET", &list}, {"POST", &make}}},
    {"/boats/{name}", {{"GET", &show}}},
    {"/boats/{name}/parts/{part}", {{"GET", &part}}},
};

static const struct {
    const char *method, *path;
    enum route_result result;
    const struct endpoint *endpoint;
    const char *first, *second;
} requests[] = {
    {"GET", "/", ROUTE_FOUND, &root, NULL, NULL},
    {"GET", "", ROUTE_FOUND, &root, NULL, NULL},
    {"GET", "/boats", ROUTE_FOUND, &list, NULL, NULL},
    {"POST", "/boats", ROUTE_FOUND, &make, NULL, NULL},
    {"PUT", "/boats", ROUTE_WRONG_METHOD, NULL, NULL, NULL},
    {"get", "/boats", ROUTE_WRONG_METHOD, NULL, NULL, NULL},
    {"GET", "/boats/", ROUTE_UNKNOWN, NULL, NULL, NULL},
    {"GET", "//boats", ROUTE_UNKNOWN, NULL, NULL, NULL},
    {"GET", "/boat", ROUTE_UNKNOWN, NULL, NULL, NULL},
    {"GET", "/boatsx", ROUTE_UNKNOWN, NULL, NULL, NULL},
    {"GET", "/boats/ark", ROUTE_FOUND, &show, "ark", NULL},
    {"GET", "/boats/{name}", ROUTE_FOUND, &show, "{name}", NULL},
    {"GET", "/boats/a b\xc3\xa9", ROUTE_FOUND, &show, "a b\xc3\xa9", NULL},
    {"DELETE", "/boats/ark", ROUTE_WRONG_METHOD, NULL, "ark", NULL},
    {"GET", "/boats/ark/parts", ROUTE_UNKNOWN, NULL, NULL, NULL},
    {"GET", "/boats/ark/parts/mast", ROUTE_FOUND, &part, "ark", "mast"},
    {"GET", "/boats//parts/mast", ROUTE_UNKNOWN, NULL, NULL, NULL},
    {"GET", "/boats/ark/parts/mast/", ROUTE_UNKNOWN, NULL, NULL, NULL},
};

static void same_text(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        ck_assert_ptr_eq(left, right);
    else
        ck_assert_str_eq(left, right);
}

START_TEST(each_request)
{
    struct arena arena;
    struct route_match match;
    arena_init(&arena, 0);
    enum route_result result = router_match(routes, sizeof(routes) / sizeof(routes[0]), &arena,
                                            requests[_i].path, requests[_i].method, &match);
    ck_assert_int_eq(result, requests[_i].result);
    ck_assert_ptr_eq(match.endpoint, requests[_i].endpoint);
    same_text(match.arguments[0], requests[_i].first);
    same_text(match.arguments[1], requests[_i].second);
    arena_free(&arena);
}
END_TEST

START_TEST(allow_lists_methods_in_order)
{
    struct arena arena;
    arena_init(&arena, 0);
    ck_assert_str_eq(route_allow(&routes[2], &arena), "GET, POST");
    ck_assert_str_eq(route_allow(&routes[3], &arena), "GET");
    arena_free(&arena);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("router");
    tcase_add_loop_test(test, each_request, 0, sizeof(requests) / sizeof(requests[0]));
    tcase_add_test(test, allow_lists_methods_in_order);
    return suite_run("router", test);
}
