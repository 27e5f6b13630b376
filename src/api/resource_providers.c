/*
 * Lists, creates, shows, changes and deletes resource providers.
 */
#include <config.h>

#include "api/resource_providers.h"

#include "api/provider_json.h"
#include "api/query/filters.h"
#include "base/uuid.h"
#include "placement/provider_change.h"
#include "placement/provider_list.h"

enum { TREES_SINCE = 14, BODY_SINCE = 20, MOVING_SINCE = 37 };

/* Ends the answer. Without a time of a change, now stands in. */
static void finish(struct provider_writer *writer)
{
    call_last_modified(writer->call, writer->modified != 0 ? writer->modified : time(NULL));
    call_answer(writer->call, 200);
}

/* Listing. */

static const struct schema_since list_schemas[] = {
    {18, SCHEMA_RESOURCE_PROVIDERS_GET_1_18}, {14, SCHEMA_RESOURCE_PROVIDERS_GET_1_14},
    {4, SCHEMA_RESOURCE_PROVIDERS_GET_1_4},   {3, SCHEMA_RESOURCE_PROVIDERS_GET_1_3},
    {0, SCHEMA_RESOURCE_PROVIDERS_GET_1_0},
};

/* Returns false after failing with 400. */
static bool read_filter(struct call *call, struct provider_filter *filter)
{
    struct query query;
    if (!call_query(call, call_schema(call, list_schemas), &query))
        return false;
    *filter = (struct provider_filter){
        .name = query_last(&query, "name"),
        .uuid = query_last(&query, "uuid"),
        .in_tree = query_last(&query, "in_tree"),
    };
    if (!query_aggregates_read(call->exchange, &query, "member_of", &filter->aggregates) ||
        !query_traits_read(call->exchange, &query, "required", &filter->traits))
        return false;
    const char *resources = query_last(&query, "resources");
    return resources == NULL || query_resources_read(call->exchange, resources, &filter->resources);
}

static enum outcome visit_provider(void *subject, const struct provider *provider)
{
    provider_write(subject, provider);
    return OUTCOME_OK;
}

void resource_providers_list(struct call *call)
{
    struct provider_filter filter;
    if (!read_filter(call, &filter))
        return;
    struct provider_writer writer = provider_writer_new(call);
    writer_begin_object(writer.json);
    writer_key(writer.json, "resource_providers");
    writer_begin_array(writer.json);
    enum outcome outcome = provider_list(&call->context, &filter, visit_provider, &writer);
    const char *detail = call->context.failure.detail;
    if (outcome == OUTCOME_CLASS_NOT_FOUND) {
        call_fail(call, 400, NULL, "Invalid resource class in resources parameter: %s", detail);
        return;
    }
    if (outcome == OUTCOME_TRAIT_NOT_FOUND) {
        call_fail(call, 400, NULL, "Invalid trait(s) in \"required\" parameter: %s", detail);
        return;
    }
    if (!call_succeeded(call, outcome))
        return;
    writer_end_array(writer.json);
    writer_end_object(writer.json);
    finish(&writer);
}

/* Creating. */

static void read_creation(struct call *call, json_t *body, struct provider_creation *creation)
{
    const char *given = json_string_value(json_object_get(body, "uuid"));
    struct uuid_text uuid;
    if (given == NULL || !uuid_canonical(given, &uuid))
        uuid_new(&uuid);
    *creation = (struct provider_creation){
        .uuid = arena_strdup(call->exchange->arena, uuid.text),
        .name = json_string_value(json_object_get(body, "name")),
        .parent_uuid = json_string_value(json_object_get(body, "parent_provider_uuid")),
    };
}

void resource_provider_create(struct call *call)
{
    json_t *body =
        call_body(call, call_since(call, TREES_SINCE) ? SCHEMA_RESOURCE_PROVIDER_POST_1_14
                                                      : SCHEMA_RESOURCE_PROVIDER_POST_1_0);
    if (body == NULL)
        return;
    struct provider_creation creation;
    struct provider provider;
    read_creation(call, body, &creation);
    enum outcome outcome = provider_create(&call->context, &creation, &provider);
    const char *detail = call->context.failure.detail;
    if (outcome == OUTCOME_DUPLICATE) {
        call_fail(call, 409, CODE_DUPLICATE_NAME,
                  "Conflicting resource provider %s already exists.", detail);
        return;
    }
    if (outcome == OUTCOME_ACTION_INVALID) {
        call_fail(call, 400, NULL, "Unable to create resource provider \"%s\", %s: %s",
                  creation.name, creation.uuid, detail);
        return;
    }
    if (!call_succeeded(call, outcome))
        return;
    exchange_add_location(call->exchange, call_url(call, "/resource_providers/%s", provider.uuid));
    if (!call_since(call, BODY_SINCE)) {
        call_answer(call, 201);
        return;
    }
    struct provider_writer writer = provider_writer_new(call);
    provider_write(&writer, &provider);
    finish(&writer);
}

/* One provider. */

void resource_provider_show(struct call *call)
{
    struct provider_reading reading;
    if (!call_provider_read(call, NULL, NULL, &reading))
        return;
    struct provider_writer writer = provider_writer_new(call);
    provider_write(&writer, &reading.provider);
    finish(&writer);
}

/* As upstream, shows the time of the change before this one, and none if there was none. */
static void show_last_change(struct call *call, const struct provider *provider)
{
    if (provider->updated != 0)
        call_last_modified(call, provider->updated);
    else if (call_since(call, 15))
        exchange_add_header(call->exchange, "cache-control", "no-cache");
}

void resource_provider_update(struct call *call)
{
    struct provider provider;
    const char *uuid = call_argument(call, 0);
    enum outcome outcome = provider_load(&call->context, uuid, &provider);
    if (!call_succeeded(call, outcome))
        return;
    json_t *body =
        call_body(call, call_since(call, TREES_SINCE) ? SCHEMA_RESOURCE_PROVIDER_PUT_1_14
                                                      : SCHEMA_RESOURCE_PROVIDER_PUT_1_0);
    if (body == NULL)
        return;
    json_t *parent = json_object_get(body, "parent_provider_uuid");
    const struct provider_change change = {
        .name = json_string_value(json_object_get(body, "name")),
        .sets_parent = parent != NULL,
        .parent_uuid = json_string_value(parent),
        .may_move = call_since(call, MOVING_SINCE),
    };
    outcome = provider_update(&call->context, &change, &provider);
    if (outcome == OUTCOME_DUPLICATE) {
        call_fail(call, 409, CODE_DUPLICATE_NAME,
                  "Conflicting resource provider %s already exists.", change.name);
        return;
    }
    if (outcome == OUTCOME_ACTION_INVALID) {
        call_fail(call, 400, NULL, "Unable to save resource provider %s: %s", uuid,
                  call->context.failure.detail);
        return;
    }
    if (!call_succeeded(call, outcome))
        return;
    struct provider_writer writer = provider_writer_new(call);
    provider_write(&writer, &provider);
    show_last_change(call, &provider);
    call_answer(call, 200);
}

void resource_provider_delete(struct call *call)
{
    const char *uuid = call_argument(call, 0);
    enum outcome outcome = provider_delete(&call->context, uuid);
    switch (outcome) {
    case OUTCOME_OK:
        call_answer(call, 204);
        break;
    case OUTCOME_NOT_FOUND:
        call_fail(call, 404, NULL, "No resource provider with uuid %s found for delete", uuid);
        break;
    case OUTCOME_IS_PARENT:
        call_fail(call, 409, CODE_CANNOT_DELETE_PARENT,
                  "Unable to delete parent resource provider %s: It has child resource "
                  "providers.",
                  uuid);
        break;
    case OUTCOME_IN_USE:
        call_fail(call, 409, CODE_PROVIDER_IN_USE, "Unable to delete resource provider %s: %s",
                  uuid, call->context.failure.detail);
        break;
    default:
        call_fail_outcome(call, outcome);
        break;
    }
}
