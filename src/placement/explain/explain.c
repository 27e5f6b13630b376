/*
 * Makes the parts of an explanation one after the other, and shares the time among them.
 */
#include <config.h>

#include "placement/explain/explain.h"

#include "base/clock.h"
#include "placement/candidates/world_load.h"
#include "placement/explain/cause.h"
#include "placement/explain/subtree_places.h"

static const struct sql select_names = {"SELECT id, name FROM resource_providers ORDER BY id",
                                        "is"};
static const struct sql select_ties = {
    "SELECT aggregate_id, resource_provider_id FROM resource_provider_aggregates "
    "ORDER BY aggregate_id, resource_provider_id",
    "ii"};

/* The parts of the time that is left when they begin. */
#define LACKS_PART    0.3
#define BETWEEN_PART  0.3
#define SMALLEST_PART 0.5

struct explaining {
    const struct resolution *resolution;
    struct inquiry inquiry;
    struct budget budget; /* of the present part */
    uint64_t deadline;    /* of all */
    struct explanation *explanation;
};

/* Begins a part, which may take this part of the time that is left. */
static void begin_part(struct explaining *explaining, double part)
{
    uint64_t now = clock_microseconds();
    explaining->budget = (struct budget){0};
    if (explaining->deadline == 0)
        return;
    explaining->budget.deadline = now + 1;
    if (explaining->deadline > now)
        explaining->budget.deadline += (uint64_t)((double)(explaining->deadline - now) * part);
}

/* Returns whether there is time left. */
static bool has_time(const struct explaining *explaining)
{
    return explaining->deadline == 0 || clock_microseconds() < explaining->deadline;
}

static void end_part(struct explaining *explaining)
{
    if (budget_is_over(&explaining->budget))
        explaining->explanation->complete = false;
}

/* The parts. */

static enum outcome make_funnels(struct explaining *explaining)
{
    struct explanation *explanation = explaining->explanation;
    begin_part(explaining, 1);
    inquiry_begin(&explaining->inquiry, explaining->resolution, explaining->explanation->world,
                  &explaining->budget);
    explanation->group = explanation->funnel_count = explanation->request->group_count;
    explanation->funnels = arena_array(explaining->inquiry.arena, explanation->funnel_count,
                                       sizeof(*explanation->funnels));
    for (size_t i = 0; i < explanation->funnel_count; i++) {
        explanation->funnels[i] = funnel_of_group(&explaining->inquiry, i);
        enum explain_filter end = funnel_end(explanation->funnels[i]);
        if (end == FILTERS || explanation->filter != FILTERS)
            continue;
        explanation->filter = end;
        explanation->group = i;
    }
    explaining->inquiry.places = subtree_places(&explaining->inquiry, explanation->funnels);
    for (uint32_t i = 0; i < explanation->world->provider_count; i++)
        explanation->trees += explanation->world->providers[i].root == i;
    return budget_is_over(&explaining->budget) ? OUTCOME_TOO_LONG : OUTCOME_OK;
}

/* Tells what the trees lack for a group that do not satisfy it, although their roots are as
   root_required asks. A tree that shares is a pool, no host. */
static struct near_misses find_last_group(struct explaining *explaining, size_t group)
{
    const struct explanation *explanation = explaining->explanation;
    const struct inquiry *inquiry = &explaining->inquiry;
    const struct world *world = explanation->world;
    const struct sought sought = sought_of_group(inquiry, explanation->names, group);
    bool *among = arena_array(inquiry->arena, world->provider_count, sizeof(*among));
    near_group_trees(inquiry, explanation->funnels[group], among);
    for (uint32_t i = 0; i < world->provider_count; i++)
        among[i] = !among[i] && !world->providers[i].shares &&
                   membership_holds(&inquiry->query.root_traits, world_traits(world, i),
                                    world->trait_words);
    return near_misses_find(&sought, among);
}

/* Tells what the trees lack whose roots are as root_required asks, of the first group that some do
   not satisfy; and what the other roots lack, first if they are fewer. */
static void find_last_roots(struct explaining *explaining, const bool *trees)
{
    struct explanation *explanation = explaining->explanation;
    const struct inquiry *inquiry = &explaining->inquiry;
    struct near_misses of_group = {.count = 0};
    for (size_t i = 0; i < inquiry->query.group_count && of_group.count == 0; i++)
        of_group = find_last_group(explaining, i);
    explanation->misses = near_roots_find(inquiry, explanation->names, trees);
    if (explanation->misses.count > 0 && of_group.count > 0 &&
        explanation->misses.items[0].more < of_group.items[0].more) {
        near_misses_put_first(&of_group, &explanation->misses);
        explanation->misses = of_group;
        return;
    }
    near_misses_put_first(&explanation->misses, &of_group);
}

/* Tells what the trees lack that satisfy the group without suffix, but not with all traits on what
   is chosen. Those come first that have all of the group and another root. */
static void find_last_traits(struct explaining *explaining, size_t group, const bool *trees)
{
    struct explanation *explanation = explaining->explanation;
    const struct inquiry *inquiry = &explaining->inquiry;
    const struct sought sought = sought_of_group(inquiry, explanation->names, group);
    const struct near_misses roots =
        near_roots_find(inquiry, explanation->names, explanation->funnels[group]->fits);
    explanation->misses = near_misses_find(&sought, trees);
    near_misses_put_first(&explanation->misses, &roots);
}

/* Tells what the trees lack that pass all filters but the last. */
static void find_last(struct explaining *explaining, enum explain_filter filter, const bool *trees)
{
    struct explanation *explanation = explaining->explanation;
    const struct inquiry *inquiry = &explaining->inquiry;
    explanation->misses.count = 0;
    if (filter == FILTER_ROOT_REQUIRED)
        find_last_roots(explaining, trees);
    for (size_t i = 0; i < inquiry->query.group_count && filter == FILTER_TRAITS_TOGETHER; i++)
        if (!inquiry->query.groups[i].granular)
            find_last_traits(explaining, i, trees);
    near_misses_order(&explanation->misses);
    if (explanation->misses.count == 0)
        explanation->misses = near_misses_alike(inquiry, trees, filter_miss(filter));
}

static void pass_between(struct explaining *explaining, const struct relaxation *relaxation)
{
    struct explanation *explanation = explaining->explanation;
    uint32_t count = explanation->world->provider_count;
    bool *found = arena_array(explaining->inquiry.arena, count, sizeof(*found)), *before = NULL;
    begin_part(explaining, BETWEEN_PART);
    for (unsigned i = FILTER_SHARING; i < FILTERS && explanation->filter == FILTERS; i++) {
        struct between *between = &explanation->between[explanation->between_count];
        *between = (struct between){.filter = (enum explain_filter)i};
        if (!relaxation_applies(relaxation, between->filter))
            continue;
        enum search_step step =
            relaxation_trees(relaxation, between->filter, false, &between->trees, found);
        between->known = step != SEARCH_LATE;
        explanation->between_count++;
        if (step == SEARCH_LATE)
            break;
        if (step == SEARCH_END)
            explanation->filter = between->filter;
        if (step == SEARCH_END && before != NULL)
            find_last(explaining, between->filter, before);
        if (step == SEARCH_END)
            explanation->last = before;
        before = found;
        found = arena_array(explaining->inquiry.arena, count, sizeof(*found));
    }
    end_part(explaining);
}

/* Finds what each tree lacks, if there are no candidates. */
static void find_lacks(struct explaining *explaining)
{
    const struct explanation *explanation = explaining->explanation;
    if (explanation->candidates.found > 0 || explanation->candidates.more)
        return;
    begin_part(explaining, LACKS_PART);
    explaining->inquiry.lacks = near_lacks_find(&explaining->inquiry, explanation->names);
    end_part(explaining);
}

static void count_without(struct explaining *explaining)
{
    struct explanation *explanation = explaining->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    struct arena *arena = explaining->inquiry.arena;
    size_t count = constraints->count < WITHOUT_MOST ? constraints->count : WITHOUT_MOST;
    explanation->without = arena_array(arena, count, sizeof(*explanation->without));
    for (size_t i = 0; i < count && has_time(explaining); i++) {
        struct without *without = &explanation->without[explanation->without_count++];
        without->constraint = &constraints->items[i];
        without->asks =
            request_without(explanation->request, without->constraint, arena, &without->request);
        without->whole_group = without->request.group_count < explanation->request->group_count;
        if (!without->asks)
            continue;
        begin_part(explaining, 1.0 / (double)(count - i));
        candidates_count(explaining->resolution, &without->request, explanation->world,
                         &explaining->budget, &without->candidates);
        end_part(explaining);
    }
    if (explanation->without_count < constraints->count)
        explanation->complete = false;
    explaining->resolution->context->failure = (struct failure){OUTCOME_OK, NULL};
}

static void explain_nothing(struct explaining *explaining, const struct relaxation *relaxation)
{
    struct explanation *explanation = explaining->explanation;
    begin_part(explaining, SMALLEST_PART);
    explanation->impossible =
        impossible_sets_find(&explaining->inquiry, &explanation->constraints, relaxation);
    end_part(explaining);
    begin_part(explaining, 1);
    if (explanation->group < explanation->funnel_count) {
        const struct sought sought =
            sought_of_group(&explaining->inquiry, explanation->names, explanation->group);
        explanation->misses = near_misses_find(&sought, NULL);
    } else if (explanation->filter == FILTER_SHARING) {
        explanation->misses = near_groups_find(&explaining->inquiry, explanation->names);
    }
    if (budget_is_over(&explaining->budget)) /* they may be wrong */
        explanation->misses.count = 0;
    end_part(explaining);
}

enum outcome explanation_of(const struct resolution *resolution, const struct world *world,
                            const char *const *names, const struct ties *ties, uint64_t deadline,
                            struct explanation *explanation)
{
    struct arena *arena = resolution->context->arena;
    struct explaining explaining = {
        .resolution = resolution,
        .deadline = deadline,
        .explanation = explanation,
    };
    *explanation = (struct explanation){.request = resolution->request,
                                        .world = world,
                                        .names = names,
                                        .ties = ties != NULL ? *ties : (struct ties){.count = 0},
                                        .query = request_query_string(resolution->request, arena),
                                        .filter = FILTERS,
                                        .constraints = constraints_of(resolution->request, arena),
                                        .complete = true};
    begin_part(&explaining, BETWEEN_PART);
    TRY(candidates_count(resolution, resolution->request, world, &explaining.budget,
                         &explanation->candidates));
    end_part(&explaining);
    TRY(make_funnels(&explaining));
    const struct relaxation *relaxation =
        relaxation_new(&explaining.inquiry, &explanation->constraints, explanation->funnels);
    find_lacks(&explaining);
    pass_between(&explaining, relaxation);
    if (explanation->candidates.found == 0 && !explanation->candidates.more)
        explain_nothing(&explaining, relaxation);
    count_without(&explaining);
    begin_part(&explaining, 1);
    explanation->cause = cause_of(&explaining.inquiry, relaxation, explanation);
    return OUTCOME_OK;
}

/* Reading. */

struct reading {
    struct context *context;
    struct resolution resolution;
    struct world world;
    struct class_names classes;
    bool with_names;
    const char **names;
    struct tie *ties;
    size_t tie_count, tie_room;
};

static enum outcome add_name(void *subject, const struct value *row)
{
    struct reading *reading = subject;
    uint32_t provider = world_find(&reading->world, row[0].integer);
    if (provider != WORLD_NONE)
        reading->names[provider] = arena_strdup(reading->context->arena, row[1].text);
    return OUTCOME_OK;
}

static enum outcome add_tie(void *subject, const struct value *row)
{
    struct reading *reading = subject;
    uint32_t provider = world_find(&reading->world, row[1].integer);
    if (provider == WORLD_NONE)
        return OUTCOME_OK;
    reading->ties = arena_grow(reading->context->arena, reading->ties, reading->tie_count,
                               &reading->tie_room, sizeof(*reading->ties));
    reading->ties[reading->tie_count++] = (struct tie){row[0].integer, provider};
    return OUTCOME_OK;
}

/* Returns whether a request could be satisfied from several providers. */
static bool may_share(const struct candidate_request *request)
{
    size_t classes = 0;
    for (size_t i = 0; i < request->group_count; i++)
        classes += request->groups[i].resources.count;
    return classes > 1;
}

/* The body may run again. */
static enum outcome read(void *subject)
{
    struct reading *reading = subject;
    struct context *context = reading->context;
    resolution_begin(&reading->resolution, context, reading->resolution.request);
    TRY(world_load(context, &reading->resolution.names, NULL, &reading->world, &reading->classes));
    reading->ties = NULL;
    reading->tie_count = reading->tie_room = 0;
    if (may_share(reading->resolution.request))
        TRY(database_visit(context->database, &select_ties, NO_VALUES, add_tie, reading));
    if (!reading->with_names)
        return OUTCOME_OK;
    reading->names =
        arena_array(context->arena, reading->world.provider_count, sizeof(*reading->names));
    return database_visit(context->database, &select_names, NO_VALUES, add_name, reading);
}

/* Tells which names do not exist, if the database can. The reason of the refusal stays noted. */
static void tell_unknown(const struct resolution *resolution, struct unknown_names *unknown)
{
    const struct failure failure = resolution->context->failure;
    if (unknown_names_find(resolution, unknown) != OUTCOME_OK)
        *unknown = (struct unknown_names){NULL, false};
    resolution->context->failure = failure;
}

enum outcome explanation_make(struct context *context, const struct candidate_request *request,
                              bool with_names, struct explanation *explanation)
{
    struct reading *reading = arena_alloc(context->arena, sizeof(*reading));
    reading->context = context;
    reading->with_names = with_names;
    reading->resolution.request = request;
    TRY(database_snapshot(context->database, read, reading));
    uint64_t deadline = clock_microseconds() + context->settings->candidates_milliseconds * 1000;
    const struct ties ties = {reading->ties, reading->tie_count};
    enum outcome outcome = explanation_of(&reading->resolution, &reading->world, reading->names,
                                          &ties, deadline, explanation);
    if (outcome == OUTCOME_CLASS_NOT_FOUND || outcome == OUTCOME_TRAIT_NOT_FOUND)
        tell_unknown(&reading->resolution, &explanation->unknown);
    return outcome;
}
