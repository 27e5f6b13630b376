/*
 * A resource provider: its row, and its generation.
 *
 * The generation is the provider's version. Who changes what belongs to a provider (inventories,
 * traits, aggregates, allocations) does so in a transaction that raises the generation with a
 * compare-and-set, so that of two that read the same generation only one can win, also against the
 * Python service on the same database. A read that gives the generation together with something
 * else reads the generation first: an older generation with newer content ends in a conflict, the
 * other way round in a lost update.
 */
#ifndef BERTH_PLACEMENT_PROVIDER_H
#define BERTH_PLACEMENT_PROVIDER_H

#include <time.h>

#include "placement/context.h"

struct provider {
    int64_t id;
    const char *uuid;
    const char *name;
    int64_t generation;
    int64_t root_id;
    const char *root_uuid;
    int64_t parent_id;       /* 0: none */
    const char *parent_uuid; /* NULL: none */
    time_t updated;          /* updated_at, 0 if that is unset */
    time_t modified;         /* updated_at, or created_at if that is unset; 0 if both are */
};

/* Loads the provider of a uuid, compared as upstream does (the text as given). OUTCOME_NOT_FOUND:
   "No resource provider with uuid <uuid> found". */
enum outcome provider_load(struct context *context, const char *uuid, struct provider *provider);

/* The same inside of a transaction that is going to change what belongs to the provider: its row is
   locked until the end. */
enum outcome provider_lock(struct context *context, const char *uuid, struct provider *provider);

/* Locks the rows of those of count providers that exist, always in the same order, whoever asks.
   Gives rows of id, uuid (as the database has it) and generation. */
enum outcome providers_lock(struct context *context, const char *const *uuids, size_t count,
                            struct rows *rows);

/* Locks the row of a provider that was loaded before, for a change. If check_generation, it must
   still be as it was loaded, otherwise *provider takes the generation of today.
   OUTCOME_CONCURRENT_UPDATE, with the text below: it was changed or deleted meanwhile. */
enum outcome provider_hold(struct context *context, struct provider *provider,
                           bool check_generation);

/* Raises the generation by one if it is still provider->generation, also in *provider.
   OUTCOME_CONCURRENT_UPDATE: it is not ("Another thread concurrently updated the resource provider
   data. Please retry your update"). */
enum outcome provider_increment_generation(struct context *context, struct provider *provider);

#endif
