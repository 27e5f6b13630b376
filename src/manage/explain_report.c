/*
 * Writes the sections of an explanation.
 */
#include <config.h>

#include "manage/explain_report.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "manage/table.h"

enum { NARROWEST = 40, INDENT = 2, COUNT_WIDTH = 12, LABEL_WIDTH = 40 };

struct report {
    struct buffer *buffer;
    const struct terminal *terminal;
    struct arena *arena;
    const struct explanation *explanation;
};

static unsigned columns_of(const struct report *report)
{
    return report->terminal->columns > NARROWEST ? report->terminal->columns : NARROWEST;
}

/* Writes lines of text, which may come from elsewhere, each indented and none wider than the
   terminal. */
static void write_wrapped(const struct report *report, unsigned indent, const char *text)
{
    const char *lines = table_wrap_words(report->arena, text_shown(report->arena, text),
                                         columns_of(report) - indent);
    do {
        size_t length = strcspn(lines, "\n");
        terminal_pad(report->buffer, indent);
        terminal_text(report->terminal, report->buffer, arena_strndup(report->arena, lines, length),
                      0);
        buffer_add_text(report->buffer, "\n");
        lines += length + (lines[length] != '\0');
    } while (*lines != '\0');
}

/* Writes the query, with breaks behind "&" where it is too long, and behind "," where a parameter
   is. */
static void write_query(const struct report *report, const char *query)
{
    unsigned used = 0;
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        length += query[length] == '&';
        if (length > columns_of(report)) {
            length = strcspn(query, ",&");
            length += query[length] != '\0';
        }
        if (used > 0 && used + length > columns_of(report)) {
            buffer_add_text(report->buffer, "\n");
            used = 0;
        }
        terminal_text(report->terminal, report->buffer, arena_strndup(report->arena, query, length),
                      0);
        used += (unsigned)length;
        query += length;
    }
    buffer_add_text(report->buffer, "\n");
}

static void write_heading(const struct report *report, const char *text)
{
    buffer_add_text(report->buffer, "\n");
    terminal_style(report->terminal, report->buffer, STYLE_BOLD);
    write_wrapped(report, 0, text);
    terminal_style(report->terminal, report->buffer, STYLE_PLAIN);
}

/* Writes a line of a funnel: what is left, marked if it is nothing. */
static void write_left(const struct report *report, const char *words, bool known, uint32_t left,
                       bool ends)
{
    char number[NUMBER_TEXT];
    const char *shown = known ? number_text(left, number) : "?";
    terminal_pad(report->buffer, INDENT);
    buffer_add_text(report->buffer, words);
    terminal_pad(report->buffer, LABEL_WIDTH - (unsigned)strlen(words));
    terminal_pad(report->buffer, COUNT_WIDTH - (unsigned)strlen(shown));
    if (ends)
        terminal_style(report->terminal, report->buffer, STYLE_RED);
    buffer_add_text(report->buffer, shown);
    if (ends)
        buffer_add_text(report->buffer, " <");
    terminal_style(report->terminal, report->buffer, STYLE_PLAIN);
    buffer_add_text(report->buffer, "\n");
}

/* Groups. */

static void write_class(const struct report *report, const struct class_figures *figures)
{
    const struct explanation *explanation = report->explanation;
    char have[NUMBER_TEXT], units[NUMBER_TEXT], capacity[NUMBER_TEXT], free[NUMBER_TEXT];
    const char *most = "";
    if (figures->freest != WORLD_NONE)
        most =
            arena_printf(report->arena, ", most left %s%s (%s)",
                         figures->units < figures->have ? "of these " : "",
                         number_text(figures->most_free, free),
                         provider_label(explanation->world, explanation->names, figures->freest));
    write_wrapped(report, INDENT,
                  arena_printf(report->arena,
                               "%s:%" PRId64 ": providers %s, units fit %s%s, capacity now %s",
                               figures->asked.class_name, figures->asked.amount,
                               number_text(figures->have, have), number_text(figures->units, units),
                               most, number_text(figures->capacity, capacity)));
}

static void write_funnel(const struct report *report, const struct funnel *funnel)
{
    bool named = *funnel->suffix != '\0', ended = false;
    write_heading(report, arena_printf(report->arena, "Group %s: %s that",
                                       named ? funnel->suffix : "without suffix",
                                       funnel->granular ? "providers" : "trees"));
    write_left(report, "are there", true, funnel->all, false);
    for (unsigned i = 0; i < GROUP_FILTERS; i++) {
        if (!funnel->applies[i])
            continue;
        bool ends = funnel->left[i] == 0 && !ended;
        write_left(report, filter_words((enum explain_filter)i), true, funnel->left[i], ends);
        ended = ended || ends;
    }
    for (size_t i = 0; i < funnel->class_count; i++)
        write_class(report, &funnel->classes[i]);
}

static void write_between(const struct report *report)
{
    const struct explanation *explanation = report->explanation;
    if (explanation->between_count == 0)
        return;
    write_heading(report, "All groups together: trees that");
    for (size_t i = 0; i < explanation->between_count; i++) {
        const struct between *between = &explanation->between[i];
        write_left(report, filter_words(between->filter), between->known, between->trees,
                   between->known && between->trees == 0);
    }
}

/* Constraints. */

static void write_sets(const struct report *report)
{
    const struct explanation *explanation = report->explanation;
    const struct impossible_sets *impossible = &explanation->impossible;
    if (impossible->count == 0)
        return;
    write_heading(report, impossible->smallest
                              ? "The smallest set of constraints that is impossible"
                              : "A set of constraints that is impossible, each of which it needs");
    for (size_t i = 0; i < impossible->count; i++) {
        if (i > 0)
            write_wrapped(report, 0, "or");
        for (size_t j = 0; j < impossible->size; j++)
            write_wrapped(report, INDENT,
                          explanation->constraints.items[impossible->sets[i][j]].text);
    }
}

static void write_without(const struct report *report, const struct without *without)
{
    char number[NUMBER_TEXT];
    const char *result = number_text((int64_t)without->candidates.found, number);
    if (!without->asks)
        result = "nothing is asked for";
    else if (without->candidates.refusal != NULL)
        result = arena_printf(report->arena, "refused: %s", without->candidates.refusal);
    else if (without->candidates.more)
        result = arena_printf(report->arena, "%s or more", result);
    write_wrapped(report, INDENT,
                  arena_printf(report->arena, "without %s%s: %s", without->constraint->text,
                               without->whole_group ? ", and so without its group" : "", result));
}

static void write_all_without(const struct report *report)
{
    const struct explanation *explanation = report->explanation;
    write_heading(report, "Candidates without one constraint");
    for (size_t i = 0; i < explanation->without_count; i++)
        write_without(report, &explanation->without[i]);
}

static void write_misses(const struct report *report)
{
    const struct explanation *explanation = report->explanation;
    if (explanation->misses.count == 0)
        return;
    write_heading(report, "Nearest");
    for (size_t i = 0; i < explanation->misses.count; i++)
        write_wrapped(report, INDENT,
                      near_miss_words(report->arena, explanation->world, explanation->names,
                                      &explanation->misses.items[i]));
    char others[NUMBER_TEXT];
    if (explanation->misses.others > 0)
        write_wrapped(report, INDENT,
                      arena_printf(report->arena, "and %s for other reasons",
                                   number_text(explanation->misses.others, others)));
}

static void write_size(const struct report *report)
{
    terminal_count(report->buffer, report->explanation->world->provider_count, "provider");
    buffer_add_text(report->buffer, " in ");
    terminal_count(report->buffer, report->explanation->trees, "tree");
    if (report->explanation->world->sharing_count > 0) {
        char number[NUMBER_TEXT];
        buffer_printf(report->buffer, ", %s of them sharing",
                      number_text(report->explanation->world->sharing_count, number));
    }
    buffer_add_text(report->buffer, "\n");
}

void explain_report_refusal(struct buffer *buffer, const struct terminal *terminal,
                            struct arena *arena, int status, const char *first, const char *detail)
{
    struct report report = {buffer, terminal, arena, NULL};
    const char *text = arena_printf(arena, "Refused with status %d: %s", status, detail);
    if (first != NULL) {
        write_wrapped(&report, 0,
                      arena_printf(arena, "Refused with status %d: %s.", status, first));
        buffer_add_text(buffer, "\n");
        text = arena_printf(arena, "The API says: %s", detail);
    }
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        write_wrapped(&report, 0, arena_strndup(arena, text, length));
        text += length;
        text += strspn(text, "\n");
    }
}

void explain_report(struct buffer *buffer, const struct terminal *terminal, struct arena *arena,
                    const struct explanation *explanation)
{
    struct report report = {buffer, terminal, arena, explanation};
    terminal_style(terminal, buffer, STYLE_BOLD);
    write_wrapped(&report, 0, explanation->cause);
    terminal_style(terminal, buffer, STYLE_PLAIN);
    buffer_add_text(buffer, "\n");
    write_query(&report, explanation->query);
    write_size(&report);
    for (size_t i = 0; i < explanation->funnel_count; i++)
        write_funnel(&report, explanation->funnels[i]);
    write_between(&report);
    write_sets(&report);
    write_all_without(&report);
    write_misses(&report);
    if (explanation->complete)
        return;
    buffer_add_text(buffer, "\n");
    write_wrapped(&report, 0,
                  "Not complete: there was no time for all of it ([berth] candidates_timeout), or "
                  "there are very many constraints.");
}
