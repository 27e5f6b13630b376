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

static void see_tree(void *subject, uint32_t anchor, uint32_t provider)
{
    bool *seen = subject;
    (void)provider;
    seen[anchor] = true;
}

const bool *cause_allowed_beside(const struct telling *telling, const size_t *groups, size_t count)
{
    const struct explanation *explanation = telling->explanation;
    uint32_t providers = explanation->world->provider_count;
    const bool *roots = cause_allowed(telling, true);
    bool *trees = arena_array(telling->arena, providers, sizeof(*trees)), any = false;
    bool *beside = arena_array(telling->arena, explanation->funnel_count, sizeof(*beside));
    for (size_t i = 0; i < count; i++)
        beside[groups[i]] = true;
    for (uint32_t i = 0; roots != NULL && i < providers; i++)
        trees[i] = roots[i] && telling_tells_of(telling, i);
    for (size_t i = 0; i < explanation->funnel_count; i++) {
        const struct funnel *funnel = explanation->funnels[i];
        if (beside[i] || !budget_spend(telling->inquiry->budget, providers))
            continue;
        bool *seen = arena_array(telling->arena, providers, sizeof(*seen));
        for (uint32_t j = 0; j < providers; j++)
            if (funnel->fits[j] && funnel->granular)
                inquiry_visit_anchors(telling->inquiry, j, false, see_tree, seen);
            else
                seen[j] = seen[j] || funnel->fits[j];
        for (uint32_t j = 0; j < providers; j++)
            trees[j] = trees[j] && seen[j];
    }
    for (uint32_t i = 0; i < providers; i++)
        any = any || trees[i];
    return any && !budget_is_over(telling->inquiry->budget) ? trees : NULL;
}

const bool *cause_has_rest(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    bool *kept = arena_array(telling->arena, constraints->count, sizeof(*kept));
    bool *trees = arena_array(telling->arena, explanation->world->provider_count, sizeof(*trees));
    for (size_t i = 0; i < constraints->count; i++)
        kept[i] = constraints->items[i].kind >= CONSTRAINT_ROOT_REQUIRED ||
                  constraints->items[i].group != group;
    relaxation_find(telling->relaxation, kept, trees);
    return trees;
}

bool cause_is_shared(const struct telling *telling, const struct constraint *constraint)
{
    const struct world *world = telling->explanation->world;
    const struct search_group *group = &telling->inquiry->query.groups[constraint->group];
    int64_t class_id = group->demands[constraint->index].class_id;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (world->providers[i].shares && world_inventory_of(world, i, class_id) != NULL)
            return true;
    return false;
}

/* Returns the trees that have all that the request asks for but a constraint; NULL: not known, or
   there is none. What is shared is found for one tree only, so one class must be of the tree. */
static const bool *find_rest(const struct telling *telling, const struct constraint *without)
{
    const struct explanation *explanation = telling->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    bool *kept = arena_array(telling->arena, constraints->count, sizeof(*kept));
    bool *trees = arena_array(telling->arena, explanation->world->provider_count, sizeof(*trees));
    bool own = explanation->world->sharing_count == 0;
    for (size_t i = 0; i < constraints->count; i++) {
        const struct constraint *constraint = &constraints->items[i];
        kept[i] = constraint != without;
        own = own || (kept[i] && constraint->kind == CONSTRAINT_RESOURCE &&
                      !cause_is_shared(telling, constraint));
    }
    return own && relaxation_find(telling->relaxation, kept, trees) == SEARCH_FOUND ? trees : NULL;
}

/* Whether a tree that is allowed sees a provider. */
struct seeing {
    const bool *allowed;
    bool seen;
};

static void see_allowed(void *subject, uint32_t anchor, uint32_t provider)
{
    struct seeing *seeing = subject;
    (void)provider;
    seeing->seen = seeing->seen || seeing->allowed[anchor];
}

/* Returns whether a provider has what its group asks for but amounts, and an allowed tree sees
   it. */
static bool is_allowed(struct faults *faults, size_t demand, uint32_t provider, const bool *allowed)
{
    const struct sought *sought = faults->sought;
    uint32_t root = sought->inquiry->world->providers[provider].root;
    struct seeing seeing = {.allowed = allowed};
    if (root == WORLD_NONE || (sought->places != NULL && sought->places[provider] == PLACE_WRONG))
        return false;
    faults->count = 0;
    if (sought->group.granular)
        faults_of_provider(faults, provider);
    else
        faults_of_slot(faults, demand, provider, root);
    for (size_t i = 0; i < faults->count; i++)
        if (faults->items[i].kind >= INVENTORY_FAULTS)
            return false;
    inquiry_visit_anchors(sought->inquiry, provider, false, see_allowed, &seeing);
    return seeing.seen;
}

bool cause_faults_of_rest(const struct telling *telling, const struct constraint *constraint,
                          struct class_fault *faults)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct sought sought =
        sought_of_group(telling->inquiry, explanation->names, constraint->group);
    const struct search_demand *demand = &sought.group.demands[constraint->index];
    struct faults of_provider = {.sought = &sought};
    const bool *allowed = find_rest(telling, constraint);
    for (uint32_t i = 0; allowed != NULL && i < world->provider_count &&
                         budget_spend(telling->inquiry->budget, 32 + sought.group.demand_count);
         i++) {
        const struct world_inventory *inventory = world_inventory_of(world, i, demand->class_id);
        enum fault_kind kind = inventory_fault(inventory, demand->amount);
        if (inventory != NULL && kind != FAULT_NONE &&
            is_allowed(&of_provider, constraint->index, i, allowed))
            class_fault_note(faults, inventory, kind, i, 0);
    }
    return allowed != NULL && !budget_is_over(telling->inquiry->budget);
}
