/*
 * Draws the bars of berth-manage tree and berth-manage usage.
 */
#include <config.h>

#include "manage/usage_bar.h"

#include <math.h>
#include <string.h>

enum {
    LABEL_LEAST = 12,
    LABEL_MOST = 38, /* a longer name pushes the rest to the right */
    BAR_MOST = 20,
    BAR_LEAST = 5,
    PART_WIDTH = 6, /* "  100%" */
};

static const struct symbols {
    const char *full, *empty, *open, *close;
} unicode = {"█", "░", "", ""}, ascii = {"#", ".", "[", "]"};

int64_t usage_bar_capacity(int64_t total, int64_t reserved, double allocation_ratio)
{
    double capacity = (double)(total - reserved) * allocation_ratio;
    return (int64_t)fmin(fmax(capacity, -1e18), 1e18);
}

static unsigned number_width(int64_t number)
{
    char text[NUMBER_TEXT];
    return (unsigned)strlen(number_text(number, text));
}

static void widen(unsigned *columns, unsigned width)
{
    if (*columns < width)
        *columns = width;
}

void usage_bar_measure(struct usage_bar_columns *columns, const struct terminal *terminal,
                       const char *label, int64_t used, int64_t capacity)
{
    unsigned width = terminal_width(terminal, label) + 2;
    widen(&columns->label, LABEL_LEAST);
    widen(&columns->label, width < LABEL_MOST ? width : LABEL_MOST);
    widen(&columns->used, number_width(used));
    widen(&columns->capacity, number_width(capacity));
}

/* Adds the label and returns its columns. */
static unsigned add_label(struct buffer *buffer, const struct terminal *terminal, const char *label,
                          unsigned columns)
{
    unsigned width = terminal_width(terminal, label);
    unsigned taken = width + 2 > columns ? width + 2 : columns;
    terminal_text(terminal, buffer, label, 0);
    terminal_pad(buffer, taken - width);
    return taken;
}

static void add_number(struct buffer *buffer, int64_t number, unsigned columns)
{
    char text[NUMBER_TEXT];
    unsigned width = number_width(number);
    terminal_pad(buffer, columns > width ? columns - width : 0);
    buffer_add_text(buffer, number_text(number, text));
}

/* Returns how many cells are filled: never none or all, unless nothing or everything is used. */
static unsigned full_cells(int64_t used, int64_t capacity, unsigned cells)
{
    if (used <= 0)
        return 0;
    if (used >= capacity)
        return cells;
    unsigned full = (unsigned)((double)used / (double)capacity * cells);
    return full == 0 ? 1 : full;
}

static void draw_cells(struct buffer *buffer, const struct terminal *terminal,
                       const struct symbols *symbols, int64_t used, int64_t capacity,
                       unsigned cells)
{
    unsigned full = full_cells(used, capacity, cells);
    buffer_add_text(buffer, symbols->open);
    terminal_style(terminal, buffer,
                   used > capacity         ? STYLE_RED
                   : full * 5 >= cells * 4 ? STYLE_YELLOW
                                           : STYLE_GREEN);
    for (unsigned i = 0; i < cells; i++) {
        if (i == full) {
            terminal_style(terminal, buffer, STYLE_PLAIN);
            terminal_style(terminal, buffer, STYLE_DIM);
        }
        buffer_add_text(buffer, i < full ? symbols->full : symbols->empty);
    }
    terminal_style(terminal, buffer, STYLE_PLAIN);
    buffer_add_text(buffer, symbols->close);
    terminal_pad(buffer, 2);
}

static void add_part(struct buffer *buffer, int64_t used, int64_t capacity)
{
    double part = capacity > 0 ? (double)used * 100 / (double)capacity : 0;
    char text[32] = "-";
    if (used > 0 && part < 1 && capacity > 0)
        snprintf(text, sizeof(text), "<1%%");
    else if (capacity > 0)
        snprintf(text, sizeof(text), "%.0f%%", part >= 100 ? part : (double)(int)part);
    buffer_printf(buffer, "  %4s", text);
}

unsigned usage_bar_draw(struct buffer *buffer, const struct terminal *terminal,
                        const struct usage_bar_columns *columns, unsigned indent, const char *label,
                        int64_t used, int64_t capacity)
{
    const struct symbols *symbols = terminal->utf8 ? &unicode : &ascii;
    unsigned around = (unsigned)(strlen(symbols->open) * 2) + 2;
    unsigned taken = indent + add_label(buffer, terminal, label, columns->label);
    taken += columns->used + 3 + columns->capacity + PART_WIDTH;
    unsigned left = terminal->columns > taken + around ? terminal->columns - taken - around : 0;
    unsigned cells = left > BAR_MOST ? BAR_MOST : left;
    if (cells >= BAR_LEAST) {
        draw_cells(buffer, terminal, symbols, used, capacity, cells);
        taken += cells + around;
    }
    add_number(buffer, used, columns->used);
    buffer_add_text(buffer, " / ");
    add_number(buffer, capacity, columns->capacity);
    add_part(buffer, used, capacity);
    return taken;
}
