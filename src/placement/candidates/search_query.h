/*
 * What a candidate search asks, in the numbers of the world.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SEARCH_QUERY_H
#define BERTH_PLACEMENT_CANDIDATES_SEARCH_QUERY_H

#include "placement/candidates/world.h"

struct search_demand {
    int64_t class_id;
    int64_t amount;
};

/* Traits or aggregates: at least one of each required set of bits, none of the forbidden set. */
struct search_membership {
    const uint64_t **required;
    size_t required_count;
    const uint64_t *forbidden; /* NULL: none is forbidden */
};

struct search_group {
    bool granular;                       /* one provider satisfies the whole group */
    const struct search_demand *demands; /* distinct classes; only a granular group may have none */
    size_t demand_count;
    struct search_membership traits, aggregates;
    bool in_tree;  /* only providers of this tree: */
    uint32_t tree; /* its root */
};

/* Groups whose providers must be at or below one of these providers. */
struct search_subtree {
    const size_t *groups; /* indexes of granular groups */
    size_t count;
};

struct search_query {
    const struct search_group *groups;
    size_t group_count;
    const struct search_subtree *subtrees;
    size_t subtree_count;
    struct search_membership root_traits; /* of the anchor */
    bool isolate;                         /* granular groups use different providers */
    bool one_of_tree;                     /* no two providers of one tree */
};

/* Returns whether bits, of that many words, meet each required set. */
static inline bool membership_requires(const struct search_membership *membership,
                                       const uint64_t *bits, size_t words)
{
    for (size_t i = 0; i < membership->required_count; i++)
        if (!bits_meet(membership->required[i], bits, words))
            return false;
    return true;
}

/* Returns whether bits meet the forbidden set. */
static inline bool membership_forbids(const struct search_membership *membership,
                                      const uint64_t *bits, size_t words)
{
    return membership->forbidden != NULL && bits_meet(membership->forbidden, bits, words);
}

/* Returns whether bits satisfy the membership. */
static inline bool membership_holds(const struct search_membership *membership,
                                    const uint64_t *bits, size_t words)
{
    return membership_requires(membership, bits, words) &&
           !membership_forbids(membership, bits, words);
}

#endif
