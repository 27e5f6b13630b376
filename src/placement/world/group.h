/*
 * Reads the groups of events in the binary log into the world, and never guesses: whatever is not
 * understood, or might have changed the tables without telling how, ends it.
 */
#ifndef BERTH_PLACEMENT_WORLD_GROUP_H
#define BERTH_PLACEMENT_WORLD_GROUP_H

#include "placement/world/sink.h"
#include "placement/world/tables.h"

enum { MAPPED_TABLES = 256 }; /* most tables that one statement may change */

/* A table as the rows of the current statement name it. */
struct mapped_table {
    uint64_t id;
    bool foreign; /* none of the world's */
    enum world_table table;
};

struct world_groups {
    const struct world_layout *layout;
    const struct world_sink *sink;
    bool sparse;                   /* the ids of transactions rise, but leave numbers out */
    struct gtid_position position; /* of the last whole group */
    uint64_t groups, rows;         /* read so far */

    /* The group that is being read. */
    bool open;
    bool touched; /* it changed the world */
    bool standalone;
    struct gtid id;
    unsigned mapped_count;
    struct mapped_table mapped[MAPPED_TABLES];
    struct log_columns columns[WORLD_TABLES]; /* as mapped last */
};

/* Reads the next event. Commits the sink at the end of each group. Returns WORLD_KEPT, or why the
   world cannot be kept any more. */
enum world_reason world_groups_read(struct world_groups *groups, const struct log_event *event);

#endif
