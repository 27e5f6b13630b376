/*
 * What a search for candidates tells: candidates, and summaries of providers.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_CANDIDATE_LISTENER_H
#define BERTH_PLACEMENT_CANDIDATES_CANDIDATE_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    double capacity; /* not rounded */
    int64_t used;
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

/* Receives the results. Arguments are valid during the call only. begin() is called first, and
   again if a search begins again from nothing: what was told before, and what was taken from the
   arena since candidates_find() began, is gone. candidate() and summary() return false to end the
   search with OUTCOME_TOO_MUCH. */
struct candidate_listener {
    void *subject;
    void (*begin)(void *subject);
    bool (*candidate)(void *subject, const struct candidate *candidate);
    void (*end_candidates)(void *subject);
    bool (*summary)(void *subject, const struct provider_summary *summary);
};

#endif
