/*
 * Reading the values of query parameters as Python's text functions do, which is what upstream
 * calls on them: str.strip(), str.split() and int().
 */
#ifndef BERTH_API_QUERY_PYTHON_TEXT_H
#define BERTH_API_QUERY_PYTHON_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "placement/requirements.h"

/* The text without white space (Unicode's) at both ends, in the arena. */
const char *query_strip(struct arena *arena, const char *text);

/* The parts of text between commas, at least one, which may be empty: as str.split(','). The parts
   are neither stripped nor made distinct. */
struct name_set query_split(struct arena *arena, const char *text);

/* Adds a name to a set unless it is in it; the set's names must have room for it. */
void name_set_add(struct name_set *set, const char *name);

/* The same names in order, as sorted(). */
struct name_set name_set_sorted(struct arena *arena, const struct name_set *set);

/* A whole number as int() takes it: white space around, a sign, single underscores between digits,
   decimal digits of any script. What does not fit becomes INT64_MAX or INT64_MIN; *digits is the
   number in the arena as "%d" writes it. Gives false for what is no number. */
bool query_integer(struct arena *arena, const char *text, int64_t *number, const char **digits);

#endif
