/* Prints what CORS and proxy headers make of requests, for test_parity_middlewares.py, which
   compares it with oslo.middleware.

   usage: middleware_answers FILE, a placement.conf

   Requests are read as lines of FastCGI parameters and inner headers ("inner:vary=value"), each
   request ended by an empty line; so are the answers, "name: value". */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "http/cors.h"
#include "http/forwarded.h"

enum { PARAMETERS = 32, LINE_SIZE = 4096 };

static char *parameters[PARAMETERS + 1];

/* Reads one request into the exchange; false at the end of the input. */
static bool read_request(struct exchange *exchange)
{
    static const char inner[] = "inner:";
    static char line[LINE_SIZE];
    size_t count = 0;
    bool found = false;
    while (fgets(line, sizeof(line), stdin) != NULL && *line != '\n') {
        found = true;
        line[strcspn(line, "\n")] = '\0';
        char *text = arena_strdup(exchange->arena, line);
        char *value = strchr(text, '=');
        if (value == NULL || count == PARAMETERS)
            return false;
        if (strncmp(text, inner, strlen(inner)) == 0) {
            *value = '\0';
            exchange_add_header(exchange, text + strlen(inner), value + 1);
        } else {
            parameters[count++] = text;
        }
    }
    parameters[count] = NULL;
    return found;
}

static const char *parameter_or(const struct exchange *exchange, const char *said, const char *name)
{
    const char *parameter = exchange_parameter(exchange, name);
    return said != NULL ? said : parameter != NULL ? parameter : "";
}

static void answer(const struct settings *settings, struct exchange *exchange)
{
    exchange->method = parameter_or(exchange, NULL, "REQUEST_METHOD");
    if (settings->oslo_middleware_enable_proxy_headers_parsing)
        exchange->forwarded = forwarded_read(exchange);
    const struct forwarded *forwarded = &exchange->forwarded;
    exchange->prefix =
        arena_printf(exchange->arena, "%s%s", forwarded->prefix != NULL ? forwarded->prefix : "",
                     parameter_or(exchange, NULL, "SCRIPT_NAME"));
    exchange->status = strcmp(exchange->method, "OPTIONS") == 0 ? 405 : 201;
    exchange->content_type = "text/plain";
    exchange_add_location(exchange, arena_printf(exchange->arena, "%s/place", exchange->prefix));
    printf("scheme: %s\nhost: %s\naddress: %s\nprefix: %s\n",
           parameter_or(exchange, forwarded->scheme, "REQUEST_SCHEME"),
           parameter_or(exchange, forwarded->host, "HTTP_HOST"),
           parameter_or(exchange, forwarded->address, "REMOTE_ADDR"), exchange->prefix);
    cors_finish(settings, exchange);
    printf("status: %d\n", exchange->status);
    if (exchange->content_type != NULL)
        printf("content-type: %s\n", exchange->content_type);
    for (size_t i = 0; i < exchange->header_count; i++)
        printf("%s: %s\n", exchange->headers[i].name, exchange->headers[i].value);
    printf("\n");
}

static bool load(struct settings *settings, const char *file)
{
    struct config_place place = {.path = file};
    struct error_line error;
    struct config *config = config_new();
    bool good = config_load(config, &place, 1, &error) && settings_load(settings, config, &error);
    if (!good)
        fprintf(stderr, "middleware_answers: %s\n", error.text);
    config_free(config);
    return good;
}

int main(int count, char **arguments)
{
    static struct settings settings;
    struct arena arena;
    if (count != 2) {
        fprintf(stderr, "usage: middleware_answers FILE\n");
        return 2;
    }
    if (!load(&settings, arguments[1]))
        return 1;
    arena_init(&arena, 0);
    for (;;) {
        struct exchange exchange = {.arena = &arena, .parameters = parameters};
        if (!read_request(&exchange))
            break;
        answer(&settings, &exchange);
        arena_reset(&arena);
    }
    arena_free(&arena);
    settings_free(&settings);
    return fflush(stdout) == 0 ? 0 : 1;
}
