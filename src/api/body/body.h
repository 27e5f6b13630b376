/*
 * The body of a request: JSON, bounded in depth, in the memory of the request.
 */
#ifndef BERTH_API_BODY_BODY_H
#define BERTH_API_BODY_BODY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Lets jansson take its memory from the arena from now on; freeing does nothing then. */
void body_allocate_from(struct arena *arena);

/* Reads JSON of any kind. NULL with message set ("Malformed JSON: ..." without that beginning)
   if it is not JSON, not UTF-8, or has more than depth arrays and objects within each other. */
json_t *body_parse(const char *text, size_t length, unsigned depth, struct arena *arena,
                   const char **message);

/* An integer of a schema's type "integer", which 1.0 is too. Beyond int64_t: its end. */
int64_t body_integer(const json_t *number);

#endif
