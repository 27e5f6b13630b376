/*
 * Texts with each character at each place of a word, and numbers where the writer changes its way.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_writer.h"
#include "suite.h"

enum { LONGEST = 20 };

static struct buffer buffer;

/* Returns what a text becomes. */
static const char *written(const char *text)
{
    struct json_writer writer;
    buffer_reset(&buffer);
    writer_init(&writer, &buffer);
    writer_text(&writer, text);
    buffer_add(&buffer, "", 1);
    return buffer.data;
}

/* Notes how a character of ASCII is written. */
static void escape(int character, char escaped[8])
{
    static const char *const known[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f",
        ['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\"};
    if ((size_t)character < sizeof(known) / sizeof(*known) && known[character] != NULL)
        snprintf(escaped, 8, "%s", known[character]);
    else
        snprintf(escaped, 8, character < 0x20 ? "\\u%04x" : "%c", character);
}

START_TEST(each_character_is_escaped_at_each_place)
{
    char text[LONGEST + 1], expected[2 * LONGEST], escaped[8];
    for (int character = 1; character < 0x80; character++)
        for (int length = 1; length <= LONGEST; length++)
            for (int place = 0; place < length; place++) {
                memset(text, '~', sizeof(text));
                text[length] = '\0';
                text[place] = (char)character;
                escape(character, escaped);
                snprintf(expected, sizeof(expected), "\"%.*s%s%s\"", place, text, escaped,
                         text + place + 1);
                ck_assert_str_eq(written(text), expected);
            }
}
END_TEST

START_TEST(other_characters_become_ascii)
{
    ck_assert_str_eq(written("1234567\xc3\xa4"), "\"1234567\\u00e4\"");
    ck_assert_str_eq(written("\xf0\x9f\x8c\xb3 12345678"), "\"\\ud83c\\udf33 12345678\"");
    ck_assert_str_eq(written("12345678\xff"), "\"12345678\\ufffd\"");
}
END_TEST

START_TEST(whole_parts_have_all_digits)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.75, "0"},
        {2.999, "2"},
        {-7.5, "-7"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {-9007199254740994.0, "-9007199254740994"},
        {1e23, "99999999999999991611392"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct json_writer writer;
        char expected[64];
        buffer_reset(&buffer);
        writer_init(&writer, &buffer);
        writer_member_whole(&writer, "n", cases[i].value);
        buffer_add(&buffer, "", 1);
        snprintf(expected, sizeof(expected), "\"n\": %s", cases[i].text);
        ck_assert_str_eq(buffer.data, expected);
    }
}
END_TEST

/* Writes an integer alone. */
static const char *written_integer(int64_t value)
{
    struct json_writer writer;
    buffer_reset(&buffer);
    writer_init(&writer, &buffer);
    writer_integer(&writer, value);
    buffer_add(&buffer, "", 1);
    return buffer.data;
}

START_TEST(integers_have_all_digits)
{
    char expected[24];
    for (int64_t power = 1; power <= INT64_MAX / 10; power *= 10)
        for (int64_t value = power - 1; value <= power + 1; value++) {
            snprintf(expected, sizeof(expected), "%lld", (long long)value);
            ck_assert_str_eq(written_integer(value), expected);
            snprintf(expected, sizeof(expected), "%lld", (long long)-value);
            ck_assert_str_eq(written_integer(-value), expected);
        }
    for (int value = 0; value < 1000; value++) {
        snprintf(expected, sizeof(expected), "%d", value);
        ck_assert_str_eq(written_integer(value), expected);
    }
    ck_assert_str_eq(written_integer(INT64_MAX), "9223372036854775807");
    ck_assert_str_eq(written_integer(INT64_MIN), "-9223372036854775808");
}
END_TEST

START_TEST(a_part_is_repeated_while_the_buffer_grows)
{
    enum { TIMES = 2000 };
    struct json_writer writer;
    buffer_reset(&buffer);
    writer_init(&writer, &buffer);
    writer_begin_object(&writer);
    writer_begin_array(&writer);
    size_t from = buffer.length;
    writer_text(&writer, "abc");
    size_t to = buffer.length;
    for (int i = 0; i < TIMES; i++)
        writer_repeat(&writer, from, to);
    writer_end_array(&writer);
    writer_literal_key(&writer, "key");
    writer_integer(&writer, 1);
    buffer_add(&buffer, "", 1);
    const char *at = buffer.data + strlen("{[\"abc\"");
    for (int i = 0; i < TIMES; i++, at += strlen(", \"abc\""))
        ck_assert_int_eq(strncmp(at, ", \"abc\"", strlen(", \"abc\"")), 0);
    ck_assert_str_eq(at, "], \"key\": 1");
}
END_TEST

int main(void)
{
    buffer_init(&buffer, 0);
    TCase *test = tcase_create("json_writer");
    tcase_add_test(test, each_character_is_escaped_at_each_place);
    tcase_add_test(test, other_characters_become_ascii);
    tcase_add_test(test, whole_parts_have_all_digits);
    tcase_add_test(test, integers_have_all_digits);
    tcase_add_test(test, a_part_is_repeated_while_the_buffer_grows);
    int status = suite_run("json_writer", test);
    buffer_free(&buffer);
    return status;
}
