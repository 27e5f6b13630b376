/*
 * Appends to a line of fixed size, all of a field or nothing.
 */
#include <config.h>

#include "base/log_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { ENDING = 2, /* "}" and a newline */ ESCAPE_SIZE = 16 };

static const char *const level_names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};

/* Adds bytes that need no escapes; all of them or none. */
static bool add(struct log_line *line, const char *bytes, size_t length)
{
    if (length > sizeof(line->bytes) - ENDING - line->length)
        return false;
    memcpy(line->bytes + line->length, bytes, length);
    line->length += length;
    return true;
}

static bool add_text(struct log_line *line, const char *text)
{
    return add(line, text, strlen(text));
}

/* Writes a character of size bytes (0: one byte that is not UTF-8) as it must stand within quotes.
   Returns the length. */
static size_t escape(const char *bytes, size_t size, uint32_t c, enum log_format format,
                     char *escaped)
{
    if (size == 0) {
        /* JSON has no escape for a byte: there, escape the backslash itself. */
        return (size_t)snprintf(escaped, ESCAPE_SIZE, "%s\\x%02x",
                                format == LOG_FORMAT_JSON ? "\\" : "", (unsigned char)*bytes);
    }
    if (utf8_is_hidden(c) && c > 0xffff && format == LOG_FORMAT_JSON)
        return (size_t)snprintf(escaped, ESCAPE_SIZE, "\\u%04" PRIx32 "\\u%04" PRIx32,
                                0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
    if (utf8_is_hidden(c)) {
        utf8_next_shown(bytes, &c, escaped);
        return strlen(escaped);
    }
    if (c == '"' || c == '\\') {
        escaped[0] = '\\';
        escaped[1] = (char)c;
        return 2;
    }
    memcpy(escaped, bytes, size);
    return size;
}

/* Adds text as it must stand within quotes, cut to most bytes. Returns whether all of that fits. */
static bool add_escaped(struct log_line *line, const char *text, size_t most)
{
    size_t used = 0;
    char escaped[ESCAPE_SIZE];
    while (*text != '\0') {
        uint32_t c;
        size_t size = utf8_next(text, &c);
        bool invalid = size == 1 && c > 0x7f;
        size_t length = escape(text, invalid ? 0 : size, c, line->format, escaped);
        if (used + length > most)
            return add(line, "...", 3);
        if (!add(line, escaped, length))
            return false;
        used += length;
        text += size;
    }
    return true;
}

/* Adds text within quotes, cut to most bytes; all or nothing. */
static bool add_quoted_most(struct log_line *line, const char *text, size_t most)
{
    size_t begin = line->length;
    bool good = add(line, "\"", 1) && add_escaped(line, text, most) && add(line, "\"", 1);
    if (!good)
        line->length = begin;
    return good;
}

static bool add_quoted(struct log_line *line, const char *text)
{
    return add_quoted_most(line, text, LOG_VALUE_SIZE);
}

/* Whether a value needs no quotes in a text line. */
static bool is_plain(const char *text)
{
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        unsigned char c = (unsigned char)text[length];
        if (c <= ' ' || c >= 0x7f || strchr("\"\\=", c) != NULL || length >= LOG_VALUE_SIZE)
            return false;
    }
    return length > 0 && strcmp(text, "-") != 0;
}

/* Adds the name of a field. Returns false, and adds nothing, if it does not fit. */
static bool add_name(struct log_line *line, const char *name)
{
    size_t begin = line->length;
    bool good;
    if (line->format == LOG_FORMAT_JSON)
        good = (begin <= 1 || add_text(line, ",")) && add_quoted(line, name) && add_text(line, ":");
    else
        good = add_text(line, " ") && add_text(line, name) && add_text(line, "=");
    if (!good)
        line->length = begin;
    return good;
}

/* Adds a field whose value needs no escapes. */
static void add_ready(struct log_line *line, const char *name, const char *value)
{
    size_t begin = line->length;
    if (!add_name(line, name) || !add_text(line, value))
        line->length = begin;
}

void log_line_begin_empty(struct log_line *line)
{
    line->format = LOG_FORMAT_TEXT;
    line->length = 0;
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

void log_line_add(struct log_line *line, const char *bytes, size_t length)
{
    size_t room = sizeof(line->bytes) - ENDING - line->length;
    if (length > room) {
        length = room;
        while (length > 0 && ((unsigned char)bytes[length] & 0xc0) == 0x80)
            length--;
    }
    add(line, bytes, length);
}

void log_line_add_escaped(struct log_line *line, const char *text, size_t most)
{
    add_escaped(line, text, most);
}

void log_line_begin(struct log_line *line, enum log_format format, const struct timespec *now,
                    int process, enum log_level level)
{
    struct tm parts;
    char date[32], stamp[64];
    line->format = format;
    line->length = 0;
    gmtime_r(&now->tv_sec, &parts);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(stamp, sizeof(stamp), "%s.%03ldZ", date, now->tv_nsec / 1000000);
    if (format == LOG_FORMAT_JSON) {
        add_text(line, "{");
        log_line_text(line, "time", stamp);
        log_line_integer(line, "process", process);
        log_line_text(line, "level", level_names[level]);
    } else {
        char begin[128];
        snprintf(begin, sizeof(begin), "%s %d %s", stamp, process, level_names[level]);
        add_text(line, begin);
    }
}

void log_line_word(struct log_line *line, const char *name, const char *word)
{
    size_t begin = line->length;
    if (line->format == LOG_FORMAT_JSON)
        log_line_text(line, name, word);
    else if (!add_text(line, " ") || !add_text(line, word))
        line->length = begin;
}

void log_line_text(struct log_line *line, const char *name, const char *text)
{
    size_t begin = line->length;
    if (text == NULL) {
        add_ready(line, name, line->format == LOG_FORMAT_JSON ? "null" : "-");
    } else if (line->format == LOG_FORMAT_TEXT && is_plain(text)) {
        add_ready(line, name, text);
    } else if (!add_name(line, name) || !add_quoted(line, text)) {
        line->length = begin;
    }
}

void log_line_integer(struct log_line *line, const char *name, int64_t integer)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, integer);
    add_ready(line, name, text);
}

void log_line_real(struct log_line *line, const char *name, double real)
{
    char text[512];
    if (!isfinite(real)) {
        log_line_text(line, name, NULL);
        return;
    }
    snprintf(text, sizeof(text), "%.3f", real);
    add_ready(line, name, text);
}

void log_line_path(struct log_line *line, const char *name, const char *path)
{
    char shown[LOG_VALUE_SIZE + 8];
    if (path == NULL) {
        log_line_text(line, name, NULL);
        return;
    }
    size_t length = strcspn(path, "?");
    snprintf(shown, sizeof(shown), "%.*s",
             length > sizeof(shown) ? (int)sizeof(shown) : (int)length, path);
    log_line_text(line, name, shown);
}

void log_line_query(struct log_line *line, const char *name, const char *query)
{
    size_t begin = line->length;
    if (query == NULL) {
        log_line_text(line, name, NULL);
        return;
    }
    if (!add_name(line, name))
        return;
    size_t room = sizeof(line->bytes) - ENDING - line->length, around = strlen("\"...\"");
    if (room <= around ||
        !add_quoted_most(line, query,
                         room - around < LOG_QUERY_SIZE ? room - around : LOG_QUERY_SIZE))
        line->length = begin;
}

void log_line_end(struct log_line *line)
{
    if (line->format == LOG_FORMAT_JSON)
        line->bytes[line->length++] = '}';
    line->bytes[line->length++] = '\n';
}
