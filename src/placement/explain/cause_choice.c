/*
 * Compares sets by the filter at which nothing is left: the sentence and the funnel tell one truth.
 */
#include <config.h>

#include "placement/explain/cause_choice.h"

/* Returns whether a constraint is what a filter of a group, or between groups, asks for. */
static bool is_filtered(const struct explanation *explanation, const struct constraint *constraint)
{
    bool of_group = constraint->kind < CONSTRAINT_ROOT_REQUIRED;
    if (of_group && explanation->group < explanation->funnel_count &&
        constraint->group != explanation->group)
        return false;
    switch (explanation->filter) {
    case FILTER_CLASSES:
    case FILTER_UNITS:
    case FILTER_CAPACITY:
        return constraint->kind == CONSTRAINT_RESOURCE;
    case FILTER_REQUIRED:
    case FILTER_TRAITS_TOGETHER:
        return constraint->kind == CONSTRAINT_REQUIRED;
    case FILTER_FORBIDDEN:
        return constraint->kind == CONSTRAINT_FORBIDDEN;
    case FILTER_AGGREGATES:
        return constraint->kind == CONSTRAINT_MEMBER_OF ||
               constraint->kind == CONSTRAINT_NOT_MEMBER_OF;
    case FILTER_TREE:
        return constraint->kind == CONSTRAINT_IN_TREE;
    case FILTER_ROOT_REQUIRED:
        return constraint_is_of_root(constraint);
    case FILTER_GROUP_POLICY:
        return constraint->kind == CONSTRAINT_GROUP_POLICY;
    case FILTER_SAME_SUBTREE:
        return constraint->kind == CONSTRAINT_SAME_SUBTREE;
    case FILTER_ONE_OF_TREE:
        return constraint->kind == CONSTRAINT_ONE_OF_TREE;
    default:
        return false;
    }
}

bool cause_tells_filter(const struct telling *telling)
{
    enum explain_filter filter = telling->explanation->filter;
    size_t *groups = arena_array(telling->arena, telling->size, sizeof(*groups));
    if (filter == FILTER_SHARING || filter == FILTER_COMBINED_CAPACITY)
        return telling_groups(telling, groups) > 1;
    for (size_t i = 0; i < telling->size; i++)
        if (is_filtered(telling->explanation, telling_item(telling, i)))
            return true;
    return filter == FILTERS;
}

/* Returns whether a provider has a class of the set and what the set requires of its traits: the
   other classes of the group without suffix cannot be had with the trait either, but it is the
   class of the provider with the trait that lacks. */
static bool is_of_bringer(const struct telling *telling)
{
    const struct world *world = telling->explanation->world;
    const struct constraint *resource = telling_only(telling, CONSTRAINT_RESOURCE);
    const struct constraint *required = telling_only(telling, CONSTRAINT_REQUIRED);
    if (resource == NULL || required == NULL || resource->group != required->group)
        return false;
    const struct search_group *group = &telling->inquiry->query.groups[resource->group];
    int64_t class_id = group->demands[resource->index].class_id;
    const uint64_t *set = group->traits.required[required->index];
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++)
        if (bits_meet(set, world_traits(world, i), world->trait_words) &&
            world_inventory_of(world, i, class_id) != NULL)
            return true;
    return false;
}

size_t cause_choose(struct telling *telling)
{
    const struct impossible_sets *impossible = &telling->explanation->impossible;
    size_t first = impossible->count;
    for (size_t i = 0; i < impossible->count; i++) {
        telling->set = impossible->sets[i];
        if (!cause_tells_filter(telling))
            continue;
        if (is_of_bringer(telling))
            return i;
        if (first == impossible->count)
            first = i;
    }
    return first < impossible->count ? first : 0;
}
