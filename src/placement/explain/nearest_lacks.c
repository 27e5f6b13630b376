/*
 * Finds what each tree lacks of the whole request: of each group what the provider lacks that
 * serves it best, and of the root.
 */
#include <config.h>

#include "placement/explain/missing.h"
#include "placement/explain/nearest.h"
#include "placement/explain/weight.h"

/* The provider that each tree sees and that serves a group best. */
struct serving {
    double *weights;     /* of what it lacks */
    uint32_t *providers; /* WORLD_NONE: none was seen yet */
    double weight;       /* of the provider that is seen */
};

static void see_provider(void *subject, uint32_t anchor, uint32_t provider)
{
    struct serving *serving = subject;
    if (serving->providers[anchor] != WORLD_NONE && serving->weight >= serving->weights[anchor])
        return;
    serving->providers[anchor] = provider;
    serving->weights[anchor] = serving->weight;
}

static void find_serving(const struct sought *sought, struct serving *serving)
{
    const struct inquiry *inquiry = sought->inquiry;
    const struct search_group *group = &sought->group;
    const struct world *world = inquiry->world;
    size_t work = 8 + group->demand_count * 8 +
                  2 * (group->traits.required_count + 1) * world->trait_words +
                  2 * (group->aggregates.required_count + 1) * world->aggregate_words;
    serving->weights = arena_array(inquiry->arena, world->provider_count, sizeof(double));
    serving->providers = arena_array(inquiry->arena, world->provider_count, sizeof(uint32_t));
    for (uint32_t i = 0; i < world->provider_count; i++)
        serving->providers[i] = WORLD_NONE;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++) {
        if (world->providers[i].root == WORLD_NONE)
            continue;
        serving->weight = weight_of_provider(sought, i);
        inquiry_visit_anchors(inquiry, i, false, see_provider, serving);
    }
}

static bool lacks_a_class(const struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->items[i].kind == FAULT_CLASS)
            return true;
    return false;
}

static void find_of_providers(const struct sought *sought, struct tree_lack *lacks)
{
    const struct inquiry *inquiry = sought->inquiry;
    const struct world *world = inquiry->world;
    struct faults faults = {.sought = sought};
    struct serving serving;
    size_t work = 32 + sought->group.demand_count * 8;
    find_serving(sought, &serving);
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++) {
        uint32_t provider = serving.providers[i];
        if (provider == WORLD_NONE)
            continue;
        faults.count = 0;
        faults_of_provider(&faults, provider);
        lacks[i] = (struct tree_lack){
            .bits = faults_bits(&faults, 0),
            .classless = lacks_a_class(&faults),
        };
    }
}

/* Returns room for what is lacking for each class, if that can be more than amounts. */
static struct slot_lacks slots_begin(const struct sought *sought)
{
    struct arena *arena = sought->inquiry->arena;
    size_t count = sought->group.demand_count, providers = sought->inquiry->world->provider_count;
    struct slot_lacks slots = {.count = 0};
    if (count < 2 || (sought->forbidden_traits.required_count == 0 &&
                      sought->group.aggregates.required_count == 0 &&
                      sought->forbidden_aggregates.required_count == 0 && !sought->bound))
        return slots;
    if (!budget_spend(sought->inquiry->budget, providers * count))
        return slots;
    slots.count = count;
    slots.classes = arena_array(arena, count, sizeof(*slots.classes));
    slots.items = arena_array(arena, providers * count, sizeof(*slots.items));
    for (size_t i = 0; i < count; i++)
        slots.classes[i] = sought_bit(sought, CONSTRAINT_RESOURCE, i);
    return slots;
}

static void find_of_trees(const struct sought *sought, struct tree_lack *lacks,
                          struct slot_lacks *slots)
{
    struct missing missing = missing_begin(sought->inquiry);
    *slots = slots_begin(sought);
    missing.slots = slots;
    near_trees_weigh(sought, &missing);
    for (uint32_t i = 0; i < sought->inquiry->world->provider_count; i++)
        lacks[i] = (struct tree_lack){
            .bits = missing.misses[i].rest.bits,
            .classless = missing.misses[i].classless,
        };
}

/* Returns what a root lacks: a bit for each set that it has not, and each trait that it has. */
static uint64_t find_of_root(const struct inquiry *inquiry, uint32_t root)
{
    const struct search_membership *required = &inquiry->query.root_traits;
    const struct search_membership *forbidden = &inquiry->forbidden.root_traits;
    const uint64_t *own = world_traits(inquiry->world, root);
    size_t words = inquiry->world->trait_words;
    uint64_t bits = 0;
    for (size_t i = 0; i < required->required_count; i++)
        if (!bits_meet(required->required[i], own, words))
            bits |= UINT64_C(1) << i % 64;
    for (size_t i = 0; i < forbidden->required_count; i++)
        if (bits_meet(forbidden->required[i], own, words))
            bits |= UINT64_C(1) << (required->required_count + i) % 64;
    return bits;
}

const struct lacks *near_lacks_find(const struct inquiry *inquiry, const char *const *names)
{
    uint32_t providers = inquiry->world->provider_count;
    size_t groups = inquiry->query.group_count;
    struct lacks *lacks = arena_alloc(inquiry->arena, sizeof(*lacks));
    lacks->group_count = groups;
    lacks->groups = arena_array(inquiry->arena, groups, sizeof(*lacks->groups));
    lacks->slots = arena_array(inquiry->arena, groups, sizeof(*lacks->slots));
    lacks->roots = arena_array(inquiry->arena, providers, sizeof(*lacks->roots));
    for (size_t i = 0; i < groups && budget_spend(inquiry->budget, providers); i++) {
        const struct sought sought = sought_of_group(inquiry, names, i);
        lacks->groups[i] = arena_array(inquiry->arena, providers, sizeof(**lacks->groups));
        if (group_asks_nothing(&sought.group))
            continue;
        if (sought.group.granular)
            find_of_providers(&sought, lacks->groups[i]);
        else
            find_of_trees(&sought, lacks->groups[i], &lacks->slots[i]);
    }
    for (uint32_t i = 0; i < providers && budget_spend(inquiry->budget, 8); i++)
        if (inquiry->world->providers[i].root == i)
            lacks->roots[i] = find_of_root(inquiry, i);
    return budget_is_over(inquiry->budget) ? NULL : lacks;
}
