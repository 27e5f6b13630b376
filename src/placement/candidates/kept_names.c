/*
 * Names are equal only byte by byte, as where the world is read by SQL.
 */
#include <config.h>

#include "placement/candidates/kept_names.h"

#include "base/sorted.h"

static void resolve_numbers(const struct image *image, struct vocabulary *vocabulary,
                            const struct image_number *(*find)(const struct image *, const char *),
                            struct arena *arena)
{
    size_t *numbers = arena_array(arena, vocabulary->count, sizeof(*numbers));
    for (size_t i = 0; i < vocabulary->count; i++) {
        const struct image_number *found = find(image, vocabulary->names[i]);
        vocabulary->ids[i] = found != NULL ? found->id : -1;
        numbers[i] = found != NULL ? found->number : SIZE_MAX;
    }
    vocabulary->numbers = numbers;
}

void kept_names_resolve(const struct image *image, struct vocabularies *names,
                        struct class_names *classes, struct arena *arena)
{
    struct vocabulary *wanted = &names->classes;
    *classes = (struct class_names){
        .list = arena_array(arena, image->classes.count, sizeof(*classes->list))};
    for (size_t i = 0; i < wanted->count; i++)
        wanted->ids[i] = -1;
    for (size_t i = 0; i < image->classes.count; i++) {
        const struct image_name *row = keyed_at(&image->classes, i);
        int64_t id = (int64_t)(row->key >> 32);
        if (row->text == NULL)
            continue;
        const char **found = sorted_find(&row->text, wanted->names, wanted->count,
                                         sizeof(*wanted->names), text_compare);
        if (found != NULL)
            wanted->ids[found - wanted->names] = id;
        classes->list[classes->count++] = (struct class_name){id, row->text};
    }
    resolve_numbers(image, &names->traits, image_trait, arena);
    resolve_numbers(image, &names->aggregates, image_aggregate, arena);
}

static bool pair_before(const void *pairs, size_t index, const void *key)
{
    const struct image_pair *pair = keyed_at(pairs, index);
    return pair->key < *(const uint64_t *)key;
}

/* Counts the traits of wanted providers into first, or lists them. */
static uint32_t walk_traits(const struct image *image, const struct world *world,
                            const bool *wanted, uint32_t *first, struct trait_of_provider *list)
{
    const struct keyed *pairs = &image->provider_traits;
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        first[i] = count;
        if (!wanted[i])
            continue;
        uint64_t key = key_of((int32_t)world->providers[i].id, 0);
        size_t at = lower_bound(pairs, pairs->count, &key, pair_before);
        for (; at < pairs->count; at++) {
            uint64_t pair = ((const struct image_pair *)keyed_at(pairs, at))->key;
            if (pair >> 32 != key >> 32)
                break;
            if (list != NULL)
                list[count] = (struct trait_of_provider){i, (int32_t)(uint32_t)pair};
            count++;
        }
    }
    return first[world->provider_count] = count;
}

void kept_traits(const struct image *image, const struct world *world, const bool *wanted,
                 struct trait_names *traits, struct arena *arena)
{
    uint32_t *first = arena_array(arena, (size_t)world->provider_count + 1, sizeof(*first));
    uint32_t count = walk_traits(image, world, wanted, first, NULL);
    struct trait_of_provider *list = arena_array(arena, count, sizeof(*list));
    walk_traits(image, world, wanted, first, list);
    struct trait_name *names = arena_array(arena, image->traits.count, sizeof(*names));
    for (size_t i = 0; i < image->traits.count; i++) {
        const struct image_name *row = keyed_at(&image->traits, i);
        names[i] = (struct trait_name){(int64_t)(row->key >> 32), row->text};
    }
    *traits = (struct trait_names){first, list, names, image->traits.count};
}
