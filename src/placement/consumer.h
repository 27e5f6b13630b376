/*
 * Consumers, their owners and their types, inside of a transaction that changes what they hold.
 *
 * A consumer row exists as long as the consumer holds something. Its generation is raised with each
 * change; project, user and type are those of the last claim.
 */
#ifndef BERTH_PLACEMENT_CONSUMER_H
#define BERTH_PLACEMENT_CONSUMER_H

#include <stdbool.h>

#include "placement/context.h"

struct consumer {
    int64_t id;
    const char *uuid;
    int64_t generation;
};

/* What a consumer row is to say. */
struct consumer_record {
    int64_t id;         /* of the row to be changed */
    int64_t generation; /* which it has now */
    const char *uuid;
    const char *project_id; /* external ids */
    const char *user_id;
    const char *type; /* NULL: none, or as it is; all records of a call have one or none has */
};

/* Loads those of count consumers that exist, and locks their rows. */
enum outcome consumers_lock(struct context *context, const char *const *uuids, size_t count,
                            struct consumer **consumers, size_t *found);

/* Makes projects, users and types of the records, where they do not exist. */
enum outcome consumer_owners_ensure(struct context *context, const struct consumer_record *records,
                                    size_t count);

/* Whether all characters of the owners are in every character set: otherwise the database may not
   have them, and owners that were made are still not there. */
bool consumer_owners_are_common(const struct consumer_record *records, size_t count);

/* Makes consumers, of generation 1. OUTCOME_NOT_FOUND: not all owners and types exist, or one of
   the consumers has allocations already. OUTCOME_CONFLICT: somebody else has made one of them. */
enum outcome consumers_create(struct context *context, const struct consumer_record *records,
                              size_t count);

/* Raises the generations, and sets owners and types. OUTCOME_NOT_FOUND: not all owners and types
   exist, or a generation is not what the record says. */
enum outcome consumers_update(struct context *context, const struct consumer_record *records,
                              size_t count);

/* Deletes rows. */
enum outcome consumers_delete(struct context *context, const int64_t *ids, size_t count);

#endif
