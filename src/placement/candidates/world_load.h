/*
 * Reads the world of a candidate search from the database.
 *
 * The world is read for each request, with a fixed number of statements that read whole tables:
 * this is faster than joins. The search does not know where its world comes from.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_WORLD_LOAD_H
#define BERTH_PLACEMENT_CANDIDATES_WORLD_LOAD_H

#include "placement/candidates/world.h"
#include "placement/context.h"

/* Reads all providers with their inventories and usages, which of them have the traits and are
   members of the aggregates of interest, which of them share, and with which others. Call it inside
   of database_snapshot(). */
enum outcome world_load(struct context *context, const struct world_interest *interest,
                        struct world *world);

/* The trait names of some providers: those of provider i are names[first[i]] to
   names[first[i + 1] - 1]. */
struct trait_names {
    const uint32_t *first;
    const char **names;
};

/* Reads all traits of the providers for which wanted is true. */
enum outcome world_traits_load(struct context *context, struct world *world, const bool *wanted,
                               struct trait_names *traits);

#endif
