/*
 * Integers of any size in a body. Python's have no bounds, jansson's are int64_t and it refuses
 * others. Before parsing, a huge integer is replaced by a mark, an integer near INT64_MIN that
 * counts the huge ones; afterwards these functions know a mark from a number.
 *
 * A mark is valid until the next call of huge_hide() or the end of its arena.
 */
#ifndef BERTH_API_BODY_HUGE_H
#define BERTH_API_BODY_HUGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Replaces the huge integers in *text, of *length bytes, by marks. Leaves the text as it is if
   there are none, else sets *text and *length to a copy in the arena. Returns false if an integer
   has more digits than Python reads (4300). */
bool huge_hide(struct arena *arena, const char **text, size_t *length);

/* Returns the digits of a huge integer, perhaps after "-"; NULL if the number is not huge. */
const char *huge_digits(const json_t *number);

#endif
