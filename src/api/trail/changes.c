/*
 * Writes what a request changed: consumers, allocations, providers, inventories, traits, ...
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "api/trail/event.h"
#include "base/sorted.h"

/* What happens to a consumer. */
enum deed { DEED_CLAIM, DEED_RELEASE, DEED_MOVE, DEED_CHANGE, DEED_KEEP, DEEDS };

static const char *const deeds[] = {"claim", "release", "move", "change", "keep"};
static const char *const actions[] = {"allocations.claim", "allocations.release",
                                      "allocations.move", "allocations.change", "allocations.keep"};

/* The allocations of a consumer: they stand together. */
struct span {
    const struct trail_allocation *items;
    size_t count;
};

static struct span next_span(const struct trail *trail, size_t from)
{
    const struct trail_allocation *items = trail->allocations.items;
    size_t end = from;
    while (end < trail->allocations.count &&
           strcasecmp(items[end].consumer, items[from].consumer) == 0)
        end++;
    return (struct span){&items[from], end - from};
}

/* It moves if a provider that it used before is not used after, or the other way round. */
static enum deed deed_of(struct span span)
{
    bool held = false, holds = false, moved = false, changed = false;
    for (size_t i = 0; i < span.count;) {
        bool before = false, after = false;
        size_t next = i;
        for (; next < span.count &&
               strcasecmp(span.items[next].provider, span.items[i].provider) == 0;
             next++) {
            before = before || span.items[next].before > 0;
            after = after || span.items[next].after > 0;
            changed = changed || span.items[next].before != span.items[next].after;
        }
        moved = moved || before != after;
        held = held || before;
        holds = holds || after;
        i = next;
    }
    if (!held || !holds)
        return holds ? DEED_CLAIM : held ? DEED_RELEASE : DEED_KEEP;
    return moved ? DEED_MOVE : changed ? DEED_CHANGE : DEED_KEEP;
}

/* Returns what all consumers have in common, or DEEDS. */
static enum deed common_deed(const struct trail *trail)
{
    enum deed common = DEEDS;
    for (size_t i = 0; i < trail->allocations.count;) {
        struct span span = next_span(trail, i);
        enum deed deed = deed_of(span);
        if (i > 0 && deed != common)
            return DEEDS;
        common = deed;
        i += span.count;
    }
    return common;
}

static bool text_differs(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left != right : strcmp(left, right) != 0;
}

const char *trail_action(const struct trail_event *event)
{
    const struct trail *trail = event->trail;
    if (trail == NULL || !trail->complete)
        return event->action;
    if (strcmp(event->action, "allocations.set") == 0) {
        enum deed common = common_deed(trail);
        return common != DEEDS ? actions[common] : event->action;
    }
    if (strcmp(event->action, "provider.update") == 0 && trail->providers.count == 1) {
        const struct trail_provider *provider = trail->providers.items;
        if (text_differs(provider->parent_before, provider->parent_after))
            return "provider.move";
        if (text_differs(provider->name_before, provider->name_after))
            return "provider.rename";
    }
    if (strcmp(event->action, "resource_class.update") == 0 && trail->names.count == 1) {
        const struct trail_name *name = trail->names.items;
        return name->before != NULL ? "resource_class.rename" : "resource_class.create";
    }
    return event->action;
}

/* Generations. */

static void write_generation(struct json_writer *writer, const char *key, int64_t generation)
{
    writer_key(writer, key);
    if (generation == TRAIL_NONE)
        writer_null(writer);
    else
        writer_integer(writer, generation);
}

static void write_generations(struct json_writer *writer, int64_t before, int64_t after)
{
    write_generation(writer, "generation_before", before);
    write_generation(writer, "generation_after", after);
}

/* Begins a list, unless it would be empty. */
static bool begin_list(struct json_writer *writer, const char *key, size_t count)
{
    if (count == 0)
        return false;
    writer_key(writer, key);
    writer_begin_array(writer);
    return true;
}

/* Consumers. */

static int consumer_of_span(const struct span *span, const char *uuid)
{
    return span->count == 0 ? 1 : strcasecmp(span->items[0].consumer, uuid);
}

static bool allocation_is_before(const void *list, size_t index, const void *consumer)
{
    return strcasecmp(((const struct trail_allocation *)list)[index].consumer, consumer) < 0;
}

/* Finds the allocations of a consumer in the sorted list. */
static struct span find_span(const struct trail *trail, const char *uuid)
{
    size_t first =
        lower_bound(trail->allocations.items, trail->allocations.count, uuid, allocation_is_before);
    if (first == trail->allocations.count)
        return (struct span){NULL, 0};
    struct span span = next_span(trail, first);
    return consumer_of_span(&span, uuid) == 0 ? span : (struct span){NULL, 0};
}

static void write_consumers(struct json_writer *writer, const struct trail *trail)
{
    const struct trail_consumer *items = trail->consumers.items;
    if (!begin_list(writer, "consumers", trail->consumers.count))
        return;
    for (size_t i = 0; i < trail->consumers.count; i++) {
        writer_begin_object(writer);
        writer_member_text(writer, "uuid", items[i].uuid);
        writer_member_text(writer, "did", deeds[deed_of(find_span(trail, items[i].uuid))]);
        write_generations(writer, items[i].generation_before, items[i].generation_after);
        if (items[i].project_id != NULL) {
            writer_member_text(writer, "project_id", items[i].project_id);
            writer_member_text(writer, "user_id", items[i].user_id);
        }
        if (items[i].type != NULL)
            writer_member_text(writer, "consumer_type", items[i].type);
        writer_end_object(writer);
    }
    writer_end_array(writer);
}

/* Without a COMMIT only what was asked for is known. */
static void write_allocations(struct json_writer *writer, const struct trail *trail)
{
    const struct trail_allocation *items = trail->allocations.items;
    bool any = trail->complete && trail->allocations.count > 0;
    for (size_t i = 0; i < trail->allocations.count && !any; i++)
        any = items[i].after > 0;
    if (!any || !begin_list(writer, "allocations", trail->allocations.count))
        return;
    for (size_t i = 0; i < trail->allocations.count; i++) {
        if (!trail->complete && items[i].after == 0)
            continue;
        writer_begin_object(writer);
        writer_member_text(writer, "consumer", items[i].consumer);
        writer_member_text(writer, "provider", items[i].provider);
        writer_member_text(writer, "resource_class", items[i].class_name);
        if (trail->complete)
            writer_member_integer(writer, "before", items[i].before);
        writer_member_integer(writer, trail->complete ? "after" : "asked", items[i].after);
        writer_end_object(writer);
    }
    writer_end_array(writer);
}

/* Providers. */

static void write_providers(struct json_writer *writer, const struct trail *trail)
{
    const struct trail_provider *items = trail->providers.items;
    if (!begin_list(writer, "providers", trail->providers.count))
        return;
    for (size_t i = 0; i < trail->providers.count; i++) {
        writer_begin_object(writer);
        writer_member_text(writer, "uuid", items[i].uuid);
        write_generations(writer, items[i].generation_before, items[i].generation_after);
        if (items[i].describes) {
            writer_member_text(writer, "name_before", items[i].name_before);
            writer_member_text(writer, "name_after", items[i].name_after);
            writer_member_text(writer, "parent_before", items[i].parent_before);
            writer_member_text(writer, "parent_after", items[i].parent_after);
        }
        writer_end_object(writer);
    }
    writer_end_array(writer);
}

static void write_inventory(struct json_writer *writer, const char *key, bool exists,
                            const struct inventory *inventory)
{
    writer_key(writer, key);
    if (!exists) {
        writer_null(writer);
        return;
    }
    writer_begin_object(writer);
    writer_member_integer(writer, "total", inventory->total);
    writer_member_integer(writer, "reserved", inventory->reserved);
    writer_member_integer(writer, "min_unit", inventory->min_unit);
    writer_member_integer(writer, "max_unit", inventory->max_unit);
    writer_member_integer(writer, "step_size", inventory->step_size);
    writer_member_real(writer, "allocation_ratio", inventory->allocation_ratio);
    writer_end_object(writer);
}

static void write_inventories(struct json_writer *writer, const struct trail *trail)
{
    const struct trail_inventory *items = trail->inventories.items;
    if (!begin_list(writer, "inventories", trail->inventories.count))
        return;
    for (size_t i = 0; i < trail->inventories.count; i++) {
        writer_begin_object(writer);
        writer_member_text(writer, "provider", items[i].provider);
        writer_member_text(writer, "resource_class", items[i].class_name);
        write_inventory(writer, "before", items[i].existed, &items[i].before);
        write_inventory(writer, "after", items[i].exists, &items[i].after);
        writer_end_object(writer);
    }
    writer_end_array(writer);
}

static void write_names_of(struct json_writer *writer, const struct trail *trail, const char *key,
                           enum trail_kind kind, bool added)
{
    const struct trail_membership *items = trail->memberships.items;
    size_t count = 0;
    for (size_t i = 0; i < trail->memberships.count; i++)
        count += items[i].kind == kind && items[i].added == added;
    if (!begin_list(writer, key, count))
        return;
    for (size_t i = 0; i < trail->memberships.count; i++)
        if (items[i].kind == kind && items[i].added == added)
            writer_text(writer, items[i].name);
    writer_end_array(writer);
}

/* Traits and aggregates: a request changes those of one provider. */
static void write_memberships(struct json_writer *writer, const struct trail *trail)
{
    write_names_of(writer, trail, "traits_added", TRAIL_TRAIT, true);
    write_names_of(writer, trail, "traits_removed", TRAIL_TRAIT, false);
    write_names_of(writer, trail, "aggregates_added", TRAIL_AGGREGATE, true);
    write_names_of(writer, trail, "aggregates_removed", TRAIL_AGGREGATE, false);
}

static void write_names(struct json_writer *writer, const struct trail *trail)
{
    const struct trail_name *items = trail->names.items;
    for (size_t i = 0; i < trail->names.count; i++) {
        writer_key(writer, items[i].kind == TRAIL_RESOURCE_CLASS ? "resource_class" : "trait");
        writer_begin_object(writer);
        writer_member_text(writer, "before", items[i].before);
        writer_member_text(writer, "after", items[i].after);
        writer_end_object(writer);
    }
}

void trail_write_changes(struct json_writer *writer, const struct trail_event *event)
{
    const struct trail *trail = event->trail;
    if (trail == NULL)
        return;
    if (!trail->complete) {
        write_allocations(writer, trail);
        return;
    }
    write_consumers(writer, trail);
    write_allocations(writer, trail);
    write_providers(writer, trail);
    write_inventories(writer, trail);
    write_memberships(writer, trail);
    write_names(writer, trail);
}
