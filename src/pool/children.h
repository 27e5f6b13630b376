/*
 * The master's children: workers, the startup process (pool/startup.h), and the follower
 * (pool/follower.h).
 */
#ifndef BERTH_POOL_CHILDREN_H
#define BERTH_POOL_CHILDREN_H

#include "pool/master_state.h"

/* Forks the startup process, unless it is running. If that fails, logs the reason and notes that it
   is due. */
void children_start_startup(struct master *master);

/* Has a startup process with the present configuration follow: one that runs, which has an older
   configuration, is killed first. */
void children_restart_startup(struct master *master);

/* Forks the startup process if it is due: a second after fork() failed, a while after one died. */
void children_retry_startup(struct master *master);

/* Forks the follower. If that fails, logs the reason and notes when to try again. */
void children_start_follower(struct master *master);

/* Forks a worker with the current configuration into a free slot. Returns false if that failed; the
   reason is logged. */
bool children_start_worker(struct master *master);

/* Returns for how many workers that died early no successor may start yet (pool/respawn.h). */
unsigned children_count_held(const struct master *master);

/* Lets all successors start: the configuration has changed. */
void children_release(struct master *master);

/* Collects the children that have ended. Logs and counts workers that died. */
void children_reap(struct master *master);

/* Sends a signal to all workers. */
void children_signal(const struct master *master, int signal);

/* Has all children open their logs again. */
void children_reopen_logs(const struct master *master);

/* Returns the number of workers, including those that are ending. */
unsigned children_count(const struct master *master);

#endif
