/*
 * Shows, claims and deletes the allocations of consumers, and shows those of a provider.
 */
#include <config.h>

#include "api/allocations.h"

#include <string.h>

#include "api/body/schema.h"
#include "api/call.h"
#include "api/claim_json.h"
#include "base/sorted.h"
#include "base/uuid.h"
#include "placement/allocation.h"
#include "placement/claim.h"
#include "watch/tally.h"

/* Showing. */

static void show_last_modified(struct call *call, const struct allocations *allocations)
{
    call_last_modified(call, allocations->count > 0 ? allocations->modified : time(NULL));
}

/* Sorts allocations of the same class next to each other, in their order. */
static int allocation_compare(const void *left, const void *right)
{
    const struct allocation *const *a = left, *const *b = right;
    int order = strcmp((*a)->class_name, (*b)->class_name);
    return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* A claim that spells a provider in two ways is stored as two rows of a class. The first one gets
   the amount of the last one, as in a dictionary of Python, and the others lose their names. */
static void fold_repeated(struct arena *arena, struct allocation *list, size_t count)
{
    struct allocation **sorted = arena_array(arena, count, sizeof(struct allocation *));
    for (size_t i = 0; i < count; i++)
        sorted[i] = &list[i];
    sort(sorted, count, sizeof(struct allocation *), allocation_compare);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1;
             next < count && strcmp(sorted[i]->class_name, sorted[next]->class_name) == 0; next++) {
            sorted[i]->used = sorted[next]->used;
            sorted[next]->class_name = "";
        }
    }
}

/* Writes "resources" of the allocations from *index on, while same() holds, and
   moves *index behind them. */
static void write_resources(struct call *call, struct json_writer *writer,
                            struct allocations *allocations, size_t *index,
                            bool (*same)(const struct allocation *, const struct allocation *))
{
    struct allocation *first = &allocations->list[*index];
    size_t count = 0;
    while (*index < allocations->count && same(first, &allocations->list[*index])) {
        count++;
        ++*index;
    }
    fold_repeated(call->exchange->arena, first, count);
    writer_key(writer, "resources");
    writer_begin_object(writer);
    for (size_t i = 0; i < count; i++)
        if (*first[i].class_name != '\0')
            writer_member_integer(writer, first[i].class_name, first[i].used);
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

void consumer_allocations_show(struct call *call)
{
    struct allocations allocations;
    struct allocation_owner owner;
    enum outcome outcome =
        allocations_of_consumer(&call->context, call_argument(call, 0), &allocations, &owner);
    if (!call_succeeded(call, outcome))
        return;
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "allocations");
    writer_begin_object(writer);
    for (size_t i = 0; i < allocations.count;) {
        const struct allocation *first = &allocations.list[i];
        writer_key(writer, first->provider_uuid);
        writer_begin_object(writer);
        write_resources(call, writer, &allocations, &i, same_provider);
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
    call_answer(call, 200);
}

void provider_allocations_show(struct call *call)
{
    struct provider provider;
    struct allocations allocations;
    if (!call_provider(call, "Resource provider '", "' not found: ", &provider))
        return;
    enum outcome outcome = allocations_of_provider(&call->context, &provider, &allocations);
    if (!call_succeeded(call, outcome))
        return;
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "allocations");
    writer_begin_object(writer);
    for (size_t i = 0; i < allocations.count;) {
        const struct allocation *first = &allocations.list[i];
        writer_key(writer, first->consumer_uuid);
        writer_begin_object(writer);
        write_resources(call, writer, &allocations, &i, same_consumer);
        if (call_since(call, 28))
            writer_member_integer(writer, "consumer_generation", first->consumer_generation);
        writer_end_object(writer);
    }
    writer_end_object(writer);
    writer_member_integer(writer, "resource_provider_generation", provider.generation);
    writer_end_object(writer);
    show_last_modified(call, &allocations);
    call_answer(call, 200);
}

/* Claiming. */

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

/* Carries out the claims. class_missing begins the error text for a class that does not exist. */
static void claim_all(struct call *call, const struct claim *claims, size_t count,
                      const char *class_missing)
{
    enum outcome outcome = claims_replace(&call->context, claims, count);
    const char *detail = call->context.failure.detail;
    switch (outcome) {
    case OUTCOME_OK:
        tally_count(COUNTER_CLAIMS, count);
        call_answer(call, 204);
        break;
    case OUTCOME_GENERATION_CONFLICT:
        call_fail(call, 409, CODE_CONCURRENT_UPDATE, "%s", detail);
        break;
    case OUTCOME_PROVIDER_NOT_FOUND:
        call_fail(call, 400, NULL, "%s", detail);
        break;
    case OUTCOME_CLASS_NOT_FOUND:
        call_fail(call, 400, NULL, "%s %s", class_missing, detail);
        break;
    case OUTCOME_INVENTORY_INVALID:
        call_fail(call, 409, NULL, "Unable to allocate inventory: %s", detail);
        break;
    case OUTCOME_CONCURRENT_UPDATE:
        call_fail(call, 409, CODE_CONCURRENT_UPDATE,
                  "Inventory and/or allocations changed while attempting to allocate: "
                  "Another thread concurrently updated the resource provider data. Please "
                  "retry your update");
        break;
    default:
        call_fail_outcome(call, outcome);
        break;
    }
}

void consumer_allocations_replace(struct call *call)
{
    const char *given = call_argument(call, 0);
    struct uuid_text consumer_uuid;
    if (!uuid_canonical(given, &consumer_uuid)) {
        call_fail(call, 400, NULL, "Malformed consumer_uuid: %s", given);
        return;
    }
    json_t *data = call_body(call, call_schema(call, put_schemas));
    if (data == NULL)
        return;
    struct claim claim;
    claim_read(call, consumer_uuid.text, data, &claim);
    claim_all(call, &claim, 1,
              arena_printf(call->exchange->arena,
                           "Unable to allocate inventory for consumer %s:", consumer_uuid.text));
}

void allocations_replace(struct call *call)
{
    json_t *data = call_body(call, call_schema(call, post_schemas));
    if (data == NULL)
        return;
    size_t count;
    struct claim *claims = claims_read(call, data, &count);
    claim_all(call, claims, count, "Unable to allocate inventory");
}

void consumer_allocations_delete(struct call *call)
{
    enum outcome outcome = allocations_delete(&call->context, call_argument(call, 0));
    if (!call_succeeded(call, outcome))
        return;
    tally_count(COUNTER_CLAIMS, 1);
    call_answer(call, 204);
}
