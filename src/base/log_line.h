/*
 * Builds one line of the log, as text or JSON. Only base/log.c and base/log_template.c use it.
 *
 * A line never grows beyond LOG_LINE_SIZE: a value that is too long is cut and ends in "...", and a
 * field that no longer fits is left out.
 */
#ifndef BERTH_BASE_LOG_LINE_H
#define BERTH_BASE_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/log_level.h"

enum {
    LOG_VALUE_SIZE = 512,  /* maximum bytes of a value in a line */
    LOG_QUERY_SIZE = 2048, /* maximum bytes of a query string in a line */
};

struct log_line {
    enum log_format format;
    size_t length;
    char bytes[LOG_LINE_SIZE]; /* without NUL */
};

/* Begins a line with the time (ISO 8601, milliseconds, UTC), the process and the level. */
void log_line_begin(struct log_line *line, enum log_format format, const struct timespec *now,
                    int process, enum log_level level);

/* Begins a line without anything, for text. */
void log_line_begin_empty(struct log_line *line);

/* Returns "DEBUG", "INFO", "WARNING" or "ERROR". */
const char *log_level_name(enum log_level level);

/* Adds bytes as they are; those that do not fit are left out, and no character of UTF-8 is cut. */
void log_line_add(struct log_line *line, const char *bytes, size_t length);

/* Adds text as it may stand within quotes, at most `most` bytes, and "..." if that is not all. */
void log_line_add_escaped(struct log_line *line, const char *text, size_t most);

/* Adds a word: to a text line without its name and as it is, to JSON as a member of that name. */
void log_line_word(struct log_line *line, const char *name, const char *word);

/* Add "name=value" or a member. Text of NULL and numbers that are not finite are missing values:
   "-" or null. Of a path, what follows "?" is left out. */
void log_line_text(struct log_line *line, const char *name, const char *text);
void log_line_integer(struct log_line *line, const char *name, int64_t integer);
void log_line_real(struct log_line *line, const char *name, double real);
void log_line_path(struct log_line *line, const char *name, const char *path);

/* Adds the query string of a URL. Unlike other values it may have LOG_QUERY_SIZE bytes, and is cut,
   not left out, if the line has no room for all of it: add it last. */
void log_line_query(struct log_line *line, const char *name, const char *query);

/* Ends the line with a newline. */
void log_line_end(struct log_line *line);

#endif
