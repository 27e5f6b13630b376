/*
 * The contents of the scoreboard as metrics, in Prometheus' text format 0.0.4.
 */
#ifndef BERTH_WATCH_METRICS_H
#define BERTH_WATCH_METRICS_H

#include "base/buffer.h"
#include "watch/scoreboard.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Appends all metrics to the buffer. sum is scratch memory: a tally is too large for the stack. */
void metrics_write(struct buffer *buffer, const struct scoreboard *scoreboard, struct tally *sum);

/* Append the HELP and TYPE of a metric; the value of a label, escaped. For other pages of
   metrics. */
void metrics_begin(struct buffer *buffer, const char *metric, const char *type, const char *help);
void metrics_add_label(struct buffer *buffer, const char *text);

#endif
