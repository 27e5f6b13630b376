/*
 * The service: what a worker needs to answer requests, one after the other.
 *
 * The path of a request is upstream's order of middlewares: request id, CORS (OPTIONS), identity
 * (401), microversion (400, 406), Content-Length (400), route (404, 405), media types and version
 * of the endpoint (406, 415, 404, 405), policy (403), handler. Rate limits (429) come before what
 * the endpoint and the policy say, but the version document is free. What is below /_berth
 * (api/monitoring/monitoring.h) is answered before all of them.
 */
#ifndef BERTH_API_SERVICE_H
#define BERTH_API_SERVICE_H

#include "auth/identity.h"
#include "auth/policy/store.h"
#include "db/database.h"
#include "http/exchange.h"
#include "http/router.h"
#include "settings/settings.h"
#include "watch/scoreboard.h"

struct service;

/* What the log wants to know about an answered request. */
struct service_report {
    const char *user_id;
    const char *project_id;
    struct database_statistics sql;
};

/* What all workers share, in memory that the master maps before it forks the first of them. It
   outlives every worker and every reload; what is in it has the size that the settings gave at the
   start. */
struct service_shared {
    struct scoreboard *scoreboard;    /* watch/scoreboard.h */
    int scoreboard_descriptor;        /* the master's: its children close it */
    struct token_cache *tokens;       /* auth/keystone/token_cache.h */
    struct keystone_shared *keystone; /* auth/keystone/shared.h */
    struct rate_limits *rates;        /* auth/rate/limit.h */
};

/* Maps it. Gives NULL with errno set. */
struct service_shared *service_shared_new(const struct settings *settings);
void service_shared_free(struct service_shared *shared);

/* A service with settings, a database (not connected yet), what workers share and the policy, which
   must all outlive it. slot is the worker's, for the route of its request; it may be NULL. */
struct service *service_new(const struct settings *settings, struct database *database,
                            struct service_shared *shared, struct policy_store *policies,
                            struct slot *slot);
void service_free(struct service *service);

/* Answers: fills the response part of the exchange. Never fails: what goes wrong is an answer too.
   An exchange that has failed already (fastcgi_receive) only gets its error document. When the
   arena is exhausted this does not return but leaves through the arena's escape: call
   service_escaped() then. */
void service_answer(struct service *service, struct exchange *exchange,
                    struct service_report *report);

/* Makes the answer of an exchange whose service_answer() was left through the arena's escape. Reset
   and fill the exchange's request part anew (its arena has been reset): 413, since the request
   takes more memory than one may have, or 503 if the arena was starved. The report gets what the
   request has cost. May leave through the escape, too. */
void service_escaped(struct service *service, struct exchange *exchange, bool starved,
                     struct service_report *report);

/* Makes the answer of an exchange for which there is no memory even for that: 503. Its request part
   is emptied. It takes no memory; what the exchange points at then lives until the next such
   answer. */
void service_starved(struct service *service, struct exchange *exchange);

#endif
