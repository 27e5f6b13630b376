/*
 * Takes a request through all checks to its handler, and finishes the answer.
 */
#include <config.h>

#include "api/service.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/call.h"
#include "api/monitoring/healthcheck.h"
#include "api/monitoring/monitoring.h"
#include "api/routes.h"
#include "api/trail/follower.h"
#include "auth/authentication.h"
#include "auth/rate/limit.h"
#include "base/clock.h"
#include "base/json_memory.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "http/accept.h"
#include "http/cors.h"
#include "http/error_document.h"
#include "placement/world/fence.h"
#include "watch/scoreboard.h"

struct service {
    const struct settings *settings;
    struct service_shared *shared;
    struct slot *slot; /* of the worker; NULL: none */
    struct database *database;
    struct policy_store *policies;
    struct rate_limiter *limiter; /* NULL: there are no limits */
    struct keystone *keystone;    /* NULL: noauth2 */
    struct kept_world kept;       /* the worker's image of the cloud */
    bool keeps_world;
    struct placement_settings placement;
    unsigned body_depth;
    size_t candidates_memory;
    struct trail_follower *follower;             /* NULL: there is no audit log */
    struct log_context log_context;              /* of the request */
    char starved_id[sizeof("req-") + UUID_TEXT]; /* of a request without memory */
};

/* The most of [berth] request_timeout that a search for candidates may take. */
#define SEARCH_PART 0.75

/* Bytes of one half of the journal: a hundred thousand hosts and their changes. Only what is
   written takes memory. */
enum { WORLD_HALF = 64 << 20 };

struct service_shared *service_shared_new(const struct settings *settings)
{
    struct service_shared *shared = calloc(1, sizeof(*shared));
    const char *templates[TALLY_ROUTES];
    if (shared == NULL)
        return NULL;
    size_t count = 0;
    for (size_t i = 0; i < route_count; i++)
        if (*routes[i].path != '\0') /* the version document has two */
            templates[count++] = routes[i].path;
    for (size_t i = 0; i < monitoring_page_count; i++)
        templates[count++] = monitoring_pages[i].path;
    shared->rates = rate_limits_new();
    shared->scoreboard = scoreboard_new(templates, count, &shared->scoreboard_descriptor);
    shared->tokens = token_cache_new((size_t)settings->berth_token_cache_size);
    shared->keystone = keystone_shared_new();
    shared->capacity = shared_page_new();
    shared->world = journal_new(WORLD_HALF);
    if (shared->scoreboard != NULL && shared->rates != NULL && shared->tokens != NULL &&
        shared->keystone != NULL && shared->capacity != NULL && shared->world != NULL)
        return shared;
    service_shared_free(shared);
    return NULL;
}

void service_shared_free(struct service_shared *shared)
{
    if (shared->scoreboard != NULL)
        close(shared->scoreboard_descriptor);
    scoreboard_free(shared->scoreboard);
    rate_limits_free(shared->rates);
    token_cache_free(shared->tokens);
    keystone_shared_free(shared->keystone);
    shared_page_free(shared->capacity);
    journal_free(shared->world);
    free(shared);
}

struct service *service_new(const struct settings *settings, struct database *database,
                            struct service_shared *shared, struct policy_store *policies,
                            struct slot *slot, struct audit_log *audit_log)
{
    struct service *service = calloc(1, sizeof(*service));
    if (service == NULL)
        abort();
    service->settings = settings;
    service->shared = shared;
    service->slot = slot;
    service->database = database;
    service->policies = policies;
    service->follower = trail_follower_new(audit_log);
    service->limiter = rate_limiter_new(settings, shared->rates);
    if (strcmp(settings->api_auth_strategy, "keystone") == 0 &&
        (service->keystone = keystone_new(settings, shared->tokens, shared->keystone)) == NULL)
        abort();
    service->keeps_world = strcmp(settings->berth_world, "off") != 0;
    kept_world_begin(&service->kept, shared->world);
    service->body_depth = (unsigned)settings->berth_max_json_depth;
    service->placement = (struct placement_settings){
        .incomplete_consumer_project_id = settings->placement_incomplete_consumer_project_id,
        .incomplete_consumer_user_id = settings->placement_incomplete_consumer_user_id,
        .max_candidates = settings->placement_max_allocation_candidates,
        .randomize_candidates = settings->placement_randomize_allocation_candidates,
        .breadth_first_candidates =
            strcmp(settings->placement_allocation_candidates_generation_strategy,
                   "breadth-first") == 0,
        .candidates_milliseconds =
            (uint64_t)(1000 * fmin(settings->berth_candidates_timeout,
                                   (double)settings->berth_request_timeout * SEARCH_PART)),
    };
    service->candidates_memory = (size_t)settings->berth_max_candidates_memory;
    return service;
}

void service_free(struct service *service)
{
    if (service == NULL)
        return;
    trail_follower_free(service->follower);
    rate_limiter_free(service->limiter);
    keystone_free(service->keystone);
    kept_world_end(&service->kept);
    free(service);
}

/* Finds the endpoint. Returns false after failing with 404 or 405. */
static bool find_route(struct call *call)
{
    struct exchange *exchange = call->exchange;
    switch (router_match(routes, route_count, exchange->arena, exchange->path, exchange->method,
                         &call->match)) {
    case ROUTE_FOUND:
        return true;
    case ROUTE_WRONG_METHOD:
        exchange_add_header(exchange, "allow", route_allow(call->match.route, exchange->arena));
        exchange_fail(exchange, 405, NULL,
                      "The method specified is not allowed for this resource.");
        return false;
    default:
        exchange_fail(exchange, 404, NULL, "%s", "");
        return false;
    }
}

static bool version_allows(const struct endpoint *endpoint, struct exchange *exchange)
{
    if (microversion_since(exchange, endpoint->since))
        return true;
    exchange_fail(exchange, endpoint->status_before != 0 ? endpoint->status_before : 404, NULL,
                  "%s", "");
    return false;
}

static bool media_allow(const struct endpoint *endpoint, struct exchange *exchange)
{
    return (!endpoint->sends_json || accept_require_json(exchange)) &&
           (!endpoint->takes_json || content_require_json(exchange));
}

/* Checks version and media types in the order of upstream's decorators of the endpoint. */
static bool endpoint_admits(const struct endpoint *endpoint, struct exchange *exchange)
{
    if (endpoint->version_first)
        return version_allows(endpoint, exchange) && media_allow(endpoint, exchange);
    return media_allow(endpoint, exchange) && version_allows(endpoint, exchange);
}

/* Checks the policy. The version document has no rule: everybody may read it. */
static bool policy_admits(const struct service *service, struct call *call)
{
    const struct endpoint *endpoint = call->match.endpoint;
    if (endpoint->rule == NULL)
        return true;
    struct policy_fact facts[] = {
        {"project_id", call->identity.project_id},
        {"user_id", call->identity.user_id},
    };
    struct policy_target target = {.facts = facts, .count = 2};
    if (endpoint->target_query != NULL) {
        struct query query;
        const char *message;
        bool readable = query_parse(call->exchange->query, call->exchange->arena, &query, &message);
        facts[0].value = readable ? query_last(&query, endpoint->target_query) : NULL;
        target.count = 1;
    }
    policy_store_refresh(service->policies, POLICY_STORE_SILENT);
    return policy_enforce(policy_store_policy(service->policies), call->exchange, &call->identity,
                          endpoint->rule, &target);
}

/* Checks the rate limits. The version document has none: monitoring and load balancers read it. */
static bool rates_admit(const struct service *service, const struct call *call)
{
    const struct endpoint *endpoint = call->match.endpoint;
    if (service->limiter == NULL || endpoint->rule == NULL)
        return true;
    enum rate_kind kind = endpoint->searches                           ? RATE_CANDIDATES
                          : strcmp(call->exchange->method, "GET") == 0 ? RATE_READS
                                                                       : RATE_WRITES;
    return rate_limiter_admits(service->limiter, call->exchange, &call->identity, kind,
                               clock_microseconds());
}

/* Sets the route label for metrics and berth-manage. The version document has two paths. */
static void set_route(const struct service *service, const char *path)
{
    if (service->slot != NULL)
        slot_set_route(service->slot, *path != '\0' ? path : "/");
}

/* Tells the log about the request; later calls add what has become known. */
static void set_log_context(struct service *service, const struct exchange *exchange,
                            const struct identity *identity)
{
    service->log_context = (struct log_context){
        .request_id = exchange->request_id,
        .global_request_id = exchange->global_request_id,
        .user_id = identity->user_id,
        .user_domain_id = identity->user_domain_id,
        .project_id = identity->project_id,
        .project_domain_id = identity->project_domain_id,
        .domain_id = identity->domain_id,
        .system_scope = identity->system_scope,
    };
    log_context_set(&service->log_context);
}

/* Authenticates the caller and negotiates the microversion. Notes both for the log, should the
   request be given up or the worker be killed. Returns false after failing. */
static bool introduce(struct service *service, struct call *call)
{
    struct exchange *exchange = call->exchange;
    struct slot *slot = service->slot;
    if (!authentication_identify(service->keystone, exchange, &call->identity))
        return false;
    set_log_context(service, exchange, &call->identity);
    if (slot != NULL)
        slot_set_caller(slot, call->identity.user_id, call->identity.project_id);
    if (!microversion_negotiate(exchange))
        return false;
    if (slot != NULL)
        slot_set_microversion(slot, arena_printf(exchange->arena, "%u.%u", exchange->version.major,
                                                 exchange->version.minor));
    return true;
}

static void answer(struct service *service, struct call *call)
{
    struct exchange *exchange = call->exchange;
    if (!introduce(service, call) || !content_check(exchange) || !find_route(call))
        return;
    set_route(service, call->match.route->path);
    if (!rates_admit(service, call) || !endpoint_admits(call->match.endpoint, exchange) ||
        !policy_admits(service, call))
        return;
    call_handle(call);
}

static void answer_monitoring(struct service *service, struct exchange *exchange,
                              const struct monitoring_page *page)
{
    struct monitoring_sources sources = {.scoreboard = service->shared->scoreboard,
                                         .database = service->database,
                                         .capacity = service->shared->capacity,
                                         .settings = service->settings,
                                         .keystone = service->keystone};
    set_route(service, page->path);
    monitoring_answer(page, &sources, exchange);
}

#define STARVED "The service is out of memory. Please retry."

/* Writes an error document that needs no new memory: it fits into what a buffer always keeps. */
static void write_starved(struct exchange *exchange)
{
    exchange->status = 503;
    exchange->content_type = "application/json";
    buffer_reset(exchange->output);
    buffer_printf(exchange->output,
                  "{\"errors\": [{\"status\": 503, \"title\": \"%s\", \"detail\": \"" STARVED
                  "\", \"code\": \"placement.undefined_code\", \"request_id\": \"%s\"}]}",
                  status_reason(503), exchange->request_id);
    exchange->header_count = 0;
    exchange_add_header(exchange, "retry-after", "1");
}

static void finish(const struct service *service, struct exchange *exchange)
{
    if (exchange_failed(exchange)) {
        buffer_reset(exchange->output);
        error_document_write(exchange);
    }
    if (exchange->output->failed)
        write_starved(exchange);
    if (exchange->version.major != 0)
        microversion_add_headers(exchange);
    cors_finish(service->settings, exchange);
    exchange_add_header(exchange, "x-openstack-request-id", exchange->request_id);
}

/* Counts what became of the readings of the kept world. */
static void count_world_reads(struct kept_world *kept)
{
    for (unsigned i = 0; i < KEPT_WORLD_RESULTS; i++) {
        tally_count((enum counter)(COUNTER_WORLD_READS + i), kept->results[i]);
        kept->results[i] = 0;
    }
}

void service_answer(struct service *service, struct exchange *exchange,
                    struct service_report *report)
{
    struct call *call = arena_alloc(exchange->arena, sizeof(*call));
    json_memory_set(exchange->arena);
    database_begin_request(service->database, exchange->arena);
    call->exchange = exchange;
    set_log_context(service, exchange, &call->identity);
    call->body_depth = service->body_depth;
    call->candidates_memory = service->candidates_memory;
    call->context = (struct context){.arena = exchange->arena,
                                     .database = service->database,
                                     .settings = &service->placement,
                                     .kept = service->keeps_world ? &service->kept : NULL};
    trail_follow(service->follower, call);
    const struct monitoring_page *page = monitoring_find(exchange->path);
    if (exchange_failed(exchange))
        microversion_negotiate(exchange); /* for the headers of the error document */
    else if (page != NULL)
        answer_monitoring(service, exchange, page);
    else if (healthcheck_is_at(service->settings, exchange->path))
        healthcheck_answer(service->settings, exchange);
    else if (!cors_answers(service->settings, exchange))
        answer(service, call);
    finish(service, exchange);
    count_world_reads(&service->kept);
    trail_tell(service->follower, exchange, &call->identity);
    report->user_id = call->identity.user_id;
    report->project_id = call->identity.project_id;
    report->sql = *database_statistics(service->database);
}

/* Tells the log who sent a request that was given up. The texts live until the next request. */
static void report_caller(struct service *service, const struct exchange *exchange,
                          struct service_report *report)
{
    if (service->slot != NULL) {
        const struct slot_request *request = &service->slot->request;
        report->user_id = text_filled_or(request->user_id, NULL);
        report->project_id = text_filled_or(request->project_id, NULL);
    }
    set_log_context(
        service, exchange,
        &(const struct identity){.user_id = report->user_id, .project_id = report->project_id});
}

void service_escaped(struct service *service, struct exchange *exchange, bool starved,
                     struct service_report *report)
{
    report->sql = *database_statistics(service->database);
    trail_lose(service->follower);
    database_abandon(service->database);
    database_begin_request(service->database, exchange->arena);
    exchange->status = 0;
    exchange->error = (struct http_error){0};
    exchange->header_count = 0;
    if (starved)
        exchange_fail(exchange, 503, NULL, STARVED);
    else
        exchange_fail(exchange, 413, NULL,
                      "The request takes more memory than a request may have.");
    microversion_negotiate(exchange);
    report_caller(service, exchange, report);
    finish(service, exchange);
    trail_tell(
        service->follower, exchange,
        &(const struct identity){.user_id = report->user_id, .project_id = report->project_id});
}

void service_starved(struct service *service, struct exchange *exchange,
                     struct service_report *report)
{
    static char *const no_parameters[] = {NULL};
    struct uuid_text uuid;
    uuid_new(&uuid);
    database_abandon(service->database);
    snprintf(service->starved_id, sizeof(service->starved_id), "req-%s", uuid.text);
    *exchange = (struct exchange){
        .arena = exchange->arena,
        .output = exchange->output,
        .parameters = no_parameters,
        .method = "",
        .prefix = "",
        .path = "",
        .query = "",
        .body = "",
        .remote_address = "",
        .request_id = service->starved_id,
    };
    report_caller(service, exchange, report);
    write_starved(exchange);
    exchange_add_header(exchange, "x-openstack-request-id", exchange->request_id);
}
