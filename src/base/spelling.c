/*
 * Counts the edits between two names (Damerau-Levenshtein). Of the usual table it fills only a band
 * along the diagonal: farther away there are more edits than a typing error has.
 */
#include <config.h>

#include "base/spelling.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum {
    NAME_ROOM = 256, /* a text this long is like no name */
    EDITS_MOST = SPELLING_UNLIKE - 1,
    SHORT_NAME = 6, /* a name with fewer characters may have only half of the edits */
    BAND_ROOM = 2 * EDITS_MOST + 3,
};

/* The last three rows of the table. Each has the cells near the diagonal and one more on either
   side. */
struct band {
    size_t rows[3][BAND_ROOM];
};

/* Returns the cell of a row and a column, which must be in the band. */
static size_t *cell(struct band *band, size_t row, size_t column)
{
    return &band->rows[row % 3][column + EDITS_MOST + 1 - row];
}

static bool is_same(char one, char other)
{
    return tolower((unsigned char)one) == tolower((unsigned char)other);
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static size_t count_cell(struct band *band, size_t row, size_t column, const char *text,
                         const char *name)
{
    if (row == 0 || column == 0)
        return row + column;
    size_t edits = *cell(band, row - 1, column - 1) + !is_same(text[row - 1], name[column - 1]);
    edits = least(edits, *cell(band, row - 1, column) + 1);
    edits = least(edits, *cell(band, row, column - 1) + 1);
    if (row > 1 && column > 1 && is_same(text[row - 1], name[column - 2]) &&
        is_same(text[row - 2], name[column - 1]))
        edits = least(edits, *cell(band, row - 2, column - 2) + 1);
    return edits;
}

size_t spelling_edits(const char *text, size_t length, const char *name)
{
    struct band band;
    size_t width = strlen(name);
    if (length >= NAME_ROOM || length > width + EDITS_MOST || width > length + EDITS_MOST)
        return SPELLING_UNLIKE;
    for (size_t row = 0; row <= length; row++) {
        for (size_t i = 0; i < BAND_ROOM; i++)
            band.rows[row % 3][i] = SPELLING_UNLIKE;
        for (size_t column = row > EDITS_MOST ? row - EDITS_MOST : 0;
             column <= width && column <= row + EDITS_MOST; column++)
            *cell(&band, row, column) =
                least(count_cell(&band, row, column, text, name), SPELLING_UNLIKE);
    }
    size_t edits = *cell(&band, length, width);
    bool unlike = edits > (width < SHORT_NAME ? EDITS_MOST / 2 : EDITS_MOST) || 2 * edits >= width;
    return edits > 0 && unlike ? SPELLING_UNLIKE : edits;
}
