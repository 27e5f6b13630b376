/*
 * Translates names of resource classes and traits to ids, where a statement cannot use the names.
 *
 * Nothing is remembered from one request to the next: an id may belong to another name by then,
 * even that of a standard name, because the database was made again or replaced. Most statements of
 * src/placement join the names with what they read.
 */
#ifndef BERTH_PLACEMENT_NAMES_H
#define BERTH_PLACEMENT_NAMES_H

#include "placement/context.h"

enum name_kind { NAME_RESOURCE_CLASS, NAME_TRAIT };

/* Sets ids[i] to the id of names[i], or to -1 if that name does not exist, which is not an error.
   Case matters, as upstream has it. Runs one statement, or none if count is 0. */
enum outcome names_to_ids(struct context *context, enum name_kind kind, const char *const *names,
                          size_t count, int64_t *ids);

#endif
