/*
 * Sorting and searching, with empty lists too.
 */
#include <config.h>

#include <stdint.h>

#include "base/sorted.h"
#include "suite.h"

START_TEST(empty_lists)
{
    int64_t key = 1;
    sort(NULL, 0, sizeof(key), int64_compare);
    ck_assert_uint_eq(sort_unique(NULL, 0, sizeof(key), int64_compare), 0);
    ck_assert_ptr_null(sorted_find(&key, NULL, 0, sizeof(key), int64_compare));
}
END_TEST

START_TEST(numbers)
{
    int64_t list[] = {5, INT64_MIN, 3, 5, INT64_MAX, 3, 5}, key = 5, missing = 4;
    size_t count = sort_unique(list, 7, sizeof(*list), int64_compare);
    ck_assert_uint_eq(count, 4);
    ck_assert(list[0] == INT64_MIN && list[1] == 3 && list[2] == 5 && list[3] == INT64_MAX);
    ck_assert_ptr_eq(sorted_find(&key, list, count, sizeof(*list), int64_compare), &list[2]);
    ck_assert_ptr_null(sorted_find(&missing, list, count, sizeof(*list), int64_compare));
}
END_TEST

START_TEST(texts)
{
    const char *list[] = {"b", "a", "c"}, *key = "b";
    sort(list, 3, sizeof(*list), text_compare);
    ck_assert_str_eq(list[0], "a");
    ck_assert_str_eq(list[2], "c");
    ck_assert_ptr_eq(sorted_find(&key, list, 3, sizeof(*list), text_compare), &list[1]);
}
END_TEST

static bool is_before(const void *list, size_t index, const void *key)
{
    return ((const int *)list)[index] < *(const int *)key;
}

START_TEST(bounds)
{
    static const int list[] = {1, 3, 3, 5};
    static const size_t expected[] = {0, 0, 1, 1, 3, 3, 4};
    for (int key = 0; key < 7; key++)
        ck_assert_uint_eq(lower_bound(list, 4, &key, is_before), expected[key]);
    ck_assert_uint_eq(lower_bound(NULL, 0, NULL, is_before), 0);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("sorted");
    tcase_add_test(test, empty_lists);
    tcase_add_test(test, numbers);
    tcase_add_test(test, texts);
    tcase_add_test(test, bounds);
    return suite_run("sorted", test);
}
