/*
 * Reads the body of a reshape and answers it.
 */
#include <config.h>

#include "api/reshaper.h"

#include "api/body/body.h"
#include "api/call.h"
#include "api/claim_json.h"
#include "api/inventory_json.h"
#include "api/query/python_text.h"
#include "placement/reshape.h"
#include "watch/tally.h"

static const struct schema_since schemas[] = {
    {38, SCHEMA_RESHAPER_POST_1_38},
    {34, SCHEMA_RESHAPER_POST_1_34},
    {0, SCHEMA_RESHAPER_POST_1_30},
};

static void read_provider(struct call *call, const char *uuid, json_t *data,
                          struct reshaped_provider *provider)
{
    json_t *records = json_object_get(data, "inventories"), *record;
    const char *class_name;
    json_t *generation = json_object_get(data, "resource_provider_generation");
    *provider = (struct reshaped_provider){
        .uuid = uuid,
        .generation = body_integer(generation),
        .generation_text = python_repr(generation, call->exchange->arena),
    };
    struct inventories *inventories = &provider->inventories;
    inventories->list =
        arena_array(call->exchange->arena, json_object_size(records), sizeof(*inventories->list));
    json_object_foreach(records, class_name, record) inventories->list[inventories->count++] =
        inventory_read(record, class_name);
}

static void answer(struct call *call, enum outcome outcome)
{
    const char *detail = call->context.failure.detail;
    switch (outcome) {
    case OUTCOME_OK:
        tally_count(COUNTER_RESHAPES, 1);
        call_answer(call, 204);
        break;
    case OUTCOME_NOT_FOUND:
        call_fail(call, 400, CODE_PROVIDER_NOT_FOUND, "%s", detail);
        break;
    case OUTCOME_PROVIDER_NOT_FOUND:
        call_fail(call, 400, NULL, "%s", detail);
        break;
    case OUTCOME_GENERATION_CONFLICT:
        call_fail(call, 409, CODE_CONCURRENT_UPDATE, "%s", detail);
        break;
    case OUTCOME_CLASS_NOT_FOUND:
        call_fail(call, 400, NULL, "malformed reshaper data: %s", detail);
        break;
    case OUTCOME_INVENTORY_IN_USE:
        call_fail(call, 409, CODE_INVENTORY_IN_USE, "update conflict: %s", detail);
        break;
    case OUTCOME_INVENTORY_INVALID:
        call_fail(call, 409, NULL, "Unable to allocate inventory: %s", detail);
        break;
    case OUTCOME_DUPLICATE: /* another request added the inventory first */
    case OUTCOME_CONCURRENT_UPDATE:
        call_fail(call, 409, CODE_CONCURRENT_UPDATE,
                  "update conflict: Another thread concurrently updated the resource "
                  "provider data. Please retry your update");
        break;
    default:
        call_fail_outcome(call, outcome);
        break;
    }
}

void reshaper_post(struct call *call)
{
    json_t *data = call_body(call, call_schema(call, schemas)), *item;
    if (data == NULL)
        return;
    json_t *inventories = json_object_get(data, "inventories");
    struct reshaped_provider *providers =
        arena_array(call->exchange->arena, json_object_size(inventories), sizeof(*providers));
    size_t provider_count = 0, claim_count;
    const char *uuid;
    json_object_foreach(inventories, uuid, item)
        read_provider(call, uuid, item, &providers[provider_count++]);
    struct claim *claims = claims_read(call, json_object_get(data, "allocations"), &claim_count);
    answer(call, reshape(&call->context, providers, provider_count, claims, claim_count));
}
