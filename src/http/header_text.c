/*
 * Strips header values, and splits lists of them.
 */
#include <config.h>

#include "http/header_text.h"

#include <stdbool.h>
#include <string.h>

/* The white space of Python's str.strip() within Latin-1. */
static bool is_space(char c)
{
    return c != '\0' && strchr("\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0", c) != NULL;
}

const char *header_strip(struct arena *arena, const char *text, size_t length)
{
    while (length > 0 && is_space(text[length - 1]))
        length--;
    while (length > 0 && is_space(*text)) {
        text++;
        length--;
    }
    return arena_strndup(arena, text, length);
}

struct text_list header_list(struct arena *arena, const char *text)
{
    size_t room = 1;
    for (const char *c = text; *c != '\0'; c++)
        room += *c == ',';
    const char **items = arena_array(arena, room, sizeof(*items));
    struct text_list list = {.items = items};
    for (;;) {
        size_t length = strcspn(text, ",");
        const char *item = header_strip(arena, text, length);
        if (*item != '\0')
            items[list.count++] = item;
        if (text[length] == '\0')
            return list;
        text += length + 1;
    }
}
