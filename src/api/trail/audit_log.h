/*
 * The audit log: a line for each request that writes, in a file, in syslog, or in both.
 *
 * An event is written before the client gets its answer. While intents are on, it is also written
 * before COMMIT, as pending: a worker that is killed between COMMIT and the second line leaves the
 * first one. A file is appended to with one write(2) a line by all workers.
 *
 * [berth] audit_log and the options after it say where and how. placement/audit, which repairs rows
 * that contradict each other, is something else.
 */
#ifndef BERTH_API_TRAIL_AUDIT_LOG_H
#define BERTH_API_TRAIL_AUDIT_LOG_H

#include "api/trail/event.h"
#include "base/error_line.h"
#include "settings/settings.h"

struct audit_log;

/* Opens the audit log. *log is NULL if the settings want none. Returns false with error set if its
   file cannot be opened. */
bool audit_log_open(const struct settings *settings, struct audit_log **log,
                    struct error_line *error);
void audit_log_close(struct audit_log *log);

/* Opens the file again after it was moved away. If that fails, logs an error and keeps the old one.
   NULL is ignored. */
void audit_log_reopen(struct audit_log *log);

/* Whether to write events before COMMIT. */
bool audit_log_wants_intents(const struct audit_log *log);

/* Writes an event. If it is too long for syslog or for memory, writes it without what was changed,
   and says so. If it cannot be written, counts that and logs an error; the request goes on. */
void audit_log_write(struct audit_log *log, const struct trail_event *event);

#endif
