/*
 * Tests counters, distributions and quantiles.
 */
#include <config.h>

#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"
#include "watch/scoreboard.h"

static const char *const routes[] = {"/boats", "/boats/{name}"};
static struct scoreboard *scoreboard;
static struct tally sum;
static int descriptor;

static void setup(void)
{
    scoreboard = scoreboard_new(routes, 2, &descriptor);
    ck_assert_ptr_nonnull(scoreboard);
}

static void teardown(void)
{
    tally_use(NULL);
    close(descriptor);
    scoreboard_free(scoreboard);
}

static unsigned status_number(const char *name)
{
    unsigned number = 0;
    while (strcmp(tally_status_name(number), name) != 0)
        number++;
    return number;
}

/* Starts a process that counts as the worker of a slot and is then killed. */
static void count_and_die(unsigned slot)
{
    pid_t pid = fork();
    if (pid == 0) {
        tally_use(scoreboard_tally(scoreboard, &scoreboard->slots[slot]));
        tally_count(COUNTER_CLAIMS, 2);
        tally_request(scoreboard_route(scoreboard, "/boats/{name}"), "PUT", 204, 3000);
        raise(SIGKILL);
    }
    waitpid(pid, NULL, 0);
}

START_TEST(counts_outlive_the_process)
{
    for (unsigned slot = 0; slot < 20; slot++)
        count_and_die(slot);
    scoreboard_sum(scoreboard, &sum);
    ck_assert_uint_eq(sum.counters[COUNTER_CLAIMS], 40);
    ck_assert_uint_eq(sum.requests[1][1][status_number("204")], 20);
    ck_assert_uint_eq(measured_count(&sum.durations[1][1]), 20);
    ck_assert_uint_eq(sum.durations[1][1].sum, 60000);
    ck_assert_str_eq(tally_method_name(1), "PUT");
}
END_TEST

START_TEST(unknown_routes_methods_and_statuses_count_as_other)
{
    tally_use(&scoreboard->tallies[0]);
    unsigned route = scoreboard_route(scoreboard, "/nowhere");
    ck_assert_uint_eq(scoreboard_route(scoreboard, NULL), route);
    ck_assert_str_eq(scoreboard->routes[route], "other");
    tally_request(route, "BREW", 418, 10);
    tally_request(1000, "BREW", 418, 10);
    scoreboard_sum(scoreboard, &sum);
    ck_assert_uint_eq(sum.requests[route][TALLY_METHODS - 1][TALLY_STATUSES - 1], 2);
    ck_assert_str_eq(tally_method_name(TALLY_METHODS - 1), "other");
    ck_assert_str_eq(tally_status_name(TALLY_STATUSES - 1), "other");
}
END_TEST

START_TEST(without_a_tally_counts_go_nowhere)
{
    tally_count(COUNTER_CLAIMS, 5);
    scoreboard_sum(scoreboard, &sum);
    ck_assert_uint_eq(sum.counters[COUNTER_CLAIMS], 0);
}
END_TEST

START_TEST(size_is_in_the_first_bucket_whose_bound_it_does_not_exceed)
{
    const uint64_t *bounds;
    size_t count = tally_distribution_bounds(DISTRIBUTION_CANDIDATES_FOUND, &bounds);
    const struct measured *measured = &sum.distributions[DISTRIBUTION_CANDIDATES_FOUND];
    tally_use(&scoreboard->tallies[0]);
    for (size_t i = 0; i < count; i++) {
        ck_assert(i == 0 || bounds[i] > bounds[i - 1]);
        tally_observe(DISTRIBUTION_CANDIDATES_FOUND, bounds[i]);
    }
    tally_observe(DISTRIBUTION_CANDIDATES_FOUND, bounds[count - 1] + 1);
    scoreboard_sum(scoreboard, &sum);
    for (size_t i = 0; i <= count; i++)
        ck_assert_uint_eq(measured->buckets[i], 1);
    ck_assert_uint_eq(measured_count(measured), count + 1);
}
END_TEST

START_TEST(quantile_is_between_the_bounds_of_its_bucket)
{
    const uint64_t *bounds;
    size_t count = tally_duration_bounds(&bounds);
    struct measured *measured = &sum.durations[0][0];
    scoreboard_sum(scoreboard, &sum);
    ck_assert_double_eq(measured_quantile(measured, bounds, count, 0.5), 0);
    tally_use(&scoreboard->tallies[0]);
    for (unsigned i = 0; i < 90; i++)
        tally_request(0, "GET", 200, 700);
    for (unsigned i = 0; i < 9; i++)
        tally_request(0, "GET", 200, 30000);
    tally_request(0, "GET", 200, 3600000000u);
    scoreboard_sum(scoreboard, &sum);
    double half = measured_quantile(measured, bounds, count, 0.5);
    double most = measured_quantile(measured, bounds, count, 0.95);
    ck_assert(half > 500 && half <= 1000);
    ck_assert(most > 25000 && most <= 50000);
    ck_assert_double_eq(measured_quantile(measured, bounds, count, 1), 10000000);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("tally");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, counts_outlive_the_process);
    tcase_add_test(test, unknown_routes_methods_and_statuses_count_as_other);
    tcase_add_test(test, without_a_tally_counts_go_nowhere);
    tcase_add_test(test, size_is_in_the_first_bucket_whose_bound_it_does_not_exceed);
    tcase_add_test(test, quantile_is_between_the_bounds_of_its_bucket);
    return suite_run("tally", test);
}
