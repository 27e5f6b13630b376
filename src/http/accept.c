/*
 * Reads the Accept header (RFC 7231) as webob does, and the Content-Type.
 */
#include <config.h>

#include "http/accept.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/exchange.h"

#define JSON "application/json"

/* One range of an Accept header. */
struct range {
    const char *type; /* "text/html", not terminated */
    size_t type_length;
    bool parameters; /* it has some besides q: then no offer of ours matches */
    int quality;     /* thousandths */
};

static bool is_token(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

static const char *skip_token(const char *text)
{
    while (is_token(*text))
        text++;
    return text;
}

/* Returns the end of a token or quoted string, or NULL if there is neither. */
static const char *skip_value(const char *text)
{
    if (*text != '"') {
        const char *end = skip_token(text);
        return end == text ? NULL : end;
    }
    for (text++; *text != '"'; text++) {
        if (*text == '\\')
            text++;
        if (*text == '\0')
            return NULL;
    }
    return text + 1;
}

/* Reads 0 to 1 with up to three decimals. Returns thousandths, or -1. */
static int read_quality(const char *text, size_t length)
{
    if (length == 0 || length > 5 || (*text != '0' && *text != '1') ||
        (length > 1 && text[1] != '.'))
        return -1;
    int quality = (*text - '0') * 1000, place = 100;
    for (size_t i = 2; i < length; i++, place /= 10) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        quality += (text[i] - '0') * place;
    }
    return quality <= 1000 ? quality : -1;
}

/* Reads the parameters of a range. Returns their end, or NULL if they are wrong. */
static const char *read_parameters(const char *text, struct range *range)
{
    bool after_quality = false;
    for (;;) {
        const char *semicolon = skip_space(text);
        if (*semicolon != ';')
            return text;
        const char *name = skip_space(semicolon + 1);
        const char *equals = skip_token(name);
        if (equals == name || *equals != '=')
            return NULL;
        const char *value = equals + 1;
        text = skip_value(value);
        if (text == NULL)
            return NULL;
        if (!after_quality && equals - name == 1 && (*name == 'q' || *name == 'Q')) {
            range->quality = read_quality(value, (size_t)(text - value));
            if (range->quality < 0)
                return NULL;
            after_quality = true;
        } else if (!after_quality) {
            range->parameters = true;
        }
    }
}

/* Reads a range. Returns its end, or NULL if the header is wrong. */
static const char *read_range(const char *text, struct range *range)
{
    const char *slash = skip_token(text);
    if (slash == text || *slash != '/')
        return NULL;
    const char *end = skip_token(slash + 1);
    if (end == slash + 1)
        return NULL;
    *range = (struct range){.type = text, .type_length = (size_t)(end - text), .quality = 1000};
    return read_parameters(end, range);
}

/* Returns how exactly a range names an offer; 0: not at all. */
static int range_specificity(const struct range *range, const char *offer)
{
    size_t length = range->type_length;
    if (length == 3 && strncmp(range->type, "*/*", 3) == 0)
        return 1; /* with any parameters, as in webob */
    if (range->parameters)
        return 0;
    if (length > 2 && strncmp(range->type + length - 2, "/*", 2) == 0)
        return strncasecmp(range->type, offer, length - 1) == 0 ? 2 : 0;
    return strlen(offer) == length && strncasecmp(range->type, offer, length) == 0 ? 3 : 0;
}

/* Returns the quality of an offer in thousandths, 0 if the header refuses it, -1 if the header is
   invalid. */
static int offer_quality(const char *accept, const char *offer)
{
    int best = 0, quality = 0;
    const char *text = accept;
    /* A comma may come before the first one, but only another after it. */
    if (*text == ',' && strchr(",", *skip_space(text + 1)) == NULL)
        return -1;
    for (;;) {
        text = skip_space(text);
        while (*text == ',')
            text = skip_space(text + 1);
        if (*text == '\0')
            return quality;
        struct range range;
        text = read_range(text, &range);
        if (text == NULL)
            return -1;
        text = skip_space(text);
        if (*text != ',' && *text != '\0')
            return -1;
        int specificity = range_specificity(&range, offer);
        if (specificity > best || (specificity == best && best > 0 && range.quality > quality)) {
            best = specificity;
            quality = range.quality;
        }
    }
}

bool accept_allows(const char *accept, const char *media_type)
{
    return accept == NULL || *accept == '\0' || offer_quality(accept, media_type) != 0;
}

int accept_best(const char *accept, const char *const *offers, size_t count)
{
    int best = -1, best_quality = 0;
    for (size_t i = 0; i < count; i++) {
        int quality = offer_quality(accept, offers[i]);
        if (quality < 0)
            return 0;
        if (quality > best_quality) {
            best = (int)i;
            best_quality = quality;
        }
    }
    return best;
}

bool accept_require_json(struct exchange *exchange)
{
    if (accept_allows(exchange_parameter(exchange, "HTTP_ACCEPT"), JSON))
        return true;
    exchange_fail(exchange, 406, NULL, "Only " JSON " is provided");
    return false;
}

bool content_require_json(struct exchange *exchange)
{
    const char *type = exchange_parameter(exchange, "CONTENT_TYPE");
    if (type == NULL)
        type = "";
    size_t length = strcspn(type, ";");
    while (length > 0 && isspace((unsigned char)type[length - 1]))
        length--;
    if (length == strlen(JSON) && strncmp(type, JSON, length) == 0)
        return true;
    exchange_fail(exchange, 415, NULL, "The media type %s is not supported, use " JSON,
                  length > 0 ? arena_strndup(exchange->arena, type, length) : "None");
    return false;
}

bool content_check(struct exchange *exchange)
{
    const char *length = exchange_parameter(exchange, "CONTENT_LENGTH");
    const char *type = exchange_parameter(exchange, "CONTENT_TYPE");
    if (length == NULL || *length == '\0')
        return true;
    char *end;
    long long number = strtoll(length, &end, 10);
    if (end == length || *skip_space(end) != '\0') {
        exchange_fail(exchange, 400, NULL, "content-length header must be an integer");
        return false;
    }
    if (number > 0 && (type == NULL || *type == '\0')) {
        exchange_fail(exchange, 400, NULL, "content-type header required when content-length > 0");
        return false;
    }
    return true;
}
