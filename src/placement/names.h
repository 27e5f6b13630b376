/*
 * Names of resource classes, traits and consumer types, and their ids.
 *
 * A worker remembers what it has read. An id never changes its name, but a custom class or trait
 * can be deleted and be made again under another id (by any worker, by another node, by the Python
 * service). So names found by id are believed forever, a standard name is believed forever, and a
 * custom one is asked for again once in each request that uses it.
 */
#ifndef BERTH_PLACEMENT_NAMES_H
#define BERTH_PLACEMENT_NAMES_H

#include "placement/context.h"

enum name_kind {
    NAME_RESOURCE_CLASS,
    NAME_TRAIT,
    NAME_CONSUMER_TYPE,
};

struct names *names_new(void);
void names_free(struct names *names);

/* Forgets which custom names were asked for: call it at the start of a request. */
void names_begin_request(struct names *names);

/* The ids of count names, in their order; -1 for a name that does not exist (the outcome is
   OUTCOME_OK all the same). At most one statement, however many names. */
enum outcome names_to_ids(struct context *context, enum name_kind kind, const char *const *names,
                          size_t count, int64_t *ids);

/* The name of an id; it stays valid as long as the worker. An id that does not exist (or whose name
   is not known yet and cannot be read) gives NULL with the outcome in context->failure. */
enum outcome names_from_id(struct context *context, enum name_kind kind, int64_t id,
                           const char **name);

/* Tells of a row that this request has made, or deleted. */
void names_forget(struct context *context, enum name_kind kind, const char *name);

#endif
