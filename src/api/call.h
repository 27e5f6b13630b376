/*
 * A call: an exchange that has found its endpoint, with the caller's identity.
 *
 * A handler either writes its answer and calls call_answer() with the status, or fails with
 * call_fail(). The domain reports what goes wrong as an enum outcome. call_succeeded() turns the
 * common outcomes into upstream's errors, so that a handler names only those that it treats
 * specially.
 */
#ifndef BERTH_API_CALL_H
#define BERTH_API_CALL_H

#include <jansson.h>
#include <time.h>

#include "api/body/schema.h"
#include "auth/identity.h"
#include "base/json_writer.h"
#include "http/exchange.h"
#include "http/microversion.h"
#include "http/query.h"
#include "http/router.h"
#include "placement/context.h"
#include "placement/provider_read.h"

struct call {
    struct exchange *exchange;
    struct context context;
    struct identity identity;
    struct route_match match;
    unsigned body_depth;       /* [berth] max_json_depth */
    size_t candidates_memory;  /* [berth] max_candidates_memory */
    struct json_writer writer; /* on the body of the response */
};

/* What serves a route and a method, and what it demands. */
struct endpoint {
    void (*handle)(struct call *call);
    const char *action;       /* of a write, for the audit log; NULL: it only reads */
    const char *rule;         /* of the policy; NULL: everybody may call it */
    const char *target_query; /* the query parameter with the project of the policy's target;
                                  NULL: the target is the caller, with project_id and user_id */
    unsigned char since;      /* the first microversion 1.N that has it */
    short status_before;      /* below since: 404 (also as 0) or 405 */
    bool sends_json;          /* the answer is JSON: the client must take it (else 406) */
    bool takes_json;          /* the request must be JSON (else 415) */
    bool searches;            /* for candidates: costs more than a read; has its own rate limit */
    bool version_first;       /* check the version before the media types */
};

/* Error codes of upstream's errors.py. Clients act on them. */
#define CODE_INVENTORY_IN_USE     "placement.inventory.inuse"
#define CODE_CONCURRENT_UPDATE    "placement.concurrent_update"
#define CODE_DUPLICATE_NAME       "placement.duplicate_name"
#define CODE_PROVIDER_IN_USE      "placement.resource_provider.inuse"
#define CODE_CANNOT_DELETE_PARENT "placement.resource_provider.cannot_delete_parent"
#define CODE_PROVIDER_NOT_FOUND   "placement.resource_provider.not_found"
#define CODE_QUERY_DUPLICATE_KEY  "placement.query.duplicate_key"
#define CODE_QUERY_BAD_VALUE      "placement.query.bad_value"
#define CODE_QUERY_MISSING_VALUE  "placement.query.missing_value"

/* Whether the microversion is 1.minor or later. */
bool call_since(const struct call *call, unsigned minor);

/* Returns a part of the path: 0 is the template's first {name}. */
const char *call_argument(const struct call *call, unsigned index);

/* Calls the handler of the endpoint. If the answer does not fit, or the handler neither answers nor
   fails, fails with 500. */
void call_handle(struct call *call);

/* Sets the status of an answer. */
void call_answer(struct call *call, int status);

/* Fails the exchange (exchange_fail). code may be NULL. */
#define call_fail(call, status, code, ...)                                                         \
    exchange_fail((call)->exchange, (status), (code), __VA_ARGS__)

/*
 * Fails with what an outcome other than OUTCOME_OK means in most handlers:
 *   the NOT_FOUND ones      404 with the reason
 *   OUTCOME_CONCURRENT_UPDATE 409 placement.concurrent_update with the reason
 *   OUTCOME_UNSTORABLE      400
 *   OUTCOME_UNAVAILABLE, OUTCOME_CONFLICT  503 with Retry-After
 *   the others              500 without a reason; also OUTCOME_UNCERTAIN, since a 503 would invite
 *                           the client to repeat blindly
 */
void call_fail_outcome(struct call *call, enum outcome outcome);

/* Returns whether the outcome is OUTCOME_OK; otherwise false, after call_fail_outcome(). */
bool call_succeeded(struct call *call, enum outcome outcome);

/* Loads the provider whose uuid is the first argument of the path. Returns false after failing. If
   there is no such provider, that is 404 with the reason; where upstream says more, before and
   after are its words around the uuid, in front of the reason. Otherwise both are NULL. */
bool call_provider(struct call *call, const char *before, const char *after,
                   struct provider *provider);

/* The same to show what belongs to the provider: goes on with placement/provider_read.h. */
bool call_provider_read(struct call *call, const char *before, const char *after,
                        struct provider_reading *reading);

/* A schema and the first microversion 1.N that it is for. Lists have the newest first, and end with
   0. */
struct schema_since {
    unsigned minor;
    enum schema schema;
};

/* Returns the schema for the microversion of the call. */
enum schema call_schema(const struct call *call, const struct schema_since *schemas);

/* Returns the body of the request as JSON that the schema allows, or NULL after failing with 400
   and upstream's text. */
json_t *call_body(struct call *call, enum schema schema);

/* Reads the query string, and checks the last value of each name against the schema. Returns false
   after failing with 400 and upstream's text. */
bool call_query(struct call *call, enum schema schema, struct query *query);

/* Starts an answer in JSON, and returns &call->writer to write it with. */
struct json_writer *call_json(struct call *call);

/* Adds the headers "last-modified" and "cache-control: no-cache", as upstream does from 1.15 on;
   does nothing below. */
void call_last_modified(struct call *call, time_t when);

/* Returns a path with the mount point before it, in the arena: call_url(call, "/traits/%s", name).
 */
const char *call_url(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
