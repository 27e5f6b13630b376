/*
 * Text functions: the expected results are Python's.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "api/query/python_text.h"
#include "suite.h"

static struct arena arena;

static void setup(void)
{
    arena_init(&arena, 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

START_TEST(strip_removes_unicode_space_at_both_ends)
{
    ck_assert_str_eq(query_strip(&arena, " \t\n\x1f"
                                         "a b"
                                         "\xc2\xa0\xe3\x80\x80"),
                     "a b");
    ck_assert_str_eq(query_strip(&arena, "a"), "a");
    ck_assert_str_eq(query_strip(&arena, ""), "");
    ck_assert_str_eq(query_strip(&arena, " \xe2\x80\x83 "), "");
}
END_TEST

START_TEST(split_keeps_empty_parts)
{
    struct name_set parts = query_split(&arena, "a,,b,");
    ck_assert_uint_eq(parts.count, 4);
    ck_assert_str_eq(parts.names[0], "a");
    ck_assert_str_eq(parts.names[1], "");
    ck_assert_str_eq(parts.names[2], "b");
    ck_assert_str_eq(parts.names[3], "");
    ck_assert_uint_eq(query_split(&arena, "").count, 1);
}
END_TEST

START_TEST(a_set_has_each_name_once)
{
    const char *names[] = {"B", "a", "B", "A", "a", "B"};
    struct name_set set = {.names = names, .count = 6};
    name_set_drop_repeats(&arena, &set);
    ck_assert_uint_eq(set.count, 3);
    ck_assert_str_eq(set.names[0], "B");
    ck_assert_str_eq(set.names[1], "a");
    ck_assert_str_eq(set.names[2], "A");
}
END_TEST

/* Far more names than a query can hold: comparing each with each would take minutes. */
START_TEST(many_names_are_no_work)
{
    enum { MANY = 300000 };
    struct name_set set = {.names = arena_array(&arena, MANY, sizeof(char *)), .count = MANY};
    for (size_t i = 0; i < MANY; i++)
        set.names[i] = arena_printf(&arena, "%zu", i);
    name_set_drop_repeats(&arena, &set);
    ck_assert_uint_eq(set.count, MANY);
    const struct name_set sorted = name_set_sorted(&arena, &set);
    for (size_t i = 0; i < MANY; i++)
        ck_assert(name_set_has(&sorted, set.names[i]));
    ck_assert(!name_set_has(&sorted, "x"));
}
END_TEST

static const struct {
    const char *text;
    int64_t number;
    const char *digits;
} numbers[] = {
    {"0", 0, "0"},
    {"-0", 0, "0"},
    {"007", 7, "7"},
    {" +12 ", 12, "12"},
    {"-5", -5, "-5"},
    {"1_000", 1000, "1000"},
    {"\xd9\xa4\xd9\xa2", 42, "42"},
    {"9223372036854775807", INT64_MAX, "9223372036854775807"},
    {"9223372036854775808", INT64_MAX, "9223372036854775808"},
    {"-99999999999999999999", INT64_MIN, "-99999999999999999999"},
};

START_TEST(numbers_are_read)
{
    int64_t number;
    const char *digits;
    ck_assert(query_integer(&arena, numbers[_i].text, &number, &digits));
    ck_assert_int_eq(number, numbers[_i].number);
    ck_assert_str_eq(digits, numbers[_i].digits);
}
END_TEST

static const char *const no_numbers[] = {"",    " ",   "x",  "1.0",  "0x10",
                                         "1e3", "_1",  "1_", "1__0", "+-1",
                                         "- 1", "1 2", "+",  "\xff", "\xc2\xb2"};

START_TEST(other_texts_are_refused_as_numbers)
{
    int64_t number;
    const char *digits;
    ck_assert(!query_integer(&arena, no_numbers[_i], &number, &digits));
}
END_TEST

START_TEST(numbers_have_a_limit_of_digits)
{
    char text[4302];
    int64_t number;
    const char *digits;
    memset(text, '1', sizeof(text));
    text[4301] = '\0';
    ck_assert(!query_integer(&arena, text, &number, &digits));
    text[4300] = '\0';
    ck_assert(query_integer(&arena, text, &number, &digits));
    ck_assert_str_eq(digits, text);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("query text");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, strip_removes_unicode_space_at_both_ends);
    tcase_add_test(test, split_keeps_empty_parts);
    tcase_add_test(test, a_set_has_each_name_once);
    tcase_add_test(test, many_names_are_no_work);
    tcase_add_loop_test(test, numbers_are_read, 0, sizeof(numbers) / sizeof(numbers[0]));
    tcase_add_loop_test(test, other_texts_are_refused_as_numbers, 0,
                        sizeof(no_numbers) / sizeof(no_numbers[0]));
    tcase_add_test(test, numbers_have_a_limit_of_digits);
    return suite_run("query text", test);
}
