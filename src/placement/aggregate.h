/*
 * Aggregates: which a provider is a member of. They are made when they are first named.
 */
#ifndef BERTH_PLACEMENT_AGGREGATE_H
#define BERTH_PLACEMENT_AGGREGATE_H

#include "placement/provider.h"

struct aggregates {
    const char *const *uuids;
    size_t count;
};

enum outcome aggregates_load(struct context *context, const struct provider *provider,
                             struct aggregates *aggregates);

/* Makes these the aggregates of a provider that was loaded before, and no others. If raise, the
   generation must be as it was loaded, and is raised; otherwise it is left alone.
   OUTCOME_CONCURRENT_UPDATE: it is not, or the provider is gone. */
enum outcome aggregates_replace(struct context *context, struct provider *provider,
                                const struct aggregates *aggregates, bool raise);

/* The ids of count uuids, in their order; -1 for one that names no aggregate. They are told apart
   by case, as upstream does. */
enum outcome aggregates_to_ids(struct context *context, const char *const *uuids, size_t count,
                               int64_t *ids);

#endif
