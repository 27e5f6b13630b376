/*
 * Tells of other sets of the same size what they say beside the one that is told.
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"

enum {
    TOLD_MOST = 2,    /* sets that are told, at most */
    TOLD_WIDTH = 120, /* what is told of a set, at most */
};

/* Returns whether all that is said is that a class is not there. */
static bool says_no_class(const struct telling *telling, const char *said, const char *class_name)
{
    const char *end = arena_printf(telling->arena, " has no %s", class_name);
    size_t length = strlen(said), width = strlen(end);
    return length > width && strcmp(said + length - width, end) == 0 && strchr(said, ',') == NULL;
}

/* Tells what a set says beside the first, which is told, from which it differs in a resource only.
 */
static const char *tell_beside(const struct telling *telling, const struct telling *first,
                               const char *told)
{
    const struct constraint *resource = telling_difference(telling, first->set);
    if (resource == NULL || resource->kind != CONSTRAINT_RESOURCE)
        return "";
    const struct resource_amount *amount = telling_amount(telling, resource);
    const char *misses = cause_of_misses_of_tree(telling, resource->group);
    const char *nor =
        arena_printf(telling->arena, "nor %" PRId64 " %s", amount->amount, amount->class_name);
    if (*misses == '\0' || strstr(told, misses) != NULL || strlen(misses) > TOLD_WIDTH)
        return "";
    bool wide = telling_is_wide(telling, strlen(told) + strlen(misses), CAUSE_WIDTH);
    if (wide && strstr(told, amount->class_name) != NULL)
        return "";
    if (telling_has(first, CONSTRAINT_ROOT_REQUIRED) ||
        telling_has(first, CONSTRAINT_ROOT_FORBIDDEN))
        return wide ? "" : arena_printf(telling->arena, "; %s", misses);
    return wide || says_no_class(telling, misses, amount->class_name)
               ? arena_printf(telling->arena, "; %s", nor)
               : arena_printf(telling->arena, "; %s: %s", nor, misses);
}

const char *cause_of_equals(const struct telling *telling, const char *told)
{
    const struct impossible_sets *sets = &telling->explanation->impossible;
    struct text_builder text = text_begin(telling->arena);
    struct telling other;
    size_t count = strstr(told, NO_INVENTORY) != NULL ? TOLD_MOST : 0;
    for (size_t i = 1; i < sets->count && count < TOLD_MOST; i++) {
        if (!cause_equal_is_told(telling, i, &other))
            continue;
        const char *said = tell_beside(&other, telling, told);
        count += *said != '\0';
        text_add(&text, said);
    }
    return text_end(&text);
}
