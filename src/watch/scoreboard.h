/*
 * The scoreboard: what the pool is doing and has done, in memory that master and workers share.
 *
 * The master makes it before it forks and keeps it until its end, so that what was counted outlives
 * workers and reloads. It is a memfd, which only the master holds open: berth-manage finds a pool
 * by that, and reads along (scoreboard_attach()) without asking anybody.
 *
 * Each worker writes its own slot and nobody else does, but for the pid, which the master sets and
 * clears. There are no locks: a reader takes a copy and sees by the slot's sequence number whether
 * the worker wrote meanwhile. A worker that is killed leaves its slot as it was, for the master to
 * tell what it was working on.
 */
#ifndef BERTH_WATCH_SCOREBOARD_H
#define BERTH_WATCH_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "watch/health.h"
#include "watch/tally.h"

#define SCOREBOARD_MAGIC "berthsb" /* with its NUL */
#define SCOREBOARD_NAME  "berth-scoreboard"

enum {
    SCOREBOARD_SLOTS = 2112,    /* twice the most workers there can be, and some */
    SCOREBOARD_ID_SIZE = 48,    /* a request id with its NUL */
    SCOREBOARD_ROUTE_SIZE = 64, /* a route's template */
    SCOREBOARD_TALLIES = 8,     /* workers share them in turns */
};

enum worker_state {
    WORKER_NONE,
    WORKER_STARTING,
    WORKER_IDLE,
    WORKER_BUSY,
    WORKER_ENDING,
};

enum pool_state {
    POOL_STARTING,
    POOL_SERVING,
    POOL_RELOADING, /* and serving */
    POOL_STOPPING,
};

struct slot {
    _Atomic pid_t pid; /* 0: the slot is free */
    _Atomic int state;
    _Atomic uint64_t since;    /* when the state began, clock_milliseconds() */
    _Atomic uint64_t requests; /* answered so far */
    _Atomic unsigned sequence; /* odd: id and route are being written */
    char request_id[SCOREBOARD_ID_SIZE];
    char route[SCOREBOARD_ROUTE_SIZE];
};

struct scoreboard {
    char magic[8];   /* SCOREBOARD_MAGIC */
    uint64_t layout; /* a digest of what is where: a reader must be built alike */
    uint64_t size;
    char version[24]; /* of the program */
    _Atomic pid_t master;
    _Atomic int state;       /* enum pool_state */
    _Atomic unsigned wanted; /* workers */
    struct health health;
    uint64_t started;     /* clock_milliseconds() */
    int64_t started_at;   /* seconds since 1970 */
    uint32_t route_count; /* those known by name */
    char routes[TALLY_ROUTES]
               [SCOREBOARD_ROUTE_SIZE]; /* by the number that requests have in tallies */
    _Alignas(64) struct tally tallies[SCOREBOARD_TALLIES];
    struct slot slots[SCOREBOARD_SLOTS];
};

/* A copy of what a worker is doing. */
struct slot_view {
    pid_t pid;
    enum worker_state state;
    uint64_t since;
    uint64_t requests;
    char request_id[SCOREBOARD_ID_SIZE]; /* "" when it is not known */
    char route[SCOREBOARD_ROUTE_SIZE];
};

/* A new one, shared with processes forked later, for requests of these routes (fewer than
   TALLY_ROUTES). The descriptor keeps it to be found: all but the master are to close it. NULL with
   errno set. */
struct scoreboard *scoreboard_new(const char *const *routes, size_t count, int *descriptor);
void scoreboard_free(struct scoreboard *scoreboard);

/* The layout of the scoreboards that this program makes and reads. */
uint64_t scoreboard_layout(void);

/* The tally that the worker of a slot counts into, and the master. */
struct tally *scoreboard_tally(struct scoreboard *scoreboard, const struct slot *slot);

/* The number that requests of a route have in tallies; that of all others if it has no name there.
 */
unsigned scoreboard_route(const struct scoreboard *scoreboard, const char *route);

/* All that was counted. */
void scoreboard_sum(const struct scoreboard *scoreboard, struct tally *sum);

/* For the worker: what it does from now on. BUSY forgets id and route, IDLE leaves them. */
void slot_enter(struct slot *slot, enum worker_state state);

/* For the worker: which request it is, and, as soon as that is known, which route. */
void slot_set_request(struct slot *slot, const char *request_id);
void slot_set_route(struct slot *slot, const char *route);

/* Copies a slot; never gives parts of two different writes. */
void slot_view(const struct slot *slot, struct slot_view *view);

#endif
