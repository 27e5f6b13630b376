/*
 * Does what str.strip(), str.split(','), int() and repr() of Python do.
 */
#include <config.h>

#include "api/query/python_text.h"

#include <string.h>

#include "api/body/huge.h"
#include "base/json_writer.h"
#include "base/sorted.h"
#include "base/text.h"
#include "base/utf8.h"

/* int() refuses more (sys.int_info.default_max_str_digits), a guard against long computations. */
enum { DIGITS_MOST = 4300 };

enum { REPR_LIMIT = 2000 }; /* bytes; longer texts are cut */

static bool is_space(uint32_t character)
{
    return (character >= 0x09 && character <= 0x0d) || (character >= 0x1c && character <= 0x20) ||
           character == 0x85 || character == 0xa0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200a) || character == 0x2028 ||
           character == 0x2029 || character == 0x202f || character == 0x205f || character == 0x3000;
}

/* Returns the value of a decimal digit (Unicode category Nd), or -1. */
static int digit_value(uint32_t character)
{
    static const uint32_t zeros[] = {
        0x30,    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,
        0xc66,   0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,
        0x1810,  0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,
        0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
        0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0,
        0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
        0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
    };
    for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
        if (character >= zeros[i] && character <= zeros[i] + 9)
            return (int)(character - zeros[i]);
    return -1;
}

const char *query_strip(struct arena *arena, const char *text)
{
    uint32_t character;
    for (size_t size; *text != '\0'; text += size) {
        size = utf8_next(text, &character);
        if (!is_space(character))
            break;
    }
    const char *end = text;
    for (const char *at = text; *at != '\0';) {
        at += utf8_next(at, &character);
        if (!is_space(character))
            end = at;
    }
    return arena_strndup(arena, text, (size_t)(end - text));
}

struct name_set query_split(struct arena *arena, const char *text)
{
    struct name_set parts = {.count = 0};
    size_t most = 1;
    for (const char *at = text; *at != '\0'; at++)
        most += *at == ',';
    parts.names = arena_array(arena, most, sizeof(*parts.names));
    for (;;) {
        size_t length = strcspn(text, ",");
        parts.names[parts.count++] = arena_strndup(arena, text, length);
        if (text[length] == '\0')
            return parts;
        text += length + 1;
    }
}

struct place {
    const char *name;
    size_t index;
};

static int place_compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void name_set_drop_repeats(struct arena *arena, struct name_set *set)
{
    struct place *places = arena_array(arena, set->count, sizeof(*places));
    for (size_t i = 0; i < set->count; i++)
        places[i] = (struct place){set->names[i], i};
    sort(places, set->count, sizeof(*places), place_compare);
    for (size_t i = 1; i < set->count; i++)
        if (strcmp(places[i].name, places[i - 1].name) == 0)
            set->names[places[i].index] = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        if (set->names[i] != NULL)
            set->names[kept++] = set->names[i];
    set->count = kept;
}

/* Reads digits, with single underscores between them, into plain digits without leading zeros.
   Returns their number, or -1 if the text has anything else or too many digits. */
static int read_digits(const char *text, char *plain)
{
    int seen = 0, kept = 0;
    bool after_digit = false;
    while (*text != '\0') {
        uint32_t character;
        text += utf8_next(text, &character);
        int value = digit_value(character);
        if (value < 0 && !(character == '_' && after_digit))
            return -1;
        after_digit = value >= 0;
        if (!after_digit)
            continue;
        if (++seen > DIGITS_MOST)
            return -1;
        if (kept > 0 || value > 0)
            plain[kept++] = (char)('0' + value);
    }
    return after_digit ? kept : -1;
}

bool query_integer(struct arena *arena, const char *text, int64_t *number, const char **digits)
{
    const char *stripped = query_strip(arena, text);
    bool negative = *stripped == '-';
    if (*stripped == '-' || *stripped == '+')
        stripped++;
    char *plain = arena_alloc(arena, strlen(stripped) + 1);
    int kept = read_digits(stripped, plain);
    if (kept < 0)
        return false;
    *number = 0;
    for (int i = 0; i < kept; i++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, plain[i] - '0', number)) {
            *number = INT64_MAX;
            break;
        }
    if (negative)
        *number = *number == INT64_MAX ? INT64_MIN : -*number;
    *digits = kept == 0 ? "0" : arena_printf(arena, "%s%s", negative ? "-" : "", plain);
    return true;
}

struct name_set name_set_sorted(struct arena *arena, const struct name_set *set)
{
    struct name_set sorted = {arena_array(arena, set->count, sizeof(*sorted.names)), set->count};
    for (size_t i = 0; i < set->count; i++)
        sorted.names[i] = set->names[i];
    sort(sorted.names, sorted.count, sizeof(*sorted.names), text_compare);
    return sorted;
}

bool name_set_has(const struct name_set *sorted, const char *name)
{
    return sorted_find(&name, sorted->names, sorted->count, sizeof(name), text_compare) != NULL;
}

/* repr(). */

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
        if (huge_digits(value) != NULL) {
            text_add(repr, huge_digits(value));
            break;
        }
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
