/*
 * The smallest set of constraints that is impossible to satisfy.
 *
 * Single constraints and pairs are all tried. For larger sets QuickXplain (Junker, 2004) finds one
 * from which nothing can be left out; if it has more than three constraints, and there are few in
 * all, threes are tried too. Beyond that there may be a smaller set.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_SMALLEST_SET_H
#define BERTH_PLACEMENT_EXPLAIN_SMALLEST_SET_H

#include "placement/explain/relaxation.h"

/* Of several sets of the same size, so many are kept. */
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
