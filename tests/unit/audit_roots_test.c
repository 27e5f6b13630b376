/*
 * The tops of provider trees, whatever their parents say.
 */
#include <config.h>

#include "placement/audit/roots.h"
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

START_TEST(ids_are_found_in_their_order)
{
    static const struct kin kin[] = {{2, 0, 0}, {3, 0, 0}, {7, 0, 0}};
    ck_assert_uint_eq(kin_find(kin, 3, 2), 0);
    ck_assert_uint_eq(kin_find(kin, 3, 3), 1);
    ck_assert_uint_eq(kin_find(kin, 3, 7), 2);
    ck_assert_uint_eq(kin_find(kin, 3, 1), NO_KIN);
    ck_assert_uint_eq(kin_find(kin, 3, 5), NO_KIN);
    ck_assert_uint_eq(kin_find(kin, 3, 8), NO_KIN);
    ck_assert_uint_eq(kin_find(kin, 0, 2), NO_KIN);
}
END_TEST

START_TEST(a_top_has_no_parent_or_one_that_is_gone)
{
    /* 1 <- 2 <- 3 and 1 <- 6; 4's parent is gone, 5 is below it */
    static const struct kin kin[] = {{1, 0, 0},  {2, 0, 1}, {3, 0, 2},
                                     {4, 0, 99}, {5, 0, 4}, {6, 0, 1}};
    static const size_t expected[] = {0, 0, 0, 3, 3, 0};
    const size_t *tops = kin_tops(&arena, kin, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(tops[i], expected[i]);
}
END_TEST

START_TEST(parents_may_have_higher_ids)
{
    static const struct kin kin[] = {{1, 0, 3}, {2, 0, 1}, {3, 0, 4}, {4, 0, 0}};
    const size_t *tops = kin_tops(&arena, kin, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(tops[i], 3);
}
END_TEST

START_TEST(circles_have_no_top)
{
    /* 1 is its own parent; 2, 3 and 4 go around; 5 and 6 hang below; 7 stands alone */
    static const struct kin kin[] = {{1, 0, 1}, {2, 0, 3}, {3, 0, 4}, {4, 0, 2},
                                     {5, 0, 4}, {6, 0, 5}, {7, 0, 0}};
    const size_t *tops = kin_tops(&arena, kin, 7);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(tops[i], NO_KIN);
    ck_assert_uint_eq(tops[6], 6);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("roots");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, ids_are_found_in_their_order);
    tcase_add_test(test, a_top_has_no_parent_or_one_that_is_gone);
    tcase_add_test(test, parents_may_have_higher_ids);
    tcase_add_test(test, circles_have_no_top);
    return suite_run("audit roots", test);
}
