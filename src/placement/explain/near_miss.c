/*
 * Puts near misses into words, and lists of them together.
 */
#include <config.h>

#include "placement/explain/near_miss.h"

#include <string.h>

#include "base/text.h"

void near_miss_tell(struct near_miss *miss, const struct faults *faults)
{
    miss->reason = faults_words(faults, miss->provider);
    miss->faults = faults->items;
    miss->fault_count = faults->count;
    miss->differs = miss->alike ? NULL : faults_classes(faults);
}

/* Returns what those are that have other figures: " lack VCPU, too", or " likewise, with other
   amounts of VCPU". */
static const char *other_figures(struct arena *arena, const struct near_miss *miss)
{
    if (text_filled_or(miss->differs, NULL) == NULL)
        return " likewise";
    if (miss->fault_count == 1 && miss->faults[0].kind >= FAULT_TOTAL &&
        miss->faults[0].kind < INVENTORY_FAULTS)
        return arena_printf(arena, " %s %s, too", miss->more == 1 ? "lacks" : "lack",
                            miss->differs);
    return arena_printf(arena, " likewise, with other amounts of %s", miss->differs);
}

const char *near_miss_words(struct arena *arena, const struct world *world,
                            const char *const *names, const struct near_miss *miss)
{
    const char *name = provider_label(world, names, miss->provider);
    if (miss->more == 0)
        return arena_printf(arena, "%s %s", name, miss->reason);
    return arena_printf(arena, "%s %s, and %u more%s", name, miss->reason, miss->more,
                        miss->alike ? "" : other_figures(arena, miss));
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

void near_misses_order(struct near_misses *misses)
{
    for (size_t i = 1; i < misses->count; i++) {
        struct near_miss miss = misses->items[i];
        size_t place = i;
        for (; place > 0 && misses->items[place - 1].lacks > miss.lacks; place--)
            misses->items[place] = misses->items[place - 1];
        misses->items[place] = miss;
    }
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

void near_misses_fold(struct near_misses *misses)
{
    size_t kept = 0;
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        size_t less = 0;
        while (less < kept && (miss->rarest != misses->items[less].rarest ||
                               miss->place != misses->items[less].place ||
                               !lacks_more(miss, &misses->items[less])))
            less++;
        if (less == kept)
            misses->items[kept++] = *miss;
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
             strstr(misses->items[i].reason, text_or(miss->part, miss->reason)) != NULL))
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
    for (size_t i = more->count; i-- > 0;) {
        size_t place = misses->count > 0;
        if (is_there(misses, world, &more->items[i]))
            continue;
        if (misses->count == MISSES_MOST)
            misses->others += 1 + misses->items[--misses->count].more;
        while (place < misses->count && misses->items[place].lacks < more->items[i].lacks)
            place++;
        memmove(&misses->items[place + 1], &misses->items[place],
                (misses->count - place) * sizeof(*misses->items));
        misses->items[place] = more->items[i];
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

/* Returns whether one lacks all that the other lacks, there. */
static bool has_all(const struct near_miss *miss, const struct near_miss *other)
{
    for (size_t i = 0; i < other->fault_count; i++) {
        size_t same = 0;
        while (same < miss->fault_count && !is_same_there(&other->faults[i], &miss->faults[same]))
            same++;
        if (same == miss->fault_count)
            return false;
    }
    return true;
}

/* Returns whether all that a miss lacks is a fault of another tree that an earlier one has too. */
static bool is_of_shared(const struct world *world, const struct near_miss *miss,
                         const struct near_miss *other)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (world->providers[miss->faults[i].on].root == world->providers[miss->provider].root)
            return false;
    return miss->fault_count > 0 && has_all(other, miss);
}

void near_misses_fold_shared(struct near_misses *misses, const struct world *world,
                             const struct lacks *lacks)
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
        else if (has_all(miss, &misses->items[same]) &&
                 lacks_within(lacks, &miss->rest, &misses->items[same].rest))
            misses->items[same].more += 1 + miss->more;
    }
    misses->count = kept;
}

void near_misses_join(struct near_misses *misses, const struct lacks *lacks)
{
    size_t kept = 0;
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        size_t same = 0;
        while (same < kept && (miss->place != misses->items[same].place ||
                               strcmp(misses->items[same].reason, miss->reason) != 0))
            same++;
        if (same == kept) {
            misses->items[kept++] = *miss;
            continue;
        }
        if (!lacks_within(lacks, &miss->rest, &misses->items[same].rest)) {
            misses->others += 1 + miss->more;
            continue;
        }
        misses->items[same].more += 1 + miss->more;
        misses->items[same].alike = misses->items[same].alike && miss->alike;
        if (misses->items[same].differs == NULL)
            misses->items[same].differs = miss->differs;
    }
    misses->count = kept;
}

bool near_miss_is_amounts(const struct near_miss *miss)
{
    for (size_t i = 0; i < miss->fault_count; i++)
        if (miss->faults[i].kind >= INVENTORY_FAULTS || miss->faults[i].kind == FAULT_CLASS)
            return false;
    return miss->fault_count > 0;
}
