/*
 * The funnel of a group: how many are left after each filter.
 *
 * For a granular group these are providers. The unsuffixed group is satisfied by several providers
 * together, so for it they are trees: a tree passes a filter if for each class it sees a provider
 * that passes this filter and those before, and, for required traits, if it sees each of them on a
 * provider with capacity.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_FUNNEL_H
#define BERTH_PLACEMENT_EXPLAIN_FUNNEL_H

#include "placement/explain/faults.h"

/* Providers whose inventory of a class has the same fault. */
struct class_fault {
    uint32_t count;
    uint32_t nearest;                        /* the one that lacks least... */
    const struct world_inventory *inventory; /* ... and its inventory */
    unsigned wanted; /* how much of the rest it has: a root as required, the aggregates, the other
                        classes; of several that lack as little, it has most */
};

/* What the providers have of a class that a group asks for, each figure by itself. */
struct class_figures {
    struct resource_amount asked;
    uint32_t have, units, capacity; /* providers with an inventory; with units that fit; with
                                       capacity as well */
    struct class_fault faults[INVENTORY_FAULTS]; /* of those without; by enum fault_kind */
    int64_t most_unit;                           /* the largest max_unit */
    int64_t most_total;                          /* the largest capacity if nothing were used */
    int64_t most_free; /* the largest capacity that is free, of those whose units fit... */
    uint32_t freest;   /* ... and its provider; WORLD_NONE */
};

struct funnel {
    const char *suffix;
    bool granular;
    struct class_figures *classes;
    size_t class_count;
    uint32_t all;                 /* providers, or trees */
    bool applies[GROUP_FILTERS];  /* the group asks for it; otherwise all pass */
    uint32_t left[GROUP_FILTERS]; /* rising filters, never more than before */
    const bool *fits;             /* for each provider: it passes all filters, or its tree does, of
                                     which it is the root */
};

/* Counts an inventory of a provider with the fault, and takes it as the nearest if it is, or has
   more of what is wanted. faults: by enum fault_kind. */
void class_fault_note(struct class_fault *faults, const struct world_inventory *inventory,
                      enum fault_kind kind, uint32_t provider, unsigned wanted);

/* Returns the funnel of a group of the request, in the arena. */
struct funnel *funnel_of_group(const struct inquiry *inquiry, size_t group);

/* Returns the first filter after which nothing is left, or FILTERS. */
enum explain_filter funnel_end(const struct funnel *funnel);

#endif
