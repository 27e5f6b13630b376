/*
 * Names of resource classes, traits and consumer types, and their ids.
 *
 * What can neither be renamed nor deleted (standard classes, standard traits, all consumer types)
 * is remembered by the worker for its life. A custom class or trait can be deleted, renamed and be
 * made again under another id at any time (by any worker, by another node, by the Python service),
 * so it is remembered to the end of the request only.
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

/* Forgets the custom names: call it at the start of a request. */
void names_begin_request(struct names *names);

/* The ids of count names, in their order; -1 for a name that does not exist (the outcome is
   OUTCOME_OK all the same). Names are told apart by case, as upstream does. At most one statement,
   however many names. */
enum outcome names_to_ids(struct context *context, enum name_kind kind, const char *const *names,
                          size_t count, int64_t *ids);

/* The name of an id, valid to the end of the request. At most one statement in a request, however
   many ids: the whole table is read, so for traits let the SQL give the names. OUTCOME_NOT_FOUND:
   there is no such id (its row was deleted meanwhile). */
enum outcome names_from_id(struct context *context, enum name_kind kind, int64_t id,
                           const char **name);

/* Tells that this request has made, renamed or deleted custom names of the kind. */
void names_forget(struct context *context, enum name_kind kind);

#endif
