/*
 * Tells what the host that in_tree names, such as the target of a migration, lacks for another
 * group, or of a class of which nobody has enough.
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"
#include "placement/explain/weight.h"

/* Whether a root sees a provider. */
struct seeing {
    uint32_t root;
    bool seen;
};

static void see(void *subject, uint32_t anchor, uint32_t provider)
{
    struct seeing *seeing = subject;
    (void)provider;
    seeing->seen = seeing->seen || anchor == seeing->root;
}

static bool sees(const struct telling *telling, uint32_t root, uint32_t provider)
{
    struct seeing seeing = {.root = root};
    inquiry_visit_anchors(telling->inquiry, provider, false, see, &seeing);
    return seeing.seen;
}

/* Returns the root that in_tree names for a group: its own, or that of the group without suffix, if
   that asks for resources; WORLD_NONE. */
static uint32_t find_root(const struct telling *telling, size_t group, bool *own)
{
    const struct search_query *query = &telling->inquiry->query;
    *own = query->groups[group].in_tree;
    if (*own)
        return query->groups[group].tree;
    for (size_t i = 0; i < query->group_count; i++)
        if (!query->groups[i].granular && query->groups[i].in_tree &&
            query->groups[i].demand_count > 0)
            return query->groups[i].tree;
    return WORLD_NONE;
}

/* Finds the provider of the tree, or unless own that is shared with it, that comes nearest to
   offer a resource. Returns WORLD_NONE if none has the class. */
static uint32_t find_nearest(const struct telling *telling, const struct constraint *resource,
                             uint32_t root, bool own)
{
    const struct world *world = telling->explanation->world;
    const struct sought sought =
        sought_of_constraints(telling->inquiry, telling->explanation->names,
                              &telling->explanation->constraints, telling->set, 1, resource->group);
    uint32_t nearest = WORLD_NONE;
    double least = 0;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 8);
         i++) {
        if (world_inventory_of(world, i, sought.group.demands[0].class_id) == NULL ||
            (world->providers[i].root != root && (own || !sees(telling, root, i))))
            continue;
        double weight = weight_of_slot(&sought, &sought.group.demands[0], i, root);
        if (nearest != WORLD_NONE && weight >= least)
            continue;
        nearest = i;
        least = weight;
    }
    return nearest;
}

/* Returns what a provider lacks of the only constraint of the set: "a lacks 2 VCPU of 4". */
static const char *tell_provider(const struct telling *telling, size_t group, uint32_t provider)
{
    const struct explanation *explanation = telling->explanation;
    const struct sought sought =
        sought_of_constraints(telling->inquiry, explanation->names, &explanation->constraints,
                              telling->set, telling->size, group);
    struct faults faults = {.sought = &sought};
    faults_of_provider(&faults, provider);
    return arena_printf(telling->arena, "%s %s",
                        provider_label(explanation->world, explanation->names, provider),
                        faults_words(&faults, provider));
}

static bool has_inventory(const struct world *world, uint32_t root)
{
    const struct world_provider *top = &world->providers[root];
    for (uint32_t place = top->first_below; place < top->end_below; place++)
        if (world->providers[world->in_order[place]].inventory_count > 0)
            return true;
    return false;
}

const char *cause_of_target_first(const struct telling *telling, const struct constraint *resource,
                                  const char *said)
{
    const struct explanation *explanation = telling->explanation;
    const struct resource_amount *amount = telling_amount(telling, resource);
    bool own, first = telling->set == explanation->impossible.sets[0];
    uint32_t root = find_root(telling, resource->group, &own);
    if (root == WORLD_NONE || telling->size != 1 ||
        explanation->funnels[resource->group]->classes[resource->index].have == 0)
        return said;
    uint32_t nearest = find_nearest(telling, resource, root, own);
    const char *tree = arena_printf(telling->arena, "nothing in the tree of %s (in_tree)",
                                    provider_label(explanation->world, explanation->names, root));
    if (budget_is_over(telling->inquiry->budget))
        return said;
    if (!has_inventory(explanation->world, root))
        return first ? arena_printf(telling->arena, "%s " NO_INVENTORY "; %s", tree, said) : said;
    if (nearest == WORLD_NONE)
        return arena_printf(telling->arena, "%s%s has %s; %s", tree,
                            own || explanation->world->sharing_count == 0 ? ""
                                                                          : ", or shared with it,",
                            amount->class_name, said);
    if (strstr(said, provider_label(explanation->world, explanation->names, nearest)) != NULL)
        return said;
    return arena_printf(
        telling->arena, "%s%s offers %" PRId64 " %s: %s; %s", tree,
        explanation->world->providers[nearest].root == root ? "" : ", or shared with it,",
        amount->amount, amount->class_name, tell_provider(telling, resource->group, nearest), said);
}

/* Returns whether a provider shares, and is a tree by itself. */
static bool is_pool(const struct world *world, uint32_t provider)
{
    const struct world_provider *item = &world->providers[provider];
    return item->shares && item->root == provider && item->end_below - item->first_below == 1;
}

/* Tells that pools have all that the request asks of the group, but do not share with the root. */
static const char *tell_unseen(const struct telling *telling, uint32_t root, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    const struct world *world = explanation->world;
    const struct sought sought = sought_of_group(telling->inquiry, explanation->names, group);
    struct faults faults = {.sought = &sought};
    uint32_t count = 0, first = 0;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 2);
         i++) {
        if (!is_pool(world, i) || !budget_spend(telling->inquiry->budget, 32))
            continue;
        faults.count = 0;
        faults_of_provider(&faults, i);
        if (faults.count > 0 || sees(telling, root, i))
            continue;
        if (count++ == 0)
            first = i;
    }
    if (count == 0 || budget_is_over(telling->inquiry->budget))
        return "";
    const char *label = provider_label(world, explanation->names, first);
    const char *pools =
        count == 1 ? arena_printf(telling->arena, "%s is", label)
                   : arena_printf(telling->arena, "%s, and %u more, are", label, count - 1);
    return arena_printf(telling->arena, "%s not shared with it: they have no aggregate in common",
                        pools);
}

/* Tells what a provider in the tree lacks of all that the request asks of the group, if it has
   each of its classes. */
static const char *tell_device(const struct telling *telling, const bool *roots, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    const struct sought sought = sought_of_group(telling->inquiry, explanation->names, group);
    const struct near_misses misses = near_misses_find(&sought, roots);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++) {
        const struct near_miss *miss = &misses.items[i];
        size_t classes = 0;
        while (classes < miss->fault_count && miss->faults[classes].kind != FAULT_CLASS)
            classes++;
        if (classes == miss->fault_count && sought.group.demand_count > 0)
            return near_miss_words(telling->arena, explanation->world, explanation->names, miss);
    }
    return "";
}

const char *cause_of_target(const struct telling *telling, uint32_t root, size_t group)
{
    const struct world *world = telling->explanation->world;
    struct telling within = *telling;
    bool *roots = arena_array(telling->arena, world->provider_count, sizeof(*roots));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 1);
         i++)
        roots[i] = i == root || (is_pool(world, i) && sees(telling, root, i));
    within.roots = roots;
    const char *misses = cause_of_misses(&within, group, false);
    if (*misses == '\0')
        misses = tell_unseen(telling, root, group);
    return *misses != '\0' ? misses : tell_device(telling, roots, group);
}
