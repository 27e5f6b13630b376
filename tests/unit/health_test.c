/*
 * Tests how long a result of a health check is used, and who checks again.
 */
#include <config.h>

#include <check.h>

#include "suite.h"
#include "watch/health.h"

static struct health health;
static enum health_state states[HEALTH_CHECKS];
static const enum health_state result[HEALTH_CHECKS] = {HEALTH_GOOD, HEALTH_BAD, HEALTH_UNUSED};

/* Milliseconds; the first check begins at START. */
enum { START = 100000 };

static void setup(void)
{
    health = (struct health){0};
}

START_TEST(nothing_is_known_before_the_first_check)
{
    health_get(&health, START, states);
    ck_assert_int_eq(states[HEALTH_DATABASE], HEALTH_UNKNOWN);
    ck_assert(health_is_due(&health, START));
}
END_TEST

START_TEST(one_worker_checks_at_a_time)
{
    ck_assert(health_is_due(&health, START));
    ck_assert(!health_is_due(&health, START + 1000));
}
END_TEST

START_TEST(another_worker_checks_if_the_first_seems_dead)
{
    ck_assert(health_is_due(&health, START));
    ck_assert(health_is_due(&health, START + 9000));
}
END_TEST

START_TEST(result_is_used_while_it_is_fresh)
{
    ck_assert(health_is_due(&health, START));
    health_set(&health, START, result);
    ck_assert(!health_is_due(&health, START + 1000));
    health_get(&health, START + 1000, states);
    ck_assert_int_eq(states[HEALTH_DATABASE], HEALTH_GOOD);
    ck_assert_int_eq(states[HEALTH_SCHEMA], HEALTH_BAD);
    ck_assert_int_eq(states[HEALTH_KEYSTONE], HEALTH_UNUSED);
}
END_TEST

START_TEST(old_result_is_used_during_the_next_check)
{
    ck_assert(health_is_due(&health, START));
    health_set(&health, START, result);
    ck_assert(health_is_due(&health, START + 3000));
    health_get(&health, START + 3000, states);
    ck_assert_int_eq(states[HEALTH_DATABASE], HEALTH_GOOD);
}
END_TEST

START_TEST(very_old_result_is_forgotten)
{
    ck_assert(health_is_due(&health, START));
    health_set(&health, START, result);
    health_get(&health, START + 31000, states);
    ck_assert_int_eq(states[HEALTH_DATABASE], HEALTH_UNKNOWN);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("health");
    tcase_add_checked_fixture(test, setup, NULL);
    tcase_add_test(test, nothing_is_known_before_the_first_check);
    tcase_add_test(test, one_worker_checks_at_a_time);
    tcase_add_test(test, another_worker_checks_if_the_first_seems_dead);
    tcase_add_test(test, result_is_used_while_it_is_fresh);
    tcase_add_test(test, old_result_is_used_during_the_next_check);
    tcase_add_test(test, very_old_result_is_forgotten);
    return suite_run("health", test);
}
