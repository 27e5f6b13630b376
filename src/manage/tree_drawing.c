/*
 * Lays out each provider line by line, to the width of the terminal.
 */
#include <config.h>

#include "manage/tree_drawing.h"

#include <inttypes.h>
#include <string.h>

#include "manage/usage_bar.h"

enum {
    STEP = 3,         /* columns a level is indented */
    LABEL_LEAST = 12, /* of "aggregates" and two spaces */
    VALUE_LEAST = 20, /* columns for wrapped text, however deep the provider is */
};

static const struct symbols {
    const char *branch, *last_branch, *line, *blank;
    const char *marker, *times;
} unicode = {"├─ ", "└─ ", "│  ", "   ", "◀", "×"},
  ascii = {"|- ", "`- ", "|  ", "   ", "<--", "x"};

struct drawing {
    struct buffer *buffer;
    const struct terminal *terminal;
    const struct symbols *symbols;
    const struct provider_trees *trees;
    const struct tree_provider *provider; /* being drawn */
    struct buffer lines; /* a byte for each level above: whether a line continues there */

    bool two_lines;                   /* the titles of this tree take two lines each */
    struct usage_bar_columns columns; /* of the provider's inventories */
};

static void add(struct drawing *drawing, const char *text)
{
    buffer_add_text(drawing->buffer, text);
}

static void style(struct drawing *drawing, enum terminal_style wanted)
{
    terminal_style(drawing->terminal, drawing->buffer, wanted);
}

static void add_styled(struct drawing *drawing, enum terminal_style wanted, const char *text)
{
    if (*text == '\0')
        return;
    style(drawing, wanted);
    terminal_text(drawing->terminal, drawing->buffer, text, 0);
    style(drawing, STYLE_PLAIN);
}

/* Returns the columns that are left after the first taken ones, but at least VALUE_LEAST. */
static unsigned room(const struct drawing *drawing, unsigned taken)
{
    unsigned columns = drawing->terminal->columns;
    return columns > taken + VALUE_LEAST ? columns - taken : VALUE_LEAST;
}

static unsigned detail_indent(const struct drawing *drawing)
{
    return (drawing->provider->depth + 1) * STEP;
}

/* Lines. */

/* Draws the lines that continue at the levels above. */
static void draw_levels(struct drawing *drawing, unsigned levels)
{
    for (unsigned i = 0; i < levels; i++)
        add(drawing, drawing->lines.data[i] ? drawing->symbols->line : drawing->symbols->blank);
}

/* Remembers, for the children of the provider, whether the line beside it continues. */
static void keep_level(struct drawing *drawing)
{
    char goes_on = drawing->provider->has_sibling;
    if (drawing->provider->depth == 0)
        return;
    drawing->lines.length = drawing->provider->depth - 1;
    buffer_add(&drawing->lines, &goes_on, 1);
}

static void begin_detail(struct drawing *drawing)
{
    draw_levels(drawing, drawing->provider->depth);
    add(drawing, drawing->provider->has_child ? drawing->symbols->line : drawing->symbols->blank);
}

static void end_line(struct drawing *drawing)
{
    struct buffer *buffer = drawing->buffer;
    while (buffer->length > 0 && buffer->data[buffer->length - 1] == ' ')
        buffer->length--;
    add(drawing, "\n");
}

/* Adds the first column of a detail. */
static void add_label(struct drawing *drawing, const char *label, unsigned columns)
{
    unsigned width = terminal_width(drawing->terminal, label);
    terminal_text(drawing->terminal, drawing->buffer, label, 0);
    terminal_pad(drawing->buffer, columns > width + 2 ? columns - width : 2);
}

/* Titles. */

static unsigned generation_width(const struct tree_provider *provider)
{
    char text[64];
    return (unsigned)snprintf(text, sizeof(text), "  generation %" PRId64, provider->generation);
}

static const char *tag_of(const struct tree_provider *provider)
{
    return provider->circle ? "  its parents go in a circle" : provider->shares ? "  sharing" : "";
}

static bool is_named(const struct tree_provider *provider)
{
    return strcmp(provider->name, provider->uuid) != 0;
}

static bool is_member(const struct drawing *drawing)
{
    const struct provider_trees *trees = drawing->trees;
    return trees->member != TREE_PROVIDER_NONE &&
           drawing->provider == &trees->providers[trees->member];
}

static unsigned marks_width(const struct drawing *drawing)
{
    unsigned width = (unsigned)strlen(tag_of(drawing->provider));
    if (is_member(drawing))
        width += 2 + terminal_width(drawing->terminal, drawing->symbols->marker);
    return width;
}

static unsigned title_width(const struct drawing *drawing)
{
    const struct tree_provider *provider = drawing->provider;
    unsigned width = provider->depth * STEP + terminal_width(drawing->terminal, provider->name);
    if (is_named(provider))
        width += 2 + terminal_width(drawing->terminal, provider->uuid);
    return width + generation_width(provider) + marks_width(drawing);
}

static void add_identity(struct drawing *drawing)
{
    style(drawing, STYLE_DIM);
    if (is_named(drawing->provider))
        terminal_text(drawing->terminal, drawing->buffer, drawing->provider->uuid, 0);
    buffer_printf(drawing->buffer, "%sgeneration %" PRId64, is_named(drawing->provider) ? "  " : "",
                  drawing->provider->generation);
    style(drawing, STYLE_PLAIN);
}

static void add_marks(struct drawing *drawing)
{
    const struct tree_provider *provider = drawing->provider;
    add_styled(drawing, provider->circle ? STYLE_RED : STYLE_CYAN, tag_of(provider));
    if (!is_member(drawing))
        return;
    add(drawing, "  ");
    add_styled(drawing, STYLE_YELLOW, drawing->symbols->marker);
}

static void draw_title(struct drawing *drawing)
{
    const struct tree_provider *provider = drawing->provider;
    unsigned indent = provider->depth * STEP;
    if (provider->depth > 0) {
        draw_levels(drawing, provider->depth - 1);
        add(drawing,
            provider->has_sibling ? drawing->symbols->branch : drawing->symbols->last_branch);
    }
    style(drawing, is_member(drawing) ? STYLE_YELLOW : STYLE_BOLD);
    terminal_text(drawing->terminal, drawing->buffer, provider->name,
                  room(drawing, indent + marks_width(drawing)));
    style(drawing, STYLE_PLAIN);
    if (!drawing->two_lines) {
        add(drawing, "  ");
        add_identity(drawing);
    }
    add_marks(drawing);
    end_line(drawing);
    keep_level(drawing);
    if (!drawing->two_lines)
        return;
    begin_detail(drawing);
    add_identity(drawing);
    end_line(drawing);
}

/* Inventories. */

static int64_t capacity_of(const struct tree_inventory *inventory)
{
    return usage_bar_capacity(inventory->total, inventory->reserved, inventory->allocation_ratio);
}

static bool is_over(const struct tree_inventory *inventory)
{
    return inventory->used > capacity_of(inventory);
}

/* Writes how the capacity is computed and which amounts may be allocated, unless obvious. */
static void write_notes(const struct drawing *drawing, const struct tree_inventory *inventory,
                        struct buffer *notes)
{
    char text[NUMBER_TEXT], reserved[NUMBER_TEXT];
    bool reserves = inventory->reserved != 0, scales = inventory->allocation_ratio != 1.0;
    const struct {
        const char *name;
        int64_t amount;
        bool shown;
    } units[] = {
        {"min", inventory->min_unit, inventory->min_unit > 1},
        {"max", inventory->max_unit, inventory->max_unit < inventory->total},
        {"step", inventory->step_size, inventory->step_size > 1},
    };
    if (reserves || scales)
        buffer_printf(notes, "  = %s%s", reserves && scales ? "(" : "",
                      number_text(inventory->total, text));
    if (reserves)
        buffer_printf(notes, " - %s%s", number_text(inventory->reserved, reserved),
                      scales ? ")" : "");
    if (scales)
        buffer_printf(notes, " %s %g", drawing->symbols->times, inventory->allocation_ratio);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i].shown)
            buffer_printf(notes, "  %s %s", units[i].name, number_text(units[i].amount, text));
    buffer_add(notes, "", 1);
}

/* Adds the notes to the line, or to the next line if they do not fit. */
static void add_notes(struct drawing *drawing, const struct tree_inventory *inventory,
                      unsigned taken)
{
    static const char over[] = "  over capacity";
    struct buffer notes;
    buffer_init(&notes, 0);
    write_notes(drawing, inventory, &notes);
    unsigned width = notes.failed ? 0 : terminal_width(drawing->terminal, notes.data);
    if (is_over(inventory))
        width += (unsigned)strlen(over);
    if (width > 0 && taken + width > drawing->terminal->columns) {
        end_line(drawing);
        begin_detail(drawing);
        terminal_pad(drawing->buffer, drawing->columns.label - 2);
    }
    if (is_over(inventory))
        add_styled(drawing, STYLE_RED, over);
    if (!notes.failed)
        add_styled(drawing, STYLE_DIM, notes.data);
    buffer_free(&notes);
}

static void draw_inventory(struct drawing *drawing, const struct tree_inventory *inventory)
{
    begin_detail(drawing);
    unsigned taken = usage_bar_draw(drawing->buffer, drawing->terminal, &drawing->columns,
                                    detail_indent(drawing), inventory->class_name, inventory->used,
                                    capacity_of(inventory));
    add_notes(drawing, inventory, taken);
    end_line(drawing);
}

/* Traits and aggregates. */

static void draw_traits(struct drawing *drawing)
{
    const struct tree_provider *provider = drawing->provider;
    unsigned most = room(drawing, detail_indent(drawing) + LABEL_LEAST), used = 0;
    for (size_t i = 0; i < provider->trait_count; i++) {
        unsigned width = terminal_width(drawing->terminal, provider->traits[i]);
        bool fits = i > 0 && used + 2 + width <= most;
        if (fits) {
            add(drawing, "  ");
            used += 2;
        } else {
            if (i > 0)
                end_line(drawing);
            begin_detail(drawing);
            add_label(drawing, i == 0 ? "traits" : "", LABEL_LEAST);
            used = 0;
        }
        terminal_text(drawing->terminal, drawing->buffer, provider->traits[i], 0);
        used += width;
    }
    if (provider->trait_count > 0)
        end_line(drawing);
}

static void draw_aggregates(struct drawing *drawing)
{
    const struct tree_provider *provider = drawing->provider;
    for (size_t i = 0; i < provider->aggregate_count; i++) {
        const struct tree_aggregate *aggregate = &provider->aggregates[i];
        begin_detail(drawing);
        add_label(drawing, i == 0 ? "aggregates" : "", LABEL_LEAST);
        terminal_text(drawing->terminal, drawing->buffer, aggregate->uuid, 0);
        if (aggregate->sharers != NULL) {
            unsigned taken = detail_indent(drawing) + LABEL_LEAST +
                             terminal_width(drawing->terminal, aggregate->uuid) + 12;
            add(drawing, "  shared by ");
            style(drawing, STYLE_CYAN);
            terminal_text(drawing->terminal, drawing->buffer, aggregate->sharers,
                          room(drawing, taken));
            style(drawing, STYLE_PLAIN);
        }
        end_line(drawing);
    }
}

/* Whole trees. */

/* Finds how wide the columns of the provider's inventories must be. */
static void measure_inventories(struct drawing *drawing)
{
    const struct tree_provider *provider = drawing->provider;
    drawing->columns = (struct usage_bar_columns){0};
    for (size_t i = 0; i < provider->inventory_count; i++)
        usage_bar_measure(&drawing->columns, drawing->terminal, provider->inventories[i].class_name,
                          provider->inventories[i].used, capacity_of(&provider->inventories[i]));
}

static void draw_provider(struct drawing *drawing)
{
    const struct tree_provider *provider = drawing->provider;
    draw_title(drawing);
    measure_inventories(drawing);
    for (size_t i = 0; i < provider->inventory_count; i++)
        draw_inventory(drawing, &provider->inventories[i]);
    draw_traits(drawing);
    draw_aggregates(drawing);
}

/* Returns whether each title of a tree fits on one line. */
static bool titles_fit(struct drawing *drawing, size_t start, size_t end)
{
    bool fit = true;
    for (size_t i = start; i < end && fit; i++) {
        drawing->provider = &drawing->trees->providers[i];
        fit = title_width(drawing) <= drawing->terminal->columns;
    }
    return fit;
}

static size_t tree_end(const struct provider_trees *trees, size_t start)
{
    size_t end = start + 1;
    while (end < trees->count && trees->providers[end].depth > 0)
        end++;
    return end;
}

void tree_draw(struct buffer *buffer, const struct terminal *terminal,
               const struct provider_trees *trees)
{
    struct drawing drawing = {.buffer = buffer,
                              .terminal = terminal,
                              .symbols = terminal->utf8 ? &unicode : &ascii,
                              .trees = trees};
    buffer_init(&drawing.lines, 0);
    for (size_t start = 0, end; start < trees->count; start = end) {
        end = tree_end(trees, start);
        if (start > 0)
            add(&drawing, "\n");
        drawing.two_lines = !titles_fit(&drawing, start, end);
        for (size_t i = start; i < end; i++) {
            drawing.provider = &trees->providers[i];
            if (i > start) {
                draw_levels(&drawing, drawing.provider->depth - 1);
                add(&drawing, drawing.symbols->line);
                end_line(&drawing);
            }
            draw_provider(&drawing);
        }
    }
    buffer_free(&drawing.lines);
}
