/*
 * Groups the slots of a choice by provider, and adds up what they take of a class.
 */
#include <config.h>

#include "placement/candidates/candidate_maker.h"

#include "base/sorted.h"

/* What making and writing costs, at most, in units of the budget. */
enum { SHARE_UNITS = 32, SLOT_UNITS = 32 };

struct candidate_maker {
    const struct search_space *space;
    const struct vocabulary *classes;
    struct candidate candidate;
    struct candidate_share *shares;
    struct candidate_mapping *mappings;
    size_t *class_numbers; /* for each demand, slot by slot: its place in the vocabulary */
    size_t *first_numbers; /* for each slot: the first of its demands there */
    bool *named;           /* for each provider */
    size_t work;           /* the cost of a candidate */

    /* Marks are turns: what was marked in an earlier turn is not marked. */
    uint64_t turn;
    uint64_t *provider_marks; /* for each place: the candidate that it was met in */
    uint32_t *last_slots;     /* for each place that was met: its last slot so far */
    uint64_t *mapped_marks;   /* for each place: the candidate that maps the unsuffixed group to
                                 it */
    uint32_t *firsts;         /* for each provider that was met, in order: its first slot */
    uint32_t *next_slots;     /* for each slot: the next one of the same provider; 0: none */
    uint64_t *class_marks;    /* for each class: the provider, as a turn, that has a share of it */
    size_t *class_shares;     /* for each class: this share */
};

/* A class by its id. */
struct numbered {
    int64_t id;
    size_t number;
};

static int numbered_compare(const void *left, const void *right)
{
    return int64_compare(&((const struct numbered *)left)->id,
                         &((const struct numbered *)right)->id);
}

static void number_classes(struct candidate_maker *maker, struct arena *arena)
{
    const struct search_space *space = maker->space;
    const struct vocabulary *classes = maker->classes;
    struct numbered *by_id = arena_array(arena, classes->count, sizeof(*by_id));
    size_t demands = 0;
    for (size_t i = 0; i < classes->count; i++)
        by_id[i] = (struct numbered){classes->ids[i], i};
    sort(by_id, classes->count, sizeof(*by_id), numbered_compare);
    maker->first_numbers = arena_array(arena, space->slot_count, sizeof(*maker->first_numbers));
    for (size_t i = 0; i < space->slot_count; i++) {
        maker->first_numbers[i] = demands;
        demands += space->slots[i].demand_count;
    }
    maker->class_numbers = arena_array(arena, demands, sizeof(*maker->class_numbers));
    for (size_t i = 0; i < space->slot_count; i++)
        for (size_t j = 0; j < space->slots[i].demand_count; j++) {
            struct numbered key = {.id = space->slots[i].demands[j].class_id};
            const struct numbered *found =
                sorted_find(&key, by_id, classes->count, sizeof(*by_id), numbered_compare);
            maker->class_numbers[maker->first_numbers[i] + j] = found->number;
        }
    maker->shares = arena_array(arena, demands, sizeof(*maker->shares));
    maker->work = demands * SHARE_UNITS + space->slot_count * SLOT_UNITS;
}

static void prepare_mappings(struct candidate_maker *maker, const struct candidate_request *request,
                             struct arena *arena)
{
    maker->mappings = arena_array(arena, request->group_count, sizeof(*maker->mappings));
    for (size_t i = 0; i < request->group_count; i++) {
        const struct request_group *group = &request->groups[i];
        size_t most = *group->suffix == '\0' ? group->resources.count : 1;
        maker->mappings[i] = (struct candidate_mapping){
            .suffix = group->suffix,
            .provider_uuids = arena_array(arena, most, sizeof(char *)),
        };
    }
}

struct candidate_maker *candidate_maker_new(const struct search_space *space,
                                            const struct candidate_request *request,
                                            const struct vocabulary *classes, struct arena *arena)
{
    struct candidate_maker *maker = arena_alloc(arena, sizeof(*maker));
    uint32_t places = space->place_count;
    *maker = (struct candidate_maker){
        .space = space,
        .classes = classes,
        .named = arena_array(arena, space->world->provider_count, sizeof(*maker->named)),
        .provider_marks = arena_array(arena, places, sizeof(*maker->provider_marks)),
        .last_slots = arena_array(arena, places, sizeof(*maker->last_slots)),
        .mapped_marks = arena_array(arena, places, sizeof(*maker->mapped_marks)),
        .firsts = arena_array(arena, space->slot_count, sizeof(*maker->firsts)),
        .next_slots = arena_array(arena, space->slot_count, sizeof(*maker->next_slots)),
        .class_marks = arena_array(arena, classes->count, sizeof(*maker->class_marks)),
        .class_shares = arena_array(arena, classes->count, sizeof(*maker->class_shares)),
    };
    number_classes(maker, arena);
    prepare_mappings(maker, request, arena);
    maker->candidate = (struct candidate){
        .shares = maker->shares,
        .mappings = maker->mappings,
        .mapping_count = request->group_count,
    };
    return maker;
}

/* Chains the slots of each provider. Returns the number of providers. */
static size_t chain_slots(struct candidate_maker *maker, const uint32_t *choice)
{
    size_t providers = 0;
    for (uint32_t i = 0; i < maker->space->slot_count; i++) {
        uint32_t place = search_space_place(maker->space, choice[i]);
        if (maker->provider_marks[place] == maker->turn)
            maker->next_slots[maker->last_slots[place]] = i;
        else
            maker->firsts[providers++] = i;
        maker->provider_marks[place] = maker->turn;
        maker->last_slots[place] = i;
        maker->next_slots[i] = 0;
    }
    return providers;
}

static void add_share(struct candidate_maker *maker, uint32_t provider, size_t class_number,
                      int64_t amount)
{
    struct candidate *candidate = &maker->candidate;
    if (maker->class_marks[class_number] == maker->turn) {
        maker->shares[maker->class_shares[class_number]].amount += amount;
        return;
    }
    maker->class_marks[class_number] = maker->turn;
    maker->class_shares[class_number] = candidate->share_count;
    maker->shares[candidate->share_count++] = (struct candidate_share){
        maker->space->world->providers[provider].uuid, maker->classes->names[class_number], amount};
}

static void gather_shares(struct candidate_maker *maker, const uint32_t *choice)
{
    const struct search_space *space = maker->space;
    maker->turn++;
    size_t providers = chain_slots(maker, choice);
    maker->candidate.share_count = 0;
    for (size_t i = 0; i < providers; i++) {
        uint32_t slot = maker->firsts[i], provider = choice[slot];
        size_t before = maker->candidate.share_count;
        maker->turn++;
        do {
            const struct search_slot *of = &space->slots[slot];
            for (size_t j = 0; j < of->demand_count; j++)
                add_share(maker, provider, maker->class_numbers[maker->first_numbers[slot] + j],
                          of->demands[j].amount);
            slot = maker->next_slots[slot];
        } while (slot != 0);
        if (maker->candidate.share_count > before)
            maker->named[provider] = true;
    }
}

static void gather_mappings(struct candidate_maker *maker, const uint32_t *choice)
{
    const struct search_space *space = maker->space;
    maker->turn++;
    for (size_t i = 0; i < maker->candidate.mapping_count; i++)
        maker->mappings[i].count = 0;
    for (size_t i = 0; i < space->slot_count; i++) {
        struct candidate_mapping *mapping = &maker->mappings[space->slots[i].group];
        uint32_t place = search_space_place(space, choice[i]);
        if (!space->slots[i].granular && maker->mapped_marks[place] == maker->turn)
            continue;
        if (!space->slots[i].granular)
            maker->mapped_marks[place] = maker->turn;
        mapping->provider_uuids[mapping->count++] = space->world->providers[choice[i]].uuid;
    }
}

const struct candidate *candidate_make(struct candidate_maker *maker, const uint32_t *choice)
{
    budget_spend(maker->space->budget, maker->work);
    gather_shares(maker, choice);
    gather_mappings(maker, choice);
    return &maker->candidate;
}

const bool *candidate_maker_named(const struct candidate_maker *maker)
{
    return maker->named;
}
