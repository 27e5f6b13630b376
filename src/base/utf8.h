/*
 * UTF-8, as RFC 3629 defines it: no surrogates, no overlong forms, nothing above U+10FFFF.
 */
#ifndef BERTH_BASE_UTF8_H
#define BERTH_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character at text, which must not be at its end. Returns how many bytes it has, 1 to 4.
   An invalid byte counts as one byte and reads as U+FFFD. */
size_t utf8_next(const char *text, uint32_t *character);

/* Returns whether a character is invisible or changes how the text around it reads: controls, marks
   of direction, separators of lines, zero-width characters. The log and the terminal escape them.
 */
bool utf8_is_hidden(uint32_t character);

/* Returns the number of characters; each invalid byte counts as one. */
size_t utf8_length(const char *text);

/* Returns the index of the first invalid byte, or -1 if the text is valid. */
long utf8_first_invalid(const char *text, size_t length);

#endif
