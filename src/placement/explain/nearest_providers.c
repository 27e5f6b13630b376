/*
 * The nearest misses of a group that needs one provider: which providers have something of it, and
 * what they lack.
 */
#include <config.h>

#include "placement/explain/missing.h"
#include "placement/explain/nearest.h"
#include "placement/explain/weight.h"

/* Notes which providers have a required set of traits, or of aggregates, or something else that is
   asked for and only a root with this. bits: of a provider. */
static void note_set(const struct sought *sought, const uint64_t *set,
                     const uint64_t *(*bits)(const struct world *, uint32_t), size_t words,
                     const bool *some, struct missing *missing)
{
    const struct world *world = sought->inquiry->world;
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(sought->inquiry->budget, 2 + words); i++) {
        uint32_t root = world->providers[i].root;
        missing->has[i] =
            bits_meet(set, bits(world, i), words) ||
            (some[i] && root != WORLD_NONE && bits_meet(set, bits(world, root), words));
    }
    missing_note(missing, false);
}

/* Notes which providers have each thing that a granular group asks for. */
static void note_providers(const struct sought *sought, struct missing *missing)
{
    const struct world *world = sought->inquiry->world;
    const struct search_group *group = &sought->group;
    struct budget *budget = sought->inquiry->budget;
    bool *some = arena_array(sought->inquiry->arena, world->provider_count, sizeof(*some));
    for (size_t i = 0; i < group->demand_count; i++) {
        for (uint32_t j = 0; j < world->provider_count && budget_spend(budget, 2); j++) {
            missing->has[j] = world_inventory_of(world, j, group->demands[i].class_id) != NULL;
            some[j] = some[j] || missing->has[j];
        }
        missing_note(missing, false);
    }
    for (size_t i = 0; i < group->traits.required_count; i++)
        for (uint32_t j = 0;
             j < world->provider_count && budget_spend(budget, 1 + world->trait_words); j++)
            some[j] = some[j] || bits_meet(group->traits.required[i], world_traits(world, j),
                                           world->trait_words);
    for (size_t i = 0; i < group->traits.required_count; i++)
        note_set(sought, group->traits.required[i], world_traits, world->trait_words, some,
                 missing);
    for (size_t i = 0; i < group->aggregates.required_count; i++)
        note_set(sought, group->aggregates.required[i], world_aggregates, world->aggregate_words,
                 some, missing);
    if (!sought->bound)
        return;
    for (uint32_t j = 0; j < world->provider_count; j++)
        missing->has[j] = group->tree != WORLD_NONE && world->providers[j].root == group->tree;
    missing_note(missing, false);
}

struct near_misses near_providers_find(const struct sought *sought, const bool *among,
                                       uint32_t wanted)
{
    const struct inquiry *inquiry = sought->inquiry;
    const struct world *world = inquiry->world;
    const struct search_group *group = &sought->group;
    struct missing missing = missing_begin(inquiry);
    struct faults faults = {.sought = sought};
    const struct sought whole = sought_of_group(inquiry, sought->names, sought->number);
    struct faults of_whole = {.sought = &whole};
    size_t work =
        8 + group->demand_count * 16 +
        4 * (group->traits.required_count + sought->forbidden_traits.required_count) *
            world->trait_words +
        4 * (group->aggregates.required_count + sought->forbidden_aggregates.required_count) *
            world->aggregate_words;
    note_providers(sought, &missing);
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++) {
        struct miss *miss = &missing.misses[i];
        if (world->providers[i].root == WORLD_NONE || miss->rarest == UINT32_MAX)
            continue;
        faults.count = 0;
        faults_of_provider(&faults, i);
        miss->weight = weight_of_provider(sought, i);
        miss->place = sought->places != NULL ? sought->places[i] : PLACE_UNKNOWN;
        miss->kinds = faults_kinds(&faults, i) + (miss->place == PLACE_WRONG);
        miss->figures = faults_figures(&faults);
        of_whole.count = 0;
        faults_of_provider(&of_whole, i);
        miss->rest.bits = faults_bits(&of_whole, 0);
    }
    missing_note_rest(&missing, sought, false);
    struct near_misses found = missing_nearest(&missing, false, among, wanted);
    for (size_t i = 0; i < found.count; i++) {
        struct faults own = {.sought = sought};
        const struct world_provider *provider = &world->providers[found.items[i].provider];
        faults_of_provider(&own, found.items[i].provider);
        if (missing.whole && !provider->shares)
            faults_of_root(&own, provider->root);
        near_miss_tell(&found.items[i], &own);
    }
    return found;
}
