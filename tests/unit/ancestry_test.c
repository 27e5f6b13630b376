/*
 * Walks up provider trees, whatever their parents say.
 */
#include <config.h>

#include "placement/ancestry.h"
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

START_TEST(ids_are_found)
{
    struct ancestry_provider list[] = {{2, 0, 0}, {3, 0, 0}, {7, 0, 0}};
    const struct ancestry ancestry = ancestry_build(&arena, list, 3);
    const struct ancestry empty = ancestry_build(&arena, list, 0);
    ck_assert_uint_eq(ancestry_find(&ancestry, 2), 0);
    ck_assert_uint_eq(ancestry_find(&ancestry, 3), 1);
    ck_assert_uint_eq(ancestry_find(&ancestry, 7), 2);
    ck_assert_uint_eq(ancestry_find(&ancestry, 1), ANCESTRY_NONE);
    ck_assert_uint_eq(ancestry_find(&ancestry, 5), ANCESTRY_NONE);
    ck_assert_uint_eq(ancestry_find(&ancestry, 8), ANCESTRY_NONE);
    ck_assert_uint_eq(ancestry_find(&empty, 2), ANCESTRY_NONE);
}
END_TEST

START_TEST(rows_become_providers)
{
    const struct value values[] = {value_integer(1),  value_null(),     value_null(),
                                   value_text("one"), value_integer(2), value_integer(1),
                                   value_integer(1),  value_text("two")};
    const struct rows rows = {values, 2, 4};
    const struct ancestry ancestry = ancestry_from_rows(&arena, &rows);
    ck_assert_uint_eq(ancestry.count, 2);
    ck_assert_int_eq(ancestry.providers[0].root_id, 0);
    ck_assert_int_eq(ancestry.providers[1].root_id, 1);
    ck_assert_uint_eq(ancestry.parents[0], ANCESTRY_NONE);
    ck_assert_uint_eq(ancestry.parents[1], 0);
}
END_TEST

START_TEST(a_top_has_no_parent_or_one_that_is_gone)
{
    /* 1 <- 2 <- 3 and 1 <- 6; 4's parent is gone, 5 is below it */
    struct ancestry_provider list[] = {{1, 0, 0},  {2, 0, 1}, {3, 0, 2},
                                       {4, 0, 99}, {5, 0, 4}, {6, 0, 1}};
    static const size_t expected[] = {0, 0, 0, 3, 3, 0};
    const struct ancestry ancestry = ancestry_build(&arena, list, 6);
    const size_t *tops = ancestry_tops(&arena, &ancestry);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(tops[i], expected[i]);
}
END_TEST

START_TEST(parents_may_have_higher_ids)
{
    struct ancestry_provider list[] = {{1, 0, 3}, {2, 0, 1}, {3, 0, 4}, {4, 0, 0}};
    const struct ancestry ancestry = ancestry_build(&arena, list, 4);
    const size_t *tops = ancestry_tops(&arena, &ancestry);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(tops[i], 3);
}
END_TEST

/* 1 is its own parent; 2, 3 and 4 go around; 5 and 6 hang below; 7 stands alone. */
static struct ancestry_provider damaged[] = {{1, 0, 1}, {2, 0, 3}, {3, 0, 4}, {4, 0, 2},
                                             {5, 0, 4}, {6, 0, 5}, {7, 0, 0}};

START_TEST(circles_have_no_top)
{
    const struct ancestry ancestry = ancestry_build(&arena, damaged, 7);
    const size_t *tops = ancestry_tops(&arena, &ancestry);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(tops[i], ANCESTRY_NONE);
    ck_assert_uint_eq(tops[6], 6);
}
END_TEST

START_TEST(circles_are_told_from_what_hangs_below_them)
{
    static const bool expected[] = {true, true, true, true, false, false, false};
    const struct ancestry ancestry = ancestry_build(&arena, damaged, 7);
    const bool *in_circle = ancestry_circles(&arena, &ancestry);
    for (size_t i = 0; i < 7; i++)
        ck_assert_int_eq(in_circle[i], expected[i]);
}
END_TEST

START_TEST(a_circle_that_is_reached_from_below_is_told_apart_too)
{
    /* 1 hangs below 2, which hangs below the circle of 3 and 4 */
    struct ancestry_provider list[] = {{1, 0, 2}, {2, 0, 3}, {3, 0, 4}, {4, 0, 3}};
    const struct ancestry ancestry = ancestry_build(&arena, list, 4);
    const bool *in_circle = ancestry_circles(&arena, &ancestry);
    ck_assert(!in_circle[0] && !in_circle[1]);
    ck_assert(in_circle[2] && in_circle[3]);
}
END_TEST

START_TEST(a_subtree_is_its_top_and_all_below)
{
    /* 1 <- 2 <- 3 <- 4, 1 <- 5 */
    struct ancestry_provider list[] = {{1, 0, 0}, {2, 0, 1}, {3, 0, 2}, {4, 0, 3}, {5, 0, 1}};
    static const bool expected[] = {false, true, true, true, false};
    const struct ancestry ancestry = ancestry_build(&arena, list, 5);
    const bool *below = ancestry_subtree(&arena, &ancestry, 1);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(below[i], expected[i]);
    below = ancestry_subtree(&arena, &ancestry, 0);
    for (size_t i = 0; i < 5; i++)
        ck_assert(below[i]);
}
END_TEST

START_TEST(a_subtree_may_hold_a_circle)
{
    static const bool below_2[] = {false, true, true, true, true, true, false};
    static const bool below_5[] = {false, false, false, false, true, true, false};
    const struct ancestry ancestry = ancestry_build(&arena, damaged, 7);
    const bool *first = ancestry_subtree(&arena, &ancestry, 1);
    const bool *second = ancestry_subtree(&arena, &ancestry, 4);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_int_eq(first[i], below_2[i]);
        ck_assert_int_eq(second[i], below_5[i]);
    }
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("ancestry");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, ids_are_found);
    tcase_add_test(test, rows_become_providers);
    tcase_add_test(test, a_top_has_no_parent_or_one_that_is_gone);
    tcase_add_test(test, parents_may_have_higher_ids);
    tcase_add_test(test, circles_have_no_top);
    tcase_add_test(test, circles_are_told_from_what_hangs_below_them);
    tcase_add_test(test, a_circle_that_is_reached_from_below_is_told_apart_too);
    tcase_add_test(test, a_subtree_is_its_top_and_all_below);
    tcase_add_test(test, a_subtree_may_hold_a_circle);
    return suite_run("ancestry", test);
}
