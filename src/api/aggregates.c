/*
 * Shows and replaces the aggregates of a resource provider.
 */
#include <config.h>

#include "api/aggregates.h"

#include "api/body/body.h"
#include "api/call.h"
#include "placement/aggregate.h"

enum { GENERATION_SINCE = 19 };

static void show(struct call *call, const struct provider *provider,
                 const struct aggregates *aggregates)
{
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "aggregates");
    writer_begin_array(writer);
    for (size_t i = 0; i < aggregates->count; i++)
        writer_text(writer, aggregates->uuids[i]);
    writer_end_array(writer);
    if (call_since(call, GENERATION_SINCE))
        writer_member_integer(writer, "resource_provider_generation", provider->generation);
    writer_end_object(writer);
    call_last_modified(call, time(NULL));
    call_answer(call, 200);
}

void aggregates_show(struct call *call)
{
    struct provider_reading reading;
    struct aggregates aggregates = {0};
    if (call_provider_read(call, NULL, NULL, &reading) &&
        call_succeeded(call, provider_read_aggregates(&call->context, &reading, &aggregates)))
        show(call, &reading.provider, &aggregates);
}

void aggregates_set(struct call *call)
{
    struct provider provider;
    bool counts = call_since(call, GENERATION_SINCE);
    if (!call_provider(call, NULL, NULL, &provider))
        return;
    json_t *data = call_body(call, counts ? SCHEMA_AGGREGATES_PUT_1_19 : SCHEMA_AGGREGATES_PUT_1_1);
    if (data == NULL)
        return;
    json_t *generation = json_object_get(data, "resource_provider_generation");
    if (counts && body_integer(generation) != provider.generation) {
        call_fail(call, 409, CODE_CONCURRENT_UPDATE,
                  "Resource provider's generation already changed. Please update the "
                  "generation and try again.");
        return;
    }
    json_t *list = counts ? json_object_get(data, "aggregates") : data;
    size_t count = json_array_size(list);
    const char **uuids = arena_array(call->exchange->arena, count, sizeof(*uuids));
    for (size_t i = 0; i < count; i++)
        uuids[i] = json_string_value(json_array_get(list, i));
    struct aggregates aggregates = {uuids, count};
    enum outcome outcome = aggregates_replace(&call->context, &provider, &aggregates, counts);
    if (outcome == OUTCOME_CONCURRENT_UPDATE) {
        call_fail(call, 409, CODE_CONCURRENT_UPDATE, "Update conflict: %s",
                  call->context.failure.detail != NULL
                      ? call->context.failure.detail
                      : "Another thread concurrently updated the data. Please retry your "
                        "update");
        return;
    }
    if (!call_succeeded(call, outcome))
        return;
    show(call, &provider, &aggregates);
}
