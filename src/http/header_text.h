/*
 * Parses header values as the Python service does. Python reads a header as Latin-1 text, so its
 * white space is more than blanks.
 */
#ifndef BERTH_HTTP_HEADER_TEXT_H
#define BERTH_HTTP_HEADER_TEXT_H

#include "base/arena.h"
#include "settings/option_value.h"

/* Returns a copy of length bytes of text, without the white space around them. */
const char *header_strip(struct arena *arena, const char *text, size_t length);

/* Returns the values between commas, stripped, without empty ones. */
struct text_list header_list(struct arena *arena, const char *text);

#endif
