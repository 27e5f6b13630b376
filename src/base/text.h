/*
 * Text: defaults for missing text, and text that is built piece by piece.
 *
 * A text builder grows by doubling in an arena, so that building takes time in proportion to the
 * length of the text:
 *
 *     struct text_builder names = text_begin(arena);
 *     for (size_t i = 0; i < count; i++)
 *         text_add_item(&names, ", ", list[i]);
 *     return text_end(&names);
 *
 * Nothing has to be freed. If the arena runs out, the call leaves through the arena's escape like
 * any other use of it.
 */
#ifndef BERTH_BASE_TEXT_H
#define BERTH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"

/* Returns text, or otherwise if text is NULL. */
static inline const char *text_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

/* Returns text, or otherwise if text is NULL or "". With NULL as otherwise, "" becomes NULL. */
static inline const char *text_filled_or(const char *text, const char *otherwise)
{
    return text != NULL && *text != '\0' ? text : otherwise;
}

/* Returns whether text ends with the characters of end. */
static inline bool text_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

struct text_builder {
    struct arena *arena;
    char *text;    /* NULL until something is added, even if that is "" */
    size_t length; /* of text, without the NUL; callers may read it */
    size_t room;
};

/* Returns an empty builder. Allocates nothing yet. */
struct text_builder text_begin(struct arena *arena);

/* Adds text, bytes, formatted text. */
void text_add(struct text_builder *builder, const char *text);
void text_add_bytes(struct text_builder *builder, const void *bytes, size_t length);
void text_add_format(struct text_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds an item of a list: the separator first, unless this is the first thing added. */
void text_add_item(struct text_builder *builder, const char *separator, const char *item);

/* Returns the text; "" if nothing was added. It is in the arena, and is the builder's own: adding
   more may change it. */
const char *text_end(const struct text_builder *builder);

/* Returns what to show for a text that may come from elsewhere: see utf8_next_shown(). */
const char *text_shown(struct arena *arena, const char *text);

#endif
