/*
 * Percent-encoding, byte by byte.
 */
#include <config.h>

#include "base/percent.h"

#include <stdbool.h>
#include <string.h>

/* What is never encoded (RFC 3986, and Python's urllib.parse.quote()). */
static const char unreserved[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";

/* Writes a byte as %XX. Returns the place after it. */
static char *write_encoded(char *to, char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    *to++ = '%';
    *to++ = digits[(unsigned char)byte >> 4];
    *to++ = digits[(unsigned char)byte & 15];
    return to;
}

const char *percent_encode(struct arena *arena, const char *text, const char *plain)
{
    char *encoded = arena_alloc(arena, strlen(text) * 3 + 1), *to = encoded;
    for (; *text != '\0'; text++) {
        if (strchr(unreserved, *text) != NULL || strchr(plain, *text) != NULL)
            *to++ = *text;
        else
            to = write_encoded(to, *text);
    }
    return encoded;
}

void percent_add_form(struct buffer *buffer, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char encoded[3] = {text[i] == ' ' ? '+' : text[i]};
        bool plain = text[i] == ' ' || memchr(unreserved, text[i], sizeof(unreserved) - 1) != NULL;
        buffer_add(buffer, encoded,
                   plain ? 1 : (size_t)(write_encoded(encoded, text[i]) - encoded));
    }
}

/* The value of a hexadecimal digit, or -1. */
static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

static char *decode(struct arena *arena, const char *text, size_t length, bool is_form,
                    size_t *decoded)
{
    char *bytes = arena_alloc(arena, length + 1), *to = bytes;
    for (size_t i = 0; i < length; i++) {
        int high, low;
        if (text[i] == '%' && i + 2 < length && (high = digit_value(text[i + 1])) >= 0 &&
            (low = digit_value(text[i + 2])) >= 0) {
            *to++ = (char)(high * 16 + low);
            i += 2;
        } else {
            *to++ = text[i] == '+' && is_form ? ' ' : text[i];
        }
    }
    *decoded = (size_t)(to - bytes);
    return bytes;
}

char *percent_decode(struct arena *arena, const char *text, size_t length, size_t *decoded)
{
    return decode(arena, text, length, false, decoded);
}

char *percent_decode_form(struct arena *arena, const char *text, size_t length, size_t *decoded)
{
    return decode(arena, text, length, true, decoded);
}
