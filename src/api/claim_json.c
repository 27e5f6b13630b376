/*
 * Reads claims from the JSON of a request.
 */
#include <config.h>

#include "api/claim_json.h"

#include <strings.h>

#include "api/body/body.h"
#include "api/query/python_text.h"
#include "base/sorted.h"

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
    if (!claim->generation_null) {
        claim->generation = body_integer(generation);
        claim->generation_text = python_repr(generation, call->exchange->arena);
    }
    read_amounts(call, json_is_array(allocations) ? object_from_list(allocations) : allocations,
                 claim);
}

/* Sorts claims on the same consumer next to each other, in the order of the body. */
static int claim_compare(const void *left, const void *right)
{
    const struct claim *const *a = left, *const *b = right;
    int order = strcasecmp((*a)->consumer_uuid, (*b)->consumer_uuid);
    return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* Gives the first of some claims on the same consumer the amounts of all. */
static void merge(struct arena *arena, struct claim **claims, size_t count)
{
    size_t room = 0, filled = 0;
    for (size_t i = 0; i < count; i++)
        room += claims[i]->amount_count;
    struct claim_amount *amounts = arena_array(arena, room, sizeof(*amounts));
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < claims[i]->amount_count; j++)
            amounts[filled++] = claims[i]->amounts[j];
        claims[i]->again = i + 1 < count ? claims[i + 1] : NULL;
    }
    claims[0]->amounts = amounts;
    claims[0]->amount_count = filled;
}

/* Merges claims on the same consumer, whose uuid may be in upper or lower case. Returns the claims
   that are left. */
static struct claim *merge_repeated(struct arena *arena, struct claim *claims, size_t *count)
{
    struct claim **sorted = arena_array(arena, *count, sizeof(struct claim *));
    struct claim *merged = arena_array(arena, *count, sizeof(*merged));
    bool *repeats = arena_array(arena, *count, sizeof(*repeats));
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        sorted[i] = &claims[i];
    sort(sorted, *count, sizeof(struct claim *), claim_compare);
    for (size_t i = 0, next; i < *count; i = next) {
        for (next = i + 1; next < *count &&
                           strcasecmp(sorted[i]->consumer_uuid, sorted[next]->consumer_uuid) == 0;
             next++)
            repeats[sorted[next] - claims] = true;
        if (next > i + 1)
            merge(arena, &sorted[i], next - i);
    }
    for (size_t i = 0; i < *count; i++)
        if (!repeats[i])
            merged[kept++] = claims[i];
    *count = kept;
    return merged;
}

struct claim *claims_read(struct call *call, json_t *data, size_t *count)
{
    struct arena *arena = call->exchange->arena;
    struct claim *claims = arena_array(arena, json_object_size(data), sizeof(*claims));
    const char *consumer_uuid;
    json_t *consumer;
    *count = 0;
    json_object_foreach(data, consumer_uuid, consumer)
        claim_read(call, consumer_uuid, consumer, &claims[(*count)++]);
    return merge_repeated(arena, claims, count);
}
