/*
 * Follows a request that writes, and tells the audit log about it.
 *
 * trail_follow() at the beginning makes the domain note what it changes (placement/trail.h);
 * trail_tell() at the end writes the event. In between the follower writes the pending event before
 * COMMIT. Every function accepts NULL, which follows nothing.
 */
#ifndef BERTH_API_TRAIL_FOLLOWER_H
#define BERTH_API_TRAIL_FOLLOWER_H

#include "api/call.h"
#include "api/trail/audit_log.h"

struct trail_follower;

/* Returns a follower that writes to this log, which must outlive it; NULL if log is NULL. */
struct trail_follower *trail_follower_new(struct audit_log *log);
void trail_follower_free(struct trail_follower *follower);

/* Begins to follow the call, whose exchange has been received, if it may write. */
void trail_follow(struct trail_follower *follower, struct call *call);

/* The memory of the request is gone: what it changed is no longer known, only whether. */
void trail_lose(struct trail_follower *follower);

/* Writes the event of the request, which has its status, if it writes. */
void trail_tell(struct trail_follower *follower, const struct exchange *exchange,
                const struct identity *identity);

#endif
