/*
 * Text on a terminal: its width, how it is cut, and characters that are replaced.
 */
#include <config.h>

#include <locale.h>
#include <stdlib.h>

#include "manage/terminal.h"
#include "suite.h"

static struct buffer buffer;
static struct terminal terminal;

static void setup(void)
{
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
    buffer_init(&buffer, 0);
    terminal = (struct terminal){.utf8 = true, .columns = 80};
}

static void teardown(void)
{
    buffer_free(&buffer);
}

static const char *written(void)
{
    buffer_add(&buffer, "", 1);
    ck_assert(!buffer.failed);
    return buffer.data;
}

static const struct {
    const char *text;
    unsigned width;
    const char *shown;
} texts[] = {
    {"", 0, ""},
    {"compute-1", 9, "compute-1"},
    {"Größe", 5, "Größe"},
    {"計算機", 6, "計算機"},             /* two columns each */
    {"e\xcc\x81", 1, "e\xcc\x81"},       /* a combining accent takes none */
    {"a\033[31mb", 12, "a\\u001b[31mb"}, /* no escape sequence gets through */
    {"a\xe2\x80\xae"
     "b",
     8, "a\\u202eb"},
    {"\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf", 18, "\\u2066\\u200b\\ufeff"},
    {"\xf3\xa0\x80\x81", 10, "\\U000e0001"},
    {"a\nb\tc\x7f", 21, "a\\u000ab\\u0009c\\u007f"}, /* no control characters */
    {"\xc2\x9b"
     "2J",
     8, "\\u009b2J"},        /* nor the 8-bit ones */
    {"a\xff\xfe", 3, "a??"}, /* not UTF-8 */
};

START_TEST(each_text)
{
    ck_assert_uint_eq(terminal_width(&terminal, texts[_i].text), texts[_i].width);
    terminal_text(&terminal, &buffer, texts[_i].text, 0);
    ck_assert_str_eq(written(), texts[_i].shown);
}
END_TEST

START_TEST(other_locales_show_only_their_characters)
{
    terminal.utf8 = false;
    ck_assert_uint_eq(terminal_width(&terminal, "Größe"), 5);
    terminal_text(&terminal, &buffer, "Größe", 0);
    terminal_text(&terminal, &buffer, "compute", 5);
    ck_assert_str_eq(written(), "Gr??ecomp~");
}
END_TEST

static const struct {
    const char *text;
    unsigned columns;
    const char *shown;
} cuts[] = {
    {"compute", 7, "compute"}, {"compute", 6, "compu…"},
    {"compute", 1, "…"},       {"計算機", 6, "計算機"},
    {"計算機", 5, "計算…"},    {"計算機", 4, "計…"}, /* a column is left */
};

START_TEST(each_cut)
{
    terminal_text(&terminal, &buffer, cuts[_i].text, cuts[_i].columns);
    ck_assert_str_eq(written(), cuts[_i].shown);
}
END_TEST

static const struct {
    int64_t number;
    const char *text;
} numbers[] = {
    {0, "0"},
    {7, "7"},
    {999, "999"},
    {1000, "1,000"},
    {123456, "123,456"},
    {1234567, "1,234,567"},
    {-1, "-1"},
    {-999, "-999"},
    {-1000, "-1,000"},
    {INT64_MIN, "-9,223,372,036,854,775,808"},
};

START_TEST(each_number)
{
    char text[NUMBER_TEXT];
    ck_assert_str_eq(number_text(numbers[_i].number, text), numbers[_i].text);
}
END_TEST

static const struct {
    uint64_t count;
    const char *noun;
    const char *text;
} counts[] = {
    {1, "inventory", "1 inventory"},
    {2000, "inventory", "2,000 inventories"},
    {1, "day", "1 day"},
    {0, "day", "0 days"},
    {3, "row", "3 rows"},
};

START_TEST(each_count)
{
    terminal_count(&buffer, counts[_i].count, counts[_i].noun);
    ck_assert_str_eq(written(), counts[_i].text);
}
END_TEST

START_TEST(styles_need_colours)
{
    terminal_style(&terminal, &buffer, STYLE_BOLD);
    ck_assert_uint_eq(buffer.length, 0);
    terminal.colours = true;
    terminal_style(&terminal, &buffer, STYLE_BOLD);
    terminal_style(&terminal, &buffer, STYLE_PLAIN);
    ck_assert_str_eq(written(), "\033[1m\033[0m");
}
END_TEST

static const struct {
    const char *columns;
    unsigned expected;
} widths[] = {
    {"", 80}, {"100", 100}, {"7", 40}, {"-5", 80}, {"wide", 80}, {"99999999", 1000},
};

/* A file is not a terminal: it has the width of COLUMNS, and no colours. */
START_TEST(each_width)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    setenv("COLUMNS", widths[_i].columns, 1);
    struct terminal found = terminal_of(file);
    fclose(file);
    ck_assert(!found.is_terminal && !found.colours);
    ck_assert_uint_eq(found.columns, widths[_i].expected);
}
END_TEST

#define LENGTH(table) (int)(sizeof(table) / sizeof((table)[0]))

int main(void)
{
    TCase *test = tcase_create("terminal");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_text, 0, LENGTH(texts));
    tcase_add_test(test, other_locales_show_only_their_characters);
    tcase_add_loop_test(test, each_cut, 0, LENGTH(cuts));
    tcase_add_loop_test(test, each_number, 0, LENGTH(numbers));
    tcase_add_loop_test(test, each_count, 0, LENGTH(counts));
    tcase_add_test(test, styles_need_colours);
    tcase_add_loop_test(test, each_width, 0, LENGTH(widths));
    return suite_run("terminal", test);
}
