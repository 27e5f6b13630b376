/*
 * Gathers what each provider, or tree, lacks of what is asked for, and finds the nearest misses.
 *
 * For each thing that is asked for, missing->has says which providers have it, then missing_note()
 * remembers how many that are; what a provider lacks is added to its entry of missing->misses. Of
 * all that have something and lack something, missing_nearest() puts those together that lack the
 * same. The first of these that differs decides which is nearer:
 *
 *   - if all that they lack is told, how many things that is;
 *   - it is where same_subtree wants the group to be, unless something else leaves it out;
 *   - it has the rarest thing;
 *   - nothing else in the request leaves it out;
 *   - its root is as root_required asks;
 *   - it lacks fewer other things;
 *   - it weighs less.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_MISSING_H
#define BERTH_PLACEMENT_EXPLAIN_MISSING_H

#include "placement/explain/near_miss.h"

/* A provider, or tree, that misses. */
struct miss {
    uint64_t kinds, figures; /* faults_kinds(), faults_figures() */
    double weight;           /* of all that it lacks (weight.h); 0: nothing */
    uint32_t rarest; /* how many have the rarest thing that it has; UINT32_MAX: it has nothing */
    uint32_t provider;
    enum subtree_place place; /* where it is for same_subtree */
    struct lack_rest rest; /* what else it lacks, which is not told; rest.bits is all of the group
                              before missing_note_rest() */
    uint32_t lacks;        /* how many things that is, or if all is told how many it lacks at all */
    bool classless;        /* it has no inventory of a class */
    bool pool;             /* it shares, but with no tree that has all other classes */
    bool left_out;         /* by root_required, or by constraints that are not told of */
    uint32_t doubt; /* whether it is a good example: 0; it lacks a class, or is left out: more */
};

struct missing {
    const struct inquiry *inquiry;
    bool whole;               /* all that they lack is told */
    struct miss *misses;      /* for each provider */
    bool *has;                /* for each provider: it has the thing that is looked at */
    struct slot_lacks *slots; /* where it is noted what is lacking for each class; NULL: nowhere */
};

/* Returns entries for all providers, in the arena: nobody has anything, or lacks anything. */
struct missing missing_begin(const struct inquiry *inquiry);

/* Notes that those have a thing for which missing->has is set, and clears it. trees: only roots
   count, as what misses are trees. */
void missing_note(struct missing *missing, bool trees);

/* Notes for each provider, or with `trees` for each root, what else it lacks of the whole request
   than what is sought: of the group as misses[].rest.bits says, which the caller sets of providers,
   and of the rest as its tree, or if it shares as the tree does that lacks fewest things of those
   that see it. If all of a group is sought, all that they lack is told: it is added to their kinds;
   pools that share with no tree that has all other classes do not miss any more. */
void missing_note_rest(struct missing *missing, const struct sought *sought, bool trees);

/* Returns the nearest of the providers, or with `trees` of the roots, that have something and lack
   something; without reasons, which the caller adds. among (NULL: all): only those whose root has
   among[root], and of trees also those that have nothing. wanted (WORLD_NONE: none): only this one,
   with those that lack the same, if it is one of them. The entries are not valid any more. */
struct near_misses missing_nearest(struct missing *missing, bool trees, const bool *among,
                                   uint32_t wanted);

#endif
