/*
 * Gathers what a write changes.
 */
#include <config.h>

#include "placement/trail.h"

#include <string.h>
#include <strings.h>

#include "base/sorted.h"
#include "base/text.h"

/* Reads without locks: the rows are locked already, or never change. */
static const struct sql select_names = {
    "SELECT 0, id, uuid FROM resource_providers WHERE id IN (?*) "
    "UNION ALL SELECT 1, id, name FROM resource_classes WHERE id IN (?*)",
    "iis"};

struct trail *trail_new(struct arena *arena)
{
    struct trail *trail = arena_alloc(arena, sizeof(*trail));
    trail->arena = arena;
    return trail;
}

/* Adds an empty element of this size, and returns it. */
static void *append(struct trail *trail, struct trail_list *list, size_t size)
{
    list->items = arena_grow(trail->arena, list->items, list->count, &list->room, size);
    return (char *)list->items + size * list->count++;
}

#define LISTS(trail)                                                                               \
    {                                                                                              \
        &(trail)->allocations, &(trail)->consumers, &(trail)->providers, &(trail)->inventories,    \
            &(trail)->memberships, &(trail)->names, &(trail)->provider_names,                      \
            &(trail)->class_names,                                                                 \
    }

void trail_restart(struct trail *trail)
{
    struct trail_list *lists[] = LISTS(trail);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        lists[i]->count = lists[i]->kept;
    trail->complete = false;
}

void trail_keep(struct trail *trail)
{
    struct trail_list *lists[] = LISTS(trail);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        lists[i]->kept = lists[i]->count;
}

/* Adding. Texts may be the caller's, who is gone when the event is written: they are copied. */

static const char *copy(struct trail *trail, const char *text)
{
    return text != NULL ? arena_strdup(trail->arena, text) : NULL;
}

void trail_held(struct trail *trail, const char *consumer, int64_t provider_id, int64_t class_id,
                int64_t used)
{
    if (trail == NULL)
        return;
    struct trail_allocation *added = append(trail, &trail->allocations, sizeof(*added));
    *added = (struct trail_allocation){
        .consumer = consumer, .provider_id = provider_id, .class_id = class_id, .before = used};
}

void trail_claimed(struct trail *trail, const char *consumer, const char *provider,
                   const char *class_name, int64_t used)
{
    if (trail == NULL)
        return;
    struct trail_allocation *added = append(trail, &trail->allocations, sizeof(*added));
    *added = (struct trail_allocation){.consumer = copy(trail, consumer),
                                       .provider = copy(trail, provider),
                                       .class_name = copy(trail, class_name),
                                       .after = used};
}

void trail_add_consumer(struct trail *trail, const struct trail_consumer *consumer)
{
    if (trail == NULL)
        return;
    struct trail_consumer *added = append(trail, &trail->consumers, sizeof(*added));
    *added = *consumer;
    added->uuid = copy(trail, consumer->uuid);
    added->project_id = copy(trail, consumer->project_id);
    added->user_id = copy(trail, consumer->user_id);
    added->type = copy(trail, consumer->type);
}

void trail_add_provider(struct trail *trail, const struct trail_provider *provider)
{
    if (trail == NULL)
        return;
    struct trail_provider *added = append(trail, &trail->providers, sizeof(*added));
    *added = *provider;
    added->uuid = copy(trail, provider->uuid);
    added->name_before = copy(trail, provider->name_before);
    added->name_after = copy(trail, provider->name_after);
    added->parent_before = copy(trail, provider->parent_before);
    added->parent_after = copy(trail, provider->parent_after);
}

void trail_raised(struct trail *trail, int64_t id, const char *uuid, int64_t before)
{
    trail_add_provider(trail, &(const struct trail_provider){.id = id,
                                                             .uuid = uuid,
                                                             .generation_before = before,
                                                             .generation_after = before + 1});
}

void trail_add_membership(struct trail *trail, enum trail_kind kind, const char *provider,
                          const char *name, bool added)
{
    if (trail == NULL)
        return;
    struct trail_membership *membership = append(trail, &trail->memberships, sizeof(*membership));
    *membership = (struct trail_membership){kind, copy(trail, provider), copy(trail, name), added};
}

void trail_add_name(struct trail *trail, enum trail_named kind, const char *before,
                    const char *after)
{
    if (trail == NULL)
        return;
    struct trail_name *name = append(trail, &trail->names, sizeof(*name));
    *name = (struct trail_name){kind, copy(trail, before), copy(trail, after)};
}

void trail_found_inventory(struct trail *trail, int64_t provider_id, int64_t class_id,
                           const char *class_name, const struct inventory *before)
{
    if (trail == NULL)
        return;
    struct trail_inventory *added = append(trail, &trail->inventories, sizeof(*added));
    *added = (struct trail_inventory){.class_name = class_name,
                                      .provider_id = provider_id,
                                      .class_id = class_id,
                                      .existed = true,
                                      .before = *before};
}

void trail_wrote_inventory(struct trail *trail, int64_t provider_id, const char *provider,
                           int64_t class_id, const struct inventory *after)
{
    if (trail == NULL)
        return;
    struct trail_inventory *added = append(trail, &trail->inventories, sizeof(*added));
    *added = (struct trail_inventory){.provider = copy(trail, provider),
                                      .provider_id = provider_id,
                                      .class_id = class_id,
                                      .exists = after != NULL,
                                      .written = true};
    if (after == NULL)
        return;
    added->class_name = copy(trail, after->class_name);
    added->after = *after;
}

static void name_add(struct trail *trail, struct trail_list *list, int64_t id, const char *name)
{
    struct trail_call *added = append(trail, list, sizeof(*added));
    *added = (struct trail_call){id, name};
}

void trail_call_provider(struct trail *trail, int64_t id, const char *uuid)
{
    if (trail != NULL && id > 0 && uuid != NULL)
        name_add(trail, &trail->provider_names, id, uuid);
}

void trail_call_class(struct trail *trail, int64_t id, const char *name)
{
    if (trail != NULL && id >= 0)
        name_add(trail, &trail->class_names, id, name);
}

/* Completing: names. */

static int call_compare(const void *left, const void *right)
{
    const struct trail_call *a = left, *b = right;
    return int64_compare(&a->id, &b->id);
}

static void sort_calls(struct trail_list *list)
{
    list->count = sort_unique(list->items, list->count, sizeof(struct trail_call), call_compare);
    list->kept = list->kept < list->count ? list->kept : list->count;
}

static const char *name_of(const struct trail_list *list, int64_t id)
{
    const struct trail_call key = {.id = id};
    const struct trail_call *found =
        sorted_find(&key, list->items, list->count, sizeof(key), call_compare);
    return found != NULL ? found->name : NULL;
}

/* Ids without a name. */
struct unnamed {
    int64_t *ids;
    size_t count;
};

static void need_name(struct unnamed *unnamed, const struct trail_list *known, const char *name,
                      int64_t id)
{
    if (name == NULL && name_of(known, id) == NULL)
        unnamed->ids[unnamed->count++] = id;
}

/* Asks the database for names that nobody told. */
static enum outcome load_names(struct context *context, struct trail *trail)
{
    size_t most = trail->allocations.count + trail->providers.count + trail->inventories.count;
    struct unnamed providers = {arena_array(trail->arena, most, sizeof(int64_t)), 0};
    struct unnamed classes = {arena_array(trail->arena, most, sizeof(int64_t)), 0};
    const struct trail_allocation *allocations = trail->allocations.items;
    const struct trail_provider *raised = trail->providers.items;
    const struct trail_inventory *inventories = trail->inventories.items;
    for (size_t i = 0; i < trail->allocations.count; i++) {
        need_name(&providers, &trail->provider_names, allocations[i].provider,
                  allocations[i].provider_id);
        need_name(&classes, &trail->class_names, allocations[i].class_name,
                  allocations[i].class_id);
    }
    for (size_t i = 0; i < trail->providers.count; i++)
        need_name(&providers, &trail->provider_names, raised[i].uuid, raised[i].id);
    for (size_t i = 0; i < trail->inventories.count; i++)
        if (inventories[i].provider == NULL && inventories[i].written)
            need_name(&providers, &trail->provider_names, NULL, inventories[i].provider_id);
    if (providers.count + classes.count == 0)
        return OUTCOME_OK;
    providers.count = sort_unique(providers.ids, providers.count, sizeof(int64_t), int64_compare);
    classes.count = sort_unique(classes.ids, classes.count, sizeof(int64_t), int64_compare);
    struct rows rows;
    TRY(database_select(context->database, &select_names,
                        VALUES(value_integers(providers.ids, providers.count),
                               value_integers(classes.ids, classes.count)),
                        &rows));
    for (size_t i = 0; i < rows.count; i++)
        name_add(trail,
                 row_integer(&rows, i, 0) == 0 ? &trail->provider_names : &trail->class_names,
                 row_integer(&rows, i, 1), row_text(&rows, i, 2));
    sort_calls(&trail->provider_names);
    sort_calls(&trail->class_names);
    return OUTCOME_OK;
}

static void set_names(struct trail *trail)
{
    struct trail_allocation *allocations = trail->allocations.items;
    struct trail_provider *providers = trail->providers.items;
    struct trail_inventory *inventories = trail->inventories.items;
    for (size_t i = 0; i < trail->allocations.count; i++) {
        if (allocations[i].provider == NULL)
            allocations[i].provider =
                text_or(name_of(&trail->provider_names, allocations[i].provider_id), "");
        if (allocations[i].class_name == NULL)
            allocations[i].class_name =
                text_or(name_of(&trail->class_names, allocations[i].class_id), "");
    }
    for (size_t i = 0; i < trail->providers.count; i++)
        if (providers[i].uuid == NULL)
            providers[i].uuid = text_or(name_of(&trail->provider_names, providers[i].id), "");
    for (size_t i = 0; i < trail->inventories.count; i++)
        if (inventories[i].provider == NULL)
            inventories[i].provider =
                text_or(name_of(&trail->provider_names, inventories[i].provider_id), "");
}

/* Completing: joining. */

static int allocation_compare(const void *left, const void *right)
{
    const struct trail_allocation *a = left, *b = right;
    int order = strcasecmp(a->consumer, b->consumer);
    if (order == 0)
        order = strcasecmp(a->provider, b->provider);
    return order != 0 ? order : strcmp(a->class_name, b->class_name);
}

static void join_allocations(struct trail_list *list)
{
    struct trail_allocation *items = list->items;
    size_t count = 0;
    sort(items, list->count, sizeof(*items), allocation_compare);
    for (size_t i = 0; i < list->count; i++) {
        if (count > 0 && allocation_compare(&items[count - 1], &items[i]) == 0) {
            items[count - 1].before += items[i].before;
            items[count - 1].after += items[i].after;
        } else {
            items[count++] = items[i];
        }
    }
    list->count = count;
}

static int provider_compare(const void *left, const void *right)
{
    const struct trail_provider *a = left, *b = right;
    int order = strcasecmp(a->uuid, b->uuid);
    return order != 0 ? order : int64_compare(&a->generation_before, &b->generation_before);
}

/* Counts how often a generation is raised: the reshaper does it up to three times. */
static void join_providers(struct trail_list *list)
{
    struct trail_provider *items = list->items;
    size_t count = 0;
    sort(items, list->count, sizeof(*items), provider_compare);
    for (size_t i = 0; i < list->count; i++) {
        if (count > 0 && strcasecmp(items[count - 1].uuid, items[i].uuid) == 0)
            items[count - 1].generation_after++;
        else
            items[count++] = items[i];
    }
    list->count = count;
}

static int inventory_compare(const void *left, const void *right)
{
    const struct trail_inventory *a = left, *b = right;
    int order = int64_compare(&a->provider_id, &b->provider_id);
    if (order == 0)
        order = int64_compare(&a->class_id, &b->class_id);
    return order != 0 ? order : (int)a->written - (int)b->written;
}

static bool is_equal(const struct inventory *left, const struct inventory *right)
{
    return left->total == right->total && left->reserved == right->reserved &&
           left->min_unit == right->min_unit && left->max_unit == right->max_unit &&
           left->step_size == right->step_size &&
           float_meaning(left->allocation_ratio) == float_meaning(right->allocation_ratio);
}

/* Joins what was found with what was written; drops what was only found, or is as before. */
static void join_inventories(struct trail_list *list)
{
    struct trail_inventory *items = list->items;
    size_t count = 0;
    sort(items, list->count, sizeof(*items), inventory_compare);
    for (size_t i = 0; i < list->count; i++) {
        struct trail_inventory joined = items[i];
        if (!joined.written && !joined.existed)
            continue;
        for (; i + 1 < list->count && items[i + 1].provider_id == joined.provider_id &&
               items[i + 1].class_id == joined.class_id;
             i++) {
            const struct trail_inventory *next = &items[i + 1];
            joined.written = joined.written || next->written;
            joined.exists = next->exists;
            joined.after = next->after;
            if (joined.class_name == NULL)
                joined.class_name = next->class_name;
            if (*joined.provider == '\0')
                joined.provider = next->provider;
        }
        if (joined.written && (joined.existed || joined.exists) &&
            !(joined.existed && joined.exists && is_equal(&joined.before, &joined.after)))
            items[count++] = joined;
    }
    list->count = count;
}

enum outcome trail_complete(struct context *context, struct trail *trail)
{
    sort_calls(&trail->provider_names);
    sort_calls(&trail->class_names);
    TRY(load_names(context, trail));
    set_names(trail);
    join_allocations(&trail->allocations);
    join_providers(&trail->providers);
    join_inventories(&trail->inventories);
    trail->complete = true;
    return OUTCOME_OK;
}
