/*
 * The log: one line for each event, one line for each request.
 *
 * A line is text, JSON or as oslo.log writes it, at most LOG_LINE_SIZE bytes, and is written with
 * one write(2) to a descriptor opened for appending, so that many processes can share a file. No
 * value can end the line or begin another one: control characters and bytes that are not UTF-8 are
 * escaped, and long values are cut.
 *
 * Events have typed fields. There is no format string and no field for arbitrary text, so that a
 * token, a password, a request body or an SQL parameter cannot get into the log by accident.
 *
 *     log_event(LOG_LEVEL_WARNING, "worker died", log_integer("pid", pid),
 *               log_identifier("request_id", request_id), log_text("route", route));
 *
 * A line that cannot be written to the file, as on a full disk, goes to stderr if it goes nowhere
 * else. Once a minute at most the log says that this is so, and that it is over.
 *
 * Before log_open() the log goes to stderr as text, from level info up. The names do not clash with
 * <syslog.h>. For one thread only.
 */
#ifndef BERTH_BASE_LOG_H
#define BERTH_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error_line.h"
#include "base/log_context.h"
#include "base/log_file.h"
#include "base/log_level.h"

struct log_settings {
    enum log_level level; /* the lowest level to log */
    enum log_format format;
    const char *directory; /* of a relative file, or of berth.log if file is NULL; NULL: none */
    const char *file;      /* NULL: none */
    struct log_rotation rotation; /* of the file */
    bool use_stderr; /* log to stderr too; without file, syslog and journal this is always on */
    bool use_syslog;
    bool use_journal;            /* where there is one */
    const char *journal;         /* the path of its socket; NULL: systemd's */
    const char *syslog_facility; /* such as "LOG_USER" or "local0"; NULL: LOG_USER */

    /* For LOG_FORMAT_OSLO (base/log_template.h). NULL: oslo.log's default. */
    const char *context_format; /* of lines about a request */
    const char *default_format; /* of other lines */
    const char *user_identity_format;
    const char *date_format;
};

/* Opens the log. If it is open already, closes the old one first. Returns false and sets error when
   the file cannot be opened; the log is then as it was. */
bool log_open(const struct log_settings *settings, struct error_line *error);

/* Opens the file again after it was moved away (SIGUSR1). If that fails, logs an error to the old
   file and keeps it. Do not call this from a signal handler. */
void log_reopen(void);

/* Has a signal do this before the next line: for a process that waits for other things than
   signals. */
void log_reopen_on(int number);

/* Tells the log that what follows is about a request, until NULL is set or another one. context and
   its texts must live as long. */
void log_context_set(const struct log_context *context);

/* Returns whether a line of that level would be written. */
bool log_enabled(enum log_level level);

/* Returns whether syslog has a facility of that name, with or without "LOG_" and in any case, as in
   oslo.log. */
bool log_is_facility(const char *name);

/* Returns the number of the facility for syslog(3), or -1. */
int log_facility(const char *name);

enum log_kind {
    LOG_END,
    LOG_IDENTIFIER,
    LOG_INTEGER,
    LOG_REAL,
    LOG_PATH,
    LOG_QUERY,
    LOG_CONSTANT,
    LOG_ERRNO
};

/* A field of an event. The functions below make one. */
struct log_field {
    const char *name;
    enum log_kind kind;
    union {
        const char *text;
        int64_t integer;
        double real;
    } value;
};

/* An id of a request, provider, consumer, project or user, or a host name or address. Cut to 255
   bytes. NULL is a missing value. */
static inline struct log_field log_identifier(const char *name, const char *id)
{
    return (struct log_field){.name = name, .kind = LOG_IDENTIFIER, .value = {.text = id}};
}

/* A whole number: a count, a pid, a status. */
static inline struct log_field log_integer(const char *name, int64_t integer)
{
    return (struct log_field){.name = name, .kind = LOG_INTEGER, .value = {.integer = integer}};
}

/* A measurement, such as milliseconds. Shown with three decimals. */
static inline struct log_field log_real(const char *name, double real)
{
    return (struct log_field){.name = name, .kind = LOG_REAL, .value = {.real = real}};
}

/* The path of a URL or of a file. A "?" and what follows it are left out. */
static inline struct log_field log_path(const char *name, const char *path)
{
    return (struct log_field){.name = name, .kind = LOG_PATH, .value = {.text = path}};
}

/* The query string of a request whose values are names, ids and amounts, not decoded. Cut to 2,048
   bytes. Must be the last field. */
static inline struct log_field log_query(const char *name, const char *query)
{
    return (struct log_field){.name = name, .kind = LOG_QUERY, .value = {.text = query}};
}

/* Text of the program itself or of the configuration, except secrets: the template of a route, the
   name of an option or of a table, the reason why another server cannot be reached. Never anything
   that a client has sent, and no SQL. */
static inline struct log_field log_text(const char *name, const char *constant)
{
    return (struct log_field){.name = name, .kind = LOG_CONSTANT, .value = {.text = constant}};
}

/* An errno, shown in words. */
static inline struct log_field log_errno(const char *name, int error)
{
    return (struct log_field){.name = name, .kind = LOG_ERRNO, .value = {.integer = error}};
}

/* Writes an event: its level, its message, which must be a string literal, and its fields. */
#define log_event(level, message, ...)                                                             \
    log_write((level), "" message "",                                                              \
              &(const struct log_field[]){{.kind = LOG_END}, ##__VA_ARGS__, {.kind = LOG_END}}[1])

/* The function behind log_event(). fields ends with LOG_END. */
void log_write(enum log_level level, const char *message, const struct log_field *fields);

/* A request that was answered. Missing text is NULL. */
struct log_request {
    const char *request_id;
    const char *global_request_id;
    const char *remote_address;
    const char *method;
    const char *path;
    const char *query;        /* not decoded, without "?" */
    const char *traceparent;  /* the caller's, valid */
    const char *microversion; /* "1.39" */
    int status;
    uint64_t bytes; /* of the body of the response */
    double milliseconds;
    unsigned sql_statements;
    double sql_milliseconds;
    const char *user_id;
    const char *project_id;
};

/* Writes the line for a request, at level info. The values of a query are names, ids and amounts,
   so that it may be shown; it is cut to 2,048 bytes and then ends in "...". */
void log_request(const struct log_request *request);

#endif
