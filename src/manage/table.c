/*
 * Tables of text.
 */
#include <config.h>

#include "manage/table.h"

#include <ctype.h>
#include <string.h>

/* A line of a cell, from the text of the cell; NULL: there are no more. */
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

/* The blank that cannot be shared evenly goes to the left of a text of even length. */
static size_t blanks_before(const struct table *table, size_t width, size_t length)
{
    size_t blanks = width - length;
    if (!table->centred)
        return 0;
    return blanks / 2 + (blanks % 2 != 0 && length % 2 == 0);
}

/* Gives false if no cell of the row has that line. */
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

static bool is_letter(char sign)
{
    return isalpha((unsigned char)sign) != 0;
}

/* Whether a word may be broken after this hyphen: between two letters and two letters. */
static bool may_break_after(const char *text, size_t hyphen)
{
    const char *next = text + hyphen + 1;
    return hyphen >= 2 && is_letter(text[hyphen - 1]) && is_letter(text[hyphen - 2]) &&
           is_letter(next[0]) && is_letter(next[next[1] == '-' ? 2 : 1]);
}

/* The length of the piece that stays together at the beginning of the text: of blanks, or of a word
   up to a hyphen where it may be broken. */
static size_t piece_length(const char *text)
{
    size_t blanks = strspn(text, " ");
    if (blanks > 0)
        return blanks;
    size_t length = strcspn(text, " ");
    for (size_t i = 0; i < length; i++)
        if (text[i] == '-' && may_break_after(text, i))
            return i + 1;
    return length;
}

/* How much of a piece that is longer than a line goes into the room that is left: up to the last
   hyphen there, or all of it. */
static size_t piece_share(const char *text, size_t room)
{
    for (size_t i = room; i-- > 1;)
        if (text[i] == '-')
            return i + 1;
    return room;
}

/* The length of the line at the beginning of the text, trailing blanks included. */
static size_t line_length(const char *text, size_t width)
{
    size_t length = 0, piece;
    while (text[length] != '\0') {
        piece = piece_length(text + length);
        if (length + piece > width)
            return piece > width ? length + piece_share(text + length, width - length) : length;
        length += piece;
    }
    return length;
}

char *table_wrap(struct arena *arena, const char *text, size_t width)
{
    char *lines = NULL;
    while (*text != '\0') {
        size_t length = line_length(text, lines == NULL ? width : width - 2), shown = length;
        while (shown > 0 && text[shown - 1] == ' ')
            shown--;
        lines = lines == NULL ? arena_strndup(arena, text, shown)
                              : arena_printf(arena, "%s\n  %.*s", lines, (int)shown, text);
        text += length;
        text += strspn(text, " ");
    }
    return lines != NULL ? lines : arena_strdup(arena, "");
}
