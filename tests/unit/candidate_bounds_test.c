/*
 * Searches in worlds that were made to take for ever: each ends soon after its deadline, and those
 * that only look bad take few steps.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>

#include "placement/candidates/search.h"
#include "processor_time.h"
#include "suite.h"

enum {
    PROVIDERS_MOST = 3000,
    CLASSES = 9,
    TRAITS = 10, /* and the one that shares */
    GROUPS_MOST = 250,
    SUBTREES_MOST = 60,
    SEEDS = 120,
    CANDIDATES = 1000,
    TEST_SECONDS = 300,
};

#define BOUND_SECONDS 0.05

static struct arena arena;

/* A world under construction. Provider i has the id i + 1. */
static struct {
    int parents[PROVIDERS_MOST]; /* -1: a root */
    int roots[PROVIDERS_MOST];
    int totals[PROVIDERS_MOST][CLASSES]; /* 0: no inventory */
    unsigned traits[PROVIDERS_MOST];     /* bits; bit TRAITS: it shares */
    bool member[PROVIDERS_MOST];         /* of the only aggregate */
    int count;
} sketch;

static int add_provider(int parent, int total, unsigned traits)
{
    int number = sketch.count++;
    sketch.parents[number] = parent;
    sketch.roots[number] = parent < 0 ? number : sketch.roots[parent];
    for (int i = 0; i < CLASSES; i++)
        sketch.totals[number][i] = total;
    sketch.traits[number] = traits;
    sketch.member[number] = false;
    return number;
}

static void add_inventories(struct world *world)
{
    for (int i = 0; i < sketch.count; i++)
        for (int j = 0; j < CLASSES; j++) {
            int total = sketch.totals[i][j];
            if (total > 0)
                world_add_inventory(world, i + 1,
                                    &(struct world_inventory){.class_id = j,
                                                              .total = total,
                                                              .min_unit = 1,
                                                              .max_unit = total,
                                                              .step_size = 1,
                                                              .allocation_ratio = 1,
                                                              .capacity = total});
        }
    world_sort_inventories(world);
}

static void make_world(struct world *world)
{
    struct world_interest interest = {
        .trait_count = TRAITS + 1, .sharing_trait = TRAITS, .aggregate_count = 1};
    struct world_kin *kin = arena_array(&arena, PROVIDERS_MOST, sizeof(*kin));
    world_begin(world, &arena, &interest);
    for (int i = 0; i < sketch.count; i++) {
        char uuid[WORLD_UUID];
        snprintf(uuid, sizeof(uuid), "provider-%d", i);
        world_add_provider(world, i + 1, uuid);
        kin[i].root_id = sketch.roots[i] + 1;
        kin[i].parent_id = sketch.parents[i] + 1;
    }
    world_link(world, kin);
    add_inventories(world);
    for (int i = 0; i < sketch.count; i++) {
        for (size_t j = 0; j <= TRAITS; j++)
            if ((sketch.traits[i] >> j & 1) != 0)
                world_add_trait(world, i + 1, j);
        if (sketch.member[i]) {
            world_add_aggregate(world, i + 1, 0);
            world_add_member(world, 1, i + 1);
        }
    }
    world_end(world);
}

/* A query under construction. */
static struct search_group groups[GROUPS_MOST + 1];
static struct search_subtree subtrees[SUBTREES_MOST];
static struct search_query query;

static void begin_query(bool isolate)
{
    query = (struct search_query){.groups = groups, .subtrees = subtrees, .isolate = isolate};
}

static void add_group(bool granular, int first_class, int classes, int amount, int trait)
{
    struct search_demand *demands = arena_array(&arena, (size_t)classes, sizeof(*demands));
    struct search_group *group = &groups[query.group_count++];
    for (int i = 0; i < classes; i++)
        demands[i] = (struct search_demand){first_class + i, amount};
    *group = (struct search_group){
        .granular = granular, .demands = demands, .demand_count = (size_t)classes};
    group->traits.required = arena_array(&arena, TRAITS, sizeof(uint64_t *));
    if (trait < 0)
        return;
    uint64_t *bits = arena_alloc(&arena, sizeof(*bits));
    bits_add(bits, (size_t)trait);
    group->traits.required[group->traits.required_count++] = bits;
}

static void require_traits(struct search_group *group, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t *bits = arena_alloc(&arena, sizeof(*bits));
        bits_add(bits, i);
        group->traits.required[i] = bits;
    }
    group->traits.required_count = count;
}

/* All groups from first on. */
static void add_subtree(size_t first, size_t step)
{
    size_t *members = arena_array(&arena, query.group_count, sizeof(*members)), count = 0;
    for (size_t i = first; i < query.group_count; i += step)
        members[count++] = i;
    subtrees[query.subtree_count++] = (struct search_subtree){members, count};
}

struct result {
    size_t found;
    uint64_t steps;
    bool late;
};

/* Finds up to most candidates, within a number of seconds (0: as many as it takes). */
static struct result search_within(double seconds, size_t most)
{
    struct world world;
    struct search search;
    struct budget budget = {0};
    struct result result = {0};
    make_world(&world);
    if (seconds > 0)
        budget.deadline = clock_microseconds() + (uint64_t)(seconds * 1e6);
    search_begin(&search, &arena, &world, &query, &budget);
    for (uint32_t i = 0; i < search.space.anchor_count && !result.late; i++) {
        struct search_walk walk = search_walk_from(&search, &arena, i);
        enum search_step step = SEARCH_FOUND;
        while (result.found < most && (step = search_next(&search, &walk)) == SEARCH_FOUND)
            result.found++;
        result.late = step == SEARCH_LATE;
    }
    result.late = result.late || budget_is_over(&budget);
    result.steps = budget.spent;
    return result;
}

static void begin(void)
{
    arena_reset(&arena);
    sketch.count = 0;
    begin_query(true);
}

/* A root with two sides that have that many children each with one of each class. The sides have
   the trait 0. */
static void make_sides(int children)
{
    int root = add_provider(-1, 0, 0);
    for (int i = 0; i < 2; i++) {
        int side = add_provider(root, 0, 1);
        for (int j = 0; j < children; j++)
            add_provider(side, 1, 0);
    }
}

START_TEST(a_subtree_of_245_groups_takes_few_steps)
{
    for (int isolate = 0; isolate < 2; isolate++) {
        begin();
        begin_query(isolate);
        make_sides(240);
        for (int i = 0; i < 244; i++)
            add_group(true, 0, 1, 1, -1);
        add_group(true, 0, 0, 1, 0);
        add_subtree(0, 1);
        struct result result = search_within(0, 1);
        ck_assert_uint_eq(result.found, 0);
        ck_assert_uint_lt(result.steps, 20000000);

        begin();
        begin_query(isolate);
        make_sides(244);
        for (int i = 0; i < 244; i++)
            add_group(true, 0, 1, 1, -1);
        add_group(true, 0, 0, 1, 0);
        for (int i = 0; i < 51; i++)
            add_subtree(0, 1);
        result = search_within(0, 100);
        ck_assert_uint_eq(result.found, 100);
        ck_assert_uint_lt(result.steps, 20000000);
    }
}
END_TEST

START_TEST(more_groups_than_providers_take_few_steps)
{
    begin();
    for (int tree = 0; tree < 10; tree++) {
        int root = add_provider(-1, 0, 0);
        for (int i = 0; i < 200; i++)
            add_provider(root, 100, 0);
    }
    for (int i = 0; i < 201; i++)
        add_group(true, i % CLASSES, 1, 1 + i % 7, -1);
    struct result result = search_within(0, 1);
    ck_assert_uint_eq(result.found, 0);
    ck_assert_uint_lt(result.steps, 20000000);
}
END_TEST

/* Nine slots, ten traits, one trait each. */
static void make_pigeonholes(size_t traits)
{
    begin();
    int root = add_provider(-1, 0, 0);
    for (int i = 0; i < 100; i++)
        add_provider(root, 100, 1u << i % TRAITS);
    add_group(false, 0, CLASSES, 1, -1);
    require_traits(&groups[0], traits);
}

START_TEST(more_traits_than_slots_take_few_steps)
{
    make_pigeonholes(TRAITS);
    struct result result = search_within(0, 1);
    ck_assert_uint_eq(result.found, 0);
    ck_assert_uint_lt(result.steps, 1000000);

    make_pigeonholes(TRAITS - 1);
    result = search_within(0, 10);
    ck_assert_uint_eq(result.found, 10);
    ck_assert_uint_lt(result.steps, 1000000);
}
END_TEST

START_TEST(groups_that_match_nothing_take_few_steps)
{
    struct world world;
    struct budget budget = {0};
    make_pigeonholes(TRAITS);
    make_world(&world);
    ck_assert_int_eq(search_groups_match(&arena, &world, &query, 1, &budget), SEARCH_END);
    ck_assert_uint_lt(budget.spent, 1000000);
}
END_TEST

START_TEST(anchors_that_all_share_take_few_steps)
{
    begin();
    for (int i = 0; i < 1000; i++) {
        int number = add_provider(-1, 100, 1u << TRAITS);
        sketch.member[number] = true;
    }
    for (int i = 0; i < 3; i++)
        add_group(true, 0, 1, 1, -1);
    struct world world;
    struct search search;
    struct budget budget = {0};
    make_world(&world);
    search_begin(&search, &arena, &world, &query, &budget);
    /* All see the same, so that only one need look. */
    ck_assert_uint_eq(search.space.anchor_count, 1);
    ck_assert_uint_lt(budget.spent, 100000000);
}
END_TEST

/* What a search for the first candidates costs. */
struct cost {
    uint64_t units;
    size_t bytes; /* in blocks, of which the first is of 64 KiB */
};

/* Finds candidates in a world of hosts, of which the last ten have a trait. */
static struct cost find_first(int hosts, int candidates, int trait)
{
    struct world world;
    struct search search;
    struct budget budget = {.left = BUDGET_LOOK};
    begin();
    for (int i = 0; i < hosts; i++)
        add_provider(add_provider(-1, 100, 0), 100, i < hosts - 10 ? 0 : 1);
    add_group(false, 0, 2, 1, trait);
    add_group(true, 2, 1, 1, -1);
    make_world(&world);
    struct arena own;
    arena_init(&own, 0);
    search_begin(&search, &own, &world, &query, &budget);
    struct search_walk walk = search_walk_from(&search, &own, 0);
    for (uint32_t i = 0; candidates > 0 && i < search.space.anchor_count; i++) {
        search_walk_restart(&walk, i);
        while (candidates > 0 && search_next(&search, &walk) == SEARCH_FOUND)
            candidates--;
    }
    ck_assert_int_eq(candidates, 0);
    struct cost cost = {budget.spent + BUDGET_LOOK - budget.left, own.taken};
    arena_free(&own);
    return cost;
}

START_TEST(a_limited_search_costs_the_same_in_any_cloud)
{
    struct cost small = find_first(20, 40, -1), large = find_first(1500, 40, -1);
    ck_assert_uint_eq(small.units, large.units);
    ck_assert_uint_eq(small.bytes, large.bytes);
    ck_assert_uint_lt(large.units, 10000);
}
END_TEST

START_TEST(trees_without_a_required_trait_cost_little)
{
    struct cost cost = find_first(1500, 10, 0);
    ck_assert_uint_lt(cost.units, 40000);
    ck_assert_uint_le(cost.bytes, 65536);
}
END_TEST

START_TEST(deep_trees_are_whole)
{
    struct world world;
    begin();
    for (int i = 0; i < PROVIDERS_MOST; i++)
        add_provider(i - 1, 1, 0);
    make_world(&world);
    ck_assert(world_is_under(&world, PROVIDERS_MOST - 1, 0));
    ck_assert(!world_is_under(&world, 0, 1));
}
END_TEST

START_TEST(circles_are_cut)
{
    struct world world;
    begin();
    for (int i = 0; i < 10; i++)
        add_provider(i - 1, 1, 0);
    sketch.parents[2] = 5;
    make_world(&world);
    int cut = 0;
    for (uint32_t i = 0; i < world.provider_count; i++)
        cut += world.providers[i].parent == WORLD_NONE;
    ck_assert_int_eq(cut, 2); /* the root, and one of the circle */
    ck_assert(world_is_under(&world, 9, 5));
}
END_TEST

/* Worlds from a seed. */

static uint64_t state;

static int dice(int sides)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int)((state >> 33) % (uint64_t)sides);
}

static bool chance(int percent)
{
    return dice(100) < percent;
}

static int pick(const int *list, int count)
{
    return list[dice(count)];
}

static void make_random_world(void)
{
    static const int counts[] = {20, 100, 400, 800, PROVIDERS_MOST};
    static const int totals[] = {1, 1, 3, 101};
    int count = pick(counts, 5), total = pick(totals, 4);
    int shape = dice(5), traits = dice(3), sharing = chance(30) ? 1 + dice(60) : 0;
    for (int i = 0; i < count; i++) {
        int parent = -1;
        if (i > 0 && shape == 0)
            parent = i - 1; /* deep */
        else if (i > 0 && shape == 1)
            parent = i < 3 ? 0 : 1 + i % 2; /* sides */
        else if (i > 0 && shape == 2)
            parent = 0; /* wide */
        else if (i > 0 && shape == 3)
            parent = chance(5) ? -1 : dice(i); /* trees */
        unsigned bits = traits == 0 ? 0 : traits == 1 ? 1u << i % TRAITS : (unsigned)dice(1024);
        int number = add_provider(parent, chance(95) ? total : 0, bits);
        if (chance(sharing))
            sketch.traits[number] |= 1u << TRAITS;
        sketch.member[number] = sharing > 0 && chance(80);
    }
}

static void make_random_query(void)
{
    static const int counts[] = {2, 10, 40, 120, GROUPS_MOST};
    int count = pick(counts, 5), kinds = 1 + dice(3), most = 1 + (chance(50) ? dice(40) : 0);
    begin_query(chance(50));
    query.one_of_tree = chance(10);
    if (chance(40)) {
        add_group(false, 0, CLASSES, 1, -1);
        require_traits(&groups[0], (size_t)dice(TRAITS + 1));
    }
    while (query.group_count < (size_t)count)
        add_group(true, dice(kinds), 1 + dice(kinds), 1 + dice(most),
                  chance(5) ? dice(TRAITS) : -1);
    size_t first = groups[0].granular ? 0 : 1;
    for (int i = chance(60) ? 1 + dice(SUBTREES_MOST) : 0; i > 0; i--)
        add_subtree(first + (size_t)(chance(50) ? dice(3) : 0),
                    chance(50) ? 1 : 1 + (size_t)dice(5));
}

/* Makes the world and the query of a seed. */
static void make_sample(uint64_t seed)
{
    state = seed * 0x9e3779b97f4a7c15u;
    begin();
    make_random_world();
    make_random_query();
}

static double match_alone(void *subject)
{
    const uint64_t *seed = subject;
    struct budget budget = {0};
    struct world world;
    make_sample(*seed);
    make_world(&world);
    double begun = processor_seconds();
    budget.deadline = clock_microseconds() + (uint64_t)(BOUND_SECONDS * 1e6);
    search_groups_match(&arena, &world, &query, query.group_count, &budget);
    return processor_seconds() - begun;
}

/* A search by a seed, and what it found. */
struct sought {
    uint64_t seed;
    struct result result;
};

static double search_sample(void *subject)
{
    struct sought *sought = subject;
    make_sample(sought->seed);
    double begun = processor_seconds();
    sought->result = search_within(BOUND_SECONDS, CANDIDATES);
    return processor_seconds() - begun;
}

START_TEST(no_search_exceeds_its_bound)
{
    const double bound = BOUND_SECONDS + OVERRUN_SECONDS;
    int late = 0, fruitful = 0;
    double worst = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        double used = least_processor_seconds(match_alone, &seed, bound);
        worst = used > worst ? used : worst;
        ck_assert_msg(used < bound, "seed %d, alone: %.3f s", (int)seed, used);
        struct sought sought = {.seed = seed};
        used = least_processor_seconds(search_sample, &sought, bound);
        worst = used > worst ? used : worst;
        ck_assert_msg(used < bound, "seed %d: %.3f s", (int)seed, used);
        late += sought.result.late;
        fruitful += sought.result.found > 0;
    }
    printf("%d searches, %d late, %d with candidates, at most %.3f s\n", SEEDS, late, fruitful,
           worst);
    fflush(stdout);
    ck_assert_int_gt(fruitful, 10);
}
END_TEST

int main(void)
{
    arena_init(&arena, 0);
    TCase *test = tcase_create("candidate_bounds");
    tcase_set_timeout(test, TEST_SECONDS);
    tcase_add_test(test, a_subtree_of_245_groups_takes_few_steps);
    tcase_add_test(test, more_groups_than_providers_take_few_steps);
    tcase_add_test(test, more_traits_than_slots_take_few_steps);
    tcase_add_test(test, groups_that_match_nothing_take_few_steps);
    tcase_add_test(test, anchors_that_all_share_take_few_steps);
    tcase_add_test(test, a_limited_search_costs_the_same_in_any_cloud);
    tcase_add_test(test, trees_without_a_required_trait_cost_little);
    tcase_add_test(test, deep_trees_are_whole);
    tcase_add_test(test, circles_are_cut);
    tcase_add_test(test, no_search_exceeds_its_bound);
    int status = suite_run("candidate_bounds", test);
    arena_free(&arena);
    return status;
}
