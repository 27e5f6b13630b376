/*
 * The levels and formats of log lines.
 */
#ifndef BERTH_BASE_LOG_LEVEL_H
#define BERTH_BASE_LOG_LEVEL_H

enum { LOG_LINE_SIZE = 4096 }; /* the longest line, with the newline */

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_OSLO };

#endif
