/*
 * How much the trees have of a class that several groups ask for together: each group fits alone,
 * but they must share it.
 *
 * Only trees count that are told of and see a provider for each group of the set. What is computed
 * is in the arena of the telling, and charged to its budget; if that is over, it may be wrong.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_ROOMS_H
#define BERTH_PLACEMENT_EXPLAIN_ROOMS_H

#include "placement/explain/wording.h"

/* What groups of the set ask for of one class. */
struct combined {
    const struct constraint *first;
    int64_t class_id;
    const char *class_name;
    const char *parts; /* "3 + 3" */
    int64_t sum;
};

struct rooms {
    const struct telling *telling;
    const size_t *groups; /* of the set */
    size_t count;
    struct combined asked;
    bool *fit;         /* for each anchor: it sees a provider for each group alone */
    bool *trees;       /* for each anchor: that, and it is told of */
    int64_t *sums;     /* for each anchor: what all groups may take of what it sees */
    uint64_t *figures; /* for each anchor: equal if the single amounts are */
    bool *seen;        /* for each anchor: it sees what is looked at */
    int64_t amount;    /* of the provider that is looked at */
};

/* Trees that have too little of a class, or enough of all, but not on the right providers. */
struct room_kind {
    const struct rooms *rooms; /* of the class */
    bool enough;
    uint32_t best;  /* the tree that has most of it... */
    uint32_t count; /* ... and how many are of this kind... */
    bool alike;     /* ... with the same figures */
};

enum {
    CLASSES_MOST = 4, /* classes that are looked at */
    ROOM_KINDS_MOST = CLASSES_MOST + 1,
};

/* Finds the classes that several groups of the set ask for, and what the trees have of them, in
   rooms, which has room for CLASSES_MOST. Returns how many. */
size_t rooms_find(const struct telling *telling, const size_t *groups, size_t count,
                  struct rooms *rooms);

/* Sorts the trees by kind: first those that have enough, then by class. Returns how many kinds. */
size_t rooms_kinds(const struct rooms *rooms, size_t count, struct room_kind *kinds);

/* Returns whether a provider with the class has as much left as its max_unit allows, or more: then
   it does not help to free it. */
bool rooms_are_bounded(const struct rooms *rooms, uint32_t provider);

/* Returns what a tree has for the groups, each provider by itself: "has 4 + 8 left" and what `of`;
   of more than a few providers the sum. */
const char *rooms_words(const struct rooms *rooms, uint32_t tree, const char *of);

/* The same for the best tree of a kind, and why it does not suffice if it has enough. */
const char *room_kind_words(const struct room_kind *kind, const char *of);

/* Returns what a provider has of the first class of which it has too little for all groups of the
   set that ask for it: "has 6 left of 4 + 4 VCPU"; "": there is none. */
const char *room_words_of_provider(const struct telling *telling, uint32_t provider);

/* Returns the only provider with the class that a tree sees for the groups, or WORLD_NONE. */
uint32_t rooms_only_provider(const struct rooms *rooms, uint32_t tree);

#endif
