/*
 * Finds providers that would share what a tree lacks, but for a mistake in how they are set up.
 */
#include <config.h>

#include "base/sorted.h"
#include "placement/explain/cause_parts.h"

/* What one resource of the set is looked for: who could share it with whom. */
struct lack {
    const struct telling *telling;
    const struct constraint *constraint;
    struct sought sought; /* of its group, by the set */
    size_t demand;        /* place of the resource in it */
    bool *trees;          /* for each root: its tree has the rest of the set, and no such class */
    bool *pools;          /* for each provider of other trees: it offers the resource */
};

/* Returns whether a constraint goes with the resource: those of its group if that needs one
   provider, or else only itself. */
static bool goes_with(const struct lack *lack, const struct constraint *constraint)
{
    return constraint == lack->constraint ||
           (lack->sought.group.granular && constraint->kind < CONSTRAINT_ROOT_REQUIRED &&
            constraint->group == lack->constraint->group);
}

/* A tree that sees a provider with the class, however full, does not need another to share it. */
static void leave_out(void *subject, uint32_t anchor, uint32_t provider)
{
    struct lack *lack = subject;
    (void)provider;
    lack->trees[anchor] = false;
}

/* Finds the trees that have the rest of the set, and nothing of the class. Returns false if there
   is no rest. */
static bool find_trees(struct lack *lack)
{
    const struct telling *telling = lack->telling;
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    bool *kept = arena_array(telling->arena, explanation->constraints.count, sizeof(*kept));
    bool rest = false;
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        kept[telling->set[i]] = !goes_with(lack, constraint);
        rest = rest || constraint_is_of_root(constraint) ||
               (constraint->kind == CONSTRAINT_RESOURCE && !goes_with(lack, constraint));
    }
    lack->trees = arena_array(telling->arena, world->provider_count, sizeof(*lack->trees));
    if (!rest || relaxation_find(telling->relaxation, kept, lack->trees) != SEARCH_FOUND)
        return false;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++)
        if (world_inventory_of(world, i, lack->sought.group.demands[lack->demand].class_id) != NULL)
            inquiry_visit_anchors(telling->inquiry, i, false, leave_out, lack);
    return !budget_is_over(telling->inquiry->budget);
}

static bool find_pools(struct lack *lack)
{
    const struct telling *telling = lack->telling;
    const struct world *world = telling->explanation->world;
    struct faults faults = {.sought = &lack->sought};
    bool any = false;
    lack->pools = arena_array(telling->arena, world->provider_count, sizeof(*lack->pools));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 32);
         i++) {
        uint32_t root = world->providers[i].root;
        if (root == WORLD_NONE || lack->trees[root] ||
            world_inventory_of(world, i, lack->sought.group.demands[lack->demand].class_id) == NULL)
            continue;
        faults.count = 0;
        if (lack->sought.group.granular)
            faults_of_provider(&faults, i);
        else
            faults_of_slot(&faults, lack->demand, i, i);
        lack->pools[i] = faults.count == 0;
        any = any || lack->pools[i];
    }
    return any;
}

static const char *label_of(const struct telling *telling, uint32_t provider)
{
    return provider_label(telling->explanation->world, telling->explanation->names, provider);
}

static bool tree_has_class(const struct world *world, uint32_t root, int64_t class_id)
{
    const struct world_provider *top = &world->providers[root];
    for (uint32_t place = top->first_below; place < top->end_below; place++)
        if (world_inventory_of(world, world->in_order[place], class_id) != NULL)
            return true;
    return false;
}

/* Returns whether a provider has nothing that a tree has too. Otherwise it is more likely a host in
   the same availability zone than a pool that should share. */
static bool is_pool_for(const struct lack *lack, uint32_t provider, uint32_t root)
{
    const struct world *world = lack->telling->explanation->world;
    const struct world_provider *pool = &world->providers[provider];
    const struct world_provider *top = &world->providers[root];
    for (uint32_t i = 0; i < pool->inventory_count; i++)
        if (!budget_spend(lack->telling->inquiry->budget, top->end_below - top->first_below) ||
            tree_has_class(world, root, world->inventories[pool->first_inventory + i].class_id))
            return false;
    return true;
}

/* Looks in an aggregate, those from..end of the ties, for a provider that would share with a tree
   if it had the trait. Sets both. */
static bool find_untold(const struct lack *lack, size_t from, size_t end, uint32_t *pool,
                        uint32_t *tree)
{
    const struct explanation *explanation = lack->telling->explanation;
    const struct world_provider *providers = explanation->world->providers;
    *tree = WORLD_NONE;
    for (size_t i = from; i < end && *tree == WORLD_NONE; i++) {
        uint32_t root = providers[explanation->ties.items[i].provider].root;
        if (root != WORLD_NONE && lack->trees[root])
            *tree = root;
    }
    for (size_t i = from; i < end && *tree != WORLD_NONE; i++) {
        *pool = explanation->ties.items[i].provider;
        if (lack->pools[*pool] && !providers[*pool].shares && is_pool_for(lack, *pool, *tree))
            return true;
    }
    return false;
}

static const char *tell_untold(const struct lack *lack)
{
    const struct telling *telling = lack->telling;
    const struct ties *ties = &telling->explanation->ties;
    uint32_t pool = WORLD_NONE, tree = WORLD_NONE;
    for (size_t from = 0, end; from < ties->count; from = end) {
        for (end = from;
             end < ties->count && ties->items[end].aggregate_id == ties->items[from].aggregate_id;)
            end++;
        if (!budget_spend(telling->inquiry->budget, end - from))
            return NULL;
        if (find_untold(lack, from, end, &pool, &tree))
            return arena_printf(
                telling->arena,
                "%s would share %s with %s, but lacks the trait MISC_SHARES_VIA_AGGREGATE",
                label_of(telling, pool), telling_amount(telling, lack->constraint)->class_name,
                label_of(telling, tree));
    }
    return NULL;
}

/* Tells about a provider that shares, but with none of the trees. */
static const char *tell_apart(const struct lack *lack)
{
    const struct telling *telling = lack->telling;
    const struct world *world = telling->explanation->world;
    uint32_t pool = 0, tree = 0;
    while (pool < world->provider_count && !(lack->pools[pool] && world->providers[pool].shares))
        pool++;
    while (tree < world->provider_count && !lack->trees[tree])
        tree++;
    if (pool == world->provider_count || tree == world->provider_count)
        return NULL;
    return arena_printf(telling->arena, "%s shares %s, but has no aggregate in common with %s",
                        label_of(telling, pool),
                        telling_amount(telling, lack->constraint)->class_name,
                        label_of(telling, tree));
}

/* Returns whether hosts share a class with nobody, wherever they are members. */
static bool is_of_hosts(const char *class_name)
{
    static const char *const names[] = {"MEMORY_MB", "PCPU", "VCPU"};
    return sorted_find(&class_name, names, sizeof(names) / sizeof(*names), sizeof(*names),
                       text_compare) != NULL;
}

static const char *tell_lack(const struct telling *telling, const struct constraint *constraint)
{
    struct lack lack = {
        .telling = telling,
        .constraint = constraint,
        .sought = sought_of_constraints(telling->inquiry, telling->explanation->names,
                                        &telling->explanation->constraints, telling->set,
                                        telling->size, constraint->group),
    };
    while (lack.sought.asked.resources.items[lack.demand].class_name !=
           telling_amount(telling, constraint)->class_name)
        lack.demand++;
    if (lack.sought.bound || !find_trees(&lack) || !find_pools(&lack))
        return NULL;
    const char *untold = tell_untold(&lack);
    return untold != NULL ? untold : tell_apart(&lack);
}

const char *cause_of_sharing(const struct telling *telling)
{
    for (size_t i = telling->size; i-- > 0;) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE ||
            is_of_hosts(telling_amount(telling, constraint)->class_name))
            continue;
        const char *told = tell_lack(telling, constraint);
        if (told != NULL)
            return told;
    }
    return NULL;
}
