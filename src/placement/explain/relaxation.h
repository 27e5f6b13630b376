/*
 * Weaker forms of a request, to find out which of its constraints make it impossible.
 *
 * relaxation_match() tells whether some of the constraints can hold, alone or with some of the
 * others. So leaving out more never makes a request harder, and what is impossible for some
 * constraints is impossible for the request. A query of these constraints only could be harder: a
 * class of the unsuffixed group that is left out may be the one whose provider has a required
 * trait, and a group of a subtree the one whose provider is its top. A granular group without
 * classes stands for a provider with the rest, the unsuffixed one for a tree that sees it.
 *
 * For this the world gets marks (marked_world.h).
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_RELAXATION_H
#define BERTH_PLACEMENT_EXPLAIN_RELAXATION_H

#include "placement/candidates/search.h"
#include "placement/explain/constraint.h"
#include "placement/explain/funnel.h"

struct relaxation;

/* Returns the relaxation of a request, in the arena. The funnels are those of its groups. */
struct relaxation *relaxation_new(const struct inquiry *inquiry,
                                  const struct constraint_list *constraints,
                                  struct funnel *const *funnels);

/* Returns whether there is a candidate for the kept constraints, with none or some of the others:
   SEARCH_END if there is none, SEARCH_LATE if there was too much to try. */
enum search_step relaxation_match(const struct relaxation *relaxation, const bool *kept);

/* Finds the trees that have a candidate for the kept constraints, with none or some of the others:
   sets found[root]. SEARCH_LATE: not all were found. A candidate of sharing providers only, which
   several trees see, counts for the first one. */
enum search_step relaxation_find(const struct relaxation *relaxation, const bool *kept,
                                 bool *found);

/* What a candidate takes from a provider. */
struct relaxed_choice {
    size_t group;     /* of the request */
    int64_t class_id; /* of the unsuffixed group; -1: all of a granular one */
    uint32_t provider;
};

/* Looks at a candidate. Returns false if it wants to see no more. */
typedef bool (*candidate_visitor)(void *subject, const struct relaxed_choice *choices,
                                  size_t count);

/* Shows the candidates of a tree for the kept constraints, with none of the others. If classes of
   the unsuffixed group are not kept, some may not be complete to candidates with all its required
   traits. Returns SEARCH_LATE if not all were found. */
enum search_step relaxation_visit(const struct relaxation *relaxation, const bool *kept,
                                  uint32_t root, candidate_visitor visit, void *subject);

/* Returns whether a filter between groups has an effect on the request. */
bool relaxation_applies(const struct relaxation *relaxation, enum explain_filter filter);

/*
 * Finds the trees that have a candidate if all groups hold alone, and of the filters between groups
 * (SHARING and later) those up to `last`. Sets *trees to their number and, if found is not NULL,
 * found[anchor] for each of them. With `first` it stops at the first one.
 *   SEARCH_FOUND, SEARCH_END: there is a tree, or none; SEARCH_LATE: the budget is spent
 * A candidate of sharing providers only, which several trees see, counts for the first one.
 */
enum search_step relaxation_trees(const struct relaxation *relaxation, enum explain_filter last,
                                  bool first, uint32_t *trees, bool *found);

#endif
