/*
 * Resolves a request, loads the world, walks the search and tells the listener.
 */
#include <config.h>

#include "placement/candidates/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "placement/candidates/resolve.h"
#include "placement/candidates/search.h"
#include "placement/candidates/world_load.h"

/* With a limit and a random order, the sample is taken from at most this many candidates. */
enum { SAMPLED_MOST = 100000 };

struct finder {
    struct context *context;
    const struct candidate_request *request;
    const struct candidate_listener *listener;
    uint64_t deadline;

    /* Reset for each attempt. */
    struct resolution resolution;
    struct world world;
    struct class_names classes;
    struct search_query query;
    struct search search;
    uint64_t found;
    bool enough; /* as many as wanted */
    bool *named; /* for each provider: a candidate takes something of it */

    /* The current candidate. */
    struct candidate_share *shares;
    struct candidate_mapping *mappings;

    /* Choices that are kept for a random order, one after the other. */
    uint32_t *kept;
    size_t kept_count, kept_room;
};

/* One candidate. */

static const char *class_name_of(const struct finder *finder, int64_t class_id)
{
    const struct vocabulary *classes = &finder->resolution.names.classes;
    size_t i = 0;
    while (classes->ids[i] != class_id)
        i++;
    return classes->names[i];
}

/* Adds an amount to the provider's shares, which begin at from. */
static void add_share(const struct finder *finder, struct candidate *candidate, size_t from,
                      uint32_t provider, const struct search_demand *demand)
{
    const char *class_name = class_name_of(finder, demand->class_id);
    for (size_t i = from; i < candidate->share_count; i++) {
        if (finder->shares[i].class_name == class_name) {
            finder->shares[i].amount += demand->amount;
            return;
        }
    }
    finder->shares[candidate->share_count++] = (struct candidate_share){
        finder->world.providers[provider].uuid, class_name, demand->amount};
}

static bool is_first_of(const uint32_t *choice, size_t slot)
{
    for (size_t i = 0; i < slot; i++)
        if (choice[i] == choice[slot])
            return false;
    return true;
}

static void gather_shares(struct finder *finder, const uint32_t *choice,
                          struct candidate *candidate)
{
    const struct search_space *space = &finder->search.space;
    for (size_t i = 0; i < space->slot_count; i++) {
        if (!is_first_of(choice, i))
            continue;
        size_t from = candidate->share_count;
        for (size_t j = i; j < space->slot_count; j++)
            for (size_t k = 0; choice[j] == choice[i] && k < space->slots[j].demand_count; k++)
                add_share(finder, candidate, from, choice[i], &space->slots[j].demands[k]);
        if (candidate->share_count > from)
            finder->named[choice[i]] = true;
    }
}

static void gather_mappings(struct finder *finder, const uint32_t *choice)
{
    const struct search_space *space = &finder->search.space;
    for (size_t i = 0; i < finder->request->group_count; i++)
        finder->mappings[i].count = 0;
    for (size_t i = 0; i < space->slot_count; i++) {
        struct candidate_mapping *mapping = &finder->mappings[space->slots[i].group];
        const char *uuid = finder->world.providers[choice[i]].uuid;
        size_t j = 0;
        while (j < mapping->count && mapping->provider_uuids[j] != uuid)
            j++;
        if (j == mapping->count)
            mapping->provider_uuids[mapping->count++] = uuid;
    }
}

static enum outcome tell_candidate(struct finder *finder, const uint32_t *choice)
{
    struct candidate candidate = {.shares = finder->shares,
                                  .mappings = finder->mappings,
                                  .mapping_count = finder->request->group_count};
    gather_shares(finder, choice, &candidate);
    gather_mappings(finder, choice);
    return finder->listener->candidate(finder->listener->subject, &candidate) ? OUTCOME_OK
                                                                              : OUTCOME_TOO_MUCH;
}

static void prepare_candidate(struct finder *finder)
{
    struct arena *arena = finder->context->arena;
    const struct candidate_request *request = finder->request;
    size_t demands = 0;
    finder->mappings = arena_array(arena, request->group_count, sizeof(*finder->mappings));
    for (size_t i = 0; i < request->group_count; i++) {
        size_t most = request->groups[i].resources.count;
        demands += most;
        finder->mappings[i] = (struct candidate_mapping){
            .suffix = request->groups[i].suffix,
            .provider_uuids = arena_array(arena, most > 0 ? most : 1, sizeof(char *)),
        };
    }
    finder->shares = arena_array(arena, demands, sizeof(*finder->shares));
}

/* Random order. */

static void keep_at(struct finder *finder, size_t place, const uint32_t *choice)
{
    size_t size = finder->search.space.slot_count * sizeof(*choice);
    if (place == finder->kept_count) {
        finder->kept = arena_grow(finder->context->arena, finder->kept, finder->kept_count,
                                  &finder->kept_room, size);
        finder->kept_count++;
    }
    memcpy(finder->kept + place * finder->search.space.slot_count, choice, size);
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
    size_t slots = finder->search.space.slot_count;
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

/* Keeps or tells the candidate that the search has found. */
static enum outcome take_candidate(struct finder *finder)
{
    const uint32_t *choice = search_choice(&finder->search);
    finder->found++;
    finder->enough = finder->found >= most_wanted(finder);
    if (!finder->context->settings->randomize_candidates)
        return tell_candidate(finder, choice);
    keep(finder, choice);
    return OUTCOME_OK;
}

static enum outcome walk_depth_first(struct finder *finder)
{
    struct search *search = &finder->search;
    struct search_walk walk = search_walk_from(search, finder->context->arena, 0);
    for (uint32_t i = 0; i < search->space.anchor_count; i++) {
        search_walk_restart(&walk, i);
        enum search_step step;
        while ((step = search_next(search, &walk)) == SEARCH_FOUND) {
            TRY(take_candidate(finder));
            if (finder->enough)
                return OUTCOME_OK;
        }
        if (step == SEARCH_LATE)
            return OUTCOME_TOO_LONG;
    }
    return OUTCOME_OK;
}

static enum outcome walk_breadth_first(struct finder *finder)
{
    struct search *search = &finder->search;
    struct arena *arena = finder->context->arena;
    uint32_t left = search->space.anchor_count;
    struct search_walk *walks = arena_array(arena, left, sizeof(*walks));
    for (uint32_t i = 0; i < left; i++)
        walks[i] = search_walk_from(search, arena, i);
    while (left > 0) {
        uint32_t kept = 0;
        for (uint32_t i = 0; i < left; i++) {
            enum search_step step = search_next(search, &walks[i]);
            if (step == SEARCH_LATE)
                return OUTCOME_TOO_LONG;
            if (step == SEARCH_END)
                continue;
            TRY(take_candidate(finder));
            if (finder->enough)
                return OUTCOME_OK;
            walks[kept++] = walks[i];
        }
        left = kept;
    }
    return OUTCOME_OK;
}

static enum outcome walk(struct finder *finder)
{
    const struct placement_settings *settings = finder->context->settings;
    search_begin(&finder->search, finder->context->arena, &finder->world, &finder->query);
    finder->search.deadline = finder->deadline;
    /* A sample must be of all hosts, even where it cannot be of all candidates. */
    bool breadth = settings->breadth_first_candidates ||
                   (settings->randomize_candidates && finder->request->limit > 0);
    TRY(breadth ? walk_breadth_first(finder) : walk_depth_first(finder));
    return settings->randomize_candidates ? tell_kept(finder) : OUTCOME_OK;
}

/* Summaries. */

/* Returns, for each provider, whether to summarize it. */
static bool *find_summarized(const struct finder *finder)
{
    const struct world *world = &finder->world;
    struct arena *arena = finder->context->arena;
    bool *wanted = arena_array(arena, world->provider_count, sizeof(*wanted));
    bool *trees = arena_array(arena, world->provider_count, sizeof(*trees));
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (finder->named[i])
            trees[world->providers[i].root] = wanted[i] = true;
    for (uint32_t i = 0; !finder->request->one_of_tree && i < world->provider_count; i++)
        wanted[i] = world->providers[i].root != WORLD_NONE && trees[world->providers[i].root];
    return wanted;
}

static enum outcome summarize_provider(const struct finder *finder, uint32_t number,
                                       const struct trait_names *traits,
                                       struct summary_resource *resources)
{
    const struct world *world = &finder->world;
    const struct world_provider *provider = &world->providers[number];
    struct provider_summary summary = {
        .uuid = provider->uuid,
        .root_uuid = world->providers[provider->root].uuid,
        .resources = resources,
        .traits = traits->names + traits->first[number],
        .trait_count = traits->first[number + 1] - traits->first[number],
    };
    if (provider->parent != WORLD_NONE)
        summary.parent_uuid = world->providers[provider->parent].uuid;
    for (uint32_t i = 0; i < provider->inventory_count; i++) {
        const struct world_inventory *inventory =
            &world->inventories[provider->first_inventory + i];
        const char *class_name = class_name_find(&finder->classes, inventory->class_id);
        if (class_name != NULL) /* always, unless rows are damaged */
            resources[summary.resource_count++] = (struct summary_resource){
                .class_name = class_name, .capacity = inventory->capacity, .used = inventory->used};
    }
    return finder->listener->summary(finder->listener->subject, &summary) ? OUTCOME_OK
                                                                          : OUTCOME_TOO_MUCH;
}

static enum outcome summarize(struct finder *finder)
{
    struct world *world = &finder->world;
    const bool *wanted = find_summarized(finder);
    struct trait_names traits;
    uint32_t most = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (world->providers[i].inventory_count > most)
            most = world->providers[i].inventory_count;
    struct summary_resource *resources =
        arena_array(finder->context->arena, most, sizeof(*resources));
    TRY(world_traits_load(finder->context, world, wanted, &traits));
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (wanted[i])
            TRY(summarize_provider(finder, i, &traits, resources));
    return OUTCOME_OK;
}

/* One attempt: the transaction may run it again. */
static enum outcome find(void *subject)
{
    struct finder *finder = subject;
    struct context *context = finder->context;
    const struct candidate_listener *listener = finder->listener;
    bool hopeless;
    finder->found = finder->kept_count = finder->kept_room = 0;
    finder->enough = false;
    listener->begin(listener->subject);
    resolution_begin(&finder->resolution, context, finder->request);
    TRY(world_load(context, &finder->resolution.names, &finder->world, &finder->classes));
    TRY(resolution_query(&finder->resolution, &finder->world, &finder->query, &hopeless));
    prepare_candidate(finder);
    finder->named = arena_array(context->arena, finder->world.provider_count, sizeof(bool));
    enum outcome outcome = hopeless ? OUTCOME_OK : walk(finder);
    listener->end_candidates(listener->subject);
    if (outcome == OUTCOME_OK && finder->found > 0)
        outcome = summarize(finder);
    return outcome;
}

enum outcome candidates_find(struct context *context, const struct candidate_request *request,
                             const struct candidate_listener *listener,
                             struct candidates_effort *effort)
{
    struct finder finder = {.context = context, .request = request, .listener = listener};
    finder.deadline = clock_microseconds() + context->settings->candidates_milliseconds * 1000;
    enum outcome outcome = database_snapshot(context->database, find, &finder);
    *effort =
        (struct candidates_effort){.providers = finder.world.provider_count, .found = finder.found};
    return outcome;
}
