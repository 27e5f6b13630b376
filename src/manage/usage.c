/*
 * berth-manage usage: shows which classes, providers, projects, users or consumer types take how
 * much of the cloud, the fullest first.
 */
#include <config.h>

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/sorted.h"
#include "manage/command.h"
#include "manage/usage_bar.h"
#include "placement/holders.h"
#include "placement/provider_tree.h"
#include "settings/option_value.h"

enum { TOP_USUAL = 20, INDENT = 3 };

enum usage_kind {
    USAGE_BY_CLASS,
    USAGE_BY_PROVIDER,
    USAGE_BY_PROJECT,
    USAGE_BY_USER,
    USAGE_BY_CONSUMER_TYPE,
    USAGE_KINDS
};

static const struct {
    const char *word; /* on the command line and in JSON */
    const char *noun; /* for people */
    const char *nameless;
    enum holder_kind holder;
} kinds[USAGE_KINDS] = {
    [USAGE_BY_CLASS] = {"class", "class", NULL, HOLDER_KINDS},
    [USAGE_BY_PROVIDER] = {"provider", "provider", NULL, HOLDER_KINDS},
    [USAGE_BY_PROJECT] = {"project", "project", "(no consumer row)", HOLDER_PROJECT},
    [USAGE_BY_USER] = {"user", "user", "(no consumer row)", HOLDER_USER},
    [USAGE_BY_CONSUMER_TYPE] = {"type", "type", "(no type)", HOLDER_TYPE},
};

struct usage_line {
    const char *class_name;
    int64_t used, capacity;
};

/* What one holder takes. */
struct usage_owner {
    const char *name;
    const char *uuid;  /* of a provider; otherwise NULL */
    int64_t consumers; /* -1: not counted */
    const struct usage_line *lines;
    size_t line_count;
    double share; /* the largest of its lines */
};

struct usage_work {
    struct command_call *call;
    struct context context;
    enum usage_kind kind;
    size_t top; /* 0: all */
    bool json;
    struct usage_line *classes; /* of the whole cloud, by name */
    size_t class_count;
    size_t provider_count;
    struct usage_owner *owners; /* the fullest first */
    size_t owner_count;
    struct terminal terminal;
    struct buffer output;
};

/* Returns false for wrong arguments. */
static bool read_options(struct usage_work *work)
{
    static const struct option options[] = {{"by", required_argument, NULL, 'b'},
                                            {"top", required_argument, NULL, 't'},
                                            {"json", no_argument, NULL, 'j'},
                                            {NULL, 0, NULL, 0}};
    int option;
    long top = TOP_USUAL;
    optind = 0;
    while ((option = getopt_long(work->call->argc, work->call->argv, "", options, NULL)) != -1) {
        if (option == 'j') {
            work->json = true;
        } else if (option == 't') {
            if (!option_parse_integer(optarg, &top) || top < 0)
                return false;
        } else if (option == 'b') {
            for (work->kind = 0; work->kind < USAGE_KINDS; work->kind++)
                if (strcmp(kinds[work->kind].word, optarg) == 0)
                    break;
            if (work->kind == USAGE_KINDS)
                return false;
        } else {
            return false;
        }
    }
    work->top = (size_t)top;
    return optind == work->call->argc;
}

/* Gathering. */

static double share_of(const struct usage_line *line)
{
    if (line->capacity > 0)
        return (double)line->used / (double)line->capacity;
    return line->used > 0 ? INFINITY : 0;
}

static void set_share(struct usage_owner *owner)
{
    owner->share = 0;
    for (size_t i = 0; i < owner->line_count; i++)
        owner->share = fmax(owner->share, share_of(&owner->lines[i]));
}

static int line_compare(const void *left, const void *right)
{
    const struct usage_line *a = left, *b = right;
    return strcmp(a->class_name, b->class_name);
}

/* Sums of many providers may be too large for an integer. */
static int64_t add(int64_t left, int64_t right)
{
    int64_t sum;
    if (__builtin_add_overflow(left, right, &sum))
        return left > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

static const struct usage_line *lines_of(struct arena *arena, const struct tree_provider *provider)
{
    struct usage_line *lines = arena_array(arena, provider->inventory_count, sizeof(*lines));
    for (size_t i = 0; i < provider->inventory_count; i++) {
        const struct tree_inventory *inventory = &provider->inventories[i];
        lines[i] = (struct usage_line){
            inventory->class_name, inventory->used,
            usage_bar_capacity(inventory->total, inventory->reserved, inventory->allocation_ratio)};
    }
    return lines;
}

/* Adds up the classes of all providers. */
static void sum_classes(struct usage_work *work)
{
    size_t count = 0, kept = 0;
    struct usage_line *all;
    for (size_t i = 0; i < work->owner_count; i++)
        count += work->owners[i].line_count;
    all = arena_array(work->context.arena, count, sizeof(*all));
    count = 0;
    for (size_t i = 0; i < work->owner_count; i++)
        for (size_t j = 0; j < work->owners[i].line_count; j++)
            all[count++] = work->owners[i].lines[j];
    sort(all, count, sizeof(*all), line_compare);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && line_compare(&all[kept - 1], &all[i]) == 0) {
            all[kept - 1].used = add(all[kept - 1].used, all[i].used);
            all[kept - 1].capacity = add(all[kept - 1].capacity, all[i].capacity);
        } else {
            all[kept++] = all[i];
        }
    }
    work->classes = all;
    work->class_count = kept;
}

static enum outcome gather_providers(struct usage_work *work)
{
    struct provider_trees trees;
    struct arena *arena = work->context.arena;
    TRY(provider_trees_load(&work->context, NULL, &trees));
    work->provider_count = trees.count;
    work->owners = arena_array(arena, trees.count, sizeof(*work->owners));
    for (size_t i = 0; i < trees.count; i++) {
        const struct tree_provider *provider = &trees.providers[i];
        if (provider->inventory_count == 0)
            continue;
        work->owners[work->owner_count++] =
            (struct usage_owner){.name = provider->name,
                                 .uuid = provider->uuid,
                                 .consumers = -1,
                                 .lines = lines_of(arena, provider),
                                 .line_count = provider->inventory_count};
    }
    return OUTCOME_OK;
}

static void own_classes(struct usage_work *work)
{
    work->owners = arena_array(work->context.arena, work->class_count, sizeof(*work->owners));
    work->owner_count = work->class_count;
    for (size_t i = 0; i < work->class_count; i++)
        work->owners[i] = (struct usage_owner){.name = work->classes[i].class_name,
                                               .consumers = -1,
                                               .lines = &work->classes[i],
                                               .line_count = 1};
}

static enum outcome gather_holders(struct usage_work *work)
{
    struct holders holders;
    struct arena *arena = work->context.arena;
    TRY(holders_load(&work->context, kinds[work->kind].holder, &holders));
    work->owners = arena_array(arena, holders.count, sizeof(*work->owners));
    work->owner_count = holders.count;
    for (size_t i = 0; i < holders.count; i++) {
        const struct holder *holder = &holders.list[i];
        struct usage_line *lines = arena_array(arena, holder->usages.count, sizeof(*lines));
        for (size_t j = 0; j < holder->usages.count; j++) {
            lines[j] = (struct usage_line){.class_name = holder->usages.items[j].class_name,
                                           .used = holder->usages.items[j].used};
            const struct usage_line *whole = sorted_find(
                &lines[j], work->classes, work->class_count, sizeof(*whole), line_compare);
            lines[j].capacity = whole != NULL ? whole->capacity : 0;
        }
        work->owners[i] = (struct usage_owner){.name = holder->name,
                                               .consumers = holder->consumers,
                                               .lines = lines,
                                               .line_count = holder->usages.count};
    }
    return OUTCOME_OK;
}

static int owner_compare(const void *left, const void *right)
{
    const struct usage_owner *a = left, *b = right;
    if (a->share != b->share)
        return a->share > b->share ? -1 : 1;
    if (a->name == NULL || b->name == NULL)
        return (a->name == NULL) - (b->name == NULL);
    return strcmp(a->name, b->name);
}

static enum outcome gather(struct usage_work *work)
{
    TRY(gather_providers(work));
    if (work->kind != USAGE_BY_PROVIDER) {
        sum_classes(work);
        if (work->kind == USAGE_BY_CLASS)
            own_classes(work);
        else
            TRY(gather_holders(work));
    }
    for (size_t i = 0; i < work->owner_count; i++)
        set_share(&work->owners[i]);
    sort(work->owners, work->owner_count, sizeof(*work->owners), owner_compare);
    return OUTCOME_OK;
}

/* Showing. */

static size_t shown(const struct usage_work *work)
{
    return work->top > 0 && work->top < work->owner_count ? work->top : work->owner_count;
}

static void write_title(struct usage_work *work, const struct usage_owner *owner)
{
    struct buffer *output = &work->output;
    unsigned columns = work->terminal.columns > 40 ? work->terminal.columns - 20 : 20;
    const char *name = owner->name != NULL ? owner->name : kinds[work->kind].nameless;
    terminal_style(&work->terminal, output, STYLE_BOLD);
    terminal_text(&work->terminal, output, name, columns);
    terminal_style(&work->terminal, output, STYLE_PLAIN);
    if (owner->consumers >= 0) {
        buffer_add_text(output, "  ");
        terminal_count(output, (uint64_t)owner->consumers, "consumer");
    }
    buffer_add_text(output, "\n");
}

/* One width for all lines makes the bars comparable. */
static void write_owners(struct usage_work *work)
{
    struct usage_bar_columns columns = {0};
    unsigned indent = work->kind == USAGE_BY_CLASS ? 0 : INDENT;
    for (size_t i = 0; i < shown(work); i++)
        for (size_t j = 0; j < work->owners[i].line_count; j++)
            usage_bar_measure(&columns, &work->terminal, work->owners[i].lines[j].class_name,
                              work->owners[i].lines[j].used, work->owners[i].lines[j].capacity);
    for (size_t i = 0; i < shown(work); i++) {
        const struct usage_owner *owner = &work->owners[i];
        if (indent > 0)
            write_title(work, owner);
        for (size_t j = 0; j < owner->line_count; j++) {
            terminal_pad(&work->output, indent);
            usage_bar_draw(&work->output, &work->terminal, &columns, indent,
                           owner->lines[j].class_name, owner->lines[j].used,
                           owner->lines[j].capacity);
            buffer_add_text(&work->output, "\n");
        }
    }
}

static void write_text(struct usage_work *work)
{
    struct buffer *output = &work->output;
    size_t hidden = work->owner_count - shown(work);
    write_owners(work);
    if (work->owner_count == 0)
        buffer_add_text(output, "Nothing is there to be used.\n");
    else if (hidden > 0) {
        buffer_add_text(output, "\nand ");
        terminal_count(output, hidden, kinds[work->kind].noun);
        buffer_add_text(output, " more: --top 0 shows all\n");
    }
}

static void write_json_owner(struct json_writer *writer, const struct usage_owner *owner)
{
    writer_begin_object(writer);
    writer_member_text(writer, "name", owner->name);
    if (owner->uuid != NULL)
        writer_member_text(writer, "uuid", owner->uuid);
    if (owner->consumers >= 0)
        writer_member_integer(writer, "consumers", owner->consumers);
    writer_key(writer, "usages");
    writer_begin_object(writer);
    for (size_t i = 0; i < owner->line_count; i++) {
        writer_key(writer, owner->lines[i].class_name);
        writer_begin_object(writer);
        writer_member_integer(writer, "used", owner->lines[i].used);
        writer_member_integer(writer, "capacity", owner->lines[i].capacity);
        writer_end_object(writer);
    }
    writer_end_object(writer);
    writer_end_object(writer);
}

static void write_json(struct usage_work *work)
{
    struct json_writer writer;
    writer_init(&writer, &work->output);
    writer_begin_object(&writer);
    writer_member_text(&writer, "by", kinds[work->kind].word);
    writer_member_integer(&writer, "providers", (int64_t)work->provider_count);
    writer_member_integer(&writer, "count", (int64_t)work->owner_count);
    writer_key(&writer, "holders");
    writer_begin_array(&writer);
    for (size_t i = 0; i < shown(work); i++)
        write_json_owner(&writer, &work->owners[i]);
    writer_end_array(&writer);
    writer_end_object(&writer);
    buffer_add_text(&work->output, "\n");
}

int command_usage_show(struct command_call *call)
{
    struct usage_work work = {.call = call, .terminal = terminal_of(stdout)};
    if (!read_options(&work))
        return command_usage(call);
    work.context = (struct context){.arena = &call->arena, .database = call->database};
    if (command_needs_head(call) != 0)
        return 1;
    enum outcome outcome = gather(&work);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    buffer_init(&work.output, 0);
    if (work.json)
        write_json(&work);
    else
        write_text(&work);
    return command_output(&work.output);
}
