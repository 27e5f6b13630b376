/*
 * What the query parameter "member_of" may be, and at which microversion.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "api/query/aggregates.h"
#include "suite.h"

#define A "11111111-1111-4111-8111-111111111111"
#define B "22222222-2222-4222-8222-222222222222"
#define C "33333333333343338333333333333333"

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

static bool read_at(unsigned char minor, const char *text, struct membership *aggregates)
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
    ck_assert(read_at(3, "member_of=" C, &aggregates));
    ck_assert_uint_eq(aggregates.required_count, 1);
    ck_assert_uint_eq(aggregates.required[0].count, 1);
    ck_assert_str_eq(aggregates.required[0].names[0], C);
}
END_TEST

START_TEST(one_of_several)
{
    struct membership aggregates;
    ck_assert(read_at(3, "member_of=in:" A "," B "," A, &aggregates));
    ck_assert_uint_eq(aggregates.required_count, 1);
    ck_assert_uint_eq(aggregates.required[0].count, 2);
}
END_TEST

START_TEST(repeated_from_1_24)
{
    struct membership aggregates;
    ck_assert(read_at(24, "member_of=" A "&member_of=in:" A "," B, &aggregates));
    ck_assert_uint_eq(aggregates.required_count, 2);
    ck_assert_uint_eq(aggregates.required[1].count, 2);
}
END_TEST

START_TEST(forbidden_from_1_32)
{
    struct membership aggregates;
    ck_assert(read_at(32, "member_of=!" A "&member_of=!in:" A "," B "&member_of=" C, &aggregates));
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
} refused[] = {
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

START_TEST(what_is_refused)
{
    struct membership aggregates;
    ck_assert(!read_at(refused[_i].minor, refused[_i].query, &aggregates));
    ck_assert_int_eq(exchange.error.status, 400);
    ck_assert_str_eq(exchange.error.detail, refused[_i].detail);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("aggregates");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, one_aggregate);
    tcase_add_test(test, one_of_several);
    tcase_add_test(test, repeated_from_1_24);
    tcase_add_test(test, forbidden_from_1_32);
    tcase_add_loop_test(test, what_is_refused, 0, sizeof(refused) / sizeof(refused[0]));
    return suite_run("aggregates", test);
}
