/*
 * What a group asks for, or a part of it, by numbers and by names: element i of the one list is
 * element i of the other.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_SOUGHT_H
#define BERTH_PLACEMENT_EXPLAIN_SOUGHT_H

#include "placement/explain/constraint.h"
#include "placement/explain/inquiry.h"

struct sought {
    const struct inquiry *inquiry;
    const char *const *names;   /* of providers; NULL: they are called by their uuids */
    struct search_group group;  /* its required sets, and all that it forbids in one set */
    struct request_group asked; /* the same, by names */
    /* Each forbidden name as a required set. */
    struct search_membership forbidden_traits, forbidden_aggregates;
    /* Of the unsuffixed group: what it asks for beside this part; may bring a required trait. */
    const struct search_demand *bringers;
    size_t bringer_count;
    const enum subtree_place *places; /* of its providers; NULL: it is in no subtree */
    bool bound;    /* in_tree matters: to a group without resources it does not */
    size_t number; /* of the group in the request */
    uint64_t part; /* sought_bit() of all that is sought of it; SOUGHT_WHOLE */
};

/* The part that is all of a group. */
#define SOUGHT_WHOLE UINT64_MAX

/* Returns all of a group of the request. */
struct sought sought_of_group(const struct inquiry *inquiry, const char *const *names,
                              size_t number);

/* Returns the bit of a constraint of the group, by its kind and its index among those of all of the
   group; of very many constraints some share one. */
uint64_t sought_bit(const struct sought *sought, enum constraint_kind kind, size_t index);

/* Returns what a set of constraints asks of a group, in the arena. Constraints of other groups, or
   of the whole request, do not matter. */
struct sought sought_of_constraints(const struct inquiry *inquiry, const char *const *names,
                                    const struct constraint_list *constraints, const size_t *set,
                                    size_t size, size_t number);

#endif
