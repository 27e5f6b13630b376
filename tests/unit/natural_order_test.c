/*
 * The order of names with numbers in them.
 */
#include <config.h>

#include "base/natural_order.h"
#include "suite.h"

/* Each comes before the next. */
static const char *const names[] = {
    "",
    "1",
    "02",
    "2",
    "10",
    "99999999999999999999998",
    "99999999999999999999999",
    "compute",
    "compute-1",
    "compute-1.a",
    "compute-2",
    "compute-10",
    "compute-10a",
    "numa0",
    "NUMA1",
    "numa1",
    "numa01x",
    "numa2",
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

START_TEST(each_pair)
{
    for (size_t i = 0; i < NAMES; i++)
        for (size_t j = 0; j < NAMES; j++) {
            int order = natural_compare(names[i], names[j]);
            ck_assert_msg((order < 0) == (i < j) && (order > 0) == (i > j), "'%s' and '%s': %d",
                          names[i], names[j], order);
        }
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("order");
    tcase_add_test(test, each_pair);
    return suite_run("natural order", test);
}
