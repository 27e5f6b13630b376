/*
 * Parses the text line by line, in place: groups, names and values are pieces of the text itself.
 */
#include <config.h>

#include "settings/ini.h"

#include <string.h>

struct ini_reader {
    ini_visitor visitor;
    void *subject;
    struct ini_problem *problem;
    unsigned line;
    const char *group; /* NULL: before the first one */
    const char *name;  /* of the unfinished assignment; NULL: none */
    char *value;
    char *value_end;
    unsigned name_line;
};

/* The ASCII characters that Python's str.strip() strips. */
static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

/* Cuts blanks off the end of the text, which ends at end. Returns the new end. */
static char *trim_end(char *text, char *end)
{
    while (end > text && is_blank(end[-1]))
        end--;
    *end = '\0';
    return end;
}

static char *skip_blanks(char *text)
{
    while (is_blank(*text))
        text++;
    return text;
}

static bool fail(struct ini_reader *reader, const char *reason)
{
    *reader->problem = (struct ini_problem){.line = reader->line, .reason = reason};
    return false;
}

/* Passes the complete value to the visitor. */
static bool finish_value(struct ini_reader *reader)
{
    if (reader->name == NULL)
        return true;
    if (reader->group == NULL) {
        reader->line = reader->name_line;
        return fail(reader, "Section must be started before assignment");
    }
    *reader->value_end = '\0';
    reader->visitor(reader->subject, reader->group, reader->name, reader->value, reader->name_line);
    reader->name = NULL;
    return true;
}

/* Moves a continuation line to the end of the value, which is further ahead in the same text. */
static bool continue_value(struct ini_reader *reader, char *line)
{
    if (reader->name == NULL)
        return fail(reader, "Unexpected continuation line");
    char *more = skip_blanks(line);
    size_t length = strlen(more);
    *reader->value_end++ = '\n';
    memmove(reader->value_end, more, length);
    reader->value_end += length;
    return true;
}

static bool start_group(struct ini_reader *reader, char *line, char *end)
{
    if (end[-1] != ']')
        return fail(reader, "Invalid section (must end with ])");
    if (end - line <= 2)
        return fail(reader, "Empty section name");
    end[-1] = '\0';
    reader->group = line + 1;
    return true;
}

static bool start_value(struct ini_reader *reader, char *line, char *end)
{
    char *sign = strpbrk(line, ":=");
    if (sign == NULL)
        return fail(reader, "No ':' or '=' found in assignment");
    char *value = skip_blanks(sign + 1);
    if (value < end && (*value == '"' || *value == '\'') && end[-1] == *value) {
        value++;
        end = end - 1 < value ? value : end - 1;
    }
    line = skip_blanks(line);
    if (line >= sign || trim_end(line, sign) == line)
        return fail(reader, "Key cannot be empty");
    reader->name = line;
    reader->name_line = reader->line;
    reader->value = value;
    reader->value_end = end;
    return true;
}

static bool read_line(struct ini_reader *reader, char *line, char *end)
{
    end = trim_end(line, end);
    if (end == line)
        return finish_value(reader);
    if (*line == ' ' || *line == '\t')
        return continue_value(reader, line);
    if (!finish_value(reader))
        return false;
    if (*line == '[')
        return start_group(reader, line, end);
    if (*line == '#' || *line == ';')
        return true;
    return start_value(reader, line, end);
}

bool ini_parse(char *text, size_t length, ini_visitor visitor, void *subject,
               struct ini_problem *problem)
{
    struct ini_reader reader = {.visitor = visitor, .subject = subject, .problem = problem};
    char *end = text + length;
    while (text < end) {
        char *line_end = memchr(text, '\n', (size_t)(end - text));
        if (line_end == NULL)
            line_end = end;
        reader.line++;
        if (memchr(text, '\0', (size_t)(line_end - text)) != NULL)
            return fail(&reader, "NUL character");
        if (!read_line(&reader, text, line_end))
            return false;
        text = line_end + 1;
    }
    return finish_value(&reader);
}
