/*
 * A partial choice: options taken for the first slots of a search, from one anchor.
 *
 * Taking an option looks ahead, so that the search leaves early what cannot become a candidate:
 * each remaining slot must have an option, each required trait of the unsuffixed group must be
 * within reach, and so must a provider at or above all others of a common subtree. Whether the
 * remaining slots find providers together is the matter of slot_matching.h.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_PARTIAL_CHOICE_H
#define BERTH_PLACEMENT_CANDIDATES_PARTIAL_CHOICE_H

#include "placement/candidates/search_space.h"

struct partial_choice {
    const struct search_space *space;
    uint32_t anchor;  /* the provider */
    size_t depth;     /* slots decided so far */
    uint32_t *chosen; /* for each decided slot: the provider */
    int64_t *taken;   /* for each inventory of the world: what the decided slots take of it */
    uint32_t *tops; /* for each depth and subtree: the rest of the subtree must be at or below this
                       provider; WORLD_NONE: anywhere */
};

/* Returns an empty choice. It and all it needs are in the arena. */
struct partial_choice *partial_choice_new(const struct search_space *space, struct arena *arena);

/* Gives back all options and starts from an anchor. */
void partial_choice_reset(struct partial_choice *choice, uint32_t anchor);

/* Returns whether an undecided slot may take an option, regardless of other undecided slots. */
bool partial_choice_allows(const struct partial_choice *choice, size_t slot, uint32_t provider);

/* Takes an option for the next slot. Returns false, having taken nothing, if this cannot become a
   candidate. */
bool partial_choice_take(struct partial_choice *choice, uint32_t provider);

/* Takes an option that was taken before from the same choice, without checks. */
void partial_choice_retake(struct partial_choice *choice, uint32_t provider);

/* Gives back the option that was taken last. */
void partial_choice_give_back(struct partial_choice *choice);

/* Returns whether each remaining slot has an option, and each required trait is within reach. */
bool partial_choice_may_complete(const struct partial_choice *choice);

/* Returns the first option of a slot from the anchor of the choice, and *end after the last one. */
static inline const uint32_t *partial_choice_options(const struct partial_choice *choice,
                                                     size_t slot, const uint32_t **end)
{
    const struct search_slot *of = &choice->space->slots[slot];
    *end = of->options + of->first[choice->anchor + 1];
    return of->options + of->first[choice->anchor];
}

#endif
