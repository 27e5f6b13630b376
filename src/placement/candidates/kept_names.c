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

void kept_traits(const struct image *image, struct trait_names *traits, struct arena *arena)
{
    const char **names = arena_array(arena, image->traits.count, sizeof(*names));
    for (size_t i = 0; i < image->traits.count; i++)
        names[i] = ((const struct image_name *)keyed_at(&image->traits, i))->text;
    *traits = (struct trait_names){.numbered = names};
}
