/*
 * From the text of an option to its value, as oslo.config does it (oslo_config/types.py).
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

/* true, 1, on, yes or false, 0, off, no, in any case. Gives false if it is anything else. */
bool option_parse_boolean(const char *text, bool *value);

/* A number as Python's int() and float() read it: blanks around it, a sign, "_" between two digits.
   Give false if it is anything else or does not fit. */
bool option_parse_integer(const char *text, long *value);
bool option_parse_real(const char *text, double *value);

/* The items between commas, without the blanks around them; commas at the end do not count. */
struct text_list option_parse_list(struct arena *arena, const char *text);

/* Whether text is one of the choices, which are separated by ", ". */
bool option_is_choice(const char *choices, const char *text);

/* Whether there is nothing but blanks. */
bool option_is_blank(const char *text);

#endif
