/*
 * Reads claims from the JSON of a request.
 */
#include <config.h>

#include "api/claim_json.h"

#include "api/body/body.h"

/* Reads {class: amount, ...}, the amounts of one provider. */
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

/* Reads {provider: {"resources": {...}}, ...}. */
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

/* Turns the list used before 1.12 into an object. If a provider comes twice, the last one counts.
 */
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

void claim_read(struct call *call, const char *consumer_uuid, json_t *data, struct claim *claim)
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

struct claim *claims_read(struct call *call, json_t *data, size_t *count)
{
    struct claim *claims =
        arena_array(call->exchange->arena, json_object_size(data), sizeof(*claims));
    const char *consumer_uuid;
    json_t *consumer;
    *count = 0;
    json_object_foreach(data, consumer_uuid, consumer)
        claim_read(call, consumer_uuid, consumer, &claims[(*count)++]);
    return claims;
}
