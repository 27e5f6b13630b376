/*
 * Allocation candidates: in which ways what is asked for could be allocated.
 *
 * The search is told as it goes: what it finds is handed over at once and kept nowhere, unless it
 * is to be put into a random order.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_CANDIDATES_H
#define BERTH_PLACEMENT_CANDIDATES_CANDIDATES_H

#include "placement/candidates/candidate_request.h"
#include "placement/context.h"

/* An amount to be allocated. */
struct candidate_share {
    const char *provider_uuid;
    const char *class_name;
    int64_t amount;
};

/* Which providers satisfy a group. */
struct candidate_mapping {
    const char *suffix;
    const char **provider_uuids;
    size_t count;
};

struct candidate {
    const struct candidate_share *shares; /* those of a provider stand together */
    size_t share_count;
    const struct candidate_mapping *mappings; /* one for each group, in their order */
    size_t mapping_count;
};

struct summary_resource {
    const char *class_name;
    int64_t capacity, used;
};

/* What a provider has that the candidates, or others of their trees, are about. */
struct provider_summary {
    const char *uuid;
    const char *parent_uuid; /* NULL: it is a root */
    const char *root_uuid;
    const struct summary_resource *resources;
    size_t resource_count;
    const char *const *traits;
    size_t trait_count;
};

/* Who is told. All that is handed over is valid during the call only. */
struct candidate_listener {
    void *subject;
    void (*begin)(void *subject); /* all that was told before is void */
    bool (*candidate)(void *subject, const struct candidate *candidate); /* false: that is enough */
    void (*end_candidates)(void *subject);
    bool (*summary)(void *subject, const struct provider_summary *summary);
};

/* How much a search was. */
struct candidates_effort {
    uint64_t providers; /* that were looked at: those of trees that may be of use */
    uint64_t found;
};

/*
 * Finds the candidates, in the order that [placement] randomize_allocation_candidates and
 * allocation_candidates_generation_strategy ask for, at most as many as the request's limit and
 * max_allocation_candidates. Then the providers of their trees are summarized (before 1.29, when
 * nobody knew of trees, the providers that they name).
 *   OUTCOME_CLASS_NOT_FOUND, OUTCOME_TRAIT_NOT_FOUND  a name does not exist
 *   OUTCOME_TOO_LONG  it takes more time than settings->candidates_milliseconds
 *   OUTCOME_TOO_MUCH  the listener has had enough
 * The effort is told of all that comes to an end, also where nothing is found.
 */
enum outcome candidates_find(struct context *context, const struct candidate_request *request,
                             const struct candidate_listener *listener,
                             struct candidates_effort *effort);

#endif
