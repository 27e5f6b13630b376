/*
 * Translates the scenes of candidate_reference.h for the search, and notes what it finds.
 *
 * For tests/unit/candidate_search_test.c, tests/unit/explained_scene.h and tests/fuzz/search.c.
 */
#ifndef BERTH_TESTS_UNIT_CANDIDATE_TRANSLATION_H
#define BERTH_TESTS_UNIT_CANDIDATE_TRANSLATION_H

#include "candidate_reference.h"
#include "placement/candidates/search.h"

static struct arena arena;

static inline uint64_t *bits(unsigned set)
{
    uint64_t *word = arena_alloc(&arena, sizeof(*word));
    *word = set;
    return word;
}

static inline struct search_membership membership(const unsigned *sets, int count, unsigned bad)
{
    struct search_membership made = {.required =
                                         arena_array(&arena, (size_t)count, sizeof(uint64_t *)),
                                     .required_count = (size_t)count};
    for (int i = 0; i < count; i++)
        made.required[i] = bits(sets[i]);
    if (bad != 0)
        made.forbidden = bits(bad);
    return made;
}

static inline void add_belongings(const struct scene *scene, struct world *world)
{
    for (int i = 0; i < scene->provider_count; i++) {
        const struct provider *provider = &scene->providers[i];
        if (provider->shares)
            world_add_trait(world, provider->id, TRAITS);
        for (size_t j = 0; j < TRAITS; j++)
            if ((provider->traits >> j & 1) != 0)
                world_add_trait(world, provider->id, j);
        for (size_t j = 0; j < AGGREGATES; j++)
            if ((provider->aggregates >> j & 1) != 0) {
                world_add_aggregate(world, provider->id, j);
                world_add_member(world, (int64_t)j + 100, provider->id);
            }
        for (int j = 0; j < CLASSES; j++)
            if (provider->inventories[j].exists && provider->inventories[j].used > 0)
                world_add_usage(world, provider->id, j + 10, provider->inventories[j].used);
    }
}

static inline void make_world(const struct scene *scene, struct world *world)
{
    const struct world_interest interest = {TRAITS + 1, TRAITS, AGGREGATES};
    struct world_kin kin[PROVIDERS] = {{0, 0}};
    world_begin(world, &arena, &interest);
    for (int i = 0; i < scene->provider_count; i++) {
        const struct provider *provider = &scene->providers[i];
        char uuid[WORLD_UUID];
        snprintf(uuid, sizeof(uuid), "provider-%d", i);
        world_add_provider(world, provider->id, uuid);
        kin[i].root_id = scene->providers[provider->root].id;
        kin[i].parent_id = provider->parent >= 0 ? scene->providers[provider->parent].id : 0;
    }
    world_link(world, kin);
    for (int j = 0; j < CLASSES; j++)
        for (int i = 0; i < scene->provider_count; i++) {
            const struct inventory *inventory = &scene->providers[i].inventories[j];
            if (!inventory->exists)
                continue;
            world_add_inventory(
                world, scene->providers[i].id,
                &(struct world_inventory){.class_id = j + 10,
                                          .total = inventory->total,
                                          .reserved = inventory->reserved,
                                          .min_unit = inventory->min_unit,
                                          .max_unit = inventory->max_unit,
                                          .step_size = inventory->step_size,
                                          .allocation_ratio = (float)inventory->ratio,
                                          .capacity = whole_capacity(inventory)});
        }
    world_sort_inventories(world);
    add_belongings(scene, world);
    world_end(world);
}

static inline struct search_group make_group(const struct wish *wish)
{
    struct search_demand *demands = arena_array(&arena, CLASSES, sizeof(*demands));
    struct search_group group = {
        .granular = wish->granular,
        .demands = demands,
        .traits = membership(wish->traits, wish->trait_sets, wish->bad_traits),
        .aggregates = membership(wish->aggregates, wish->aggregate_sets, wish->bad_aggregates),
        .in_tree = wish->tree >= 0,
        .tree = (uint32_t)wish->tree,
    };
    for (int i = 0; i < CLASSES; i++)
        if (wish->amounts[i] > 0)
            demands[group.demand_count++] = (struct search_demand){i + 10, wish->amounts[i]};
    return group;
}

static inline void make_query(const struct scene *scene, struct search_query *query)
{
    struct search_group *groups = arena_array(&arena, GROUPS, sizeof(*groups));
    struct search_subtree *subtrees = arena_array(&arena, 2, sizeof(*subtrees));
    for (int i = 0; i < scene->wish_count; i++)
        groups[i] = make_group(&scene->wishes[i]);
    *query = (struct search_query){
        .groups = groups,
        .group_count = (size_t)scene->wish_count,
        .subtrees = subtrees,
        .root_traits =
            membership(&scene->root_traits, scene->root_traits != 0, scene->bad_root_traits),
        .isolate = scene->isolate,
        .one_of_tree = scene->one_of_tree,
    };
    for (int i = 0; i < scene->subtree_count; i++) {
        size_t *members = arena_array(&arena, GROUPS, sizeof(*members)), count = 0;
        for (size_t j = 0; j < query->group_count; j++)
            if ((scene->subtrees[i] >> j & 1) != 0)
                members[count++] = j;
        if (count > 0)
            subtrees[query->subtree_count++] = (struct search_subtree){members, count};
    }
}

static inline void note_choice(const struct scene *scene, const struct search *search,
                               struct keys *keys)
{
    struct decision decisions[SLOTS];
    int chosen[SLOTS], count = make_decisions(scene, decisions);
    char key[KEY];
    if (search->space.slot_count != (size_t)count)
        abort();
    for (int i = 0; i < count; i++)
        chosen[i] = (int)search_choice(search)[i];
    key_of(scene, decisions, count, chosen, key);
    add_key(keys, key);
}

/* The candidates from an anchor must come in the order of their providers, slot by slot. */
static inline void check_order(const struct search *search, bool first, uint32_t *last)
{
    const uint32_t *choice = search_choice(search);
    size_t count = search->space.slot_count, same = 0;
    while (same < count && choice[same] == last[same])
        same++;
    if (!first && (same == count || choice[same] < last[same]))
        abort();
    memcpy(last, choice, count * sizeof(*last));
}

static inline void search_depth_first(const struct scene *scene, struct search *search,
                                      struct keys *keys)
{
    for (uint32_t i = 0; i < search->space.anchor_count; i++) {
        struct search_walk walk = search_walk_from(search, &arena, i);
        uint32_t last[SLOTS];
        for (bool first = true; search_next(search, &walk) == SEARCH_FOUND; first = false) {
            check_order(search, first, last);
            note_choice(scene, search, keys);
        }
    }
}

static inline void search_in_turns(const struct scene *scene, struct search *search,
                                   struct keys *keys)
{
    struct search_walk walks[PROVIDERS];
    uint32_t left = search->space.anchor_count;
    for (uint32_t i = 0; i < left; i++)
        walks[i] = search_walk_from(search, &arena, i);
    while (left > 0) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < left; i++)
            if (search_next(search, &walks[i]) == SEARCH_FOUND) {
                note_choice(scene, search, keys);
                walks[kept++] = walks[i];
            }
        left = kept;
    }
}

#endif
