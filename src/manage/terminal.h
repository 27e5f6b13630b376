/*
 * The terminal that a command writes to, and text that is safe to show there.
 *
 * Names in the database come from users: they may be wide, long, or contain control characters that
 * a terminal would obey. terminal_text() shows them and does nothing else.
 */
#ifndef BERTH_MANAGE_TERMINAL_H
#define BERTH_MANAGE_TERMINAL_H

#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"

struct terminal {
    bool is_terminal;
    bool colours; /* the terminal has them, and NO_COLOR is not set */
    bool utf8;    /* the locale's character set is UTF-8 */
    unsigned columns;
};

/* Describes the terminal of a stream. The environment's COLUMNS takes precedence over the
   terminal's width; a stream without a terminal has 80 columns. Sets LC_CTYPE of the process. */
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

/* Starts a style, which lasts until STYLE_PLAIN. Does nothing without colours. */
void terminal_style(const struct terminal *terminal, struct buffer *buffer,
                    enum terminal_style style);

/* Returns how many columns a text takes. */
unsigned terminal_width(const struct terminal *terminal, const char *text);

/* Writes a text; cuts it and adds an ellipsis if it takes more than columns (0: never). Hidden
   characters are escaped (base/utf8.h); invalid bytes, and characters that the locale does not
   have, become question marks. */
void terminal_text(const struct terminal *terminal, struct buffer *buffer, const char *text,
                   unsigned columns);

/* Writes spaces. */
void terminal_pad(struct buffer *buffer, unsigned columns);

/* Writes a number with commas between thousands into text, and returns text. */
enum { NUMBER_TEXT = 32 };
const char *number_text(int64_t number, char text[NUMBER_TEXT]);

/* Writes a number and its noun: "1 finding", "2,000 findings". */
void terminal_count(struct buffer *buffer, uint64_t count, const char *noun);

/* Writes the buffer to the stream and empties it. Returns false if it cannot be written. */
bool terminal_flush(struct buffer *buffer, FILE *stream);

#endif
