/*
 * berth-manage consumers: shows what holds a provider, or what a project holds.
 */
#include <config.h>

#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "manage/command.h"
#include "manage/terminal.h"
#include "placement/holders.h"

enum { INDENT = 3, TIME_TEXT = 32 };

struct consumers_work {
    struct command_call *call;
    const char *provider, *project_id;
    bool json;
    struct holdings holdings;
    struct terminal terminal;
    struct buffer output;
};

/* Returns false for wrong arguments. */
static bool read_options(struct consumers_work *work)
{
    static const struct option options[] = {{"project", required_argument, NULL, 'p'},
                                            {"json", no_argument, NULL, 'j'},
                                            {NULL, 0, NULL, 0}};
    int option;
    optind = 0;
    while ((option = getopt_long(work->call->argc, work->call->argv, "", options, NULL)) != -1) {
        if (option == 'p')
            work->project_id = optarg;
        else if (option == 'j')
            work->json = true;
        else
            return false;
    }
    work->provider = work->call->argv[optind]; /* NULL at the end */
    return work->call->argc <= optind + 1;
}

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

/* Returns the end of the holdings that, from start on, are of one consumer, and of one provider if
   wanted. */
static size_t end_of(const struct holdings *holdings, size_t start, bool of_one_provider)
{
    const struct holding *first = &holdings->list[start];
    size_t end = start + 1;
    while (end < holdings->count && same(holdings->list[end].consumer_uuid, first->consumer_uuid) &&
           (!of_one_provider || same(holdings->list[end].provider_uuid, first->provider_uuid)))
        end++;
    return end;
}

static size_t count_consumers(const struct holdings *holdings)
{
    size_t count = 0;
    for (size_t i = 0; i < holdings->count; i = end_of(holdings, i, false))
        count++;
    return count;
}

static const char *time_text(time_t since, char text[TIME_TEXT])
{
    struct tm parts;
    if (since == 0 || gmtime_r(&since, &parts) == NULL ||
        strftime(text, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return NULL;
    return text;
}

/* For people. */

static void add_text(struct consumers_work *work, const char *before, const char *text)
{
    buffer_add_text(&work->output, before);
    terminal_text(&work->terminal, &work->output, text, 0);
}

static void write_amounts(struct consumers_work *work, size_t start, size_t end)
{
    char number[NUMBER_TEXT];
    for (size_t i = start; i < end; i++) {
        add_text(work, i > start ? ", " : "  ", work->holdings.list[i].class_name);
        buffer_printf(&work->output, " %s", number_text(work->holdings.list[i].used, number));
    }
    buffer_add_text(&work->output, "\n");
}

static void write_consumer(struct consumers_work *work, size_t start, size_t end)
{
    const struct holding *first = &work->holdings.list[start];
    struct buffer *output = &work->output;
    char since[TIME_TEXT];
    terminal_style(&work->terminal, output, STYLE_BOLD);
    add_text(work, "", first->consumer_uuid);
    terminal_style(&work->terminal, output, STYLE_PLAIN);
    if (first->consumer_type != NULL)
        add_text(work, "  ", first->consumer_type);
    if (time_text(first->since, since) != NULL)
        add_text(work, "  since ", since);
    buffer_add_text(output, "\n");
    terminal_pad(output, INDENT);
    if (first->project_id == NULL)
        buffer_add_text(output, "without a consumer row: see berth-manage audit\n");
    else {
        add_text(work, "project ", first->project_id);
        add_text(work, "\n   user ", text_or(first->user_id, "?"));
        buffer_add_text(output, "\n");
    }
    for (size_t i = start, next; i < end; i = next) {
        next = end_of(&work->holdings, i, true);
        terminal_pad(output, INDENT);
        add_text(work, "on ", work->holdings.list[i].provider_name);
        write_amounts(work, i, next);
    }
}

/* Says why the provider can or cannot be deleted. */
static void write_provider(struct consumers_work *work, size_t consumers)
{
    struct buffer *output = &work->output;
    const struct holdings *holdings = &work->holdings;
    if (consumers > 0)
        buffer_add_text(output, "\n");
    add_text(work, "", holdings->provider_name);
    buffer_add_text(output, consumers > 0 || holdings->children > 0 ? " cannot be deleted: "
                                                                    : " can be deleted: ");
    buffer_add_text(output, "held by ");
    terminal_count(output, consumers, "consumer");
    buffer_add_text(output, ", parent of ");
    terminal_count(output, (uint64_t)holdings->children, "provider");
    buffer_add_text(output, "\n");
}

static void write_text(struct consumers_work *work)
{
    const struct holdings *holdings = &work->holdings;
    size_t consumers = count_consumers(holdings);
    for (size_t i = 0, next; i < holdings->count; i = next) {
        next = end_of(holdings, i, false);
        write_consumer(work, i, next);
    }
    if (work->provider != NULL && work->project_id == NULL) {
        write_provider(work, consumers);
        return;
    }
    if (consumers > 0)
        buffer_add_text(&work->output, "\n");
    terminal_count(&work->output, consumers, "consumer");
    buffer_add_text(&work->output, "\n");
}

/* For programs. */

static void write_json_consumer(struct consumers_work *work, struct json_writer *writer,
                                size_t start, size_t end)
{
    const struct holding *first = &work->holdings.list[start];
    char since[TIME_TEXT];
    writer_begin_object(writer);
    writer_member_text(writer, "uuid", first->consumer_uuid);
    writer_member_text(writer, "consumer_type", first->consumer_type);
    writer_member_text(writer, "project_id", first->project_id);
    writer_member_text(writer, "user_id", first->user_id);
    writer_member_text(writer, "since", time_text(first->since, since));
    writer_key(writer, "allocations");
    writer_begin_object(writer);
    for (size_t i = start, next; i < end; i = next) {
        next = end_of(&work->holdings, i, true);
        writer_key(writer, work->holdings.list[i].provider_uuid);
        writer_begin_object(writer);
        writer_member_text(writer, "name", work->holdings.list[i].provider_name);
        writer_key(writer, "resources");
        writer_begin_object(writer);
        for (size_t j = i; j < next; j++)
            writer_member_integer(writer, work->holdings.list[j].class_name,
                                  work->holdings.list[j].used);
        writer_end_object(writer);
        writer_end_object(writer);
    }
    writer_end_object(writer);
    writer_end_object(writer);
}

static void write_json(struct consumers_work *work)
{
    struct json_writer writer;
    const struct holdings *holdings = &work->holdings;
    writer_init(&writer, &work->output);
    writer_begin_object(&writer);
    if (work->provider != NULL) {
        writer_key(&writer, "provider");
        writer_begin_object(&writer);
        writer_member_text(&writer, "uuid", holdings->provider_uuid);
        writer_member_text(&writer, "name", holdings->provider_name);
        writer_member_integer(&writer, "children", holdings->children);
        writer_end_object(&writer);
    }
    writer_key(&writer, "consumers");
    writer_begin_array(&writer);
    for (size_t i = 0, next; i < holdings->count; i = next) {
        next = end_of(holdings, i, false);
        write_json_consumer(work, &writer, i, next);
    }
    writer_end_array(&writer);
    writer_end_object(&writer);
    buffer_add_text(&work->output, "\n");
}

int command_consumers(struct command_call *call)
{
    struct consumers_work work = {.call = call, .terminal = terminal_of(stdout)};
    struct context context = {.arena = &call->arena, .database = call->database};
    if (!read_options(&work))
        return command_usage(call);
    if (command_needs_head(call) != 0)
        return 1;
    enum outcome outcome = holdings_load(&context, work.provider, work.project_id, &work.holdings);
    if (outcome == OUTCOME_NOT_FOUND)
        return command_complain("%s", context.failure.detail);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    buffer_init(&work.output, 0);
    if (work.json)
        write_json(&work);
    else
        write_text(&work);
    return command_output(&work.output);
}
