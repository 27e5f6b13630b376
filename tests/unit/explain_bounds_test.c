/*
 * Explanations of large and odd requests in worlds that make searches hard: each ends soon after
 * its deadline, and says whether it is complete.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>

#include "placement/explain/dead_end.h"
#include "placement/explain/explain.h"
#include "processor_time.h"
#include "suite.h"

enum {
    PROVIDERS_MOST = 2000,
    CLASSES = 6,
    TRAITS = 8,
    AGGREGATES = 2,
    GROUPS_MOST = 200,
    SUBTREES_MOST = 40,
    SEEDS = 100,
};

#define BOUND_SECONDS 0.05

static struct arena arena;
static uint64_t state;

static const char *class_names[] = {"CLASS_0", "CLASS_1", "CLASS_2",
                                    "CLASS_3", "CLASS_4", "CLASS_5"};
static const char *trait_names[] = {"CUSTOM_0", "CUSTOM_1", "CUSTOM_2",
                                    "CUSTOM_3", "CUSTOM_4", "CUSTOM_5",
                                    "CUSTOM_6", "CUSTOM_7", "MISC_SHARES_VIA_AGGREGATE"};
static const char *aggregate_names[] = {"aggregate-0", "aggregate-1"};
static int64_t ids[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static uint32_t dice(uint32_t sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % sides);
}

static bool chance(uint32_t percent)
{
    return dice(100) < percent;
}

/* Makes a random world of one shape: wide, deep, flat or many trees. */
static void make_world(struct world *world)
{
    static const uint32_t counts[] = {10, 100, 500, PROVIDERS_MOST};
    const struct world_interest interest = {TRAITS + 1, TRAITS, AGGREGATES};
    uint32_t count = counts[dice(4)], shape = dice(4);
    int32_t total = chance(50) ? 1 : 100;
    struct world_kin *kin = arena_array(&arena, count, sizeof(*kin));
    world_begin(world, &arena, &interest);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t parent = i == 0 || shape == 2 ? count
                          : shape == 0         ? 0
                          : shape == 1         ? i - 1
                          : chance(20)         ? count
                                               : dice(i);
        char uuid[WORLD_UUID];
        snprintf(uuid, sizeof(uuid), "provider-%u", i);
        world_add_provider(world, i + 1, uuid);
        kin[i].parent_id = parent == count ? 0 : parent + 1;
        kin[i].root_id = parent == count ? i + 1 : kin[parent].root_id;
    }
    world_link(world, kin);
    for (uint32_t i = 0; i < count; i++)
        for (int j = 1; j <= CLASSES; j++)
            if (chance(90))
                world_add_inventory(world, i + 1,
                                    &(struct world_inventory){.class_id = j,
                                                              .total = total,
                                                              .min_unit = 1,
                                                              .max_unit = total,
                                                              .step_size = 1,
                                                              .allocation_ratio = 1,
                                                              .capacity = total});
    world_sort_inventories(world);
    bool sharing = chance(30);
    for (uint32_t i = 0; i < count; i++) {
        for (size_t j = 0; j < TRAITS; j++)
            if (chance(50))
                world_add_trait(world, i + 1, j);
        if (sharing && chance(20))
            world_add_trait(world, i + 1, TRAITS);
        if (chance(80)) {
            world_add_aggregate(world, i + 1, i % AGGREGATES);
            world_add_member(world, 100 + i % AGGREGATES, i + 1);
        }
    }
    world_end(world);
}

static struct membership some_of(const char **names, uint32_t count, uint32_t percent)
{
    struct membership made = {.required = arena_array(&arena, count, sizeof(*made.required)),
                              .forbidden.names = arena_array(&arena, count, sizeof(char *))};
    for (uint32_t i = 0; i < count; i++) {
        if (chance(percent))
            made.required[made.required_count++] = (struct name_set){&names[i], 1};
        else if (chance(percent / 4))
            made.forbidden.names[made.forbidden.count++] = names[i];
    }
    return made;
}

static void make_request(struct candidate_request *request)
{
    static const uint32_t counts[] = {2, 6, 30, GROUPS_MOST};
    uint32_t count = counts[dice(4)], percent = chance(50) ? 3 : 20;
    uint32_t subtrees = chance(40) ? dice(SUBTREES_MOST) : 0;
    int64_t most = chance(50) ? 1 : 30;
    *request = (struct candidate_request){
        .groups = arena_array(&arena, count, sizeof(*request->groups)),
        .group_count = count,
        .subtrees = arena_array(&arena, subtrees, sizeof(*request->subtrees)),
        .subtree_count = subtrees,
        .isolate = chance(50),
        .one_of_tree = chance(10),
    };
    bool plain = chance(40);
    for (uint32_t i = 0; i < count; i++) {
        struct request_group *group = &request->groups[i];
        group->suffix = i == 0 && plain ? "" : arena_printf(&arena, "_%u", i);
        group->resources.items = arena_array(&arena, CLASSES, sizeof(*group->resources.items));
        group->resources.count = 1 + dice(i == 0 ? CLASSES : 2);
        for (uint32_t j = 0; j < group->resources.count; j++)
            group->resources.items[j] =
                (struct resource_amount){class_names[j], 1 + (int64_t)dice((uint32_t)most)};
        group->traits = some_of(trait_names, TRAITS, i == 0 ? 80 : percent);
        group->aggregates = some_of(aggregate_names, AGGREGATES, percent / 2);
    }
    for (uint32_t i = 0; i < subtrees; i++) {
        struct name_set *subtree = &request->subtrees[i];
        subtree->names = arena_array(&arena, count, sizeof(char *));
        for (uint32_t j = plain; j < count; j++)
            if (chance(50))
                subtree->names[subtree->count++] = request->groups[j].suffix;
        if (subtree->count == 0)
            subtree->names[subtree->count++] = request->groups[count - 1].suffix;
    }
}

static uint64_t deadline(void)
{
    return clock_microseconds() + (uint64_t)(BOUND_SECONDS * 1e6);
}

/* What is explained: a world and a request by a seed, and what became of it. */
struct sample {
    uint64_t seed;
    struct world world;
    struct candidate_request request;
    struct context context;
    struct resolution resolution;
    enum outcome outcome;
    struct explanation explanation;
};

static void make_sample(struct sample *sample)
{
    state = sample->seed * 0x9e3779b97f4a7c15u;
    arena_reset(&arena);
    make_world(&sample->world);
    make_request(&sample->request);
    sample->context = (struct context){.arena = &arena};
    sample->resolution = (struct resolution){
        .context = &sample->context,
        .request = &sample->request,
        .names = {.classes = {class_names, ids, CLASSES},
                  .traits = {trait_names, ids, TRAITS + 1},
                  .aggregates = {aggregate_names, ids, AGGREGATES},
                  .sharing_trait = TRAITS},
    };
}

static double explain_sample(void *subject)
{
    struct sample *sample = subject;
    make_sample(sample);
    double begun = processor_seconds();
    sample->outcome = explanation_of(&sample->resolution, &sample->world, NULL, NULL, deadline(),
                                     &sample->explanation);
    return processor_seconds() - begun;
}

static double find_dead_end(void *subject)
{
    struct sample *sample = subject;
    make_sample(sample);
    struct budget budget = {.deadline = deadline()};
    double begun = processor_seconds();
    dead_end_find(&sample->resolution, &sample->world, &budget);
    return processor_seconds() - begun;
}

START_TEST(no_explanation_exceeds_its_bound)
{
    const double bound = BOUND_SECONDS + OVERRUN_SECONDS;
    int incomplete = 0, late = 0, fruitful = 0;
    double worst = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sample sample = {.seed = seed};
        double used = least_processor_seconds(explain_sample, &sample, bound);
        worst = used > worst ? used : worst;
        ck_assert_msg(used < bound, "seed %d: %.3f s", (int)seed, used);
        ck_assert(sample.outcome == OUTCOME_OK || sample.outcome == OUTCOME_TOO_LONG);
        late += sample.outcome == OUTCOME_TOO_LONG;
        if (sample.outcome == OUTCOME_OK) {
            incomplete += !sample.explanation.complete;
            fruitful += sample.explanation.candidates.found > 0;
            ck_assert_ptr_nonnull(sample.explanation.cause);
        }
        used = least_processor_seconds(find_dead_end, &sample, bound);
        ck_assert_msg(used < bound, "seed %d, dead end: %.3f s", (int)seed, used);
    }
    printf("%d explanations, %d incomplete, %d too late, %d of candidates, at most %.3f s\n", SEEDS,
           incomplete, late, fruitful, worst);
    fflush(stdout);
    ck_assert_int_gt(incomplete, 0);
    ck_assert_int_gt(fruitful, 0);
}
END_TEST

int main(void)
{
    arena_init(&arena, 0);
    TCase *test = tcase_create("explain_bounds");
    tcase_add_test(test, no_explanation_exceeds_its_bound);
    int status = suite_run("explain_bounds", test);
    arena_free(&arena);
    return status;
}
