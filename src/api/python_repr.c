/*
 * Writes JSON values as Python's repr() does.
 */
#include <config.h>

#include "api/python_repr.h"

#include <string.h>

#include "base/json_writer.h"
#include "base/text.h"
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

static void add_character(struct text_builder *repr, const char *text, size_t length,
                          uint32_t character, char quote)
{
    if (character == (unsigned char)quote || character == '\\')
        text_add_format(repr, "\\%c", (char)character);
    else if (character == '\n')
        text_add(repr, "\\n");
    else if (character == '\r')
        text_add(repr, "\\r");
    else if (character == '\t')
        text_add(repr, "\\t");
    else if (is_printable(character))
        text_add_bytes(repr, text, length);
    else if (character < 0x100)
        text_add_format(repr, "\\x%02x", (unsigned)character);
    else if (character < 0x10000)
        text_add_format(repr, "\\u%04x", (unsigned)character);
    else
        text_add_format(repr, "\\U%08x", (unsigned)character);
}

static void add_text(struct text_builder *repr, const char *text)
{
    char quote = strchr(text, '\'') != NULL && strchr(text, '"') == NULL ? '"' : '\'';
    text_add_bytes(repr, &quote, 1);
    while (*text != '\0' && repr->length < REPR_LIMIT) {
        uint32_t character;
        size_t length = utf8_next(text, &character);
        add_character(repr, text, length, character, quote);
        text += length;
    }
    text_add_bytes(repr, &quote, 1);
}

static void add_value(struct text_builder *repr, const json_t *value);

static void add_object(struct text_builder *repr, const json_t *object)
{
    const char *key, *comma = "";
    json_t *member;
    text_add(repr, "{");
    json_object_foreach((json_t *)(uintptr_t)object, key, member)
    {
        if (repr->length >= REPR_LIMIT)
            break;
        text_add(repr, comma);
        add_text(repr, key);
        text_add(repr, ": ");
        add_value(repr, member);
        comma = ", ";
    }
    text_add(repr, "}");
}

static void add_array(struct text_builder *repr, const json_t *array)
{
    size_t index;
    json_t *item;
    text_add(repr, "[");
    json_array_foreach(array, index, item)
    {
        if (repr->length >= REPR_LIMIT)
            break;
        text_add(repr, index > 0 ? ", " : "");
        add_value(repr, item);
    }
    text_add(repr, "]");
}

static void add_value(struct text_builder *repr, const json_t *value)
{
    char real[REAL_TEXT];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(repr, value);
        break;
    case JSON_ARRAY:
        add_array(repr, value);
        break;
    case JSON_STRING:
        add_text(repr, json_string_value(value));
        break;
    case JSON_INTEGER:
        text_add_format(repr, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        writer_format_real(real, json_real_value(value));
        text_add(repr, real);
        break;
    case JSON_TRUE:
        text_add(repr, "True");
        break;
    case JSON_FALSE:
        text_add(repr, "False");
        break;
    default:
        text_add(repr, "None");
        break;
    }
}

const char *python_repr(const json_t *value, struct arena *arena)
{
    struct text_builder repr = text_begin(arena);
    add_value(&repr, value);
    return text_end(&repr);
}

const char *python_repr_text(const char *text, struct arena *arena)
{
    struct text_builder repr = text_begin(arena);
    add_text(&repr, text);
    return text_end(&repr);
}
