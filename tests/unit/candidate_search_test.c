/*
 * Compares the candidate search with a reference that tries everything (candidate_reference.h), in
 * random worlds. A seed determines world and query; it is printed if the two disagree.
 *
 *   candidate_search_test [FIRST COUNT]    uses other seeds
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <time.h>

#include "candidate_translation.h"
#include "suite.h"

enum { SEEDS = 100000, SECONDS = 60 };

static uint64_t state;

static int dice(int sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int)((state >> 11) % (uint64_t)sides);
}

/* Starts the random numbers of a seed. */
static void shake(uint64_t seed)
{
    state = seed * 0x9e3779b97f4a7c15u + 1;
    for (int i = 0; i < 10; i++)
        dice(2);
}

static struct keys expected, found;
static uint64_t first_seed = 1;
static uint64_t seed_count = SEEDS;

static void compare(uint64_t seed, const char *how)
{
    qsort(found.keys, (size_t)found.count, KEY, key_compare);
    for (int i = 0; i < expected.count || i < found.count; i++) {
        const char *wanted = i < expected.count ? expected.keys[i] : "(none)";
        const char *got = i < found.count ? found.keys[i] : "(none)";
        ck_assert_msg(strcmp(wanted, got) == 0, "seed %llu, %s: expected %s, found %s",
                      (unsigned long long)seed, how, wanted, got);
    }
}

START_TEST(finds_what_trying_everything_finds)
{
    uint64_t candidates = 0, fruitful = 0, seed = first_seed;
    time_t end = time(NULL) + SECONDS;
    for (; seed < first_seed + seed_count && time(NULL) < end; seed++) {
        struct scene scene;
        struct world world;
        struct search_query query;
        struct search search;
        struct budget budget = {0};
        shake(seed);
        make_scene(&scene);
        refer(&scene, &expected);
        arena_reset(&arena);
        make_world(&scene, &world);
        make_query(&scene, &query);
        search_begin(&search, &arena, &world, &query, &budget);
        found.count = 0;
        search_depth_first(&scene, &search, &found);
        compare(seed, "depth first");
        found.count = 0;
        search_in_turns(&scene, &search, &found);
        compare(seed, "in turns");
        candidates += (uint64_t)expected.count;
        fruitful += expected.count > 0;
    }
    printf("%llu worlds, %llu with candidates, %llu candidates\n",
           (unsigned long long)(seed - first_seed), (unsigned long long)fruitful,
           (unsigned long long)candidates);
    fflush(stdout);
    ck_assert_uint_gt(fruitful, (seed - first_seed) / 5);
}
END_TEST

/* Returns whether a group of a scene has candidates by itself. */
static bool matches_alone(const struct scene *scene, int wish)
{
    struct scene alone = *scene;
    alone.wishes[0] = scene->wishes[wish];
    alone.wish_count = 1;
    alone.subtree_count = 0;
    alone.isolate = alone.one_of_tree = false;
    refer(&alone, &expected);
    return expected.count > 0;
}

START_TEST(knows_whether_groups_match_alone)
{
    uint64_t matching = 0;
    for (uint64_t seed = first_seed; seed < first_seed + SEEDS / 10; seed++) {
        struct scene scene;
        struct world world;
        struct search_query query;
        struct budget budget = {0};
        bool all = true;
        shake(seed);
        make_scene(&scene);
        arena_reset(&arena);
        make_world(&scene, &world);
        make_query(&scene, &query);
        for (int i = 0; i < scene.wish_count; i++) {
            all = all && matches_alone(&scene, i);
            enum search_step step =
                search_groups_match(&arena, &world, &query, (size_t)i + 1, &budget);
            ck_assert_msg(step == (all ? SEARCH_FOUND : SEARCH_END), "seed %llu, %d groups",
                          (unsigned long long)seed, i + 1);
        }
        matching += all;
    }
    ck_assert_uint_gt(matching, SEEDS / 100);
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
    found.keys = calloc(KEYS, KEY);
    if (expected.keys == NULL || found.keys == NULL)
        return EXIT_FAILURE;
    TCase *test = tcase_create("candidate_search");
    tcase_add_test(test, finds_what_trying_everything_finds);
    tcase_add_test(test, knows_whether_groups_match_alone);
    int status = suite_run("candidate_search", test);
    arena_free(&arena);
    free(expected.keys);
    free(found.keys);
    return status;
}
