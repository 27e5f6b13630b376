/*
 * The candidate search in small worlds. The input replaces the random numbers that make world and
 * query; the search must find the same as a reference that tries everything.
 */
#include <config.h>

#include "../unit/candidate_translation.h"
#include "fuzz.h"

static const uint8_t *throws;
static size_t throw_count;

static int dice(int sides)
{
    if (throw_count == 0)
        return 0;
    throw_count--;
    return *throws++ % sides;
}

static struct keys expected, found;

static void compare(const char *how)
{
    qsort(found.keys, (size_t)found.count, KEY, key_compare);
    for (int i = 0; i < expected.count || i < found.count; i++) {
        const char *wanted = i < expected.count ? expected.keys[i] : "(none)";
        const char *got = i < found.count ? found.keys[i] : "(none)";
        if (strcmp(wanted, got) != 0) {
            fprintf(stderr, "%s: expected %s, found %s\n", how, wanted, got);
            abort();
        }
    }
}

/* Returns whether trying everything is fast enough: it takes the product of all choices. */
static bool is_small(const struct scene *scene)
{
    struct decision decisions[SLOTS];
    int count = make_decisions(scene, decisions);
    double ways = 1;
    while (count-- > 0)
        ways *= scene->provider_count;
    return ways <= 20000;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct scene scene;
    struct world world;
    struct search_query query;
    struct search search;
    struct budget budget = {0};
    if (expected.keys == NULL) {
        expected.keys = calloc(KEYS, KEY);
        found.keys = calloc(KEYS, KEY);
        require(expected.keys != NULL && found.keys != NULL);
    }
    begin_input();
    throws = bytes;
    throw_count = size;
    make_scene(&scene);
    if (!is_small(&scene))
        return 0;
    refer(&scene, &expected);
    make_world(&scene, &world);
    make_query(&scene, &query);
    search_begin(&search, &arena, &world, &query, &budget);
    found.count = 0;
    search_depth_first(&scene, &search, &found);
    compare("depth first");
    found.count = 0;
    search_in_turns(&scene, &search, &found);
    compare("in turns");
    return 0;
}
