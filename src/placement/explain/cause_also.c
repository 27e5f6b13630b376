/*
 * Tells what else a provider has too little of that is told of: other amounts of its group, which
 * the set does not ask for.
 */
#include <config.h>

#include <string.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"

enum { TOLD_WIDTH = 120 /* what is told more of a provider, at most */ };

static bool is_of_set(const struct telling *telling, size_t constraint)
{
    size_t place = 0;
    while (place < telling->size && telling->set[place] != constraint)
        place++;
    return place < telling->size;
}

/* Returns what the set asks of a group, and all amounts that the request asks of it, but those that
   are told of in another sentence. of_set: for each of its demands, whether the set has it. */
static struct sought sought_with_amounts(const struct telling *telling, size_t group, bool *of_set)
{
    const struct explanation *explanation = telling->explanation;
    const struct constraint_list *constraints = &explanation->constraints;
    size_t *set = arena_array(telling->arena, constraints->count, sizeof(*set)), size = 0;
    size_t demands = 0;
    for (size_t i = 0; i < constraints->count; i++) {
        const struct constraint *constraint = &constraints->items[i];
        bool resource = constraint->kind == CONSTRAINT_RESOURCE && constraint->group == group;
        bool own = is_of_set(telling, i);
        if (!own && (!resource || cause_equals_tell(telling, constraint)))
            continue;
        set[size++] = i;
        if (resource)
            of_set[demands++] = own;
    }
    return sought_of_constraints(telling->inquiry, explanation->names, constraints, set, size,
                                 group);
}

/* Finds what the provider, or tree, of a miss lacks. */
static struct faults find_faults(const struct telling *telling, const struct sought *sought,
                                 const struct near_miss *miss)
{
    struct faults faults = {.sought = sought};
    if (sought->group.granular) {
        faults_of_provider(&faults, miss->faults[0].on);
        return faults;
    }
    bool *among =
        arena_array(telling->arena, telling->explanation->world->provider_count, sizeof(*among));
    among[miss->provider] = true;
    const struct near_misses misses = near_misses_find(sought, among);
    for (size_t i = 0; misses.count > 0 && i < misses.items[0].fault_count; i++)
        faults_add(&faults, &misses.items[0].faults[i]);
    return faults;
}

/* Returns what the provider lacks more, as "lacks 2 VCPU of 4"; "": nothing, or it is
   long. */
static const char *tell_more(const struct faults *faults, const bool *of_set, uint32_t on)
{
    struct faults more = {.sought = faults->sought};
    const char *told = "";
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        if (fault->kind >= INVENTORY_FAULTS || fault->kind == FAULT_CLASS || of_set[fault->index] ||
            fault->on != on)
            continue;
        faults_add(&more, fault);
        const char *words = faults_words(&more, on);
        if (strlen(words) > TOLD_WIDTH)
            break;
        told = words;
    }
    return told;
}

const char *cause_miss_words(const struct telling *telling, size_t group,
                             const struct near_miss *miss)
{
    const struct explanation *explanation = telling->explanation;
    const struct request_group *asked = &explanation->request->groups[group];
    const char *words =
        near_miss_words(telling->arena, explanation->world, explanation->names, miss);
    bool *of_set = arena_array(telling->arena, asked->resources.count, sizeof(*of_set));
    if (telling->set != explanation->impossible.sets[0] || !near_miss_is_amounts(miss))
        return words;
    const struct sought sought = sought_with_amounts(telling, group, of_set);
    const struct faults faults = find_faults(telling, &sought, miss);
    uint32_t on = miss->faults[miss->fault_count - 1].on;
    const char *more = tell_more(&faults, of_set, on);
    if (*more == '\0' || budget_is_over(telling->inquiry->budget))
        return words;
    if (miss->more == 0)
        return arena_printf(telling->arena, "%s and %s", words, more);
    return arena_printf(telling->arena, "%s; %s also %s", words,
                        provider_label(explanation->world, explanation->names, on), more);
}
