/*
 * Why a candidate request finds nothing, or how many candidates it finds.
 *
 * All is computed from one whole world, in the time that a search may take
 * (settings->candidates_milliseconds): the funnel of each group, then how many trees the filters
 * between groups leave, the smallest set of constraints that is impossible, what each single
 * constraint costs, and the nearest misses.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_EXPLANATION_H
#define BERTH_PLACEMENT_EXPLAIN_EXPLANATION_H

#include "placement/explain/constraint.h"
#include "placement/explain/counting.h"
#include "placement/explain/funnel.h"
#include "placement/explain/nearest.h"
#include "placement/explain/smallest_set.h"
#include "placement/explain/unknown_names.h"

/* Constraints that are left out one by one, at most. */
enum { WITHOUT_MOST = 256 };

/* The request without one of its constraints. */
struct without {
    const struct constraint *constraint;
    bool whole_group; /* the rest of its group goes too, as it has no other class */
    bool asks;        /* something is left to be asked: */
    struct candidate_request request;
    struct candidate_count candidates;
};

/* What a filter between groups leaves. */
struct between {
    enum explain_filter filter;
    uint32_t trees;
    bool known; /* the time sufficed */
};

/* Who is in which aggregate, whether any of them shares or not; by aggregate. */
struct tie {
    int64_t aggregate_id;
    uint32_t provider;
};

struct ties {
    const struct tie *items;
    size_t count;
};

struct explanation {
    const struct candidate_request *request;
    const struct world *world;
    const char *const *names; /* of the providers; NULL: they are called by their uuids */
    struct ties ties;
    const char *query; /* the query string, without the limit */
    uint32_t trees;
    struct candidate_count candidates;
    struct constraint_list constraints;
    struct funnel **funnels; /* for each group */
    size_t funnel_count;
    struct between between[FILTERS];
    size_t between_count;
    enum explain_filter filter; /* the first that leaves nothing; FILTERS: none, or not known */
    const bool *last; /* for each root: its tree passes all filters between groups but that one;
                         NULL: the filter is of one group, or the first of those, or none */
    size_t group;     /* the group that it is about; funnel_count: all of them */
    struct impossible_sets impossible; /* the told one first; empty if there are candidates */
    struct without *without;
    size_t without_count;
    struct near_misses misses;
    const char *cause;            /* the sentence that comes first */
    struct unknown_names unknown; /* why the request is refused; only then */
    bool complete; /* the time sufficed for all of it, and no constraint was left aside */
};

#endif
