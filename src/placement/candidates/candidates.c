/*
 * Resolves a request, loads the world, walks the search and tells the listener.
 */
#include <config.h>

#include "placement/candidates/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "base/sorted.h"
#include "placement/candidates/candidate_maker.h"
#include "placement/candidates/kept_names.h"
#include "placement/candidates/relevance.h"
#include "placement/candidates/resolve.h"
#include "placement/candidates/search.h"
#include "placement/candidates/summaries.h"
#include "placement/candidates/tree_selection.h"
#include "placement/candidates/world_load.h"
#include "placement/world/fence.h"

/* With a limit and a random order, the sample is taken from at most this many candidates. */
enum { SAMPLED_MOST = 100000 };

/* With a limit, the traits of this many times as many trees are read, and of some more. */
enum { TRAITS_FACTOR = 4, TRAITS_MORE = 64 };

/* A walk that takes turns finds up to this many candidates at once, of up to this many slots
   together. */
enum { BATCH_MOST = 64, BATCH_SLOTS = 1024 };

/* What was read at once, and the candidates that were found there. If they are too few, all of it
   is dropped and a larger portion is read: an answer shows one snapshot. */
struct portion {
    /* Read from the database before the search; reset for each attempt. */
    struct resolution resolution;
    struct world world;
    struct class_names classes;
    struct trait_names traits; /* empty if the client does not see them */
    const bool *described;     /* whose traits were read; NULL: of all, or the client sees none */

    struct search_query query;
    struct search search;
    struct candidate_maker *maker; /* NULL: nothing could be found */
    const bool *chosen;            /* the providers to summarize */
};

struct finder {
    struct context *context;
    const struct candidate_request *request;
    const struct candidate_listener *listener;
    struct tree_selection selection;
    struct arena_mark mark;  /* before the portion */
    struct portion *portion; /* NULL: none was read yet */
    bool complete;           /* read the whole world, with all usages */
    bool all_traits;         /* read those of all providers */

    struct budget budget;
    uint64_t providers; /* read */
    uint64_t found;     /* in the portion */
    bool enough;        /* as many as wanted */
    struct dead_end dead_end;

    /* Choices that are kept for a random order, one after the other. */
    uint32_t *kept;
    size_t kept_count, kept_room;
};

static enum outcome tell_candidate(struct finder *finder, const uint32_t *choice)
{
    const struct candidate_listener *listener = finder->listener;
    const struct candidate *candidate = candidate_make(finder->portion->maker, choice);
    if (!listener->candidate(listener->subject, candidate))
        return OUTCOME_TOO_MUCH;
    return budget_is_over(&finder->budget) ? OUTCOME_TOO_LONG : OUTCOME_OK;
}

/* Random order. */

static void keep_at(struct finder *finder, size_t place, const uint32_t *choice)
{
    size_t size = finder->portion->search.space.slot_count * sizeof(*choice);
    if (place == finder->kept_count) {
        finder->kept = arena_grow(finder->context->arena, finder->kept, finder->kept_count,
                                  &finder->kept_room, size);
        finder->kept_count++;
    }
    memcpy(finder->kept + place * finder->portion->search.space.slot_count, choice, size);
}

/* Keeps each candidate found so far with the same probability (reservoir sampling). */
static void keep(struct finder *finder, const uint32_t *choice)
{
    uint64_t limit = (uint64_t)finder->request->limit;
    if (limit == 0 || finder->kept_count < limit) {
        keep_at(finder, finder->kept_count, choice);
        return;
    }
    uint32_t place = arc4random_uniform((uint32_t)finder->found);
    if (place < limit)
        keep_at(finder, place, choice);
}

static enum outcome tell_kept(struct finder *finder)
{
    size_t slots = finder->portion->search.space.slot_count;
    uint32_t *choice = arena_array(finder->context->arena, slots, sizeof(*choice));
    for (size_t left = finder->kept_count; left > 0; left--) {
        size_t place = arc4random_uniform((uint32_t)left);
        memcpy(choice, finder->kept + place * slots, slots * sizeof(*choice));
        memmove(finder->kept + place * slots, finder->kept + (left - 1) * slots,
                slots * sizeof(*choice));
        TRY(tell_candidate(finder, choice));
    }
    return OUTCOME_OK;
}

/* The walks. */

/* Returns how many candidates to find. */
static uint64_t most_wanted(const struct finder *finder)
{
    const struct placement_settings *settings = finder->context->settings;
    uint64_t most = UINT64_MAX;
    if (settings->max_candidates >= 0)
        most = settings->max_candidates > 0 ? (uint64_t)settings->max_candidates : 1;
    uint64_t limit = (uint64_t)finder->request->limit;
    if (limit == 0)
        return most;
    if (settings->randomize_candidates)
        limit = limit > SAMPLED_MOST ? limit : SAMPLED_MOST;
    return limit < most ? limit : most;
}

/* Keeps or tells a candidate. */
static enum outcome take_candidate(struct finder *finder, const uint32_t *choice)
{
    finder->found++;
    finder->enough = finder->found >= most_wanted(finder);
    if (!finder->context->settings->randomize_candidates)
        return tell_candidate(finder, choice);
    keep(finder, choice);
    return OUTCOME_OK;
}

static enum outcome walk_depth_first(struct finder *finder)
{
    struct search *search = &finder->portion->search;
    struct search_walk walk = search_walk_from(search, finder->context->arena, 0);
    for (uint32_t i = 0; i < search->space.anchor_count; i++) {
        search_walk_restart(&walk, i);
        enum search_step step;
        while ((step = search_next(search, &walk)) == SEARCH_FOUND) {
            TRY(take_candidate(finder, search_choice(search)));
            if (finder->enough)
                return OUTCOME_OK;
        }
        if (step == SEARCH_LATE)
            return OUTCOME_TOO_LONG;
    }
    return OUTCOME_OK;
}

/* A walk that takes turns with others. It finds some candidates in advance, each time twice as
   many, because to change from one walk to another takes time. */
struct turn_taker {
    struct search_walk walk;
    uint32_t *choices; /* found in advance, one after the other */
    size_t count, next, room;
    bool ended;
};

static enum outcome find_batch(struct finder *finder, struct turn_taker *taker)
{
    struct search *search = &finder->portion->search;
    size_t slots = search->space.slot_count;
    bool again = taker->count > 0;
    taker->count = taker->next = 0;
    if (taker->room == 0 ||
        (again && taker->room < BATCH_MOST && taker->room * slots < BATCH_SLOTS)) {
        taker->room = taker->room > 0 ? taker->room * 2 : 1;
        taker->choices =
            arena_array(finder->context->arena, taker->room * slots, sizeof(*taker->choices));
    }
    while (taker->count < taker->room && !taker->ended) {
        enum search_step step = search_next(search, &taker->walk);
        if (step == SEARCH_LATE)
            return OUTCOME_TOO_LONG;
        taker->ended = step == SEARCH_END;
        if (!taker->ended)
            memcpy(taker->choices + taker->count++ * slots, search_choice(search),
                   slots * sizeof(*taker->choices));
    }
    return OUTCOME_OK;
}

/* Takes one more candidate. Sets *ended instead if there is none. */
static enum outcome take_turn(struct finder *finder, struct turn_taker *taker, bool *ended)
{
    if (taker->next == taker->count && !taker->ended)
        TRY(find_batch(finder, taker));
    *ended = taker->next == taker->count;
    if (*ended)
        return OUTCOME_OK;
    size_t slots = finder->portion->search.space.slot_count;
    return take_candidate(finder, taker->choices + taker->next++ * slots);
}

/* The turn takers that have more, in order. */
struct turn_takers {
    struct turn_taker *list;
    size_t count, room;
};

/* The first round: most anchors may have nothing, and a limit may end it early. */
static enum outcome begin_turns(struct finder *finder, struct turn_takers *takers)
{
    struct search *search = &finder->portion->search;
    struct arena *arena = finder->context->arena;
    struct turn_taker taker = {.walk = search_walk_from(search, arena, 0)};
    for (uint32_t i = 0; i < search->space.anchor_count && !finder->enough; i++) {
        bool ended;
        search_walk_restart(&taker.walk, i);
        taker.ended = false;
        TRY(take_turn(finder, &taker, &ended));
        if (ended)
            continue;
        takers->list =
            arena_grow(arena, takers->list, takers->count, &takers->room, sizeof(*takers->list));
        takers->list[takers->count++] = taker;
        taker = (struct turn_taker){.walk = search_walk_from(search, arena, 0)};
    }
    return OUTCOME_OK;
}

static enum outcome walk_breadth_first(struct finder *finder)
{
    struct turn_takers takers = {0};
    TRY(begin_turns(finder, &takers));
    while (takers.count > 0 && !finder->enough) {
        size_t kept = 0;
        for (size_t i = 0; i < takers.count && !finder->enough; i++) {
            bool ended;
            TRY(take_turn(finder, &takers.list[i], &ended));
            if (!ended)
                takers.list[kept++] = takers.list[i];
        }
        takers.count = kept;
    }
    return OUTCOME_OK;
}

/* Searches the portion. */
static enum outcome walk(struct finder *finder)
{
    const struct placement_settings *settings = finder->context->settings;
    struct arena *arena = finder->context->arena;
    struct portion *portion = finder->portion;
    search_begin(&portion->search, arena, &portion->world, &portion->query, &finder->budget);
    if (budget_is_over(&finder->budget))
        return OUTCOME_TOO_LONG;
    portion->maker = candidate_maker_new(&portion->search.space, finder->request,
                                         &portion->resolution.names.classes, arena);
    /* A sample must be of all hosts, even where it cannot be of all candidates. */
    bool breadth = settings->breadth_first_candidates ||
                   (settings->randomize_candidates && finder->request->limit > 0);
    TRY(breadth ? walk_breadth_first(finder) : walk_depth_first(finder));
    return settings->randomize_candidates ? tell_kept(finder) : OUTCOME_OK;
}

/* Reading. */

static void begin_selection(struct finder *finder)
{
    const struct placement_settings *settings = finder->context->settings;
    uint64_t most = most_wanted(finder);
    tree_selection_begin(&finder->selection, finder->context, finder->request,
                         most < UINT64_MAX ? most : 0,
                         !settings->randomize_candidates && !settings->breadth_first_candidates);
}

struct reading {
    struct finder *finder;
    struct tree_selection selection; /* of this attempt */
    bool first;                      /* nothing was read before */
    bool complete;
};

static enum outcome read_world(struct reading *reading)
{
    struct finder *finder = reading->finder;
    struct context *context = finder->context;
    struct portion *portion = finder->portion;
    struct vocabularies *names = &portion->resolution.names;
    if (reading->complete)
        tree_selection_all(&reading->selection);
    else
        TRY(tree_selection_read(&reading->selection));
    /* Nothing was found in many trees: likely nothing will be, and then all usages are needed. */
    if (reading->selection.roots == NULL && !reading->first && finder->found == 0)
        reading->complete = true;
    if (reading->selection.roots != NULL) {
        TRY(world_load_trees(context, names, finder->request, reading->selection.roots,
                             reading->selection.root_count, &portion->world, &portion->classes));
        if (vocabularies_exist(names))
            return OUTCOME_OK;
        tree_selection_all(&reading->selection);
        reading->complete = true;
        resolution_begin(&portion->resolution, context, finder->request);
    }
    return world_load(context, names, reading->complete ? NULL : finder->request, &portion->world,
                      &portion->classes);
}

/* Reads the traits that summaries may show. The search has not been yet, so these are of the trees
   where it can find something; and where a limit is likely to end it before, of the first of
   them. */
static enum outcome read_traits(struct finder *finder)
{
    struct context *context = finder->context;
    struct portion *portion = finder->portion;
    struct world *world = &portion->world;
    uint64_t most = most_wanted(finder);
    if (!finder->request->with_traits || !vocabularies_exist(&portion->resolution.names))
        return OUTCOME_OK;
    bool *wanted =
        relevance_find(finder->request, &portion->resolution.names, world, context->arena);
    if (finder->selection.in_order && most < UINT32_MAX)
        relevance_limit(world, wanted, most * TRAITS_FACTOR + TRAITS_MORE, context->arena);
    for (uint32_t i = 0; finder->all_traits && i < world->provider_count; i++)
        wanted[i] = true;
    portion->described = wanted;
    return world_traits_load(context, world, wanted, &portion->traits);
}

/* Reads a portion. */
static enum outcome read_portion(void *subject)
{
    struct reading *reading = subject;
    struct finder *finder = reading->finder;
    *finder->portion = (struct portion){0};
    reading->selection = finder->selection;
    reading->complete = finder->complete;
    resolution_begin(&finder->portion->resolution, finder->context, finder->request);
    TRY(read_world(reading));
    return read_traits(finder);
}

/* Takes the kept world, if it is current. */
static bool take_kept(struct finder *finder)
{
    struct context *context = finder->context;
    struct portion *portion = finder->portion;
    const struct world *world = kept_world_refresh(context);
    if (world == NULL)
        return false;
    portion->world = *world;
    resolution_begin(&portion->resolution, context, finder->request);
    kept_names_resolve(&context->kept->image, &portion->resolution.names, &portion->classes,
                       context->arena);
    if (finder->request->with_traits)
        kept_traits(&context->kept->image, &portion->traits, context->arena);
    tree_selection_all(&finder->selection);
    finder->complete = true;
    return true;
}

/* Reads a portion by SQL, or all from memory. */
static enum outcome read_next(struct finder *finder)
{
    struct reading reading = {.finder = finder, .first = finder->portion == NULL};
    arena_rewind(finder->context->arena, &finder->mark);
    finder->portion = arena_alloc(finder->context->arena, sizeof(*finder->portion));
    if (!reading.first || !take_kept(finder)) {
        TRY(database_snapshot(finder->context->database, read_portion, &reading));
        finder->selection = reading.selection;
        finder->complete = reading.complete;
    }
    finder->providers += finder->portion->world.provider_count;
    return OUTCOME_OK;
}

/* Reads a portion, searches it, and tells what is found. Holds no transaction while it searches. */
static enum outcome find_in_next(struct finder *finder)
{
    const struct candidate_listener *listener = finder->listener;
    bool hopeless;
    TRY(read_next(finder));
    finder->found = finder->kept_count = finder->kept_room = 0;
    finder->enough = false;
    if (finder->budget.deadline == 0)
        finder->budget.deadline =
            clock_microseconds() + finder->context->settings->candidates_milliseconds * 1000;
    TRY(resolution_query(&finder->portion->resolution, &finder->portion->world, &finder->budget,
                         &finder->portion->query, &hopeless));
    listener->begin(listener->subject);
    return hopeless ? OUTCOME_OK : walk(finder);
}

/* Chooses the providers to summarize. Returns whether their traits were read. */
static bool choose(const struct finder *finder)
{
    struct portion *portion = finder->portion;
    portion->chosen = summaries_choose(&portion->world, candidate_maker_named(portion->maker),
                                       !finder->request->one_of_tree, finder->context->arena);
    for (uint32_t i = 0; portion->described != NULL && i < portion->world.provider_count; i++)
        if (portion->chosen[i] && !portion->described[i])
            return false;
    return true;
}

/* Returns whether the portion has the answer. If not, says what to read instead. */
static bool is_complete(struct finder *finder)
{
    if (!finder->enough && !finder->selection.ended) {
        tree_selection_grow(&finder->selection);
        return false;
    }
    if (finder->found == 0 && !finder->portion->world.all_usages) {
        /* Where the search ended is to be said of the whole world. */
        finder->complete = true;
        return false;
    }
    if (finder->found > 0 && !choose(finder)) {
        finder->all_traits = true;
        return false;
    }
    return true;
}

static enum outcome find(struct finder *finder)
{
    const struct candidate_listener *listener = finder->listener;
    do
        TRY(find_in_next(finder));
    while (!is_complete(finder));
    struct portion *portion = finder->portion;
    listener->end_candidates(listener->subject);
    if (finder->found == 0) {
        finder->dead_end = dead_end_find(&portion->resolution, &portion->world, &finder->budget);
        return OUTCOME_OK;
    }
    const struct summaries summaries = {
        .world = &portion->world,
        .classes = &portion->classes,
        .traits = &portion->traits,
        .budget = &finder->budget,
        .listener = listener,
    };
    return summaries_tell(&summaries, portion->chosen, finder->context->arena);
}

enum outcome candidates_find(struct context *context, const struct candidate_request *request,
                             const struct candidate_listener *listener,
                             struct candidates_effort *effort)
{
    struct finder finder = {.context = context,
                            .request = request,
                            .listener = listener,
                            .mark = arena_mark(context->arena)};
    begin_selection(&finder);
    enum outcome outcome = find(&finder);
    *effort = (struct candidates_effort){
        .providers = finder.providers, .found = finder.found, .dead_end = finder.dead_end};
    return outcome;
}
