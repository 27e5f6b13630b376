/*
 * A worker: answers one request at a time, from the listening socket to the log line.
 *
 * Signals are only looked at between requests, so that none cuts a request short:
 *   SIGTERM  answer what waits on the socket, then end (the pool stops)
 *   SIGQUIT  end (another worker takes over)
 *   SIGUSR1  open the log again
 */
#ifndef BERTH_POOL_WORKER_H
#define BERTH_POOL_WORKER_H

#include "api/service.h"
#include "settings/settings.h"
#include "watch/scoreboard.h"

/* Runs in a process of its own, with a slot of the shared scoreboard and the policy that is in
   force when it is forked, and gives its exit status. The listening socket is non-blocking; the
   signals above are blocked. */
int worker_run(const struct settings *settings, int listen_descriptor,
               struct service_shared *shared, struct policy_store *policies, struct slot *slot);

#endif
