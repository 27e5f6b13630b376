/*
 * How much a name is like another: for names that somebody spelt wrong.
 */
#ifndef BERTH_BASE_SPELLING_H
#define BERTH_BASE_SPELLING_H

#include <stddef.h>

/* More edits than a name may have that is like another. */
enum { SPELLING_UNLIKE = 3 };

/* Returns how many characters must be put in, left out, changed or swapped with the next to make a
   name of the first `length` characters of a text, whatever their case; SPELLING_UNLIKE: more than
   a slip, which is two of them, or one in a short name, and less than half of the name. */
size_t spelling_edits(const char *text, size_t length, const char *name);

#endif
