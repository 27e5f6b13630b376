/*
 * The body of a request: JSON, bounded in depth, in the memory of the request.
 */
#ifndef BERTH_API_BODY_BODY_H
#define BERTH_API_BODY_BODY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Parses JSON of any kind, into the memory that base/json_memory.h has set. Returns NULL and sets
   message ("Malformed JSON: ..." without that beginning) if it is not JSON, not UTF-8, or has more
   than depth arrays and objects within each other. */
json_t *body_parse(const char *text, size_t length, unsigned depth, struct arena *arena,
                   const char **message);

/* Returns a number of the schema type "number"; one that does not fit becomes an infinite one. */
double body_real(const json_t *number);

/* Returns a number of the schema type "integer", which includes 1.0. A number outside of int64_t
   becomes INT64_MIN or INT64_MAX. */
int64_t body_integer(const json_t *number);

#endif
