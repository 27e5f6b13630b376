/*
 * Decodes one character at a time.
 */
#include <config.h>

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { REPLACEMENT = 0xfffd };

/* Reads the character at the beginning of length bytes. Returns its length; 0 if it is invalid. */
static size_t decode(const unsigned char *bytes, size_t length, uint32_t *character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = bytes[0] < 0x80             ? 1
                  : (bytes[0] & 0xe0) == 0xc0 ? 2
                  : (bytes[0] & 0xf0) == 0xe0 ? 3
                  : (bytes[0] & 0xf8) == 0xf0 ? 4
                                              : 0;
    if (size == 0 || size > length)
        return 0;
    uint32_t value = size == 1 ? bytes[0] : bytes[0] & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fu);
    }
    if (value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *character = value;
    return size;
}

size_t utf8_next(const char *text, uint32_t *character)
{
    size_t size = decode((const unsigned char *)text, strnlen(text, 4), character);
    if (size == 0) {
        *character = REPLACEMENT;
        return 1;
    }
    return size;
}

size_t utf8_length(const char *text)
{
    size_t count = 0;
    uint32_t character;
    while (*text != '\0') {
        text += utf8_next(text, &character);
        count++;
    }
    return count;
}

long utf8_first_invalid(const char *text, size_t length)
{
    uint32_t character;
    for (size_t at = 0; at < length;) {
        size_t size = decode((const unsigned char *)text + at, length - at, &character);
        if (size == 0)
            return (long)at;
        at += size;
    }
    return -1;
}

bool utf8_is_hidden(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x0000, 0x001f},   {0x007f, 0x009f},   {0x00ad, 0x00ad}, {0x034f, 0x034f},
        {0x061c, 0x061c},   {0x115f, 0x1160},   {0x17b4, 0x17b5}, {0x180b, 0x180f},
        {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f}, {0x3164, 0x3164},
        {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff9, 0xfffb},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (character >= hidden[i].first && character <= hidden[i].last)
            return true;
    return false;
}

size_t utf8_next_shown(const char *text, uint32_t *character, char shown[UTF8_SHOWN_SIZE])
{
    size_t size = utf8_next(text, character);
    if (size == 1 && *character >= 0x80) {
        snprintf(shown, UTF8_SHOWN_SIZE, "?");
    } else if (utf8_is_hidden(*character)) {
        snprintf(shown, UTF8_SHOWN_SIZE, *character > 0xffff ? "\\U%08" PRIx32 : "\\u%04" PRIx32,
                 *character);
    } else {
        memcpy(shown, text, size);
        shown[size] = '\0';
    }
    return size;
}

void utf8_show(char *shown, size_t size, const char *text)
{
    size_t used = 0;
    while (*text != '\0') {
        char piece[UTF8_SHOWN_SIZE];
        uint32_t character;
        text += utf8_next_shown(text, &character, piece);
        size_t length = strlen(piece);
        if (length >= size - used)
            break;
        memcpy(shown + used, piece, length);
        used += length;
    }
    shown[used] = '\0';
}
