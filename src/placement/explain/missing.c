/*
 * Puts those together that lack the same, and orders them.
 */
#include <config.h>

#include "placement/explain/missing.h"

#include "base/sorted.h"
#include "placement/explain/weight.h"

struct missing missing_begin(const struct inquiry *inquiry)
{
    uint32_t count = inquiry->world->provider_count;
    struct missing missing = {
        .inquiry = inquiry,
        .misses = arena_array(inquiry->arena, count, sizeof(*missing.misses)),
        .has = arena_array(inquiry->arena, count, sizeof(*missing.has)),
    };
    budget_spend(inquiry->budget, (uint64_t)count * 4);
    for (uint32_t i = 0; i < count; i++)
        missing.misses[i] = (struct miss){.rarest = UINT32_MAX, .provider = i};
    return missing;
}

void missing_note(struct missing *missing, bool trees)
{
    const struct world *world = missing->inquiry->world;
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        count += missing->has[i] && (!trees || world->providers[i].root == i);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (missing->has[i] && count < missing->misses[i].rarest)
            missing->misses[i].rarest = count;
        missing->has[i] = false;
    }
    budget_spend(missing->inquiry->budget, world->provider_count);
}

/* Of one kind together, the nearest first of those that are the best examples. */
static int miss_compare(const void *left, const void *right)
{
    const struct miss *a = left, *b = right;
    if (a->kinds != b->kinds)
        return a->kinds < b->kinds ? -1 : 1;
    if (a->doubt != b->doubt)
        return a->doubt < b->doubt ? -1 : 1;
    if (a->weight < b->weight || a->weight > b->weight)
        return a->weight < b->weight ? -1 : 1;
    return a->provider < b->provider ? -1 : a->provider > b->provider;
}

/* A kind of misses: those from `first` on. */
struct miss_kind {
    const struct miss *first;
    uint32_t rarest, count;
    bool alike;
};

static int kind_compare(const void *left, const void *right)
{
    const struct miss_kind *a = left, *b = right;
    if (a->rarest != b->rarest)
        return a->rarest < b->rarest ? -1 : 1;
    struct miss one = *a->first, other = *b->first;
    one.kinds = other.kinds = 0;
    return miss_compare(&one, &other);
}

static size_t find_kinds(const struct miss *misses, size_t count, struct miss_kind *kinds)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct miss *miss = &misses[i];
        if (i == 0 || miss->kinds != misses[i - 1].kinds)
            kinds[found++] = (struct miss_kind){miss, miss->rarest, 0, true};
        struct miss_kind *kind = &kinds[found - 1];
        kind->count++;
        kind->alike = kind->alike && miss->figures == kind->first->figures;
        if (miss->rarest < kind->rarest)
            kind->rarest = miss->rarest;
    }
    return found;
}

/* Judges whether a miss is a good example. Without inquiry->allowed only its root is known. */
static void judge(const struct inquiry *inquiry, struct miss *miss)
{
    const struct world *world = inquiry->world;
    uint32_t root = world->providers[miss->provider].root;
    if (root == WORLD_NONE)
        return;
    bool other_root = !membership_holds(&inquiry->query.root_traits, world_traits(world, root),
                                        world->trait_words);
    miss->left_out = other_root || (inquiry->allowed != NULL && !inquiry->allowed[root]);
    miss->doubt = other_root ? 2 : 0;
    if (inquiry->allowed != NULL && (!inquiry->allowed[root] || miss->weight >= WEIGHT_CLASS))
        miss->doubt++;
}

struct near_misses missing_nearest(struct missing *missing, bool trees, const bool *among)
{
    const struct inquiry *inquiry = missing->inquiry;
    const struct world *world = inquiry->world;
    struct near_misses found = {.count = 0};
    size_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        struct miss *miss = &missing->misses[i];
        uint32_t root = world->providers[i].root;
        judge(inquiry, miss);
        bool has = miss->rarest < UINT32_MAX || (trees && among != NULL);
        if (miss->weight > 0 && has && (trees ? root == i : root != WORLD_NONE) &&
            (among == NULL || among[root]))
            missing->misses[count++] = *miss;
    }
    if (!budget_spend(inquiry->budget, (uint64_t)count * 16))
        return found;
    sort(missing->misses, count, sizeof(*missing->misses), miss_compare);
    struct miss_kind *kinds = arena_array(inquiry->arena, count, sizeof(*kinds));
    size_t kind_count = find_kinds(missing->misses, count, kinds);
    sort(kinds, kind_count, sizeof(*kinds), kind_compare);
    for (size_t i = 0; i < kind_count; i++)
        if (i < MISSES_MOST)
            found.items[found.count++] = (struct near_miss){
                .provider = kinds[i].first->provider,
                .reason = "",
                .more = kinds[i].count - 1,
                .alike = kinds[i].alike,
                .rarest = kinds[i].rarest,
                .left_out = kinds[i].first->left_out,
                .good = kinds[i].first->doubt == 0,
            };
        else
            found.others += kinds[i].count;
    return found;
}
