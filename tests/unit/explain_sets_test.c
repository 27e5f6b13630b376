/*
 * Compares the sets of constraints that explanations call impossible with all sets that there are,
 * in random worlds.
 */
#include <config.h>

#include "explained_scene.h"

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

int main(int argc, char **argv)
{
    TCase *test = tcase_create("explain_sets");
    tcase_add_test(test, finds_impossible_sets);
    tcase_add_test(test, the_sets_are_the_smallest_of_all);
    tcase_add_test(test, a_spent_budget_proves_nothing);
    return explained_suite_run(argc, argv, "explain_sets", test);
}
