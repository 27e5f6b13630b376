/*
 * What the query parameter "resources" may be.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "api/query/resources.h"
#include "suite.h"

static struct arena arena;
static struct exchange exchange;

static void setup(void)
{
    arena_init(&arena, 0);
    exchange = (struct exchange){.arena = &arena, .version = {1, 39}};
}

static void teardown(void)
{
    arena_free(&arena);
}

START_TEST(amounts_come_in_their_order)
{
    struct resource_amounts amounts;
    ck_assert(query_resources_read(&exchange, "VCPU:2,CUSTOM_GOLD: 1_0", &amounts));
    ck_assert_uint_eq(amounts.count, 2);
    ck_assert_str_eq(amounts.items[0].class_name, "VCPU");
    ck_assert_int_eq(amounts.items[0].amount, 2);
    ck_assert_str_eq(amounts.items[1].class_name, "CUSTOM_GOLD");
    ck_assert_int_eq(amounts.items[1].amount, 10);
}
END_TEST

START_TEST(the_last_amount_of_a_class_counts)
{
    struct resource_amounts amounts;
    ck_assert(query_resources_read(&exchange, "VCPU:2,DISK_GB:1,VCPU:3", &amounts));
    ck_assert_uint_eq(amounts.count, 2);
    ck_assert_str_eq(amounts.items[0].class_name, "VCPU");
    ck_assert_int_eq(amounts.items[0].amount, 3);
}
END_TEST

START_TEST(names_are_left_as_they_are)
{
    struct resource_amounts amounts;
    ck_assert(query_resources_read(&exchange, " vcpu:1,:2", &amounts));
    ck_assert_str_eq(amounts.items[0].class_name, " vcpu");
    ck_assert_str_eq(amounts.items[1].class_name, "");
}
END_TEST

#define FORM                                                                                       \
    "Badly formed resources parameter. Expected resources query string parameter in form: "        \
    "?resources=VCPU:2,MEMORY_MB:1024. Got: "

static const struct {
    const char *value, *detail;
} refused[] = {
    {"", FORM "empty string."},
    {" \xe3\x80\x80", FORM "empty string."},
    {"VCPU", FORM "VCPU."},
    {"VCPU:1,", FORM "."},
    {"VCPU:1:2", FORM "VCPU:1:2."},
    {"VCPU:", "Requested resource VCPU expected positive integer amount. Got: ."},
    {"VCPU:1,DISK_GB:1.5",
     "Requested resource DISK_GB expected positive integer amount. Got: 1.5."},
    {"VCPU:0", "Requested resource VCPU requires amount >= 1. Got: 0."},
    {"VCPU:-0_7", "Requested resource VCPU requires amount >= 1. Got: -7."},
};

START_TEST(what_is_refused)
{
    struct resource_amounts amounts;
    ck_assert(!query_resources_read(&exchange, refused[_i].value, &amounts));
    ck_assert_int_eq(exchange.error.status, 400);
    ck_assert_ptr_null(exchange.error.code);
    ck_assert_str_eq(exchange.error.detail, refused[_i].detail);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("resources");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, amounts_come_in_their_order);
    tcase_add_test(test, the_last_amount_of_a_class_counts);
    tcase_add_test(test, names_are_left_as_they_are);
    tcase_add_loop_test(test, what_is_refused, 0, sizeof(refused) / sizeof(refused[0]));
    return suite_run("resources", test);
}
