/*
 * The query parameters "resources", "required" and "member_of": what each microversion accepts.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "api/query/filters.h"
#include "base/text.h"
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

/* Resources. */

START_TEST(amounts_keep_their_order)
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
    ck_assert(
        query_resources_read(&exchange, "VCPU:2,DISK_GB:1,VCPU:3,DISK_GB:9,VCPU:4,X:1", &amounts));
    ck_assert_uint_eq(amounts.count, 3);
    ck_assert_str_eq(amounts.items[0].class_name, "VCPU");
    ck_assert_int_eq(amounts.items[0].amount, 4);
    ck_assert_str_eq(amounts.items[1].class_name, "DISK_GB");
    ck_assert_int_eq(amounts.items[1].amount, 9);
    ck_assert_str_eq(amounts.items[2].class_name, "X");
}
END_TEST

/* Far more than a query can hold: comparing each name with each would take minutes. */
START_TEST(many_names_are_no_work)
{
    enum { MANY = 300000 };
    struct text_builder text = text_begin(&arena);
    struct resource_amounts amounts;
    struct membership traits;
    for (size_t i = 0; i < MANY; i++)
        text_add_item(&text, ",", arena_printf(&arena, "C%zu:1", i));
    ck_assert(query_resources_read(&exchange, text_end(&text), &amounts));
    ck_assert_uint_eq(amounts.count, MANY);
    text = text_begin(&arena);
    for (size_t i = 0; i < MANY; i++)
        text_add_item(&text, ",", arena_printf(&arena, "!T%zu", i));
    exchange.version = (struct microversion){1, 39};
    ck_assert(query_root_traits_read(&exchange, text_end(&text), &traits));
    ck_assert_uint_eq(traits.forbidden.count, MANY);
}
END_TEST

START_TEST(class_names_are_not_changed)
{
    struct resource_amounts amounts;
    ck_assert(query_resources_read(&exchange, " vcpu:1,:2", &amounts));
    ck_assert_str_eq(amounts.items[0].class_name, " vcpu");
    ck_assert_str_eq(amounts.items[1].class_name, "");
}
END_TEST

#define RESOURCES_FORM                                                                             \
    "Badly formed resources parameter. Expected resources query string parameter in form: "        \
    "?resources=VCPU:2,MEMORY_MB:1024. Got: "

static const struct {
    const char *value, *detail;
} refused_resources[] = {
    {"", RESOURCES_FORM "empty string."},
    {" \xe3\x80\x80", RESOURCES_FORM "empty string."},
    {"VCPU", RESOURCES_FORM "VCPU."},
    {"VCPU:1,", RESOURCES_FORM "."},
    {"VCPU:1:2", RESOURCES_FORM "VCPU:1:2."},
    {"VCPU:", "Requested resource VCPU expected positive integer amount. Got: ."},
    {"VCPU:1,DISK_GB:1.5",
     "Requested resource DISK_GB expected positive integer amount. Got: 1.5."},
    {"VCPU:0", "Requested resource VCPU requires amount >= 1. Got: 0."},
    {"VCPU:-0_7", "Requested resource VCPU requires amount >= 1. Got: -7."},
};

START_TEST(bad_resources_are_refused)
{
    struct resource_amounts amounts;
    ck_assert(!query_resources_read(&exchange, refused_resources[_i].value, &amounts));
    ck_assert_int_eq(exchange.status, 400);
    ck_assert_ptr_null(exchange.error.code);
    ck_assert_str_eq(exchange.error.detail, refused_resources[_i].detail);
}
END_TEST

/* Traits. */

static bool read_traits(unsigned char minor, const char *text, struct membership *traits)
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
    ck_assert(read_traits(18, "required=A, B ", &traits));
    ck_assert_uint_eq(traits.required_count, 2);
    ck_assert_uint_eq(traits.required[0].count, 1);
    ck_assert_str_eq(traits.required[0].names[0], "A");
    ck_assert_str_eq(traits.required[1].names[0], "B");
    ck_assert_uint_eq(traits.forbidden.count, 0);
}
END_TEST

START_TEST(no_parameter_requires_nothing)
{
    struct membership traits;
    ck_assert(read_traits(39, "required1=A", &traits));
    ck_assert_uint_eq(traits.required_count, 0);
    ck_assert_uint_eq(traits.forbidden.count, 0);
}
END_TEST

START_TEST(forbidden_traits_are_separate_and_distinct)
{
    struct membership traits;
    ck_assert(read_traits(22, "required=!A,B,!!!A,!C", &traits));
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
    ck_assert(read_traits(38, "required=,&required=A", &traits));
    ck_assert_uint_eq(traits.required_count, 1);
    ck_assert_str_eq(traits.required[0].names[0], "A");
}
END_TEST

START_TEST(all_parameters_count_from_1_39)
{
    struct membership traits;
    ck_assert(read_traits(39, "required=in:A,B,A&required=!C&required=D,!E", &traits));
    ck_assert_uint_eq(traits.required_count, 2);
    ck_assert_uint_eq(traits.required[0].count, 2);
    ck_assert_str_eq(traits.required[0].names[1], "B");
    ck_assert_str_eq(traits.required[1].names[0], "D");
    ck_assert_uint_eq(traits.forbidden.count, 2);
}
END_TEST

#define TRAITS_FORM                                                                                \
    "Invalid query string parameters: Expected 'required' parameter value of the form: "
#define ANY "Invalid query string parameters: The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' "

static const struct {
    unsigned char minor;
    const char *query, *detail;
} refused_traits[] = {
    {21, "required=", TRAITS_FORM "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: "},
    {21, "required=A,!", TRAITS_FORM "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: A,!"},
    {21, "required=A,!B", TRAITS_FORM "HW_CPU_X86_VMX,CUSTOM_MAGIC. Got: A,!B"},
    {22, "required=A,+", TRAITS_FORM "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: A, "},
    {22, "required=!!", TRAITS_FORM "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: !!"},
    {38, "required=in:A", ANY "only supported since microversion 1.39. Got: in:A"},
    {39,
     "required=A&required=", TRAITS_FORM "HW_CPU_X86_VMX,!CUSTOM_MAGIC. Got an empty trait in: "},
    {39, "required=in:A,",
     TRAITS_FORM "in:HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: in:A,"},
    {39, "required=in:A,!B", ANY "does not support forbidden traits. Got: in:A,!B"},
};

START_TEST(bad_traits_are_refused)
{
    struct membership traits;
    ck_assert(!read_traits(refused_traits[_i].minor, refused_traits[_i].query, &traits));
    ck_assert_int_eq(exchange.status, 400);
    ck_assert_str_eq(exchange.error.detail, refused_traits[_i].detail);
}
END_TEST

/* Aggregates. */

#define A "11111111-1111-4111-8111-111111111111"
#define B "22222222-2222-4222-8222-222222222222"
#define C "33333333333343338333333333333333"

static bool read_aggregates(unsigned char minor, const char *text, struct membership *aggregates)
{
    struct query query;
    const char *message;
    exchange.version = (struct microversion){1, minor};
    ck_assert(query_parse(text, &arena, &query, &message));
    return query_aggregates_read(&exchange, &query, "member_of", aggregates);
}

START_TEST(one_aggregate)
{
    struct membership aggregates;
    ck_assert(read_aggregates(3, "member_of=" C, &aggregates));
    ck_assert_uint_eq(aggregates.required_count, 1);
    ck_assert_uint_eq(aggregates.required[0].count, 1);
    ck_assert_str_eq(aggregates.required[0].names[0], C);
}
END_TEST

START_TEST(one_of_several)
{
    struct membership aggregates;
    ck_assert(read_aggregates(3, "member_of=in:" A "," B "," A, &aggregates));
    ck_assert_uint_eq(aggregates.required_count, 1);
    ck_assert_uint_eq(aggregates.required[0].count, 2);
}
END_TEST

START_TEST(repeated_from_1_24)
{
    struct membership aggregates;
    ck_assert(read_aggregates(24, "member_of=" A "&member_of=in:" A "," B, &aggregates));
    ck_assert_uint_eq(aggregates.required_count, 2);
    ck_assert_uint_eq(aggregates.required[1].count, 2);
}
END_TEST

START_TEST(forbidden_from_1_32)
{
    struct membership aggregates;
    ck_assert(read_aggregates(32, "member_of=!" A "&member_of=!in:" A "," B "&member_of=" C,
                              &aggregates));
    ck_assert_uint_eq(aggregates.required_count, 1);
    ck_assert_uint_eq(aggregates.forbidden.count, 2);
    ck_assert_str_eq(aggregates.forbidden.names[1], B);
}
END_TEST

#define NO_UUID                                                                                    \
    "Invalid query string parameters: Expected 'member_of' parameter to contain valid UUID(s). "   \
    "Got: "
#define NO_PREFIX                                                                                  \
    "Multiple values for 'member_of' must be prefixed with the 'in:' or '!in:' keyword using the " \
    "valid microversion. Got: "

static const struct {
    unsigned char minor;
    const char *query, *detail;
} refused_aggregates[] = {
    {3, "member_of=", NO_UUID},
    {3, "member_of=x", NO_UUID "x"},
    {3, "member_of=in:" A ",", NO_UUID},
    {3, "member_of=in:" A ",+" B, NO_UUID " " B},
    {3, "member_of=" A "," B, NO_PREFIX A "," B},
    {3, "member_of=!" A "," B, NO_PREFIX "!" A "," B},
    {23, "member_of=" A "&member_of=" B, "Multiple member_of parameters are not supported"},
    {31, "member_of=!" A,
     "Forbidden member_of parameters are not supported in the specified microversion"},
    {31, "member_of=!x", NO_UUID "x"},
    {39, "member_of=!!" A, NO_UUID "!" A},
};

START_TEST(bad_aggregates_are_refused)
{
    struct membership aggregates;
    ck_assert(
        !read_aggregates(refused_aggregates[_i].minor, refused_aggregates[_i].query, &aggregates));
    ck_assert_int_eq(exchange.status, 400);
    ck_assert_str_eq(exchange.error.detail, refused_aggregates[_i].detail);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("filters");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, amounts_keep_their_order);
    tcase_add_test(test, the_last_amount_of_a_class_counts);
    tcase_add_test(test, many_names_are_no_work);
    tcase_add_test(test, class_names_are_not_changed);
    tcase_add_loop_test(test, bad_resources_are_refused, 0,
                        sizeof(refused_resources) / sizeof(refused_resources[0]));
    tcase_add_test(test, each_trait_is_required);
    tcase_add_test(test, no_parameter_requires_nothing);
    tcase_add_test(test, forbidden_traits_are_separate_and_distinct);
    tcase_add_test(test, the_last_parameter_counts_before_1_39);
    tcase_add_test(test, all_parameters_count_from_1_39);
    tcase_add_loop_test(test, bad_traits_are_refused, 0,
                        sizeof(refused_traits) / sizeof(refused_traits[0]));
    tcase_add_test(test, one_aggregate);
    tcase_add_test(test, one_of_several);
    tcase_add_test(test, repeated_from_1_24);
    tcase_add_test(test, forbidden_from_1_32);
    tcase_add_loop_test(test, bad_aggregates_are_refused, 0,
                        sizeof(refused_aggregates) / sizeof(refused_aggregates[0]));
    return suite_run("query_filters", test);
}
