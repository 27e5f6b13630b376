/*
 * Serves the handlers: reads bodies and queries, begins answers, turns outcomes into errors.
 */
#include <config.h>

#include "api/call.h"

#include <stdio.h>

#include "api/body/body.h"
#include "base/log.h"

bool call_since(const struct call *call, unsigned minor)
{
    return microversion_since(call->exchange, minor);
}

const char *call_argument(const struct call *call, unsigned index)
{
    return call->match.arguments[index];
}

void call_answer(struct call *call, int status)
{
    call->exchange->status = status;
}

void call_handle(struct call *call)
{
    struct exchange *exchange = call->exchange;
    call->match.endpoint->handle(call);
    if (exchange->output->failed)
        exchange_fail(exchange, 500, NULL, "The answer is too large.");
    if (exchange->status != 0)
        return;
    log_event(LOG_LEVEL_ERROR, "a handler has not answered",
              log_text("request_id", exchange->request_id), log_text("method", exchange->method),
              log_text("route", call->match.route->path));
    exchange_fail(exchange, 500, NULL, "The request could not be served.");
}

void call_fail_outcome(struct call *call, enum outcome outcome)
{
    const char *detail = call->context.failure.detail;
    switch (outcome) {
    case OUTCOME_NOT_FOUND:
    case OUTCOME_CLASS_NOT_FOUND:
    case OUTCOME_INVENTORY_NOT_FOUND:
    case OUTCOME_TRAIT_NOT_FOUND:
        call_fail(call, 404, NULL, "%s", detail);
        break;
    case OUTCOME_CONCURRENT_UPDATE:
        if (call->context.failure.outcome != outcome)
            detail = "Another thread concurrently updated the data. Please retry your update";
        call_fail(call, 409, CODE_CONCURRENT_UPDATE, "%s", detail);
        break;
    case OUTCOME_UNSTORABLE:
        call_fail(call, 400, NULL,
                  "The database cannot store all characters of the request's text.");
        break;
    case OUTCOME_CONFLICT: /* a read did not get a lock in time */
    case OUTCOME_UNAVAILABLE:
        call_fail(call, 503, NULL, "The database is not available. Please retry.");
        break;
    default:
        call_fail(call, 500, NULL, "The request could not be served.");
        break;
    }
}

bool call_succeeded(struct call *call, enum outcome outcome)
{
    if (outcome != OUTCOME_OK)
        call_fail_outcome(call, outcome);
    return outcome == OUTCOME_OK;
}

/* Returns whether the provider was found. Otherwise fails, with the words around its uuid. */
static bool provider_found(struct call *call, enum outcome outcome, const char *before,
                           const char *after)
{
    const char *uuid = call_argument(call, 0);
    if (outcome == OUTCOME_NOT_FOUND && before != NULL)
        call_fail(call, 404, NULL, "%s%s%s%s", before, uuid, after, call->context.failure.detail);
    return call_succeeded(call, outcome);
}

bool call_provider(struct call *call, const char *before, const char *after,
                   struct provider *provider)
{
    enum outcome outcome = provider_load(&call->context, call_argument(call, 0), provider);
    return provider_found(call, outcome, before, after);
}

bool call_provider_read(struct call *call, const char *before, const char *after,
                        struct provider_reading *reading)
{
    enum outcome outcome = provider_read(&call->context, call_argument(call, 0), reading);
    return provider_found(call, outcome, before, after);
}

enum schema call_schema(const struct call *call, const struct schema_since *schemas)
{
    while (!call_since(call, schemas->minor))
        schemas++;
    return schemas->schema;
}

json_t *call_body(struct call *call, enum schema schema)
{
    struct exchange *exchange = call->exchange;
    const char *message;
    json_t *body = body_parse(exchange->body, exchange->body_length, call->body_depth,
                              exchange->arena, &message);
    if (body == NULL) {
        call_fail(call, 400, NULL, "Malformed JSON: %s", message);
        return NULL;
    }
    if (schema_validate(schema, body, exchange->arena, &message))
        return body;
    call_fail(call, 400, NULL, "JSON does not validate: %s", message);
    return NULL;
}

bool call_query(struct call *call, enum schema schema, struct query *query)
{
    struct exchange *exchange = call->exchange;
    const char *message;
    if (query_parse(exchange->query, exchange->arena, query, &message)) {
        json_t *values = json_object();
        for (size_t i = 0; i < query->count; i++)
            json_object_set_new(values, query->pairs[i].name, json_string(query->pairs[i].value));
        if (schema_validate(schema, values, exchange->arena, &message))
            return true;
    }
    call_fail(call, 400, NULL, "Invalid query string parameters: %s", message);
    return false;
}

struct json_writer *call_json(struct call *call)
{
    call->exchange->content_type = "application/json";
    writer_init(&call->writer, call->exchange->output);
    return &call->writer;
}

void call_last_modified(struct call *call, time_t when)
{
    if (!call_since(call, 15))
        return;
    struct tm broken_down;
    char *text = arena_alloc(call->exchange->arena, 32);
    gmtime_r(&when, &broken_down);
    strftime(text, 32, "%a, %d %b %Y %H:%M:%S GMT", &broken_down);
    exchange_add_header(call->exchange, "last-modified", text);
    exchange_add_header(call->exchange, "cache-control", "no-cache");
}

const char *call_url(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *path = arena_vprintf(call->exchange->arena, format, arguments);
    va_end(arguments);
    return arena_printf(call->exchange->arena, "%s%s", call->exchange->prefix, path);
}
