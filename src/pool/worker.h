/*
 * A worker answers one request at a time, from the listening socket to the log line.
 *
 * It looks at signals only between requests, so that none interrupts a request:
 *   SIGTERM  answer what waits on the socket, then end (the pool is stopping)
 *   SIGQUIT  end (another worker takes over)
 *   SIGUSR1  open the log again
 */
#ifndef BERTH_POOL_WORKER_H
#define BERTH_POOL_WORKER_H

#include "api/service.h"
#include "settings/settings.h"
#include "watch/scoreboard.h"

/* Runs a worker in the process that was forked for it, with its slot of the scoreboard and the
   policy in force at that time. The listening socket is non-blocking; the signals above are
   blocked. Returns the exit status of the process. */
int worker_run(const struct settings *settings, int listen_descriptor,
               struct service_shared *shared, struct policy_store *policies, struct slot *slot);

#endif
