/*
 * UTF-8, as RFC 3629 defines it: no surrogates, no overlong forms, nothing above U+10FFFF.
 */
#ifndef BERTH_BASE_UTF8_H
#define BERTH_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character at text (which is not at its end) and gives the bytes it takes (1 to 4). An
   invalid byte counts as one byte and reads as U+FFFD. */
size_t utf8_next(const char *text, uint32_t *character);

/* The number of characters, invalid bytes counting as one each. */
size_t utf8_length(const char *text);

/* Where the first invalid byte is, or -1 if the text is valid. */
long utf8_first_invalid(const char *text, size_t length);

#endif
