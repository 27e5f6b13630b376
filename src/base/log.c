/*
 * Opens and reopens the log, and writes lines to the file, stderr and syslog. base/log_line.c
 * formats them.
 */
#include <config.h>

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/log_line.h"

enum { IDENTIFIER_SIZE = 255 };

/* The log of this process. */
static struct {
    enum log_level level;
    enum log_format format;
    bool use_stderr;
    bool use_syslog;
    int file; /* a descriptor, or -1 */
    char *path;
} state = {.level = LOG_LEVEL_INFO, .use_stderr = true, .file = -1};

static const struct {
    const char *name;
    int facility;
} facilities[] = {
    {"kern", LOG_KERN},     {"user", LOG_USER},         {"mail", LOG_MAIL},
    {"daemon", LOG_DAEMON}, {"auth", LOG_AUTH},         {"syslog", LOG_SYSLOG},
    {"lpr", LOG_LPR},       {"news", LOG_NEWS},         {"uucp", LOG_UUCP},
    {"cron", LOG_CRON},     {"authpriv", LOG_AUTHPRIV}, {"ftp", LOG_FTP},
    {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1},     {"local2", LOG_LOCAL2},
    {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},     {"local5", LOG_LOCAL5},
    {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
};

/* Returns the facility of that name, or -1. */
static int find_facility(const char *name)
{
    if (strncasecmp(name, "LOG_", 4) == 0)
        name += 4;
    for (size_t i = 0; i < sizeof(facilities) / sizeof(facilities[0]); i++) {
        if (strcasecmp(facilities[i].name, name) == 0)
            return facilities[i].facility;
    }
    return -1;
}

bool log_is_facility(const char *name)
{
    return find_facility(name) >= 0;
}

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

/* Returns the path of the log file, on the heap; NULL if there is none. */
static char *path_of(const struct log_settings *settings)
{
    const char *file = settings->file;
    char *path = NULL;
    if (file == NULL && settings->directory == NULL)
        return NULL;
    if (file == NULL)
        file = "berth.log";
    bool joined = settings->directory != NULL && *file != '/';
    if (asprintf(&path, "%s%s%s", joined ? settings->directory : "", joined ? "/" : "", file) < 0)
        abort();
    return path;
}

/* Closes the file and syslog. */
static void close_all(void)
{
    if (state.file >= 0)
        close(state.file);
    if (state.use_syslog)
        closelog();
    free(state.path);
}

bool log_open(const struct log_settings *settings, struct error_line *error)
{
    char *path = path_of(settings);
    int file = -1;
    if (path != NULL && (file = open_file(path)) < 0) {
        error_line_set(error, "cannot open log file %s: %s", path, strerror(errno));
        free(path);
        return false;
    }
    close_all();
    state.level = settings->level;
    state.format = settings->format;
    state.file = file;
    state.path = path;
    state.use_syslog = settings->use_syslog;
    state.use_stderr = settings->use_stderr || (file < 0 && !settings->use_syslog);
    if (settings->use_syslog) {
        int facility =
            settings->syslog_facility != NULL ? find_facility(settings->syslog_facility) : LOG_USER;
        openlog("berth", LOG_PID | LOG_NDELAY, facility >= 0 ? facility : LOG_USER);
    }
    return true;
}

void log_reopen(void)
{
    if (state.path == NULL)
        return;
    int file = open_file(state.path);
    if (file < 0) {
        log_event(LOG_LEVEL_ERROR, "cannot open the log file again", log_path("file", state.path),
                  log_errno("error", errno));
        return;
    }
    close(state.file);
    state.file = file;
}

bool log_enabled(enum log_level level)
{
    return level >= state.level;
}

/* Writes the line at once, so that lines of several processes do not mix. What does not fit on a
   full disk is lost: there is nobody to tell. */
static void write_line(int file, const struct log_line *line)
{
    while (write(file, line->bytes, line->length) < 0 && errno == EINTR)
        continue;
}

static void emit(struct log_line *line, enum log_level level)
{
    static const int priorities[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};
    int saved = errno;
    log_line_end(line);
    if (state.file >= 0)
        write_line(state.file, line);
    if (state.use_stderr)
        write_line(STDERR_FILENO, line);
    if (state.use_syslog)
        syslog(priorities[level], "%.*s", (int)line->length - 1, line->bytes);
    errno = saved;
}

static void begin(struct log_line *line, enum log_level level)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    log_line_begin(line, state.format, &now, (int)getpid(), level);
}

static void add_identifier(struct log_line *line, const char *name, const char *id)
{
    char shown[IDENTIFIER_SIZE + 1];
    if (id != NULL)
        snprintf(shown, sizeof(shown), "%s", id);
    log_line_text(line, name, id != NULL ? shown : NULL);
}

static void add_field(struct log_line *line, const struct log_field *field)
{
    char words[128];
    switch (field->kind) {
    case LOG_IDENTIFIER:
        add_identifier(line, field->name, field->value.text);
        break;
    case LOG_INTEGER:
        log_line_integer(line, field->name, field->value.integer);
        break;
    case LOG_REAL:
        log_line_real(line, field->name, field->value.real);
        break;
    case LOG_PATH:
        log_line_path(line, field->name, field->value.text);
        break;
    case LOG_CONSTANT:
        log_line_text(line, field->name, field->value.text);
        break;
    case LOG_ERRNO:
        log_line_text(line, field->name,
                      strerror_r((int)field->value.integer, words, sizeof(words)));
        break;
    case LOG_END:
        break;
    }
}

void log_write(enum log_level level, const char *message, const struct log_field *fields)
{
    struct log_line line;
    if (!log_enabled(level))
        return;
    begin(&line, level);
    log_line_word(&line, "message", message);
    for (const struct log_field *field = fields; field->kind != LOG_END; field++)
        add_field(&line, field);
    emit(&line, level);
}

void log_request(const struct log_request *request)
{
    struct log_line line;
    if (!log_enabled(LOG_LEVEL_INFO))
        return;
    begin(&line, LOG_LEVEL_INFO);
    log_line_word(&line, "message", "request");
    add_identifier(&line, "request_id", request->request_id);
    add_identifier(&line, "global_request_id", request->global_request_id);
    add_identifier(&line, "remote_address", request->remote_address);
    add_identifier(&line, "method", request->method);
    log_line_path(&line, "path", request->path);
    add_identifier(&line, "microversion", request->microversion);
    log_line_integer(&line, "status", request->status);
    log_line_integer(&line, "bytes", (int64_t)request->bytes);
    log_line_real(&line, "milliseconds", request->milliseconds);
    log_line_integer(&line, "sql_statements", request->sql_statements);
    log_line_real(&line, "sql_milliseconds", request->sql_milliseconds);
    add_identifier(&line, "user_id", request->user_id);
    add_identifier(&line, "project_id", request->project_id);
    add_identifier(&line, "traceparent", request->traceparent);
    log_line_query(&line, "query", request->query);
    emit(&line, LOG_LEVEL_INFO);
}
