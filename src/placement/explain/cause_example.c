/*
 * Tells what the nearest lack of all that the request asks of a group, where the nearest of the set
 * are left out by more than the set.
 */
#include <config.h>

#include <string.h>

#include "placement/explain/cause_parts.h"
#include "placement/explain/nearest.h"

enum { ALSO_WIDTH = 100 /* of what else one lacks, at most */ };

static bool is_of_set(const struct telling *telling, size_t group, const struct fault *fault)
{
    const struct constraint *constraint = cause_constraint_of(telling, group, fault);
    for (size_t i = 0; i < telling->size; i++)
        if (telling_item(telling, i) == constraint)
            return true;
    return false;
}

/* Returns whether a miss lacks only what the set asks, and something of each class. */
static bool is_example(const struct telling *telling, size_t group, const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind == FAULT_CLASS || !is_of_set(telling, group, &miss->faults[i]))
            return false;
    return miss->fault_count > 0 && !miss->left_out;
}

/* Returns what else a miss with each class lacks, but for amounts: "; a also lacks the trait A". */
static const char *tell_also(const struct telling *telling, const struct sought *whole,
                             size_t group, const struct near_miss *miss)
{
    const struct explanation *explanation = telling->explanation;
    struct faults also = {.sought = whole};
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind == FAULT_CLASS)
            return "";
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind >= INVENTORY_FAULTS && miss->faults[i].kind <= FAULT_TREE &&
            !is_of_set(telling, group, &miss->faults[i]))
            faults_add(&also, &miss->faults[i]);
    const char *words = also.count > 0 ? faults_words(&also, miss->provider) : "";
    if (*words == '\0' || strlen(words) > ALSO_WIDTH)
        return "";
    return arena_printf(telling->arena, "; %s also %s",
                        provider_label(explanation->world, explanation->names, miss->provider),
                        words);
}

/* Finds the nearest misses of all of a group, of the trees that are told of. */
static struct near_misses find_misses(const struct telling *telling, struct inquiry *inquiry,
                                      struct sought *whole, size_t group)
{
    *inquiry = *telling->inquiry;
    inquiry->allowed = cause_allowed(telling, false);
    *whole = sought_of_group(inquiry, telling->explanation->names, group);
    return near_misses_find(whole, telling->roots);
}

const char *cause_of_example(const struct telling *telling, size_t group)
{
    const struct explanation *explanation = telling->explanation;
    struct inquiry inquiry;
    struct sought whole;
    const struct near_misses misses = find_misses(telling, &inquiry, &whole, group);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++) {
        if (!is_example(telling, group, &misses.items[i]))
            continue;
        telling_name(telling, &misses.items[i]);
        return near_miss_words(telling->arena, explanation->world, explanation->names,
                               &misses.items[i]);
    }
    return "";
}

const char *cause_of_also(const struct telling *telling, size_t group, uint32_t provider)
{
    struct inquiry inquiry;
    struct sought whole;
    const struct near_misses misses = find_misses(telling, &inquiry, &whole, group);
    for (size_t i = 0; i < misses.count && !budget_is_over(telling->inquiry->budget); i++)
        if (misses.items[i].provider == provider)
            return tell_also(telling, &whole, group, &misses.items[i]);
    return "";
}
