/*
 * A call: an exchange that has found its endpoint, with who asks and what answers.
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
#include "placement/provider.h"

struct call {
    struct exchange *exchange;
    struct context context;
    struct identity identity;
    struct route_match match;
    unsigned body_depth;       /* [berth] max_json_depth */
    size_t candidates_memory;  /* [berth] max_candidates_memory */
    struct json_writer writer; /* on the body of the response */
};

/* What answers at a route and a method. */
struct endpoint {
    void (*handle)(struct call *call);
    const char *rule;         /* of the policy; NULL: for everybody */
    const char *target_query; /* the query parameter that has the target's project; NULL: the
                                  target is the caller, with project_id and user_id */
    unsigned char since;      /* the first microversion 1.N that has it */
    short status_before;      /* what is answered below: 404 (also as 0) or 405 */
    bool sends_json;          /* the answer is JSON: the client must take it (else 406) */
    bool takes_json;          /* the request must be JSON (else 415) */
    bool searches;      /* for candidates: costs more than to read, and has limits of its own */
    bool version_first; /* the version is looked at before the media types */
};

/* Error codes that clients look for (upstream's errors.py). */
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

/* A part of the path: 0 is the template's first {name}. */
const char *call_argument(const struct call *call, unsigned index);

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
 *   the others              500 that says nothing; also OUTCOME_UNCERTAIN, which must not invite
 *                           the client to repeat blindly
 */
void call_fail_outcome(struct call *call, enum outcome outcome);

/* Returns whether the outcome is OUTCOME_OK; otherwise false, after call_fail_outcome(). */
bool call_succeeded(struct call *call, enum outcome outcome);

/* Loads the provider whose uuid the path begins with. Otherwise false, after failing: with
   upstream's 404, or, where upstream has words of its own around the uuid, with these and then the
   reason (before and after are NULL or both given). */
bool call_provider(struct call *call, const char *before, const char *after,
                   struct provider *provider);

/* Which schema holds from which microversion on, the newest first; the last holds from 0 on. */
struct schema_since {
    unsigned minor;
    enum schema schema;
};

/* The schema for the microversion of the call. */
enum schema call_schema(const struct call *call, const struct schema_since *schemas);

/* The body of the request, if it is JSON that the schema allows; otherwise NULL, after failing with
   400 and upstream's text. */
json_t *call_body(struct call *call, enum schema schema);

/* Reads the query string and checks that the last values of its names are what the schema allows.
   Otherwise false, after failing with 400 and upstream's text. */
bool call_query(struct call *call, enum schema schema, struct query *query);

/* Starts an answer in JSON, and returns &call->writer to write it with. */
struct json_writer *call_json(struct call *call);

/* Adds the headers "last-modified" and "cache-control: no-cache", as upstream does from 1.15 on;
   does nothing below. */
void call_last_modified(struct call *call, time_t when);

/* The URL of a thing below the mount point, in the arena: call_url(call, "/traits/%s", name). */
const char *call_url(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
