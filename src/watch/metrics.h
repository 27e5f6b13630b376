/*
 * What the scoreboard says, as Prometheus reads it: its text format 0.0.4.
 */
#ifndef BERTH_WATCH_METRICS_H
#define BERTH_WATCH_METRICS_H

#include "base/buffer.h"
#include "watch/scoreboard.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Writes all metrics. sum is memory to add up in, with nothing in it of use before or after. */
void metrics_write(struct buffer *buffer, const struct scoreboard *scoreboard, struct tally *sum);

#endif
