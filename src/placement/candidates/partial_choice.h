/*
 * A partial choice: options taken for the first slots of a search, from one anchor.
 *
 * Taking an option looks ahead, so that the search leaves early what cannot become a candidate:
 * each remaining slot must have an option, the remaining slots of the unsuffixed group must be able
 * to cover the required traits (trait_cover.h), and a common subtree must have a possible top
 * (subtree_tops.h). Whether the remaining slots find providers together is the matter of
 * slot_matching.h.
 *
 * What is known is kept from one step to the next: for each slot the option that was found last,
 * for each subtree the highest provider that can still be its top. All work is charged to the
 * space's budget; when it is spent, the answers below are wrong, and the search must end.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_PARTIAL_CHOICE_H
#define BERTH_PLACEMENT_CANDIDATES_PARTIAL_CHOICE_H

#include "placement/candidates/search_space.h"
#include "placement/candidates/subtree_tops.h"

struct partial_choice {
    const struct search_space *space;
    uint32_t anchor;   /* the provider; WORLD_NONE: not reset yet */
    size_t depth;      /* slots decided so far */
    uint32_t *chosen;  /* for each decided slot: the provider */
    int64_t *taken;    /* for each place of an inventory: what the decided slots take of it */
    uint32_t *held;    /* for each place: decided slots of granular groups that use it */
    uint32_t *in_tree; /* for a root's place: decided slots that use a provider of the tree... */
    uint32_t *tree_holder; /* ... and which one, if the tree may be used once */
    uint32_t *witnesses;   /* for each slot: the index of an option that could be taken last time */
    uint32_t *path;        /* from a provider upwards */
    size_t path_room;
    struct arena *arena;
    struct trait_cover *cover; /* NULL: no traits to cover */
    struct subtree_tops *highest;
    uint32_t *tops; /* for each depth and subtree: the rest of the subtree must be at or below this
                       provider; WORLD_NONE: at or below one of the highest tops */
};

/* Returns an empty choice. It and all it needs are in the arena. Choices that share the highest
   tops must be reset to the same anchor. */
struct partial_choice *partial_choice_new(const struct search_space *space, struct arena *arena,
                                          struct subtree_tops *highest);

/* Gives back all options and starts from an anchor, whose options the space must show, and for
   which the highest tops must be known. */
void partial_choice_reset(struct partial_choice *choice, uint32_t anchor);

/* Confines a subtree of an empty choice to what is at or below top; WORLD_NONE: no longer. */
void partial_choice_confine(struct partial_choice *choice, size_t subtree, uint32_t top);

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
bool partial_choice_may_complete(struct partial_choice *choice);

/* Returns the top of a subtree at a depth, or WORLD_NONE. */
static inline uint32_t partial_choice_top(const struct partial_choice *choice, size_t depth,
                                          size_t subtree)
{
    return choice->tops[depth * choice->space->subtree_count + subtree];
}

/* Returns the first option of a slot from the anchor of the choice, and *end after the last one. */
static inline const uint32_t *partial_choice_options(const struct partial_choice *choice,
                                                     size_t slot, const uint32_t **end)
{
    const struct search_slot *of = &choice->space->slots[slot];
    *end = of->options + of->option_count;
    return of->options;
}

#endif
