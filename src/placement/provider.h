/*
 * A resource provider: its row, its lock and its generation.
 *
 * The generation is the provider's version. Each transaction that changes what belongs to a
 * provider (inventories, traits, aggregates, allocations) raises it with a compare-and-set. Of two
 * that read the same generation only one can win, also against the Python service on the same
 * database. A read that returns the generation together with other rows reads the generation first:
 * an older generation with newer content ends in a conflict, a newer one with older content would
 * end in a lost update.
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
    time_t updated;          /* updated_at; 0 if unset */
    time_t modified;         /* updated_at, or created_at if that is unset; 0 if both are */
};

/* Loads the provider of a uuid. As upstream does, compares the text as given. OUTCOME_NOT_FOUND:
   "No resource provider with uuid <uuid> found". */
enum outcome provider_load(struct context *context, const char *uuid, struct provider *provider);

/* The same for a transaction that changes what belongs to the provider: locks its row first. */
enum outcome provider_lock(struct context *context, const char *uuid, struct provider *provider);

/* Locks the rows of count providers, always in the order of uuids. Returns rows of id, uuid (as the
   database has it), generation and root (id); a provider that does not exist has no row. Old
   databases have providers whose root is NULL. For upstream, these do not exist where a client
   names them. */
enum outcome providers_lock(struct context *context, const char *const *uuids, size_t count,
                            struct rows *rows);

/* Locks the row of a provider that was loaded before. With check_generation, the row must have the
   generation that was loaded; without, *provider takes the one that the row has now.
   OUTCOME_CONCURRENT_UPDATE: the provider was deleted, or its generation is another one ("Another
   thread concurrently updated the resource provider data. Please retry your update"). */
enum outcome provider_hold(struct context *context, struct provider *provider,
                           bool check_generation);

/* Raises the generation by one, in the row and in *provider. OUTCOME_CONCURRENT_UPDATE, with the
   same text: the row's generation is not provider->generation. */
enum outcome provider_increment_generation(struct context *context, struct provider *provider);

/* For statements of src/placement that select whole providers: the columns, the tables, and the
   kinds of the columns (struct sql). The provider's table is "rp". Times are seconds since the
   epoch: the columns hold UTC, whatever the session's time zone. */
#define PROVIDER_COLUMNS                                                                           \
    "rp.id, rp.uuid, rp.name, rp.generation, rp.root_provider_id, root.uuid, "                     \
    "rp.parent_provider_id, parent.uuid, "                                                         \
    "TIMESTAMPDIFF(SECOND, '1970-01-01', rp.created_at), "                                         \
    "TIMESTAMPDIFF(SECOND, '1970-01-01', rp.updated_at)"
#define PROVIDER_TABLES                                                                            \
    "FROM resource_providers rp "                                                                  \
    "JOIN resource_providers root ON root.id = rp.root_provider_id "                               \
    "LEFT JOIN resource_providers parent ON parent.id = rp.parent_provider_id "
#define PROVIDER_COLUMN_KINDS "issiisisii"

/* Fills in the provider from such a row. The texts stay the row's. */
void provider_from_row(const struct value *row, struct provider *provider);

#endif
