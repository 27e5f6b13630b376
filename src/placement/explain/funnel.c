/*
 * Passes all providers through the filters of a group.
 */
#include <config.h>

#include "placement/explain/funnel.h"

/* Providers. */

/* Returns the first of the filters about resources that a provider does not pass, or
   FILTER_REQUIRED. */
static enum explain_filter resources_fail_at(const struct world *world,
                                             const struct search_demand *demands, size_t count,
                                             uint32_t provider)
{
    enum explain_filter first = FILTER_REQUIRED;
    for (size_t i = 0; i < count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(world, provider, demands[i].class_id);
        if (inventory == NULL)
            return FILTER_CLASSES;
        if (!units_allow(inventory, demands[i].amount))
            first = FILTER_UNITS;
        else if (first == FILTER_REQUIRED && !inventory_has_room(inventory, demands[i].amount))
            first = FILTER_CAPACITY;
    }
    return first;
}

/* Returns the first filter that a provider does not pass for a granular group, or GROUP_FILTERS. */
static enum explain_filter provider_fails_at(const struct world *world,
                                             const struct search_group *group, uint32_t provider)
{
    const uint64_t *traits = world_traits(world, provider);
    enum explain_filter resources =
        resources_fail_at(world, group->demands, group->demand_count, provider);
    if (world->providers[provider].root == WORLD_NONE)
        return FILTER_CLASSES;
    if (resources != FILTER_REQUIRED)
        return resources;
    if (group_asks_nothing(group) ||
        !membership_requires(&group->traits, traits, world->trait_words))
        return FILTER_REQUIRED;
    if (membership_forbids(&group->traits, traits, world->trait_words))
        return FILTER_FORBIDDEN;
    if (!membership_holds(&group->aggregates, world_aggregates(world, provider),
                          world->aggregate_words))
        return FILTER_AGGREGATES;
    bool bound = group->in_tree && (group->demand_count > 0 || group->tree == WORLD_NONE);
    if (bound && world->providers[provider].root != group->tree)
        return FILTER_TREE;
    return GROUP_FILTERS;
}

/* An aggregate of the root spans its tree, but a sharing provider must be a member itself. */
static bool aggregates_hold(const struct world *world, const struct search_membership *aggregates,
                            uint32_t provider, uint32_t anchor)
{
    size_t words = world->aggregate_words;
    const uint64_t *own = world_aggregates(world, provider);
    const uint64_t *roots = world_aggregates(world, anchor);
    if (membership_forbids(aggregates, own, words) || membership_forbids(aggregates, roots, words))
        return false;
    return membership_requires(aggregates, own, words) ||
           (world->providers[provider].root == anchor &&
            membership_requires(aggregates, roots, words));
}

/* The same for one class of the unsuffixed group, as seen from an anchor. REQUIRED is passed. */
static enum explain_filter slot_fails_at(const struct world *world,
                                         const struct search_group *group,
                                         const struct search_demand *demand, uint32_t provider,
                                         uint32_t anchor)
{
    enum explain_filter resources = resources_fail_at(world, demand, 1, provider);
    uint32_t root = world->providers[provider].root;
    if (resources != FILTER_REQUIRED)
        return resources;
    if (membership_forbids(&group->traits, world_traits(world, provider), world->trait_words))
        return FILTER_FORBIDDEN;
    if (!aggregates_hold(world, &group->aggregates, provider, anchor))
        return FILTER_AGGREGATES;
    if (group->in_tree && (root != group->tree || root != anchor))
        return FILTER_TREE;
    return GROUP_FILTERS;
}

/* Classes. */

/* Returns how near an inventory is to what is asked, for a fault of it: the more the nearer. */
static int64_t nearness(const struct world_inventory *inventory, enum fault_kind fault)
{
    switch (fault) {
    case FAULT_MAX_UNIT:
        return inventory->max_unit;
    case FAULT_MIN_UNIT:
        return -inventory->min_unit;
    case FAULT_STEP_SIZE:
        return 0;
    default:
        return inventory->capacity - inventory->used;
    }
}

void class_fault_note(struct class_fault *faults, const struct world_inventory *inventory,
                      enum fault_kind kind, uint32_t provider, unsigned wanted)
{
    struct class_fault *fault = &faults[kind];
    if (fault->count++ > 0) {
        int64_t nearer = nearness(inventory, kind) - nearness(fault->inventory, kind);
        if (nearer < 0 || (nearer == 0 && wanted <= fault->wanted))
            return;
    }
    fault->nearest = provider;
    fault->inventory = inventory;
    fault->wanted = wanted;
}

/* Returns how much a provider has of the rest that the request asks, as far as it is seen from its
   own tree: a root as required, the aggregates, the other classes of the group. */
static unsigned count_wanted(const struct inquiry *inquiry, const struct search_group *group,
                             size_t demand, uint32_t provider)
{
    const struct world *world = inquiry->world;
    uint32_t root = world->providers[provider].root;
    unsigned wanted = (unsigned)membership_holds(&inquiry->query.root_traits,
                                                 world_traits(world, root), world->trait_words) +
                      (unsigned)aggregates_hold(world, &group->aggregates, provider,
                                                group->granular ? provider : root);
    for (size_t i = 0; i < group->demand_count && budget_spend(inquiry->budget, 4); i++)
        wanted += i != demand &&
                  inventory_fault(world_inventory_of(world, provider, group->demands[i].class_id),
                                  group->demands[i].amount) == FAULT_NONE;
    return wanted;
}

static void note_inventory(struct class_figures *figures, const struct world_inventory *inventory,
                           uint32_t provider, unsigned wanted)
{
    int64_t room = inventory->capacity - inventory->used;
    enum fault_kind fault = inventory_fault(inventory, figures->asked.amount);
    figures->have++;
    if (fault != FAULT_NONE)
        class_fault_note(figures->faults, inventory, fault, provider, wanted);
    if (inventory->max_unit > figures->most_unit)
        figures->most_unit = inventory->max_unit;
    if (inventory->capacity > figures->most_total)
        figures->most_total = inventory->capacity;
    if (!units_allow(inventory, figures->asked.amount))
        return;
    figures->units++;
    figures->capacity += fault == FAULT_NONE;
    if (figures->freest != WORLD_NONE && room <= figures->most_free)
        return;
    figures->most_free = room > 0 ? room : 0;
    figures->freest = provider;
}

static void find_figures(const struct inquiry *inquiry, const struct search_group *group,
                         const struct request_group *asked, struct funnel *funnel)
{
    const struct world *world = inquiry->world;
    funnel->class_count = group->demand_count;
    funnel->classes = arena_array(inquiry->arena, group->demand_count, sizeof(*funnel->classes));
    for (size_t i = 0; i < group->demand_count; i++) {
        struct class_figures *figures = &funnel->classes[i];
        *figures = (struct class_figures){.asked = asked->resources.items[i], .freest = WORLD_NONE};
        for (uint32_t j = 0; j < world->provider_count && budget_spend(inquiry->budget, 4); j++) {
            const struct world_inventory *inventory =
                world_inventory_of(world, j, group->demands[i].class_id);
            if (inventory != NULL && world->providers[j].root != WORLD_NONE)
                note_inventory(figures, inventory, j, count_wanted(inquiry, group, i, j));
        }
    }
}

/* Granular groups. */

/* Counts one that passes all filters before `end`. */
static void count_passed(struct funnel *funnel, enum explain_filter end)
{
    for (unsigned filter = 0; filter < (unsigned)end && filter < GROUP_FILTERS; filter++)
        funnel->left[filter]++;
}

static void pass_providers(const struct inquiry *inquiry, const struct search_group *group,
                           struct funnel *funnel)
{
    const struct world *world = inquiry->world;
    bool *fits = arena_array(inquiry->arena, world->provider_count, sizeof(*fits));
    size_t work = 4 + group->demand_count * 2 + group->traits.required_count +
                  group->aggregates.required_count + world->trait_words + world->aggregate_words;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++) {
        enum explain_filter end = provider_fails_at(world, group, i);
        fits[i] = end == GROUP_FILTERS;
        count_passed(funnel, end);
    }
    funnel->fits = fits;
    funnel->all = world->provider_count;
}

/* The unsuffixed group. */

struct tree_pass {
    const struct inquiry *inquiry;
    const struct search_group *group;
    const struct search_demand *demand;
    enum explain_filter *best; /* for each anchor: the best that a provider reaches for the class */
    bool *sees;                /* for each anchor: it sees the required set */
};

static void note_slot(void *subject, uint32_t anchor, uint32_t provider)
{
    struct tree_pass *pass = subject;
    if (pass->best[anchor] == GROUP_FILTERS)
        return;
    enum explain_filter end =
        slot_fails_at(pass->inquiry->world, pass->group, pass->demand, provider, anchor);
    if (end > pass->best[anchor])
        pass->best[anchor] = end;
}

static void note_sight(void *subject, uint32_t anchor, uint32_t provider)
{
    struct tree_pass *pass = subject;
    (void)provider;
    pass->sees[anchor] = true;
}

/* Finds for each anchor the first filter that one of the classes does not pass. */
static void pass_slots(struct tree_pass *pass, enum explain_filter *ends)
{
    const struct inquiry *inquiry = pass->inquiry;
    const struct world *world = inquiry->world;
    for (size_t i = 0;
         i < pass->group->demand_count && budget_spend(inquiry->budget, world->provider_count);
         i++) {
        pass->demand = &pass->group->demands[i];
        for (uint32_t j = 0; j < world->provider_count; j++)
            pass->best[j] = FILTER_CLASSES;
        for (uint32_t j = 0; j < world->provider_count && budget_spend(inquiry->budget, 8); j++)
            if (world_inventory_of(world, j, pass->demand->class_id) != NULL)
                inquiry_visit_anchors(inquiry, j, false, note_slot, pass);
        for (uint32_t j = 0; j < world->provider_count; j++)
            if (pass->best[j] < ends[j])
                ends[j] = pass->best[j];
    }
}

/* Returns for each provider whether it has capacity for one of the classes. */
static bool *find_capable(const struct tree_pass *pass)
{
    const struct world *world = pass->inquiry->world;
    bool *capable = arena_array(pass->inquiry->arena, world->provider_count, sizeof(*capable));
    for (size_t i = 0; i < pass->group->demand_count; i++)
        for (uint32_t j = 0; j < world->provider_count && budget_spend(pass->inquiry->budget, 4);
             j++)
            capable[j] = capable[j] || resources_fail_at(world, &pass->group->demands[i], 1, j) ==
                                           FILTER_REQUIRED;
    return capable;
}

/* Notes the anchors that do not see each required set of traits on a provider with capacity. */
static void pass_required(struct tree_pass *pass, enum explain_filter *ends)
{
    const struct inquiry *inquiry = pass->inquiry;
    const struct world *world = inquiry->world;
    const struct search_membership *traits = &pass->group->traits;
    const bool *capable = find_capable(pass);
    for (size_t i = 0;
         i < traits->required_count && budget_spend(inquiry->budget, world->provider_count); i++) {
        for (uint32_t j = 0; j < world->provider_count; j++)
            pass->sees[j] = false;
        for (uint32_t j = 0;
             j < world->provider_count && budget_spend(inquiry->budget, 2 + world->trait_words);
             j++)
            if (capable[j] &&
                bits_meet(traits->required[i], world_traits(world, j), world->trait_words))
                inquiry_visit_anchors(inquiry, j, pass->group->in_tree, note_sight, pass);
        for (uint32_t j = 0; j < world->provider_count; j++)
            if (!pass->sees[j] && ends[j] > FILTER_REQUIRED)
                ends[j] = FILTER_REQUIRED;
    }
}

static void pass_trees(const struct inquiry *inquiry, const struct search_group *group,
                       struct funnel *funnel)
{
    const struct world *world = inquiry->world;
    enum explain_filter *ends = arena_array(inquiry->arena, world->provider_count, sizeof(*ends));
    bool *fits = arena_array(inquiry->arena, world->provider_count, sizeof(*fits));
    struct tree_pass pass = {
        .inquiry = inquiry,
        .group = group,
        .best = arena_array(inquiry->arena, world->provider_count, sizeof(*pass.best)),
        .sees = arena_array(inquiry->arena, world->provider_count, sizeof(*pass.sees)),
    };
    for (uint32_t i = 0; i < world->provider_count; i++)
        ends[i] = GROUP_FILTERS;
    pass_slots(&pass, ends);
    pass_required(&pass, ends);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (world->providers[i].root != i)
            continue;
        funnel->all++;
        fits[i] = ends[i] == GROUP_FILTERS;
        count_passed(funnel, ends[i]);
    }
    funnel->fits = fits;
}

/* Funnels. */

static void find_applicable(const struct search_group *group, bool *applies)
{
    applies[FILTER_CLASSES] = applies[FILTER_UNITS] = applies[FILTER_CAPACITY] =
        group->demand_count > 0;
    applies[FILTER_REQUIRED] = group->traits.required_count > 0 || group_asks_nothing(group);
    applies[FILTER_FORBIDDEN] = group->traits.forbidden != NULL;
    applies[FILTER_AGGREGATES] =
        group->aggregates.required_count > 0 || group->aggregates.forbidden != NULL;
    applies[FILTER_TREE] = group->in_tree;
}

struct funnel *funnel_of_group(const struct inquiry *inquiry, size_t number)
{
    const struct search_group *group = &inquiry->query.groups[number];
    const struct request_group *asked = &inquiry->request->groups[number];
    struct funnel *funnel = arena_alloc(inquiry->arena, sizeof(*funnel));
    *funnel = (struct funnel){.suffix = asked->suffix, .granular = group->granular};
    find_applicable(group, funnel->applies);
    find_figures(inquiry, group, asked, funnel);
    if (group->granular)
        pass_providers(inquiry, group, funnel);
    else
        pass_trees(inquiry, group, funnel);
    return funnel;
}

enum explain_filter funnel_end(const struct funnel *funnel)
{
    for (unsigned filter = 0; filter < GROUP_FILTERS; filter++)
        if (funnel->left[filter] == 0)
            return (enum explain_filter)filter;
    return FILTERS;
}
