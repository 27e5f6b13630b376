/*
 * The aggregates of providers. An aggregate is created when a provider first becomes its member.
 */
#ifndef BERTH_PLACEMENT_AGGREGATE_H
#define BERTH_PLACEMENT_AGGREGATE_H

#include "placement/provider.h"

struct aggregates {
    const char *const *uuids;
    size_t count;
};

/* Loads the aggregates of a provider, in the order of ids. */
enum outcome aggregates_load(struct context *context, const struct provider *provider,
                             struct aggregates *aggregates);

/* Replaces the aggregates of a provider that was loaded before. With raise, the provider must still
   have the generation that was loaded, which is then raised; without, the generation is ignored.
   OUTCOME_CONCURRENT_UPDATE: the provider has another generation, or was deleted. */
enum outcome aggregates_replace(struct context *context, struct provider *provider,
                                const struct aggregates *aggregates, bool raise);

/* Sets ids[i] to the id of the aggregate uuids[i], or to -1 if there is none. Case matters, as
   upstream has it. */
enum outcome aggregates_to_ids(struct context *context, const char *const *uuids, size_t count,
                               int64_t *ids);

#endif
