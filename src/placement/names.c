/*
 * Selects the ids of names.
 */
#include <config.h>

#include "placement/names.h"

#include "base/sorted.h"

static const struct sql select_ids[] = {
    [NAME_RESOURCE_CLASS] = {"SELECT id, name FROM resource_classes WHERE name IN (?*)", "is"},
    [NAME_TRAIT] = {"SELECT id, name FROM traits WHERE name IN (?*)", "is"},
};

struct known_name {
    const char *name;
    int64_t id;
};

static int known_name_compare(const void *left, const void *right)
{
    const struct known_name *a = left, *b = right;
    return strcmp(a->name, b->name);
}

enum outcome names_to_ids(struct context *context, enum name_kind kind, const char *const *names,
                          size_t count, int64_t *ids)
{
    struct rows rows;
    if (count == 0)
        return OUTCOME_OK;
    TRY(database_select(context->database, &select_ids[kind], VALUES(value_texts(names, count)),
                        &rows));
    struct known_name *known = arena_array(context->arena, rows.count, sizeof(*known));
    for (size_t i = 0; i < rows.count; i++)
        known[i] = (struct known_name){row_text(&rows, i, 1), row_integer(&rows, i, 0)};
    sort(known, rows.count, sizeof(*known), known_name_compare);
    for (size_t i = 0; i < count; i++) {
        const struct known_name key = {.name = names[i]};
        const struct known_name *found =
            sorted_find(&key, known, rows.count, sizeof(*known), known_name_compare);
        ids[i] = found != NULL ? found->id : -1;
    }
    return OUTCOME_OK;
}
