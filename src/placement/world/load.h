/*
 * Loads the whole world by SQL.
 */
#ifndef BERTH_PLACEMENT_WORLD_LOAD_H
#define BERTH_PLACEMENT_WORLD_LOAD_H

#include "db/database.h"
#include "placement/world/sink.h"

/* Adds the whole world to the sink, without a commit, from one consistent snapshot of the database,
   and sets the position of the binary log at which that was the state. Returns WORLD_KEPT, or why
   this failed; then the sink may have got a part. */
enum world_reason records_load(struct database *database, const struct world_sink *sink,
                               struct gtid_position *position);

#endif
