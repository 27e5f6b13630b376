/*
 * Parses uuids as Python does, and makes them with libuuid.
 */
#include <config.h>

#include "base/uuid.h"

#include <ctype.h>
#include <string.h>
#include <uuid/uuid.h>

enum { DIGITS = 32 };

/* Collects the digits as Python's uuid.UUID() does: ignores "urn:" and "uuid:" before them, braces
   at both ends, and all dashes. Returns false if that leaves anything but 32 digits. */
static bool digits_of(const char *text, char digits[DIGITS + 1])
{
    size_t count = 0;
    const char *end = text + strlen(text);
    while (*text != '\0') {
        if (strncmp(text, "urn:", 4) == 0) {
            text += 4;
        } else if (strncmp(text, "uuid:", 5) == 0) {
            text += 5;
        } else {
            break;
        }
    }
    while (text < end && (*text == '{' || *text == '}'))
        text++;
    while (end > text && (end[-1] == '{' || end[-1] == '}'))
        end--;
    for (; text < end; text++) {
        if (*text == '-')
            continue;
        if (!isxdigit((unsigned char)*text) || count == DIGITS)
            return false;
        digits[count++] = (char)tolower((unsigned char)*text);
    }
    digits[count] = '\0';
    return count == DIGITS;
}

bool uuid_is_like(const char *text)
{
    char digits[DIGITS + 1];
    return text != NULL && digits_of(text, digits);
}

bool uuid_has_dashes(const char *text)
{
    return text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

bool uuid_canonical(const char *text, struct uuid_text *canonical)
{
    static const int groups[] = {8, 4, 4, 4, 12};
    char digits[DIGITS + 1];
    const char *from = digits;
    char *to = canonical->text;
    if (text == NULL || !digits_of(text, digits))
        return false;
    for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
        if (i > 0)
            *to++ = '-';
        memcpy(to, from, (size_t)groups[i]);
        to += groups[i];
        from += groups[i];
    }
    *to = '\0';
    return true;
}

void uuid_new(struct uuid_text *uuid)
{
    uuid_t bytes;
    uuid_generate_random(bytes);
    uuid_unparse_lower(bytes, uuid->text);
}
