/*
 * What everybody does with an exchange: look at parameters, add headers, fail.
 */
#include <config.h>

#include "http/exchange.h"

#include <stdarg.h>
#include <string.h>

/* A parameter may come twice when a site's own line follows the included ones: the last one counts. */
const char *exchange_parameter(const struct exchange *exchange, const char *name)
{
    size_t length = strlen(name);
    const char *found = NULL;
    for (char *const *parameter = exchange->parameters; *parameter != NULL; parameter++)
        if (strncmp(*parameter, name, length) == 0 && (*parameter)[length] == '=')
            found = *parameter + length + 1;
    return found;
}

const char *exchange_forwarded(const struct exchange *exchange, const char *name)
{
    const char *value = exchange->behind_proxy ? exchange_parameter(exchange, name) : NULL;
    if (value == NULL || *value == '\0')
        return NULL;
    return arena_strndup(exchange->arena, value, strcspn(value, ", "));
}

void exchange_add_header(struct exchange *exchange, const char *name, const char *value)
{
    if (exchange->header_count == EXCHANGE_HEADERS)
        return;
    size_t length = 0;
    while ((unsigned char)value[length] >= ' ' && value[length] != 0x7f)
        length++;
    if (value[length] != '\0')
        value = arena_strndup(exchange->arena, value, length);
    exchange->headers[exchange->header_count++] = (struct header){name, value};
}

/* The host of the request without the port that the scheme stands for. */
static const char *host_text(struct exchange *exchange, const char *scheme)
{
    const char *host = exchange_forwarded(exchange, "HTTP_X_FORWARDED_HOST");
    if (host == NULL)
        host = exchange_parameter(exchange, "HTTP_HOST");
    if (host == NULL || *host == '\0')
        host = exchange_parameter(exchange, "SERVER_NAME");
    if (host == NULL)
        host = "localhost";
    const char *port = strcmp(scheme, "https") == 0 ? ":443" : ":80";
    size_t length = strlen(host), port_length = strlen(port);
    if (length > port_length && strcmp(host + length - port_length, port) == 0)
        length -= port_length;
    return arena_strndup(exchange->arena, host, length);
}

void exchange_add_location(struct exchange *exchange, const char *path)
{
    const char *https = exchange_parameter(exchange, "HTTPS");
    const char *scheme = exchange_parameter(exchange, "REQUEST_SCHEME");
    if (https != NULL && strcmp(https, "on") == 0)
        scheme = "https";
    const char *proxied = exchange_forwarded(exchange, "HTTP_X_FORWARDED_PROTO");
    if (proxied != NULL)
        scheme = proxied;
    if (scheme == NULL || *scheme == '\0')
        scheme = "http";
    exchange_add_header(
        exchange, "location",
        arena_printf(exchange->arena, "%s://%s%s", scheme, host_text(exchange, scheme), path));
}

int exchange_fail(struct exchange *exchange, int status, const char *code, const char *format, ...)
{
    if (exchange->error.status != 0)
        return exchange->error.status;
    va_list arguments;
    va_start(arguments, format);
    exchange->error = (struct http_error){
        .status = status,
        .code = code,
        .detail = arena_vprintf(exchange->arena, format, arguments),
    };
    va_end(arguments);
    return status;
}

void exchange_last_modified(struct exchange *exchange, time_t when)
{
    if (!microversion_since(exchange, 15))
        return;
    struct tm broken_down;
    char *text = arena_alloc(exchange->arena, 32);
    gmtime_r(&when, &broken_down);
    strftime(text, 32, "%a, %d %b %Y %H:%M:%S GMT", &broken_down);
    exchange_add_header(exchange, "last-modified", text);
    exchange_add_header(exchange, "cache-control", "no-cache");
}
