/*
 * The time that a search may take.
 *
 * Everything in a search that a client can make large is charged here, in units of a few
 * nanoseconds of work: a provider looked at, a word of bits compared. The clock is read once in
 * BUDGET_LOOK units, so a search ends soon after its deadline, however long its steps are. Code
 * that finds the budget spent returns at once, with any result; search_next() and the functions
 * like it then report that the search is late.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_BUDGET_H
#define BERTH_PLACEMENT_CANDIDATES_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum { BUDGET_LOOK = 8192 };

struct budget {
    uint64_t deadline; /* clock_microseconds(); 0: none */
    uint32_t left;     /* units until the next look at the clock */
    uint64_t spent;    /* units until the last look at the clock */
    bool over;         /* the deadline has passed */
};

static inline bool budget_is_over(const struct budget *budget)
{
    return budget->over;
}

/* Charges units of work. Returns false if the budget is spent. */
static inline bool budget_spend(struct budget *budget, uint64_t units)
{
    if (units < budget->left) {
        budget->left -= (uint32_t)units;
        return !budget->over;
    }
    budget->spent += BUDGET_LOOK + units - budget->left;
    budget->left = BUDGET_LOOK;
    if (budget->deadline != 0 && clock_microseconds() >= budget->deadline)
        budget->over = true;
    return !budget->over;
}

#endif
