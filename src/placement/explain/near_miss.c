/*
 * Puts near misses into words, and lists of them together.
 */
#include <config.h>

#include "placement/explain/near_miss.h"

#include <string.h>

const char *near_miss_words(struct arena *arena, const struct world *world,
                            const char *const *names, const struct near_miss *miss)
{
    const char *name = provider_label(world, names, miss->provider);
    if (miss->more == 0)
        return arena_printf(arena, "%s %s", name, miss->reason);
    return arena_printf(arena, "%s %s, and %u more%s", name, miss->reason, miss->more,
                        miss->alike ? "" : " with other figures");
}

void near_misses_put_first(struct near_misses *misses, const struct near_misses *first)
{
    struct near_misses all = *first;
    for (size_t i = 0; i < misses->count; i++)
        if (all.count < MISSES_MOST)
            all.items[all.count++] = misses->items[i];
        else
            all.others += 1 + misses->items[i].more;
    all.others += misses->others;
    *misses = all;
}

/* Returns whether a miss has a fault of another, both of themselves or both of what they see. */
static bool has_fault(const struct near_miss *miss, const struct fault *fault, bool itself)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind == fault->kind && miss->faults[i].index == fault->index &&
            miss->faults[i].why == fault->why && miss->faults[i].why_index == fault->why_index &&
            (miss->faults[i].on == miss->provider) == itself)
            return true;
    return false;
}

/* Returns whether a miss lacks all that another lacks, and more. */
static bool lacks_more(const struct near_miss *miss, const struct near_miss *other)
{
    size_t same = 0;
    if (other->fault_count == 0 || other->fault_count >= miss->fault_count)
        return false;
    while (same < other->fault_count &&
           has_fault(miss, &other->faults[same], other->faults[same].on == other->provider))
        same++;
    return same == other->fault_count;
}

/* Returns whether what a miss lacks has figures. */
static bool has_figures(const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind < INVENTORY_FAULTS || miss->faults[i].kind == FAULT_TRAIT_UNFIT)
            return true;
    return false;
}

void near_misses_fold(struct near_misses *misses)
{
    size_t kept = 0;
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        size_t less = 0;
        while (less < kept && (miss->rarest != misses->items[less].rarest ||
                               !lacks_more(miss, &misses->items[less])))
            less++;
        if (less == kept) {
            misses->items[kept++] = *miss;
            continue;
        }
        struct near_miss *other = &misses->items[less];
        bool same = strstr(miss->reason, other->reason) != NULL && miss->alike;
        other->more += 1 + miss->more;
        other->alike = other->alike && (same || !has_figures(other));
    }
    misses->count = kept;
}

/* Returns whether a miss is there already: the provider, or what it lacks for its tree, or one with
   the same words among those counted; names it then. */
static bool is_there(struct near_misses *misses, const struct world *world,
                     const struct near_miss *miss)
{
    uint32_t root = world->providers[miss->provider].root;
    for (size_t i = 0; i < misses->count; i++)
        if (misses->items[i].provider == miss->provider ||
            (misses->items[i].provider == root &&
             strstr(misses->items[i].reason, miss->reason) != NULL))
            return true;
    for (size_t i = 0; i < misses->count; i++) {
        struct near_miss *item = &misses->items[i];
        if (item->more == 0 || !item->alike || strcmp(item->reason, miss->reason) != 0)
            continue;
        item->provider = miss->provider;
        return true;
    }
    return false;
}

void near_misses_add(struct near_misses *misses, const struct world *world,
                     const struct near_misses *more)
{
    size_t place = misses->count > 0;
    for (size_t i = 0; i < more->count; i++) {
        if (is_there(misses, world, &more->items[i]))
            continue;
        if (misses->count == MISSES_MOST)
            misses->others += 1 + misses->items[--misses->count].more;
        memmove(&misses->items[place + 1], &misses->items[place],
                (misses->count - place) * sizeof(*misses->items));
        misses->items[place++] = more->items[i];
        misses->count++;
    }
}

/* Returns whether two faults are one of a provider: what it has too little of, or is left out by,
   whether that is told of itself or of a trait that it has. */
static bool is_same_there(const struct fault *one, const struct fault *other)
{
    bool trait = one->kind == FAULT_TRAIT_UNFIT, other_trait = other->kind == FAULT_TRAIT_UNFIT;
    return one->on == other->on &&
           (trait ? one->why : one->kind) == (other_trait ? other->why : other->kind) &&
           (trait ? one->why_index : one->index) == (other_trait ? other->why_index : other->index);
}

/* Returns whether all that a miss lacks is a fault of another tree that an earlier one has too. */
static bool is_of_shared(const struct world *world, const struct near_miss *miss,
                         const struct near_miss *other)
{
    for (size_t i = 0; i < miss->fault_count; i++) {
        const struct fault *fault = &miss->faults[i];
        size_t same = 0;
        if (world->providers[fault->on].root == world->providers[miss->provider].root)
            return false;
        while (same < other->fault_count && !is_same_there(fault, &other->faults[same]))
            same++;
        if (same == other->fault_count)
            return false;
    }
    return miss->fault_count > 0;
}

void near_misses_fold_shared(struct near_misses *misses, const struct world *world)
{
    size_t kept = 0;
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        size_t same = 0;
        while (same < kept && (miss->rarest != misses->items[same].rarest ||
                               !is_of_shared(world, miss, &misses->items[same])))
            same++;
        if (same == kept)
            misses->items[kept++] = *miss;
        else
            misses->items[same].more += 1 + miss->more;
    }
    misses->count = kept;
}

void near_misses_join(struct near_misses *misses)
{
    size_t kept = 0;
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        size_t same = 0;
        while (same < kept && strcmp(misses->items[same].reason, miss->reason) != 0)
            same++;
        if (same == kept) {
            misses->items[kept++] = *miss;
            continue;
        }
        misses->items[same].more += 1 + miss->more;
        misses->items[same].alike = misses->items[same].alike && miss->alike;
    }
    misses->count = kept;
}
