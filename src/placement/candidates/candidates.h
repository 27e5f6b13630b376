/*
 * Allocation candidates: the ways in which a request could be allocated.
 *
 * The search tells a listener each candidate as soon as it finds it, and keeps none, unless the
 * order must be random.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_CANDIDATES_H
#define BERTH_PLACEMENT_CANDIDATES_CANDIDATES_H

#include "placement/candidates/candidate_request.h"
#include "placement/context.h"

/* An amount to allocate. */
struct candidate_share {
    const char *provider_uuid;
    const char *class_name;
    int64_t amount;
};

/* The providers that satisfy a group. */
struct candidate_mapping {
    const char *suffix;
    const char **provider_uuids;
    size_t count;
};

struct candidate {
    const struct candidate_share *shares; /* grouped by provider */
    size_t share_count;
    const struct candidate_mapping *mappings; /* one for each group of the request, in order */
    size_t mapping_count;
};

struct summary_resource {
    const char *class_name;
    int64_t capacity, used;
};

/* A provider of the candidates, or another one in their trees. */
struct provider_summary {
    const char *uuid;
    const char *parent_uuid; /* NULL: it is a root */
    const char *root_uuid;
    const struct summary_resource *resources;
    size_t resource_count;
    const char *const *traits;
    size_t trait_count;
};

/* Receives the results. Arguments are valid during the call only. begin() is called first.
   candidate() and summary() return false to end the search with OUTCOME_TOO_MUCH. */
struct candidate_listener {
    void *subject;
    void (*begin)(void *subject);
    bool (*candidate)(void *subject, const struct candidate *candidate);
    void (*end_candidates)(void *subject);
    bool (*summary)(void *subject, const struct provider_summary *summary);
};

/* The size of a search. */
struct candidates_effort {
    uint64_t providers; /* loaded */
    uint64_t found;     /* candidates */
};

/*
 * Finds candidates, in the order that [placement] randomize_allocation_candidates and
 * allocation_candidates_generation_strategy ask for, at most as many as the request's limit and
 * max_allocation_candidates. Then summarizes the providers of their trees; for requests before
 * 1.29, which know no trees, only the providers of the candidates. Fills in effort, also when
 * nothing is found.
 *
 * All that it needs is read in one snapshot, which is over before the search begins.
 *   OUTCOME_CLASS_NOT_FOUND, OUTCOME_TRAIT_NOT_FOUND  a name does not exist
 *   OUTCOME_TOO_LONG  search and answer take longer than settings->candidates_milliseconds, the
 *                     reading aside
 *   OUTCOME_TOO_MUCH  the listener wants no more
 */
enum outcome candidates_find(struct context *context, const struct candidate_request *request,
                             const struct candidate_listener *listener,
                             struct candidates_effort *effort);

#endif
