/*
 * Percent-encoding, as in URLs and in forms ("a b" is "a%20b" in a URL and "a+b" in a form).
 */
#ifndef BERTH_BASE_PERCENT_H
#define BERTH_BASE_PERCENT_H

#include "base/arena.h"
#include "base/buffer.h"

/* Returns text in the arena with each byte as %XX (upper case), except letters, digits, "_.-~", and
   the characters of plain. */
const char *percent_encode(struct arena *arena, const char *text, const char *plain);

/* Appends length bytes of text to the buffer as a value of a form: the same without plain
   characters, and a blank becomes "+". */
void percent_add_form(struct buffer *buffer, const char *text, size_t length);

/* Returns length bytes of text in the arena with each %XX as its byte. A "%" without two
   hexadecimal digits behind it stays. A NUL follows the result, which may itself contain NUL (%00)
   and any bytes: *decoded becomes its length. */
char *percent_decode(struct arena *arena, const char *text, size_t length, size_t *decoded);

/* The same for a name or value of a form: "+" becomes a blank. */
char *percent_decode_form(struct arena *arena, const char *text, size_t length, size_t *decoded);

#endif
