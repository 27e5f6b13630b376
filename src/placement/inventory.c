/*
 * The rows of inventories.
 */
#include <config.h>

#include "placement/inventory.h"

#include <math.h>

#include "placement/inventory_rows.h"
#include "placement/names.h"

static const struct sql select_inventories = {
    "SELECT resource_class_id, total, reserved, min_unit, max_unit, step_size, allocation_ratio, "
    "TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(updated_at, created_at)) "
    "FROM inventories WHERE resource_provider_id = ? ORDER BY resource_class_id",
    "iiiiiiri"};

/* A change, as its transaction sees it. */
struct change {
    struct context *context;
    struct provider *provider;
    const struct inventories *inventories;
    const int64_t *class_ids; /* of the inventories */
    bool check_generation;
    bool whole;         /* what is not among the inventories goes */
    bool adds;          /* what is among them and not there yet is made */
    bool deletes;       /* what is among them goes, nothing else happens */
    int64_t generation; /* at the beginning: a second attempt starts from it again */
};

double inventory_capacity(const struct inventory *inventory)
{
    return trunc((double)(inventory->total - inventory->reserved) * inventory->allocation_ratio);
}

enum outcome inventories_load(struct context *context, const struct provider *provider,
                              struct inventories *inventories)
{
    struct rows rows;
    enum outcome outcome = database_select(context->database, &select_inventories,
                                           VALUES(value_integer(provider->id)), &rows);
    if (outcome != OUTCOME_OK)
        return outcome;
    inventories->list = arena_array(context->arena, rows.count, sizeof(*inventories->list));
    inventories->count = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        struct inventory *inventory = &inventories->list[i];
        *inventory = (struct inventory){
            .total = row_integer(&rows, i, 1),
            .reserved = row_integer(&rows, i, 2),
            .min_unit = row_integer(&rows, i, 3),
            .max_unit = row_integer(&rows, i, 4),
            .step_size = row_integer(&rows, i, 5),
            .allocation_ratio = row_float(&rows, i, 6),
            .modified = (time_t)row_integer(&rows, i, 7),
        };
        outcome = names_from_id(context, NAME_RESOURCE_CLASS, row_integer(&rows, i, 0),
                                &inventory->class_name);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    return OUTCOME_OK;
}

/* Classes. */

static enum outcome find_classes(struct context *context, const struct inventories *inventories,
                                 const int64_t **class_ids)
{
    const char **names = arena_array(context->arena, inventories->count, sizeof(*names));
    int64_t *ids = arena_array(context->arena, inventories->count, sizeof(*ids));
    for (size_t i = 0; i < inventories->count; i++)
        names[i] = inventories->list[i].class_name;
    enum outcome outcome =
        names_to_ids(context, NAME_RESOURCE_CLASS, names, inventories->count, ids);
    for (size_t i = 0; i < inventories->count && outcome == OUTCOME_OK; i++)
        if (ids[i] < 0)
            outcome = context_fail(context, OUTCOME_CLASS_NOT_FOUND, "No such resource class %s.",
                                   names[i]);
    *class_ids = ids;
    return outcome;
}

static bool contains(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Writing. */

static struct inventory_row row_of(const struct change *change, size_t index)
{
    return (struct inventory_row){
        .provider_id = change->provider->id,
        .class_id = change->class_ids[index],
        .provider_uuid = change->provider->uuid,
        .inventory = &change->inventories->list[index],
    };
}

/* Sorts classes into those to add, to change and to delete, and does so. */
static enum outcome write_change(const struct change *change, const struct rows *rows)
{
    struct context *context = change->context;
    size_t count = change->inventories->count, added = 0, changed = 0, gone = 0;
    int64_t *existing = arena_array(context->arena, rows->count, sizeof(*existing));
    struct inventory_row *remove = arena_array(context->arena, rows->count, sizeof(*remove));
    struct inventory_row *add = arena_array(context->arena, count, sizeof(*add));
    struct inventory_row *update = arena_array(context->arena, count, sizeof(*update));
    uint64_t deleted;
    for (size_t i = 0; i < rows->count; i++) {
        existing[i] = row_integer(rows, i, 1);
        if (change->whole && !contains(change->class_ids, count, existing[i]))
            remove[gone++] = (struct inventory_row){.provider_id = change->provider->id,
                                                    .class_id = existing[i],
                                                    .provider_uuid = change->provider->uuid};
    }
    for (size_t i = 0; i < count; i++) {
        if (contains(existing, rows->count, change->class_ids[i]))
            update[changed++] = row_of(change, i);
        else
            add[added++] = row_of(change, i);
    }
    if (change->adds && !change->whole && changed > 0)
        return OUTCOME_DUPLICATE;
    if (!change->adds && added > 0)
        return context_fail(context, OUTCOME_INVENTORY_NOT_FOUND, "No inventory of class %s found.",
                            add[0].inventory->class_name);
    enum outcome outcome = inventory_rows_delete(context, remove, gone, &deleted);
    if (outcome == OUTCOME_OK)
        outcome = inventory_rows_insert(context, add, added);
    if (outcome == OUTCOME_OK)
        outcome = inventory_rows_update(context, update, changed);
    return outcome;
}

static enum outcome delete_named(const struct change *change)
{
    size_t count = change->inventories->count;
    struct inventory_row *rows = arena_array(change->context->arena, count, sizeof(*rows));
    uint64_t deleted;
    for (size_t i = 0; i < count; i++)
        rows[i] = row_of(change, i);
    enum outcome outcome = inventory_rows_delete(change->context, rows, count, &deleted);
    if (outcome == OUTCOME_OK && deleted == 0)
        return context_fail(change->context, OUTCOME_INVENTORY_NOT_FOUND,
                            "No inventory of class %s found for delete",
                            change->inventories->list[0].class_name);
    return outcome;
}

static enum outcome run_change(void *subject)
{
    struct change *change = subject;
    struct rows rows;
    change->provider->generation = change->generation;
    enum outcome outcome =
        provider_hold(change->context, change->provider, change->check_generation);
    if (outcome == OUTCOME_OK && change->deletes) {
        outcome = delete_named(change);
    } else if (outcome == OUTCOME_OK) {
        outcome =
            inventory_classes_hold(change->context, change->class_ids, change->inventories->count);
        if (outcome == OUTCOME_OK)
            outcome = inventory_rows_find(change->context, &change->provider->id, 1, &rows);
        if (outcome == OUTCOME_OK)
            outcome = write_change(change, &rows);
    }
    if (outcome != OUTCOME_OK)
        return outcome;
    return provider_increment_generation(change->context, change->provider);
}

static enum outcome carry_out(struct change *change)
{
    enum outcome outcome = find_classes(change->context, change->inventories, &change->class_ids);
    change->generation = change->provider->generation;
    if (outcome != OUTCOME_OK)
        return outcome;
    return database_transaction(change->context->database, run_change, change);
}

enum outcome inventories_replace(struct context *context, struct provider *provider,
                                 const struct inventories *inventories, bool check_generation)
{
    return carry_out(&(struct change){.context = context,
                                      .provider = provider,
                                      .inventories = inventories,
                                      .check_generation = check_generation,
                                      .whole = true,
                                      .adds = true});
}

/* A list of one: the cast leaves it as it is, nothing writes to the list of a change. */
#define ONE(pointer)                                                                               \
    &(const struct inventories)                                                                    \
    {                                                                                              \
        (struct inventory *)(uintptr_t)(pointer), 1                                                \
    }

enum outcome inventory_add(struct context *context, struct provider *provider,
                           const struct inventory *inventory)
{
    return carry_out(&(struct change){
        .context = context, .provider = provider, .inventories = ONE(inventory), .adds = true});
}

enum outcome inventory_change(struct context *context, struct provider *provider,
                              const struct inventory *inventory)
{
    return carry_out(&(struct change){.context = context,
                                      .provider = provider,
                                      .inventories = ONE(inventory),
                                      .check_generation = true});
}

enum outcome inventory_delete(struct context *context, struct provider *provider,
                              const char *class_name)
{
    struct inventory inventory = {.class_name = class_name};
    return carry_out(&(struct change){
        .context = context, .provider = provider, .inventories = ONE(&inventory), .deletes = true});
}
