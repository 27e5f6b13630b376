/*
 * Parses option files line by line, in place.
 */
#include <config.h>

#include "settings/option_file.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "settings/file_text.h"

struct option_file {
    const char *wanted; /* the group */
    option_file_visitor visitor;
    void *subject;
    bool in_group;   /* behind any group */
    bool is_wanted;  /* in the wanted one */
    char *name;      /* of the unfinished option; NULL: none */
    char *value;     /* NULL: a name alone */
    char *value_end; /* where a continuation goes */
    size_t indent;   /* of the name's line */
};

static char *skip_blanks(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

static char *trim_end(char *text)
{
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return end;
}

/* Passes the complete option to the visitor. */
static void finish_option(struct option_file *file)
{
    if (file->name == NULL)
        return;
    char *value = file->value;
    if (value != NULL) {
        char *end = trim_end(value);
        if (end - value >= 2 && (*value == '"' || *value == '\'') && end[-1] == *value) {
            end[-1] = '\0';
            value++;
        }
    }
    file->visitor(file->subject, file->name, value);
    file->name = NULL;
}

static void start_group(struct option_file *file, char *line)
{
    char *end = strrchr(line, ']');
    *end = '\0';
    finish_option(file);
    file->in_group = true;
    file->is_wanted = strcmp(line + 1, file->wanted) == 0;
}

static void start_option(struct option_file *file, char *line, size_t indent)
{
    finish_option(file);
    if (!file->is_wanted)
        return;
    char *sign = strpbrk(line, "=:");
    file->value = NULL;
    if (sign != NULL) {
        *sign = '\0';
        file->value = skip_blanks(sign + 1);
        file->value_end = trim_end(file->value);
    }
    trim_end(line);
    for (char *c = line; *c != '\0'; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    file->name = line;
    file->indent = indent;
}

/* Moves a line to the end of the value, which is further ahead in the same text. */
static void continue_value(struct option_file *file, const char *line)
{
    size_t length = strlen(line);
    *file->value_end++ = '\n';
    memmove(file->value_end, line, length + 1);
    file->value_end += length;
}

static bool read_line(struct option_file *file, char *line)
{
    char *text = skip_blanks(line);
    trim_end(text);
    if (*text == '\0' || *text == '#' || *text == ';')
        return true;
    size_t indent = (size_t)(text - line);
    if (file->name != NULL && file->value != NULL && indent > file->indent) {
        continue_value(file, text);
        return true;
    }
    if (*text == '[' && strchr(text, ']') != NULL)
        start_group(file, text);
    else if (file->in_group)
        start_option(file, text, indent);
    return file->in_group;
}

static bool parse(struct option_file *file, const struct buffer *text)
{
    char *line = text->data, *end = text->data + text->length - 1;
    while (line < end) {
        char *line_end = memchr(line, '\n', (size_t)(end - line));
        if (line_end == NULL)
            line_end = end;
        *line_end = '\0';
        if (!read_line(file, line))
            return false;
        line = line_end + 1;
    }
    finish_option(file);
    return true;
}

bool option_file_read(const char *path, const char *group, option_file_visitor visitor,
                      void *subject)
{
    struct option_file file = {.wanted = group, .visitor = visitor, .subject = subject};
    struct buffer text;
    bool good = file_text_read(path, &text);
    if (good && !parse(&file, &text)) {
        errno = EBADMSG;
        good = false;
    }
    int reason = errno;
    file_text_free(&text);
    errno = reason;
    return good;
}
