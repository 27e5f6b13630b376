/*
 * The scoreboard: what the pool is doing and has done, in memory that the master and its workers
 * share.
 *
 * The master makes it before it forks and keeps it until it ends, so that counts outlive workers
 * and reloads. It is a memfd, and only the master keeps its descriptor open: berth-manage finds a
 * pool by that and reads along (watch/observer.h) without asking any process.
 *
 * While a worker runs, only it writes its slot; the master prepares the slot before the fork, and
 * frees it after the end. There are no locks: a reader copies the slot, and the slot's sequence
 * number tells whether the worker wrote at the same time. What a killed worker wrote about its
 * request stays, so that the master can log what it was doing, and so does the note of its session,
 * which the next worker that starts clears.
 *
 * Times are clock_milliseconds(), which is the same in all processes.
 */
#ifndef BERTH_WATCH_SCOREBOARD_H
#define BERTH_WATCH_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/session_note.h"
#include "watch/health.h"
#include "watch/tally.h"
#include "watch/world_watch.h"

#define SCOREBOARD_MAGIC "berthsb" /* with its NUL */
#define SCOREBOARD_NAME  "berth-scoreboard"

enum {
    SCOREBOARD_SLOTS = 2112,     /* twice the maximum of [berth] workers, and some more */
    SCOREBOARD_ID_SIZE = 48,     /* a request id with its NUL */
    SCOREBOARD_ROUTE_SIZE = 64,  /* the template of a route with its NUL */
    SCOREBOARD_OWNER_SIZE = 256, /* the id of a user or project with its NUL: the log cuts, too */
    SCOREBOARD_VERSION_SIZE = 8, /* a microversion with its NUL */
    SCOREBOARD_TALLIES = 8,      /* the slots share them in turn */
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

/* What is known of the request that a worker is answering. Unknown texts are "". Ids that a client
   chose are as it sent them: only their length is limited, so escape them. */
struct slot_request {
    char id[SCOREBOARD_ID_SIZE];
    char route[SCOREBOARD_ROUTE_SIZE];
    char user_id[SCOREBOARD_OWNER_SIZE];
    char project_id[SCOREBOARD_OWNER_SIZE];
    char microversion[SCOREBOARD_VERSION_SIZE];
};

struct slot {
    _Atomic pid_t pid; /* 0: the slot is free */
    _Atomic int state;
    _Atomic uint64_t since;    /* when the state began */
    _Atomic uint64_t requests; /* answered so far */
    _Atomic unsigned sequence; /* odd while the worker writes about the request */
    struct slot_request request;
    struct session_note session;
};

struct scoreboard {
    char magic[8];   /* SCOREBOARD_MAGIC */
    uint64_t layout; /* scoreboard_layout() of the program that made it */
    uint64_t size;
    char version[24]; /* of the program */
    _Atomic pid_t master;
    _Atomic int state;       /* enum pool_state */
    _Atomic unsigned wanted; /* workers */
    struct health health;
    struct world_watch world;
    uint64_t started;                                 /* clock_milliseconds() */
    int64_t started_at;                               /* seconds since 1970 */
    uint32_t route_count;                             /* of the routes with a name */
    char routes[TALLY_ROUTES][SCOREBOARD_ROUTE_SIZE]; /* by their number in tallies */
    _Alignas(64) struct tally tallies[SCOREBOARD_TALLIES];
    struct slot slots[SCOREBOARD_SLOTS];
};

/* A copy of a slot. */
struct slot_view {
    pid_t pid;
    enum worker_state state;
    uint64_t since;
    uint64_t requests;
    struct slot_request request;
};

/* Returns a new scoreboard, shared with all processes forked later, for requests of these routes
   (fewer than TALLY_ROUTES). Sets descriptor, by which observers find it: every process but the
   master closes it. Returns NULL with errno set on failure. */
struct scoreboard *scoreboard_new(const char *const *routes, size_t count, int *descriptor);

/* Unmaps it; NULL does nothing. Does not close the descriptor. */
void scoreboard_free(struct scoreboard *scoreboard);

/* Returns a hash of the layout. A program can only read the scoreboards of its own layout. */
uint64_t scoreboard_layout(void);

/* Returns the tally into which the worker of a slot counts. */
struct tally *scoreboard_tally(struct scoreboard *scoreboard, const struct slot *slot);

/* Returns the number of a route in tallies. A route without a name, and NULL, is "other", the last
   number. */
unsigned scoreboard_route(const struct scoreboard *scoreboard, const char *route);

/* Adds up all tallies. */
void scoreboard_sum(const struct scoreboard *scoreboard, struct tally *sum);

/* Sets the state of the worker. WORKER_STARTING and WORKER_BUSY forget the last request;
   WORKER_IDLE keeps it. */
void slot_enter(struct slot *slot, enum worker_state state);

/* Set what becomes known of the request that the worker is answering. NULL is unknown. */
void slot_set_request(struct slot *slot, const char *request_id);
void slot_set_route(struct slot *slot, const char *route);
void slot_set_caller(struct slot *slot, const char *user_id, const char *project_id);
void slot_set_microversion(struct slot *slot, const char *microversion);

/* Copies a slot. Never copies a text that is half written: if the worker died while writing, all
   texts are "". */
void slot_view(const struct slot *slot, struct slot_view *view);

#endif
