/*
 * Applies records to rows, and makes the world from the rows.
 */
#include <config.h>

#include "placement/world/image.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sorted.h"
#include "placement/capacity.h"

static const char sharing_trait[] = "MISC_SHARES_VIA_AGGREGATE";

void image_begin(struct image *image)
{
    *image = (struct image){
        .loading = true,
        .stale = true,
        .providers = {.size = sizeof(struct image_provider)},
        .classes = {.size = sizeof(struct image_name)},
        .inventories = {.size = sizeof(struct image_inventory)},
        .usages = {.size = sizeof(struct image_usage)},
        .traits = {.size = sizeof(struct image_name)},
        .aggregates = {.size = sizeof(struct image_name)},
        .provider_traits = {.size = sizeof(struct image_pair)},
        .members = {.size = sizeof(struct image_pair)},
        .uuids = {.offset = offsetof(struct image_provider, uuid)},
    };
    arena_init(&image->arena, 0);
}

static void clear_names(struct keyed *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(((struct image_name *)keyed_at(names, i))->text);
    keyed_clear(names);
}

static void image_clear(void *subject)
{
    struct image *image = subject;
    for (size_t i = 0; i < image->providers.count; i++)
        free(((struct image_provider *)keyed_at(&image->providers, i))->name);
    keyed_clear(&image->providers);
    clear_names(&image->classes);
    clear_names(&image->traits);
    clear_names(&image->aggregates);
    keyed_clear(&image->inventories);
    keyed_clear(&image->usages);
    keyed_clear(&image->provider_traits);
    keyed_clear(&image->members);
    uuid_order_forget(&image->uuids);
    image->loading = image->stale = true;
}

void image_end(struct image *image)
{
    image_clear(image);
    uuid_order_free(&image->uuids);
    arena_free(&image->arena);
}

/* Rows. */

static void *put_row(const struct image *image, struct keyed *rows, int32_t id, int32_t other)
{
    uint64_t key = key_of(id, other);
    return image->loading ? keyed_append(rows, key) : keyed_put(rows, key);
}

static bool replace_text(char **text, const char *with)
{
    if (*text != NULL && with != NULL && strcmp(*text, with) == 0)
        return true;
    free(*text);
    *text = with != NULL ? strdup(with) : NULL;
    return (*text == NULL) == (with == NULL);
}

/* A row of a provider has another uuid; a new one had none. */
static void note_uuid(struct image *image, const struct image_provider *row, bool is_new)
{
    if (is_new && row == keyed_at(&image->providers, image->providers.count - 1))
        uuid_order_append(&image->uuids, &image->providers);
    else
        uuid_order_forget(&image->uuids);
}

static bool set_provider(struct image *image, const struct world_record *record)
{
    size_t count = image->providers.count;
    struct image_provider *row = put_row(image, &image->providers, record->id, 0);
    if (row == NULL)
        return false;
    bool is_new = image->providers.count > count;
    bool renamed = is_new || strcmp(row->uuid, record->provider.uuid) != 0;
    if (row->root_id != record->provider.root_id || row->parent_id != record->provider.parent_id ||
        renamed)
        image->stale = true;
    row->generation = record->provider.generation;
    row->root_id = record->provider.root_id;
    row->parent_id = record->provider.parent_id;
    row->modified = record->modified;
    snprintf(row->uuid, sizeof(row->uuid), "%s", record->provider.uuid);
    if (renamed)
        note_uuid(image, row, is_new);
    return replace_text(&row->name, record->provider.name);
}

static bool set_name(struct image *image, struct keyed *rows, const struct world_record *record)
{
    struct image_name *row = put_row(image, rows, record->id, 0);
    image->stale = true;
    if (row == NULL)
        return false;
    row->modified = record->modified;
    return replace_text(&row->text, record->name);
}

static double capacity_of(struct image *image, const struct world_record *record)
{
    if (record->inventory.allocation_ratio != image->ratio) {
        image->ratio = record->inventory.allocation_ratio;
        image->ratio_meaning = float_meaning(image->ratio);
    }
    return (double)((int64_t)record->inventory.total - record->inventory.reserved) *
           image->ratio_meaning;
}

/* Returns the inventory in the world, or NULL if the world must be made again. */
static struct world_inventory *kept_inventory(struct image *image, int32_t provider_id,
                                              int32_t class_id)
{
    if (image->stale)
        return NULL;
    struct world *world = &image->world;
    uint32_t number = world_find(world, provider_id);
    const struct world_inventory *found =
        number != WORLD_NONE ? world_inventory_of(world, number, class_id) : NULL;
    return found != NULL ? &world->inventories[found - world->inventories] : NULL;
}

static struct world_inventory made_inventory(const struct image_inventory *row)
{
    return (struct world_inventory){
        .class_id = (int32_t)(uint32_t)row->key,
        .total = row->total,
        .reserved = row->reserved,
        .min_unit = row->min_unit,
        .max_unit = row->max_unit,
        .step_size = row->step_size,
        .allocation_ratio = row->allocation_ratio,
        .whole_capacity = row->whole_capacity,
        .capacity = (int64_t)fmin(fmax(row->whole_capacity, -1e18), 1e18),
    };
}

static bool set_inventory(struct image *image, const struct world_record *record)
{
    struct image_inventory *row = put_row(image, &image->inventories, record->id, record->other);
    if (row == NULL)
        return false;
    row->total = record->inventory.total;
    row->reserved = record->inventory.reserved;
    row->min_unit = record->inventory.min_unit;
    row->max_unit = record->inventory.max_unit;
    row->step_size = record->inventory.step_size;
    row->allocation_ratio = record->inventory.allocation_ratio;
    row->modified = record->modified;
    row->whole_capacity = capacity_of(image, record);
    struct world_inventory *kept = kept_inventory(image, record->id, record->other);
    if (kept == NULL) {
        image->stale = true;
        return true;
    }
    int64_t used = kept->used;
    *kept = made_inventory(row);
    kept->used = used;
    return true;
}

static bool add_usage(struct image *image, const struct world_record *record)
{
    struct image_usage *row = put_row(image, &image->usages, record->id, record->other);
    if (row == NULL)
        return false;
    row->used += record->used;
    struct world_inventory *kept = kept_inventory(image, record->id, record->other);
    if (kept != NULL)
        kept->used = row->used;
    if (row->used == 0 && !image->loading)
        keyed_remove(&image->usages, row);
    return true;
}

static bool set_pair(struct image *image, struct keyed *rows, int32_t id, int32_t other)
{
    image->stale = true;
    return put_row(image, rows, id, other) != NULL;
}

static void remove_row(struct image *image, struct keyed *rows, int32_t id, int32_t other)
{
    void *row = keyed_find(rows, key_of(id, other));
    image->stale = true;
    if (row == NULL)
        return;
    if (rows == &image->providers)
        uuid_order_forget(&image->uuids);
    if (rows == &image->providers)
        free(((struct image_provider *)row)->name);
    else if (rows == &image->classes || rows == &image->traits || rows == &image->aggregates)
        free(((struct image_name *)row)->text);
    keyed_remove(rows, row);
}

static bool remove_record(struct image *image, const struct world_record *record)
{
    int32_t id = record->id, other = record->other;
    if (record->kind == WORLD_PROVIDER_GONE)
        remove_row(image, &image->providers, id, 0);
    else if (record->kind == WORLD_CLASS_GONE)
        remove_row(image, &image->classes, id, 0);
    else if (record->kind == WORLD_INVENTORY_GONE)
        remove_row(image, &image->inventories, id, other);
    else if (record->kind == WORLD_TRAIT_GONE)
        remove_row(image, &image->traits, id, 0);
    else if (record->kind == WORLD_PROVIDER_TRAIT_GONE)
        remove_row(image, &image->provider_traits, id, other);
    else if (record->kind == WORLD_AGGREGATE_GONE)
        remove_row(image, &image->aggregates, id, 0);
    else
        remove_row(image, &image->members, other, id);
    return true;
}

static bool apply(struct image *image, const struct world_record *record)
{
    switch (record->kind) {
    case WORLD_PROVIDER_SET:
        return set_provider(image, record);
    case WORLD_CLASS_SET:
        return set_name(image, &image->classes, record);
    case WORLD_INVENTORY_SET:
        return set_inventory(image, record);
    case WORLD_USAGE_ADD:
        return add_usage(image, record);
    case WORLD_TRAIT_SET:
        return set_name(image, &image->traits, record);
    case WORLD_PROVIDER_TRAIT_SET:
        return set_pair(image, &image->provider_traits, record->id, record->other);
    case WORLD_AGGREGATE_SET:
        return set_name(image, &image->aggregates, record);
    case WORLD_MEMBER_SET:
        return set_pair(image, &image->members, record->other, record->id);
    case WORLD_PROVIDER_GONE:
    case WORLD_CLASS_GONE:
    case WORLD_INVENTORY_GONE:
    case WORLD_TRAIT_GONE:
    case WORLD_PROVIDER_TRAIT_GONE:
    case WORLD_AGGREGATE_GONE:
    case WORLD_MEMBER_GONE:
        return remove_record(image, record);
    }
    return false;
}

static void settle(struct image *image)
{
    struct keyed *all[] = {&image->providers, &image->classes,        &image->inventories,
                           &image->usages,    &image->traits,         &image->aggregates,
                           &image->members,   &image->provider_traits};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        keyed_settle(all[i]);
    image->loading = false;
}

static bool read_entry(void *subject, const struct journal_entry *entry)
{
    struct image *image = subject;
    if (!entry->is_position)
        return apply(image, &entry->record);
    image->position = entry->position;
    settle(image);
    return true;
}

bool image_read(struct image *image, const struct journal *journal)
{
    const struct journal_reader reader = {image, image_clear, read_entry};
    return journal_read(journal, &image->place, &reader);
}

/* The world. */

static int number_compare(const void *left, const void *right)
{
    const struct image_number *a = left, *b = right;
    return strcmp(a->text, b->text);
}

/* Lists names by text. */
static struct image_number *number_names(struct arena *arena, const struct keyed *names,
                                         size_t *count)
{
    struct image_number *numbers = arena_array(arena, names->count, sizeof(*numbers));
    *count = 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct image_name *row = keyed_at(names, i);
        if (row->text != NULL)
            numbers[(*count)++] =
                (struct image_number){row->text, (uint32_t)i, (int32_t)(row->key >> 32)};
    }
    sort(numbers, *count, sizeof(*numbers), number_compare);
    return numbers;
}

static const struct image_number *find_number(const struct image_number *numbers, size_t count,
                                              const char *text)
{
    const struct image_number key = {.text = text};
    return sorted_find(&key, numbers, count, sizeof(key), number_compare);
}

bool image_find_provider(struct image *image, const char *uuid, size_t *row)
{
    return uuid_order_find(&image->uuids, &image->providers, uuid, row);
}

const struct image_number *image_trait(const struct image *image, const char *name)
{
    return find_number(image->trait_numbers, image->trait_count, name);
}

const struct image_number *image_aggregate(const struct image *image, const char *uuid)
{
    return find_number(image->aggregate_numbers, image->aggregate_count, uuid);
}

static void make_providers(struct image *image)
{
    struct world *world = &image->world;
    size_t count = image->providers.count;
    struct world_kin *kin = arena_array(&image->arena, count, sizeof(*kin));
    world->providers = arena_array(&image->arena, count, sizeof(*world->providers));
    world->provider_room = count;
    for (size_t i = 0; i < count; i++) {
        const struct image_provider *row = keyed_at(&image->providers, i);
        kin[i] = (struct world_kin){row->root_id, row->parent_id};
        world_add_provider(world, (int64_t)(row->key >> 32), row->uuid);
    }
    world_link(world, kin);
}

static void make_inventories(struct image *image)
{
    struct world *world = &image->world;
    size_t count = image->inventories.count;
    world->inventories = arena_array(&image->arena, count, sizeof(*world->inventories));
    world->owners = arena_array(&image->arena, count, sizeof(*world->owners));
    world->inventory_room = world->owner_room = count;
    for (size_t i = 0; i < count; i++) {
        const struct image_inventory *row = keyed_at(&image->inventories, i);
        const struct world_inventory inventory = made_inventory(row);
        world_add_inventory(world, (int64_t)(row->key >> 32), &inventory);
    }
    world_sort_inventories(world);
    for (size_t i = 0; i < image->usages.count; i++) {
        const struct image_usage *row = keyed_at(&image->usages, i);
        world_add_usage(world, (int64_t)(row->key >> 32), (int32_t)(uint32_t)row->key, row->used);
    }
    world->all_usages = true;
}

/* Returns the number of a trait or aggregate, or that of none. */
static size_t number_of(struct keyed *names, uint64_t id)
{
    const struct image_name *row = keyed_find(names, id << 32);
    return row != NULL ? (size_t)((const char *)row - names->rows) / names->size : SIZE_MAX;
}

static void make_sets(struct image *image)
{
    struct world *world = &image->world;
    for (size_t i = 0; i < image->provider_traits.count; i++) {
        uint64_t key = ((const struct image_pair *)keyed_at(&image->provider_traits, i))->key;
        size_t number = number_of(&image->traits, key & UINT32_MAX);
        if (number != SIZE_MAX)
            world_add_trait(world, (int64_t)(key >> 32), number);
    }
    for (size_t i = 0; i < image->members.count; i++) {
        uint64_t key = ((const struct image_pair *)keyed_at(&image->members, i))->key;
        size_t number = number_of(&image->aggregates, key >> 32);
        if (number != SIZE_MAX)
            world_add_aggregate(world, (int64_t)(key & UINT32_MAX), number);
        world_add_member(world, (int64_t)(key >> 32), (int64_t)(key & UINT32_MAX));
    }
    world_end(world);
}

const struct world *image_world(struct image *image)
{
    jmp_buf escape;
    if (!image->stale)
        return &image->world;
    arena_free(&image->arena);
    arena_set_escape(&image->arena, &escape);
    if (setjmp(escape) != 0) {
        arena_set_escape(&image->arena, NULL);
        return NULL;
    }
    image->trait_numbers = number_names(&image->arena, &image->traits, &image->trait_count);
    image->aggregate_numbers =
        number_names(&image->arena, &image->aggregates, &image->aggregate_count);
    const struct image_number *sharing = image_trait(image, sharing_trait);
    const struct world_interest interest = {
        .trait_count = image->traits.count,
        .sharing_trait = sharing != NULL ? sharing->number : image->traits.count,
        .aggregate_count = image->aggregates.count,
    };
    world_begin(&image->world, &image->arena, &interest);
    make_providers(image);
    make_inventories(image);
    make_sets(image);
    image->stale = false;
    arena_set_escape(&image->arena, NULL);
    return &image->world;
}

/* A base. */

static bool tell_names(const struct keyed *names, enum world_record_kind kind,
                       const struct world_sink *sink)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct image_name *row = keyed_at(names, i);
        const struct world_record record = {.kind = kind,
                                            .id = (int32_t)(row->key >> 32),
                                            .modified = row->modified,
                                            .name = row->text};
        if (!sink->add(sink->subject, &record))
            return false;
    }
    return true;
}

static bool tell_providers(const struct keyed *providers, const struct world_sink *sink)
{
    for (size_t i = 0; i < providers->count; i++) {
        const struct image_provider *row = keyed_at(providers, i);
        const struct world_record record = {
            .kind = WORLD_PROVIDER_SET,
            .id = (int32_t)(row->key >> 32),
            .modified = row->modified,
            .provider = {row->uuid, row->name, row->generation, row->root_id, row->parent_id},
        };
        if (!sink->add(sink->subject, &record))
            return false;
    }
    return true;
}

static bool tell_inventories(const struct keyed *inventories, const struct world_sink *sink)
{
    for (size_t i = 0; i < inventories->count; i++) {
        const struct image_inventory *row = keyed_at(inventories, i);
        const struct world_record record = {
            .kind = WORLD_INVENTORY_SET,
            .id = (int32_t)(row->key >> 32),
            .other = (int32_t)(uint32_t)row->key,
            .modified = row->modified,
            .inventory = {row->total, row->reserved, row->min_unit, row->max_unit, row->step_size,
                          row->allocation_ratio},
        };
        if (!sink->add(sink->subject, &record))
            return false;
    }
    return true;
}

static bool tell_usages(const struct keyed *usages, const struct world_sink *sink)
{
    for (size_t i = 0; i < usages->count; i++) {
        const struct image_usage *row = keyed_at(usages, i);
        const struct world_record record = {
            .kind = WORLD_USAGE_ADD,
            .id = (int32_t)(row->key >> 32),
            .other = (int32_t)(uint32_t)row->key,
            .used = row->used,
        };
        if (!sink->add(sink->subject, &record))
            return false;
    }
    return true;
}

static bool tell_pairs(const struct keyed *pairs, enum world_record_kind kind,
                       const struct world_sink *sink)
{
    for (size_t i = 0; i < pairs->count; i++) {
        uint64_t key = ((const struct image_pair *)keyed_at(pairs, i))->key;
        int32_t first = (int32_t)(key >> 32), second = (int32_t)(uint32_t)key;
        bool member = kind == WORLD_MEMBER_SET;
        const struct world_record record = {
            .kind = kind, .id = member ? second : first, .other = member ? first : second};
        if (!sink->add(sink->subject, &record))
            return false;
    }
    return true;
}

bool image_tell(struct image *image, const struct world_sink *sink)
{
    return tell_providers(&image->providers, sink) &&
           tell_names(&image->classes, WORLD_CLASS_SET, sink) &&
           tell_inventories(&image->inventories, sink) && tell_usages(&image->usages, sink) &&
           tell_names(&image->traits, WORLD_TRAIT_SET, sink) &&
           tell_pairs(&image->provider_traits, WORLD_PROVIDER_TRAIT_SET, sink) &&
           tell_names(&image->aggregates, WORLD_AGGREGATE_SET, sink) &&
           tell_pairs(&image->members, WORLD_MEMBER_SET, sink);
}
