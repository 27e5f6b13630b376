/*
 * Finds providers that would share what a tree lacks, but for a mistake in how they are set up.
 */
#include <config.h>

#include <string.h>

#include "base/sorted.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"
#include "placement/explain/weight.h"

/* What one resource of the set is looked for: who could share it with whom. Or a required trait,
   and a resource whose provider may bring it. */
struct lack {
    const struct telling *telling;
    const struct constraint *constraint;
    const uint64_t *traits; /* what such a provider has one of; NULL: it is about the resource */
    struct sought sought;   /* of its group: by the set, or of a trait all of it */
    size_t demand;          /* place of the resource in it */
    bool *pools;            /* for each provider: it offers the resource */
    bool *seen;             /* for each root: it sees a provider with the class, however full... */
    bool *served;           /* ... and one that offers the resource */
    bool *trees;            /* for each root: its tree has the rest, and sees no such class */
    bool shared;            /* somebody shares the class already */
    bool left_out;          /* by the rest of the request: all of these */
    struct faults faults;   /* of the provider that is looked at */
};

/* What the trees must have beside the rest of the set, as far as there are any: less and less. */
enum rest { REST_WITH_AMOUNTS, REST_WITH_OTHERS, REST_OF_SET, RESTS };

static bool has_traits(const struct lack *lack, uint32_t provider)
{
    const struct world *world = lack->telling->explanation->world;
    return lack->traits == NULL ||
           bits_meet(lack->traits, world_traits(world, provider), world->trait_words);
}

/* Returns whether a provider that an anchor sees offers the resource. */
static bool offers(struct lack *lack, uint32_t provider, uint32_t anchor)
{
    struct faults *faults = &lack->faults;
    faults->count = 0;
    if (lack->sought.group.granular)
        faults_of_provider(faults, provider);
    else
        faults_of_slot(faults, lack->demand, provider, anchor);
    return faults->count == 0 && has_traits(lack, provider);
}

/* Returns whether a constraint goes with the resource: those of its group if that needs one
   provider, or else only itself. */
static bool goes_with(const struct lack *lack, const struct constraint *constraint)
{
    return constraint == lack->constraint ||
           (lack->traits != NULL && constraint->kind == CONSTRAINT_RESOURCE &&
            constraint->group == lack->constraint->group && constraint->index == lack->demand) ||
           (lack->sought.group.granular && constraint->kind < CONSTRAINT_ROOT_REQUIRED &&
            constraint->group == lack->constraint->group);
}

/* Returns whether hosts share a class with nobody, wherever they are members. */
static bool is_of_hosts(const char *class_name)
{
    static const char *const names[] = {"MEMORY_MB", "PCPU", "VCPU"};
    return sorted_find(&class_name, names, sizeof(names) / sizeof(*names), sizeof(*names),
                       text_compare) != NULL;
}

static int64_t class_of(const struct lack *lack)
{
    return lack->sought.group.demands[lack->demand].class_id;
}

static const char *class_name_of(const struct lack *lack)
{
    return lack->sought.asked.resources.items[lack->demand].class_name;
}

static bool find_pools(struct lack *lack)
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
    struct lack *lack = subject;
    if (!has_traits(lack, provider))
        return;
    lack->seen[anchor] = true;
    if (!lack->served[anchor] && budget_spend(lack->telling->inquiry->budget, 32))
        lack->served[anchor] = offers(lack, provider, anchor);
}

/* Finds the trees that see the class, as they do not need another provider to share it, and those
   that see one with the resource. */
static void find_seen(struct lack *lack)
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
static bool pools_have(const struct lack *lack, const uint64_t *traits)
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
static bool is_of_rest(const struct lack *lack, const struct constraint *constraint, enum rest rest)
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
static void keep_hosts(struct lack *lack)
{
    const struct inquiry *inquiry = lack->telling->inquiry;
    const struct world *world = inquiry->world;
    for (size_t i = 0; i < inquiry->query.group_count; i++) {
        const struct search_group *group = &inquiry->query.groups[i];
        for (size_t j = 0; j < group->demand_count && !group->granular; j++) {
            if (!is_of_hosts(inquiry->request->groups[i].resources.items[j].class_name))
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
static bool brings(const struct lack *lack, const uint64_t *traits, uint32_t provider)
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
static void keep_bringers(struct lack *lack)
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

/* Returns whether the set asks for amounts beside the resource, or for a root. */
static bool asks_amounts(const struct lack *lack)
{
    for (size_t i = 0; i < lack->telling->size; i++) {
        const struct constraint *constraint = telling_item(lack->telling, i);
        if (constraint_is_of_root(constraint) ||
            (constraint->kind == CONSTRAINT_RESOURCE && !goes_with(lack, constraint)))
            return true;
    }
    return false;
}

/* Finds the trees that have a rest, and nothing of the class. Returns whether there are any. */
static bool find_with_rest(struct lack *lack, enum rest rest)
{
    const struct telling *telling = lack->telling;
    const struct explanation *explanation = telling->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    uint32_t count = explanation->world->provider_count;
    bool *kept = arena_array(telling->arena, constraints->count, sizeof(*kept)), any = false;
    for (size_t i = 0; i < telling->size; i++)
        kept[telling->set[i]] = true;
    for (size_t i = 0; i < constraints->count; i++)
        kept[i] = !goes_with(lack, &constraints->items[i]) &&
                  (kept[i] || is_of_rest(lack, &constraints->items[i], rest));
    lack->trees = arena_array(telling->arena, count, sizeof(*lack->trees));
    if (relaxation_find(telling->relaxation, kept, lack->trees) != SEARCH_FOUND)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (lack->trees[i] && lack->seen[i] && !asks_amounts(lack))
            return false; /* those with the traits do see somebody */
        lack->trees[i] = lack->trees[i] && !lack->seen[i];
    }
    keep_hosts(lack);
    keep_bringers(lack);
    for (uint32_t i = 0; i < count; i++)
        any = any || lack->trees[i];
    return any;
}

/* Finds the trees that have the rest of the set, and as much of the request as there are any. */
static bool find_trees(struct lack *lack)
{
    const struct telling *telling = lack->telling;
    bool amounts = asks_amounts(lack), rest = amounts;
    for (size_t i = 0; i < telling->size; i++)
        rest = rest || (telling_item(telling, i)->kind == CONSTRAINT_REQUIRED &&
                        !goes_with(lack, telling_item(telling, i)));
    for (int i = REST_WITH_AMOUNTS; i < (amounts ? RESTS : REST_OF_SET) && rest; i++) {
        lack->left_out = i == REST_OF_SET;
        if (find_with_rest(lack, (enum rest)i))
            return !budget_is_over(telling->inquiry->budget);
    }
    return false;
}

static const char *label_of(const struct telling *telling, uint32_t provider)
{
    return provider_label(telling->explanation->world, telling->explanation->names, provider);
}

/* Returns whether a provider has something that is worth sharing. The class of a bare metal node
   stands for the whole machine: there is one of it, and nobody shares such a class. */
static bool has_parts(const struct lack *lack, uint32_t provider)
{
    const struct world_inventory *inventory =
        world_inventory_of(lack->telling->explanation->world, provider, class_of(lack));
    return lack->shared || inventory->total > 1 || strncmp(class_name_of(lack), "CUSTOM_", 7) != 0;
}

/* Returns whether the tree of a provider has nothing of what hosts share with nobody. Only the
   classes that the request asks for are known: if memory is not one of them, a host whose cores are
   of another class would look like that. */
static bool is_of_no_host(const struct lack *lack, uint32_t provider)
{
    const struct inquiry *inquiry = lack->telling->inquiry;
    uint32_t root = inquiry->world->providers[provider].root;
    bool memory = false;
    for (size_t i = 0; i < inquiry->query.group_count; i++) {
        const struct search_group *group = &inquiry->query.groups[i];
        for (size_t j = 0; j < group->demand_count; j++) {
            const char *class_name = inquiry->request->groups[i].resources.items[j].class_name;
            if (!is_of_hosts(class_name))
                continue;
            memory = memory || strcmp(class_name, "MEMORY_MB") == 0;
            if (!budget_spend(inquiry->budget, 8) ||
                tree_has_class(inquiry->world, root, group->demands[j].class_id))
                return false;
        }
    }
    return memory;
}

/* Returns whether a provider has nothing that a tree has too. Otherwise it is more likely a host in
   the same availability zone than a pool that should share, unless it has a trait that is wanted,
   and is no host. */
static bool is_pool_for(const struct lack *lack, uint32_t provider, uint32_t root)
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

/* Returns the end of the ties with the same aggregate as the first. */
static size_t end_of_aggregate(const struct ties *ties, size_t from)
{
    size_t end = from;
    while (end < ties->count && ties->items[end].aggregate_id == ties->items[from].aggregate_id)
        end++;
    return end;
}

/* Returns how many of the trees are in an aggregate of a pool, without one. */
static uint32_t count_others(const struct lack *lack, uint32_t pool, uint32_t tree)
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
                !is_pool_for(lack, pool, root))
                continue;
            counted[root] = true;
            count++;
        }
    }
    return count;
}

static const char *tell_untold(const struct lack *lack)
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
            label_of(telling, pool), class_name_of(lack), label_of(telling, tree),
            more_words(telling->arena, others));
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
                        label_of(telling, pool), class_name_of(lack), label_of(telling, tree));
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
static void keep_with_part(const struct lack *lack, struct part *part, bool *trees)
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
static const bool *find_nearer(const struct lack *lack)
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
        if (!goes_with(lack, constraint))
            keep_with_part(lack, &part, trees);
    }
    for (uint32_t i = 0; i < count; i++)
        any = any || trees[i];
    return any && !budget_is_over(telling->inquiry->budget) ? trees : NULL;
}

/* Returns whether a tree that nothing else leaves out has something of what the group of the
   resource, without suffix, asks for. */
static bool is_another_near(const struct lack *lack)
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

/* Tells who would share, or shares with nobody that needs it, when it is known who offers the
   resource. Of a set that asks for nothing else but traits, those come before it that have these.
 */
static const char *tell_lack(struct lack *lack, const bool **nearer)
{
    if (!find_trees(lack))
        return NULL;
    bool amounts = asks_amounts(lack);
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
    struct lack lack = {
        .telling = telling,
        .constraint = constraint,
        .sought = sought_of_lack(telling, constraint->group),
    };
    lack.faults.sought = &lack.sought;
    while (class_name_of(&lack) != telling_amount(telling, constraint)->class_name)
        lack.demand++;
    if (lack.sought.bound || !find_pools(&lack))
        return NULL;
    find_seen(&lack);
    return tell_lack(&lack, nearer);
}

/* Returns whether no tree sees those that offer the resource, but for their own. */
static bool is_unseen(const struct lack *lack)
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
    struct lack lack = {
        .telling = telling,
        .constraint = constraint,
        .sought = sought_of_group(telling->inquiry, telling->explanation->names, constraint->group),
    };
    lack.faults.sought = &lack.sought;
    lack.traits = lack.sought.group.traits.required[constraint->index];
    for (; lack.demand < lack.sought.group.demand_count && !lack.sought.bound; lack.demand++) {
        struct arena_mark mark = arena_mark(telling->arena);
        const char *told = NULL;
        if (is_of_hosts(class_name_of(&lack)))
            continue;
        if (find_pools(&lack)) {
            find_seen(&lack);
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
                 !is_of_hosts(telling_amount(telling, constraint)->class_name))
            told = tell_resource(telling, constraint, nearer);
        if (told != NULL)
            return told;
    }
    return NULL;
}

/* Who an anchor sees for a class. */
struct beside {
    const struct sought *sought;
    size_t demand;
    uint32_t anchor;
    uint32_t nearest; /* lacks least, so it is told already; WORLD_NONE: there is nobody */
    double weight;
    uint32_t left_out; /* has room, but shares, and is left out; WORLD_NONE: there is nobody */
    struct faults faults;
};

static void look_beside(void *subject, uint32_t anchor, uint32_t provider)
{
    struct beside *beside = subject;
    const struct sought *sought = beside->sought;
    size_t others = 0;
    if (anchor != beside->anchor)
        return;
    double weight =
        weight_of_slot(sought, &sought->group.demands[beside->demand], provider, anchor);
    if (beside->nearest == WORLD_NONE || weight < beside->weight) {
        beside->nearest = provider;
        beside->weight = weight;
    }
    beside->faults.count = 0;
    faults_of_slot(&beside->faults, beside->demand, provider, anchor);
    while (others < beside->faults.count && beside->faults.items[others].kind >= INVENTORY_FAULTS)
        others++;
    if (beside->left_out == WORLD_NONE && others == beside->faults.count && weight > 0 &&
        sought->inquiry->world->providers[provider].root != anchor)
        beside->left_out = provider;
}

static void find_beside(struct beside *beside)
{
    const struct inquiry *inquiry = beside->sought->inquiry;
    const struct world *world = inquiry->world;
    int64_t class_id = beside->sought->group.demands[beside->demand].class_id;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 2); i++)
        if ((world->providers[i].shares || world->providers[i].root == beside->anchor) &&
            world_inventory_of(world, i, class_id) != NULL)
            inquiry_visit_anchors(inquiry, i, false, look_beside, beside);
}

const char *cause_of_left_out(const struct telling *telling, const struct sought *sought,
                              uint32_t anchor)
{
    const struct explanation *explanation = telling->explanation;
    for (size_t i = 0; i < sought->group.demand_count && !sought->group.granular; i++) {
        struct beside beside = {.sought = sought,
                                .demand = i,
                                .anchor = anchor,
                                .nearest = WORLD_NONE,
                                .left_out = WORLD_NONE,
                                .faults = {.sought = sought}};
        find_beside(&beside);
        if (budget_is_over(telling->inquiry->budget))
            return "";
        if (beside.left_out == WORLD_NONE || beside.nearest == beside.left_out ||
            beside.weight <= 0)
            continue;
        beside.faults.count = 0;
        faults_of_slot(&beside.faults, i, beside.left_out, anchor);
        return arena_printf(telling->arena, "%s %s",
                            provider_label(explanation->world, explanation->names, anchor),
                            faults_words(&beside.faults, anchor));
    }
    return "";
}
