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

enum { UTF8_SHOWN_SIZE = 12 };

/* Reads a character as utf8_next() does, and writes what a terminal may be sent for it: itself, an
   escape like \u202e or \U000e0001 for a hidden one, "?" for an invalid byte. */
size_t utf8_next_shown(const char *text, uint32_t *character, char shown[UTF8_SHOWN_SIZE]);

/* Writes a text with each character as utf8_next_shown() shows it; drops what does not fit. */
void utf8_show(char *shown, size_t size, const char *text);

/* Returns the number of characters; each invalid byte counts as one. */
size_t utf8_length(const char *text);

/* Returns the index of the first invalid byte, or -1 if the text is valid. */
long utf8_first_invalid(const char *text, size_t length);

#endif
