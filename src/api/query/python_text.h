/*
 * Python's text functions. Upstream calls them on values of query parameters (strip, split, int)
 * and in the texts of errors (repr), so clients can see what they do.
 */
#ifndef BERTH_API_QUERY_PYTHON_TEXT_H
#define BERTH_API_QUERY_PYTHON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "placement/requirements.h"

/* str.strip(): returns the text in the arena without white space (Unicode's) at both ends. */
const char *query_strip(struct arena *arena, const char *text);

/* str.split(','): returns the parts between commas, at least one. Parts may be empty or equal, and
   are not stripped. */
struct name_set query_split(struct arena *arena, const char *text);

/* Drops names that repeat an earlier one. The others stay in order. Takes n log n. */
void name_set_drop_repeats(struct arena *arena, struct name_set *set);

/* Whether a set in order (name_set_sorted()) has a name. */
bool name_set_has(const struct name_set *sorted, const char *name);

/* sorted(): returns the same names in order. */
struct name_set name_set_sorted(struct arena *arena, const struct name_set *set);

/* int(): reads a whole number with white space around it, a sign, single underscores between
   digits, and decimal digits of any script. A number that does not fit becomes INT64_MAX or
   INT64_MIN; *digits is the whole number in the arena as "%d" writes it. Returns false if the text
   is no number. */
bool query_integer(struct arena *arena, const char *text, int64_t *number, const char **digits);

/* repr(): returns the value as Python shows it. A value longer than 2000 bytes is cut. */
const char *python_repr(const json_t *value, struct arena *arena);

/* The same for a text. */
const char *python_repr_text(const char *text, struct arena *arena);

#endif
