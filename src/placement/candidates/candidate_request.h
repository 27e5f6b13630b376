/*
 * What GET /allocation_candidates asks for, in names.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_CANDIDATE_REQUEST_H
#define BERTH_PLACEMENT_CANDIDATES_CANDIDATE_REQUEST_H

#include <stdbool.h>

#include "placement/requirements.h"

struct request_group {
    const char *suffix; /* "": the unsuffixed group; others are satisfied by one provider each */
    struct resource_amounts resources; /* only a group with a suffix may have none */
    struct membership traits;
    struct membership aggregates;
    const char *in_tree; /* uuid of a provider in the tree; NULL: any tree */
};

struct candidate_request {
    struct request_group *groups; /* in the order of the query string */
    size_t group_count;
    struct name_set *subtrees; /* each: suffixes of groups that must be in one subtree */
    size_t subtree_count;
    struct membership root_traits;
    bool isolate;     /* group_policy=isolate */
    bool one_of_tree; /* before 1.29: the client knows no trees */
    bool with_traits; /* the answer shows the traits of providers */
    int64_t limit;    /* 0: no limit */
};

#endif
