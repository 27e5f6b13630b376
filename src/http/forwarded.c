/*
 * Reads the Forwarded header, and the X-Forwarded headers from before RFC 7239.
 */
#include <config.h>

#include "http/forwarded.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/header_text.h"

/* Reads one "name=value" of an element. The last value of a name counts, even if it is empty. */
static void read_pair(struct arena *arena, const char *pair, size_t length,
                      struct forwarded *forwarded)
{
    const struct {
        const char *name;
        const char **value;
    } known[] = {
        {"proto", &forwarded->scheme},
        {"host", &forwarded->host},
        {"for", &forwarded->address},
    };
    const char *equals = memchr(pair, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - pair) : length;
    const char *name = header_strip(arena, pair, name_length);
    const char *value = "";
    if (equals != NULL)
        value = header_strip(arena, equals + 1, length - name_length - 1);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcasecmp(name, known[i].name) == 0)
            *known[i].value = text_filled_or(value, NULL);
}

static void read_first_element(struct arena *arena, const char *header, struct forwarded *forwarded)
{
    const char *end = header + strcspn(header, ",");
    while (header < end) {
        size_t length = strcspn(header, ";,");
        read_pair(arena, header, length, forwarded);
        header += length + 1;
    }
}

struct forwarded forwarded_read(const struct exchange *exchange)
{
    struct forwarded forwarded = {0};
    const char *header = text_filled_or(exchange_parameter(exchange, "HTTP_FORWARDED"), NULL);
    if (header != NULL) {
        read_first_element(exchange->arena, header, &forwarded);
    } else {
        forwarded.scheme =
            text_filled_or(exchange_parameter(exchange, "HTTP_X_FORWARDED_PROTO"), NULL);
        forwarded.host =
            text_filled_or(exchange_parameter(exchange, "HTTP_X_FORWARDED_HOST"), NULL);
        forwarded.address =
            text_filled_or(exchange_parameter(exchange, "HTTP_X_FORWARDED_FOR"), NULL);
    }
    forwarded.prefix =
        text_filled_or(exchange_parameter(exchange, "HTTP_X_FORWARDED_PREFIX"), NULL);
    return forwarded;
}
