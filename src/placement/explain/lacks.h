/*
 * What each tree lacks of the whole request, each group by itself. An explanation tells of a part
 * of the request, or of one group; by this it knows which of those that lack what it tells lack
 * more.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_LACKS_H
#define BERTH_PLACEMENT_EXPLAIN_LACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a tree lacks of a group, by the provider that it sees and that serves it best; of the
   unsuffixed group by one for each class and trait. */
struct tree_lack {
    uint64_t bits;  /* what it lacks: sought_bit(); 0: nothing */
    bool classless; /* it has no inventory of a class */
};

/* What a tree lacks of the traits, aggregates and trees that the provider of one class must have,
   by sought_bit(). The tree_lack says that the tree lacks an aggregate, this for what. */
struct slot_lack {
    uint32_t provider; /* that serves the class best; WORLD_NONE: there is none */
    uint64_t own;      /* what it lacks itself... */
    uint64_t roots;    /* ... and the root, for it */
};

/* The same for all classes of the group without suffix. */
struct slot_lacks {
    size_t count;            /* of classes; 0: there is no more than one, and nothing to lack */
    uint64_t *classes;       /* sought_bit() of each */
    struct slot_lack *items; /* for each root, for each class */
};

struct lacks {
    size_t group_count;
    struct tree_lack **groups; /* for each group, for each root */
    struct slot_lacks *slots;  /* for each group */
    uint64_t *roots;           /* for each root: what it lacks of root_required */
};

/* What else a provider, or a tree, lacks beside what is told of it. NULL as lacks: not known. */
struct lack_rest {
    size_t group;  /* the group that is told of... */
    uint64_t bits; /* ... and what it lacks of that, untold */
    uint32_t root; /* the tree whose other lacks count */
};

/* Returns whether one lacks nothing untold that the other does not lack, too. */
bool lacks_within(const struct lacks *lacks, const struct lack_rest *one,
                  const struct lack_rest *other);

/* Returns what a tree lacks of a group beside a part of it that is told. What the provider of a
   class of the part lacks does not tell of those of other classes: if a pool is outside an
   aggregate, the host that uses it may be, too. */
uint64_t lacks_beside(const struct lacks *lacks, size_t group, uint32_t root, uint64_t part);

/* Returns how many things it lacks untold. */
uint32_t lacks_count(const struct lacks *lacks, const struct lack_rest *rest);

/* Returns the only group, but one, that a tree has nothing for, or SIZE_MAX. */
size_t lacks_only_group(const struct lacks *lacks, uint32_t root, size_t but);

/* Returns a number that is equal for trees that have nothing for the same groups, but one, and of a
   single one lack the same, and whose roots lack the same. */
uint64_t lacks_kind(const struct lacks *lacks, uint32_t root, size_t but);

/* Returns whether a tree has no inventory of a class of some group but one. */
bool lacks_class(const struct lacks *lacks, uint32_t root, size_t but);

/* Finds the one of some trees (trees[root], of provider_count) that lacks fewest things; the first
   of several. Returns how many others lack nothing that this one does not lack, too; *best is
   UINT32_MAX if there are no trees. */
uint32_t lacks_choose(const struct lacks *lacks, const bool *trees, uint32_t provider_count,
                      uint32_t *best);

/* Returns how many other trees lack nothing that one of them does not lack, too. */
uint32_t lacks_count_alike(const struct lacks *lacks, const bool *trees, uint32_t provider_count,
                           uint32_t root);

#endif
