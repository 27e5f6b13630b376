/*
 * Defaults for missing text, and the text builder.
 */
#include <config.h>

#include <string.h>

#include "base/error_line.h"
#include "base/text.h"
#include "base/utf8.h"
#include "suite.h"

static struct arena arena;

START_TEST(missing_text)
{
    ck_assert_str_eq(text_or("a", "b"), "a");
    ck_assert_str_eq(text_or("", "b"), "");
    ck_assert_str_eq(text_or(NULL, "b"), "b");
    ck_assert_str_eq(text_filled_or("a", "b"), "a");
    ck_assert_str_eq(text_filled_or("", "b"), "b");
    ck_assert_ptr_null(text_filled_or(NULL, NULL));
}
END_TEST

START_TEST(pieces)
{
    struct text_builder builder = text_begin(&arena);
    ck_assert_str_eq(text_end(&builder), "");
    text_add(&builder, "one ");
    text_add_bytes(&builder, "two!", 3);
    text_add_format(&builder, " %d %s", 3, "four");
    ck_assert_str_eq(text_end(&builder), "one two 3 four");
    ck_assert_uint_eq(builder.length, strlen("one two 3 four"));
}
END_TEST

START_TEST(items)
{
    struct text_builder list = text_begin(&arena), odd = text_begin(&arena);
    text_add_item(&list, ", ", "A");
    ck_assert_str_eq(text_end(&list), "A");
    text_add_item(&list, ", ", "B");
    text_add_item(&list, ", ", "C");
    ck_assert_str_eq(text_end(&list), "A, B, C");
    text_add_item(&odd, ",", "");
    text_add_item(&odd, ",", "");
    ck_assert_str_eq(text_end(&odd), ",");
}
END_TEST

START_TEST(text_for_terminals)
{
    static const char text[] = "Größe a\\b\n\xe2\x80\xae\xe2\x80\x8b\xf3\xa0\x80\x81\xff\x1b";
    static const char expected[] = "Größe a\\b\\u000a\\u202e\\u200b\\U000e0001?\\u001b";
    char cut[8];
    struct error_line error;
    ck_assert_str_eq(text_shown(&arena, text), expected);
    ck_assert_str_eq(text_shown(&arena, ""), "");
    error_line_set(&error, "%s", text);
    ck_assert_str_eq(error.text, expected);
    utf8_show(cut, sizeof(cut),
              "ab\xe2\x80\xae"
              "c"); /* no part of an escape */
    ck_assert_str_eq(cut, "ab");
    utf8_show(cut, sizeof(cut),
              "a\xe2\x80\xae"
              "c");
    ck_assert_str_eq(cut, "a\\u202e");
}
END_TEST

START_TEST(long_text)
{
    struct text_builder builder = text_begin(&arena);
    for (int i = 0; i < 10000; i++)
        text_add_format(&builder, "%04d", i);
    const char *text = text_end(&builder);
    ck_assert_uint_eq(strlen(text), 40000);
    /* four digits for each number */
    ck_assert(strncmp(&text[17284], "43214322", 8) == 0);
}
END_TEST

START_TEST(growing_list)
{
    int *list = NULL;
    size_t room = 0;
    for (int i = 0; i < 1000; i++) {
        list = arena_grow(&arena, list, (size_t)i, &room, sizeof(*list));
        list[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(list[i], i);
    ck_assert_uint_eq(room, 1024);
}
END_TEST

static void teardown(void)
{
    arena_free(&arena);
}

int main(void)
{
    TCase *test = tcase_create("text");
    arena_init(&arena, 0);
    tcase_add_checked_fixture(test, NULL, teardown);
    tcase_add_test(test, missing_text);
    tcase_add_test(test, pieces);
    tcase_add_test(test, items);
    tcase_add_test(test, text_for_terminals);
    tcase_add_test(test, long_text);
    tcase_add_test(test, growing_list);
    return suite_run("text", test);
}
