/*
 * What the workers are doing, in memory that master and workers share.
 *
 * Each worker writes its own slot and nobody else does, but for the pid, which the master sets and
 * clears. There are no locks: a reader takes a copy and sees by the slot's sequence number whether
 * the worker wrote meanwhile. A worker that is killed leaves its slot as it was, for the master to
 * tell what it was working on.
 */
#ifndef BERTH_POOL_SCOREBOARD_H
#define BERTH_POOL_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    SCOREBOARD_SLOTS = 2112,    /* twice the most workers there can be, and some */
    SCOREBOARD_ID_SIZE = 48,    /* a request id with its NUL */
    SCOREBOARD_ROUTE_SIZE = 64, /* a route's template */
};

enum worker_state {
    WORKER_NONE,
    WORKER_STARTING,
    WORKER_IDLE,
    WORKER_BUSY,
    WORKER_ENDING,
};

struct slot {
    _Atomic pid_t pid; /* 0: the slot is free */
    _Atomic int state;
    _Atomic uint64_t since;    /* when the state began, scoreboard_clock() */
    _Atomic uint64_t requests; /* answered so far */
    _Atomic unsigned sequence; /* odd: id and route are being written */
    char request_id[SCOREBOARD_ID_SIZE];
    char route[SCOREBOARD_ROUTE_SIZE];
};

/* Of all workers since the start of the master. */
struct counters {
    _Atomic uint64_t answers[6]; /* by the first digit of the status */
    _Atomic uint64_t workers_started;
    _Atomic uint64_t workers_died; /* other than by ending */
    _Atomic uint64_t timeouts;     /* requests that took too long */
    _Atomic uint64_t sql_statements;
};

struct scoreboard {
    struct counters counters;
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

/* A new one, all zero, shared with processes forked later. NULL with errno set. */
struct scoreboard *scoreboard_new(void);
void scoreboard_free(struct scoreboard *scoreboard);

/* Monotonic milliseconds, the same in all processes. */
uint64_t scoreboard_clock(void);

/* For the worker: what it does from now on. BUSY forgets id and route, IDLE leaves them. */
void slot_enter(struct slot *slot, enum worker_state state);

/* For the worker: which request it is, and, as soon as that is known, which route. */
void slot_set_request(struct slot *slot, const char *request_id);
void slot_set_route(struct slot *slot, const char *route);

/* Copies a slot; never gives parts of two different writes. */
void slot_view(const struct slot *slot, struct slot_view *view);

#endif
