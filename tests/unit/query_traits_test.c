/*
 * What the query parameter "required" may be, and at which microversion.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "api/query/traits.h"
#include "suite.h"

static struct arena arena;
static struct exchange exchange;

static void setup(void)
{
    arena_init(&arena, 0);
    exchange = (struct exchange){.arena = &arena};
}

static void teardown(void)
{
    arena_free(&arena);
}

static bool read_at(unsigned char minor, const char *text, struct membership *traits)
{
    struct query query;
    const char *message;
    exchange.version = (struct microversion){1, minor};
    ck_assert(query_parse(text, &arena, &query, &message));
    return query_traits_read(&exchange, &query, "required", traits);
}

START_TEST(each_trait_is_required)
{
    struct membership traits;
    ck_assert(read_at(18, "required=A, B ", &traits));
    ck_assert_uint_eq(traits.required_count, 2);
    ck_assert_uint_eq(traits.required[0].count, 1);
    ck_assert_str_eq(traits.required[0].names[0], "A");
    ck_assert_str_eq(traits.required[1].names[0], "B");
    ck_assert_uint_eq(traits.forbidden.count, 0);
}
END_TEST

START_TEST(no_parameter_asks_for_nothing)
{
    struct membership traits;
    ck_assert(read_at(39, "required1=A", &traits));
    ck_assert_uint_eq(traits.required_count, 0);
    ck_assert_uint_eq(traits.forbidden.count, 0);
}
END_TEST

START_TEST(forbidden_traits_come_apart_and_once)
{
    struct membership traits;
    ck_assert(read_at(22, "required=!A,B,!!!A,!C", &traits));
    ck_assert_uint_eq(traits.required_count, 1);
    ck_assert_str_eq(traits.required[0].names[0], "B");
    ck_assert_uint_eq(traits.forbidden.count, 2);
    ck_assert_str_eq(traits.forbidden.names[0], "A");
    ck_assert_str_eq(traits.forbidden.names[1], "C");
}
END_TEST

START_TEST(the_last_parameter_counts_before_1_39)
{
    struct membership traits;
    ck_assert(read_at(38, "required=,&required=A", &traits));
    ck_assert_uint_eq(traits.required_count, 1);
    ck_assert_str_eq(traits.required[0].names[0], "A");
}
END_TEST

START_TEST(all_parameters_count_from_1_39)
{
    struct membership traits;
    ck_assert(read_at(39, "required=in:A,B,A&required=!C&required=D,!E", &traits));
    ck_assert_uint_eq(traits.required_count, 2);
    ck_assert_uint_eq(traits.required[0].count, 2);
    ck_assert_str_eq(traits.required[0].names[1], "B");
    ck_assert_str_eq(traits.required[1].names[0], "D");
    ck_assert_uint_eq(traits.forbidden.count, 2);
}
END_TEST

#define FORM "Invalid query string parameters: Expected 'required' parameter value of the form: "
#define ANY  "Invalid query string parameters: The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' "

static const struct {
    unsigned char minor;
    const char *query, *detail;
} refused[] = {
    {21, "required=", FORM "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: "},
    {21, "required=A,!", FORM "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: A,!"},
    {21, "required=A,!B", FORM "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got: A,!B"},
    {22, "required=A,+", FORM "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: A, "},
    {22, "required=!!", FORM "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: !!"},
    {38, "required=in:A", ANY "only supported since microversion 1.39. Got: in:A"},
    {39, "required=A&required=", FORM "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: "},
    {39, "required=in:A,", FORM "in:HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: in:A,"},
    {39, "required=in:A,!B", ANY "does not support forbidden traits. Got: in:A,!B"},
};

START_TEST(what_is_refused)
{
    struct membership traits;
    ck_assert(!read_at(refused[_i].minor, refused[_i].query, &traits));
    ck_assert_int_eq(exchange.error.status, 400);
    ck_assert_str_eq(exchange.error.detail, refused[_i].detail);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("traits");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, each_trait_is_required);
    tcase_add_test(test, no_parameter_asks_for_nothing);
    tcase_add_test(test, forbidden_traits_come_apart_and_once);
    tcase_add_test(test, the_last_parameter_counts_before_1_39);
    tcase_add_test(test, all_parameters_count_from_1_39);
    tcase_add_loop_test(test, what_is_refused, 0, sizeof(refused) / sizeof(refused[0]));
    return suite_run("traits", test);
}
