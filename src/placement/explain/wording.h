/*
 * Words for a set of constraints, of which a sentence is made.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_WORDING_H
#define BERTH_PLACEMENT_EXPLAIN_WORDING_H

#include "placement/explain/explanation.h"
#include "placement/explain/relaxation.h"

/* What is told: a set of constraints of an explanation. Texts are in the arena. */
struct telling {
    const struct inquiry *inquiry;
    const struct explanation *explanation;
    const struct relaxation *relaxation;
    struct arena *arena;
    const size_t *set; /* places of constraints */
    size_t size;
    size_t equal;      /* as many of the first impossible sets are as telling */
    const bool *roots; /* only trees with roots[root] are told of; NULL: all */
    const bool *among; /* of these, too: those that fail at the last filter only; NULL: all */
    struct near_misses *shown; /* where the trees are noted that are told of; NULL: they are not */
    struct near_misses *named; /* the same for other misses that are told */
};

/* Returns a constraint of the set, and the group of the request that it belongs to. */
const struct constraint *telling_item(const struct telling *telling, size_t place);
const struct request_group *telling_group(const struct telling *telling,
                                          const struct constraint *constraint);

/* Returns the only constraint of the set that another set of the same size does not have; NULL: it
   has all, or more than one is not there. */
const struct constraint *telling_difference(const struct telling *telling, const size_t *other);

/* Returns what a constraint on a resource asks for. */
const struct resource_amount *telling_amount(const struct telling *telling,
                                             const struct constraint *constraint);

/* Returns whether the tree of a root is told of. */
bool telling_tells_of(const struct telling *telling, uint32_t root);

/* Notes a tree that is told of as one of the nearest, if it is one that fails at the last filter
   only. */
void telling_show(const struct telling *telling, const struct near_miss *miss);

/* Notes a miss that is told. */
void telling_name(const struct telling *telling, const struct near_miss *miss);

/* Returns whether what is told is too long for a terminal. Answers to clients, in which providers
   are called by their uuids, may be longer. */
bool telling_is_wide(const struct telling *telling, size_t width, size_t most);

/* Returns "no tree", with what the opposite of the rest of the sentence needs. */
const char *no_tree(const struct telling *telling);

/* Returns whether the set has a constraint of a kind. */
bool telling_has(const struct telling *telling, enum constraint_kind kind);

/* Returns the only constraint of a kind in the set, or NULL. */
const struct constraint *telling_only(const struct telling *telling, enum constraint_kind kind);

/* Returns whether each tree is one provider, and none shares: then a tree is called a provider. */
bool telling_is_flat(const struct telling *telling);

/* Lists the groups that the set is about, rising, in groups, which has room for as many as the set
   has constraints. Returns how many they are. */
size_t telling_groups(const struct telling *telling, size_t *groups);

/* Returns whether a provider satisfies at least one of the granular groups alone. */
bool telling_fits(const struct telling *telling, const size_t *groups, size_t count,
                  uint32_t provider);

/* Returns "the trait A" or "one of the traits A, B", for the noun "trait". */
const char *set_words(const struct telling *telling, const char *noun, const struct name_set *set);

/* Returns what the root of the tree is called that an in_tree constraint names. */
const char *tree_label(const struct telling *telling, const struct constraint *constraint);

/* Returns ", and 12 more", or "". */
const char *more_words(struct arena *arena, uint32_t more);

/* Returns of the roots with found[root] the one that lacks fewest things, with what is said of it,
   and how many others lack nothing that it does not lack, too: "a lacks A", "a lacks A, and 12
   more", or if they are not all known "a lacks A, and others"; "": there are none. */
const char *found_words(const struct telling *telling, const bool *found, bool all,
                        const char *said);

/* Returns what a group is called: its suffix, or "without suffix". */
const char *group_name(const struct telling *telling, size_t group);

/* Returns "1, 2 and 3"; of many groups the first, and how many more. */
const char *group_names(const struct telling *telling, const size_t *groups, size_t count);

/* Returns what the set asks of a provider: "offers 4 VCPU, has the trait A and is in ...",
   without the constraint that the sentence names elsewhere (NULL: all). The verb comes once. */
const char *predicates(const struct telling *telling, const struct constraint *elsewhere);

/* Returns a text with what follows it, or if that is empty only the text. */
const char *text_with_rest(struct arena *arena, const char *text, const char *separator,
                           const char *rest);

#endif
