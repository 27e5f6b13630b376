/*
 * From a request to what the listener is told.
 */
#include <config.h>

#include "placement/candidates/candidates.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "placement/candidates/resolve.h"
#include "placement/candidates/search.h"
#include "placement/candidates/world_load.h"
#include "placement/names.h"

/* Of so many at most a sample is taken, where there is a limit. */
enum { SAMPLED_MOST = 100000 };

struct finding {
    struct context *context;
    const struct candidate_request *request;
    const struct candidate_listener *listener;
    uint64_t deadline;

    /* Of one attempt: */
    struct resolution resolution;
    struct world world;
    struct search_query query;
    struct search search;
    uint64_t found;
    bool enough; /* no more are wanted */
    bool *named; /* of each provider: a candidate takes something of it */

    /* The candidate at hand. */
    struct candidate_share *shares;
    struct candidate_mapping *mappings;

    /* Those that are kept, for a random order. */
    uint32_t *kept;
    size_t kept_count, kept_room;
};

static uint64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* One candidate. */

static const char *class_name_of(const struct finding *finding, int64_t class_id)
{
    const struct vocabulary *classes = &finding->resolution.classes;
    size_t i = 0;
    while (classes->ids[i] != class_id)
        i++;
    return classes->names[i];
}

/* Adds an amount to the shares of the provider, which begin at from. */
static void add_share(const struct finding *finding, struct candidate *candidate, size_t from,
                      uint32_t provider, const struct search_demand *demand)
{
    const char *class_name = class_name_of(finding, demand->class_id);
    for (size_t i = from; i < candidate->share_count; i++) {
        if (finding->shares[i].class_name == class_name) {
            finding->shares[i].amount += demand->amount;
            return;
        }
    }
    finding->shares[candidate->share_count++] = (struct candidate_share){
        finding->world.providers[provider].uuid, class_name, demand->amount};
}

static bool is_first_of(const uint32_t *choice, size_t slot)
{
    for (size_t i = 0; i < slot; i++)
        if (choice[i] == choice[slot])
            return false;
    return true;
}

static void gather_shares(struct finding *finding, const uint32_t *choice,
                          struct candidate *candidate)
{
    const struct search_space *space = &finding->search.space;
    for (size_t i = 0; i < space->slot_count; i++) {
        if (!is_first_of(choice, i))
            continue;
        size_t from = candidate->share_count;
        for (size_t j = i; j < space->slot_count; j++)
            for (size_t k = 0; choice[j] == choice[i] && k < space->slots[j].demand_count; k++)
                add_share(finding, candidate, from, choice[i], &space->slots[j].demands[k]);
        if (candidate->share_count > from)
            finding->named[choice[i]] = true;
    }
}

static void gather_mappings(struct finding *finding, const uint32_t *choice)
{
    const struct search_space *space = &finding->search.space;
    for (size_t i = 0; i < finding->request->group_count; i++)
        finding->mappings[i].count = 0;
    for (size_t i = 0; i < space->slot_count; i++) {
        struct candidate_mapping *mapping = &finding->mappings[space->slots[i].group];
        const char *uuid = finding->world.providers[choice[i]].uuid;
        size_t j = 0;
        while (j < mapping->count && mapping->provider_uuids[j] != uuid)
            j++;
        if (j == mapping->count)
            mapping->provider_uuids[mapping->count++] = uuid;
    }
}

static enum outcome tell(struct finding *finding, const uint32_t *choice)
{
    struct candidate candidate = {.shares = finding->shares,
                                  .mappings = finding->mappings,
                                  .mapping_count = finding->request->group_count};
    gather_shares(finding, choice, &candidate);
    gather_mappings(finding, choice);
    return finding->listener->candidate(finding->listener->subject, &candidate) ? OUTCOME_OK
                                                                                : OUTCOME_TOO_MUCH;
}

static void prepare_candidate(struct finding *finding)
{
    struct arena *arena = finding->context->arena;
    const struct candidate_request *request = finding->request;
    size_t demands = 0;
    finding->mappings = arena_array(arena, request->group_count, sizeof(*finding->mappings));
    for (size_t i = 0; i < request->group_count; i++) {
        size_t most = request->groups[i].resources.count;
        demands += most;
        finding->mappings[i] = (struct candidate_mapping){
            .suffix = request->groups[i].suffix,
            .provider_uuids = arena_array(arena, most > 0 ? most : 1, sizeof(char *)),
        };
    }
    finding->shares = arena_array(arena, demands, sizeof(*finding->shares));
}

/* Random order. */

static void keep_at(struct finding *finding, size_t place, const uint32_t *choice)
{
    size_t slots = finding->search.space.slot_count;
    if (finding->kept_count == finding->kept_room && place == finding->kept_count) {
        size_t room = finding->kept_room == 0 ? 64 : finding->kept_room * 2;
        uint32_t *kept = arena_array(finding->context->arena, room * slots, sizeof(*kept));
        if (finding->kept_count > 0)
            memcpy(kept, finding->kept, finding->kept_count * slots * sizeof(*kept));
        finding->kept = kept;
        finding->kept_room = room;
    }
    memcpy(finding->kept + place * slots, choice, slots * sizeof(*choice));
    if (place == finding->kept_count)
        finding->kept_count++;
}

/* Keeps each of those found so far with the same probability (reservoir sampling). */
static void keep(struct finding *finding, const uint32_t *choice)
{
    uint64_t limit = (uint64_t)finding->request->limit;
    if (limit == 0 || finding->kept_count < limit) {
        keep_at(finding, finding->kept_count, choice);
        return;
    }
    uint32_t place = arc4random_uniform((uint32_t)finding->found);
    if (place < limit)
        keep_at(finding, place, choice);
}

static enum outcome tell_kept(struct finding *finding)
{
    size_t slots = finding->search.space.slot_count;
    uint32_t *choice = arena_array(finding->context->arena, slots, sizeof(*choice));
    enum outcome outcome = OUTCOME_OK;
    for (size_t left = finding->kept_count; outcome == OUTCOME_OK && left > 0; left--) {
        size_t place = arc4random_uniform((uint32_t)left);
        memcpy(choice, finding->kept + place * slots, slots * sizeof(*choice));
        memmove(finding->kept + place * slots, finding->kept + (left - 1) * slots,
                slots * sizeof(*choice));
        outcome = tell(finding, choice);
    }
    return outcome;
}

/* The walks. */

static uint64_t most_wanted(const struct finding *finding)
{
    const struct placement_settings *settings = finding->context->settings;
    uint64_t most = UINT64_MAX;
    if (settings->max_candidates >= 0)
        most = settings->max_candidates > 0 ? (uint64_t)settings->max_candidates : 1;
    uint64_t limit = (uint64_t)finding->request->limit;
    if (limit == 0)
        return most;
    if (settings->randomize_candidates)
        limit = limit > SAMPLED_MOST ? limit : SAMPLED_MOST;
    return limit < most ? limit : most;
}

/* Takes a candidate that was found. */
static enum outcome take(struct finding *finding)
{
    enum outcome outcome = OUTCOME_OK;
    finding->found++;
    if (finding->context->settings->randomize_candidates)
        keep(finding, search_choice(&finding->search));
    else
        outcome = tell(finding, search_choice(&finding->search));
    finding->enough = finding->found >= most_wanted(finding);
    return outcome;
}

static enum outcome walk_depth_first(struct finding *finding)
{
    struct search *search = &finding->search;
    struct search_walk walk = search_walk_from(search, finding->context->arena, 0);
    for (uint32_t i = 0; i < search->space.anchor_count; i++) {
        search_walk_restart(&walk, i);
        enum search_step step;
        while ((step = search_next(search, &walk)) == SEARCH_FOUND) {
            enum outcome outcome = take(finding);
            if (outcome != OUTCOME_OK || finding->enough)
                return outcome;
        }
        if (step == SEARCH_LATE)
            return OUTCOME_TOO_LONG;
    }
    return OUTCOME_OK;
}

static enum outcome walk_breadth_first(struct finding *finding)
{
    struct search *search = &finding->search;
    struct arena *arena = finding->context->arena;
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
            enum outcome outcome = take(finding);
            if (outcome != OUTCOME_OK || finding->enough)
                return outcome;
            walks[kept++] = walks[i];
        }
        left = kept;
    }
    return OUTCOME_OK;
}

static enum outcome walk(struct finding *finding)
{
    const struct placement_settings *settings = finding->context->settings;
    search_begin(&finding->search, finding->context->arena, &finding->world, &finding->query);
    finding->search.deadline = finding->deadline;
    /* A sample is to be of all hosts, also where it cannot be of all candidates. */
    bool breadth = settings->breadth_first_candidates ||
                   (settings->randomize_candidates && finding->request->limit > 0);
    enum outcome outcome = breadth ? walk_breadth_first(finding) : walk_depth_first(finding);
    if (outcome == OUTCOME_OK && settings->randomize_candidates)
        outcome = tell_kept(finding);
    return outcome;
}

/* Summaries. */

/* Which providers are summarized. */
static bool *summarized(const struct finding *finding)
{
    const struct world *world = &finding->world;
    struct arena *arena = finding->context->arena;
    bool *wanted = arena_array(arena, world->provider_count, sizeof(*wanted));
    bool *trees = arena_array(arena, world->provider_count, sizeof(*trees));
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (finding->named[i])
            trees[world->providers[i].root] = wanted[i] = true;
    for (uint32_t i = 0; !finding->request->one_of_tree && i < world->provider_count; i++)
        wanted[i] = world->providers[i].root != WORLD_NONE && trees[world->providers[i].root];
    return wanted;
}

static enum outcome summarize_provider(const struct finding *finding, uint32_t number,
                                       const struct trait_names *traits,
                                       struct summary_resource *resources)
{
    const struct world *world = &finding->world;
    const struct world_provider *provider = &world->providers[number];
    struct provider_summary summary = {
        .uuid = provider->uuid,
        .root_uuid = world->providers[provider->root].uuid,
        .resources = resources,
        .resource_count = provider->inventory_count,
        .traits = traits->names + traits->first[number],
        .trait_count = traits->first[number + 1] - traits->first[number],
    };
    if (provider->parent != WORLD_NONE)
        summary.parent_uuid = world->providers[provider->parent].uuid;
    for (uint32_t i = 0; i < provider->inventory_count; i++) {
        const struct world_inventory *inventory =
            &world->inventories[provider->first_inventory + i];
        resources[i] =
            (struct summary_resource){.capacity = inventory->capacity, .used = inventory->used};
        enum outcome outcome = names_from_id(finding->context, NAME_RESOURCE_CLASS,
                                             inventory->class_id, &resources[i].class_name);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    return finding->listener->summary(finding->listener->subject, &summary) ? OUTCOME_OK
                                                                            : OUTCOME_TOO_MUCH;
}

static enum outcome summarize(struct finding *finding)
{
    struct world *world = &finding->world;
    const bool *wanted = summarized(finding);
    struct trait_names traits;
    uint32_t most = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (world->providers[i].inventory_count > most)
            most = world->providers[i].inventory_count;
    struct summary_resource *resources =
        arena_array(finding->context->arena, most, sizeof(*resources));
    enum outcome outcome = world_traits_load(finding->context, world, wanted, &traits);
    for (uint32_t i = 0; outcome == OUTCOME_OK && i < world->provider_count; i++)
        if (wanted[i])
            outcome = summarize_provider(finding, i, &traits, resources);
    return outcome;
}

static enum outcome find(void *subject)
{
    struct finding *finding = subject;
    struct context *context = finding->context;
    const struct candidate_listener *listener = finding->listener;
    bool hopeless;
    finding->found = finding->kept_count = finding->kept_room = 0;
    finding->enough = false;
    listener->begin(listener->subject);
    enum outcome outcome = resolution_begin(&finding->resolution, context, finding->request);
    struct world_interest interest = resolution_interest(&finding->resolution);
    if (outcome == OUTCOME_OK)
        outcome = world_load(context, &interest, &finding->world);
    if (outcome == OUTCOME_OK)
        outcome =
            resolution_query(&finding->resolution, &finding->world, &finding->query, &hopeless);
    if (outcome != OUTCOME_OK)
        return outcome;
    prepare_candidate(finding);
    finding->named = arena_array(context->arena, finding->world.provider_count, sizeof(bool));
    if (!hopeless)
        outcome = walk(finding);
    listener->end_candidates(listener->subject);
    if (outcome == OUTCOME_OK && finding->found > 0)
        outcome = summarize(finding);
    return outcome;
}

enum outcome candidates_find(struct context *context, const struct candidate_request *request,
                             const struct candidate_listener *listener,
                             struct candidates_effort *effort)
{
    struct finding finding = {.context = context, .request = request, .listener = listener};
    finding.deadline = clock_now() + context->settings->candidates_milliseconds * 1000;
    enum outcome outcome = database_snapshot(context->database, find, &finding);
    *effort = (struct candidates_effort){.providers = finding.world.provider_count,
                                         .found = finding.found};
    return outcome;
}
