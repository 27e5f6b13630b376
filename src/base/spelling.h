/*
 * Tells how similar two names are, to guess what a misspelt name was meant to be.
 */
#ifndef BERTH_BASE_SPELLING_H
#define BERTH_BASE_SPELLING_H

#include <stddef.h>

/* The result for names that are not similar. */
enum { SPELLING_UNLIKE = 3 };

/* Returns how many edits turn the first `length` characters of a text into a name: 0, 1 or 2. An
   edit inserts, removes or changes a character, or swaps two neighbours; case does not count.
   Returns SPELLING_UNLIKE if that is too much for a typing error: more than two edits, more than
   one if the name has fewer than 6 characters, or at least half as many as the name has
   characters. */
size_t spelling_edits(const char *text, size_t length, const char *name);

#endif
