/*
 * Tests the token cache with several processes at once, some of which are killed.
 *
 * No test depends on how fast the machine is: processes wait for each other by counters and flags
 * in shared memory, and results are counted.
 */
#include <config.h>

#include <check.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "auth/keystone/token_cache.h"
#include "base/clock.h"
#include "base/shared_memory.h"
#include "suite.h"

static struct token_cache *cache;
static struct board {
    _Atomic unsigned ready, leaders, over, late, wrong, valid, turns;
    _Atomic bool answered; /* leaders may land */
} * board;

static void setup(void)
{
    cache = token_cache_new(64);
    board = shared_memory_new(sizeof(*board));
    ck_assert_ptr_nonnull(cache);
    ck_assert_ptr_nonnull(board);
}

static void teardown(void)
{
    token_cache_free(cache);
    shared_memory_free(board, sizeof(*board));
}

static void nap(unsigned milliseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)milliseconds * 1000000}, NULL);
}

static struct token_digest digest_of(const char *token)
{
    static const struct token_digest salt;
    struct token_digest digest;
    /* no assertion of Check: several processes at once would write to its one file */
    if (!token_digest_make(&salt, token, &digest))
        abort();
    return digest;
}

static struct token_digest digest_number(unsigned number)
{
    char token[32];
    snprintf(token, sizeof(token), "token-%u", number);
    return digest_of(token);
}

static size_t put(const char *token, const char *record, unsigned seconds)
{
    struct token_digest digest = digest_of(token);
    char found[TOKEN_CACHE_RECORD];
    token_cache_put(cache, &digest, record, strlen(record) + 1, seconds);
    return token_cache_get(cache, &digest, found, sizeof(found));
}

START_TEST(stored_record_is_found)
{
    struct token_digest digest = digest_of("one"), other = digest_of("two");
    char record[16];
    ck_assert_uint_eq(put("one", "first", 10), 6);
    ck_assert_uint_eq(put("one", "second", 10), 7);
    ck_assert_uint_eq(token_cache_get(cache, &digest, record, sizeof(record)), 7);
    ck_assert_str_eq(record, "second");
    ck_assert_uint_eq(token_cache_get(cache, &digest, record, 3), 0);
    ck_assert_uint_eq(token_cache_get(cache, &other, record, sizeof(record)), 0);
}
END_TEST

START_TEST(cache_is_left_out_of_core_dumps)
{
    char line[512], address[32];
    bool found = false, dumped = true;
    FILE *maps = fopen("/proc/self/smaps", "r");
    ck_assert_ptr_nonnull(maps);
    snprintf(address, sizeof(address), "%lx-", (unsigned long)(uintptr_t)cache);
    while (fgets(line, sizeof(line), maps) != NULL) {
        if (strncmp(line, address, strlen(address)) == 0)
            found = true;
        if (found && strncmp(line, "VmFlags:", 8) == 0) {
            dumped = strstr(line, " dd") == NULL;
            break;
        }
    }
    fclose(maps);
    ck_assert(found && !dumped);
}
END_TEST

START_TEST(digest_depends_on_the_keystone)
{
    struct token_digest salt = digest_of("http://elsewhere");
    struct token_digest there, here = digest_of("one");
    ck_assert(token_digest_make(&salt, "one", &there));
    ck_assert_int_ne(memcmp(&there, &here, sizeof(there)), 0);
}
END_TEST

START_TEST(record_expires_after_its_time)
{
    struct token_digest digest = digest_of("brief"), lasting = digest_of("lasting");
    char record[16];
    ck_assert_uint_gt(put("lasting", "x", 0), 0);
    uint64_t begun = clock_milliseconds();
    token_cache_put(cache, &digest, "x", 2, 1);
    while (token_cache_get(cache, &digest, record, sizeof(record)) > 0)
        nap(10);
    ck_assert_uint_ge(clock_milliseconds() - begun, 1000);
    ck_assert_uint_gt(token_cache_get(cache, &lasting, record, sizeof(record)), 0);
}
END_TEST

START_TEST(too_long_record_is_not_kept)
{
    static char record[TOKEN_CACHE_RECORD + 1];
    struct token_digest digest = digest_of("long");
    token_cache_put(cache, &digest, record, sizeof(record), 10);
    ck_assert_uint_eq(token_cache_get(cache, &digest, record, sizeof(record)), 0);
    token_cache_put(cache, &digest, record, sizeof(record) - 1, 10);
    ck_assert_uint_eq(token_cache_get(cache, &digest, record, sizeof(record)), sizeof(record) - 1);
}
END_TEST

START_TEST(recently_used_record_is_kept)
{
    struct token_digest used = digest_of("used");
    unsigned number, kept = 0;
    ck_assert_uint_gt(put("used", "x", 60), 0);
    for (unsigned i = 0; i < 2000; i++) {
        struct token_digest digest = digest_number(i);
        token_cache_put(cache, &digest, &i, sizeof(i), 60);
        /* the time of the last use counts in milliseconds */
        if (i % 20 == 0)
            nap(1);
        ck_assert_uint_gt(token_cache_get(cache, &used, &number, sizeof(number)), 0);
    }
    for (unsigned i = 0; i < 2000; i++) {
        struct token_digest digest = digest_number(i);
        if (token_cache_get(cache, &digest, &number, sizeof(number)) == sizeof(number)) {
            ck_assert_uint_eq(number, i);
            kept++;
        }
    }
    ck_assert_uint_le(kept, 63);
    ck_assert_uint_ge(kept, 40);
}
END_TEST

/* Writes records of one repeated byte, and reads those of other processes. */
static void hammer(unsigned seed)
{
    unsigned char record[1500];
    for (unsigned i = 0; i < 30000; i++) {
        struct token_digest digest = digest_number((i * 7 + seed) % 16);
        atomic_fetch_add(&board->turns, 1);
        if (i % 3 == 0) {
            memset(record, (int)(i + seed) % 251, sizeof(record));
            token_cache_put(cache, &digest, record, sizeof(record), 60);
        } else if (token_cache_get(cache, &digest, record, sizeof(record)) > 0) {
            if (memcmp(record, record + 1, sizeof(record) - 1) != 0)
                atomic_fetch_add(&board->wrong, 1);
            atomic_fetch_add(&board->valid, 1);
        }
    }
}

static pid_t start(void (*work)(unsigned), unsigned number)
{
    pid_t pid = fork();
    if (pid == 0) {
        work(number);
        _exit(0);
    }
    return pid;
}

START_TEST(no_half_written_record_is_read)
{
    pid_t pids[4];
    for (unsigned i = 0; i < 4; i++)
        pids[i] = start(hammer, i);
    for (unsigned i = 0; i < 4; i++)
        waitpid(pids[i], NULL, 0);
    ck_assert_uint_eq(board->wrong, 0);
    ck_assert_uint_gt(board->valid, 0);
}
END_TEST

static void hammer_on(unsigned seed)
{
    for (;;)
        hammer(seed);
}

START_TEST(killed_writers_leave_the_cache_whole)
{
    for (unsigned i = 0; i < 60; i++) {
        pid_t pids[2] = {start(hammer_on, i), start(hammer_on, i + 5)};
        unsigned goal = board->turns + 1000 + i % 7;
        while (board->turns < goal)
            nap(1);
        for (unsigned j = 0; j < 2; j++) {
            kill(pids[j], SIGKILL);
            waitpid(pids[j], NULL, 0);
        }
    }
    hammer(99);
    ck_assert_uint_eq(board->wrong, 0);
    for (unsigned i = 0; i < 16; i++) {
        struct token_digest digest = digest_number(i);
        unsigned number = i;
        token_cache_put(cache, &digest, &number, sizeof(number), 60);
        ck_assert_uint_eq(token_cache_get(cache, &digest, &number, sizeof(number)), sizeof(number));
    }
}
END_TEST

enum { ASKING = 50, FOREVER = 3600 * 1000 /* milliseconds: the test times out before */ };

static enum token_verdict verdict_to_find;

/* Acts like a worker with an unknown token. A leader has its answer once board->answered is set. */
static void ask(unsigned patience)
{
    struct token_digest digest = digest_of("new");
    enum token_verdict verdict;
    char record[16];
    atomic_fetch_add(&board->ready, 1);
    switch (token_flight_join(cache, &digest, clock_milliseconds() + patience, &verdict)) {
    case TOKEN_FLIGHT_LEAD:
        verdict = TOKEN_VALID;
        if (token_cache_get(cache, &digest, record, sizeof(record)) == 0) {
            atomic_fetch_add(&board->leaders, 1);
            while (!board->answered)
                nap(1);
            verdict = verdict_to_find;
            if (verdict == TOKEN_VALID)
                token_cache_put(cache, &digest, "x", 2, 60);
        }
        token_flight_land(cache, &digest, verdict);
        break;
    case TOKEN_FLIGHT_OVER:
        atomic_fetch_add(&board->over, 1);
        break;
    default:
        atomic_fetch_add(&board->late, 1);
        return;
    }
    if (verdict != verdict_to_find)
        atomic_fetch_add(&board->wrong, 1);
}

static void wait_for_leaders(unsigned count)
{
    while (board->leaders < count)
        nap(1);
}

static pid_t start_leader(void)
{
    pid_t pid = start(ask, FOREVER);
    wait_for_leaders(1);
    return pid;
}

/* Returns whether the process sleeps, as the kernel sees it. */
static bool is_asleep(pid_t pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    fclose(file);
    const char *end = strrchr(line, ')');
    return end != NULL && strncmp(end, ") S", 3) == 0;
}

/* Starts processes that wait for the leader; returns when all sleep in token_flight_join(). */
static void start_followers(pid_t *pids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        pids[i] = start(ask, FOREVER);
    while (board->ready < count + 1)
        nap(1);
    for (unsigned i = 0; i < count; i++)
        while (!is_asleep(pids[i]))
            nap(1);
}

static void await(const pid_t *pids, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        waitpid(pids[i], NULL, 0);
}

static const enum token_verdict verdicts[] = {TOKEN_VALID, TOKEN_REFUSED, TOKEN_UNKNOWN};

START_TEST(one_worker_asks_for_all)
{
    pid_t pids[ASKING];
    verdict_to_find = verdicts[_i];
    pids[0] = start_leader();
    start_followers(pids + 1, ASKING - 1);
    board->answered = true;
    await(pids, ASKING);
    ck_assert_uint_eq(board->wrong, 0);
    ck_assert_uint_eq(board->late, 0);
    ck_assert_uint_eq(board->leaders, 1);
    ck_assert_uint_eq(board->over, ASKING - 1);
}
END_TEST

START_TEST(next_worker_asks_after_a_kill)
{
    pid_t pids[8];
    pids[0] = start_leader();
    start_followers(pids + 1, 7);
    kill(pids[0], SIGKILL);
    wait_for_leaders(2);
    board->answered = true;
    await(pids, 8);
    ck_assert_uint_eq(board->wrong, 0);
    ck_assert_uint_eq(board->late, 0);
    ck_assert_uint_eq(board->leaders, 2);
    ck_assert_uint_eq(board->over, 6);
}
END_TEST

START_TEST(stopped_worker_is_not_waited_for_forever)
{
    pid_t leader = start_leader();
    kill(leader, SIGSTOP);
    uint64_t begun = clock_milliseconds();
    pid_t follower = start(ask, 100);
    await(&follower, 1);
    ck_assert_uint_eq(board->late, 1);
    ck_assert_uint_ge(clock_milliseconds() - begun, 100);
    kill(leader, SIGKILL);
    await(&leader, 1);
}
END_TEST

START_TEST(lookup_is_measured)
{
    enum { TIMES = 100000 };
    char record[TOKEN_CACHE_RECORD];
    struct timespec begun, ended;
    unsigned found = 0;
    memset(record, 'x', 400);
    record[400] = '\0';
    ck_assert_uint_eq(put("a token of the usual length", record, 60), 401);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (unsigned i = 0; i < TIMES; i++) {
        struct token_digest digest = digest_of("a token of the usual length");
        found += token_cache_get(cache, &digest, record, sizeof(record)) > 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    ck_assert_uint_eq(found, TIMES);
    printf("a lookup in the token cache: %.2f us\n",
           ((double)(ended.tv_sec - begun.tv_sec) * 1e6 +
            (double)(ended.tv_nsec - begun.tv_nsec) / 1e3) /
               TIMES);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("token cache");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_test(test, stored_record_is_found);
    tcase_add_test(test, cache_is_left_out_of_core_dumps);
    tcase_add_test(test, digest_depends_on_the_keystone);
    tcase_add_test(test, record_expires_after_its_time);
    tcase_add_test(test, too_long_record_is_not_kept);
    tcase_add_test(test, recently_used_record_is_kept);
    tcase_add_test(test, no_half_written_record_is_read);
    tcase_add_test(test, killed_writers_leave_the_cache_whole);
    tcase_add_loop_test(test, one_worker_asks_for_all, 0, sizeof(verdicts) / sizeof(verdicts[0]));
    tcase_add_test(test, next_worker_asks_after_a_kill);
    tcase_add_test(test, stopped_worker_is_not_waited_for_forever);
    tcase_add_test(test, lookup_is_measured);
    return suite_run("token cache", test);
}
