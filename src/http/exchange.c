/*
 * Reads parameters of a request, adds headers to its response, fails it.
 */
#include <config.h>

#include "http/exchange.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Whether a parameter is a header that a client may repeat. nginx refuses a second Host. */
static bool is_repeatable(const char *name)
{
    return strncmp(name, "HTTP_", strlen("HTTP_")) == 0 && strcmp(name, "HTTP_HOST") != 0;
}

/* Joins the values of a name, but for empty ones: with those a site blanks a header. */
static const char *join_values(const struct exchange *exchange, const char *name)
{
    size_t length = strlen(name);
    struct text_builder joined = text_begin(exchange->arena);
    for (char *const *parameter = exchange->parameters; *parameter != NULL; parameter++)
        if (strncmp(*parameter, name, length) == 0 && (*parameter)[length] == '=' &&
            (*parameter)[length + 1] != '\0')
            text_add_item(&joined, ",", *parameter + length + 1);
    return text_end(&joined);
}

const char *exchange_parameter(const struct exchange *exchange, const char *name)
{
    size_t length = strlen(name), count = 0;
    const char *found = NULL;
    for (char *const *parameter = exchange->parameters; *parameter != NULL; parameter++)
        if (strncmp(*parameter, name, length) == 0 && (*parameter)[length] == '=') {
            found = *parameter + length + 1;
            count++;
        }
    return count > 1 && is_repeatable(name) ? join_values(exchange, name) : found;
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

/* Returns the scheme as the client sees it. */
static const char *scheme_text(const struct exchange *exchange)
{
    const char *scheme = exchange_parameter(exchange, "REQUEST_SCHEME");
    const char *https = exchange_parameter(exchange, "HTTPS");
    if (exchange->forwarded.scheme != NULL)
        scheme = exchange->forwarded.scheme;
    else if (https != NULL && strcmp(https, "on") == 0)
        scheme = "https";
    if (scheme == NULL || *scheme == '\0')
        scheme = "http";
    return scheme;
}

/* Returns the host that a request without a Host header reached, or NULL if it has no name: nginx's
   server_name is empty by default. */
static const char *server_text(const struct exchange *exchange)
{
    const char *name = text_filled_or(exchange_parameter(exchange, "SERVER_NAME"), NULL);
    const char *port = text_filled_or(exchange_parameter(exchange, "SERVER_PORT"), NULL);
    if (name == NULL || port == NULL)
        return name;
    return arena_printf(exchange->arena, "%s:%s", name, port);
}

/* Returns the host as the client sees it, without the default port of the scheme; NULL: unknown. */
static const char *host_text(const struct exchange *exchange, const char *scheme)
{
    const char *host = exchange->forwarded.host;
    if (host == NULL)
        host = text_filled_or(exchange_parameter(exchange, "HTTP_HOST"), NULL);
    if (host == NULL)
        host = server_text(exchange);
    if (host == NULL)
        return NULL;
    const char *port = strcmp(scheme, "http") == 0    ? ":80"
                       : strcmp(scheme, "https") == 0 ? ":443"
                                                      : "";
    size_t length = strlen(host), port_length = strlen(port);
    if (length > port_length && strcmp(host + length - port_length, port) == 0)
        length -= port_length;
    host = arena_strndup(exchange->arena, host, length);
    return arena_strndup(exchange->arena, host, strcspn(host, "/?#"));
}

/* A host name has at most 253 characters. A longer text would make a header that nginx refuses. */
enum { HOST_LONGEST = 1024 };

void exchange_add_location(struct exchange *exchange, const char *path)
{
    const char *scheme = scheme_text(exchange);
    const char *host = host_text(exchange, scheme);
    if (host == NULL || strlen(host) > HOST_LONGEST) {
        exchange_add_header(exchange, "location", path);
        return;
    }
    if (strcasecmp(scheme, "http") == 0)
        path = arena_printf(exchange->arena, "http://%s%s", host, path);
    else if (strcasecmp(scheme, "https") == 0)
        path = arena_printf(exchange->arena, "https://%s%s", host, path);
    exchange_add_header(exchange, "location", path);
}

void exchange_fail(struct exchange *exchange, int status, const char *code, const char *format, ...)
{
    if (exchange_failed(exchange))
        return;
    va_list arguments;
    va_start(arguments, format);
    exchange->error = (struct http_error){
        .code = code,
        .detail = arena_vprintf(exchange->arena, format, arguments),
    };
    va_end(arguments);
    exchange->status = status;
}

void exchange_fail_early(struct exchange *exchange, int status, enum error_form form,
                         const char *detail)
{
    if (exchange_failed(exchange))
        return;
    exchange->error = (struct http_error){.form = form, .detail = detail};
    exchange->status = status;
}

bool exchange_failed(const struct exchange *exchange)
{
    return exchange->error.detail != NULL;
}
