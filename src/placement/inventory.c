/*
 * The rows of inventories.
 */
#include <config.h>

#include "placement/inventory.h"

#include <math.h>

#include "base/log.h"
#include "placement/names.h"

static const struct sql select_inventories = {
    "SELECT resource_class_id, total, reserved, min_unit, max_unit, step_size, allocation_ratio, "
    "TIMESTAMPDIFF(SECOND, '1970-01-01', COALESCE(updated_at, created_at)) "
    "FROM inventories WHERE resource_provider_id = ? ORDER BY resource_class_id",
    "iiiiiiri"};
static const struct sql select_classes = {
    "SELECT resource_class_id FROM inventories WHERE resource_provider_id = ?", "i"};
/* A custom class must not vanish before its inventory is committed. */
static const struct sql lock_classes = {
    "SELECT id FROM resource_classes WHERE id IN (?...) LOCK IN SHARE MODE", "i"};
static const struct sql select_used = {
    "SELECT resource_class_id, SUM(used) FROM allocations WHERE resource_provider_id = ? "
    "AND resource_class_id IN (?...) GROUP BY resource_class_id ORDER BY resource_class_id",
    "ii"};
static const struct sql delete_inventories = {
    "DELETE FROM inventories WHERE resource_provider_id = ? AND resource_class_id IN (?...)", NULL};
static const struct sql insert_inventory = {
    "INSERT INTO inventories (total, reserved, min_unit, max_unit, step_size, allocation_ratio, "
    "resource_provider_id, resource_class_id, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())",
    NULL};
static const struct sql update_inventory = {
    "UPDATE inventories SET total = ?, reserved = ?, min_unit = ?, max_unit = ?, step_size = ?, "
    "allocation_ratio = ?, updated_at = UTC_TIMESTAMP() "
    "WHERE resource_provider_id = ? AND resource_class_id = ?",
    NULL};

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

static enum outcome hold_custom_classes(const struct change *change)
{
    int64_t *custom =
        arena_array(change->context->arena, change->inventories->count, sizeof(*custom));
    size_t count = 0;
    for (size_t i = 0; i < change->inventories->count; i++)
        if (change->class_ids[i] >= FIRST_CUSTOM_CLASS_ID)
            custom[count++] = change->class_ids[i];
    if (count == 0)
        return OUTCOME_OK;
    struct rows rows;
    enum outcome outcome = database_select(change->context->database, &lock_classes,
                                           VALUES(value_integers(custom, count)), &rows);
    if (outcome == OUTCOME_OK && rows.count < count)
        return context_fail(change->context, OUTCOME_CLASS_NOT_FOUND,
                            "No such resource class: one was deleted meanwhile.");
    return outcome;
}

/* Writing. */

static enum outcome write_rows(const struct change *change, const struct sql *sql,
                               const size_t *indexes, size_t count)
{
    enum { WIDTH = 8 };
    struct value *values = arena_array(change->context->arena, count * WIDTH, sizeof(*values));
    for (size_t i = 0; i < count; i++) {
        const struct inventory *inventory = &change->inventories->list[indexes[i]];
        const struct value row[WIDTH] = {
            value_integer(inventory->total),     value_integer(inventory->reserved),
            value_integer(inventory->min_unit),  value_integer(inventory->max_unit),
            value_integer(inventory->step_size), value_real(inventory->allocation_ratio),
            value_integer(change->provider->id), value_integer(change->class_ids[indexes[i]]),
        };
        memcpy(&values[i * WIDTH], row, sizeof(row));
    }
    return database_execute_bulk(change->context->database, sql, values, WIDTH, count, NULL);
}

static enum outcome used_of(const struct change *change, const int64_t *class_ids, size_t count,
                            struct rows *rows)
{
    return database_select(
        change->context->database, &select_used,
        VALUES(value_integer(change->provider->id), value_integers(class_ids, count)), rows);
}

static enum outcome refuse_in_use(const struct change *change, const struct rows *used)
{
    const char *classes = "", *name;
    for (size_t i = 0; i < used->count; i++) {
        enum outcome outcome =
            names_from_id(change->context, NAME_RESOURCE_CLASS, row_integer(used, i, 0), &name);
        if (outcome != OUTCOME_OK)
            return outcome;
        classes = arena_printf(change->context->arena, "%s%s%s", classes, i > 0 ? ", " : "", name);
    }
    return context_fail(change->context, OUTCOME_INVENTORY_IN_USE,
                        "Inventory for '%s' on resource provider '%s' in use.", classes,
                        change->provider->uuid);
}

static enum outcome delete_rows(const struct change *change, const int64_t *class_ids, size_t count,
                                uint64_t *deleted)
{
    struct rows used;
    *deleted = 0;
    if (count == 0)
        return OUTCOME_OK;
    enum outcome outcome = used_of(change, class_ids, count, &used);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (used.count > 0)
        return refuse_in_use(change, &used);
    return database_execute(
        change->context->database, &delete_inventories,
        VALUES(value_integer(change->provider->id), value_integers(class_ids, count)), deleted);
}

/* An inventory may shrink below what is used of it: the operator's word counts, but is logged. */
static enum outcome warn_exceeded(const struct change *change, const size_t *indexes, size_t count)
{
    struct rows used;
    int64_t *ids = arena_array(change->context->arena, count, sizeof(*ids));
    for (size_t i = 0; i < count; i++)
        ids[i] = change->class_ids[indexes[i]];
    if (count == 0)
        return OUTCOME_OK;
    enum outcome outcome = used_of(change, ids, count, &used);
    for (size_t i = 0; i < used.count && outcome == OUTCOME_OK; i++) {
        for (size_t j = 0; j < count; j++) {
            const struct inventory *inventory = &change->inventories->list[indexes[j]];
            if (ids[j] == row_integer(&used, i, 0) &&
                (double)row_integer(&used, i, 1) > inventory_capacity(inventory))
                log_event(LOG_LEVEL_WARNING, "resource provider is now over capacity",
                          log_identifier("resource_provider", change->provider->uuid),
                          log_identifier("resource_class", inventory->class_name));
        }
    }
    return outcome;
}

/* Sorts classes into those to add, to change and to delete, and does so. */
static enum outcome write_change(const struct change *change, const struct rows *rows)
{
    struct arena *arena = change->context->arena;
    size_t count = change->inventories->count, added = 0, changed = 0, gone = 0;
    int64_t *existing = arena_array(arena, rows->count, sizeof(*existing));
    int64_t *delete_ids = arena_array(arena, rows->count, sizeof(*delete_ids));
    size_t *add = arena_array(arena, count, sizeof(*add));
    size_t *update = arena_array(arena, count, sizeof(*update));
    uint64_t deleted;
    for (size_t i = 0; i < rows->count; i++) {
        existing[i] = row_integer(rows, i, 0);
        if (change->whole && !contains(change->class_ids, count, existing[i]))
            delete_ids[gone++] = existing[i];
    }
    for (size_t i = 0; i < count; i++) {
        if (contains(existing, rows->count, change->class_ids[i]))
            update[changed++] = i;
        else
            add[added++] = i;
    }
    if (change->adds && !change->whole && changed > 0)
        return OUTCOME_DUPLICATE;
    if (!change->adds && added > 0)
        return context_fail(change->context, OUTCOME_INVENTORY_NOT_FOUND,
                            "No inventory of class %s found.",
                            change->inventories->list[add[0]].class_name);
    enum outcome outcome = delete_rows(change, delete_ids, gone, &deleted);
    if (outcome == OUTCOME_OK)
        outcome = write_rows(change, &insert_inventory, add, added);
    if (outcome == OUTCOME_OK)
        outcome = warn_exceeded(change, update, changed);
    if (outcome == OUTCOME_OK)
        outcome = write_rows(change, &update_inventory, update, changed);
    return outcome;
}

static enum outcome delete_named(const struct change *change)
{
    uint64_t deleted;
    enum outcome outcome =
        delete_rows(change, change->class_ids, change->inventories->count, &deleted);
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
        outcome = hold_custom_classes(change);
        if (outcome == OUTCOME_OK)
            outcome = database_select(change->context->database, &select_classes,
                                      VALUES(value_integer(change->provider->id)), &rows);
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
