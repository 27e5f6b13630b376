/*
 * Tests how much of the first sentence of an explanation a terminal shows.
 */
#include <config.h>

#include <check.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_short.h"
#include "suite.h"

static struct arena arena;

/* Returns "No provider has A: x...; x...; x...", with each part a line long but for the "; ". */
static const char *sentence_of(size_t parts)
{
    struct text_builder made = text_begin(&arena);
    text_add(&made, "No provider has A: ");
    for (size_t i = 0; i < parts; i++)
        text_add_format(&made, "%s%076zu", i > 0 ? "; " : "", i);
    return text_end(&made);
}

START_TEST(five_lines_are_brief)
{
    ck_assert(cause_is_brief("No provider has A"));
    ck_assert(cause_is_brief(sentence_of(4)));
    ck_assert(!cause_is_brief(sentence_of(5)));
}
END_TEST

START_TEST(the_last_parts_beyond_seven_lines_are_left_out)
{
    /* the sixth line may tell of another way to a candidate */
    ck_assert_str_eq(cause_cut(&arena, sentence_of(6)), sentence_of(6));
    ck_assert_str_eq(cause_cut(&arena, sentence_of(7)), sentence_of(6));
    ck_assert_str_eq(cause_cut(&arena, sentence_of(20)), sentence_of(6));
}
END_TEST

START_TEST(what_has_no_parts_stays)
{
    char text[2001];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (size_t i = 10; i < sizeof(text) - 1; i += 10)
        text[i] = ' ';
    ck_assert(!cause_is_brief(text));
    ck_assert_str_eq(cause_cut(&arena, text), text);
}
END_TEST

int main(void)
{
    arena_init(&arena, 0);
    TCase *test = tcase_create("cause_short");
    tcase_add_test(test, five_lines_are_brief);
    tcase_add_test(test, the_last_parts_beyond_seven_lines_are_left_out);
    tcase_add_test(test, what_has_no_parts_stays);
    int status = suite_run("cause_short", test);
    arena_free(&arena);
    return status;
}
