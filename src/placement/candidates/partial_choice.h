/*
 * A partial choice: options taken for the first slots of a search, from one anchor, and whether it
 * can still become a candidate.
 *
 * Taking an option looks ahead, so that a search does not walk long into what cannot end well: each
 * slot that is left must have an option, the slots that are left must find places together (see
 * places.h), required traits must be within reach, and so must a provider under which all those of
 * a common subtree stand.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_PARTIAL_CHOICE_H
#define BERTH_PLACEMENT_CANDIDATES_PARTIAL_CHOICE_H

#include "placement/candidates/search.h"

struct places;

struct partial {
    const struct search *search;
    uint32_t anchor;  /* the provider */
    size_t depth;     /* how many slots are decided */
    uint32_t *chosen; /* of each of these: the provider */
    int64_t *taken;   /* of each inventory of the world: what the decided slots take of it */
    uint32_t *tops;   /* of each depth and each subtree: under which provider the rest must stand;
                         WORLD_NONE: wherever it likes */
    struct places *places;
    const uint32_t *positions; /* of the walk whose choice this is */
};

struct partial *partial_new(const struct search *search, struct arena *arena);

/* Gives all back and begins anew. */
void partial_reset(struct partial *partial, uint32_t anchor);

/* Whether an option may be taken for a slot that is not decided yet, as far as that slot goes. */
bool partial_allows(const struct partial *partial, size_t slot, uint32_t provider);

/* Takes an option for the next slot. False: it cannot become a candidate, and nothing was taken. */
bool partial_take(struct partial *partial, uint32_t provider);

/* The same for an option that is known to be good. */
void partial_retake(struct partial *partial, uint32_t provider);

/* Gives the option taken last back. */
void partial_give_back(struct partial *partial);

/* Whether there is hope for the slots that are left. */
bool partial_has_hope(struct partial *partial);

/* The options of a slot from the anchor of the partial choice. */
static inline const uint32_t *partial_options(const struct partial *partial, size_t slot,
                                              const uint32_t **end)
{
    const struct search_slot *of = &partial->search->slots[slot];
    *end = of->options + of->first[partial->anchor + 1];
    return of->options + of->first[partial->anchor];
}

#endif
