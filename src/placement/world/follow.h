/*
 * Keeping the world: one run from loading it until it cannot be kept any more.
 *
 * A run has two connections. The first holds a lock of the server whose name nobody can know
 * beforehand, and loads the world. The second reads the binary log, after it has asked the server
 * for the holder of the lock: so both reach the same server. The lock ends with the first
 * connection, and the run with either. So a reader that finds the lock held by that connection
 * knows that it asks the server that is followed, and that the follower lives.
 */
#ifndef BERTH_PLACEMENT_WORLD_FOLLOW_H
#define BERTH_PLACEMENT_WORLD_FOLLOW_H

#include "db/binary_log.h"
#include "placement/world/sink.h"

/* What a run tells, for logs and metrics. */
struct follow_report {
    uint64_t groups, rows; /* read from the log in this run */
    uint64_t behind;       /* transactions that the server has, and this run does not */
};

struct world_follow {
    struct database *database; /* not for anything else; statements without a time limit */
    struct arena *arena;       /* reset at will */
    const struct world_sink *sink;
    void *subject;
    /* The world is kept now. */
    void (*kept)(void *subject);
    /* All is well: at least every few seconds. */
    void (*beat)(void *subject, const struct follow_report *report);
    char detail[BINARY_LOG_REASON]; /* after the run: the server's words, or "" */
};

/* Runs until the world cannot be kept any more; gives up in the sink, and returns why. */
enum world_reason world_follow_run(struct world_follow *follow);

/* Returns WORLD_KEPT if a run could begin with this account and server, or why not. */
enum world_reason world_follow_check(struct database *database);

#endif
