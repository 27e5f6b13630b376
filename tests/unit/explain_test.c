/*
 * Compares explanations with a reference that tries everything (candidate_reference.h), in random
 * worlds: each number of candidates without a constraint, what the funnels leave, the figures of
 * the classes, what the nearest misses lack, and the smallest sets of constraints, against all sets
 * that there are. A seed determines world and query; it is printed if the two disagree.
 *
 *   explain_test [FIRST COUNT]    uses other seeds
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "candidate_translation.h"
#include "placement/explain/dead_end.h"
#include "placement/explain/explain.h"
#include "suite.h"

enum { SEEDS = 6000 };

static uint64_t state;
static uint64_t first_seed = 1;
static uint64_t seed_count = SEEDS;
static struct keys expected;

static int dice(int sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int)((state >> 11) % (uint64_t)sides);
}

static void shake(uint64_t seed)
{
    state = seed * 0x9e3779b97f4a7c15u + 1;
    for (int i = 0; i < 10; i++)
        dice(2);
}

/* The same scene as a request with names, and back. */

static const char *class_names[] = {"CLASS_0", "CLASS_1", "CLASS_2"};
static const char *trait_names[] = {"CUSTOM_0", "CUSTOM_1", "CUSTOM_2", "CUSTOM_3",
                                    "MISC_SHARES_VIA_AGGREGATE"};
static const char *aggregate_names[] = {"aggregate-0", "aggregate-1", "aggregate-2"};
static int64_t class_ids[] = {10, 11, 12};
static int64_t trait_ids[] = {1, 2, 3, 4, 5};
static int64_t aggregate_ids[] = {1, 2, 3};
static const char *suffixes[] = {"_0", "_1", "_2", "_3"};

static struct name_set names_of(unsigned set, const char **names)
{
    struct name_set made = {.names = arena_array(&arena, 32, sizeof(char *))};
    for (unsigned i = 0; i < 32; i++)
        if ((set >> i & 1) != 0)
            made.names[made.count++] = names[i];
    return made;
}

static struct membership named_membership(const unsigned *sets, int count, unsigned bad,
                                          const char **names)
{
    struct membership made = {.required = arena_array(&arena, SETS, sizeof(*made.required)),
                              .required_count = (size_t)count,
                              .forbidden = names_of(bad, names)};
    for (int i = 0; i < count; i++)
        made.required[i] = names_of(sets[i], names);
    return made;
}

static struct request_group named_group(const struct wish *wish, int number)
{
    struct request_group group = {
        .suffix = wish->granular ? suffixes[number] : "",
        .resources.items = arena_array(&arena, CLASSES, sizeof(struct resource_amount)),
        .traits = named_membership(wish->traits, wish->trait_sets, wish->bad_traits, trait_names),
        .aggregates = named_membership(wish->aggregates, wish->aggregate_sets, wish->bad_aggregates,
                                       aggregate_names),
    };
    for (int i = 0; i < CLASSES; i++)
        if (wish->amounts[i] > 0)
            group.resources.items[group.resources.count++] =
                (struct resource_amount){class_names[i], wish->amounts[i]};
    if (wish->tree >= 0)
        group.in_tree = arena_printf(&arena, "provider-%d", wish->tree);
    return group;
}

static void make_request(const struct scene *scene, struct candidate_request *request)
{
    *request = (struct candidate_request){
        .groups = arena_array(&arena, GROUPS, sizeof(*request->groups)),
        .group_count = (size_t)scene->wish_count,
        .subtrees = arena_array(&arena, 2, sizeof(*request->subtrees)),
        .root_traits = named_membership(&scene->root_traits, scene->root_traits != 0,
                                        scene->bad_root_traits, trait_names),
        .isolate = scene->isolate,
        .one_of_tree = scene->one_of_tree,
    };
    for (int i = 0; i < scene->wish_count; i++)
        request->groups[i] = named_group(&scene->wishes[i], i);
    for (int i = 0; i < scene->subtree_count; i++)
        if (scene->subtrees[i] != 0)
            request->subtrees[request->subtree_count++] = names_of(scene->subtrees[i], suffixes);
}

static unsigned set_of(const struct name_set *names, const char **all)
{
    unsigned set = 0;
    for (size_t i = 0; i < names->count; i++)
        for (unsigned j = 0;; j++)
            if (strcmp(names->names[i], all[j]) == 0) {
                set |= 1u << j;
                break;
            }
    return set;
}

static void read_membership(const struct membership *membership, const char **names, unsigned *sets,
                            int *count, unsigned *bad)
{
    *count = (int)membership->required_count;
    for (int i = 0; i < *count; i++)
        sets[i] = set_of(&membership->required[i], names);
    *bad = set_of(&membership->forbidden, names);
}

static void read_group(const struct request_group *group, struct wish *wish)
{
    *wish = (struct wish){.granular = *group->suffix != '\0', .tree = -1};
    for (size_t i = 0; i < group->resources.count; i++)
        wish->amounts[group->resources.items[i].class_name[strlen("CLASS_")] - '0'] =
            (int)group->resources.items[i].amount;
    read_membership(&group->traits, trait_names, wish->traits, &wish->trait_sets,
                    &wish->bad_traits);
    read_membership(&group->aggregates, aggregate_names, wish->aggregates, &wish->aggregate_sets,
                    &wish->bad_aggregates);
    if (group->in_tree != NULL)
        wish->tree = group->in_tree[strlen("provider-")] - '0';
}

/* Makes the scene of another request of the same world. */
static struct scene scene_of(const struct scene *world, const struct candidate_request *request)
{
    struct scene scene = *world;
    int sets;
    scene.wish_count = (int)request->group_count;
    scene.subtree_count = (int)request->subtree_count;
    scene.isolate = request->isolate;
    scene.one_of_tree = request->one_of_tree;
    read_membership(&request->root_traits, trait_names, &scene.root_traits, &sets,
                    &scene.bad_root_traits);
    if (sets == 0)
        scene.root_traits = 0;
    for (int i = 0; i < scene.wish_count; i++)
        read_group(&request->groups[i], &scene.wishes[i]);
    for (int i = 0; i < scene.subtree_count; i++) {
        scene.subtrees[i] = 0;
        for (int j = 0; j < scene.wish_count; j++)
            for (size_t k = 0; k < request->subtrees[i].count; k++)
                if (strcmp(request->subtrees[i].names[k], request->groups[j].suffix) == 0)
                    scene.subtrees[i] |= 1u << j;
    }
    return scene;
}

/* A group of a scene that no query can have: the API refuses a group without resources that no
   subtree names. */
static bool is_refused(const struct scene *scene)
{
    bool resources = false;
    for (int i = 0; i < scene->wish_count; i++) {
        bool classes = has_classes(&scene->wishes[i]);
        resources = resources || classes;
        if (!classes && ((scene->subtrees[0] | scene->subtrees[1]) >> i & 1) == 0)
            return true;
    }
    return !resources;
}

/* Explanations. */

struct explained {
    struct scene scene;
    struct world world;
    struct candidate_request request;
    struct context context;
    struct explanation explanation;
};

static struct resolution resolve(struct explained *explained)
{
    return (struct resolution){
        .context = &explained->context,
        .request = &explained->request,
        .names = {.classes = {class_names, class_ids, CLASSES},
                  .traits = {trait_names, trait_ids, TRAITS + 1},
                  .aggregates = {aggregate_names, aggregate_ids, AGGREGATES},
                  .sharing_trait = TRAITS},
    };
}

static void explain(uint64_t seed, struct explained *explained)
{
    shake(seed);
    do
        make_scene(&explained->scene);
    while (is_refused(&explained->scene));
    arena_reset(&arena);
    make_world(&explained->scene, &explained->world);
    make_request(&explained->scene, &explained->request);
    explained->context = (struct context){.arena = &arena};
    struct resolution resolution = resolve(explained);
    ck_assert_int_eq(
        explanation_of(&resolution, &explained->world, NULL, NULL, 0, &explained->explanation),
        OUTCOME_OK);
    ck_assert(explained->explanation.complete);
}

static uint64_t refer_count(const struct scene *scene)
{
    refer(scene, &expected);
    return (uint64_t)expected.count;
}

static bool asks_nothing(const struct explained *explained)
{
    for (size_t i = 0; i < explained->request.group_count; i++) {
        const struct request_group *group = &explained->request.groups[i];
        if (group->resources.count + group->traits.required_count +
                group->aggregates.required_count ==
            0)
            return true;
    }
    return false;
}

START_TEST(counts_candidates_without_each_constraint)
{
    uint64_t freed = 0;
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct explained explained;
        explain(seed, &explained);
        const struct explanation *explanation = &explained.explanation;
        ck_assert_msg(explanation->candidates.found == refer_count(&explained.scene),
                      "seed %llu: %llu candidates", (unsigned long long)seed,
                      (unsigned long long)explanation->candidates.found);
        ck_assert_uint_eq(explanation->without_count, explanation->constraints.count);
        for (size_t i = 0; i < explanation->without_count; i++) {
            const struct without *without = &explanation->without[i];
            struct candidate_request request;
            bool asks = request_without(&explained.request, without->constraint, &arena, &request);
            ck_assert_int_eq(asks, without->asks);
            if (!asks)
                continue;
            struct scene scene = scene_of(&explained.scene, &request);
            uint64_t count = refer_count(&scene);
            ck_assert_msg(without->candidates.found == count && !without->candidates.more,
                          "seed %llu, without %s: %llu, not %llu", (unsigned long long)seed,
                          without->constraint->text, (unsigned long long)without->candidates.found,
                          (unsigned long long)count);
            freed += explanation->candidates.found == 0 && count > 0;
        }
    }
    ck_assert_uint_gt(freed, seed_count / 5);
}
END_TEST

/* Returns whether a constraint goes alone: no group goes with it, and no tree, which does not
   matter to a group without resources. */
static bool goes_alone(const struct explained *explained, const struct constraint *constraint)
{
    struct candidate_request request;
    const struct request_group *group = &explained->request.groups[constraint->group];
    if (constraint->kind == CONSTRAINT_RESOURCE && group->resources.count == 1 &&
        group->in_tree != NULL)
        return false;
    return request_without(&explained->request, constraint, &arena, &request) &&
           request.group_count == explained->request.group_count;
}

static bool set_has(const struct impossible_sets *impossible, size_t set, size_t constraint)
{
    for (size_t i = 0; i < impossible->size; i++)
        if (impossible->sets[set][i] == constraint)
            return true;
    return false;
}

START_TEST(finds_impossible_sets)
{
    uint64_t sizes[8] = {0};
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct explained explained;
        explain(seed, &explained);
        const struct explanation *explanation = &explained.explanation;
        const struct impossible_sets *impossible = &explanation->impossible;
        if (explanation->candidates.found > 0 || asks_nothing(&explained)) {
            ck_assert(explanation->candidates.found == 0 || impossible->count == 0);
            continue;
        }
        ck_assert_msg(impossible->count > 0, "seed %llu: no set", (unsigned long long)seed);
        sizes[impossible->size < 8 ? impossible->size : 7]++;
        for (size_t i = 0; i < explanation->without_count; i++)
            for (size_t j = 0; j < impossible->count; j++)
                ck_assert_msg(explanation->without[i].candidates.found == 0 ||
                                  set_has(impossible, j, i) ||
                                  !goes_alone(&explained, &explanation->constraints.items[i]),
                              "seed %llu: a set lacks %s", (unsigned long long)seed,
                              explanation->constraints.items[i].text);
    }
    for (size_t i = 1; i < 5; i++)
        ck_assert_msg(sizes[i] > 0, "no set of %zu constraints", i);
}
END_TEST

/* Sets of constraints, all of them. */

/* What is left of a scene if only some constraints hold. A granular group without classes is a
   provider with the rest, the unsuffixed one a tree that sees it. */
struct part {
    const struct explained *explained;
    struct scene scene;
};

static bool is_kept(unsigned set, size_t constraint)
{
    return (set >> constraint & 1) != 0;
}

static unsigned aggregates_of(const struct constraint *constraint,
                              const struct request_group *group)
{
    return set_of(&group->aggregates.required[constraint->index], aggregate_names);
}

static void keep_of_wish(const struct part *part, const struct constraint *constraint,
                         struct wish *wish)
{
    const struct request_group *group = &part->explained->request.groups[constraint->group];
    const struct resource_amount *asked = &group->resources.items[constraint->index];
    const struct name_set bad = {&group->traits.forbidden.names[constraint->index], 1};
    const struct name_set outside = {&group->aggregates.forbidden.names[constraint->index], 1};
    if (constraint->kind == CONSTRAINT_RESOURCE)
        wish->amounts[asked->class_name[strlen("CLASS_")] - '0'] = (int)asked->amount;
    else if (constraint->kind == CONSTRAINT_REQUIRED)
        wish->traits[wish->trait_sets++] =
            set_of(&group->traits.required[constraint->index], trait_names);
    else if (constraint->kind == CONSTRAINT_FORBIDDEN)
        wish->bad_traits |= set_of(&bad, trait_names);
    else if (constraint->kind == CONSTRAINT_MEMBER_OF)
        wish->aggregates[wish->aggregate_sets++] = aggregates_of(constraint, group);
    else if (constraint->kind == CONSTRAINT_NOT_MEMBER_OF)
        wish->bad_aggregates |= set_of(&outside, aggregate_names);
    else
        wish->tree = group->in_tree[strlen("provider-")] - '0';
}

static void keep_of_scene(struct part *part, const struct constraint *constraint)
{
    struct scene *scene = &part->scene;
    const struct scene *whole = &part->explained->scene;
    int subtree = (int)constraint->index;
    switch (constraint->kind) {
    case CONSTRAINT_ROOT_REQUIRED:
        scene->root_traits = whole->root_traits;
        break;
    case CONSTRAINT_ROOT_FORBIDDEN:
        scene->bad_root_traits = whole->bad_root_traits;
        break;
    case CONSTRAINT_SAME_SUBTREE: /* the first of the scene may be empty */
        scene->subtrees[scene->subtree_count++] =
            whole->subtrees[subtree == 0 && whole->subtrees[0] == 0 ? 1 : subtree];
        break;
    case CONSTRAINT_GROUP_POLICY:
        scene->isolate = true;
        break;
    case CONSTRAINT_ONE_OF_TREE:
        scene->one_of_tree = true;
        break;
    default:
        keep_of_wish(part, constraint, &scene->wishes[constraint->group]);
        break;
    }
}

/* Leaves out groups that ask for nothing, but for those of a subtree. */
static void drop_wishes(struct part *part)
{
    struct scene *scene = &part->scene;
    int kept = 0, numbers[GROUPS];
    for (int i = 0; i < scene->wish_count; i++) {
        struct wish *wish = &scene->wishes[i];
        bool whole = has_classes(&part->explained->scene.wishes[i]);
        wish->bound = whole;
        wish->any =
            ((scene->subtrees[0] | scene->subtrees[1]) >> i & 1) != 0 || (whole && wish->tree >= 0);
        bool asks = !wish->granular || has_classes(wish) || wish->any ||
                    wish->trait_sets + wish->aggregate_sets > 0;
        numbers[i] = asks ? kept : -1;
        if (asks)
            scene->wishes[kept++] = *wish;
    }
    for (int i = 0; i < scene->subtree_count; i++) {
        unsigned subtree = scene->subtrees[i];
        scene->subtrees[i] = 0;
        for (int j = 0; j < scene->wish_count; j++)
            if ((subtree >> j & 1) != 0 && numbers[j] >= 0)
                scene->subtrees[i] |= 1u << numbers[j];
    }
    scene->wish_count = kept;
}

/* Returns whether there is a candidate if only a set of constraints holds. */
static bool is_possible(const struct explained *explained, unsigned set)
{
    const struct constraint_list *constraints = &explained->explanation.constraints;
    struct part part = {.explained = explained, .scene = explained->scene};
    struct scene *scene = &part.scene;
    for (int i = 0; i < scene->wish_count; i++)
        scene->wishes[i] =
            (struct wish){.granular = explained->scene.wishes[i].granular, .tree = -1};
    scene->subtree_count = 0;
    scene->subtrees[0] = scene->subtrees[1] = 0;
    scene->root_traits = scene->bad_root_traits = 0;
    scene->isolate = scene->one_of_tree = false;
    for (size_t i = 0; i < constraints->count; i++)
        if (is_kept(set, i))
            keep_of_scene(&part, &constraints->items[i]);
    drop_wishes(&part);
    expected.one = true;
    refer(scene, &expected);
    expected.one = false;
    return expected.count > 0;
}

/* Finds the sets that are impossible with whatever of the other constraints. */
static void find_impossible(const struct explained *explained, bool *impossible)
{
    size_t count = explained->explanation.constraints.count;
    for (unsigned set = 1u << count; set-- > 0;) {
        impossible[set] = !is_possible(explained, set);
        for (size_t i = 0; i < count && impossible[set]; i++)
            impossible[set] = is_kept(set, i) || impossible[set | 1u << i];
    }
}

enum { CONSTRAINTS = 10 };

static void compare_sets(uint64_t seed, const struct explained *explained)
{
    const struct explanation *explanation = &explained->explanation;
    const struct impossible_sets *found = &explanation->impossible;
    static bool impossible[1u << CONSTRAINTS];
    size_t size = explanation->constraints.count, count = 0;
    find_impossible(explained, impossible);
    for (unsigned set = 0; set < 1u << explanation->constraints.count; set++)
        if (impossible[set] && (size_t)__builtin_popcount(set) < size)
            size = (size_t)__builtin_popcount(set);
    for (unsigned set = 0; set < 1u << explanation->constraints.count; set++)
        count += impossible[set] && (size_t)__builtin_popcount(set) == size;
    ck_assert_msg(found->size == size, "seed %llu: sets of %zu, not %zu", (unsigned long long)seed,
                  found->size, size);
    ck_assert_msg(found->count == (count < SETS_MOST ? count : SETS_MOST),
                  "seed %llu: %zu of %zu sets", (unsigned long long)seed, found->count, count);
    for (size_t i = 0; i < found->count; i++) {
        unsigned set = 0;
        for (size_t j = 0; j < size; j++)
            set |= 1u << found->sets[i][j];
        ck_assert_msg(impossible[set], "seed %llu: set %zu is possible", (unsigned long long)seed,
                      i);
    }
}

START_TEST(the_sets_are_the_smallest_of_all)
{
    int compared = 0;
    for (uint64_t seed = first_seed; seed < first_seed + seed_count / 4; seed++) {
        struct explained explained;
        explain(seed, &explained);
        if (explained.explanation.impossible.count == 0 ||
            explained.explanation.constraints.count > CONSTRAINTS)
            continue;
        ck_assert(explained.explanation.impossible.smallest);
        compare_sets(seed, &explained);
        compared++;
    }
    ck_assert_int_gt(compared, 10);
}
END_TEST

/* With a budget that is spent after some work, wherever that ends. */
START_TEST(a_spent_budget_proves_nothing)
{
    int cut = 0, proved = 0;
    for (uint64_t seed = first_seed; seed < first_seed + seed_count / 4; seed++) {
        struct explained explained;
        struct inquiry inquiry;
        explain(seed, &explained);
        const struct explanation *explanation = &explained.explanation;
        struct budget free = {0}, budget = {.deadline = 1, .left = (uint32_t)dice(8000) + 1};
        if (explanation->impossible.count == 0)
            continue;
        struct resolution resolution = resolve(&explained);
        inquiry_begin(&inquiry, &resolution, &explained.world, &free);
        const struct relaxation *relaxation =
            relaxation_new(&inquiry, &explanation->constraints, explanation->funnels);
        inquiry.budget = &budget;
        struct impossible_sets found =
            impossible_sets_find(&inquiry, &explanation->constraints, relaxation);
        ck_assert_msg(!found.smallest || found.size == explanation->impossible.size,
                      "seed %llu: %zu constraints are said to be the fewest",
                      (unsigned long long)seed, found.size);
        cut += !found.smallest;
        proved += found.smallest;
    }
    ck_assert_int_gt(cut, 0);
    ck_assert_int_gt(proved, 0);
}
END_TEST

/* Returns how many providers satisfy a granular group alone. */
static uint32_t count_alone(const struct scene *scene, const struct wish *wish)
{
    uint32_t count = 0;
    for (int i = 0; i < scene->provider_count; i++)
        count += granular_may(scene, wish, scene->providers[i].root, i);
    return count;
}

START_TEST(funnels_tell_what_is_left)
{
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct explained explained;
        explain(seed, &explained);
        const struct explanation *explanation = &explained.explanation;
        for (size_t i = 0; i < explanation->funnel_count; i++) {
            const struct funnel *funnel = explanation->funnels[i];
            for (unsigned j = 1; j < GROUP_FILTERS; j++)
                ck_assert_uint_le(funnel->left[j], funnel->left[j - 1]);
            if (funnel->granular)
                ck_assert_msg(funnel->left[FILTER_TREE] ==
                                  count_alone(&explained.scene, &explained.scene.wishes[i]),
                              "seed %llu, group %zu: %u left", (unsigned long long)seed, i,
                              funnel->left[FILTER_TREE]);
            if (funnel_end(funnel) != FILTERS)
                ck_assert_uint_eq(explanation->candidates.found, 0);
        }
        ck_assert_msg((explanation->filter == FILTERS) == (explanation->candidates.found > 0),
                      "seed %llu: %llu candidates, filter %u", (unsigned long long)seed,
                      (unsigned long long)explanation->candidates.found, explanation->filter);
    }
}
END_TEST

/* Trees between groups. */

/* Returns how many roots have a candidate that those before do not have. */
static uint32_t count_trees(const struct scene *scene)
{
    struct decision decisions[SLOTS];
    int chosen[SLOTS], count = make_decisions(scene, decisions);
    uint32_t trees = 0;
    expected.count = 0;
    for (int i = 0; i < scene->provider_count; i++) {
        int before = expected.count;
        bool fresh = false;
        if (anchor_may(scene, i))
            try_all(scene, decisions, count, i, chosen, 0, &expected);
        for (int j = before; j < expected.count && !fresh; j++) {
            fresh = true;
            for (int k = 0; k < before && fresh; k++)
                fresh = strcmp(expected.keys[j], expected.keys[k]) != 0;
        }
        trees += fresh;
    }
    return trees;
}

/* Makes the scene whose groups hold alone, with the filters between groups up to the last. */
static struct scene scene_until(const struct scene *whole, enum explain_filter last)
{
    struct scene scene = *whole;
    if (last < FILTER_ROOT_REQUIRED)
        scene.root_traits = scene.bad_root_traits = 0;
    for (int i = 0; i < scene.wish_count && last < FILTER_TRAITS_TOGETHER; i++)
        if (!scene.wishes[i].granular)
            scene.wishes[i].trait_sets = 0;
    scene.apart = last < FILTER_COMBINED_CAPACITY;
    scene.isolate = whole->isolate && last >= FILTER_GROUP_POLICY;
    scene.subtree_count = last >= FILTER_SAME_SUBTREE ? whole->subtree_count : 0;
    scene.one_of_tree = whole->one_of_tree && last >= FILTER_ONE_OF_TREE;
    return scene;
}

START_TEST(filters_between_groups_count_trees)
{
    int compared[FILTERS] = {0};
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct explained explained;
        explain(seed, &explained);
        for (size_t i = 0; i < explained.explanation.between_count; i++) {
            const struct between *between = &explained.explanation.between[i];
            struct scene scene = scene_until(&explained.scene, between->filter);
            uint32_t trees = count_trees(&scene);
            ck_assert_msg(between->known && between->trees == trees,
                          "seed %llu, filter %s: %u trees, not %u", (unsigned long long)seed,
                          filter_label(between->filter), between->trees, trees);
            compared[between->filter]++;
        }
    }
    for (int i = FILTER_SHARING; i < FILTERS; i++)
        ck_assert_int_gt(compared[i], 10);
}
END_TEST

/* Figures of classes. */

static void count_figures(const struct scene *scene, int class, int amount,
                          struct class_figures *figures)
{
    for (int i = 0; i < scene->provider_count; i++) {
        const struct inventory *inventory = &scene->providers[i].inventories[class];
        int64_t whole = whole_capacity(inventory), free = whole - inventory->used;
        if (!inventory->exists)
            continue;
        figures->have++;
        if (whole > figures->most_total)
            figures->most_total = whole;
        if (amount < inventory->min_unit || amount > inventory->max_unit ||
            amount % inventory->step_size != 0)
            continue;
        figures->units++;
        figures->capacity += inventory_fits(inventory, amount);
        if (free > figures->most_free)
            figures->most_free = free;
    }
}

START_TEST(figures_of_classes_count_what_they_say)
{
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct explained explained;
        explain(seed, &explained);
        for (size_t i = 0; i < explained.explanation.funnel_count; i++) {
            const struct funnel *funnel = explained.explanation.funnels[i];
            for (size_t j = 0; j < funnel->class_count; j++) {
                const struct class_figures *figures = &funnel->classes[j];
                struct class_figures own = {.have = 0};
                uint32_t faulty = 0;
                count_figures(&explained.scene, figures->asked.class_name[strlen("CLASS_")] - '0',
                              (int)figures->asked.amount, &own);
                for (int kind = 0; kind < INVENTORY_FAULTS; kind++)
                    faulty += figures->faults[kind].count;
                ck_assert_msg(figures->have == own.have && figures->units == own.units &&
                                  figures->capacity == own.capacity &&
                                  figures->most_total == own.most_total &&
                                  figures->most_free == own.most_free &&
                                  faulty == own.have - own.capacity,
                              "seed %llu, %s: %u %u %u %u", (unsigned long long)seed,
                              figures->asked.class_name, figures->have, figures->units,
                              figures->capacity, faulty);
            }
        }
    }
}
END_TEST

/* The nearest. */

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

START_TEST(a_dead_end_is_where_the_explanation_ends)
{
    int ends[FILTERS] = {0};
    for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++) {
        struct explained explained;
        struct budget budget = {0};
        explain(seed, &explained);
        const struct explanation *explanation = &explained.explanation;
        if (explanation->candidates.found > 0)
            continue;
        struct resolution resolution = resolve(&explained);
        struct dead_end end = dead_end_find(&resolution, &explained.world, &budget);
        bool of_group = explanation->group < explanation->funnel_count;
        ck_assert_msg(
            end.filter == explanation->filter && (end.suffix != NULL) == of_group &&
                (!of_group ||
                 strcmp(end.suffix, explanation->funnels[explanation->group]->suffix) == 0),
            "seed %llu: filter %u, not %u", (unsigned long long)seed, end.filter,
            explanation->filter);
        ends[end.filter]++;
    }
    for (int i = 0; i < FILTERS; i++)
        ck_assert_msg(ends[i] > 0, "no dead end at the filter %s",
                      filter_label((enum explain_filter)i));
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3) {
        first_seed = strtoull(argv[1], NULL, 10);
        seed_count = strtoull(argv[2], NULL, 10);
    }
    arena_init(&arena, 0);
    expected.keys = calloc(KEYS, KEY);
    if (expected.keys == NULL)
        return EXIT_FAILURE;
    TCase *test = tcase_create("explain");
    tcase_add_test(test, counts_candidates_without_each_constraint);
    tcase_add_test(test, finds_impossible_sets);
    tcase_add_test(test, the_sets_are_the_smallest_of_all);
    tcase_add_test(test, a_spent_budget_proves_nothing);
    tcase_add_test(test, funnels_tell_what_is_left);
    tcase_add_test(test, filters_between_groups_count_trees);
    tcase_add_test(test, figures_of_classes_count_what_they_say);
    tcase_add_test(test, the_nearest_lack_what_they_are_said_to_lack);
    tcase_add_test(test, a_dead_end_is_where_the_explanation_ends);
    int status = suite_run("explain", test);
    arena_free(&arena);
    free(expected.keys);
    return status;
}
