/*
 * Finds the trees whose roots are as the set asks, and those that have all of the set but that.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"

const bool *roots_of_set(const struct telling *telling)
{
    const struct world *world = telling->explanation->world;
    const struct search_membership *required = &telling->inquiry->query.root_traits;
    const struct search_membership *forbidden = &telling->inquiry->forbidden.root_traits;
    bool *roots = arena_array(telling->arena, world->provider_count, sizeof(*roots));
    for (uint32_t i = 0; i < world->provider_count; i++) {
        const uint64_t *own = world_traits(world, i);
        roots[i] = world->providers[i].root == i;
        for (size_t j = 0; j < telling->size && roots[i]; j++) {
            const struct constraint *constraint = telling_item(telling, j);
            if (constraint->kind == CONSTRAINT_ROOT_REQUIRED)
                roots[i] =
                    bits_meet(required->required[constraint->index], own, world->trait_words);
            else if (constraint->kind == CONSTRAINT_ROOT_FORBIDDEN)
                roots[i] =
                    !bits_meet(forbidden->required[constraint->index], own, world->trait_words);
        }
    }
    return roots;
}

/* Returns whether relaxation_find() finds all trees for what the set asks of groups, and not one
   for several: each must then have a provider in its own tree. */
static bool is_of_own_tree(const struct telling *telling)
{
    bool granular = false, resources = false;
    if (telling->explanation->world->sharing_count == 0)
        return true;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind == CONSTRAINT_RESOURCE && !cause_is_shared(telling, constraint))
            return true;
        resources = resources || constraint->kind == CONSTRAINT_RESOURCE;
        granular = granular || (constraint->kind < CONSTRAINT_ROOT_REQUIRED &&
                                telling->inquiry->query.groups[constraint->group].granular);
    }
    return !granular && !resources; /* it is the root that sees the rest */
}

const char *cause_trees_with_rest(const struct telling *telling, const char *said)
{
    const struct explanation *explanation = telling->explanation;
    bool *kept = arena_array(telling->arena, explanation->constraints.count, sizeof(*kept));
    bool *found = arena_array(telling->arena, explanation->world->provider_count, sizeof(*found));
    for (size_t i = 0; i < telling->size; i++)
        kept[telling->set[i]] = !constraint_is_of_root(telling_item(telling, i));
    if (relaxation_find(telling->relaxation, kept, found) != SEARCH_FOUND)
        return NULL;
    return found_words(telling, found, is_of_own_tree(telling), said);
}

const char *cause_root_fault(const struct telling *telling)
{
    const struct membership *root = &telling->explanation->request->root_traits;
    const struct constraint *required = telling_only(telling, CONSTRAINT_ROOT_REQUIRED);
    const struct constraint *forbidden = telling_only(telling, CONSTRAINT_ROOT_FORBIDDEN);
    size_t count = 0;
    for (size_t i = 0; i < telling->size; i++)
        count += constraint_is_of_root(telling_item(telling, i));
    if (count == 1 && forbidden != NULL)
        return arena_printf(telling->arena, "has the forbidden trait %s",
                            root->forbidden.names[forbidden->index]);
    if (count == 1 && required != NULL)
        return arena_printf(telling->arena, "lacks %s",
                            set_words(telling, "trait", &root->required[required->index]));
    return "is not as required";
}

const char *cause_except_roots(const struct telling *telling)
{
    const char *trees = cause_trees_with_rest(telling, "");
    const char *except =
        arena_printf(telling->arena, ", except in trees whose root %s (root_required)",
                     cause_root_fault(telling));
    return text_with_rest(telling->arena, except, ": ", text_or(trees, ""));
}
