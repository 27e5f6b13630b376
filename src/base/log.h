/*
 * The log: one line an event, one line a request.
 *
 * A line is text or JSON, at most 4096 bytes, written with one write(2) to a descriptor opened for
 * appending, so that many processes can share a file. Nothing in a value can end the line or begin
 * another one: control characters and bytes that are not UTF-8 are escaped, and long values cut.
 *
 * Events take typed fields, so that a token, a password, a request body or an SQL parameter cannot
 * get into the log by accident: there is no format string and no field for "some text".
 *
 *     log_event(LOG_LEVEL_WARNING, "worker died", log_integer("pid", pid),
 *               log_identifier("request_id", request_id), log_text("route", route));
 *
 * Before log_open() the log goes to stderr as text, from level info on. The names do not clash with
 * <syslog.h>. One thread only.
 */
#ifndef BERTH_BASE_LOG_H
#define BERTH_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error_line.h"
#include "base/log_level.h"

struct log_settings {
    enum log_level level; /* and above */
    enum log_format format;
    const char *directory; /* of a relative file; with file NULL: berth.log in it. NULL: none */
    const char *file;      /* NULL: none */
    bool use_stderr;       /* also to stderr; always if there is neither file nor syslog */
    bool use_syslog;
    const char *syslog_facility; /* "LOG_USER", "local0"; NULL: LOG_USER */
};

/* Opens the log; a second time: anew. Gives false and an error when the file cannot be opened, and
   leaves the log as it was. */
bool log_open(const struct log_settings *settings, struct error_line *error);

/* Opens the file again, after somebody moved it away (SIGUSR1). If that fails the old one is kept,
   and says so. Do not call it from a signal handler. */
void log_reopen(void);

/* Closes the file; the log is as before log_open(). */
void log_close(void);

/* Whether a line of that level would be written. */
bool log_enabled(enum log_level level);

/* Whether syslog has a facility of that name, as oslo.log takes them: with or without "LOG_", in
   any case. */
bool log_is_facility(const char *name);

enum log_kind { LOG_END, LOG_IDENTIFIER, LOG_INTEGER, LOG_REAL, LOG_PATH, LOG_CONSTANT, LOG_ERRNO };

/* A field of an event; made by the functions below. */
struct log_field {
    const char *name;
    enum log_kind kind;
    union {
        const char *text;
        int64_t integer;
        double real;
    } value;
};

/* An id: of a request, provider, consumer, project, user; a host name or address. At most 255
   bytes; NULL is a missing value. */
static inline struct log_field log_identifier(const char *name, const char *id)
{
    return (struct log_field){.name = name, .kind = LOG_IDENTIFIER, .value = {.text = id}};
}

static inline struct log_field log_integer(const char *name, int64_t integer)
{
    return (struct log_field){.name = name, .kind = LOG_INTEGER, .value = {.integer = integer}};
}

/* A measure, as milliseconds; three decimals. */
static inline struct log_field log_real(const char *name, double real)
{
    return (struct log_field){.name = name, .kind = LOG_REAL, .value = {.real = real}};
}

/* The path of a URL, or of a file; what follows a "?" is left out. */
static inline struct log_field log_path(const char *name, const char *path)
{
    return (struct log_field){.name = name, .kind = LOG_PATH, .value = {.text = path}};
}

/* Text of the program itself or of the configuration (but no secret): a route's template, the name
   of an option, the name of a table; or why another server cannot be reached. Never anything that a
   client has sent, and no SQL. */
static inline struct log_field log_text(const char *name, const char *constant)
{
    return (struct log_field){.name = name, .kind = LOG_CONSTANT, .value = {.text = constant}};
}

/* An errno, in words. */
static inline struct log_field log_errno(const char *name, int error)
{
    return (struct log_field){.name = name, .kind = LOG_ERRNO, .value = {.integer = error}};
}

/* Writes an event: a level, a message that is a string literal, and fields. */
#define log_event(level, message, ...)                                                             \
    log_write((level), "" message "",                                                              \
              &(const struct log_field[]){{.kind = LOG_END}, ##__VA_ARGS__, {.kind = LOG_END}}[1])

/* The function behind log_event(): fields end with LOG_END. */
void log_write(enum log_level level, const char *message, const struct log_field *fields);

/* A request that was answered. Text that is missing is NULL. */
struct log_request {
    const char *request_id;
    const char *global_request_id;
    const char *remote_address;
    const char *method;
    const char *path;         /* without the query */
    const char *microversion; /* "1.39" */
    int status;
    uint64_t bytes; /* of the response's body */
    double milliseconds;
    unsigned sql_statements;
    double sql_milliseconds;
    const char *user_id;
    const char *project_id;
};

/* Writes the line of a request, at level info. */
void log_request(const struct log_request *request);

#endif
