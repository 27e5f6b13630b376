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
                                        names_told(&set, false, &arena));
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

/* Returns whether a tree has a provider for a group, or what shares with it. */
static bool has_group(const struct scene *scene, const struct wish *wish, int anchor)
{
    bool any = false;
    for (int i = 0; i < scene->provider_count && wish->granular; i++)
        any = any || granular_may(scene, wish, anchor, i);
    for (int class = 0; class < CLASSES && !wish->granular; class ++) {
        bool may = wish->amounts[class] == 0;
        for (int i = 0; i < scene->provider_count; i++)
            may = may || plain_may(scene, wish, class, anchor, i);
        if (!may)
            return false;
    }
    for (int i = 0; i < wish->trait_sets && !wish->granular; i++) {
        bool found = false;
        for (int j = 0; j < scene->provider_count; j++)
            for (int class = 0; class < CLASSES; class ++)
                found = found || (wish->amounts[class] > 0 &&
                                  (wish->traits[i] & scene->providers[j].traits) != 0 &&
                                  plain_may(scene, wish, class, anchor, j));
        if (!found)
            return false;
    }
    return any || !wish->granular;
}

/* What a tree lacks beside the group that is told of. */
struct expected_rest {
    unsigned missing_traits, bad_traits; /* of the root */
    unsigned groups;
};

static struct expected_rest expect_rest(const struct scene *scene, int anchor, size_t but)
{
    unsigned traits = scene->providers[anchor].traits;
    struct expected_rest rest = {
        .missing_traits = (scene->root_traits & traits) == 0 ? scene->root_traits : 0,
        .bad_traits = scene->bad_root_traits & traits,
    };
    for (int i = 0; i < scene->wish_count; i++)
        if ((size_t)i != but && !has_group(scene, &scene->wishes[i], anchor))
            rest.groups |= 1u << i;
    return rest;
}

static bool same_rest(const struct expected_rest *one, const struct expected_rest *other)
{
    return one->missing_traits == other->missing_traits && one->bad_traits == other->bad_traits &&
           one->groups == other->groups;
}

/* Checks that what the tree lacks is told, and cuts it off. */
static void check_rest(uint64_t seed, const struct expected_rest *rest, char *reason)
{
    char *groups = strstr(reason, "has nothing for group");
    char *root = strstr(reason, " (root_required)");
    ck_assert_msg((groups != NULL) == (rest->groups != 0), "seed %llu: \"%s\": groups",
                  (unsigned long long)seed, reason);
    ck_assert_msg((root != NULL) == ((rest->missing_traits | rest->bad_traits) != 0),
                  "seed %llu: \"%s\": root", (unsigned long long)seed, reason);
    if (groups != NULL)
        *groups = '\0';
    if (rest->missing_traits != 0) {
        struct name_set set = names_of(rest->missing_traits, trait_names);
        const char *words = arena_printf(
            &arena, "%s %s", set.count > 1 ? "has none of the traits" : "lacks the trait",
            names_told(&set, false, &arena));
        char *place = strstr(reason, arena_printf(&arena, "%s%s", words,
                                                  rest->bad_traits != 0 ? " and has the forbidden"
                                                                        : " (root_required)"));
        ck_assert_msg(place != NULL, "seed %llu: \"%s\" does not tell \"%s\"",
                      (unsigned long long)seed, reason, words);
        memset(place, ' ', strlen(words));
    }
}

/* Those that lack the same and nothing else: at least, and at most. What is shared is counted with
   the tree that lacks least. */
struct expected_alike {
    uint32_t least, most;
};

static struct expected_alike expect_alike(const struct explained *explained, int provider)
{
    const struct scene *scene = &explained->scene;
    size_t group = explained->explanation.group;
    const struct wish *wish = &scene->wishes[group];
    struct expected_reason reason, other;
    struct expected_alike alike = {1, 1};
    const struct expected_rest own = expect_rest(scene, scene->providers[provider].root, group);
    bool single = own.groups != 0 && (own.groups & (own.groups - 1)) == 0;
    expect_provider(scene, wish, provider, &reason);
    for (int i = 0; i < scene->provider_count; i++) {
        const struct expected_rest rest = expect_rest(scene, scene->providers[i].root, group);
        if (i == provider || !expect_provider(scene, wish, i, &other) ||
            !same_kinds(&reason, &other))
            continue;
        bool shared = scene->providers[i].shares || scene->providers[provider].shares;
        alike.least += !shared && !single && same_rest(&own, &rest);
        alike.most += shared || same_rest(&own, &rest);
    }
    if (explained->explanation.request->subtree_count > 0) /* those in another one are apart */
        alike.least = 1;
    return alike;
}

static void compare_providers(uint64_t seed, const struct explained *explained)
{
    const struct explanation *explanation = &explained->explanation;
    const struct scene *scene = &explained->scene;
    const struct wish *wish = &scene->wishes[explanation->group];
    const struct near_misses *misses = &explanation->misses;
    uint32_t told = misses->others, all = 0, pools = 0;
    struct expected_reason reason, other;
    for (int i = 0; i < scene->provider_count; i++) {
        bool some = expect_provider(scene, wish, i, &other);
        all += some;
        pools += some && scene->providers[i].shares;
    }
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        const struct provider *provider = &scene->providers[miss->provider];
        char *text = arena_strdup(&arena, miss->reason);
        const struct expected_alike alike = expect_alike(explained, (int)miss->provider);
        const struct expected_rest rest = expect_rest(scene, provider->root, explanation->group);
        if (!provider->shares)
            check_rest(seed, &rest, text);
        expect_provider(scene, wish, (int)miss->provider, &reason);
        size_t length = (rest.missing_traits | rest.bad_traits) != 0 ? 200 : 0;
        for (int j = 0; j < reason.count; j++)
            ck_assert_msg(strstr(text, reason.parts[j]) != NULL,
                          "seed %llu: \"%s\" does not tell \"%s\"", (unsigned long long)seed,
                          miss->reason, reason.parts[j]);
        for (int j = 0; j < reason.count; j++)
            length += strlen(reason.parts[j]);
        ck_assert_msg(reason.count > 0 && strlen(text) < length + 100 * (size_t)reason.count,
                      "seed %llu: \"%s\" tells more", (unsigned long long)seed, miss->reason);
        ck_assert_msg(miss->more + 1 >= alike.least && miss->more + 1 <= alike.most,
                      "seed %llu: \"%s\": %u more, not %u to %u", (unsigned long long)seed,
                      miss->reason, miss->more, alike.least - 1, alike.most - 1);
        told += 1 + miss->more;
    }
    ck_assert_msg(told <= all && told + pools >= all, "seed %llu: %u of %u told",
                  (unsigned long long)seed, told, all);
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
    uint32_t told = explanation->misses.others, all = 0, pools = 0;
    for (int i = 0; i < scene->provider_count; i++) {
        bool some = scene->providers[i].root == i && tree_has_some(scene, wish, i);
        all += some;
        pools += some && scene->providers[i].shares;
    }
    for (size_t i = 0; i < explanation->misses.count; i++) {
        const struct near_miss *miss = &explanation->misses.items[i];
        int anchor = (int)miss->provider;
        char *reason = arena_strdup(&arena, miss->reason);
        const struct expected_rest rest = expect_rest(scene, anchor, explanation->group);
        check_rest(seed, &rest, reason);
        told += 1 + miss->more;
        ck_assert_msg(*reason != '\0', "seed %llu: no reason", (unsigned long long)seed);
        for (int class = 0; class < CLASSES; class ++) {
            bool may = wish->amounts[class] == 0;
            const char *none = strstr(reason, arena_printf(&arena, "has no CLASS_%d", class));
            bool apart = strstr(reason, "which has no") != NULL;
            if (strstr(reason, arena_printf(&arena, "has no CLASS_%d left", class)) != NULL)
                none = NULL;
            for (int j = 0; j < scene->provider_count; j++)
                may = may || plain_may(scene, wish, class, anchor, j);
            ck_assert_msg(none == NULL || apart || !sees(scene, anchor, class, 0, 0),
                          "seed %llu: \"%s\"", (unsigned long long)seed, reason);
            ck_assert_msg(may || strstr(reason, class_names[class]) != NULL ||
                              strstr(reason, "forbidden") != NULL ||
                              strstr(reason, "aggregate") != NULL || strstr(reason, "tree") != NULL,
                          "seed %llu: \"%s\" does not tell of %s", (unsigned long long)seed, reason,
                          class_names[class]);
        }
        for (int j = 0; j < wish->trait_sets; j++) {
            struct name_set set = names_of(wish->traits[j], trait_names);
            const char *lacks = arena_printf(
                &arena, "%s %s", set.count > 1 ? "has none of the traits" : "lacks the trait",
                names_told(&set, false, &arena));
            bool seen = sees(scene, anchor, -1, wish->traits[j], 0);
            ck_assert_msg((strstr(reason, lacks) != NULL) <= !seen, "seed %llu: \"%s\"",
                          (unsigned long long)seed, reason);
            ck_assert_msg(seen || strstr(reason, lacks) != NULL, "seed %llu: \"%s\"",
                          (unsigned long long)seed, reason);
        }
    }
    ck_assert_msg(told <= all && told + pools >= all, "seed %llu: %u of %u told",
                  (unsigned long long)seed, told, all);
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
