/*
 * Looking at a pool from outside: finds its scoreboard through the descriptor that the master
 * holds, and reads it in place.
 *
 * This asks nothing of the pool, so it works even if no worker is free. It needs the right to look
 * at the master's descriptors: root's, or that of the user the pool runs as. Another process writes
 * what is read here: use observer_view() and observer_route(), which make texts safe to show.
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
    int number;   /* of the descriptor in the master */
    dev_t device; /* of the scoreboard */
    ino_t inode;
};

/* Finds the masters whose scoreboards this process may read. Fills in at most room pids, in
   ascending order, and returns their number. */
size_t observer_find(pid_t *pids, size_t room);

/* Maps the scoreboard of a master, read-only. Returns false and sets reason, a text for people, if
   there is no such pool, this process may not look at it, or its program has another layout. */
bool observer_attach(struct observer *observer, pid_t pid, const char **reason);

/* Unmaps the scoreboard. */
void observer_detach(struct observer *observer);

/* Returns whether the process still has this scoreboard: not after it ended, or became another
   program by an upgrade. */
bool observer_is_current(const struct observer *observer);

/* Copies a slot. In its texts, everything but printable ASCII becomes a question mark; an invalid
   state becomes WORKER_NONE. */
void observer_view(const struct observer *observer, unsigned slot, struct slot_view *view);

/* Copies the name of a route, made safe in the same way. route is below TALLY_ROUTES. */
void observer_route(const struct observer *observer, unsigned route,
                    char name[SCOREBOARD_ROUTE_SIZE]);

#endif
