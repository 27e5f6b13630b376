/*
 * Each row of the audit's table of findings is whole.
 */
#include <config.h>

#include "placement/audit/findings.h"
#include "suite.h"

START_TEST(each_finding_has_words)
{
    const struct audit_check *check = &audit_checks[_i];
    ck_assert_ptr_nonnull(check->name);
    ck_assert_ptr_nonnull(check->title);
    ck_assert((check->fix != NULL) != (check->advice != NULL));
}
END_TEST

START_TEST(each_finding_has_one_search)
{
    const struct audit_check *check = &audit_checks[_i];
    ck_assert((check->search.text != NULL) != (check->judge != NULL));
    ck_assert(check->confirm == NULL || check->search.text != NULL);
}
END_TEST

START_TEST(each_finding_that_can_be_fixed_has_one_repair)
{
    const struct audit_check *check = &audit_checks[_i];
    bool by_statement = check->repair_sql.text != NULL, by_function = check->repair != NULL;
    ck_assert_int_eq(by_statement + by_function, check->fix != NULL);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("findings");
    tcase_add_loop_test(test, each_finding_has_words, 0, AUDIT_KINDS);
    tcase_add_loop_test(test, each_finding_has_one_search, 0, AUDIT_KINDS);
    tcase_add_loop_test(test, each_finding_that_can_be_fixed_has_one_repair, 0, AUDIT_KINDS);
    return suite_run("audit findings", test);
}
