/*
 * Where records of the world go.
 */
#ifndef BERTH_PLACEMENT_WORLD_SINK_H
#define BERTH_PLACEMENT_WORLD_SINK_H

#include <stdbool.h>

#include "base/world_reason.h"
#include "db/gtid.h"
#include "placement/world/record.h"

struct world_sink {
    void *subject;
    /* Begins a new world; readers have none until the first commit. lock is the name of the lock
       that the connection with this id holds as long as the world may be trusted. */
    bool (*begin)(void *subject, const char *lock, uint64_t connection);
    /* Takes a record, and copies it. Returns false if there is no room. */
    bool (*add)(void *subject, const struct world_record *record);
    /* Publishes the records since the last commit. */
    bool (*commit)(void *subject, const struct gtid_position *position);
    /* Returns whether a reader has found that the server's log ends before the world. */
    bool (*doubted)(void *subject);
    /* Takes the world away from readers. */
    void (*give_up)(void *subject, enum world_reason reason);
};

#endif
