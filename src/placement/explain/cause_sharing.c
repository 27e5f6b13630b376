/*
 * Tells of providers that would share what trees lack, but for a mistake in how they are set up.
 */
#include <config.h>

#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"
#include "placement/explain/unshared.h"

static const char *label_of(const struct telling *telling, uint32_t provider)
{
    return provider_label(telling->explanation->world, telling->explanation->names, provider);
}

/* Looks in an aggregate, those from..end of the ties, for a provider that would share with a tree
   if it had the trait. Sets both. */
static bool find_untold(const struct unshared *lack, size_t from, size_t end, uint32_t *pool,
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
        if (lack->pools[*pool] && !providers[*pool].shares &&
            unshared_is_pool_for(lack, *pool, *tree))
            return true;
    }
    return false;
}

/* Returns the end of the ties with the same aggregate as the first. */
static size_t end_of_aggregate(const struct ties *ties, size_t from)
{
    size_t end = from;
    while (end < ties->count && ties->items[end].aggregate_id == ties->items[from].aggregate_id)
        end++;
    return end;
}

/* Returns how many of the trees are in an aggregate of a pool, without one. */
static uint32_t count_others(const struct unshared *lack, uint32_t pool, uint32_t tree)
{
    const struct explanation *explanation = lack->telling->explanation;
    const struct ties *ties = &explanation->ties;
    uint32_t providers = explanation->world->provider_count, count = 0;
    bool *counted = arena_array(lack->telling->arena, providers, sizeof(*counted));
    counted[tree] = true;
    for (size_t from = 0, end; from < ties->count; from = end) {
        size_t place = from;
        end = end_of_aggregate(ties, from);
        while (place < end && ties->items[place].provider != pool)
            place++;
        if (place == end || !budget_spend(lack->telling->inquiry->budget, end - from))
            continue;
        for (size_t i = from; i < end; i++) {
            uint32_t root = explanation->world->providers[ties->items[i].provider].root;
            if (root == WORLD_NONE || counted[root] || !lack->trees[root] ||
                !unshared_is_pool_for(lack, pool, root))
                continue;
            counted[root] = true;
            count++;
        }
    }
    return count;
}

static const char *tell_untold(const struct unshared *lack)
{
    const struct telling *telling = lack->telling;
    const struct ties *ties = &telling->explanation->ties;
    uint32_t pool = WORLD_NONE, tree = WORLD_NONE;
    for (size_t from = 0, end; from < ties->count; from = end) {
        end = end_of_aggregate(ties, from);
        if (!budget_spend(telling->inquiry->budget, end - from))
            return NULL;
        if (!find_untold(lack, from, end, &pool, &tree))
            continue;
        uint32_t others = count_others(lack, pool, tree);
        return arena_printf(
            telling->arena,
            "%s would share %s with %s%s, but lacks the trait MISC_SHARES_VIA_AGGREGATE",
            label_of(telling, pool), unshared_class_name(lack), label_of(telling, tree),
            more_words(telling->arena, others));
    }
    return NULL;
}

/* Tells about a provider that shares, but with none of the trees. */
static const char *tell_apart(const struct unshared *lack)
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
                        label_of(telling, pool), unshared_class_name(lack),
                        label_of(telling, tree));
}

/* The trees that see providers which lack only amounts of one more part of what the set asks. */
struct part {
    struct sought sought; /* of its group */
    size_t demand;        /* of the group without suffix */
    bool *seen;           /* for each root: it sees such a provider */
    struct faults faults; /* of the provider that is looked at */
};

static void see_part(void *subject, uint32_t anchor, uint32_t provider)
{
    struct part *part = subject;
    struct faults *faults = &part->faults;
    size_t amounts = 0;
    if (part->seen[anchor] || !budget_spend(part->sought.inquiry->budget, 32))
        return;
    faults->count = 0;
    if (part->sought.group.granular)
        faults_of_provider(faults, provider);
    else
        faults_of_slot(faults, part->demand, provider, anchor);
    while (amounts < faults->count && faults->items[amounts].kind < INVENTORY_FAULTS &&
           faults->items[amounts].kind != FAULT_CLASS)
        amounts++;
    part->seen[anchor] = amounts == faults->count;
}

/* Takes those out of the trees that do not see a part. */
static void keep_with_part(const struct unshared *lack, struct part *part, bool *trees)
{
    const struct world *world = lack->telling->explanation->world;
    int64_t class_id = part->sought.group.demands[part->demand].class_id;
    part->seen = arena_array(lack->telling->arena, world->provider_count, sizeof(*part->seen));
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(lack->telling->inquiry->budget, 2); i++)
        if (world_inventory_of(world, i, class_id) != NULL)
            inquiry_visit_anchors(lack->telling->inquiry, i, false, see_part, part);
    for (uint32_t i = 0; i < world->provider_count; i++)
        trees[i] = trees[i] && part->seen[i];
}

static struct sought sought_of_lack(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    return sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                                 telling->set, telling->size, group);
}

/* Returns the trees that have the resource, and lack only amounts of the rest of the set; NULL:
   there is none. */
static const bool *find_nearer(const struct unshared *lack)
{
    const struct telling *telling = lack->telling;
    const bool *allowed = cause_allowed(telling, true);
    uint32_t count = telling->explanation->world->provider_count;
    bool *trees = arena_array(telling->arena, count, sizeof(*trees)), any = false;
    struct part part = {.demand = 0};
    const struct constraint *last = NULL;
    for (uint32_t i = 0; i < count; i++)
        trees[i] = lack->served[i] && (allowed == NULL || allowed[i]);
    for (size_t i = 0; i < telling->size; i++) {
        const struct constraint *constraint = telling_item(telling, i);
        if (constraint->kind != CONSTRAINT_RESOURCE)
            continue;
        bool same = last != NULL && constraint->group == last->group;
        if (same && part.sought.group.granular)
            continue;
        part.demand = same ? part.demand + 1 : 0;
        if (!same)
            part.sought = sought_of_lack(telling, constraint->group);
        part.faults.sought = &part.sought;
        last = constraint;
        if (!unshared_goes_with(lack, constraint))
            keep_with_part(lack, &part, trees);
    }
    for (uint32_t i = 0; i < count; i++)
        any = any || trees[i];
    return any && !budget_is_over(telling->inquiry->budget) ? trees : NULL;
}

/* Returns whether a tree that nothing else leaves out has something of what the group of the
   resource, without suffix, asks for. */
static bool is_another_near(const struct unshared *lack)
{
    struct inquiry inquiry = *lack->telling->inquiry;
    struct sought sought = sought_of_lack(lack->telling, lack->constraint->group);
    if (sought.group.granular)
        return false;
    inquiry.allowed = cause_allowed(lack->telling, false);
    sought.inquiry = &inquiry;
    const struct near_misses misses = near_misses_find(&sought, NULL);
    return misses.count > 0 && misses.items[0].rarest < UINT32_MAX && !misses.items[0].left_out;
}

/* Tells which pool would share, or shares with no tree that needs it, when the pools are known. Of
   a set that asks for nothing else but traits, the trees with these come before it. */
static const char *tell_lack(struct unshared *lack, const bool **nearer)
{
    if (!unshared_find_trees(lack))
        return NULL;
    bool amounts = unshared_asks_amounts(lack);
    *nearer = amounts ? find_nearer(lack) : NULL;
    if (lack->left_out && (*nearer != NULL || is_another_near(lack)))
        return NULL;
    if (!amounts)
        *nearer = lack->trees;
    const char *untold = tell_untold(lack);
    return untold != NULL ? untold : tell_apart(lack);
}

static const char *tell_resource(const struct telling *telling, const struct constraint *constraint,
                                 const bool **nearer)
{
    struct unshared lack = {
        .telling = telling,
        .constraint = constraint,
        .sought = sought_of_lack(telling, constraint->group),
    };
    lack.faults.sought = &lack.sought;
    while (unshared_class_name(&lack) != telling_amount(telling, constraint)->class_name)
        lack.demand++;
    if (lack.sought.bound || !unshared_find_pools(&lack))
        return NULL;
    unshared_find_seen(&lack);
    return tell_lack(&lack, nearer);
}

/* Returns whether no tree sees those that offer the resource, but for their own. */
static bool is_unseen(const struct unshared *lack)
{
    const struct world *world = lack->telling->explanation->world;
    bool *own = arena_array(lack->telling->arena, world->provider_count, sizeof(*own));
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (lack->pools[i])
            own[world->providers[i].root] = true;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (lack->seen[i] && !own[i])
            return false;
    return true;
}

/* Tells of a provider that has a required trait, and something else that its group asks for, but
   that no tree can use: with that trait nothing is lacking but that it is shared. */
static const char *tell_trait(const struct telling *telling, const struct constraint *constraint,
                              const bool **nearer)
{
    struct unshared lack = {
        .telling = telling,
        .constraint = constraint,
        .sought = sought_of_group(telling->inquiry, telling->explanation->names, constraint->group),
    };
    lack.faults.sought = &lack.sought;
    lack.traits = lack.sought.group.traits.required[constraint->index];
    for (; lack.demand < lack.sought.group.demand_count && !lack.sought.bound; lack.demand++) {
        struct arena_mark mark = arena_mark(telling->arena);
        const char *told = NULL;
        if (class_is_of_hosts(unshared_class_name(&lack)))
            continue;
        if (unshared_find_pools(&lack)) {
            unshared_find_seen(&lack);
            told = is_unseen(&lack) ? tell_lack(&lack, nearer) : NULL;
        }
        if (told != NULL || lack.sought.group.granular || budget_is_over(telling->inquiry->budget))
            return told;
        arena_rewind(telling->arena, &mark);
        lack.faults = (struct faults){.sought = &lack.sought};
    }
    return NULL;
}

const char *cause_of_sharing(const struct telling *telling, const bool **nearer)
{
    for (size_t i = telling->size; i-- > 0;) {
        const struct constraint *constraint = telling_item(telling, i);
        const char *told = NULL;
        if (constraint->kind == CONSTRAINT_REQUIRED)
            told = tell_trait(telling, constraint, nearer);
        else if (constraint->kind == CONSTRAINT_RESOURCE &&
                 !class_is_of_hosts(telling_amount(telling, constraint)->class_name))
            told = tell_resource(telling, constraint, nearer);
        if (told != NULL)
            return told;
    }
    return NULL;
}
