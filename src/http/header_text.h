/*
 * What headers of a request are made of, as the Python service takes them apart.
 *
 * Python sees a header as Latin-1 text: what it strips from the ends of a value is more than
 * blanks.
 */
#ifndef BERTH_HTTP_HEADER_TEXT_H
#define BERTH_HTTP_HEADER_TEXT_H

#include "base/arena.h"
#include "settings/option_value.h"

/* A copy of length bytes of text, without the white space around them. */
const char *header_strip(struct arena *arena, const char *text, size_t length);

/* The values that commas separate, stripped; empty ones are left out. */
struct text_list header_list(struct arena *arena, const char *text);

#endif
