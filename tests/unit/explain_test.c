/*
 * Compares the numbers of explanations with a reference that tries everything
 * (candidate_reference.h), in random worlds: of candidates without a constraint, of what the
 * funnels and the filters between groups leave, and the figures of the classes.
 */
#include <config.h>

#include "explained_scene.h"
#include "placement/explain/dead_end.h"

static uint64_t refer_count(const struct scene *scene)
{
    refer(scene, &expected);
    return (uint64_t)expected.count;
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
    TCase *test = tcase_create("explain");
    tcase_add_test(test, counts_candidates_without_each_constraint);
    tcase_add_test(test, funnels_tell_what_is_left);
    tcase_add_test(test, filters_between_groups_count_trees);
    tcase_add_test(test, figures_of_classes_count_what_they_say);
    tcase_add_test(test, a_dead_end_is_where_the_explanation_ends);
    return explained_suite_run(argc, argv, "explain", test);
}
