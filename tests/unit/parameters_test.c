/*
 * Tests expanding and dividing the lists among the values of a statement.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "db/parameters.h"
#include "suite.h"

enum { MANY = 130000, MOST = 65535 };

static struct arena arena;

static void setup(void)
{
    arena_init(&arena, 0);
}

static void teardown(void)
{
    arena_free(&arena);
}

static int64_t *numbers_down_to_zero(size_t count)
{
    int64_t *numbers = arena_array(&arena, count, sizeof(*numbers));
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int64_t)(count - 1 - i);
    return numbers;
}

static size_t placeholders(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '?';
    return count;
}

/* The length of a list, and of its form in the statement. */
static const struct {
    size_t length, width;
} widths[] = {{0, 1},       {1, 1},        {3, 4},         {4096, 4096},
              {4097, 8192}, {8193, 12288}, {16384, 16384}, {61440, 61440}};

START_TEST(list_is_rounded_up)
{
    const char *text = "SELECT a FROM t WHERE b IN (?...) AND c = ?";
    const struct value given[] = {
        value_integers(numbers_down_to_zero(widths[_i].length), widths[_i].length),
        value_integer(7)};
    const struct value *values = given;
    size_t count = 2;
    parameters_expand(&arena, &text, &values, &count);
    ck_assert_uint_eq(count, widths[_i].width + 1);
    ck_assert_uint_eq(placeholders(text), count);
    ck_assert_int_eq(values[count - 1].integer, 7);
}
END_TEST

START_TEST(short_lists_are_not_divided)
{
    const struct value given[] = {value_integers(numbers_down_to_zero(61440), 61440),
                                  value_integer(7)};
    const struct value *values = given;
    ck_assert_uint_eq(parameters_divide(&arena, "b IN (?*) AND c = ?", &values, 2), 1);
    ck_assert_ptr_eq(values, given);
}
END_TEST

START_TEST(unmarked_list_is_not_divided)
{
    const struct value given = value_integers(numbers_down_to_zero(MANY), MANY);
    const struct value *values = &given;
    ck_assert_uint_eq(parameters_divide(&arena, "b NOT IN (?...)", &values, 1), 1);
    ck_assert_ptr_eq(values, &given);
}
END_TEST

START_TEST(long_list_is_divided_in_order)
{
    const struct value given[] = {value_integer(7),
                                  value_integers(numbers_down_to_zero(MANY), MANY)};
    const struct value *values = given;
    size_t parts = parameters_divide(&arena, "c = ? AND b IN (?*)", &values, 2);
    int64_t next = 0;
    ck_assert_uint_eq(parts, 3);
    for (size_t part = 0; part < parts; part++) {
        const struct value *list = &values[part * 2 + 1];
        ck_assert_int_eq(values[part * 2].integer, 7);
        for (uint32_t i = 0; i < list->length; i++)
            ck_assert_int_eq(list->integers[i], next++);
    }
    ck_assert_int_eq(next, MANY);
}
END_TEST

START_TEST(repeats_are_sent_once)
{
    const char **texts = arena_array(&arena, MANY, sizeof(*texts));
    for (size_t i = 0; i < MANY; i++)
        texts[i] = i % 2 == 0 ? "b" : "a";
    const struct value given = value_texts(texts, MANY);
    const struct value *values = &given;
    ck_assert_uint_eq(parameters_divide(&arena, "b IN (?*)", &values, 1), 1);
    ck_assert_uint_eq(values[0].length, 2);
    ck_assert_str_eq(values[0].texts[0], "a");
}
END_TEST

/* Every element of one list meets every element of the other, and no part is too long. */
START_TEST(two_long_lists_meet)
{
    enum { LONG = 50000 };
    const struct value given[] = {value_integers(numbers_down_to_zero(LONG), LONG),
                                  value_integers(numbers_down_to_zero(LONG), LONG)};
    const struct value *values = given;
    size_t parts = parameters_divide(&arena, "a IN (?*) AND b IN (?*)", &values, 2), pairs = 0;
    ck_assert_uint_eq(parts, 4);
    for (size_t part = 0; part < parts; part++) {
        const char *text = "a IN (?*) AND b IN (?*)";
        const struct value *expanded = &values[part * 2];
        size_t count = 2;
        pairs += (size_t)expanded[0].length * expanded[1].length;
        parameters_expand(&arena, &text, &expanded, &count);
        ck_assert_uint_le(count, MOST);
        ck_assert_uint_eq(placeholders(text), count);
    }
    ck_assert_uint_eq(pairs, (size_t)LONG * LONG);
}
END_TEST

/* Each element of each list is sent once, however many parts the other list has. */
START_TEST(lists_of_a_union_are_divided_independently)
{
    enum { LONG = 70000, SHORT = 10 };
    const char *text = "a IN (?*) UNION ALL SELECT b FROM t WHERE b IN (?*)";
    const struct value given[] = {value_integers(numbers_down_to_zero(SHORT), SHORT),
                                  value_integers(numbers_down_to_zero(LONG), LONG)};
    const struct value *values = given;
    size_t parts = parameters_divide(&arena, text, &values, 2), sent[2] = {0};
    ck_assert_uint_gt(parts, 1);
    for (size_t part = 0; part < parts; part++)
        for (size_t i = 0; i < 2; i++)
            sent[i] += values[part * 2 + i].length;
    ck_assert_uint_eq(sent[0], SHORT);
    ck_assert_uint_eq(sent[1], LONG);
}
END_TEST

START_TEST(only_texts_beyond_ascii_are_in_the_json)
{
    const struct value values[] = {value_text("plain"), value_integer(3),
                                   value_text("\"\u00f6\\\n"), value_null()};
    ck_assert_str_eq(parameters_as_json(&arena, values, 4),
                     "[null,null,\"\\u0022\u00f6\\u005c\\u000a\",null]");
    ck_assert_str_eq(parameters_as_json(&arena, values, 0), "[]");
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("parameters");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, list_is_rounded_up, 0, sizeof(widths) / sizeof(widths[0]));
    tcase_add_test(test, short_lists_are_not_divided);
    tcase_add_test(test, unmarked_list_is_not_divided);
    tcase_add_test(test, long_list_is_divided_in_order);
    tcase_add_test(test, repeats_are_sent_once);
    tcase_add_test(test, two_long_lists_meet);
    tcase_add_test(test, lists_of_a_union_are_divided_independently);
    tcase_add_test(test, only_texts_beyond_ascii_are_in_the_json);
    return suite_run("parameters", test);
}
