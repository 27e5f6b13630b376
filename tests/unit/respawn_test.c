/*
 * When the successors of workers that died may start.
 */
#include <config.h>

#include "pool/respawn.h"
#include "suite.h"

static const struct slot_view starting = {.state = WORKER_STARTING};
static const struct slot_view ready = {.state = WORKER_IDLE};
static const struct slot_view busy = {.state = WORKER_BUSY};
static const struct slot_view served = {.state = WORKER_IDLE, .requests = 1};

/* The pause after the last of count deaths in a row, each 10 ms after the worker's start. */
static uint64_t pause_after(unsigned count, const struct slot_view *view)
{
    struct respawn respawn = {0};
    uint64_t now = 0, pause = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t started = now;
        now += 10;
        respawn_note_death(&respawn, view, started, now);
        pause = respawn.not_before > now ? respawn.not_before - now : 0;
        ck_assert_int_eq(respawn_is_held(&respawn, now), pause > 0);
        ck_assert(!respawn_is_held(&respawn, now + pause));
        now += pause;
    }
    return pause;
}

START_TEST(workers_that_never_become_ready_are_replaced_more_and_more_slowly)
{
    ck_assert_uint_eq(pause_after(1, &starting), 100);
    ck_assert_uint_eq(pause_after(2, &starting), 200);
    ck_assert_uint_eq(pause_after(7, &starting), 6400);
    ck_assert_uint_eq(pause_after(8, &starting), 10000);
    ck_assert_uint_eq(pause_after(100, &starting), 10000);
}
END_TEST

START_TEST(ready_workers_that_are_killed_come_back_within_a_second)
{
    ck_assert_uint_eq(pause_after(1, &ready), 100);
    ck_assert_uint_eq(pause_after(100, &ready), 1000);
}
END_TEST

START_TEST(workers_that_served_or_lived_are_replaced_at_once)
{
    struct respawn respawn = {.failures = 7};
    ck_assert_uint_eq(pause_after(10, &served), 0);
    ck_assert_uint_eq(pause_after(10, &busy), 0);
    respawn_note_death(&respawn, &starting, 5000, 6000);
    ck_assert(!respawn_is_held(&respawn, 6000));
    ck_assert_uint_eq(respawn.failures, 0);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("respawn");
    tcase_add_test(test, workers_that_never_become_ready_are_replaced_more_and_more_slowly);
    tcase_add_test(test, ready_workers_that_are_killed_come_back_within_a_second);
    tcase_add_test(test, workers_that_served_or_lived_are_replaced_at_once);
    return suite_run("respawn", test);
}
