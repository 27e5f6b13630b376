/*
 * Python's repr() of what json.loads() gives.
 */
#include <config.h>

#include "api/python_repr.h"

#include <string.h>

#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/utf8.h"

enum { REPR_LIMIT = 2000 };

static bool is_printable(uint32_t character)
{
    return !(character < 0x20 || (character >= 0x7f && character <= 0xa0) || character == 0xad ||
             (character >= 0x200b && character <= 0x200f) ||
             (character >= 0x2028 && character <= 0x202f) ||
             (character >= 0x205f && character <= 0x206f) ||
             (character >= 0xd800 && character <= 0xf8ff) || character == 0xfeff ||
             character >= 0xe0000);
}

static void add_character(struct buffer *buffer, const char *text, size_t length,
                          uint32_t character, char quote)
{
    if (character == (unsigned char)quote || character == '\\')
        buffer_printf(buffer, "\\%c", (char)character);
    else if (character == '\n')
        buffer_add_text(buffer, "\\n");
    else if (character == '\r')
        buffer_add_text(buffer, "\\r");
    else if (character == '\t')
        buffer_add_text(buffer, "\\t");
    else if (is_printable(character))
        buffer_add(buffer, text, length);
    else if (character < 0x100)
        buffer_printf(buffer, "\\x%02x", (unsigned)character);
    else if (character < 0x10000)
        buffer_printf(buffer, "\\u%04x", (unsigned)character);
    else
        buffer_printf(buffer, "\\U%08x", (unsigned)character);
}

static void add_text(struct buffer *buffer, const char *text)
{
    char quote = strchr(text, '\'') != NULL && strchr(text, '"') == NULL ? '"' : '\'';
    buffer_add(buffer, &quote, 1);
    while (*text != '\0' && buffer->length < REPR_LIMIT) {
        uint32_t character;
        size_t length = utf8_next(text, &character);
        add_character(buffer, text, length, character, quote);
        text += length;
    }
    buffer_add(buffer, &quote, 1);
}

static void add_value(struct buffer *buffer, const json_t *value);

static void add_object(struct buffer *buffer, const json_t *object)
{
    const char *key, *comma = "";
    json_t *member;
    buffer_add_text(buffer, "{");
    json_object_foreach((json_t *)(uintptr_t)object, key, member)
    {
        if (buffer->length >= REPR_LIMIT)
            break;
        buffer_add_text(buffer, comma);
        add_text(buffer, key);
        buffer_add_text(buffer, ": ");
        add_value(buffer, member);
        comma = ", ";
    }
    buffer_add_text(buffer, "}");
}

static void add_array(struct buffer *buffer, const json_t *array)
{
    size_t index;
    json_t *item;
    buffer_add_text(buffer, "[");
    json_array_foreach(array, index, item)
    {
        if (buffer->length >= REPR_LIMIT)
            break;
        buffer_add_text(buffer, index > 0 ? ", " : "");
        add_value(buffer, item);
    }
    buffer_add_text(buffer, "]");
}

static void add_value(struct buffer *buffer, const json_t *value)
{
    struct json_writer writer;
    writer_init(&writer, buffer);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(buffer, value);
        break;
    case JSON_ARRAY:
        add_array(buffer, value);
        break;
    case JSON_STRING:
        add_text(buffer, json_string_value(value));
        break;
    case JSON_INTEGER:
        writer_integer(&writer, json_integer_value(value));
        break;
    case JSON_REAL:
        writer_real(&writer, json_real_value(value));
        break;
    case JSON_TRUE:
        buffer_add_text(buffer, "True");
        break;
    case JSON_FALSE:
        buffer_add_text(buffer, "False");
        break;
    default:
        buffer_add_text(buffer, "None");
        break;
    }
}

/* Kept from text to text: who leaves through the arena's escape loses nothing. */
static struct buffer working;

static const char *take(struct arena *arena)
{
    if (working.failed)
        arena_starve(arena);
    return arena_strndup(arena, working.data, working.length);
}

const char *python_repr(const json_t *value, struct arena *arena)
{
    buffer_reset(&working);
    add_value(&working, value);
    return take(arena);
}

const char *python_repr_text(const char *text, struct arena *arena)
{
    buffer_reset(&working);
    add_text(&working, text);
    return take(arena);
}
