/*
 * Answers preflight requests, and adds the headers for pages of other origins.
 */
#include <config.h>

#include "http/cors.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/header_text.h"

/* Headers that a page may always send. */
static const char *const simple_headers[] = {
    "Accept",           "Accept-Language", "Content-Type",  "Cache-Control",
    "Content-Language", "Expires",         "Last-Modified", "Pragma"};
static const struct text_list simple = {
    .items = simple_headers, .count = sizeof(simple_headers) / sizeof(simple_headers[0])};

typedef int comparison(const char *, const char *);

static bool has(const struct text_list *list, const char *text, comparison *compare)
{
    for (size_t i = 0; i < list->count; i++)
        if (compare(list->items[i], text) == 0)
            return true;
    return false;
}

static const char *join(struct arena *arena, const struct text_list *list)
{
    struct text_builder joined = text_begin(arena);
    for (size_t i = 0; i < list->count; i++)
        text_add_item(&joined, ",", list->items[i]);
    return text_end(&joined);
}

/* Returns the origin to name in the answer, or NULL if there is none or it is not allowed. */
static const char *allowed_origin(const struct settings *settings, const struct exchange *exchange)
{
    const char *origin = exchange_parameter(exchange, "HTTP_ORIGIN");
    if (origin == NULL || has(&settings->cors_allowed_origin, origin, strcmp))
        return origin;
    return has(&settings->cors_allowed_origin, "*", strcmp) ? "*" : NULL;
}

/* Adds Origin to the vary header. */
static void vary_by_origin(struct exchange *exchange)
{
    for (size_t i = 0; i < exchange->header_count; i++) {
        struct header *header = &exchange->headers[i];
        if (strcmp(header->name, "vary") == 0) {
            header->value = arena_printf(exchange->arena, "%s,Origin", header->value);
            return;
        }
    }
    exchange_add_header(exchange, "vary", "Origin");
}

static void add_origin(const struct settings *settings, struct exchange *exchange,
                       const char *origin)
{
    vary_by_origin(exchange);
    exchange_add_header(exchange, "access-control-allow-origin", origin);
    if (settings->cors_allow_credentials)
        exchange_add_header(exchange, "access-control-allow-credentials", "true");
}

static bool headers_allowed(const struct settings *settings, const struct text_list *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        if (!has(&settings->cors_allow_headers, headers->items[i], strcasecmp) &&
            !has(&simple, headers->items[i], strcasecmp))
            return false;
    return true;
}

/* Drops repeated names, which upstream sends back. What is left is allowed, so the answer has no
   more of them than are configured, however many a client asks for: nginx bounds a header. */
static void drop_repeats(struct text_list *headers, const char **kept)
{
    size_t count = 0;
    for (size_t i = 0; i < headers->count; i++) {
        const struct text_list before = {.items = kept, .count = count};
        if (!has(&before, headers->items[i], strcasecmp))
            kept[count++] = headers->items[i];
    }
    *headers = (struct text_list){.items = kept, .count = count};
}

static void answer_preflight(const struct settings *settings, struct exchange *exchange)
{
    const char *method = exchange_parameter(exchange, "HTTP_ACCESS_CONTROL_REQUEST_METHOD");
    const char *names = exchange_parameter(exchange, "HTTP_ACCESS_CONTROL_REQUEST_HEADERS");
    const char *origin = allowed_origin(settings, exchange);
    struct text_list headers = {0};
    exchange->status = 200;
    exchange->content_type = NULL;
    exchange->header_count = 0;
    if (names != NULL)
        headers = header_list(exchange->arena, names);
    if (origin == NULL || method == NULL || !has(&settings->cors_allow_methods, method, strcmp) ||
        !headers_allowed(settings, &headers))
        return;
    drop_repeats(&headers, arena_array(exchange->arena, headers.count, sizeof(*headers.items)));
    add_origin(settings, exchange, origin);
    if (settings->cors_max_age != 0)
        exchange_add_header(exchange, "access-control-max-age",
                            arena_printf(exchange->arena, "%ld", settings->cors_max_age));
    exchange_add_header(exchange, "access-control-allow-methods", method);
    if (headers.count > 0)
        exchange_add_header(exchange, "access-control-allow-headers",
                            join(exchange->arena, &headers));
}

bool cors_answers(const struct settings *settings, const struct exchange *exchange)
{
    return settings->cors_allowed_origin.count > 0 && strcmp(exchange->method, "OPTIONS") == 0;
}

void cors_finish(const struct settings *settings, struct exchange *exchange)
{
    if (settings->cors_allowed_origin.count == 0)
        return;
    if (cors_answers(settings, exchange)) {
        answer_preflight(settings, exchange);
        return;
    }
    const char *origin = allowed_origin(settings, exchange);
    if (origin == NULL)
        return;
    add_origin(settings, exchange, origin);
    if (settings->cors_expose_headers.count > 0)
        exchange_add_header(exchange, "access-control-expose-headers",
                            join(exchange->arena, &settings->cors_expose_headers));
}
