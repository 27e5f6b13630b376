/*
 * Tables of text for a person, as upstream's commands show them (prettytable): a frame of signs
 * around cells of one or more lines.
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
    bool ruled;               /* a line after each row, not only around titles and end */
};

enum { TABLE_COLUMNS = 8 };

void table_print(FILE *stream, const struct table *table);

/* Breaks text into lines of at most width bytes, the second and later ones indented by two blanks,
   where Python's textwrap does: at blanks, after the hyphen between two words, and within a word
   that is too long for a line. */
char *table_wrap(struct arena *arena, const char *text, size_t width);

#endif
