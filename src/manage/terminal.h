/*
 * Where a command writes to: what can be shown there, and text made fit to be shown.
 *
 * Names in the database were chosen by others: they may be wide, long, or control characters that a
 * terminal would obey. What is written through terminal_text() cannot do anything but be read.
 */
#ifndef BERTH_MANAGE_TERMINAL_H
#define BERTH_MANAGE_TERMINAL_H

#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"

struct terminal {
    bool is_terminal;
    bool colours; /* a terminal that has them, and NO_COLOR is not set */
    bool utf8;    /* the locale's character set is UTF-8 */
    unsigned columns;
};

/* Looks at a stream, and at the environment: COLUMNS outranks the terminal's own width; what is no
   terminal has 80 columns. Sets the locale's character set for the process. */
struct terminal terminal_of(FILE *stream);

enum terminal_style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_GREEN,
    STYLE_YELLOW,
    STYLE_RED,
    STYLE_CYAN,
};

/* What follows is in that style, until STYLE_PLAIN; nothing without colours. */
void terminal_style(const struct terminal *terminal, struct buffer *buffer,
                    enum terminal_style style);

/* The columns that a text takes. */
unsigned terminal_width(const struct terminal *terminal, const char *text);

/* Writes a text, cut with an ellipsis if it takes more than columns (0: as it is). Control
   characters, invalid bytes and what the locale does not have become question marks. */
void terminal_text(const struct terminal *terminal, struct buffer *buffer, const char *text,
                   unsigned columns);

/* Spaces. */
void terminal_pad(struct buffer *buffer, unsigned columns);

/* A whole number with commas between thousands, as text; the buffer has room for it. */
enum { NUMBER_TEXT = 32 };
const char *number_text(int64_t number, char text[NUMBER_TEXT]);

/* A noun after its number: "1 finding", "2,000 findings". */
void terminal_count(struct buffer *buffer, uint64_t count, const char *noun);

/* Writes what is in the buffer to the stream, and empties it. Gives false if it cannot be written.
 */
bool terminal_flush(struct buffer *buffer, FILE *stream);

#endif
