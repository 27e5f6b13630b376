/*
 * Shows, checks and changes the inventories of a resource provider.
 */
#include <config.h>

#include "api/inventories.h"

#include <string.h>

#include "api/body/body.h"
#include "api/call.h"
#include "api/inventory_json.h"
#include "placement/inventory_change.h"

/* Showing. */

static time_t modified_or_now(const struct inventory *inventory)
{
    return inventory->modified != 0 ? inventory->modified : time(NULL);
}

static void show_one(struct call *call, const struct provider *provider,
                     const struct inventory *inventory, int status)
{
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    inventory_write(writer, inventory);
    /* Upstream leaves out a generation of 0 here. */
    if (provider->generation != 0)
        writer_member_integer(writer, "resource_provider_generation", provider->generation);
    writer_end_object(writer);
    call_last_modified(call, modified_or_now(inventory));
    call_answer(call, status);
}

static void show_all(struct call *call, const struct provider *provider,
                     const struct inventories *inventories)
{
    time_t modified = 0;
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_member_integer(writer, "resource_provider_generation", provider->generation);
    writer_key(writer, "inventories");
    writer_begin_object(writer);
    for (size_t i = 0; i < inventories->count; i++) {
        const struct inventory *inventory = &inventories->list[i];
        writer_key(writer, inventory->class_name);
        writer_begin_object(writer);
        inventory_write(writer, inventory);
        writer_end_object(writer);
        if (modified_or_now(inventory) > modified)
            modified = modified_or_now(inventory);
    }
    writer_end_object(writer);
    writer_end_object(writer);
    /* Without inventories there is no time of a change. */
    if (inventories->count > 0)
        call_last_modified(call, modified);
    else if (call_since(call, 15))
        exchange_add_header(call->exchange, "cache-control", "no-cache");
    call_answer(call, 200);
}

void inventories_show(struct call *call)
{
    struct provider_reading reading;
    struct inventories inventories;
    if (!call_provider_read(call, "No resource provider with uuid ", " found : ", &reading))
        return;
    enum outcome outcome = provider_read_inventories(&call->context, &reading, &inventories);
    if (!call_succeeded(call, outcome))
        return;
    show_all(call, &reading.provider, &inventories);
}

void inventory_show(struct call *call)
{
    struct provider_reading reading;
    struct inventories inventories;
    const char *class_name = call_argument(call, 1);
    if (!call_provider_read(call, "No resource provider with uuid ", " found : ", &reading))
        return;
    enum outcome outcome = provider_read_inventories(&call->context, &reading, &inventories);
    if (!call_succeeded(call, outcome))
        return;
    for (size_t i = 0; i < inventories.count; i++)
        if (strcmp(inventories.list[i].class_name, class_name) == 0) {
            show_one(call, &reading.provider, &inventories.list[i], 200);
            return;
        }
    call_fail(call, 404, NULL, "No inventory of class %s for %s", class_name,
              call_argument(call, 0));
}

/* Refusing. */

/* Checks that the capacity is above 0 (from 1.26 on, at least 0). Returns false after failing with
   400; words begin the text. */
static bool check_capacity(struct call *call, const struct provider *provider,
                           const struct inventory *inventory, const char *words)
{
    bool may_be_reserved = call_since(call, 26);
    double capacity = inventory_capacity(inventory);
    if (capacity > 0 || (capacity == 0 && may_be_reserved))
        return true;
    call_fail(call, 400, NULL,
              "%s for resource provider %s: Invalid inventory for '%s' on resource provider '%s'. "
              "The reserved value is greater than %stotal.",
              words, provider->uuid, inventory->class_name, provider->uuid,
              may_be_reserved ? "" : "or equal to ");
    return false;
}

static bool check_generation(struct call *call, const struct provider *provider, json_t *data)
{
    json_t *generation = json_object_get(data, "resource_provider_generation");
    if (body_integer(generation) == provider->generation)
        return true;
    call_fail(call, 409, CODE_CONCURRENT_UPDATE, "resource provider generation conflict");
    return false;
}

/* Fails with what an outcome means to a change. words begin the text of a conflict; in_use is the
   code of OUTCOME_INVENTORY_IN_USE. */
static void refuse(struct call *call, enum outcome outcome, const char *words, const char *in_use)
{
    const char *detail = call->context.failure.detail;
    switch (outcome) {
    case OUTCOME_CONCURRENT_UPDATE:
        call_fail(call, 409, CODE_CONCURRENT_UPDATE, "%s: %s", words,
                  call->context.failure.outcome == outcome
                      ? detail
                      : "Another thread concurrently updated the data. Please retry your "
                        "update");
        break;
    case OUTCOME_DUPLICATE:
        call_fail(call, 409, CODE_CONCURRENT_UPDATE,
                  "%s: there is an inventory of this class already", words);
        break;
    case OUTCOME_INVENTORY_IN_USE:
        call_fail(call, 409, in_use, "%s: %s", words, detail);
        break;
    default:
        call_fail_outcome(call, outcome);
        break;
    }
}

/* Writing. */

void inventory_create(struct call *call)
{
    struct provider provider;
    if (!call_provider(call, NULL, NULL, &provider))
        return;
    json_t *data = call_body(call, SCHEMA_INVENTORY_POST);
    if (data == NULL)
        return;
    const char *class_name = json_string_value(json_object_get(data, "resource_class"));
    struct inventory inventory = inventory_read(data, class_name);
    if (!check_capacity(call, &provider, &inventory, "Unable to create inventory"))
        return;
    enum outcome outcome = inventory_add(&call->context, &provider, &inventory);
    if (outcome == OUTCOME_CLASS_NOT_FOUND) {
        call_fail(call, 400, NULL, "Unable to create inventory for resource provider %s: %s",
                  provider.uuid, call->context.failure.detail);
        return;
    }
    if (outcome != OUTCOME_OK) {
        refuse(call, outcome, "Update conflict", NULL);
        return;
    }
    exchange_add_location(call->exchange, call_url(call, "/resource_providers/%s/inventories/%s",
                                                   provider.uuid, class_name));
    show_one(call, &provider, &inventory, 201);
}

void inventories_set(struct call *call)
{
    struct provider provider;
    if (!call_provider(call, NULL, NULL, &provider))
        return;
    json_t *data = call_body(call, SCHEMA_INVENTORIES_PUT), *record;
    if (data == NULL || !check_generation(call, &provider, data))
        return;
    json_t *records = json_object_get(data, "inventories");
    struct inventories inventories = {.list = arena_array(call->exchange->arena,
                                                          json_object_size(records),
                                                          sizeof(*inventories.list))};
    const char *class_name;
    json_object_foreach(records, class_name, record) inventories.list[inventories.count++] =
        inventory_read(record, class_name);
    for (size_t i = 0; i < inventories.count; i++)
        if (!check_capacity(call, &provider, &inventories.list[i], "Unable to update inventory"))
            return;
    enum outcome outcome = inventories_replace(&call->context, &provider, &inventories, true);
    if (outcome == OUTCOME_CLASS_NOT_FOUND) {
        call_fail(call, 400, NULL,
                  "Unknown resource class in inventory for resource provider %s: %s", provider.uuid,
                  call->context.failure.detail);
        return;
    }
    if (outcome != OUTCOME_OK) {
        refuse(call, outcome, "update conflict", CODE_INVENTORY_IN_USE);
        return;
    }
    show_all(call, &provider, &inventories);
}

void inventory_update(struct call *call)
{
    struct provider provider;
    if (!call_provider(call, NULL, NULL, &provider))
        return;
    json_t *data = call_body(call, SCHEMA_INVENTORY_PUT);
    if (data == NULL || !check_generation(call, &provider, data))
        return;
    struct inventory inventory = inventory_read(data, call_argument(call, 1));
    if (!check_capacity(call, &provider, &inventory, "Unable to update inventory"))
        return;
    enum outcome outcome = inventory_change(&call->context, &provider, &inventory);
    if (outcome == OUTCOME_INVENTORY_NOT_FOUND) {
        call_fail(call, 400, NULL,
                  "No inventory record with resource class for resource provider %s: %s",
                  provider.uuid, call->context.failure.detail);
        return;
    }
    if (outcome != OUTCOME_OK) {
        refuse(call, outcome, "update conflict", NULL);
        return;
    }
    show_one(call, &provider, &inventory, 200);
}

void inventory_remove(struct call *call)
{
    struct provider provider;
    const char *class_name = call_argument(call, 1);
    if (!call_provider(call, NULL, NULL, &provider))
        return;
    enum outcome outcome = inventory_delete(&call->context, &provider, class_name);
    if (outcome == OUTCOME_OK) {
        call_answer(call, 204);
        return;
    }
    if (outcome == OUTCOME_CLASS_NOT_FOUND || outcome == OUTCOME_INVENTORY_NOT_FOUND) {
        call_fail(call, 404, NULL, "No inventory of class %s found for delete: %s", class_name,
                  call->context.failure.detail);
        return;
    }
    refuse(
        call, outcome,
        arena_printf(call->exchange->arena, "Unable to delete inventory of class %s", class_name),
        CODE_CONCURRENT_UPDATE);
}

void inventories_clear(struct call *call)
{
    struct provider provider;
    if (!call_provider(call, NULL, NULL, &provider))
        return;
    enum outcome outcome =
        inventories_replace(&call->context, &provider, &(struct inventories){0}, false);
    switch (outcome) {
    case OUTCOME_OK:
        call_answer(call, 204);
        break;
    case OUTCOME_CONCURRENT_UPDATE:
        call_fail(call, 409, CODE_CONCURRENT_UPDATE,
                  "Unable to delete inventory for resource provider %s because the "
                  "inventory was updated by another process. Please retry your request.",
                  provider.uuid);
        break;
    case OUTCOME_INVENTORY_IN_USE:
        call_fail(call, 409, CODE_INVENTORY_IN_USE, "%s", call->context.failure.detail);
        break;
    default:
        call_fail_outcome(call, outcome);
        break;
    }
}
