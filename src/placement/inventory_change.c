/*
 * Finds out which inventories of a provider to add, to change and to delete, and writes them.
 */
#include <config.h>

#include "placement/inventory_change.h"

#include "base/sorted.h"
#include "placement/inventory_rows.h"

struct change {
    struct context *context;
    struct provider *provider;
    const struct inventories *inventories;
    struct inventory_classes classes; /* of the inventories; ids are of one attempt */
    bool check_generation;
    bool whole;         /* delete the inventories that are not in the list */
    bool adds;          /* create those in the list that do not exist */
    bool deletes;       /* delete those in the list, and do nothing else */
    int64_t generation; /* as loaded: each attempt starts from it */
};

static enum outcome check_classes(const struct change *change)
{
    for (size_t i = 0; i < change->classes.count; i++)
        if (change->classes.ids[i] < 0)
            return context_fail(change->context, OUTCOME_CLASS_NOT_FOUND,
                                "No such resource class %s.", change->classes.names[i]);
    return OUTCOME_OK;
}

static bool contains(const int64_t *sorted, size_t count, int64_t id)
{
    return sorted_find(&id, sorted, count, sizeof(*sorted), int64_compare) != NULL;
}

static struct inventory_row inventory_row_of(const struct change *change, size_t index)
{
    return (struct inventory_row){
        .provider_id = change->provider->id,
        .class_id = change->classes.ids[index],
        .provider_uuid = change->provider->uuid,
        .inventory = &change->inventories->list[index],
    };
}

/* Compares the inventories of the change with rows, those that exist, and writes the difference. */
static enum outcome write_change(const struct change *change, const struct rows *rows)
{
    struct context *context = change->context;
    size_t count = change->inventories->count, added = 0, updated = 0, removed = 0;
    int64_t *existing = arena_array(context->arena, rows->count, sizeof(*existing));
    struct inventory_row *remove = arena_array(context->arena, rows->count, sizeof(*remove));
    struct inventory_row *add = arena_array(context->arena, count, sizeof(*add));
    struct inventory_row *update = arena_array(context->arena, count, sizeof(*update));
    int64_t *wanted = arena_array(context->arena, count, sizeof(*wanted));
    uint64_t deleted;
    for (size_t i = 0; i < count; i++)
        wanted[i] = change->classes.ids[i];
    sort(wanted, count, sizeof(*wanted), int64_compare);
    for (size_t i = 0; i < rows->count; i++) {
        existing[i] = row_integer(rows, i, FOUND_CLASS);
        if (change->whole && !contains(wanted, count, existing[i]))
            remove[removed++] = (struct inventory_row){.provider_id = change->provider->id,
                                                       .class_id = existing[i],
                                                       .provider_uuid = change->provider->uuid};
    }
    sort(existing, rows->count, sizeof(*existing), int64_compare);
    for (size_t i = 0; i < count; i++) {
        if (contains(existing, rows->count, change->classes.ids[i]))
            update[updated++] = inventory_row_of(change, i);
        else
            add[added++] = inventory_row_of(change, i);
    }
    if (change->adds && !change->whole && updated > 0)
        return OUTCOME_DUPLICATE;
    if (!change->adds && added > 0)
        return context_fail(context, OUTCOME_INVENTORY_NOT_FOUND, "No inventory of class %s found.",
                            add[0].inventory->class_name);
    TRY(inventory_rows_delete(context, remove, removed, rows, &deleted));
    TRY(inventory_rows_insert(context, add, added));
    return inventory_rows_update(context, update, updated, rows);
}

static enum outcome delete_named(const struct change *change, const struct rows *found)
{
    size_t count = change->inventories->count;
    struct inventory_row *rows = arena_array(change->context->arena, count, sizeof(*rows));
    uint64_t deleted;
    for (size_t i = 0; i < count; i++)
        rows[i] = inventory_row_of(change, i);
    TRY(inventory_rows_delete(change->context, rows, count, found, &deleted));
    if (deleted == 0)
        return context_fail(change->context, OUTCOME_INVENTORY_NOT_FOUND,
                            "No inventory of class %s found for delete",
                            change->inventories->list[0].class_name);
    return OUTCOME_OK;
}

static enum outcome run_change(void *subject)
{
    struct change *change = subject;
    struct context *context = change->context;
    change->provider->generation = change->generation;
    TRY(provider_hold(context, change->provider, change->check_generation));
    struct rows rows;
    TRY(inventory_rows_find(context, &change->provider->id, 1, &change->classes, &rows));
    TRY(check_classes(change));
    TRY(change->deletes ? delete_named(change, &rows) : write_change(change, &rows));
    return provider_increment_generation(context, change->provider);
}

static enum outcome carry_out(struct change *change)
{
    change->generation = change->provider->generation;
    const struct inventories *inventories = change->inventories;
    struct arena *arena = change->context->arena;
    const char **names = arena_array(arena, inventories->count, sizeof(*names));
    for (size_t i = 0; i < inventories->count; i++)
        names[i] = inventories->list[i].class_name;
    change->classes = (struct inventory_classes){
        names, arena_array(arena, inventories->count, sizeof(int64_t)), inventories->count};
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

/* A list of one. The cast drops const; nothing writes to the list of a change. */
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
