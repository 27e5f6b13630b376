/*
 * Opens and reopens the log, and writes lines to the file, stderr, syslog and the journal.
 * base/log_line.c and base/log_template.c format them.
 */
#include <config.h>

#include "base/log.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_journal.h"
#include "base/log_line.h"
#include "base/log_template.h"

enum {
    IDENTIFIER_SIZE = 255,
    TELL_AFTER = 60000, /* milliseconds between two lines about a file that cannot be written */
};

/* The loggers of the Python service that a line would be from. */
#define LOGGER         "berth"
#define REQUEST_LOGGER "placement.requestlog"

/* The forms of LOG_FORMAT_OSLO. */
struct forms {
    struct log_template *with_context;
    struct log_template *without_context;
    struct log_template *user_identity;
    char *date;
};

/* The lines that could not be written to the file. */
struct missing_lines {
    uint64_t count;     /* since the last word about a file that can be written again */
    uint64_t failed_at; /* clock_milliseconds() of the last word that it cannot; 0: never */
    uint64_t good_at;   /* and of the last word that it can */
};

/* The log of this process. */
static struct {
    enum log_level level;
    enum log_format format;
    bool use_stderr;
    bool use_syslog;
    int facility;
    struct log_file file;
    struct missing_lines missing;
    struct log_journal journal;
    struct forms forms; /* only of LOG_FORMAT_OSLO */
    const struct log_context *context;
    pid_t process; /* 0: not known; getpid() is a system call, and each line needs it */
} state = {.level = LOG_LEVEL_INFO,
           .use_stderr = true,
           .file = LOG_FILE_CLOSED,
           .journal = {.descriptor = -1}};

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

int log_facility(const char *name)
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
    return log_facility(name) >= 0;
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

static void forms_free(struct forms *forms)
{
    log_template_free(forms->with_context);
    log_template_free(forms->without_context);
    log_template_free(forms->user_identity);
    free(forms->date);
    *forms = (struct forms){0};
}

static struct log_template *read_form(const char *format, const char *otherwise, const char *name,
                                      struct error_line *error)
{
    const char *reason;
    struct log_template *template = log_template_new(format != NULL ? format : otherwise, &reason);
    if (template == NULL)
        error_line_set(error, "%s %s", name, reason);
    return template;
}

/* Reads the forms. Returns false with error set, and none of them, if one is wrong. */
static bool forms_read(const struct log_settings *settings, struct forms *forms,
                       struct error_line *error)
{
    *forms = (struct forms){0};
    if (settings->format != LOG_FORMAT_OSLO)
        return true;
    forms->with_context = read_form(settings->context_format, LOG_OSLO_CONTEXT_FORMAT,
                                    "logging_context_format_string", error);
    forms->without_context = read_form(settings->default_format, LOG_OSLO_DEFAULT_FORMAT,
                                       "logging_default_format_string", error);
    forms->user_identity = read_form(settings->user_identity_format, LOG_OSLO_IDENTITY_FORMAT,
                                     "logging_user_identity_format", error);
    forms->date =
        strdup(settings->date_format != NULL ? settings->date_format : LOG_OSLO_DATE_FORMAT);
    if (forms->date == NULL)
        abort();
    if (forms->with_context != NULL && forms->without_context != NULL &&
        forms->user_identity != NULL)
        return true;
    forms_free(forms);
    return false;
}

/* Closes everything. */
static void close_all(void)
{
    log_file_close(&state.file);
    journal_close(&state.journal);
    forms_free(&state.forms);
    if (state.use_syslog)
        closelog();
}

static void open_journal(const struct log_settings *settings)
{
    if (!settings->use_journal)
        return;
    const char *path = settings->journal != NULL ? settings->journal : JOURNAL_SOCKET;
    if (journal_open(&state.journal, path))
        return;
    state.use_stderr = state.use_stderr || (state.file.descriptor < 0 && !state.use_syslog);
    log_event(LOG_LEVEL_WARNING, "there is no journal to log to", log_path("socket", path),
              log_errno("error", errno));
}

bool log_open(const struct log_settings *settings, struct error_line *error)
{
    struct forms forms;
    struct log_file file = LOG_FILE_CLOSED;
    if (!forms_read(settings, &forms, error))
        return false;
    char *path = path_of(settings);
    if (path != NULL && !log_file_open(&file, path, &settings->rotation)) {
        error_line_set(error, "cannot open log file %s: %s", path, strerror(errno));
        forms_free(&forms);
        free(path);
        return false;
    }
    if (path == NULL || state.file.path == NULL || strcmp(path, state.file.path) != 0)
        state.missing = (struct missing_lines){0}; /* another file lacks nothing */
    free(path);
    close_all();
    state.level = settings->level;
    state.format = settings->format;
    state.file = file;
    state.forms = forms;
    state.use_syslog = settings->use_syslog;
    state.use_stderr = settings->use_stderr ||
                       (file.descriptor < 0 && !settings->use_syslog && !settings->use_journal);
    int facility =
        settings->syslog_facility != NULL ? log_facility(settings->syslog_facility) : LOG_USER;
    state.facility = facility >= 0 ? facility : LOG_USER;
    if (settings->use_syslog)
        openlog("berth", LOG_PID | LOG_NDELAY, state.facility);
    open_journal(settings);
    return true;
}

void log_reopen(void)
{
    if (state.file.descriptor < 0 || log_file_reopen(&state.file))
        return;
    log_event(LOG_LEVEL_ERROR, "cannot open the log file again", log_path("file", state.file.path),
              log_errno("error", errno));
}

static volatile sig_atomic_t is_reopening_due;

static void note_signal(int number)
{
    (void)number;
    is_reopening_due = true;
}

void log_reopen_on(int number)
{
    signal(number, note_signal);
}

void log_context_set(const struct log_context *context)
{
    state.context = context;
}

bool log_enabled(enum log_level level)
{
    return level >= state.level;
}

static void tell_failed_rotation(void)
{
    int failure = state.file.failure;
    if (failure == 0)
        return;
    state.file.failure = 0;
    log_event(LOG_LEVEL_ERROR, "cannot rotate the log file", log_path("file", state.file.path),
              log_errno("error", failure));
}

/* Whether something is to be told now: seldom, because a file on a full disk takes one line and
   refuses the next. */
static bool is_time(uint64_t *told)
{
    uint64_t now = clock_milliseconds();
    if (*told != 0 && now - *told < TELL_AFTER)
        return false;
    *told = now;
    return true;
}

static void tell_missing_lines(bool written, int reason)
{
    struct missing_lines *missing = &state.missing;
    if (!written) {
        missing->count++;
        if (is_time(&missing->failed_at))
            log_event(LOG_LEVEL_ERROR, "cannot write the log file",
                      log_path("file", state.file.path), log_errno("error", reason));
    } else if (missing->count > 0 && is_time(&missing->good_at)) {
        int64_t count = (int64_t)missing->count;
        missing->count = 0;
        log_event(LOG_LEVEL_WARNING, "the log file can be written again, and lacks lines",
                  log_path("file", state.file.path), log_integer("lines", count));
    }
}

/* Returns whether the line is in the file. */
static bool write_to_file(const struct log_line *line)
{
    bool written = log_file_write(&state.file, line->bytes, line->length);
    int reason = errno;
    tell_failed_rotation();
    tell_missing_lines(written, reason);
    return written;
}

static void write_to_stderr(const struct log_line *line)
{
    while (write(STDERR_FILENO, line->bytes, line->length) < 0 && errno == EINTR)
        continue;
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
    case LOG_QUERY:
        log_line_query(line, field->name, field->value.text);
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

/* Writes the value of a field as text. Returns NULL if it is missing. */
static const char *show_field(const struct log_field *field, char *memory, size_t size)
{
    switch (field->kind) {
    case LOG_INTEGER:
        snprintf(memory, size, "%jd", (intmax_t)field->value.integer);
        return memory;
    case LOG_REAL:
        snprintf(memory, size, "%.3f", field->value.real);
        return memory;
    case LOG_ERRNO:
        return strerror_r((int)field->value.integer, memory, size);
    case LOG_PATH:
        if (field->value.text == NULL)
            return NULL;
        snprintf(memory, size, "%.*s", (int)strcspn(field->value.text, "?"), field->value.text);
        return memory;
    default:
        return field->value.text;
    }
}

/* Adds a field to an entry of the journal: "pid" is BERTH_PID. Ids of a request have oslo.log's
   names. */
static void add_to_entry(struct journal_entry *entry, const struct log_field *field)
{
    static const char *const known[] = {"request_id", "global_request_id", "user_id",
                                        "project_id", "traceparent",       NULL};
    char name[64], memory[LOG_VALUE_SIZE];
    bool own = true;
    for (size_t i = 0; known[i] != NULL; i++)
        own = own && strcmp(known[i], field->name) != 0;
    snprintf(name, sizeof(name), "%s%s", own ? "BERTH_" : "", field->name);
    for (char *c = name; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    journal_add(entry, name, show_field(field, memory, sizeof(memory)));
}

static void write_to_journal(const struct log_line *line, int priority, const char *logger,
                             enum log_level level, const struct log_field *fields)
{
    struct journal_entry entry;
    journal_begin(&entry, priority, state.facility, line->bytes, line->length - 1);
    journal_add(&entry, "LOGGER_NAME", logger);
    journal_add(&entry, "LOGGER_LEVEL", log_level_name(level));
    for (const struct log_field *field = fields; field->kind != LOG_END; field++)
        add_to_entry(&entry, field);
    journal_send(&state.journal, &entry);
}

/* In a new child. The lines that its parent could not write are the parent's to tell of. */
static void forget_process(void)
{
    state.process = 0;
    state.missing.count = 0;
}

static int process_of_line(void)
{
    static bool is_watched;
    is_watched = is_watched || pthread_atfork(NULL, NULL, forget_process) == 0;
    if (!is_watched || state.process == 0)
        state.process = getpid();
    return (int)state.process;
}

/* Makes the whole line of a message in oslo.log's format. */
static void complete(struct log_line *line, enum log_level level, const char *logger)
{
    struct timespec now;
    struct log_line message = *line;
    message.bytes[message.length] = '\0';
    clock_gettime(CLOCK_REALTIME, &now);
    log_line_begin_empty(line);
    log_template_write(state.context != NULL ? state.forms.with_context
                                             : state.forms.without_context,
                       &(const struct log_record){
                           .now = &now,
                           .date_format = state.forms.date,
                           .process = process_of_line(),
                           .level = level,
                           .logger = logger,
                           .message = message.bytes + (*message.bytes == ' ' ? 1 : 0),
                           .context = state.context,
                           .user_identity = state.forms.user_identity,
                       },
                       line);
}

static void emit(struct log_line *line, enum log_level level, const char *logger,
                 const struct log_field *fields)
{
    static const int priorities[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};
    int saved = errno;
    if (is_reopening_due) {
        is_reopening_due = false;
        log_reopen();
    }
    if (state.format == LOG_FORMAT_OSLO)
        complete(line, level, logger);
    log_line_end(line);
    bool elsewhere = state.use_syslog || state.journal.descriptor >= 0;
    bool missing = state.file.descriptor >= 0 && !write_to_file(line);
    if (state.use_stderr || (missing && !elsewhere))
        write_to_stderr(line);
    if (state.use_syslog)
        syslog(priorities[level], "%.*s", (int)line->length - 1, line->bytes);
    if (state.journal.descriptor >= 0)
        write_to_journal(line, priorities[level], logger, level, fields);
    errno = saved;
}

/* Begins a line; in oslo.log's format only its message. */
static void begin(struct log_line *line, enum log_level level)
{
    struct timespec now;
    if (state.format == LOG_FORMAT_OSLO) {
        log_line_begin_empty(line);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    log_line_begin(line, state.format, &now, process_of_line(), level);
}

static void add_all(struct log_line *line, const char *message, const struct log_field *fields)
{
    log_line_word(line, "message", message);
    for (const struct log_field *field = fields; field->kind != LOG_END; field++)
        add_field(line, field);
}

void log_write(enum log_level level, const char *message, const struct log_field *fields)
{
    struct log_line line;
    if (!log_enabled(level))
        return;
    begin(&line, level);
    add_all(&line, message, fields);
    emit(&line, level, LOGGER, fields);
}

/* Adds the message that the Python service writes. */
static void add_python_message(struct log_line *line, const struct log_request *request)
{
    char numbers[128];
    const char *version = request->microversion;
    log_line_add_escaped(line, request->remote_address != NULL ? request->remote_address : "-",
                         IDENTIFIER_SIZE);
    log_line_add(line, " \"", 2);
    log_line_add_escaped(line, request->method != NULL ? request->method : "", IDENTIFIER_SIZE);
    log_line_add(line, " ", 1);
    log_line_add_escaped(line, request->path != NULL ? request->path : "", LOG_VALUE_SIZE);
    if (request->query != NULL) {
        log_line_add(line, "?", 1);
        log_line_add_escaped(line, request->query, LOG_QUERY_SIZE);
    }
    snprintf(numbers, sizeof(numbers), "\" status: %d len: %llu microversion: %s", request->status,
             (unsigned long long)request->bytes, version != NULL ? version : "-");
    log_line_add(line, numbers, strlen(numbers));
    if (request->traceparent != NULL) {
        log_line_add(line, " traceparent: ", strlen(" traceparent: "));
        log_line_add_escaped(line, request->traceparent, IDENTIFIER_SIZE);
    }
}

void log_request(const struct log_request *request)
{
    struct log_line line;
    if (!log_enabled(LOG_LEVEL_INFO))
        return;
    const struct log_field fields[] = {
        log_identifier("request_id", request->request_id),
        log_identifier("global_request_id", request->global_request_id),
        log_identifier("remote_address", request->remote_address),
        log_identifier("method", request->method),
        log_path("path", request->path),
        log_identifier("microversion", request->microversion),
        log_integer("status", request->status),
        log_integer("bytes", (int64_t)request->bytes),
        log_real("milliseconds", request->milliseconds),
        log_integer("sql_statements", request->sql_statements),
        log_real("sql_milliseconds", request->sql_milliseconds),
        log_identifier("user_id", request->user_id),
        log_identifier("project_id", request->project_id),
        log_identifier("traceparent", request->traceparent),
        log_query("query", request->query),
        {.kind = LOG_END},
    };
    begin(&line, LOG_LEVEL_INFO);
    if (state.format == LOG_FORMAT_OSLO)
        add_python_message(&line, request);
    else
        add_all(&line, "request", fields);
    emit(&line, LOG_LEVEL_INFO, REQUEST_LOGGER, fields);
}
