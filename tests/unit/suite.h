/*
 * The end of every unit test.
 */
#ifndef BERTH_TESTS_UNIT_SUITE_H
#define BERTH_TESTS_UNIT_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Seconds that a test may take before Check kills it: only for tests that hang. Check's default of
   4 s would make tests fail on a busy machine. */
enum { SUITE_TIMEOUT = 600 };

/* Runs a suite of one test case. Returns the exit status. */
static inline int suite_run(const char *name, TCase *test)
{
    tcase_set_timeout(test, SUITE_TIMEOUT);
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, test);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
