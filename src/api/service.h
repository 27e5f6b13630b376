/*
 * The service answers requests for a worker, one after the other.
 *
 * A request passes the checks in the order of upstream's middlewares: request id, CORS (OPTIONS),
 * identity (401), microversion (400, 406), Content-Length (400), route (404, 405), media types and
 * version of the endpoint (406, 415, 404, 405), policy (403), handler. Rate limits (429) come
 * between route and endpoint, except for the version document. Health, metrics (api/monitoring/
 * monitoring.h) and the health check of oslo.middleware come before all of them.
 */
#ifndef BERTH_API_SERVICE_H
#define BERTH_API_SERVICE_H

#include "api/trail/audit_log.h"
#include "auth/identity.h"
#include "auth/policy/store.h"
#include "db/database.h"
#include "http/exchange.h"
#include "http/router.h"
#include "placement/world/journal.h"
#include "settings/settings.h"
#include "watch/scoreboard.h"
#include "watch/shared_page.h"

struct service;

/* What the log tells about an answered request, besides the exchange. */
struct service_report {
    const char *user_id;
    const char *project_id;
    struct database_statistics sql;
};

/* What all workers share, in memory that the master maps before it forks the first worker. It
   outlives every worker and every reload; sizes stay those of the settings at the start. */
struct service_shared {
    struct scoreboard *scoreboard;    /* watch/scoreboard.h */
    int scoreboard_descriptor;        /* the master's: its children close it */
    struct token_cache *tokens;       /* auth/keystone/token_cache.h */
    struct keystone_shared *keystone; /* auth/keystone/shared.h */
    struct rate_limits *rates;        /* auth/rate/limit.h */
    struct shared_page *capacity;     /* watch/shared_page.h */
    struct journal *world;            /* placement/world/journal.h: the follower writes it */
};

/* Maps the shared memory. Returns NULL with errno set. */
struct service_shared *service_shared_new(const struct settings *settings);
void service_shared_free(struct service_shared *shared);

/* Returns a new service. All arguments must outlive it. It connects to the database when it needs
   it. slot is the worker's slot in the scoreboard, for the route of its request; audit_log is where
   writes are told. Both may be NULL. */
struct service *service_new(const struct settings *settings, struct database *database,
                            struct service_shared *shared, struct policy_store *policies,
                            struct slot *slot, struct audit_log *audit_log);
void service_free(struct service *service);

/* Answers: fills the response part of the exchange. Never fails: an error is an answer too. An
   exchange that has failed already (in fastcgi_receive) only gets its error document and the
   headers of its microversion. If the arena runs out, this does not return but leaves through the
   arena's escape: then call service_escaped(). */
void service_answer(struct service *service, struct exchange *exchange,
                    struct service_report *report);

/* Answers an exchange whose service_answer() left through the arena's escape. First reset the arena
   and fill the request part of the exchange again. The answer is 413, since the request takes more
   memory than it may, or 503 if the arena was starved. The report gets the caller, if it was known,
   and the cost of the request. May leave through the escape, too. */
void service_escaped(struct service *service, struct exchange *exchange, bool starved,
                     struct service_report *report);

/* Answers 503 to an exchange for which even service_escaped() had no memory. Empties the request
   part. Takes no memory; the texts of the exchange live until the next such answer, those of the
   report until the next request. */
void service_starved(struct service *service, struct exchange *exchange,
                     struct service_report *report);

#endif
