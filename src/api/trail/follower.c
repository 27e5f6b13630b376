/*
 * Finds out what became of a request that writes.
 */
#include <config.h>

#include "api/trail/follower.h"

#include <stdlib.h>
#include <string.h>

#include "api/routes.h"

struct trail_follower {
    struct audit_log *log;
    struct call *call; /* of the request; NULL: it is not followed, or its memory is gone */
    bool committed;    /* the request has committed something */
    bool uncertain;    /* it may have */
};

struct trail_follower *trail_follower_new(struct audit_log *log)
{
    if (log == NULL)
        return NULL;
    struct trail_follower *follower = calloc(1, sizeof(*follower));
    if (follower == NULL)
        abort();
    follower->log = log;
    return follower;
}

void trail_follower_free(struct trail_follower *follower)
{
    free(follower);
}

/* Finds the endpoint even if the request was refused before that: 401, 429. */
static bool find_endpoint(const struct exchange *exchange, struct route_match *match)
{
    return router_match(routes, route_count, exchange->arena, exchange->path, exchange->method,
                        match) == ROUTE_FOUND &&
           match->endpoint->action != NULL;
}

static struct trail_event event_of(const struct exchange *exchange, const struct identity *identity,
                                   const struct route_match *match)
{
    return (struct trail_event){
        .exchange = exchange,
        .identity = identity,
        .action = match->endpoint->action,
        .route = match->route->path,
        .target = match->arguments[0],
    };
}

/* Before COMMIT: completes the trail and writes the pending event. */
static enum outcome intend(const struct trail_follower *follower)
{
    struct call *call = follower->call;
    TRY(trail_complete(&call->context, call->context.trail));
    if (!audit_log_wants_intents(follower->log) || call->match.endpoint == NULL)
        return OUTCOME_OK;
    struct trail_event event = event_of(call->exchange, &call->identity, &call->match);
    event.outcome = TRAIL_PENDING;
    event.trail = call->context.trail;
    audit_log_write(follower->log, &event);
    return OUTCOME_OK;
}

static enum outcome witness(void *subject, enum database_step step)
{
    struct trail_follower *follower = subject;
    struct trail *trail = follower->call->context.trail;
    switch (step) {
    case STEP_BEGUN:
        trail_restart(trail);
        break;
    case STEP_COMMITTING:
        return intend(follower);
    case STEP_COMMITTED:
        trail_keep(trail);
        follower->committed = true;
        break;
    case STEP_UNCERTAIN:
        follower->uncertain = true;
        break;
    case STEP_UNDONE:
        follower->uncertain = false;
        break;
    }
    return OUTCOME_OK;
}

void trail_follow(struct trail_follower *follower, struct call *call)
{
    if (follower == NULL)
        return;
    follower->committed = follower->uncertain = false;
    follower->call = NULL;
    if (strcmp(call->exchange->method, "GET") == 0)
        return;
    follower->call = call;
    call->context.trail = trail_new(call->exchange->arena);
    database_set_witness(call->context.database, witness, follower);
}

void trail_lose(struct trail_follower *follower)
{
    if (follower != NULL)
        follower->call = NULL;
}

static enum trail_outcome outcome_of(const struct trail_follower *follower, int status)
{
    if (follower->committed)
        return TRAIL_DONE;
    if (follower->uncertain)
        return TRAIL_UNKNOWN;
    if (status < 400)
        return TRAIL_UNCHANGED;
    return status < 500 ? TRAIL_REFUSED : TRAIL_FAILED;
}

void trail_tell(struct trail_follower *follower, const struct exchange *exchange,
                const struct identity *identity)
{
    struct route_match match;
    if (follower == NULL || !find_endpoint(exchange, &match))
        return;
    struct trail_event event = event_of(exchange, identity, &match);
    event.outcome = outcome_of(follower, exchange->status);
    const struct call *call = follower->call;
    follower->call = NULL;
    if (call != NULL) {
        event.trail = call->context.trail;
        if (event.outcome == TRAIL_REFUSED)
            event.reason = call->context.failure.detail;
    }
    /* What a transaction that was rolled back would have changed, was not changed. */
    if (event.outcome != TRAIL_DONE && event.outcome != TRAIL_UNKNOWN && call != NULL)
        call->context.trail->complete = false;
    audit_log_write(follower->log, &event);
}
