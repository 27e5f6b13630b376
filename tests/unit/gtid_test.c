/*
 * Positions in the binary log.
 */
#include <config.h>

#include "db/gtid.h"
#include "suite.h"

static struct gtid_position position(const char *text)
{
    struct gtid_position position;
    ck_assert_msg(gtid_position_parse(text, &position), "%s", text);
    return position;
}

static bool reaches(const char *at, const char *wanted)
{
    struct gtid_position left = position(at), right = position(wanted);
    return gtid_position_reaches(&left, &right);
}

START_TEST(text_and_back)
{
    static const char *const texts[] = {"", "0-1-1", "0-1-4711,7-2-33",
                                        "4294967295-4294967295-18446744073709551615"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct gtid_position parsed = position(texts[i]);
        ck_assert_str_eq(gtid_position_text(&parsed).text, texts[i]);
    }
    struct gtid_position unsorted = position("7-2-33,0-1-4711");
    ck_assert_str_eq(gtid_position_text(&unsorted).text, "0-1-4711,7-2-33");
}
END_TEST

START_TEST(longest_text)
{
    struct gtid_position full = {0};
    for (uint32_t i = 0; i < GTID_DOMAINS; i++) {
        struct gtid id = {UINT32_MAX - i, UINT32_MAX, UINT64_MAX};
        ck_assert(gtid_position_advance(&full, &id));
    }
    struct gtid another = {0, 1, 1};
    ck_assert(!gtid_position_advance(&full, &another));
    struct gtid_text text = gtid_position_text(&full);
    struct gtid_position parsed = position(text.text);
    ck_assert_uint_eq(parsed.count, GTID_DOMAINS);
    ck_assert_mem_eq(&parsed, &full, sizeof(full));
}
END_TEST

START_TEST(wrong_text)
{
    static const char *const texts[] = {"0",
                                        "0-1",
                                        "0-1-",
                                        "-1-1",
                                        "0-1-1,",
                                        ",",
                                        "0-1-1,0-2-2",
                                        "0-1-x",
                                        "0-1-1 ",
                                        "4294967296-1-1",
                                        "0-1-18446744073709551616"};
    struct gtid_position parsed;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        ck_assert_msg(!gtid_position_parse(texts[i], &parsed), "%s", texts[i]);
}
END_TEST

START_TEST(comparison)
{
    ck_assert(reaches("", ""));
    ck_assert(reaches("0-1-5", ""));
    ck_assert(reaches("0-1-5", "0-1-5"));
    ck_assert(reaches("0-1-6", "0-2-5"));
    ck_assert(reaches("0-1-5,1-1-9", "1-1-9"));
    ck_assert(!reaches("0-1-4", "0-1-5"));
    ck_assert(!reaches("", "0-1-1"));
    ck_assert(!reaches("0-1-5", "0-1-5,1-1-1"));
    ck_assert(!reaches("0-1-5,1-1-1", "0-1-4,1-1-2"));
}
END_TEST

START_TEST(advancing)
{
    struct gtid_position at = position("0-1-5,2-1-3");
    ck_assert(gtid_position_advance(&at, &(struct gtid){2, 9, 4}));
    ck_assert(gtid_position_advance(&at, &(struct gtid){1, 1, 1}));
    ck_assert_str_eq(gtid_position_text(&at).text, "0-1-5,1-1-1,2-9-4");
    ck_assert_uint_eq(gtid_position_find(&at, 2)->sequence, 4);
    ck_assert_ptr_null(gtid_position_find(&at, 3));
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("gtid");
    tcase_add_test(test, text_and_back);
    tcase_add_test(test, longest_text);
    tcase_add_test(test, wrong_text);
    tcase_add_test(test, comparison);
    tcase_add_test(test, advancing);
    return suite_run("positions in the binary log", test);
}
