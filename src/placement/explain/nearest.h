/*
 * The nearest misses: the providers, or trees, that have the rarest thing that a group asks for, or
 * lack least. Those that lack the same things are told once, and counted.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_NEAREST_H
#define BERTH_PLACEMENT_EXPLAIN_NEAREST_H

#include "placement/explain/faults.h"
#include "placement/explain/funnel.h"

enum { MISSES_MOST = 8 };

struct near_miss {
    uint32_t provider; /* or the root of the tree: the nearest of those that lack the same */
    const char
        *reason;     /* "lacks 2 VCPU of 4"; what it is about is the provider, unless it says so */
    uint32_t more;   /* others that lack the same... */
    bool alike;      /* ... with the same figures */
    uint32_t rarest; /* how many have the rarest thing that some of these have */
};

struct near_misses {
    struct near_miss items[MISSES_MOST]; /* the nearest first */
    size_t count;
    uint32_t others; /* that lack something else, and are not told */
};

/* Finds the nearest misses of what is sought, among the trees whose roots have among[root] (NULL:
   all). Of a granular group these are providers, of the unsuffixed group trees, that have something
   of it and not all; trees that are among those named may have nothing of it. */
struct near_misses near_misses_find(const struct sought *sought, const bool *among);

/* Finds the nearest misses of groups that each have a provider, but not in one tree: the trees that
   see a provider for a group. The funnels are those of all groups. */
struct near_misses near_trees_find(const struct inquiry *inquiry, struct funnel *const *funnels);

/* Finds what roots lack that root_required asks for, among those that have found[root]. */
struct near_misses near_roots_find(const struct inquiry *inquiry, const bool *found);

/* Adds misses before others, as far as there is room. */
void near_misses_put_first(struct near_misses *misses, const struct near_misses *first);

/* Returns a miss in words: "compute-1 lacks the trait A, and 12 more". */
const char *near_miss_words(struct arena *arena, const struct world *world,
                            const char *const *names, const struct near_miss *miss);

/* Returns the misses that are for one reason: where found[provider]. */
struct near_misses near_misses_alike(const struct inquiry *inquiry, const bool *found,
                                     const char *reason);

#endif
