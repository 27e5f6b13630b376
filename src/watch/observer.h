/*
 * Looking on at a pool from outside: its scoreboard, found by the descriptor that the master holds,
 * and read where it is.
 *
 * That asks nothing of the pool, so it also works when no worker is free. It takes the rights to
 * look into the master's descriptors: root's, or those of the user that it runs as. What is read
 * was written by another process: texts end, but may hold anything.
 */
#ifndef BERTH_WATCH_OBSERVER_H
#define BERTH_WATCH_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "watch/scoreboard.h"

struct observer {
    const struct scoreboard *scoreboard; /* NULL: not attached */
    pid_t pid;
    int number; /* of the master's descriptor */
    dev_t device;
    ino_t inode;
};

/* The masters whose scoreboards can be seen, at most as many as there is room for, ascending. */
size_t observer_find(pid_t *pids, size_t room);

/* Attaches to the pool of a master, read-only. False, with the reason in words: there is no such
   pool, it may not be seen, or its program has another layout. */
bool observer_attach(struct observer *observer, pid_t pid, const char **reason);
void observer_detach(struct observer *observer);

/* Whether the process still holds what was attached to. It does not when it has ended, or when
   another program has taken its place. */
bool observer_is_current(const struct observer *observer);

/* Copies a slot, with the texts fit to be shown: what is not printable ASCII is a question mark,
   and a state that is none is WORKER_NONE. */
void observer_view(const struct observer *observer, unsigned slot, struct slot_view *view);

/* The name of a route by its number, in the same way. */
void observer_route(const struct observer *observer, unsigned route,
                    char name[SCOREBOARD_ROUTE_SIZE]);

#endif
