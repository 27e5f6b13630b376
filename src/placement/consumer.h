/*
 * Consumers, their owners and their types. Call these inside a transaction that changes what the
 * consumers hold.
 *
 * A consumer has a row while it holds something. Each change raises its generation; project, user
 * and type are those of the last claim.
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

/* The new content of a consumer's row. */
struct consumer_record {
    int64_t id;         /* of the row to update */
    int64_t generation; /* that the row has now */
    const char *uuid;
    const char *project_id; /* external ids */
    const char *user_id;
    const char *type; /* NULL: none, or leave it; in one call all records have a type or none has */
};

/* Locks and loads the rows of count consumers. Those that do not exist are left out: *found may be
   less than count. */
enum outcome consumers_lock(struct context *context, const char *const *uuids, size_t count,
                            struct consumer **consumers, size_t *found);

/* Creates the projects, users and types of the records that do not exist. */
enum outcome consumer_owners_ensure(struct context *context, const struct consumer_record *records,
                                    size_t count);

/* Tells whether every character set of a database has the characters of the owners. If not, the
   database may have stored other text, and does not find an owner that it has just created. */
bool consumer_owners_are_common(const struct consumer_record *records, size_t count);

/* Creates consumers, of generation 1. OUTCOME_NOT_FOUND: an owner or a type does not exist, or one
   of the consumers has allocations already. OUTCOME_CONFLICT: another transaction has created one
   of the consumers. */
enum outcome consumers_create(struct context *context, const struct consumer_record *records,
                              size_t count);

/* Raises the generations, and sets owners and types. OUTCOME_NOT_FOUND: an owner or a type does not
   exist, or a generation is not what the record says. */
enum outcome consumers_update(struct context *context, const struct consumer_record *records,
                              size_t count);

/* Deletes the rows of count consumers. */
enum outcome consumers_delete(struct context *context, const int64_t *ids, size_t count);

#endif
