/*
 * Compares what the nearest misses of explanations are said to lack with what they lack, in random
 * worlds.
 */
#include <config.h>

#include "explained_scene.h"

/* A reason as it should be: its parts in any order, and with figures left out. */
struct expected_reason {
    char parts[32][64];
    char kinds[32][64];
    int count;
};

static void expect(struct expected_reason *reason, const char *kind, const char *part)
{
    snprintf(reason->kinds[reason->count], sizeof(reason->kinds[0]), "%s", kind);
    snprintf(reason->parts[reason->count], sizeof(reason->parts[0]), "%s", part);
    reason->count++;
}

static void expect_lack(struct expected_reason *reason, const struct inventory *inventory,
                        const char *name, int amount)
{
    int64_t whole = whole_capacity(inventory);
    bool ratio = amount > whole && amount > inventory->total * (double)(float)inventory->ratio;
    const char *kind = amount <= whole ? "used" : ratio ? "ratio" : "reserved", *part;
    if (ratio)
        part = arena_printf(&arena, "has %lld %s in all, not %d", (long long)whole, name, amount);
    else if (inventory->used > whole)
        part = arena_printf(&arena, "has no %s left (", name);
    else
        part = arena_printf(&arena, "lacks %lld %s of %d",
                            (long long)(inventory->used + amount > whole
                                            ? inventory->used + amount - whole
                                            : 1), /* by the database's arithmetic */
                            name, amount);
    expect(reason, arena_printf(&arena, "%s %s", kind, name), part);
}

static void expect_inventory(struct expected_reason *reason, const struct inventory *inventory,
                             const char *name, int amount)
{
    int64_t whole = whole_capacity(inventory);
    const char *kind = "", *part = NULL;
    if (!inventory->exists)
        part = kind = arena_printf(&arena, "has no %s", name);
    else if (amount > inventory->max_unit)
        part = arena_printf(&arena, "allows at most %d %s at once (max_unit), not %d",
                            inventory->max_unit, name, amount);
    else if (amount < inventory->min_unit)
        part = arena_printf(&arena, "allows %d %s or more (min_unit), not %d", inventory->min_unit,
                            name, amount);
    else if (amount % inventory->step_size != 0)
        part = arena_printf(&arena, "allows %s in steps of %d (step_size), not %d", name,
                            inventory->step_size, amount);
    else if (inventory_fits(inventory, amount))
        return;
    else if (amount > whole && amount > inventory->total * inventory->ratio &&
             amount > inventory->total)
        part = arena_printf(&arena, "has %lld %s in all, not %d", (long long)whole, name, amount);
    else {
        expect_lack(reason, inventory, name, amount);
        return;
    }
    expect(reason,
           arena_printf(&arena, "%s%.*s %s", kind, (int)strcspn(part, "0123456789"), part, name),
           part);
}

/* roots: what the root of the provider has, if that is another one. */
static void expect_sets(struct expected_reason *reason, const char *one, const char *several,
                        const unsigned *sets, int count, unsigned bits, unsigned roots,
                        const char **names)
{
    for (int i = 0; i < count; i++) {
        struct name_set set = names_of(sets[i], names);
        const char *part = arena_printf(&arena, "%s %s", set.count > 1 ? several : one,
                                        names_joined(&set, ", ", &arena));
        bool root = (sets[i] & roots) != 0;
        part = arena_printf(&arena, "%s%s", part, root ? " (only its root " : "");
        if ((sets[i] & bits) == 0)
            expect(reason, part, part);
    }
}

static void expect_forbidden(struct expected_reason *reason, const char *words, unsigned bits,
                             const char **names)
{
    struct name_set set = names_of(bits, names);
    for (size_t i = 0; i < set.count; i++) {
        const char *part = arena_printf(&arena, "%s %s", words, set.names[i]);
        expect(reason, part, part);
    }
}

/* Returns what is wrong with a provider of a granular group, and whether it has something. */
static bool expect_provider(const struct scene *scene, const struct wish *wish, int number,
                            struct expected_reason *reason)
{
    const struct provider *provider = &scene->providers[number];
    bool bound = wish->tree >= 0 && has_classes(wish);
    bool some = bound && provider->root == wish->tree;
    const struct provider *root = &scene->providers[provider->root];
    unsigned traits = root != provider ? root->traits : 0;
    unsigned aggregates = root != provider ? root->aggregates : 0;
    reason->count = 0;
    for (int i = 0; i < CLASSES; i++) {
        if (wish->amounts[i] == 0)
            continue;
        some = some || provider->inventories[i].exists;
        expect_inventory(reason, &provider->inventories[i], class_names[i], wish->amounts[i]);
    }
    for (int i = 0; i < wish->trait_sets; i++)
        some = some || (wish->traits[i] & provider->traits) != 0;
    for (int i = 0; i < wish->aggregate_sets; i++)
        some = some || (wish->aggregates[i] & provider->aggregates) != 0;
    expect_sets(reason, "lacks the trait", "has none of the traits", wish->traits, wish->trait_sets,
                provider->traits, traits, trait_names);
    expect_forbidden(reason, "has the forbidden trait", wish->bad_traits & provider->traits,
                     trait_names);
    expect_sets(reason, "is not in aggregate", "is in none of the aggregates", wish->aggregates,
                wish->aggregate_sets, provider->aggregates, aggregates, aggregate_names);
    expect_forbidden(reason, "is in the forbidden aggregate",
                     wish->bad_aggregates & provider->aggregates, aggregate_names);
    if (bound && provider->root != wish->tree)
        expect(reason, "tree", "is in another tree (in_tree)");
    return some;
}

static bool same_kinds(const struct expected_reason *left, const struct expected_reason *right)
{
    for (int i = 0; i < left->count && left->count == right->count; i++)
        if (strcmp(left->kinds[i], right->kinds[i]) != 0)
            return false;
    return left->count == right->count;
}

static void compare_providers(uint64_t seed, const struct explained *explained)
{
    const struct explanation *explanation = &explained->explanation;
    const struct scene *scene = &explained->scene;
    const struct wish *wish = &scene->wishes[explanation->group];
    const struct near_misses *misses = &explanation->misses;
    uint32_t told = misses->others, all = 0;
    struct expected_reason reason, other;
    for (int i = 0; i < scene->provider_count; i++)
        all += expect_provider(scene, wish, i, &other);
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        uint32_t same = 0;
        expect_provider(scene, wish, (int)miss->provider, &reason);
        for (int j = 0; j < scene->provider_count; j++)
            same += expect_provider(scene, wish, j, &other) && same_kinds(&reason, &other);
        size_t length = 0;
        for (int j = 0; j < reason.count; j++)
            ck_assert_msg(strstr(miss->reason, reason.parts[j]) != NULL,
                          "seed %llu: \"%s\" does not tell \"%s\"", (unsigned long long)seed,
                          miss->reason, reason.parts[j]);
        for (int j = 0; j < reason.count; j++)
            length += strlen(reason.parts[j]);
        ck_assert_msg(reason.count > 0 && strlen(miss->reason) < length + 80 * (size_t)reason.count,
                      "seed %llu: \"%s\" tells more", (unsigned long long)seed, miss->reason);
        ck_assert_msg(miss->more + 1 == same, "seed %llu: \"%s\": %u more, not %u",
                      (unsigned long long)seed, miss->reason, miss->more, same - 1);
        told += 1 + miss->more;
    }
    ck_assert_msg(told == all, "seed %llu: %u of %u told", (unsigned long long)seed, told, all);
}

/* Returns whether an anchor sees a provider with a class, or a trait, or an aggregate. */
static bool sees(const struct scene *scene, int anchor, int class, unsigned traits,
                 unsigned aggregates)
{
    for (int i = 0; i < scene->provider_count; i++) {
        const struct provider *provider = &scene->providers[i];
        if ((provider->root == anchor || shares_with(scene, i, anchor)) &&
            ((class >= 0 && provider->inventories[class].exists) ||
             (provider->traits & traits) != 0 || (provider->aggregates & aggregates) != 0))
            return true;
    }
    return false;
}

static bool tree_has_some(const struct scene *scene, const struct wish *wish, int anchor)
{
    unsigned traits = 0, aggregates = 0;
    bool some = wish->tree == anchor;
    for (int i = 0; i < wish->trait_sets; i++)
        traits |= wish->traits[i];
    for (int i = 0; i < wish->aggregate_sets; i++)
        aggregates |= wish->aggregates[i];
    for (int i = 0; i < CLASSES; i++)
        some = some || (wish->amounts[i] > 0 && sees(scene, anchor, i, 0, 0));
    return some || sees(scene, anchor, -1, traits, aggregates);
}

/* Each tree is counted; what it is said not to have at all, it does not see; and a class that no
   provider of it satisfies is told, by its name or by what else is wrong. */
static void compare_trees(uint64_t seed, const struct explained *explained)
{
    const struct explanation *explanation = &explained->explanation;
    const struct scene *scene = &explained->scene;
    const struct wish *wish = &scene->wishes[explanation->group];
    uint32_t told = explanation->misses.others, all = 0;
    for (int i = 0; i < scene->provider_count; i++)
        all += scene->providers[i].root == i && tree_has_some(scene, wish, i);
    for (size_t i = 0; i < explanation->misses.count; i++) {
        const struct near_miss *miss = &explanation->misses.items[i];
        int anchor = (int)miss->provider;
        told += 1 + miss->more;
        ck_assert_msg(*miss->reason != '\0', "seed %llu: no reason", (unsigned long long)seed);
        for (int class = 0; class < CLASSES; class ++) {
            bool may = wish->amounts[class] == 0;
            const char *none = strstr(miss->reason, arena_printf(&arena, "has no CLASS_%d", class));
            bool apart = strstr(miss->reason, "which has no") != NULL;
            if (strstr(miss->reason, arena_printf(&arena, "has no CLASS_%d left", class)) != NULL)
                none = NULL;
            for (int j = 0; j < scene->provider_count; j++)
                may = may || plain_may(scene, wish, class, anchor, j);
            ck_assert_msg(none == NULL || apart || !sees(scene, anchor, class, 0, 0),
                          "seed %llu: \"%s\"", (unsigned long long)seed, miss->reason);
            ck_assert_msg(may || strstr(miss->reason, class_names[class]) != NULL ||
                              strstr(miss->reason, "forbidden") != NULL ||
                              strstr(miss->reason, "aggregate") != NULL ||
                              strstr(miss->reason, "tree") != NULL,
                          "seed %llu: \"%s\" does not tell of %s", (unsigned long long)seed,
                          miss->reason, class_names[class]);
        }
        for (int j = 0; j < wish->trait_sets; j++) {
            struct name_set set = names_of(wish->traits[j], trait_names);
            const char *lacks = arena_printf(
                &arena, "%s %s", set.count > 1 ? "has none of the traits" : "lacks the trait",
                names_joined(&set, ", ", &arena));
            bool seen = sees(scene, anchor, -1, wish->traits[j], 0);
            ck_assert_msg((strstr(miss->reason, lacks) != NULL) <= !seen, "seed %llu: \"%s\"",
                          (unsigned long long)seed, miss->reason);
            ck_assert_msg(seen || strstr(miss->reason, lacks) != NULL, "seed %llu: \"%s\"",
                          (unsigned long long)seed, miss->reason);
        }
    }
    ck_assert_msg(told == all, "seed %llu: %u of %u told", (unsigned long long)seed, told, all);
}

START_TEST(the_nearest_lack_what_they_are_said_to_lack)
{
    int providers = 0, trees = 0;
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct explained explained;
        explain(seed, &explained);
        const struct explanation *explanation = &explained.explanation;
        if (explanation->candidates.found > 0 || asks_nothing(&explained))
            continue;
        for (size_t i = 0; i < explanation->misses.count; i++)
            ck_assert_msg(*explanation->misses.items[i].reason != '\0', "seed %llu: no reason",
                          (unsigned long long)seed);
        if (explanation->group == explanation->funnel_count)
            continue;
        if (explanation->funnels[explanation->group]->granular) {
            compare_providers(seed, &explained);
            providers++;
        } else {
            compare_trees(seed, &explained);
            trees++;
        }
    }
    ck_assert_int_gt(providers, 100);
    ck_assert_int_gt(trees, 100);
}
END_TEST

int main(int argc, char **argv)
{
    TCase *test = tcase_create("explain_nearest");
    tcase_add_test(test, the_nearest_lack_what_they_are_said_to_lack);
    return explained_suite_run(argc, argv, "explain_nearest", test);
}
