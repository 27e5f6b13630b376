/*
 * Finds the providers that could share a resource, and the trees that need it.
 */
#include <config.h>

#include "placement/explain/unshared.h"

#include <string.h>

#include "base/sorted.h"

/* What the trees must have beside the rest of the set, as far as there are any: less and less. */
enum rest { REST_WITH_AMOUNTS, REST_WITH_OTHERS, REST_OF_SET, RESTS };

static bool has_traits(const struct unshared *lack, uint32_t provider)
{
    const struct world *world = lack->telling->explanation->world;
    return lack->traits == NULL ||
           bits_meet(lack->traits, world_traits(world, provider), world->trait_words);
}

/* Returns whether a provider that an anchor sees offers the resource. */
static bool offers(struct unshared *lack, uint32_t provider, uint32_t anchor)
{
    struct faults *faults = &lack->faults;
    faults->count = 0;
    if (lack->sought.group.granular)
        faults_of_provider(faults, provider);
    else
        faults_of_slot(faults, lack->demand, provider, anchor);
    return faults->count == 0 && has_traits(lack, provider);
}

bool unshared_goes_with(const struct unshared *lack, const struct constraint *constraint)
{
    return constraint == lack->constraint ||
           (lack->traits != NULL && constraint->kind == CONSTRAINT_RESOURCE &&
            constraint->group == lack->constraint->group && constraint->index == lack->demand) ||
           (lack->sought.group.granular && constraint->kind < CONSTRAINT_ROOT_REQUIRED &&
            constraint->group == lack->constraint->group);
}

bool class_is_of_hosts(const char *class_name)
{
    static const char *const names[] = {"MEMORY_MB", "PCPU", "VCPU"};
    return sorted_find(&class_name, names, sizeof(names) / sizeof(*names), sizeof(*names),
                       text_compare) != NULL;
}

static int64_t class_of(const struct unshared *lack)
{
    return lack->sought.group.demands[lack->demand].class_id;
}

const char *unshared_class_name(const struct unshared *lack)
{
    return lack->sought.asked.resources.items[lack->demand].class_name;
}

bool unshared_find_pools(struct unshared *lack)
{
    const struct telling *telling = lack->telling;
    const struct world *world = telling->explanation->world;
    bool any = false;
    lack->pools = arena_array(telling->arena, world->provider_count, sizeof(*lack->pools));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 32);
         i++) {
        if (world->providers[i].root == WORLD_NONE ||
            world_inventory_of(world, i, class_of(lack)) == NULL)
            continue;
        lack->shared = lack->shared || world->providers[i].shares;
        lack->pools[i] = offers(lack, i, i);
        any = any || lack->pools[i];
    }
    return any;
}

static void see(void *subject, uint32_t anchor, uint32_t provider)
{
    struct unshared *lack = subject;
    if (!has_traits(lack, provider))
        return;
    lack->seen[anchor] = true;
    if (!lack->served[anchor] && budget_spend(lack->telling->inquiry->budget, 32))
        lack->served[anchor] = offers(lack, provider, anchor);
}

void unshared_find_seen(struct unshared *lack)
{
    const struct telling *telling = lack->telling;
    const struct world *world = telling->explanation->world;
    lack->seen = arena_array(telling->arena, world->provider_count, sizeof(*lack->seen));
    lack->served = arena_array(telling->arena, world->provider_count, sizeof(*lack->served));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++)
        if (world_inventory_of(world, i, class_of(lack)) != NULL)
            inquiry_visit_anchors(telling->inquiry, i, false, see, lack);
}

/* Returns whether a provider that shares the resource has one of a set of traits: then it may be
   the one that brings it. */
static bool pools_have(const struct unshared *lack, const uint64_t *traits)
{
    const struct world *world = lack->telling->explanation->world;
    for (uint32_t i = 0; i < world->provider_count &&
                         budget_spend(lack->telling->inquiry->budget, 1 + world->trait_words);
         i++)
        if (lack->pools[i] && world->providers[i].shares &&
            bits_meet(traits, world_traits(world, i), world->trait_words))
            return true;
    return false;
}

/* Returns whether a constraint that is not in the set is asked of the trees too. Its root always
   is: nobody is told to share with a disabled host. */
static bool is_of_rest(const struct unshared *lack, const struct constraint *constraint,
                       enum rest rest)
{
    const struct search_group *group = &lack->telling->inquiry->query.groups[constraint->group];
    if (constraint_is_of_root(constraint))
        return true;
    if (rest == REST_OF_SET)
        return false;
    if (constraint->kind > CONSTRAINT_ROOT_REQUIRED || group->granular)
        return false;
    if (constraint->kind == CONSTRAINT_RESOURCE)
        return rest == REST_WITH_AMOUNTS;
    return constraint->kind != CONSTRAINT_REQUIRED ||
           !pools_have(lack, group->traits.required[constraint->index]);
}

static bool tree_has_class(const struct world *world, uint32_t root, int64_t class_id)
{
    const struct world_provider *top = &world->providers[root];
    for (uint32_t place = top->first_below; place < top->end_below; place++)
        if (world_inventory_of(world, world->in_order[place], class_id) != NULL)
            return true;
    return false;
}

/* Takes those out of the trees that are no hosts: they lack a class that nobody shares with them.
 */
static void keep_hosts(struct unshared *lack)
{
    const struct inquiry *inquiry = lack->telling->inquiry;
    const struct world *world = inquiry->world;
    for (size_t i = 0; i < inquiry->query.group_count; i++) {
        const struct search_group *group = &inquiry->query.groups[i];
        for (size_t j = 0; j < group->demand_count && !group->granular; j++) {
            if (!class_is_of_hosts(inquiry->request->groups[i].resources.items[j].class_name))
                continue;
            for (uint32_t k = 0; k < world->provider_count &&
                                 budget_spend(inquiry->budget, 1 + (lack->trees[k] ? 4 : 0));
                 k++)
                lack->trees[k] =
                    lack->trees[k] && tree_has_class(world, k, group->demands[j].class_id);
        }
    }
}

/* Returns whether a provider has a set of traits, and room for another class of the group. */
static bool brings(const struct unshared *lack, const uint64_t *traits, uint32_t provider)
{
    const struct telling *telling = lack->telling;
    const struct world *world = telling->explanation->world;
    const struct search_group *group = &telling->inquiry->query.groups[lack->constraint->group];
    if (!bits_meet(traits, world_traits(world, provider), world->trait_words))
        return false;
    for (size_t i = 0; i < group->demand_count; i++) {
        const struct search_demand *demand = &group->demands[i];
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, demand->class_id);
        if (demand->class_id != class_of(lack) &&
            inventory_fault(inventory, demand->amount) == FAULT_NONE)
            return true;
    }
    return false;
}

/* Takes those out of the trees that have a trait which the set asks of the group without suffix,
   but on no provider that would be used: a pool would not help them. */
static void keep_bringers(struct unshared *lack)
{
    const struct telling *telling = lack->telling;
    const struct world *world = telling->explanation->world;
    const struct search_group *group = &telling->inquiry->query.groups[lack->constraint->group];
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (group->granular || constraint->kind != CONSTRAINT_REQUIRED ||
            constraint->group != lack->constraint->group || constraint == lack->constraint)
            continue;
        for (uint32_t j = 0; j < world->provider_count; j++) {
            const struct world_provider *top = &world->providers[j];
            uint32_t place = top->first_below;
            while (lack->trees[j] && place < top->end_below &&
                   budget_spend(telling->inquiry->budget, 8) &&
                   !brings(lack, group->traits.required[constraint->index], world->in_order[place]))
                place++;
            lack->trees[j] = lack->trees[j] && place < top->end_below;
        }
    }
}

bool unshared_asks_amounts(const struct unshared *lack)
{
    for (size_t i = 0; i < lack->telling->size; i++) {
        const struct constraint *constraint = telling_item(lack->telling, i);
        if (constraint_is_of_root(constraint) ||
            (constraint->kind == CONSTRAINT_RESOURCE && !unshared_goes_with(lack, constraint)))
            return true;
    }
    return false;
}

/* Finds the trees that have a rest, and nothing of the class. Returns whether there are any. */
static bool find_with_rest(struct unshared *lack, enum rest rest)
{
    const struct telling *telling = lack->telling;
    const struct explanation *explanation = telling->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    uint32_t count = explanation->world->provider_count;
    bool *kept = arena_array(telling->arena, constraints->count, sizeof(*kept)), any = false;
    for (size_t i = 0; i < telling->size; i++)
        kept[telling->set[i]] = true;
    for (size_t i = 0; i < constraints->count; i++)
        kept[i] = !unshared_goes_with(lack, &constraints->items[i]) &&
                  (kept[i] || is_of_rest(lack, &constraints->items[i], rest));
    lack->trees = arena_array(telling->arena, count, sizeof(*lack->trees));
    if (relaxation_find(telling->relaxation, kept, lack->trees) != SEARCH_FOUND)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (lack->trees[i] && lack->seen[i] && !unshared_asks_amounts(lack))
            return false; /* those with the traits do see somebody */
        lack->trees[i] = lack->trees[i] && !lack->seen[i];
    }
    keep_hosts(lack);
    keep_bringers(lack);
    for (uint32_t i = 0; i < count; i++)
        any = any || lack->trees[i];
    return any;
}

bool unshared_find_trees(struct unshared *lack)
{
    const struct telling *telling = lack->telling;
    bool amounts = unshared_asks_amounts(lack), rest = amounts;
    for (size_t i = 0; i < telling->size; i++)
        rest = rest || (telling_item(telling, i)->kind == CONSTRAINT_REQUIRED &&
                        !unshared_goes_with(lack, telling_item(telling, i)));
    for (int i = REST_WITH_AMOUNTS; i < (amounts ? RESTS : REST_OF_SET) && rest; i++) {
        lack->left_out = i == REST_OF_SET;
        if (find_with_rest(lack, (enum rest)i))
            return !budget_is_over(telling->inquiry->budget);
    }
    return false;
}

/* Returns whether a provider has something that is worth sharing. The class of a bare metal node
   stands for the whole machine: there is one of it, and nobody shares such a class. */
static bool has_parts(const struct unshared *lack, uint32_t provider)
{
    const struct world_inventory *inventory =
        world_inventory_of(lack->telling->explanation->world, provider, class_of(lack));
    return lack->shared || inventory->total > 1 ||
           strncmp(unshared_class_name(lack), "CUSTOM_", 7) != 0;
}

/* Returns whether the tree of a provider has nothing of what hosts share with nobody. Only the
   classes that the request asks for are known: if memory is not one of them, a host whose cores are
   of another class would look like that. */
static bool is_of_no_host(const struct unshared *lack, uint32_t provider)
{
    const struct inquiry *inquiry = lack->telling->inquiry;
    uint32_t root = inquiry->world->providers[provider].root;
    bool memory = false;
    for (size_t i = 0; i < inquiry->query.group_count; i++) {
        const struct search_group *group = &inquiry->query.groups[i];
        for (size_t j = 0; j < group->demand_count; j++) {
            const char *class_name = inquiry->request->groups[i].resources.items[j].class_name;
            if (!class_is_of_hosts(class_name))
                continue;
            memory = memory || strcmp(class_name, "MEMORY_MB") == 0;
            if (!budget_spend(inquiry->budget, 8) ||
                tree_has_class(inquiry->world, root, group->demands[j].class_id))
                return false;
        }
    }
    return memory;
}

bool unshared_is_pool_for(const struct unshared *lack, uint32_t provider, uint32_t root)
{
    const struct world *world = lack->telling->explanation->world;
    const struct world_provider *pool = &world->providers[provider];
    const struct world_provider *top = &world->providers[root];
    if (!has_parts(lack, provider))
        return false;
    if (lack->traits != NULL && is_of_no_host(lack, provider))
        return true;
    for (uint32_t i = 0; i < pool->inventory_count; i++)
        if (!budget_spend(lack->telling->inquiry->budget, top->end_below - top->first_below) ||
            tree_has_class(world, root, world->inventories[pool->first_inventory + i].class_id))
            return false;
    return true;
}
