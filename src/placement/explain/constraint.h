/*
 * The constraints of a candidate request, one by one: each amount of a class, each required set of
 * traits, each forbidden trait, and so on. An explanation names them as the query string does.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CONSTRAINT_H
#define BERTH_PLACEMENT_EXPLAIN_CONSTRAINT_H

#include "base/arena.h"
#include "placement/candidates/candidate_request.h"

enum constraint_kind {
    CONSTRAINT_RESOURCE,       /* an amount of a group */
    CONSTRAINT_REQUIRED,       /* a required set of traits of a group */
    CONSTRAINT_FORBIDDEN,      /* a forbidden trait of a group */
    CONSTRAINT_MEMBER_OF,      /* a required set of aggregates of a group */
    CONSTRAINT_NOT_MEMBER_OF,  /* a forbidden aggregate of a group */
    CONSTRAINT_IN_TREE,        /* of a group */
    CONSTRAINT_ROOT_REQUIRED,  /* a required trait of the root */
    CONSTRAINT_ROOT_FORBIDDEN, /* a forbidden trait of the root */
    CONSTRAINT_SAME_SUBTREE,
    CONSTRAINT_GROUP_POLICY, /* group_policy=isolate */
    CONSTRAINT_ONE_OF_TREE,  /* a microversion below 1.29 */
};

struct constraint {
    enum constraint_kind kind;
    size_t group;     /* place in the request; 0 for constraints of the whole request */
    size_t index;     /* place among those of its kind in the group, or in the request */
    const char *text; /* "required1=CUSTOM_GOLD", not encoded */
};

struct constraint_list {
    struct constraint *items;
    size_t count;
};

/* Returns whether a constraint is on what a provider of a group must not have. */
bool constraint_is_negative(const struct constraint *constraint);

/* Returns whether a constraint is about the root of the tree (root_required). */
bool constraint_is_of_root(const struct constraint *constraint);

/* Returns the constraints in the order of the groups; those of the whole request come last. */
struct constraint_list constraints_of(const struct candidate_request *request, struct arena *arena);

/*
 * Makes a request that lacks one constraint. A group that has no resources left goes too, with its
 * name in the subtrees, unless it still asks for something and a subtree names it: without that the
 * query would be refused. Returns false if no group is left that asks for resources.
 */
bool request_without(const struct candidate_request *request, const struct constraint *constraint,
                     struct arena *arena, struct candidate_request *without);

/* Returns the query string of a request, without its limit. */
const char *request_query_string(const struct candidate_request *request, struct arena *arena);

/* Returns the names of a set as a sentence has them: "A, B". brief: of a long list, which the
   constraint itself tells whole, only the beginning: "A, B and 12 more". */
const char *names_told(const struct name_set *set, bool brief, struct arena *arena);

#endif
