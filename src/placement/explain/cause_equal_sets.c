/*
 * Chooses which other sets of the same size are told of beside the one that is told.
 */
#include <config.h>

#include "placement/explain/cause_parts.h"

/* Returns whether a set is worth more words. What the group without suffix requires, in a tree, may
   be on a provider of any of its classes: then the sets with the other classes say nothing. */
static bool is_worth_more(const struct telling *telling)
{
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        bool granular = telling->inquiry->query.groups[constraint->group].granular;
        if (constraint->kind >= CONSTRAINT_ROOT_REQUIRED || constraint_is_negative(constraint) ||
            (constraint->kind == CONSTRAINT_REQUIRED && !granular && !telling_is_flat(telling)))
            return false;
    }
    return true;
}

bool cause_equal_is_told(const struct telling *telling, size_t place, struct telling *other)
{
    size_t *groups = arena_array(telling->arena, telling->size, sizeof(*groups));
    *other = *telling;
    other->set = telling->explanation->impossible.sets[place];
    return telling_groups(other, groups) == 1 && (telling_has(other, CONSTRAINT_IN_TREE) ||
                                                  (place < telling->equal && is_worth_more(other)));
}

bool cause_equals_tell(const struct telling *telling, const struct constraint *resource)
{
    struct telling other;
    for (size_t i = 1; i < telling->explanation->impossible.count; i++)
        if (cause_equal_is_told(telling, i, &other) &&
            telling_difference(&other, telling->set) == resource)
            return true;
    return false;
}
