/*
 * The format strings of oslo.log, such as
 *
 *     %(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(instance)s%(message)s
 *
 * A template is one of them, read once. Names are those of Python's LogRecord and of oslo.context's
 * logging values. What Berth does not have shows as the Python service shows it when it is missing:
 * empty for color, instance and the like, "None" for other values of a request. Names that exist
 * only in Python, such as pathname and lineno, show as "-".
 */
#ifndef BERTH_BASE_LOG_TEMPLATE_H
#define BERTH_BASE_LOG_TEMPLATE_H

#include <stdbool.h>
#include <time.h>

#include "base/log_context.h"
#include "base/log_level.h"
#include "base/log_line.h"

/* oslo.log's defaults. */
#define LOG_OSLO_CONTEXT_FORMAT                                                                    \
    "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [%(global_request_id)s "           \
    "%(request_id)s %(user_identity)s] %(instance)s%(message)s"
#define LOG_OSLO_DEFAULT_FORMAT                                                                    \
    "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(instance)s%(message)s"
#define LOG_OSLO_IDENTITY_FORMAT                                                                   \
    "%(user)s %(project)s %(domain)s %(system_scope)s %(user_domain)s %(project_domain)s"
#define LOG_OSLO_DATE_FORMAT "%Y-%m-%d %H:%M:%S"

struct log_template;

/* What a line is made of. */
struct log_record {
    const struct timespec *now;
    const char *date_format; /* for strftime(3): %(asctime)s */
    int process;
    enum log_level level;
    const char *logger;                       /* %(name)s */
    const char *message;                      /* one line, without hidden characters */
    const struct log_context *context;        /* NULL: the line is not about a request */
    const struct log_template *user_identity; /* for %(user_identity)s */
};

/* Reads a format string. Returns NULL, with the reason in *reason, if Python could not format with
   it. Free it with log_template_free(). */
struct log_template *log_template_new(const char *format, const char **reason);
void log_template_free(struct log_template *template);

/* Adds the record to the line in this form. Values of a request cannot end the line, hide
   characters, or, by a blank, look like two. */
void log_template_write(const struct log_template *template, const struct log_record *record,
                        struct log_line *line);

#endif
