/*
 * The nearest misses: the providers, or trees, that lack least of what a group asks for.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_NEAREST_H
#define BERTH_PLACEMENT_EXPLAIN_NEAREST_H

#include "placement/explain/funnel.h"

enum { MISSES_MOST = 5 };

struct near_miss {
    uint32_t provider; /* or the root of the tree */
    const char
        *reason; /* "lacks 2 VCPU of 4"; what it is about is the provider, unless it says so */
};

struct near_misses {
    struct near_miss items[MISSES_MOST]; /* the nearest first */
    size_t count;
};

/* What providers are called: names[provider], or their uuids if names is NULL. */
const char *provider_label(const struct world *world, const char *const *names, uint32_t provider);

/* Finds the nearest misses of a group that nothing satisfies. For a granular group these are
   providers that have one of its classes, for the unsuffixed group trees. */
struct near_misses near_misses_find(const struct inquiry *inquiry, const char *const *names,
                                    size_t group);

/* Finds the nearest misses of groups that each have a provider, but not in one tree: the trees that
   see a provider for most groups. The funnels are those of all groups. */
struct near_misses near_trees_find(const struct inquiry *inquiry, struct funnel *const *funnels);

#endif
