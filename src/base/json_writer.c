/*
 * Writes JSON in the form of Python's json.dumps().
 */
#include <config.h>

#include "base/json_writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

void writer_init(struct json_writer *writer, struct buffer *buffer)
{
    *writer = (struct json_writer){.buffer = buffer};
}

static void item_begin(struct json_writer *writer)
{
    if (writer->comma)
        buffer_add(writer->buffer, ", ", 2);
    writer->comma = true;
}

void writer_begin_object(struct json_writer *writer)
{
    item_begin(writer);
    buffer_add(writer->buffer, "{", 1);
    writer->comma = false;
}

void writer_end_object(struct json_writer *writer)
{
    buffer_add(writer->buffer, "}", 1);
    writer->comma = true;
}

void writer_begin_array(struct json_writer *writer)
{
    item_begin(writer);
    buffer_add(writer->buffer, "[", 1);
    writer->comma = false;
}

void writer_end_array(struct json_writer *writer)
{
    buffer_add(writer->buffer, "]", 1);
    writer->comma = true;
}

static void add_escaped(struct buffer *buffer, uint32_t character)
{
    static const char short_escape[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                        ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (character < sizeof(short_escape) && short_escape[character] != 0) {
        char pair[2] = {'\\', short_escape[character]};
        buffer_add(buffer, pair, 2);
    } else if (character > 0xffff) {
        character -= 0x10000;
        buffer_printf(buffer, "\\u%04x\\u%04x", 0xd800 + (character >> 10),
                      0xdc00 + (character & 0x3ff));
    } else {
        buffer_printf(buffer, "\\u%04x", character);
    }
}

/* Whether a character needs no escape: printable ASCII except the quotation mark and the
   backslash. */
static bool is_plain(char character)
{
    return character >= 0x20 && character < 0x7f && character != '"' && character != '\\';
}

static void add_unplain(struct buffer *buffer, const char *text)
{
    while (*text != '\0') {
        size_t plain = 0;
        while (is_plain(text[plain]))
            plain++;
        buffer_add(buffer, text, plain);
        text += plain;
        if (*text == 0x7f) {
            buffer_add(buffer, text++, 1);
        } else if (*text != '\0') {
            uint32_t character;
            text += utf8_next(text, &character);
            add_escaped(buffer, character);
        }
    }
}

/* Each byte of a word. */
#define IN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Returns 0 only if no byte is 0. */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - IN_EACH(1)) & ~word & IN_EACH(0x80);
}

/* Returns whether eight characters need no escape. */
static bool are_plain(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof(word));
    uint64_t below_space = (word - IN_EACH(' ')) & ~word & IN_EACH(0x80);
    return ((word & IN_EACH(0x80)) | below_space | zero_bytes(word ^ IN_EACH('"')) |
            zero_bytes(word ^ IN_EACH('\\')) | zero_bytes(word ^ IN_EACH(0x7f))) == 0;
}

/* Returns how many characters at the beginning need no escape. Looks at eight at a time, at the end
   at the last eight. */
static size_t plain_length(const char *text)
{
    enum { WORD = sizeof(uint64_t) };
    size_t length = strlen(text), plain = 0;
    while (length - plain >= WORD && are_plain(text + plain))
        plain += WORD;
    if (length >= WORD && length - plain < WORD && are_plain(text + length - WORD))
        return length;
    while (is_plain(text[plain]))
        plain++;
    return plain;
}

/* Most texts need no escapes: copies as much as possible at once. */
static void add_quoted(struct buffer *buffer, const char *text)
{
    size_t plain = plain_length(text);
    if (buffer->failed || !buffer_reserve(buffer, plain + 2))
        return;
    char *to = buffer->data + buffer->length;
    to[0] = '"';
    memcpy(to + 1, text, plain);
    buffer->length += plain + 1;
    if (text[plain] != '\0')
        add_unplain(buffer, text + plain);
    buffer_add(buffer, "\"", 1);
}

void writer_key(struct json_writer *writer, const char *key)
{
    item_begin(writer);
    add_quoted(writer->buffer, key);
    buffer_add(writer->buffer, ": ", 2);
    writer->comma = false;
}

void writer_text(struct json_writer *writer, const char *text)
{
    item_begin(writer);
    if (text == NULL)
        buffer_add(writer->buffer, "null", 4);
    else
        add_quoted(writer->buffer, text);
}

void writer_repeat(struct json_writer *writer, size_t from, size_t to)
{
    struct buffer *buffer = writer->buffer;
    item_begin(writer);
    if (buffer_reserve(buffer, to - from))
        buffer_add(buffer, buffer->data + from, to - from);
}

/* The numbers of two digits. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

void writer_integer(struct json_writer *writer, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    item_begin(writer);
    for (; rest >= 100; rest /= 100)
        memcpy(at -= 2, pairs + rest % 100 * 2, 2);
    if (rest >= 10)
        memcpy(at -= 2, pairs + rest * 2, 2);
    else
        *--at = (char)('0' + rest);
    if (value < 0)
        *--at = '-';
    buffer_add(writer->buffer, at, (size_t)(digits + sizeof(digits) - at));
}

/* Returns the fewest digits that read back as the same number. */
static int shortest_precision(double value)
{
    char text[40];
    int precision = 1;
    for (; precision < 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision - 1, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return precision;
}

void writer_format_real(char text[REAL_TEXT], double value)
{
    if (isnan(value)) {
        snprintf(text, REAL_TEXT, "NaN");
        return;
    }
    if (isinf(value)) {
        snprintf(text, REAL_TEXT, "%s", value < 0 ? "-Infinity" : "Infinity");
        return;
    }
    /* Python's repr() uses the exponent form below 1e-4 and from 1e16 on. */
    int precision = shortest_precision(value);
    double size = fabs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e16)) {
        snprintf(text, REAL_TEXT, "%.*e", precision - 1, value);
    } else {
        int exponent = size == 0 ? 0 : (int)floor(log10(size));
        int decimals = precision - 1 - exponent;
        snprintf(text, REAL_TEXT, "%.*f", decimals > 1 ? decimals : 1, value);
    }
}

void writer_boolean(struct json_writer *writer, bool value)
{
    item_begin(writer);
    buffer_add_text(writer->buffer, value ? "true" : "false");
}

void writer_null(struct json_writer *writer)
{
    writer_text(writer, NULL);
}

void writer_member_text(struct json_writer *writer, const char *key, const char *text)
{
    writer_key(writer, key);
    writer_text(writer, text);
}

void writer_member_integer(struct json_writer *writer, const char *key, int64_t value)
{
    writer_key(writer, key);
    writer_integer(writer, value);
}

/* Below this a real number has an exact whole part of type int64_t. */
#define WHOLE_EXACT 9007199254740992.0

void writer_member_whole(struct json_writer *writer, const char *key, double value)
{
    char digits[WHOLE_TEXT];
    if (fabs(value) < WHOLE_EXACT) {
        writer_member_integer(writer, key, (int64_t)value);
        return;
    }
    snprintf(digits, sizeof(digits), "%.0f", trunc(value) + 0.0);
    writer_key(writer, key);
    item_begin(writer);
    buffer_add_text(writer->buffer, digits);
}

void writer_member_real(struct json_writer *writer, const char *key, double value)
{
    char text[REAL_TEXT];
    writer_format_real(text, value);
    writer_key(writer, key);
    item_begin(writer);
    buffer_add_text(writer->buffer, text);
}
