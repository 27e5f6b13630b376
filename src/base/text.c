/*
 * The text builder: a doubling array in an arena, always with a NUL behind the text.
 */
#include <config.h>

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { ROOM_FIRST = 64 };

struct text_builder text_begin(struct arena *arena)
{
    return (struct text_builder){.arena = arena};
}

/* Makes room for length bytes and the NUL; returns where they go. */
static char *reserve(struct text_builder *builder, size_t length)
{
    if (builder->text == NULL || builder->room - builder->length <= length) {
        size_t room = (builder->length + length) * 2 + ROOM_FIRST;
        char *text = arena_alloc(builder->arena, room);
        if (builder->text != NULL)
            memcpy(text, builder->text, builder->length);
        builder->text = text;
        builder->room = room;
    }
    return builder->text + builder->length;
}

void text_add_bytes(struct text_builder *builder, const void *bytes, size_t length)
{
    char *to = reserve(builder, length);
    if (length > 0)
        memcpy(to, bytes, length);
    to[length] = '\0';
    builder->length += length;
}

void text_add(struct text_builder *builder, const char *text)
{
    text_add_bytes(builder, text, strlen(text));
}

void text_add_format(struct text_builder *builder, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        arena_exhausted(builder->arena);
    char *to = reserve(builder, (size_t)length);
    va_start(arguments, format);
    vsnprintf(to, (size_t)length + 1, format, arguments);
    va_end(arguments);
    builder->length += (size_t)length;
}

void text_add_item(struct text_builder *builder, const char *separator, const char *item)
{
    if (builder->text != NULL)
        text_add(builder, separator);
    text_add(builder, item);
}

const char *text_end(const struct text_builder *builder)
{
    return text_or(builder->text, "");
}

const char *text_shown(struct arena *arena, const char *text)
{
    struct text_builder shown = text_begin(arena);
    while (*text != '\0') {
        char piece[UTF8_SHOWN_SIZE];
        uint32_t character;
        text += utf8_next_shown(text, &character, piece);
        text_add(&shown, piece);
    }
    return text_end(&shown);
}
