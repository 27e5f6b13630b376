/*
 * A reference for the candidate search. It tries all ways to choose providers for the groups, and
 * judges each by the rules of the API reference. Also makes random scenes (a world and a query).
 */
#ifndef BERTH_TESTS_UNIT_CANDIDATE_REFERENCE_H
#define BERTH_TESTS_UNIT_CANDIDATE_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROVIDERS = 9,
    CLASSES = 3,
    TRAITS = 4,
    AGGREGATES = 3,
    GROUPS = 4,
    SLOTS = GROUPS - 1 + CLASSES,
    SETS = 2,
    KEY = 256,
    KEYS = 200000,
};

/* The world and the query as the reference sees them. */

struct inventory {
    bool exists;
    int total, reserved, min_unit, max_unit, step_size, used;
    double ratio;
};

struct provider {
    int id, root, parent; /* root and parent are indexes; parent -1: a root */
    struct inventory inventories[CLASSES];
    unsigned traits, aggregates; /* bits */
    bool shares;
};

struct wish {
    bool granular;
    int amounts[CLASSES]; /* 0: nothing */
    unsigned traits[SETS], aggregates[SETS];
    int trait_sets, aggregate_sets;
    unsigned bad_traits, bad_aggregates;
    int tree; /* -1: any */
    /* Of a weaker form of a query, for explanations; a granular group without classes: */
    bool bound; /* its tree matters */
    bool any;   /* it may ask for nothing, and any provider will do */
};

struct scene {
    struct provider providers[PROVIDERS];
    int provider_count;
    struct wish wishes[GROUPS];
    int wish_count;
    unsigned subtrees[2]; /* bits of groups */
    int subtree_count;
    unsigned root_traits, bad_root_traits;
    bool isolate, one_of_tree;
    bool apart; /* groups do not take capacity from each other; for explanations */
};

/* Returns a random number from 0 to sides - 1. The program that includes this file defines it. */
static int dice(int sides);

static bool chance(int percent)
{
    return dice(100) < percent;
}

static unsigned some_bits(int count, int percent)
{
    unsigned bits = 0;
    for (int i = 0; i < count; i++)
        bits |= (unsigned)chance(percent) << i;
    return bits;
}

static void make_provider(struct scene *scene, int number)
{
    static const double ratios[] = {1.0, 1.0, 1.0, 1.5, 0.7, 2.0, 1.1};
    struct provider *provider = &scene->providers[number];
    *provider = (struct provider){.parent = -1, .root = number};
    provider->id = (number > 0 ? scene->providers[number - 1].id : 0) + 1 + dice(3);
    if (number > 0 && chance(65)) {
        provider->parent = dice(number);
        provider->root = scene->providers[provider->parent].root;
    }
    provider->shares = chance(15);
    provider->traits = some_bits(TRAITS, 45);
    provider->aggregates = some_bits(AGGREGATES, 35);
    for (int i = 0; i < CLASSES; i++)
        provider->inventories[i] = (struct inventory){
            .exists = chance(75),
            .total = 2 + dice(10),
            .reserved = chance(15) ? dice(3) : 0,
            .min_unit = chance(80) ? 1 : 2,
            .max_unit = chance(70) ? 100 : 1 + dice(4),
            .step_size = chance(80) ? 1 : 2,
            .used = chance(30) ? dice(4) : 0,
            .ratio = ratios[dice(sizeof(ratios) / sizeof(ratios[0]))],
        };
}

static void make_wish(struct scene *scene, int number, bool granular)
{
    struct wish *wish = &scene->wishes[number];
    *wish = (struct wish){.granular = granular, .tree = -1};
    int classes = granular ? (chance(20) ? 0 : 1 + dice(2)) : 1 + dice(CLASSES);
    for (int i = 0; i < classes; i++)
        wish->amounts[dice(CLASSES)] = 1 + dice(chance(80) ? 2 : 5);
    if (chance(25))
        wish->trait_sets = 1 + dice(SETS);
    for (int i = 0; i < wish->trait_sets; i++)
        wish->traits[i] = 1u << dice(TRAITS) | (chance(30) ? 1u << dice(TRAITS) : 0);
    if (chance(15))
        wish->bad_traits = 1u << dice(TRAITS);
    if (chance(15))
        wish->aggregate_sets = 1 + dice(SETS);
    for (int i = 0; i < wish->aggregate_sets; i++)
        wish->aggregates[i] = 1u << dice(AGGREGATES) | (chance(40) ? 1u << dice(AGGREGATES) : 0);
    if (chance(10))
        wish->bad_aggregates = 1u << dice(AGGREGATES);
    if (chance(10))
        wish->tree = scene->providers[dice(scene->provider_count)].root;
}

static void make_scene(struct scene *scene)
{
    *scene = (struct scene){.provider_count = 1 + dice(PROVIDERS)};
    bool crowd = chance(8); /* all share with all */
    for (int i = 0; i < scene->provider_count; i++) {
        make_provider(scene, i);
        scene->providers[i].shares = scene->providers[i].shares || crowd;
        scene->providers[i].aggregates |= (unsigned)crowd;
    }
    int plain = chance(60) ? dice(GROUPS) : GROUPS;
    scene->wish_count = 1 + dice(GROUPS);
    for (int i = 0; i < scene->wish_count; i++)
        if (i > 0 && i != plain && scene->wishes[i - 1].granular && chance(30))
            scene->wishes[i] = scene->wishes[i - 1];
        else
            make_wish(scene, i, i != plain);
    scene->isolate = chance(50);
    scene->one_of_tree = chance(10);
    if (chance(15))
        scene->root_traits = 1u << dice(TRAITS);
    if (chance(10))
        scene->bad_root_traits = 1u << dice(TRAITS);
    scene->subtree_count = chance(35) ? 1 + dice(2) : 0;
    for (int i = 0; i < scene->subtree_count; i++)
        for (int j = 0; j < scene->wish_count; j++)
            scene->subtrees[i] |= (unsigned)(scene->wishes[j].granular && chance(70)) << j;
}

/* The reference. */

struct keys {
    char (*keys)[KEY];
    int count;
    bool one; /* one is enough */
};

static void add_key(struct keys *keys, const char *key)
{
    if (keys->count >= KEYS)
        abort();
    snprintf(keys->keys[keys->count++], KEY, "%s", key);
}

static int key_compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

static bool has_classes(const struct wish *wish)
{
    int sum = 0;
    for (int class = 0; class < CLASSES; class ++)
        sum += wish->amounts[class];
    return sum > 0;
}

/* One choice of a provider. A candidate has one for each. */
struct decision {
    int wish, class; /* class -1: all classes of the group */
};

static void key_of(const struct scene *scene, const struct decision *decisions, int count,
                   const int *chosen, char *key)
{
    int amounts[PROVIDERS][CLASSES] = {{0}};
    unsigned providers[GROUPS] = {0};
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        const struct wish *wish = &scene->wishes[decisions[i].wish];
        providers[decisions[i].wish] |= 1u << chosen[i];
        for (int class = 0; class < CLASSES; class ++)
            if (decisions[i].class < 0 || decisions[i].class == class)
                amounts[chosen[i]][class] += wish->amounts[class];
    }
    for (int i = 0; i < scene->wish_count; i++)
        length += (size_t)snprintf(key + length, KEY - length, "%x/", providers[i]);
    for (int i = 0; i < scene->provider_count; i++)
        for (int class = 0; class < CLASSES; class ++)
            if (amounts[i][class] > 0)
                length += (size_t)snprintf(key + length, KEY - length, " %d.%d=%d", i, class,
                                           amounts[i][class]);
}

static int make_decisions(const struct scene *scene, struct decision *decisions)
{
    int count = 0;
    for (int i = 0; i < scene->wish_count; i++) {
        if (scene->wishes[i].granular) {
            decisions[count++] = (struct decision){i, -1};
            continue;
        }
        for (int class = 0; class < CLASSES; class ++)
            if (scene->wishes[i].amounts[class] > 0)
                decisions[count++] = (struct decision){i, class};
    }
    return count;
}

static int64_t whole_capacity(const struct inventory *inventory)
{
    return (int64_t)((inventory->total - inventory->reserved) * inventory->ratio);
}

static bool inventory_fits(const struct inventory *inventory, int amount)
{
    double capacity = (inventory->total - inventory->reserved) * (double)(float)inventory->ratio;
    return inventory->exists && amount >= inventory->min_unit && amount <= inventory->max_unit &&
           amount % inventory->step_size == 0 && inventory->used + amount <= capacity;
}

static bool all_sets_met(const unsigned *sets, int count, unsigned bits)
{
    for (int i = 0; i < count; i++)
        if ((sets[i] & bits) == 0)
            return false;
    return true;
}

/* Returns whether a provider shares with one of the anchor's tree. */
static bool shares_with(const struct scene *scene, int provider, int anchor)
{
    const struct provider *sharing = &scene->providers[provider];
    for (int i = 0; i < scene->provider_count; i++)
        if (sharing->shares && scene->providers[i].root == anchor &&
            (scene->providers[i].aggregates & sharing->aggregates) != 0)
            return true;
    return false;
}

static bool granular_may(const struct scene *scene, const struct wish *wish, int anchor, int number)
{
    const struct provider *provider = &scene->providers[number];
    bool resourceless = true;
    for (int class = 0; class < CLASSES; class ++) {
        if (wish->amounts[class] == 0)
            continue;
        resourceless = false;
        if (!inventory_fits(&provider->inventories[class], wish->amounts[class]))
            return false;
    }
    if (resourceless && !wish->any && wish->trait_sets + wish->aggregate_sets == 0)
        return false;
    if ((!resourceless || wish->bound) && wish->tree >= 0 && provider->root != wish->tree)
        return false;
    return (provider->root == anchor || shares_with(scene, number, anchor)) &&
           all_sets_met(wish->traits, wish->trait_sets, provider->traits) &&
           (wish->bad_traits & provider->traits) == 0 &&
           all_sets_met(wish->aggregates, wish->aggregate_sets, provider->aggregates) &&
           (wish->bad_aggregates & provider->aggregates) == 0;
}

static bool plain_may(const struct scene *scene, const struct wish *wish, int class, int anchor,
                      int number)
{
    const struct provider *provider = &scene->providers[number];
    unsigned above = scene->providers[anchor].aggregates;
    bool member = all_sets_met(wish->aggregates, wish->aggregate_sets, provider->aggregates);
    if (!inventory_fits(&provider->inventories[class], wish->amounts[class]) ||
        (wish->bad_traits & provider->traits) != 0 ||
        (wish->bad_aggregates & (provider->aggregates | above)) != 0 ||
        (wish->tree >= 0 && provider->root != wish->tree))
        return false;
    if (provider->root == anchor)
        return member || all_sets_met(wish->aggregates, wish->aggregate_sets, above);
    return member && wish->tree < 0 && shares_with(scene, number, anchor);
}

static bool is_ancestor(const struct scene *scene, int above, int below)
{
    for (; below >= 0; below = scene->providers[below].parent)
        if (below == above)
            return true;
    return false;
}

static bool capacity_suffices(const struct scene *scene, const struct decision *decisions,
                              int count, const int *chosen)
{
    int64_t amounts[PROVIDERS][CLASSES] = {{0}};
    for (int i = 0; i < count; i++)
        for (int class = 0; class < CLASSES; class ++)
            if (decisions[i].class < 0 || decisions[i].class == class)
                amounts[chosen[i]][class] += scene->wishes[decisions[i].wish].amounts[class];
    for (int i = 0; i < scene->provider_count; i++)
        for (int class = 0; class < CLASSES; class ++) {
            const struct inventory *inventory = &scene->providers[i].inventories[class];
            if (amounts[i][class] > 0 &&
                (inventory->used + amounts[i][class] > whole_capacity(inventory) ||
                 amounts[i][class] > inventory->max_unit))
                return false;
        }
    return true;
}

static bool subtrees_hold(const struct scene *scene, const struct decision *decisions, int count,
                          const int *chosen)
{
    for (int i = 0; i < scene->subtree_count; i++) {
        bool found = scene->subtrees[i] == 0;
        for (int top = 0; top < count && !found; top++) {
            found = (scene->subtrees[i] >> decisions[top].wish & 1) != 0;
            for (int j = 0; j < count && found; j++)
                if ((scene->subtrees[i] >> decisions[j].wish & 1) != 0)
                    found = is_ancestor(scene, chosen[top], chosen[j]);
        }
        if (!found)
            return false;
    }
    return true;
}

static bool pairs_hold(const struct scene *scene, const struct decision *decisions, int count,
                       const int *chosen)
{
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++) {
            bool granular = scene->wishes[decisions[i].wish].granular &&
                            scene->wishes[decisions[j].wish].granular;
            if (scene->isolate && granular && chosen[i] == chosen[j])
                return false;
            if (scene->one_of_tree && chosen[i] != chosen[j] &&
                scene->providers[chosen[i]].root == scene->providers[chosen[j]].root)
                return false;
        }
    return true;
}

static bool plain_traits_hold(const struct scene *scene, const struct decision *decisions,
                              int count, const int *chosen)
{
    for (int i = 0; i < scene->wish_count; i++) {
        unsigned traits = 0;
        if (scene->wishes[i].granular || !has_classes(&scene->wishes[i]))
            continue;
        for (int j = 0; j < count; j++)
            if (decisions[j].wish == i)
                traits |= scene->providers[chosen[j]].traits;
        if (!all_sets_met(scene->wishes[i].traits, scene->wishes[i].trait_sets, traits))
            return false;
    }
    return true;
}

static void try_all(const struct scene *scene, const struct decision *decisions, int count,
                    int anchor, int *chosen, int depth, struct keys *keys)
{
    if (depth == count) {
        char key[KEY];
        if ((!scene->apart && !capacity_suffices(scene, decisions, count, chosen)) ||
            !subtrees_hold(scene, decisions, count, chosen) ||
            !pairs_hold(scene, decisions, count, chosen) ||
            !plain_traits_hold(scene, decisions, count, chosen))
            return;
        key_of(scene, decisions, count, chosen, key);
        add_key(keys, key);
        return;
    }
    const struct wish *wish = &scene->wishes[decisions[depth].wish];
    for (int i = 0; i < scene->provider_count && !(keys->one && keys->count > 0); i++) {
        bool may = wish->granular ? granular_may(scene, wish, anchor, i)
                                  : plain_may(scene, wish, decisions[depth].class, anchor, i);
        if (!may)
            continue;
        chosen[depth] = i;
        try_all(scene, decisions, count, anchor, chosen, depth + 1, keys);
    }
}

/* Returns whether an anchor sees what unsuffixed groups ask for that have no classes. */
static bool sees_plain(const struct scene *scene, const struct wish *wish, int anchor)
{
    unsigned traits = 0, aggregates = 0;
    if (wish->granular || has_classes(wish))
        return true;
    for (int i = 0; i < scene->provider_count; i++) {
        const struct provider *provider = &scene->providers[i];
        if (provider->root != anchor && !shares_with(scene, i, anchor))
            continue;
        traits |= provider->traits;
        aggregates |= provider->aggregates;
    }
    return all_sets_met(wish->traits, wish->trait_sets, traits) &&
           all_sets_met(wish->aggregates, wish->aggregate_sets, aggregates) &&
           (wish->tree < 0 || wish->tree == anchor);
}

static bool anchor_may(const struct scene *scene, int anchor)
{
    const struct provider *root = &scene->providers[anchor];
    if (root->root != anchor || (scene->root_traits & ~root->traits) != 0 ||
        (scene->bad_root_traits & root->traits) != 0)
        return false;
    for (int i = 0; i < scene->wish_count; i++)
        if (!sees_plain(scene, &scene->wishes[i], anchor))
            return false;
    return true;
}

/* Finds all candidates, sorted, each once; or only one. */
static inline void refer(const struct scene *scene, struct keys *keys)
{
    struct decision decisions[SLOTS];
    int chosen[SLOTS], kept = 0, count = make_decisions(scene, decisions);
    keys->count = 0;
    for (int i = 0; i < scene->provider_count && !(keys->one && keys->count > 0); i++)
        if (anchor_may(scene, i))
            try_all(scene, decisions, count, i, chosen, 0, keys);
    qsort(keys->keys, (size_t)keys->count, KEY, key_compare);
    for (int i = 0; i < keys->count; i++)
        if (kept == 0 || strcmp(keys->keys[kept - 1], keys->keys[i]) != 0)
            memmove(keys->keys[kept++], keys->keys[i], KEY);
    keys->count = kept;
}

#endif
