/*
 * Translates names of resource classes, traits and consumer types to ids, and back.
 *
 * A worker remembers for its whole life what nobody can rename or delete: standard classes,
 * standard traits and all consumer types. Custom classes and traits it remembers for one request
 * only: at any time another worker, another node or the Python service may rename or delete one,
 * and create it again with another id.
 */
#ifndef BERTH_PLACEMENT_NAMES_H
#define BERTH_PLACEMENT_NAMES_H

#include "placement/context.h"

enum name_kind {
    NAME_RESOURCE_CLASS,
    NAME_TRAIT,
    NAME_CONSUMER_TYPE,
};

enum {
    NAME_KINDS = 3,
    FIRST_CUSTOM_CLASS_ID = 10000, /* the ids of standard resource classes are below */
};

struct names *names_new(void);
void names_free(struct names *names);

/* Forgets the custom names. Call it at the start of a request. */
void names_begin_request(struct names *names);

/* Sets ids[i] to the id of names[i], or to -1 if that name does not exist, which is not an error.
   Case matters, as upstream has it. Runs one statement at most, whatever count is. */
enum outcome names_to_ids(struct context *context, enum name_kind kind, const char *const *names,
                          size_t count, int64_t *ids);

/* Sets *name to the name of an id. It is valid until the end of the request. Runs one statement at
   most in a request, which reads the whole table: for traits, rather join their names in SQL.
   OUTCOME_NOT_FOUND: no row has the id (it was deleted after the caller read the id). */
enum outcome names_from_id(struct context *context, enum name_kind kind, int64_t id,
                           const char **name);

/* Forgets the custom names of a kind. Call it after creating, renaming or deleting one. */
void names_forget(struct context *context, enum name_kind kind);

#endif
