/*
 * The nearest top of a subtree: a provider that one group of same_subtree could take, with the
 * others at or below it, if less were missing than anywhere else.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_NEAREST_TOP_H
#define BERTH_PLACEMENT_EXPLAIN_NEAREST_TOP_H

#include "placement/explain/wording.h"

/* The groups of a subtree, at most, for which a top is looked for. */
enum { TOP_GROUPS_MOST = 16 };

struct nearest_top {
    uint32_t top;
    struct {
        uint32_t provider; /* at or below the top: that which serves the group best, beside what the
                              other groups take */
        bool fits;         /* it satisfies the group, if the others take nothing */
        bool shared;       /* not if they do */
    } groups[TOP_GROUPS_MOST];
    size_t missing; /* groups that nothing satisfies */
    bool mendable;  /* what they lack is capacity, or units that fit, of a class that is there */
    uint32_t more;  /* other trees with a top for the same groups, where the same is missing */
};

/* Finds the nearest top among the trees that are told of. isolate: the groups need different
   providers. beside: tops with the same groups as this one do not count; NULL: all do. Returns
   false if there is none, too many groups, or no time. */
bool nearest_top_find(const struct telling *telling, const struct search_subtree *subtree,
                      bool isolate, const struct nearest_top *beside, struct nearest_top *nearest);

/* Notes what is missing for the first group without a provider as a miss that is told. */
void nearest_top_name(const struct telling *telling, const struct search_subtree *subtree,
                      const struct nearest_top *nearest);

/* Returns what the top has and what is missing for the first of the other groups: "a has _A, but
   for _B b lacks 1 VCPU of 2". */
const char *nearest_top_words(const struct telling *telling, const struct search_subtree *subtree,
                              const struct nearest_top *nearest);

#endif
