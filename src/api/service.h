/*
 * The service: what a worker needs to answer requests, one after the other.
 *
 * The path of a request is upstream's order of middlewares: request id, identity (401), microversion
 * (400, 406), Content-Length (400), route (404, 405), media types and version of the endpoint
 * (406, 415, 404, 405), policy (403), handler.
 */
#ifndef BERTH_API_SERVICE_H
#define BERTH_API_SERVICE_H

#include "auth/identity.h"
#include "base/settings.h"
#include "db/database.h"
#include "http/exchange.h"
#include "http/router.h"

struct service;

/* What the log wants to know about an answered request. */
struct service_report {
    const char *route; /* the template that matched, or NULL */
    const char *user_id;
    const char *project_id;
    struct database_statistics sql;
};

/* A service with the settings (which must outlive it) and a database connection of its own, not
   connected yet. Schemas and other tables that never change are loaded here: call it once before
   the workers are forked to see errors early. */
struct service *service_new(const struct settings *settings);
void service_free(struct service *service);

/* Answers: fills the response part of the exchange. Never fails: what goes wrong is an answer too.
   route_found (may be NULL) is called with the template as soon as it is known, for who watches. */
void service_answer(struct service *service, struct exchange *exchange,
                    void (*route_found)(void *watcher, const char *route), void *watcher,
                    struct service_report *report);

#endif
