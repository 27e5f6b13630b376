/*
 * Parses the microversion header as the microversion_parse library does.
 */
#include <config.h>

#include "http/microversion.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SERVICE_TYPE "placement"

static const char *trim(struct arena *arena, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    return arena_strndup(arena, text, length);
}

/* Returns the version in "placement 1.4", or NULL if the entry is for another service. */
static const char *entry_version(struct arena *arena, const char *entry)
{
    size_t length = strcspn(entry, " \t\n\r\f\v");
    if (length != strlen(SERVICE_TYPE) || strncasecmp(entry, SERVICE_TYPE, length) != 0 ||
        entry[length] == '\0')
        return NULL;
    return trim(arena, entry + length, strlen(entry + length));
}

/* Returns the version of the last entry for this service, or NULL. */
static const char *header_version(struct arena *arena, const char *header)
{
    const char *end = header + strlen(header);
    for (;;) {
        const char *start = end;
        while (start > header && start[-1] != ',')
            start--;
        const char *version = entry_version(arena, trim(arena, start, (size_t)(end - start)));
        if (version != NULL || start == header)
            return version;
        end = start - 1;
    }
}

/* Reads a number as Python's int() does. Returns -1 for a negative one, -2 for no number, and some
   number above 1000 for a larger one. */
static int read_number(const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    bool negative = length > 0 && *text == '-';
    if (length > 0 && (*text == '-' || *text == '+')) {
        text++;
        length--;
    }
    if (length == 0)
        return -2;
    int number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -2;
        number = number > 1000 ? number : number * 10 + (text[i] - '0');
    }
    return negative && number != 0 ? -1 : number;
}

/* Fails without the reason that Python adds for a version that is not two numbers. */
static bool refuse_text(struct exchange *exchange, const char *text)
{
    exchange_fail(exchange, 400, NULL, "Invalid microversion: invalid version string: %s", text);
    return false;
}

bool microversion_negotiate(struct exchange *exchange)
{
    const char *header = exchange_parameter(exchange, "HTTP_OPENSTACK_API_VERSION");
    const char *text = header != NULL ? header_version(exchange->arena, header) : NULL;
    if (text == NULL || *text == '\0')
        text = MICROVERSION_MINIMUM_TEXT;
    if (strcmp(text, "latest") == 0)
        text = MICROVERSION_MAXIMUM_TEXT;
    const char *dot = strchr(text, '.');
    if (dot == NULL)
        return refuse_text(exchange, text);
    int major = read_number(text, (size_t)(dot - text));
    int minor = read_number(dot + 1, strlen(dot + 1));
    if (major == -2 || minor == -2)
        return refuse_text(exchange, text);
    if (major != MICROVERSION_MAJOR || minor < 0 || minor > MICROVERSION_MINOR_MAXIMUM) {
        exchange_fail(exchange, 406, NULL, "Invalid microversion: Unacceptable version header: %s",
                      text);
        return false;
    }
    exchange->version =
        (struct microversion){.major = (unsigned char)major, .minor = (unsigned char)minor};
    return true;
}

bool microversion_since(const struct exchange *exchange, unsigned minor)
{
    return exchange->version.major == MICROVERSION_MAJOR && exchange->version.minor >= minor;
}

void microversion_add_headers(struct exchange *exchange)
{
    exchange_add_header(exchange, "openstack-api-version",
                        arena_printf(exchange->arena, SERVICE_TYPE " %u.%u",
                                     exchange->version.major, exchange->version.minor));
    exchange_add_header(exchange, "vary", "openstack-api-version");
}
