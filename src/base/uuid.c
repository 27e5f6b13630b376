/*
 * Parses uuids as Python does, and makes random ones.
 */
#include <config.h>

#include "base/uuid.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <uuid/uuid.h>

enum {
    DIGITS = 32,
    SUPPLY = 16, /* 256 bytes, which getrandom() never returns in part */
};

/* Random bytes for the next uuids. libuuid makes six system calls for each, a quarter of what a
   short request makes. */
static struct {
    uuid_t bytes[SUPPLY];
    size_t left;
    bool is_watched; /* a child of this process forgets them */
} supply;

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

static void forget_supply(void)
{
    supply.left = 0;
}

/* Returns whether there are random bytes for a uuid. A child must not make its parent's uuids. */
static bool fill_supply(void)
{
    if (supply.left > 0)
        return true;
    supply.is_watched = supply.is_watched || pthread_atfork(NULL, NULL, forget_supply) == 0;
    if (supply.is_watched &&
        getrandom(supply.bytes, sizeof(supply.bytes), 0) == (ssize_t)sizeof(supply.bytes))
        supply.left = SUPPLY;
    return supply.left > 0;
}

void uuid_new(struct uuid_text *uuid)
{
    unsigned char generated[sizeof(uuid_t)];
    unsigned char *bytes = generated;
    if (fill_supply()) {
        bytes = supply.bytes[--supply.left];
        bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
        bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* the variant of RFC 4122 */
    } else {
        uuid_generate_random(generated);
    }
    uuid_unparse_lower(bytes, uuid->text);
}
