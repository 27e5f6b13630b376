/*
 * Tests rate limits: how buckets fill, and whose they are. The test sets the time.
 */
#include <config.h>

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth/rate/bucket.h"
#include "auth/rate/limit.h"
#include "exchange_fixture.h"
#include "suite.h"

#define SECOND UINT64_C(1000000)
#define START  (1000 * SECOND)

static struct rate_buckets *buckets;

static void setup_buckets(void)
{
    buckets = rate_buckets_new();
    ck_assert_ptr_nonnull(buckets);
}

static void teardown_buckets(void)
{
    rate_buckets_free(buckets);
}

/* Takes all tokens that a bucket has at that time. Returns their number. */
static unsigned take_all(uint64_t owner, const struct rate *rate, uint64_t now)
{
    unsigned taken = 0;
    while (rate_buckets_take(buckets, owner, rate, now) == 0)
        taken++;
    return taken;
}

START_TEST(quiet_owner_may_send_a_burst)
{
    struct rate rate = rate_of(5, 2);
    ck_assert_uint_eq(take_all(1, &rate, START), 10);
    ck_assert_uint_eq(rate_buckets_take(buckets, 1, &rate, START), SECOND / 5);
    ck_assert_uint_eq(take_all(1, &rate, START + SECOND / 5 - 1), 0);
    ck_assert_uint_eq(take_all(1, &rate, START + SECOND / 5), 1);
    ck_assert_uint_eq(take_all(1, &rate, START + SECOND), 4);
    ck_assert_uint_eq(take_all(1, &rate, START + 100 * SECOND), 10);
}
END_TEST

START_TEST(a_refusal_costs_nothing)
{
    struct rate rate = rate_of(1, 1);
    ck_assert_uint_eq(take_all(1, &rate, START), 1);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(rate_buckets_take(buckets, 1, &rate, START + SECOND / 4), SECOND * 3 / 4);
    ck_assert_uint_eq(take_all(1, &rate, START + SECOND), 1);
}
END_TEST

START_TEST(one_request_passes_without_a_burst)
{
    struct rate rate = rate_of(0.1, 0);
    ck_assert_uint_eq(take_all(1, &rate, START), 1);
    ck_assert_uint_eq(rate_buckets_take(buckets, 1, &rate, START + 4 * SECOND), 6 * SECOND);
}
END_TEST

START_TEST(extreme_rates_are_bounded)
{
    ck_assert_uint_eq(rate_of(0, 10).interval, 0);
    ck_assert_uint_eq(rate_of(1e-9, 10).interval, 3600 * SECOND);
    ck_assert_uint_eq(rate_of(1e-9, 10).depth, 3600 * SECOND);
    ck_assert_uint_eq(rate_of(1e9, 0).interval, 1);
}
END_TEST

START_TEST(shrunk_bucket_counts_as_empty)
{
    struct rate before = rate_of(1, 1000), after = rate_of(1, 2);
    ck_assert_uint_eq(take_all(1, &before, START), 1000);
    ck_assert_uint_eq(rate_buckets_take(buckets, 1, &after, START), SECOND);
    ck_assert_uint_eq(take_all(1, &after, START + 1000 * SECOND), 2);
}
END_TEST

START_TEST(a_token_may_be_given_back)
{
    struct rate rate = rate_of(1, 3);
    ck_assert_uint_eq(take_all(1, &rate, START), 3);
    rate_buckets_give_back(buckets, 1, &rate);
    rate_buckets_give_back(buckets, 2, &rate);
    ck_assert_uint_eq(take_all(1, &rate, START), 1);
    ck_assert_uint_eq(take_all(2, &rate, START), 3);
}
END_TEST

/* The nth owner whose buckets are in the same set. */
static uint64_t neighbour(uint64_t n)
{
    return n << 48 | 7;
}

START_TEST(owners_of_a_set_have_separate_buckets)
{
    struct rate rate = rate_of(1, 4);
    for (unsigned i = 0; i < RATE_WAYS; i++)
        ck_assert_uint_eq(take_all(neighbour(i + 1), &rate, START), 4);
    for (unsigned i = 0; i < RATE_WAYS; i++)
        ck_assert_uint_eq(take_all(neighbour(i + 1), &rate, START), 0);
}
END_TEST

START_TEST(a_new_owner_takes_over_the_full_bucket)
{
    struct rate rate = rate_of(1, 4);
    for (unsigned i = 0; i < RATE_WAYS; i++)
        take_all(neighbour(i + 1), &rate, i == 5 ? START - 60 * SECOND : START);
    ck_assert_uint_eq(take_all(neighbour(100), &rate, START), 4);
    for (unsigned i = 0; i < RATE_WAYS; i++)
        if (i != 5)
            ck_assert_uint_eq(take_all(neighbour(i + 1), &rate, START), 0);
    ck_assert_uint_eq(take_all(neighbour(100), &rate, START), 0);
}
END_TEST

START_TEST(owner_zero_has_a_bucket)
{
    struct rate rate = rate_of(1, 4);
    ck_assert_uint_eq(take_all(0, &rate, START), 4);
    ck_assert_uint_eq(take_all(0, &rate, START), 0);
}
END_TEST

START_TEST(processes_share_one_bucket)
{
    enum { PROCESSES = 4, BURST = 20000 };
    struct rate rate = rate_of(1, BURST);
    _Atomic unsigned *taken =
        mmap(NULL, sizeof(*taken), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne((void *)taken, MAP_FAILED);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            atomic_fetch_add(taken, take_all(1, &rate, START));
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++)
        wait(NULL);
    ck_assert_uint_eq(atomic_load(taken), BURST);
    munmap((void *)taken, sizeof(*taken));
}
END_TEST

/* Limits. */

static struct settings settings;
static struct rate_limits *limits;
static struct rate_limiter *limiter;

static void setup_limits(void)
{
    setup();
    limits = rate_limits_new();
    ck_assert_ptr_nonnull(limits);
    settings = (struct settings){.berth_rate_limit_burst = 4};
}

static void teardown_limits(void)
{
    rate_limiter_free(limiter);
    limiter = NULL;
    rate_limits_free(limits);
    teardown();
}

static void start(void)
{
    limiter = rate_limiter_new(&settings, limits);
    ck_assert_ptr_nonnull(limiter);
}

/* Returns how many requests are admitted at that time, at most ten. */
static unsigned admitted(const char *user, const char *project, enum rate_kind kind, uint64_t now)
{
    struct identity identity = {.user_id = user, .project_id = project};
    unsigned count = 0;
    exchange.status = 0;
    exchange.error = (struct http_error){0};
    exchange.header_count = 0;
    while (count < 10 && rate_limiter_admits(limiter, &exchange, &identity, kind, now))
        count++;
    return count;
}

START_TEST(without_limits_there_is_no_limiter)
{
    ck_assert_ptr_null(rate_limiter_new(&settings, limits));
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START), 10);
}
END_TEST

START_TEST(a_project_is_limited_and_others_are_not)
{
    settings.berth_rate_limit_project_reads = 1;
    start();
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START), 4);
    ck_assert_int_eq(exchange.status, 429);
    ck_assert_str_eq(exchange.headers[0].name, "retry-after");
    ck_assert_str_eq(exchange.headers[0].value, "1");
    ck_assert_str_eq(exchange.error.detail,
                     "Too many requests that read by this project. Try again in 1 s.");
    ck_assert_uint_eq(admitted("another", "p", RATE_READS, START), 0);
    ck_assert_uint_eq(admitted("u", "other", RATE_READS, START), 4);
    ck_assert_uint_eq(admitted("u", "p", RATE_WRITES, START), 10);
    ck_assert_uint_eq(admitted("u", "p", RATE_CANDIDATES, START), 10);
}
END_TEST

START_TEST(each_kind_has_its_own_limit)
{
    settings.berth_rate_limit_project_reads = 2;
    settings.berth_rate_limit_project_writes = 1;
    settings.berth_rate_limit_project_candidates = 0.1;
    start();
    ck_assert_uint_eq(admitted("u", "p", RATE_CANDIDATES, START), 1);
    ck_assert_str_eq(exchange.headers[0].value, "10");
    ck_assert_uint_eq(admitted("u", "p", RATE_WRITES, START), 4);
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START), 8);
}
END_TEST

START_TEST(seconds_to_wait_are_rounded_up)
{
    settings.berth_rate_limit_project_candidates = 0.1;
    start();
    admitted("u", "p", RATE_CANDIDATES, START);
    ck_assert_uint_eq(admitted("u", "p", RATE_CANDIDATES, START + 7 * SECOND + 1), 0);
    ck_assert_str_eq(exchange.headers[0].value, "3");
    ck_assert_uint_eq(admitted("u", "p", RATE_CANDIDATES, START + 10 * SECOND - 1), 0);
    ck_assert_str_eq(exchange.headers[0].value, "1");
}
END_TEST

START_TEST(a_user_is_limited_in_all_projects)
{
    settings.berth_rate_limit_user_writes = 1;
    start();
    ck_assert_uint_eq(admitted("u", "p", RATE_WRITES, START), 4);
    ck_assert_str_eq(exchange.error.detail,
                     "Too many requests that write by this user. Try again in 1 s.");
    ck_assert_uint_eq(admitted("u", "other", RATE_WRITES, START), 0);
    ck_assert_uint_eq(admitted("another", "p", RATE_WRITES, START), 4);
}
END_TEST

START_TEST(a_refusal_by_the_project_costs_the_user_nothing)
{
    settings.berth_rate_limit_user_reads = 2;
    settings.berth_rate_limit_project_reads = 1;
    start();
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START), 4);
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START), 0);
    ck_assert_uint_eq(admitted("u", "other", RATE_READS, START), 4);
    ck_assert_uint_eq(admitted("u", "third", RATE_READS, START), 0);
}
END_TEST

START_TEST(a_user_without_project_counts_as_a_project)
{
    settings.berth_rate_limit_project_reads = 1;
    start();
    ck_assert_uint_eq(admitted("u", NULL, RATE_READS, START), 4);
    ck_assert_str_eq(exchange.error.detail,
                     "Too many requests that read by this user. Try again in 1 s.");
    ck_assert_uint_eq(admitted("another", NULL, RATE_READS, START), 4);
    ck_assert_uint_eq(admitted("u", "u", RATE_READS, START), 4);
}
END_TEST

START_TEST(new_limits_apply_to_the_same_buckets)
{
    settings.berth_rate_limit_project_reads = 1;
    start();
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START), 4);
    rate_limiter_free(limiter);
    settings.berth_rate_limit_project_reads = 100;
    start();
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START), 0);
    ck_assert_uint_eq(admitted("u", "p", RATE_READS, START + SECOND / 20), 5);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("rate buckets"), *limit_test = tcase_create("rate limits");
    tcase_add_checked_fixture(test, setup_buckets, teardown_buckets);
    tcase_add_test(test, quiet_owner_may_send_a_burst);
    tcase_add_test(test, a_refusal_costs_nothing);
    tcase_add_test(test, one_request_passes_without_a_burst);
    tcase_add_test(test, extreme_rates_are_bounded);
    tcase_add_test(test, shrunk_bucket_counts_as_empty);
    tcase_add_test(test, a_token_may_be_given_back);
    tcase_add_test(test, owners_of_a_set_have_separate_buckets);
    tcase_add_test(test, a_new_owner_takes_over_the_full_bucket);
    tcase_add_test(test, owner_zero_has_a_bucket);
    tcase_add_test(test, processes_share_one_bucket);
    tcase_add_checked_fixture(limit_test, setup_limits, teardown_limits);
    tcase_add_test(limit_test, without_limits_there_is_no_limiter);
    tcase_add_test(limit_test, a_project_is_limited_and_others_are_not);
    tcase_add_test(limit_test, each_kind_has_its_own_limit);
    tcase_add_test(limit_test, seconds_to_wait_are_rounded_up);
    tcase_add_test(limit_test, a_user_is_limited_in_all_projects);
    tcase_add_test(limit_test, a_refusal_by_the_project_costs_the_user_nothing);
    tcase_add_test(limit_test, a_user_without_project_counts_as_a_project);
    tcase_add_test(limit_test, new_limits_apply_to_the_same_buckets);
    int buckets_status = suite_run("rate buckets", test);
    return suite_run("rate limits", limit_test) | buckets_status;
}
