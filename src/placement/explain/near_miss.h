/*
 * The nearest misses of a request: the providers and trees that lack least of what it asks for, and
 * what they lack. Those that lack the same things are told once, by the nearest of them, and
 * counted.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_NEAR_MISS_H
#define BERTH_PLACEMENT_EXPLAIN_NEAR_MISS_H

#include "placement/explain/faults.h"

enum { MISSES_MOST = 8 };

struct near_miss {
    uint32_t provider;   /* or the root of the tree: the nearest of those that lack the same */
    const char *reason;  /* "lacks 2 VCPU of 4", of the provider unless it names another */
    const char *part;    /* what was told of it before, if now all is told that it lacks; or NULL */
    uint32_t more;       /* others that lack the same, and nothing that it does not lack, too... */
    bool alike;          /* ... with the same figures */
    const char *differs; /* of what classes the figures are other ones; only if they are */
    uint32_t rarest;     /* how many have the rarest thing that some of these have */
    const struct fault *faults; /* what it lacks, one by one; NULL: it is told otherwise */
    size_t fault_count;
    enum subtree_place place; /* of all of these */
    bool left_out;         /* all of these are left out by something else that the request asks */
    bool good;             /* the provider is not, and has something of each class */
    struct lack_rest rest; /* what is not told... */
    bool of_group;         /* ... of the group rest.group, of which all else is; or it is told
                              otherwise */
    uint32_t lacks;        /* how many things it lacks, or what is not told how many more */
};

struct near_misses {
    struct near_miss items[MISSES_MOST]; /* the nearest first */
    size_t count;
    uint32_t others; /* that lack something else, and are not told */
};

/* Notes the faults of a miss as what it lacks. */
void near_miss_tell(struct near_miss *miss, const struct faults *faults);

/* Returns whether a miss lacks only amounts, and not a class. */
bool near_miss_is_amounts(const struct near_miss *miss);

/* Returns a miss in words: "compute-1 lacks the trait A, and 12 more". */
const char *near_miss_words(struct arena *arena, const struct world *world,
                            const char *const *names, const struct near_miss *miss);

/* Adds misses before others, as far as there is room. */
void near_misses_put_first(struct near_misses *misses, const struct near_misses *first);

/* Puts those first that lack fewest things, and otherwise leaves their order. */
void near_misses_order(struct near_misses *misses);

/* Leaves out those that lack all that one before them lacks, and more, if both have the rarest
   thing. */
void near_misses_fold(struct near_misses *misses);

/* Adds misses behind the first one, each before those that lack no fewer things, if they are not
   there, by themselves or in what their tree lacks. One that is counted with others, and lacks the
   same, is named in place of the first of these. */
void near_misses_add(struct near_misses *misses, const struct world *world,
                     const struct near_misses *more);

/* Counts those with an earlier one that lack nothing but what a provider of another tree lacks, and
   for which the earlier one lacks it too: the provider is told once. Those only are left out for
   which the earlier one lacks more, or that lack more that is not told. */
void near_misses_fold_shared(struct near_misses *misses, const struct world *world,
                             const struct lacks *lacks);

/* Makes one of all misses whose reasons are the same words, and counts the others with it. One that
   lacks more than the first, untold, counts among misses->others instead. */
void near_misses_join(struct near_misses *misses, const struct lacks *lacks);

#endif
