/*
 * Telling the service manager how it stands: the protocol of sd_notify(3), without its library.
 *
 * If there is a NOTIFY_SOCKET in the environment, datagrams go there:
 *   READY=1      the first workers accept connections, and the work at start is done or, where the
 *                database does not come, not waited for any longer; and again when a reload is over
 *   RELOADING=1  with MONOTONIC_USEC, at the begin of a reload, also of one with a wrong
 * configuration STOPPING=1 WATCHDOG=1   twice in WATCHDOG_USEC, as long as the master's loop goes
 * round and with each of them, and from time to time, STATUS: a line for people. Nothing ever waits
 * for the manager: what it does not take is sent again by notify_beat().
 */
#ifndef BERTH_POOL_NOTIFY_H
#define BERTH_POOL_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "watch/scoreboard.h"

struct notifier {
    int descriptor; /* -1: there is nobody to tell */
    struct sockaddr_un address;
    socklen_t address_length;
    uint64_t interval; /* milliseconds between beats */
    bool watchdog;
    uint64_t next_beat;
    enum pool_state owed; /* what has not been taken yet; POOL_STARTING: nothing */
};

/* Looks who is to be told, by the environment. */
void notify_open(struct notifier *notifier);
void notify_close(struct notifier *notifier);

/* The pool has entered a state. */
void notify_state(struct notifier *notifier, enum pool_state state, const char *status);

/* Whether something is to be sent now that notify_beat() sends. */
bool notify_is_due(const struct notifier *notifier);
void notify_beat(struct notifier *notifier, const char *status);

#endif
