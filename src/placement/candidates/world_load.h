/*
 * Where the world of a candidate search comes from.
 *
 * Today it is read for each request, in a fixed number of statements that read whole tables: that
 * is faster than joins. The search knows nothing of this; a world that is kept between requests and
 * only brought up to date could be given in its place.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_WORLD_LOAD_H
#define BERTH_PLACEMENT_CANDIDATES_WORLD_LOAD_H

#include "placement/candidates/world.h"
#include "placement/context.h"

/* Reads all providers with their inventories and usages, which of them have the traits and the
   aggregates of interest, which share, and with whom. Call it inside of database_snapshot(). */
enum outcome world_load(struct context *context, const struct world_interest *interest,
                        struct world *world);

/* Names of the traits of some providers. */
struct trait_names {
    const uint32_t *first; /* of each provider, and one more: where its names begin */
    const char **names;
};

/* Reads the traits, all of them, of the providers for which wanted is true. */
enum outcome world_traits_load(struct context *context, struct world *world, const bool *wanted,
                               struct trait_names *traits);

#endif
