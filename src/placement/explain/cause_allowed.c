/*
 * Finds the trees that are good examples: nothing that the sentence does not tell of leaves them
 * out.
 */
#include <config.h>

#include "placement/explain/cause_parts.h"

/* Returns whether a constraint leaves trees out, whatever they have of a class. */
static bool leaves_out(const struct telling *telling, const struct constraint *constraint)
{
    if (constraint_is_of_root(constraint))
        return true;
    return constraint->kind < CONSTRAINT_ROOT_REQUIRED && constraint->kind != CONSTRAINT_RESOURCE &&
           !telling->inquiry->query.groups[constraint->group].granular;
}

/* Takes those out of the trees whose root is in an aggregate that the group without suffix
   forbids. */
static void take_members(const struct telling *telling, const struct constraint *constraint,
                         bool *trees)
{
    const struct world *world = telling->explanation->world;
    const uint64_t *set = telling->inquiry->forbidden.groups[constraint->group]
                              .aggregates.required[constraint->index];
    for (uint32_t i = 0; i < world->provider_count &&
                         budget_spend(telling->inquiry->budget, 1 + world->aggregate_words);
         i++)
        trees[i] = trees[i] && !bits_meet(set, world_aggregates(world, i), world->aggregate_words);
}

const bool *cause_allowed(const struct telling *telling, bool with_set)
{
    const struct explanation *explanation = telling->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    bool *told = arena_array(telling->arena, constraints->count, sizeof(*told));
    bool *kept = arena_array(telling->arena, constraints->count, sizeof(*kept));
    bool *trees = arena_array(telling->arena, explanation->world->provider_count, sizeof(*trees));
    for (size_t i = 0; i < telling->size && !with_set; i++)
        told[telling->set[i]] = true;
    for (size_t i = 0; i < constraints->count; i++)
        kept[i] = !told[i] && leaves_out(telling, &constraints->items[i]) &&
                  (constraint_is_of_root(&constraints->items[i]) ||
                   !constraint_is_negative(&constraints->items[i]));
    if (relaxation_find(telling->relaxation, kept, trees) == SEARCH_LATE)
        return NULL;
    for (size_t i = 0; i < constraints->count; i++)
        if (!told[i] && constraints->items[i].kind == CONSTRAINT_NOT_MEMBER_OF &&
            leaves_out(telling, &constraints->items[i]))
            take_members(telling, &constraints->items[i], trees);
    return budget_is_over(telling->inquiry->budget) ? NULL : trees;
}
