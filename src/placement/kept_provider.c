/*
 * Rows by key: those of one provider are next to each other, in the order of the other id.
 */
#include <config.h>

#include "placement/kept_provider.h"

#include "db/value.h"

bool kept_provider(struct image *image, size_t row, struct provider *provider)
{
    const struct image_provider *found = keyed_at(&image->providers, row);
    int32_t id = (int32_t)(found->key >> 32);
    const struct image_provider *root = found, *parent = NULL;
    if (found->root_id != id)
        root = keyed_find(&image->providers, key_of(found->root_id, 0));
    if (found->parent_id != 0)
        parent = found->parent_id == found->root_id
                     ? root
                     : keyed_find(&image->providers, key_of(found->parent_id, 0));
    if (root == NULL)
        return false;
    *provider = (struct provider){
        .id = id,
        .uuid = found->uuid,
        .name = found->name,
        .generation = found->generation,
        .root_id = found->root_id,
        .root_uuid = root->uuid,
        .parent_id = found->parent_id,
        .parent_uuid = parent != NULL ? parent->uuid : NULL,
        .modified = (time_t)found->modified,
    };
    return true;
}

/* The rows of a provider. */
struct span {
    size_t first, count;
};

static struct span rows_of(struct keyed *rows, int64_t provider_id)
{
    uint64_t key = key_of((int32_t)provider_id, 0);
    size_t first = keyed_first(rows, key);
    size_t end = keyed_first(rows, key + key_of(1, 0));
    return (struct span){first, end - first};
}

/* Returns the row of the second id of a key. */
static const struct image_name *other_name(struct keyed *names, uint64_t key)
{
    return keyed_find(names, key << 32);
}

void kept_inventories(struct image *image, int64_t provider_id, struct arena *arena,
                      struct inventories *inventories)
{
    struct span span = rows_of(&image->inventories, provider_id);
    *inventories =
        (struct inventories){.list = arena_array(arena, span.count, sizeof(*inventories->list))};
    for (size_t i = span.first; i < span.first + span.count; i++) {
        const struct image_inventory *row = keyed_at(&image->inventories, i);
        const struct image_name *class = other_name(&image->classes, row->key);
        if (class == NULL)
            continue;
        inventories->list[inventories->count++] = (struct inventory){
            .class_name = class->text,
            .total = row->total,
            .reserved = row->reserved,
            .min_unit = row->min_unit,
            .max_unit = row->max_unit,
            .step_size = row->step_size,
            .allocation_ratio = float_meaning(row->allocation_ratio),
            .modified = (time_t)row->modified,
        };
    }
}

void kept_usages(struct image *image, int64_t provider_id, struct arena *arena,
                 struct usages *usages)
{
    struct span span = rows_of(&image->inventories, provider_id);
    *usages = (struct usages){.items = arena_array(arena, span.count, sizeof(*usages->items))};
    for (size_t i = span.first; i < span.first + span.count; i++) {
        uint64_t key = ((const struct image_inventory *)keyed_at(&image->inventories, i))->key;
        const struct image_name *class = other_name(&image->classes, key);
        const struct image_usage *usage = keyed_find(&image->usages, key);
        if (class != NULL)
            usages->items[usages->count++] =
                (struct usage){class->text, usage != NULL ? usage->used : 0};
    }
}

void kept_provider_traits(struct image *image, int64_t provider_id, struct arena *arena,
                          struct traits *traits)
{
    struct span span = rows_of(&image->provider_traits, provider_id);
    struct trait *list = arena_array(arena, span.count, sizeof(*list));
    *traits = (struct traits){.list = list};
    for (size_t i = span.first; i < span.first + span.count; i++) {
        uint64_t key = ((const struct image_pair *)keyed_at(&image->provider_traits, i))->key;
        const struct image_name *row = other_name(&image->traits, key);
        if (row != NULL)
            list[traits->count++] = (struct trait){.id = (int64_t)(row->key >> 32),
                                                   .name = row->text,
                                                   .modified = (time_t)row->modified};
    }
}

/* These rows are by aggregate first. To look at all of them takes microseconds. */
void kept_aggregates(struct image *image, int64_t provider_id, struct arena *arena,
                     struct aggregates *aggregates)
{
    const char **uuids = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < image->members.count; i++) {
        uint64_t key = ((const struct image_pair *)keyed_at(&image->members, i))->key;
        if ((uint32_t)key != (uint32_t)provider_id)
            continue;
        const struct image_name *row = other_name(&image->aggregates, key >> 32);
        if (row == NULL)
            continue;
        uuids = arena_grow(arena, uuids, count, &room, sizeof(*uuids));
        uuids[count++] = row->text;
    }
    *aggregates = (struct aggregates){uuids, count};
}
