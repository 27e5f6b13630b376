/*
 * Tables for people, in the style of upstream's commands (prettytable): a frame around cells of one
 * or more lines.
 *
 *     +-----------+-------------+
 *     | Migration | Total Found |
 *     +-----------+-------------+
 */
#ifndef BERTH_MANAGE_TABLE_H
#define BERTH_MANAGE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

struct table {
    const char *const *cells; /* row by row, the titles first */
    size_t columns;           /* at most TABLE_COLUMNS */
    size_t rows;              /* with the titles */
    bool centred;             /* otherwise the text begins at the left */
    bool ruled;               /* a line after each row, not only after the titles and the last */
};

enum { TABLE_COLUMNS = 8 };

/* Prints the cells as they are: pass text from elsewhere through text_shown(). */
void table_print(FILE *stream, const struct table *table);

/* Breaks text into lines of at most width bytes, as Python's textwrap does: at blanks, after the
   hyphen between two words, and inside of a word that is too long for a line. Indents all lines but
   the first by two blanks. The result is in the arena. */
const char *table_wrap(struct arena *arena, const char *text, size_t width);

/* The same, but breaks only at blanks, so that uuids stay whole. A word that is longer than a line
   begins on a new line. It is broken after "," or "&", else after "=" or ":", else anywhere. */
const char *table_wrap_words(struct arena *arena, const char *text, size_t width);

#endif
