/*
 * Makes records from changed rows in the binary log.
 */
#ifndef BERTH_PLACEMENT_WORLD_CHANGES_H
#define BERTH_PLACEMENT_WORLD_CHANGES_H

#include "placement/world/sink.h"
#include "placement/world/tables.h"

/* Adds records for the rows of an event to the sink. Counts the rows. Returns WORLD_KEPT, or why
   they cannot be understood or taken. */
enum world_reason world_changes_add(const struct world_layout *layout, enum world_table table,
                                    const struct log_columns *columns,
                                    const struct log_event *event, const struct world_sink *sink,
                                    uint64_t *rows);

#endif
