/*
 * Notifications to the service manager: the protocol of sd_notify(3), without its library.
 *
 * If NOTIFY_SOCKET is in the environment, these messages go there:
 *
 *   READY=1      The first workers accept connections, and the startup process is done or has taken
 *                too long because the database does not answer. Again when a reload is over.
 *   RELOADING=1  With MONOTONIC_USEC. A reload begins, even if its configuration turns out wrong.
 *   STOPPING=1   The pool is stopping.
 *   WATCHDOG=1   Twice in WATCHDOG_USEC, while the master's loop runs.
 *   STATUS=      A line for people: with each message, and from time to time alone.
 *
 * Nothing ever waits for the manager: notify_beat() sends again what it did not accept.
 */
#ifndef BERTH_POOL_NOTIFY_H
#define BERTH_POOL_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "watch/scoreboard.h"

struct notifier {
    int descriptor; /* -1: there is no service manager */
    struct sockaddr_un address;
    socklen_t address_length;
    uint64_t interval;    /* milliseconds between beats */
    bool watchdog;        /* the manager has one for this process */
    uint64_t next_beat;   /* clock_milliseconds() */
    enum pool_state owed; /* state that the manager has not accepted yet; POOL_STARTING: none */
};

/* Reads from the environment where to send messages. Logs a warning if it cannot send there. */
void notify_open(struct notifier *notifier);
/* Closes the socket. Nothing is sent any more. */
void notify_close(struct notifier *notifier);

/* Sends that the pool has entered a state, with a status line. */
void notify_state(struct notifier *notifier, enum pool_state state, const char *status);

/* Returns whether it is time for notify_beat(), which sends a beat or what is owed. */
bool notify_is_due(const struct notifier *notifier);
void notify_beat(struct notifier *notifier, const char *status);

#endif
