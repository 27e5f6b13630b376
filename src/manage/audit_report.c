/*
 * Writes findings as text: by kind, consumer and provider, each named once above its findings.
 */
#include <config.h>

#include "manage/audit_report.h"

#include <inttypes.h>
#include <string.h>

static const char *const things[] = {
    [AUDIT_THING_NONE] = "",
    [AUDIT_THING_CLASS] = "resource class",
    [AUDIT_THING_TRAIT] = "trait",
    [AUDIT_THING_AGGREGATE] = "aggregate",
    [AUDIT_THING_PROJECT] = "project",
    [AUDIT_THING_USER] = "user",
    [AUDIT_THING_TYPE] = "consumer type",
    [AUDIT_THING_PARENT] = "parent",
    [AUDIT_THING_ROOT] = "root",
};

/* Writes a note of one or more lines below a heading. */
static void write_note(struct buffer *buffer, const char *label, const char *note)
{
    buffer_printf(buffer, "  %s ", label);
    for (; *note != '\0'; note++) {
        buffer_add(buffer, note, 1);
        if (*note == '\n')
            terminal_pad(buffer, 3 + (unsigned)strlen(label));
    }
    buffer_add_text(buffer, "\n");
}

static void write_age(struct buffer *buffer, int64_t age)
{
    static const struct {
        int64_t seconds;
        const char *noun;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t i = 0;
    if (age < 0)
        return;
    while (units[i].seconds > 1 && age < units[i].seconds)
        i++;
    buffer_add_text(buffer, "  changed ");
    terminal_count(buffer, (uint64_t)(age / units[i].seconds), units[i].noun);
    buffer_add_text(buffer, " ago");
}

static void write_consumer(struct buffer *buffer, const struct terminal *terminal,
                           const struct audit_finding *finding)
{
    buffer_add_text(buffer, "  consumer ");
    terminal_text(terminal, buffer, finding->consumer_uuid, 0);
    if (audit_checks[finding->kind].shows_age)
        write_age(buffer, finding->age);
    buffer_add_text(buffer, "\n");
}

static void write_provider(struct buffer *buffer, const struct terminal *terminal,
                           const struct audit_finding *finding)
{
    terminal_pad(buffer, finding->consumer_uuid != NULL ? 4 : 2);
    if (finding->provider_uuid == NULL) {
        buffer_printf(buffer, "provider with the id %" PRId64 "\n", finding->provider_id);
        return;
    }
    buffer_add_text(buffer, "provider ");
    terminal_text(terminal, buffer, finding->provider_uuid, 0);
    if (finding->provider_name != NULL) {
        buffer_add_text(buffer, "  ");
        terminal_text(terminal, buffer, finding->provider_name, 0);
    }
    buffer_add_text(buffer, "\n");
}

/* Writes the name of what a finding refers to, or the id if it does not exist. */
static void write_thing(struct buffer *buffer, const struct terminal *terminal,
                        const struct audit_finding *finding)
{
    enum audit_thing thing = audit_checks[finding->kind].thing;
    if (thing != AUDIT_THING_CLASS && thing != AUDIT_THING_TRAIT)
        buffer_printf(buffer, "%s ", things[thing]);
    if (finding->thing != NULL)
        terminal_text(terminal, buffer, finding->thing, 0);
    else if (thing == AUDIT_THING_CLASS || thing == AUDIT_THING_TRAIT)
        buffer_printf(buffer, "%s %" PRId64, things[thing], finding->thing_id);
    else
        buffer_printf(buffer, "%" PRId64, finding->thing_id);
}

static void write_number(struct buffer *buffer, const char *label, int64_t number)
{
    char text[NUMBER_TEXT];
    buffer_printf(buffer, "%s%s", label, number_text(number, text));
}

static void write_inventory(struct buffer *buffer, const struct audit_finding *finding)
{
    write_number(buffer, " (total ", finding->total);
    write_number(buffer, ", reserved ", finding->reserved);
    buffer_printf(buffer, ", ratio %g)", finding->allocation_ratio);
}

static void write_detail(struct buffer *buffer, const struct terminal *terminal,
                         const struct audit_finding *finding)
{
    enum audit_thing thing = audit_checks[finding->kind].thing;
    if (thing == AUDIT_THING_NONE)
        return;
    terminal_pad(buffer, finding->consumer_uuid != NULL && finding->provider_id != 0 ? 6 : 4);
    if (thing == AUDIT_THING_ROOT && finding->thing_id == 0)
        buffer_add_text(buffer, "no root");
    else
        write_thing(buffer, terminal, finding);
    if (finding->expected_root != NULL) {
        buffer_add_text(buffer, "\n    should be ");
        terminal_text(terminal, buffer, finding->expected_root, 0);
    }
    if (finding->has_used)
        write_number(buffer, ": ", finding->used);
    if (finding->has_used && finding->has_inventory)
        write_number(buffer, " used of ", (int64_t)audit_capacity(finding));
    if (finding->has_inventory)
        write_inventory(buffer, finding);
    buffer_add_text(buffer, "\n");
}

static bool same_text(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* Writes a finding. Names consumer and provider unless the finding before has the same. */
static void write_finding(struct buffer *buffer, const struct terminal *terminal,
                          const struct audit_finding *finding, const struct audit_finding *before)
{
    bool same_consumer = before != NULL && same_text(finding->consumer_uuid, before->consumer_uuid);
    if (finding->consumer_uuid != NULL && !same_consumer)
        write_consumer(buffer, terminal, finding);
    if (finding->provider_id != 0 &&
        !(same_consumer && before->provider_id == finding->provider_id))
        write_provider(buffer, terminal, finding);
    write_detail(buffer, terminal, finding);
}

static void write_kind(struct buffer *buffer, const struct terminal *terminal,
                       const struct audit_finding *findings, size_t count, size_t shown_most)
{
    const struct audit_check *check = &audit_checks[findings->kind];
    size_t shown = shown_most > 0 && shown_most < count ? shown_most : count;
    char number[NUMBER_TEXT];
    terminal_style(terminal, buffer, STYLE_BOLD);
    buffer_printf(buffer, "\n%s: %s\n", check->title, number_text((int64_t)count, number));
    terminal_style(terminal, buffer, STYLE_PLAIN);
    if (check->fix != NULL)
        write_note(buffer, "--fix:", check->fix);
    else
        write_note(buffer, "to do:", check->advice);
    for (size_t i = 0; i < shown; i++)
        write_finding(buffer, terminal, &findings[i], i > 0 ? &findings[i - 1] : NULL);
    if (shown < count)
        buffer_printf(buffer, "  and %s more: --all shows all of them\n",
                      number_text((int64_t)(count - shown), number));
}

void audit_write_text(struct buffer *buffer, const struct terminal *terminal,
                      const struct audit_report *report, size_t shown_most)
{
    for (size_t start = 0, count; start < report->count; start += count) {
        count = report->counts[report->findings[start].kind];
        write_kind(buffer, terminal, &report->findings[start], count, shown_most);
    }
}

void audit_write_repair(struct buffer *buffer, const struct audit_repair *repair)
{
    buffer_add_text(buffer, "\n");
    for (unsigned i = 0; i < AUDIT_KINDS; i++) {
        if (repair->fixed[i] == 0)
            continue;
        buffer_printf(buffer, "%s: ", audit_checks[i].title);
        terminal_count(buffer, repair->fixed[i], "row");
        buffer_add_text(buffer, " repaired\n");
    }
    if (repair->left.count == 0) {
        buffer_add_text(buffer, "Nothing is wrong any more.\n");
        return;
    }
    terminal_count(buffer, repair->left.count, "finding");
    buffer_add_text(buffer, repair->left.count == 1 ? " is left.\n" : " are left.\n");
}
