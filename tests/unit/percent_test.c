/*
 * Percent-encoding.
 */
#include <config.h>

#include <string.h>

#include "base/percent.h"
#include "suite.h"

static struct arena arena;

START_TEST(encoding)
{
    ck_assert_str_eq(percent_encode(&arena, "aZ09_.-~", ""), "aZ09_.-~");
    ck_assert_str_eq(percent_encode(&arena, "a/b c+\xc3\xa4%", "/"), "a/b%20c%2B%C3%A4%25");
    ck_assert_str_eq(percent_encode(&arena, "", ""), "");
}
END_TEST

START_TEST(values_of_forms)
{
    struct buffer buffer;
    buffer_init(&buffer, 0);
    buffer_printf(&buffer, "a=");
    percent_add_form(&buffer, "a/b c+\xc3\xa4\0~", 10);
    ck_assert(!buffer.failed);
    ck_assert_uint_eq(buffer.length, strlen("a=a%2Fb+c%2B%C3%A4%00~"));
    ck_assert_mem_eq(buffer.data, "a=a%2Fb+c%2B%C3%A4%00~", buffer.length);
    buffer_free(&buffer);
}
END_TEST

static void check_decoding(const char *text, const char *expected, const char *expected_form)
{
    size_t length;
    const char *decoded = percent_decode(&arena, text, strlen(text), &length);
    ck_assert_str_eq(decoded, expected);
    ck_assert_uint_eq(length, strlen(expected));
    ck_assert_str_eq(percent_decode_form(&arena, text, strlen(text), &length), expected_form);
}

START_TEST(decoding)
{
    check_decoding("", "", "");
    check_decoding("a+b%20c%2B", "a+b c+", "a b c+");
    check_decoding("%c3%A4", "\xc3\xa4", "\xc3\xa4");
    check_decoding("%", "%", "%");
    check_decoding("%4", "%4", "%4");
    check_decoding("%4g%zz%%41", "%4g%zz%A", "%4g%zz%A");
}
END_TEST

START_TEST(only_the_given_length)
{
    size_t length;
    ck_assert_str_eq(percent_decode(&arena, "ab%41", 4, &length), "ab%4");
    const char *decoded = percent_decode(&arena, "a%00b", 5, &length);
    ck_assert_uint_eq(length, 3);
    ck_assert_mem_eq(decoded, "a\0b", 4);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("percent");
    arena_init(&arena, 0);
    tcase_add_test(test, encoding);
    tcase_add_test(test, values_of_forms);
    tcase_add_test(test, decoding);
    tcase_add_test(test, only_the_given_length);
    return suite_run("percent-encoding", test);
}
