/*
 * The smallest set of constraints that is impossible to satisfy.
 *
 * A constraint without which there would be a candidate is in every impossible set. So sets of
 * these and one more, two more and so on are tried, as long as they are not too many. Beyond that
 * QuickXplain (Junker, 2004) finds a set from which nothing can be left out, but there may be a
 * smaller one.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_SMALLEST_SET_H
#define BERTH_PLACEMENT_EXPLAIN_SMALLEST_SET_H

#include "placement/explain/relaxation.h"

/* Of several sets of the same size, the number that is kept. */
enum { SETS_MOST = 8 };

struct impossible_sets {
    size_t *sets[SETS_MOST]; /* each: places in the list of constraints, rising */
    size_t count;            /* 0: the budget did not suffice */
    size_t size;             /* constraints in each of them */
    bool smallest;           /* no smaller set is impossible */
};

/* Finds sets of a request that has no candidates, in the arena. */
struct impossible_sets impossible_sets_find(const struct inquiry *inquiry,
                                            const struct constraint_list *constraints,
                                            const struct relaxation *relaxation);

#endif
