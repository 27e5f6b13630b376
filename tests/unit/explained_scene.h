/*
 * Explanations of random scenes of candidate_reference.h: a seed determines world and query; tests
 * print it if they find something wrong.
 *
 *   explain_test [FIRST COUNT]    uses other seeds; so do the others
 *
 * For tests/unit/explain_test.c, tests/unit/explain_sets_test.c and
 * tests/unit/explain_nearest_test.c.
 */
#ifndef BERTH_TESTS_UNIT_EXPLAINED_SCENE_H
#define BERTH_TESTS_UNIT_EXPLAINED_SCENE_H

#include <check.h>
#include <stdlib.h>

#include "candidate_translation.h"
#include "placement/explain/explain.h"
#include "suite.h"

enum { SEEDS = 6000 };

static uint64_t state;
static uint64_t first_seed = 1;
static uint64_t seed_count = SEEDS;
static struct keys expected;

static inline int dice(int sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int)((state >> 11) % (uint64_t)sides);
}

static inline void shake(uint64_t seed)
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

static inline struct name_set names_of(unsigned set, const char **names)
{
    struct name_set made = {.names = arena_array(&arena, 32, sizeof(char *))};
    for (unsigned i = 0; i < 32; i++)
        if ((set >> i & 1) != 0)
            made.names[made.count++] = names[i];
    return made;
}

static inline struct membership named_membership(const unsigned *sets, int count, unsigned bad,
                                                 const char **names)
{
    struct membership made = {.required = arena_array(&arena, SETS, sizeof(*made.required)),
                              .required_count = (size_t)count,
                              .forbidden = names_of(bad, names)};
    for (int i = 0; i < count; i++)
        made.required[i] = names_of(sets[i], names);
    return made;
}

static inline struct request_group named_group(const struct wish *wish, int number)
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

static inline void make_request(const struct scene *scene, struct candidate_request *request)
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

static inline unsigned set_of(const struct name_set *names, const char **all)
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

static inline void read_membership(const struct membership *membership, const char **names,
                                   unsigned *sets, int *count, unsigned *bad)
{
    *count = (int)membership->required_count;
    for (int i = 0; i < *count; i++)
        sets[i] = set_of(&membership->required[i], names);
    *bad = set_of(&membership->forbidden, names);
}

static inline void read_group(const struct request_group *group, struct wish *wish)
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
static inline struct scene scene_of(const struct scene *world,
                                    const struct candidate_request *request)
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
static inline bool is_refused(const struct scene *scene)
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

static inline struct resolution resolve(struct explained *explained)
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

static inline void explain(uint64_t seed, struct explained *explained)
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

static inline bool asks_nothing(const struct explained *explained)
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

/* Runs a suite of one test case, with the seeds that the arguments name. Returns the exit
   status. */
static inline int explained_suite_run(int argc, char **argv, const char *name, TCase *test)
{
    if (argc == 3) {
        first_seed = strtoull(argv[1], NULL, 10);
        seed_count = strtoull(argv[2], NULL, 10);
    }
    arena_init(&arena, 0);
    expected.keys = calloc(KEYS, KEY);
    if (expected.keys == NULL)
        return EXIT_FAILURE;
    int status = suite_run(name, test);
    arena_free(&arena);
    free(expected.keys);
    return status;
}

#endif
