/*
 * Asks the backends, and writes what they say in the words and forms of oslo.middleware.
 */
#include <config.h>

#include "api/monitoring/healthcheck.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/json_writer.h"
#include "http/accept.h"

/* What a backend says. */
struct result {
    bool available;
    const char *reason, *details;
};

struct results {
    const struct result *items;
    size_t count;
};

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static struct result disable_by_file(const struct settings *settings, struct arena *arena)
{
    const char *path = settings->healthcheck_disable_by_file_path;
    if (path == NULL || *path == '\0')
        return (struct result){true, "OK",
                               "No 'disable_by_file_path' configuration value specified"};
    if (!is_there(path))
        return (struct result){true, "OK", arena_printf(arena, "Path '%s' was not found", path)};
    return (struct result){false, "DISABLED BY FILE",
                           arena_printf(arena, "Path '%s' was found", path)};
}

static struct result enable_by_files(const struct settings *settings, struct arena *arena)
{
    const struct text_list *paths = &settings->healthcheck_enable_by_file_paths;
    for (size_t i = 0; i < paths->count; i++)
        if (!is_there(paths->items[i]))
            return (struct result){false, "FILE PATH MISSING",
                                   arena_printf(arena, "File path %s is missing", paths->items[i])};
    return (struct result){true, "OK", "Specified file paths are available"};
}

static const struct {
    const char *name;
    struct result (*ask)(const struct settings *settings, struct arena *arena);
} backends[] = {
    {"disable_by_file", disable_by_file},
    {"enable_by_files", enable_by_files},
};

/* Asks the configured backends, in their order. */
static struct results ask_backends(const struct settings *settings, struct arena *arena)
{
    const struct text_list *names = &settings->healthcheck_backends;
    struct result *items = arena_array(arena, names->count + 1, sizeof(*items));
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++)
        for (size_t j = 0; j < sizeof(backends) / sizeof(backends[0]); j++)
            if (strcmp(backends[j].name, names->items[i]) == 0)
                items[count++] = backends[j].ask(settings, arena);
    return (struct results){items, count};
}

static const char *time_now(struct arena *arena)
{
    struct timespec now;
    struct tm parts;
    char text[sizeof("2026-01-01 00:00:00")];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
    return arena_printf(arena, "%s.%06ld", text, now.tv_nsec / 1000);
}

static const char *platform(struct arena *arena)
{
    struct utsname name;
    if (uname(&name) != 0)
        return "";
    return arena_printf(arena, "%s-%s-%s", name.sysname, name.release, name.machine);
}

static void write_text(const struct settings *settings, const struct results *results,
                       struct exchange *exchange)
{
    (void)settings;
    for (size_t i = 0; i < results->count; i++)
        buffer_printf(exchange->output, "%s%s", i > 0 ? "\n" : "", results->items[i].reason);
}

/* Escapes as HTML. The text is from the configuration. */
static void write_escaped(struct buffer *output, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '<')
            buffer_add_text(output, "&lt;");
        else if (*text == '>')
            buffer_add_text(output, "&gt;");
        else if (*text == '&')
            buffer_add_text(output, "&amp;");
        else if (*text == '\'')
            buffer_add_text(output, "&#39;");
        else if (*text == '"')
            buffer_add_text(output, "&#34;");
        else
            buffer_add(output, text, 1);
    }
}

static void write_element(struct buffer *output, const char *name, const char *text)
{
    buffer_printf(output, "<%s>", name);
    write_escaped(output, text);
    buffer_printf(output, "</%s>\n", name);
}

static void write_html(const struct settings *settings, const struct results *results,
                       struct exchange *exchange)
{
    struct buffer *output = exchange->output;
    bool detailed = settings->healthcheck_detailed;
    buffer_add_text(output, "<HTML>\n<HEAD><TITLE>Healthcheck Status</TITLE></HEAD>\n<BODY>\n");
    if (detailed) {
        buffer_add_text(output, "<H1>Server status</H1>\n<B>Current time:</B>");
        write_element(output, "PRE", time_now(exchange->arena));
        buffer_add_text(output, "<B>Platform:</B>");
        write_element(output, "PRE", platform(exchange->arena));
        buffer_add_text(output, "<HR></HR>\n");
    }
    buffer_printf(output,
                  "<H2>Result of %zu checks:</H2>\n<TABLE bgcolor=\"#ffffff\" border=\"1\">\n"
                  "<TBODY>\n<TR>\n",
                  results->count);
    buffer_add_text(output, detailed ? "<TH>\nKind\n</TH>\n<TH>\nReason\n</TH>\n<TH>\nDetails\n"
                                       "</TH>\n</TR>\n"
                                     : "<TH>\nReason\n</TH>\n</TR>\n");
    for (size_t i = 0; i < results->count; i++) {
        buffer_add_text(output, "<TR>\n");
        if (detailed)
            write_element(output, "TD", "HealthcheckResult");
        write_element(output, "TD", results->items[i].reason);
        if (detailed)
            write_element(output, "TD", results->items[i].details);
        buffer_add_text(output, "</TR>\n");
    }
    buffer_add_text(output, "</TBODY>\n</TABLE>\n<HR></HR>\n\n</BODY>\n</HTML>");
}

static void write_json(const struct settings *settings, const struct results *results,
                       struct exchange *exchange)
{
    struct json_writer writer;
    bool detailed = settings->healthcheck_detailed;
    writer_init(&writer, exchange->output);
    writer_begin_object(&writer);
    writer_key(&writer, "detailed");
    writer_boolean(&writer, detailed);
    if (detailed) {
        writer_member_text(&writer, "now", time_now(exchange->arena));
        writer_member_text(&writer, "platform", platform(exchange->arena));
    }
    writer_key(&writer, "reasons");
    writer_begin_array(&writer);
    for (size_t i = 0; i < results->count; i++) {
        if (!detailed) {
            writer_text(&writer, results->items[i].reason);
            continue;
        }
        writer_begin_object(&writer);
        writer_member_text(&writer, "class", "HealthcheckResult");
        writer_member_text(&writer, "details", results->items[i].details);
        writer_member_text(&writer, "reason", results->items[i].reason);
        writer_end_object(&writer);
    }
    writer_end_array(&writer);
    writer_end_object(&writer);
}

/* In the order of preference; the first also answers requests that accept none of them. */
static const char *const offers[] = {"text/plain", "text/html", "application/json"};

static const struct {
    const char *content_type;
    void (*write)(const struct settings *settings, const struct results *results,
                  struct exchange *exchange);
} forms[] = {
    {"text/plain; charset=UTF-8", write_text},
    {"text/html; charset=UTF-8", write_html},
    {"application/json", write_json},
};

bool healthcheck_is_at(const struct settings *settings, const char *path)
{
    const char *place = settings->berth_healthcheck_path;
    return place != NULL && *place != '\0' && strcmp(place, path) == 0;
}

void healthcheck_answer(const struct settings *settings, struct exchange *exchange)
{
    struct results results = ask_backends(settings, exchange->arena);
    bool head = strcmp(exchange->method, "HEAD") == 0, healthy = true;
    for (size_t i = 0; i < results.count; i++)
        healthy = healthy && results.items[i].available;
    const char *accept = exchange_parameter(exchange, "HTTP_ACCEPT");
    int form = 0;
    if (!head && accept != NULL)
        form = accept_best(accept, offers, sizeof(offers) / sizeof(offers[0]));
    form = form < 0 ? 0 : form;
    exchange->status = !healthy ? 503 : head ? 204 : 200;
    exchange->content_type = forms[form].content_type;
    if (!head)
        forms[form].write(settings, &results, exchange);
    if (exchange->output->failed)
        exchange_fail(exchange, 500, NULL, "The answer is too large.");
}
