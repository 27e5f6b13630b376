/*
 * The rules of capacity and units.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "placement/capacity.h"
#include "suite.h"

static struct arena arena;
static struct context context;
static struct capacity capacity;
static const struct capacities capacities = {&capacity, 1};

static void setup(void)
{
    arena_init(&arena, 0);
    context = (struct context){.arena = &arena};
    capacity = (struct capacity){.provider_id = 1,
                                 .class_id = 2,
                                 .total = 10,
                                 .min_unit = 1,
                                 .max_unit = 100,
                                 .step_size = 1,
                                 .allocation_ratio = 1.0};
}

static void teardown(void)
{
    arena_free(&arena);
}

static bool claim(int64_t used)
{
    struct demand demand = {1, 2, "provider", "CLASS", used};
    enum outcome outcome = capacity_claim(&context, &capacities, &demand);
    ck_assert(outcome == OUTCOME_OK || outcome == OUTCOME_INVENTORY_INVALID);
    return outcome == OUTCOME_OK;
}

static void refused_for(const char *words)
{
    ck_assert_ptr_nonnull(strstr(context.failure.detail, words));
}

static const struct {
    int64_t total, reserved, used, amount;
    double ratio;
    bool fits;
} amounts[] = {
    {10, 0, 0, 10, 1.0, true},   {10, 0, 0, 11, 1.0, false}, {10, 0, 9, 1, 1.0, true},
    {10, 0, 9, 2, 1.0, false},   {10, 3, 0, 7, 1.0, true},   {10, 3, 0, 8, 1.0, false},
    {10, 0, 0, 15, 1.5, true},   {10, 0, 0, 16, 1.5, false}, {10, 0, 0, 5, 0.5, true},
    {10, 10, 0, 1, 16.0, false}, {3, 0, 0, 4, 1.5, true},    {3, 0, 0, 5, 1.5, false},
};

START_TEST(each_amount)
{
    capacity.total = amounts[_i].total;
    capacity.reserved = amounts[_i].reserved;
    capacity.used = amounts[_i].used;
    capacity.allocation_ratio = amounts[_i].ratio;
    ck_assert_int_eq(claim(amounts[_i].amount), amounts[_i].fits);
    if (!amounts[_i].fits)
        refused_for("would exceed the capacity");
}
END_TEST

static const struct {
    int64_t least, most, step, amount;
    bool fits;
} units[] = {
    {2, 8, 1, 1, false}, {2, 8, 1, 2, true},   {2, 8, 1, 8, true},  {2, 8, 1, 9, false},
    {1, 10, 3, 3, true}, {1, 10, 3, 4, false}, {4, 10, 3, 6, true},
};

START_TEST(each_unit)
{
    capacity.min_unit = units[_i].least;
    capacity.max_unit = units[_i].most;
    capacity.step_size = units[_i].step;
    ck_assert_int_eq(claim(units[_i].amount), units[_i].fits);
    if (!units[_i].fits)
        refused_for("would violate inventory constraints");
}
END_TEST

START_TEST(demands_of_a_claim_add_up)
{
    ck_assert(claim(6));
    ck_assert(!claim(5));
}
END_TEST

START_TEST(freed_allocations_count)
{
    capacity.used = 4;
    capacity_free(&capacities, 1, 2, 6);
    ck_assert(claim(6));
}
END_TEST

START_TEST(an_overage_may_shrink_but_not_grow)
{
    capacity.total = 5;
    capacity.used = 8;
    capacity_free(&capacities, 1, 2, 4);
    ck_assert(claim(4));
    capacity.claimed = 0;
    ck_assert(!claim(5));
}
END_TEST

START_TEST(a_provider_has_capacity_of_some_class)
{
    ck_assert(capacity_exists(&capacities, 1));
    ck_assert(!capacity_exists(&capacities, 2));
}
END_TEST

START_TEST(a_class_without_inventory_is_refused)
{
    struct demand demand = {1, 3, "provider", "OTHER", 1};
    ck_assert_int_eq(capacity_claim(&context, &capacities, &demand), OUTCOME_INVENTORY_INVALID);
    ck_assert_str_eq(context.failure.detail,
                     "Inventory for 'OTHER' on resource provider 'provider' invalid.");
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("capacity");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_amount, 0, sizeof(amounts) / sizeof(amounts[0]));
    tcase_add_loop_test(test, each_unit, 0, sizeof(units) / sizeof(units[0]));
    tcase_add_test(test, demands_of_a_claim_add_up);
    tcase_add_test(test, freed_allocations_count);
    tcase_add_test(test, an_overage_may_shrink_but_not_grow);
    tcase_add_test(test, a_provider_has_capacity_of_some_class);
    tcase_add_test(test, a_class_without_inventory_is_refused);
    return suite_run("capacity", test);
}
