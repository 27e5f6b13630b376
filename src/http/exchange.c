/*
 * What everybody does with an exchange: look at parameters, add headers, fail.
 */
#include <config.h>

#include "http/exchange.h"

#include <stdarg.h>
#include <string.h>

const char *exchange_parameter(const struct exchange *exchange, const char *name)
{
    size_t length = strlen(name);
    for (char *const *parameter = exchange->parameters; *parameter != NULL; parameter++)
        if (strncmp(*parameter, name, length) == 0 && (*parameter)[length] == '=')
            return *parameter + length + 1;
    return NULL;
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
