/*
 * Measures, frames and wraps the cells of tables.
 */
#include <config.h>

#include "manage/table.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* Returns a line of a cell, and its length; NULL if the cell has fewer lines. */
static const char *cell_line(const char *cell, size_t number, size_t *length)
{
    while (cell != NULL && number-- > 0) {
        cell = strchr(cell, '\n');
        cell += cell != NULL;
    }
    *length = cell != NULL ? strcspn(cell, "\n") : 0;
    return cell;
}

static void measure(const struct table *table, size_t *widths)
{
    for (size_t i = 0; i < table->columns * table->rows; i++) {
        size_t length, *width = &widths[i % table->columns];
        for (size_t line = 0; cell_line(table->cells[i], line, &length) != NULL; line++)
            *width = length > *width ? length : *width;
    }
}

static void print_rule(FILE *stream, const struct table *table, const size_t *widths)
{
    for (size_t column = 0; column < table->columns; column++) {
        fputc('+', stream);
        for (size_t i = 0; i < widths[column] + 2; i++)
            fputc('-', stream);
    }
    fputs("+\n", stream);
}

/* Returns the blanks before a centred text. An odd one goes to the left of a text of even length,
   as in prettytable. */
static size_t blanks_before(const struct table *table, size_t width, size_t length)
{
    size_t blanks = width - length;
    if (!table->centred)
        return 0;
    return blanks / 2 + (blanks % 2 != 0 && length % 2 == 0);
}

/* Returns false if no cell of the row has that line. */
static bool print_line(FILE *stream, const struct table *table, const size_t *widths,
                       const char *const *cells, size_t number)
{
    size_t length;
    bool exists = false;
    for (size_t column = 0; column < table->columns; column++)
        exists |= cell_line(cells[column], number, &length) != NULL;
    for (size_t column = 0; exists && column < table->columns; column++) {
        const char *text = cell_line(cells[column], number, &length);
        size_t before = blanks_before(table, widths[column], length);
        fprintf(stream, "| %*s%.*s%*s ", (int)before, "", (int)length, text != NULL ? text : "",
                (int)(widths[column] - length - before), "");
    }
    if (exists)
        fputs("|\n", stream);
    return exists;
}

void table_print(FILE *stream, const struct table *table)
{
    size_t widths[TABLE_COLUMNS] = {0};
    measure(table, widths);
    print_rule(stream, table, widths);
    for (size_t row = 0; row < table->rows; row++) {
        size_t line = 0;
        while (print_line(stream, table, widths, table->cells + row * table->columns, line))
            line++;
        if (row == 0 || table->ruled || row + 1 == table->rows)
            print_rule(stream, table, widths);
    }
}

static bool is_letter(char character)
{
    return isalpha((unsigned char)character) != 0;
}

/* Returns whether a word may be broken after this hyphen: it is between two pairs of letters. */
static bool may_break_after(const char *text, size_t hyphen)
{
    const char *next = text + hyphen + 1;
    return hyphen >= 2 && is_letter(text[hyphen - 1]) && is_letter(text[hyphen - 2]) &&
           is_letter(next[0]) && is_letter(next[next[1] == '-' ? 2 : 1]);
}

/* Where text is broken into lines. */
struct breaking {
    bool hyphens;  /* also within words, where may_break_after() allows it */
    bool new_line; /* a word longer than a line begins on a new line */
    /* After which characters to break a word longer than a line. Those of the second string count
       only where none of the first is found. */
    const char *long_words[2];
};

static const struct breaking as_textwrap = {true, false, {"-", ""}};
static const struct breaking at_blanks = {false, true, {",&", "=:"}};

/* Returns the length of the first piece that stays together: blanks, or a word up to the hyphen
   where it may be broken. */
static size_t piece_length(const struct breaking *breaking, const char *text)
{
    size_t blanks = strspn(text, " ");
    if (blanks > 0)
        return blanks;
    size_t length = strcspn(text, " ");
    for (size_t i = 0; i < length && breaking->hyphens; i++)
        if (text[i] == '-' && may_break_after(text, i))
            return i + 1;
    return length;
}

/* Returns how much of a piece that is longer than a line goes into the remaining room: up to the
   last character in it after which it may be broken, or all of the room. */
static size_t piece_share(const struct breaking *breaking, const char *text, size_t room)
{
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = room; i-- > 1;)
            if (strchr(breaking->long_words[kind], text[i]) != NULL)
                return i + 1;
    while (room > 1 && ((unsigned char)text[room] & 0xc0) == 0x80) /* within a character */
        room--;
    return room;
}

/* Returns the length of the first line, with trailing blanks. */
static size_t line_length(const struct breaking *breaking, const char *text, size_t width)
{
    size_t length = 0, piece;
    while (text[length] != '\0') {
        piece = piece_length(breaking, text + length);
        if (length + piece > width)
            return piece > width && (length == 0 || !breaking->new_line)
                       ? length + piece_share(breaking, text + length, width - length)
                       : length;
        length += piece;
    }
    return length;
}

static const char *wrap(struct arena *arena, const struct breaking *breaking, const char *text,
                        size_t width)
{
    struct text_builder lines = text_begin(arena);
    while (*text != '\0') {
        size_t length = line_length(breaking, text, lines.text == NULL ? width : width - 2);
        size_t shown = length;
        while (shown > 0 && text[shown - 1] == ' ')
            shown--;
        if (lines.text != NULL)
            text_add(&lines, "\n  ");
        text_add_bytes(&lines, text, shown);
        text += length;
        text += strspn(text, " ");
    }
    return text_end(&lines);
}

const char *table_wrap(struct arena *arena, const char *text, size_t width)
{
    return wrap(arena, &as_textwrap, text, width);
}

const char *table_wrap_words(struct arena *arena, const char *text, size_t width)
{
    return wrap(arena, &at_blanks, text, width);
}
