/*
 * Writes events to a file and to syslog.
 */
#include <config.h>

#include "api/trail/audit_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_file.h"
#include "base/text.h"
#include "watch/tally.h"

enum {
    SYSLOG_MOST = 8000,   /* bytes of a message that syslog daemons take by default */
    LINE_MOST = 64 << 20, /* bytes of a line */
    COMPLAIN_AFTER = 60,  /* seconds between two errors about a log that cannot be written */
};

struct audit_log {
    bool cadf;
    bool intents;
    int facility; /* -1: not to syslog */
    struct log_file file;
    struct buffer line;
    uint64_t silent_until; /* milliseconds: has complained */
};

/* Writes the path of the file. Returns false if there is none. */
static bool path_of(const struct settings *settings, char *path, size_t size)
{
    const char *file = text_filled_or(settings->berth_audit_log_file, NULL);
    const char *directory = text_filled_or(settings->default_log_dir, NULL);
    if (file == NULL)
        return false;
    bool joined = directory != NULL && *file != '/';
    snprintf(path, size, "%s%s%s", joined ? directory : "", joined ? "/" : "", file);
    return true;
}

bool audit_log_open(const struct settings *settings, struct audit_log **log,
                    struct error_line *error)
{
    char path[4096];
    *log = NULL;
    if (!settings->berth_audit_log)
        return true;
    struct audit_log *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        abort();
    const char *facility = text_filled_or(settings->berth_audit_log_syslog_facility, NULL);
    opened->cadf = strcmp(settings->berth_audit_log_format, "cadf") == 0;
    opened->intents = settings->berth_audit_log_intents;
    opened->facility = facility != NULL ? log_facility(facility) : -1;
    opened->file = (struct log_file)LOG_FILE_CLOSED;
    buffer_init(&opened->line, LINE_MOST);
    if (path_of(settings, path, sizeof(path)) &&
        !log_file_open(&opened->file, path,
                       &(const struct log_rotation){.kind = LOG_ROTATION_NONE})) {
        error_line_set(error, "cannot open the audit log %s: %s", path, strerror(errno));
        audit_log_close(opened);
        return false;
    }
    *log = opened;
    return true;
}

void audit_log_close(struct audit_log *log)
{
    if (log == NULL)
        return;
    log_file_close(&log->file);
    buffer_free(&log->line);
    free(log);
}

void audit_log_reopen(struct audit_log *log)
{
    if (log == NULL || log->file.descriptor < 0 || log_file_reopen(&log->file))
        return;
    log_event(LOG_LEVEL_ERROR, "cannot open the audit log again", log_path("file", log->file.path),
              log_errno("error", errno));
}

bool audit_log_wants_intents(const struct audit_log *log)
{
    return log->intents;
}

/* Writes the event into the line, with a newline. Without its changes the line says so. */
static void compose(struct audit_log *log, const struct trail_event *event)
{
    struct json_writer writer;
    buffer_reset(&log->line);
    writer_init(&writer, &log->line);
    if (log->cadf)
        trail_write_cadf(&writer, event);
    else
        trail_write_json(&writer, event);
    buffer_add(&log->line, "\n", 1);
}

static void compose_short(struct audit_log *log, const struct trail_event *event)
{
    struct trail_event without = *event;
    without.trail = NULL;
    without.cut = true;
    compose(log, &without);
}

static void complain(struct audit_log *log, int failure)
{
    uint64_t now = clock_milliseconds();
    tally_count(COUNTER_AUDIT_LOG_FAILURES, 1);
    if (now < log->silent_until)
        return;
    log->silent_until = now + 1000 * (uint64_t)COMPLAIN_AFTER;
    log_event(LOG_LEVEL_ERROR, "cannot write the audit log", log_path("file", log->file.path),
              log_errno("error", failure));
}

void audit_log_write(struct audit_log *log, const struct trail_event *event)
{
    compose(log, event);
    if (log->line.failed)
        compose_short(log, event);
    if (log->line.failed) {
        complain(log, ENOMEM);
        return;
    }
    if (log->file.descriptor >= 0 && !log_file_write(&log->file, log->line.data, log->line.length))
        complain(log, errno);
    if (log->facility < 0)
        return;
    if (log->line.length > SYSLOG_MOST)
        compose_short(log, event);
    if (!log->line.failed)
        syslog(log->facility | LOG_INFO, "%.*s", (int)log->line.length - 1, log->line.data);
}
