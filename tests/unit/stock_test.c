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
static struct stock stock;
static const struct stocks stocks = {&stock, 1};

static void setup(void)
{
    arena_init(&arena, 0);
    context = (struct context){.arena = &arena};
    stock = (struct stock){.provider_id = 1,
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
    enum outcome outcome = stock_claim(&context, &stocks, &demand);
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
} capacities[] = {
    {10, 0, 0, 10, 1.0, true},   {10, 0, 0, 11, 1.0, false}, {10, 0, 9, 1, 1.0, true},
    {10, 0, 9, 2, 1.0, false},   {10, 3, 0, 7, 1.0, true},   {10, 3, 0, 8, 1.0, false},
    {10, 0, 0, 15, 1.5, true},   {10, 0, 0, 16, 1.5, false}, {10, 0, 0, 5, 0.5, true},
    {10, 10, 0, 1, 16.0, false}, {3, 0, 0, 4, 1.5, true},    {3, 0, 0, 5, 1.5, false},
};

START_TEST(each_capacity)
{
    stock.total = capacities[_i].total;
    stock.reserved = capacities[_i].reserved;
    stock.used = capacities[_i].used;
    stock.allocation_ratio = capacities[_i].ratio;
    ck_assert_int_eq(claim(capacities[_i].amount), capacities[_i].fits);
    if (!capacities[_i].fits)
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
    stock.min_unit = units[_i].least;
    stock.max_unit = units[_i].most;
    stock.step_size = units[_i].step;
    ck_assert_int_eq(claim(units[_i].amount), units[_i].fits);
    if (!units[_i].fits)
        refused_for("would violate inventory constraints");
}
END_TEST

START_TEST(demands_of_a_request_add_up)
{
    ck_assert(claim(6));
    ck_assert(!claim(5));
}
END_TEST

START_TEST(what_is_given_back_counts)
{
    stock.used = 4;
    stock_free(&stocks, 1, 2, 6);
    ck_assert(claim(6));
}
END_TEST

START_TEST(an_overage_may_shrink_but_not_grow)
{
    stock.total = 5;
    stock.used = 8;
    stock_free(&stocks, 1, 2, 4);
    ck_assert(claim(4));
    stock.claimed = 0;
    ck_assert(!claim(5));
}
END_TEST

START_TEST(what_there_is_not_cannot_be_had)
{
    struct demand demand = {1, 3, "provider", "OTHER", 1};
    ck_assert_int_eq(stock_claim(&context, &stocks, &demand), OUTCOME_INVENTORY_INVALID);
    ck_assert_str_eq(context.failure.detail,
                     "Inventory for 'OTHER' on resource provider 'provider' invalid.");
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("stock");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_capacity, 0, sizeof(capacities) / sizeof(capacities[0]));
    tcase_add_loop_test(test, each_unit, 0, sizeof(units) / sizeof(units[0]));
    tcase_add_test(test, demands_of_a_request_add_up);
    tcase_add_test(test, what_is_given_back_counts);
    tcase_add_test(test, an_overage_may_shrink_but_not_grow);
    tcase_add_test(test, what_there_is_not_cannot_be_had);
    return suite_run("stock", test);
}
