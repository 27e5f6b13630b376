/*
 * Writes error documents as webob's exceptions do: as JSON, HTML or plain text.
 */
#include <config.h>

#include "http/error_document.h"

#include <string.h>
#include <strings.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "base/utf8.h"
#include "http/accept.h"
#include "http/exchange.h"
#include "http/microversion.h"

/*
 * The statuses that Berth sends, with webob's titles and explanations. %s in an explanation stands
 * for the FastCGI parameter beside it. Such an explanation is a special template in webob, which
 * has no comment after the detail, and so no line end.
 */
static const struct status {
    int status;
    const char *title;
    const char *explanation;
    const char *parameter;
} statuses[] = {
    {200, "OK", NULL, NULL},
    {201, "Created", NULL, NULL},
    {204, "No Content", NULL, NULL},
    {400, "Bad Request",
     "The server could not comply with the request since it is either malformed or otherwise "
     "incorrect.",
     NULL},
    {401, "Unauthorized",
     "This server could not verify that you are authorized to access the document you requested. "
     "Either you supplied the wrong credentials (e.g., bad password), or your browser does not "
     "understand how to supply the credentials required.",
     NULL},
    {403, "Forbidden", "Access was denied to this resource.", NULL},
    {404, "Not Found", "The resource could not be found.", NULL},
    {405, "Method Not Allowed", "The method %s is not allowed for this resource. ",
     "REQUEST_METHOD"},
    {406, "Not Acceptable",
     "The resource could not be generated that was acceptable to your browser\n(content of type "
     "%s. ",
     "HTTP_ACCEPT"},
    {409, "Conflict", "There was a conflict when trying to complete your request.", NULL},
    {413, "Request Entity Too Large", "The body of your request was too large for this server.",
     NULL},
    {414, "Request-URI Too Long", "The request URI was too long for this server.", NULL},
    {415, "Unsupported Media Type", "The request media type %s is not supported by this server.\n",
     "CONTENT_TYPE"},
    {429, "Too Many Requests", "The client has sent too many requests in a given amount of time",
     NULL},
    {500, "Internal Server Error",
     "The server has either erred or is incapable of performing the requested operation.", NULL},
    {503, "Service Unavailable",
     "The server is currently unavailable. Please try again at a later time.", NULL},
};

static const struct status *status_find(int status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i].status == status)
            return &statuses[i];
    return NULL;
}

const char *status_reason(int status)
{
    const struct status *found = status_find(status);
    return found != NULL ? found->title : NULL;
}

static const struct {
    char character;
    const char *escaped;
} escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#x27;"}};

/* Does what Python's html.escape() does, and writes other than ASCII as character references. */
static const char *escape_html(struct arena *arena, const char *text)
{
    struct text_builder html = text_begin(arena);
    while (*text != '\0') {
        uint32_t character;
        size_t length = utf8_next(text, &character);
        const char *escaped = NULL;
        for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
            if (*text == escapes[i].character)
                escaped = escapes[i].escaped;
        if (escaped != NULL)
            text_add(&html, escaped);
        else if (character >= 0x80)
            text_add_format(&html, "&#%u;", (unsigned)character);
        else
            text_add_bytes(&html, text, length);
        text += length;
    }
    return text_end(&html);
}

static const char *keep(struct arena *arena, const char *text)
{
    (void)arena;
    return text;
}

/* Returns the text of the error: explanation, two line breaks, detail. */
static const char *make_body(struct exchange *exchange,
                             const char *(*escape)(struct arena *, const char *))
{
    struct arena *arena = exchange->arena;
    const struct status *status = status_find(exchange->status);
    const char *detail = escape(arena, exchange->error.detail);
    if (status->parameter == NULL)
        return arena_printf(arena, "%s<br /><br />\n%s\n\n", escape(arena, status->explanation),
                            detail);
    const char *parameter = exchange_parameter(exchange, status->parameter);
    if (exchange->status == 415 && (parameter == NULL || *parameter == '\0'))
        parameter = "None";
    if (exchange->status == 406 &&
        (parameter == NULL || *parameter == '\0' || strcmp(parameter, "*/*") == 0))
        parameter = "application/json";
    parameter = escape(arena, parameter != NULL ? parameter : "");
    const char *place = strstr(status->explanation, "%s");
    return arena_printf(arena, "%.*s%s%s<br /><br />\n%s", (int)(place - status->explanation),
                        status->explanation, parameter, place + 2, detail);
}

/* Replaces each tag, from open to the next ">", by a character; NUL: by nothing. */
static void replace_tags(char *text, const char *open, char replacement)
{
    char *to = text;
    const char *last = strrchr(text, '>'); /* behind it no tag ends: do not look for one again */
    size_t length = strlen(open);
    while (*text != '\0') {
        if (last != NULL && text < last && strncasecmp(text, open, length) == 0) {
            const char *end = strchr(text, '>');
            if (replacement != '\0')
                *to++ = replacement;
            text += end - text + 1;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

static void remove_text(char *text, const char *removed)
{
    size_t length = strlen(removed);
    char *to = text;
    while (*text != '\0') {
        if (strncmp(text, removed, length) == 0)
            text += length;
        else
            *to++ = *text++;
    }
    *to = '\0';
}

/* Does what webob's strip_tags() does: line ends become spaces, <br> a line end, other tags
   nothing. */
static const char *strip_tags(struct arena *arena, const char *body)
{
    char *text = arena_strdup(arena, body), *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != '\r')
            *to++ = *from == '\n' ? ' ' : *from;
    *to = '\0';
    replace_tags(text, "<br", '\n');
    remove_text(text, "<!--");
    remove_text(text, "-->");
    replace_tags(text, "<", '\0');
    return text;
}

/* webob's form. */
static void write_webob(struct exchange *exchange, struct json_writer *writer)
{
    int status = exchange->status;
    writer_begin_object(writer);
    writer_member_text(writer, "message", make_body(exchange, keep));
    writer_member_text(writer, "code",
                       arena_printf(exchange->arena, "%d %s", status, status_reason(status)));
    writer_member_text(writer, "title", status_reason(status));
    writer_end_object(writer);
}

/* The Identity API's form, with the text of keystonemiddleware. */
static void write_keystone(struct exchange *exchange, struct json_writer *writer)
{
    int status = exchange->status;
    writer_begin_object(writer);
    writer_key(writer, "error");
    writer_begin_object(writer);
    writer_member_integer(writer, "code", status);
    writer_member_text(writer, "title", status_reason(status));
    writer_member_text(writer, "message", "The request you have made requires authentication.");
    writer_end_object(writer);
    writer_end_object(writer);
}

/* The form of the API working group. */
static void write_placement(struct exchange *exchange, struct json_writer *writer)
{
    const struct http_error *error = &exchange->error;
    const char *body = make_body(exchange, keep);
    writer_begin_object(writer);
    writer_key(writer, "errors");
    writer_begin_array(writer);
    writer_begin_object(writer);
    writer_member_integer(writer, "status", exchange->status);
    writer_member_text(writer, "title", status_reason(exchange->status));
    writer_member_text(writer, "detail", strip_tags(exchange->arena, body));
    if (microversion_since(exchange, 23))
        writer_member_text(writer, "code",
                           error->code != NULL ? error->code : "placement.undefined_code");
    writer_member_text(writer, "request_id", exchange->request_id);
    if (exchange->status == 406 && exchange->version.major == 0) {
        writer_member_text(writer, "max_version", MICROVERSION_MAXIMUM_TEXT);
        writer_member_text(writer, "min_version", MICROVERSION_MINIMUM_TEXT);
    }
    writer_end_object(writer);
    writer_end_array(writer);
    writer_end_object(writer);
}

static void write_json(struct exchange *exchange)
{
    static void (*const forms[])(struct exchange *, struct json_writer *) = {
        [ERROR_PLACEMENT] = write_placement,
        [ERROR_WEBOB] = write_webob,
        [ERROR_KEYSTONE] = write_keystone,
    };
    struct json_writer writer;
    writer_init(&writer, exchange->output);
    forms[exchange->error.form](exchange, &writer);
}

static void write_html(struct exchange *exchange)
{
    int status = exchange->status;
    const char *reason = status_reason(status);
    buffer_printf(exchange->output,
                  "<html>\n <head>\n  <title>%d %s</title>\n </head>\n <body>\n  <h1>%d %s</h1>\n"
                  "  %s\n </body>\n</html>",
                  status, reason, status, reason, make_body(exchange, escape_html));
}

/* Adds text that may come from the client: U+FFFD for a byte that is not UTF-8. */
static void add_utf8(struct buffer *output, const char *text)
{
    while (*text != '\0') {
        uint32_t character;
        size_t length = utf8_next(text, &character);
        if (length == 1 && character >= 0x80)
            buffer_add_text(output, "\xef\xbf\xbd");
        else
            buffer_add(output, text, length);
        text += length;
    }
}

static void write_plain(struct exchange *exchange)
{
    int status = exchange->status;
    buffer_printf(exchange->output, "%d %s\n\n", status, status_reason(status));
    add_utf8(exchange->output, strip_tags(exchange->arena, make_body(exchange, keep)));
}

void error_document_write(struct exchange *exchange)
{
    static const char *const offers[] = {"text/html", "application/json"};
    const char *accept = exchange_parameter(exchange, "HTTP_ACCEPT");
    if (accept == NULL || *accept == '\0' || strcmp(accept, "*/*") == 0)
        accept = "application/json";
    if (status_find(exchange->status) == NULL) {
        exchange->status = 500;
        exchange->error = (struct http_error){.detail = ""};
    }
    if (exchange->status == 503)
        exchange_add_header(exchange, "retry-after", "1");
    switch (exchange->error.form == ERROR_KEYSTONE ? 1 : accept_best(accept, offers, 2)) {
    case 0:
        exchange->content_type = "text/html; charset=UTF-8";
        write_html(exchange);
        break;
    case 1:
        exchange->content_type = "application/json";
        write_json(exchange);
        break;
    default:
        exchange->content_type = "text/plain; charset=UTF-8";
        write_plain(exchange);
        break;
    }
}
