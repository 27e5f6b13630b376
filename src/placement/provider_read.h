/*
 * Reads a provider and what belongs to it, to be shown: from the kept world if that is current, for
 * one statement, otherwise by SQL. A write loads what it changes with provider_load().
 */
#ifndef BERTH_PLACEMENT_PROVIDER_READ_H
#define BERTH_PLACEMENT_PROVIDER_READ_H

#include "placement/aggregate.h"
#include "placement/inventory.h"
#include "placement/trait.h"
#include "placement/usage.h"

struct provider_reading {
    struct provider provider; /* from the kept world, without the time of its last update */
    bool kept;                /* it is from the kept world, and so will be the rest */
};

/* Begins to read the provider of a uuid. Fails as provider_load() does. */
enum outcome provider_read(struct context *context, const char *uuid,
                           struct provider_reading *reading);

/* Read on. As inventories_load(), usages_of_provider(), aggregates_load() and
   provider_traits_load(). */
enum outcome provider_read_inventories(struct context *context,
                                       const struct provider_reading *reading,
                                       struct inventories *inventories);
enum outcome provider_read_usages(struct context *context, const struct provider_reading *reading,
                                  struct usages *usages);
enum outcome provider_read_aggregates(struct context *context,
                                      const struct provider_reading *reading,
                                      struct aggregates *aggregates);
enum outcome provider_read_traits(struct context *context, const struct provider_reading *reading,
                                  struct traits *traits);

#endif
