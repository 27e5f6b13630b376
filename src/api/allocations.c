/*
 * The allocations of a consumer and of a provider: decoded, claimed, shown.
 */
#include <config.h>

#include "api/allocations.h"

#include <string.h>
#include <strings.h>

#include "api/body.h"
#include "api/call.h"
#include "api/schema.h"
#include "base/uuid.h"
#include "placement/allocation.h"
#include "placement/claim.h"

/* Showing. */

static void show_last_modified(struct call *call, const struct allocations *allocations)
{
    exchange_last_modified(call->exchange,
                           allocations->count > 0 ? allocations->modified : time(NULL));
}

/* Writes "resources" of the allocations from *index on, as long as same() holds. */
static void write_resources(struct json_writer *writer, const struct allocations *allocations,
                            size_t *index,
                            bool (*same)(const struct allocation *, const struct allocation *))
{
    const struct allocation *first = &allocations->list[*index];
    writer_key(writer, "resources");
    writer_begin_object(writer);
    for (; *index < allocations->count && same(first, &allocations->list[*index]); ++*index) {
        const struct allocation *allocation = &allocations->list[*index];
        writer_member_integer(writer, allocation->class_name, allocation->used);
    }
    writer_end_object(writer);
}

static bool same_provider(const struct allocation *left, const struct allocation *right)
{
    return strcmp(left->provider_uuid, right->provider_uuid) == 0;
}

static bool same_consumer(const struct allocation *left, const struct allocation *right)
{
    return strcmp(left->consumer_uuid, right->consumer_uuid) == 0;
}

int consumer_allocations_show(struct call *call)
{
    struct allocations allocations;
    struct allocation_owner owner;
    enum outcome outcome =
        allocations_of_consumer(&call->context, call_argument(call, 0), &allocations, &owner);
    if (outcome != OUTCOME_OK)
        return call_outcome(call, outcome);
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "allocations");
    writer_begin_object(writer);
    for (size_t i = 0; i < allocations.count;) {
        const struct allocation *first = &allocations.list[i];
        writer_key(writer, first->provider_uuid);
        writer_begin_object(writer);
        write_resources(writer, &allocations, &i, same_provider);
        writer_member_integer(writer, "generation", first->provider_generation);
        writer_end_object(writer);
    }
    writer_end_object(writer);
    if (allocations.count > 0 && call_since(call, 12)) {
        writer_member_text(writer, "project_id", owner.project_id);
        writer_member_text(writer, "user_id", owner.user_id);
        if (call_since(call, 28))
            writer_member_integer(writer, "consumer_generation",
                                  allocations.list[0].consumer_generation);
        if (call_since(call, 38))
            writer_member_text(writer, "consumer_type", owner.consumer_type);
    }
    writer_end_object(writer);
    show_last_modified(call, &allocations);
    return 200;
}

int provider_allocations_show(struct call *call)
{
    struct provider provider;
    struct allocations allocations;
    if (!call_provider(call, "Resource provider '", "' not found: ", &provider))
        return call->exchange->error.status;
    enum outcome outcome = allocations_of_provider(&call->context, &provider, &allocations);
    if (outcome != OUTCOME_OK)
        return call_outcome(call, outcome);
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "allocations");
    writer_begin_object(writer);
    for (size_t i = 0; i < allocations.count;) {
        const struct allocation *first = &allocations.list[i];
        writer_key(writer, first->consumer_uuid);
        writer_begin_object(writer);
        write_resources(writer, &allocations, &i, same_consumer);
        if (call_since(call, 28))
            writer_member_integer(writer, "consumer_generation", first->consumer_generation);
        writer_end_object(writer);
    }
    writer_end_object(writer);
    writer_member_integer(writer, "resource_provider_generation", provider.generation);
    writer_end_object(writer);
    show_last_modified(call, &allocations);
    return 200;
}

/* Claiming. */

/* Which schema holds from which microversion on, the newest first. */
struct schema_since {
    unsigned minor;
    enum schema schema;
};

static const struct schema_since put_schemas[] = {
    {38, SCHEMA_ALLOCATIONS_PUT_1_38}, {34, SCHEMA_ALLOCATIONS_PUT_1_34},
    {28, SCHEMA_ALLOCATIONS_PUT_1_28}, {12, SCHEMA_ALLOCATIONS_PUT_1_12},
    {8, SCHEMA_ALLOCATIONS_PUT_1_8},   {0, SCHEMA_ALLOCATIONS_PUT_1_0},
};
static const struct schema_since post_schemas[] = {
    {38, SCHEMA_ALLOCATIONS_POST_1_38},
    {34, SCHEMA_ALLOCATIONS_POST_1_34},
    {28, SCHEMA_ALLOCATIONS_POST_1_28},
    {0, SCHEMA_ALLOCATIONS_POST_1_13},
};

static json_t *read_body(struct call *call, const struct schema_since *schemas)
{
    while (!call_since(call, schemas->minor))
        schemas++;
    return call_body(call, schemas->schema);
}

/* The amounts of {class: amount, ...} of one provider. */
static void read_resources(const char *provider_uuid, json_t *resources,
                           struct claim_amount *amounts, size_t *count)
{
    const char *name;
    json_t *used;
    json_object_foreach(resources, name, used)
    {
        amounts[(*count)++] = (struct claim_amount){
            .provider_uuid = provider_uuid,
            .class_name = name,
            .used = body_integer(used),
        };
    }
}

/* {provider: {"resources": {...}}, ...} */
static void read_amounts(struct call *call, json_t *allocations, struct claim *claim)
{
    size_t room = 0;
    const char *uuid;
    json_t *allocation;
    json_object_foreach(allocations, uuid, allocation) room +=
        json_object_size(json_object_get(allocation, "resources"));
    struct claim_amount *amounts = arena_array(call->exchange->arena, room, sizeof(*amounts));
    json_object_foreach(allocations, uuid, allocation) read_resources(
        uuid, json_object_get(allocation, "resources"), amounts, &claim->amount_count);
    claim->amounts = amounts;
}

/* The list of before 1.12 as an object: of a provider that comes twice, the last counts. */
static json_t *object_from_list(json_t *list)
{
    json_t *object = json_object(), *item;
    size_t index;
    json_array_foreach(list, index, item)
    {
        json_t *provider = json_object_get(item, "resource_provider");
        json_object_set(object, json_string_value(json_object_get(provider, "uuid")), item);
    }
    return object;
}

/* What the body says of one consumer. */
static void read_claim(struct call *call, const char *consumer_uuid, json_t *data,
                       struct claim *claim)
{
    const char *project_id = json_string_value(json_object_get(data, "project_id"));
    json_t *generation = json_object_get(data, "consumer_generation");
    json_t *allocations = json_object_get(data, "allocations");
    *claim = (struct claim){
        .consumer_uuid = consumer_uuid,
        .project_id = project_id,
        .user_id = json_string_value(json_object_get(data, "user_id")),
        .consumer_type = json_string_value(json_object_get(data, "consumer_type")),
        .check_generation = call_since(call, 28),
        .generation_null = generation == NULL || json_is_null(generation),
    };
    if (project_id == NULL) {
        claim->project_id = call->context.settings->incomplete_consumer_project_id;
        claim->user_id = call->context.settings->incomplete_consumer_user_id;
    }
    if (!claim->generation_null)
        claim->generation = body_integer(generation);
    read_amounts(call, json_is_array(allocations) ? object_from_list(allocations) : allocations,
                 claim);
}

/* Carries the claims out. A class that does not exist is reported with a text of its own. */
static int claim_all(struct call *call, const struct claim *claims, size_t count,
                     const char *class_missing)
{
    enum outcome outcome = claims_replace(&call->context, claims, count);
    const char *detail = call->context.failure.detail;
    switch (outcome) {
    case OUTCOME_OK:
        return 204;
    case OUTCOME_CONSUMER_CONFLICT:
        return call_fail(call, 409, CODE_CONCURRENT_UPDATE, "%s", detail);
    case OUTCOME_PROVIDER_NOT_FOUND:
        return call_fail(call, 400, NULL, "%s", detail);
    case OUTCOME_CLASS_NOT_FOUND:
        return call_fail(call, 400, NULL, "%s %s", class_missing, detail);
    case OUTCOME_INVENTORY_INVALID:
        return call_fail(call, 409, NULL, "Unable to allocate inventory: %s", detail);
    case OUTCOME_CONCURRENT_UPDATE:
        return call_fail(call, 409, CODE_CONCURRENT_UPDATE,
                         "Inventory and/or allocations changed while attempting to allocate: "
                         "Another thread concurrently updated the resource provider data. Please "
                         "retry your update");
    default:
        return call_outcome(call, outcome);
    }
}

int consumer_allocations_replace(struct call *call)
{
    const char *given = call_argument(call, 0);
    struct uuid_text consumer_uuid;
    if (!uuid_canonical(given, &consumer_uuid))
        return call_fail(call, 400, NULL, "Malformed consumer_uuid: %s", given);
    json_t *data = read_body(call, put_schemas);
    if (data == NULL)
        return call->exchange->error.status;
    struct claim claim;
    read_claim(call, consumer_uuid.text, data, &claim);
    return claim_all(
        call, &claim, 1,
        arena_printf(call->exchange->arena,
                     "Unable to allocate inventory for consumer %s:", consumer_uuid.text));
}

int allocations_replace(struct call *call)
{
    json_t *data = read_body(call, post_schemas);
    if (data == NULL)
        return call->exchange->error.status;
    struct claim *claims =
        arena_array(call->exchange->arena, json_object_size(data), sizeof(*claims));
    size_t count = 0;
    const char *consumer_uuid;
    json_t *consumer;
    json_object_foreach(data, consumer_uuid, consumer)
        read_claim(call, consumer_uuid, consumer, &claims[count++]);
    return claim_all(call, claims, count, "Unable to allocate inventory");
}

int consumer_allocations_delete(struct call *call)
{
    enum outcome outcome = allocations_delete(&call->context, call_argument(call, 0));
    return outcome == OUTCOME_OK ? 204 : call_outcome(call, outcome);
}
