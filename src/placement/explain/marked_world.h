/*
 * A world with marks: traits that the database does not have, so that a query can ask for what a
 * search otherwise does not know. That a provider satisfies a group alone, that it is in the tree
 * of a group, that an anchor sees a required trait. Nothing but the traits is copied.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_MARKED_WORLD_H
#define BERTH_PLACEMENT_EXPLAIN_MARKED_WORLD_H

#include "placement/explain/constraint.h"
#include "placement/explain/funnel.h"

enum { NO_MARK = -1 };

/* Marks are numbers of traits of the world. */
struct marked_world {
    const struct inquiry *inquiry;
    struct world world;
    size_t next_bit;      /* the next mark */
    long any;             /* all providers have it */
    long *fits;           /* for each group: the providers that satisfy it alone; NO_MARK: it is the
                             unsuffixed one */
    long *of_constraints; /* for each constraint that a query cannot ask for without the rest of its
                             group. in_tree of a granular group: the providers of the tree. Of the
                             unsuffixed group: the anchors that see the trait, or a member of the
                             aggregate, or are the root of the tree. NO_MARK: no such constraint, or
                             it has no effect */
};

/* Marks the world of an inquiry. The funnels are those of the groups of its request. */
struct marked_world marked_world_of(const struct inquiry *inquiry,
                                    const struct constraint_list *constraints,
                                    struct funnel *const *funnels);

/* Returns a set of traits that has one mark, and a set of traits of the query as wide as those of
   the marked world; in the arena. */
const uint64_t *marked_bit(const struct marked_world *marked, long mark);
const uint64_t *marked_set(const struct marked_world *marked, const uint64_t *set);

#endif
