/*
 * Parses the text of an option into its value, as oslo.config does (oslo_config/types.py).
 */
#ifndef BERTH_SETTINGS_OPTION_VALUE_H
#define BERTH_SETTINGS_OPTION_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct text_list {
    const char *const *items;
    size_t count;
};

/* Parses true, 1, on, yes or false, 0, off, no, in any case. Returns false for anything else. */
bool option_parse_boolean(const char *text, bool *value);

/* Parse a number as Python's int() and float() do: blanks around it, a sign, "_" between two
   digits. Return false if it is anything else or does not fit. */
bool option_parse_integer(const char *text, long *value);
bool option_parse_real(const char *text, double *value);

/* Returns the items between commas, without the blanks around them. Commas at the end do not count.
   Everything is in the arena. */
struct text_list option_parse_list(struct arena *arena, const char *text);

/* Returns whether text is one of the choices, which are separated by ", ". */
bool option_is_choice(const char *choices, const char *text);

/* Returns whether text is empty or only blanks. */
bool option_is_blank(const char *text);

#endif
