/*
 * JSON values as Python's repr() writes them, for the texts of errors.
 */
#ifndef BERTH_API_PYTHON_REPR_H
#define BERTH_API_PYTHON_REPR_H

#include <jansson.h>

#include "base/arena.h"

/* The value as text. A text of more than some two thousand bytes is cut short. */
const char *python_repr(const json_t *value, struct arena *arena);

/* The same of a text alone. */
const char *python_repr_text(const char *text, struct arena *arena);

#endif
