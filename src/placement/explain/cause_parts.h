/*
 * The parts of the sentence that an explanation begins with. Each returns a sentence without its
 * capital and its full stop, in the arena; NULL: it does not apply.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_CAUSE_PARTS_H
#define BERTH_PLACEMENT_EXPLAIN_CAUSE_PARTS_H

#include "placement/explain/wording.h"

/* The end of a sentence after which nothing else needs to be said. */
#define NO_INVENTORY "has an inventory"

/* Beyond this width of the whole, only what matters most is told: four lines of a terminal. */
enum { CAUSE_WIDTH = 250 };

/* About a constraint that is impossible alone. */
const char *cause_of_single(const struct telling *telling, const struct constraint *constraint);

/* About several constraints of one group, the only one of `groups`. */
const char *cause_of_group(const struct telling *telling, const size_t *groups, size_t count);

/* About constraints on the root, perhaps with those of groups, the groups of the set. */
const char *cause_of_root(const struct telling *telling, const size_t *groups, size_t count);

/* About constraints of several groups, the groups of the set. */
const char *cause_of_groups(const struct telling *telling, const size_t *groups, size_t count);

/* About groups that ask by in_tree for trees that no tree sees together. NULL: the set is about
   more. */
const char *cause_of_in_trees(const struct telling *telling);

/* About same_subtree, perhaps with group_policy=isolate, and the groups of the set. */
const char *cause_of_subtree(const struct telling *telling, const size_t *groups, size_t count);

/* About group_policy=isolate, and the groups of the set. except: what cause_except_roots() returns,
   or "". */
const char *cause_of_isolate(const struct telling *telling, const size_t *groups, size_t count,
                             const char *except);

/* Finds the tree with most different providers for groups of the set, if they are too few, of those
   that fail at the last filter only: "has 1 of 2 providers for groups 1 and 2 (a)". Sets nearest.
   Returns false if there is none. */
bool cause_nearest_isolated(const struct telling *telling, const size_t *groups, size_t count,
                            struct near_miss *nearest);

/* About a microversion below 1.29, before trees. */
const char *cause_of_one_of_tree(const struct telling *telling);

/* Finds the nearest tree that has all of the set but one constraint between groups, and tells which
   providers it has for the groups: "has a for 1 and b for 2", or of group_policy=isolate "has only
   a for 1 and 2". Sets nearest. Returns false if there is none, or it is not known. */
bool cause_nearest_without(const struct telling *telling, const struct constraint *left_out,
                           struct near_miss *nearest);

/* About groups of which each has room for its amount of a class, but not all of them together. */
const char *cause_of_combined(const struct telling *telling, const size_t *groups, size_t count);

/* Tells of the nearest trees which of the groups with a suffix they have a provider for, and what
   the next one lacks; isolate: for each group another one. NULL: a tree has one for each group, or
   the groups use what is shared, or nothing is near. */
const char *cause_of_places(const struct telling *telling, const size_t *groups, size_t count,
                            bool isolate);

/* Returns what the tree has that has most of a class that several groups ask for: "a has 4 + 8 left
   of 10 + 10 VCPU"; "": there is no such class, or tree. */
const char *cause_of_room(const struct telling *telling, const size_t *groups, size_t count);

/* About a provider that would share, but for its trait or its aggregates: what remains to be said
   after the set. It is of a tree that nothing else in the request leaves out, unless there is no
   better example. *nearer: trees that have what is shared, and lack only amounts of the rest;
   NULL: none. They come first. */
const char *cause_of_sharing(const struct telling *telling, const bool **nearer);

/* The same with what the nearer trees lack before it, for a set of one group. */
const char *cause_of_sharing_or_less(const struct telling *telling, size_t group);

/* About a provider that an anchor sees, and that would satisfy a part of a group without suffix
   whose other providers do not, but is left out by its traits, aggregates or tree: "a cannot use
   pool, which is not in aggregate x"; "": there is none. */
const char *cause_of_left_out(const struct telling *telling, const struct sought *sought,
                              uint32_t anchor);

/* Finds the tree whose pool lacks least of what is sought of a group with a suffix, of the trees
   with among[root]: "cannot use pool, which lacks 2 DISK_GB of 4 (8 of 10 used)". Others whose
   nearest pool is the same are counted. Returns false if none sees such a pool, or one of its own
   providers lacks no more. */
bool cause_nearest_pool(const struct sought *sought, const bool *among, struct near_miss *nearest);

/* Returns a miss in words, of what the set asks of a group, with other amounts of the group that
   the provider lacks and that the sentence does not tell of otherwise: "a lacks 1 VCPU of 2 and
   lacks 2 DISK_GB of 4", "a lacks 1 VCPU of 2, and 3 more; a also lacks 2 DISK_GB of 4". */
const char *cause_miss_words(const struct telling *telling, size_t group,
                             const struct near_miss *miss);

/* Returns the trees that have what the request asks of the root and of the group without suffix,
   amounts aside, of the constraints that are not in the set, or with_set of all: allowed[root];
   NULL: not known. */
const bool *cause_allowed(const struct telling *telling, bool with_set);

/* Returns the trees that have all that the request asks of the root, and a provider for each group
   but these, alone: allowed[root]; NULL: not known, or there is none. */
const bool *cause_allowed_beside(const struct telling *telling, const size_t *groups, size_t count);

/* Returns the trees that have all that the request asks for but a group, as far as they are known:
   trees[root]. A candidate of sharing providers only counts for one of them. */
const bool *cause_has_rest(const struct telling *telling, size_t group);

/* Counts in faults, by enum fault_kind, the inventories of the class that a constraint asks for of
   trees that have all else that the request asks. Returns false if they are not all known. */
bool cause_faults_of_rest(const struct telling *telling, const struct constraint *constraint,
                          struct class_fault *faults);

/* Returns whether a sharing provider has the class of a constraint. */
bool cause_is_shared(const struct telling *telling, const struct constraint *constraint);

/* Returns the trees whose roots are as the set asks: roots[root], in the arena. */
const bool *roots_of_set(const struct telling *telling);

/* Returns the trees that have all of the set but a root as it asks, and what is said of the first;
   NULL: they are not known, or there are none. */
const char *cause_trees_with_rest(const struct telling *telling, const char *said);

/* Returns what is wrong with the roots that are not as the set asks: "lacks A". */
const char *cause_root_fault(const struct telling *telling);

/* Returns what a sentence about such trees needs to say of others that have all of the set but
   their root: ", except in trees whose root ...: a". */
const char *cause_except_roots(const struct telling *telling);

/* Of the trees that are told of, looks at those that have the rarest thing that the set asks of a
   group. Returns what they lack: "a lacks the trait A; b has no VCPU", or "". some: only of trees
   that have something of what the set asks. */
const char *cause_of_misses(const struct telling *telling, size_t group, bool some);

/* The same of all trees, or if the set has an in_tree constraint of that one. */
const char *cause_of_misses_of_tree(const struct telling *telling, size_t group);

/* Returns what the tree of a root, which with what is shared with it has not all that the set asks
   of a group with a suffix, lacks of it: "gpu1 lacks the trait A"; "pool lacks 2 DISK_GB of 4 (8 of
   10 used)"; "pool is not shared with it: they have no aggregate in common"; "": it has nothing of
   it. */
const char *cause_of_target(const struct telling *telling, uint32_t root, size_t group);

/* Returns what is said of a resource that is impossible alone, with what the host that in_tree
   names for its group, or for the group without suffix, lacks of it before it, unless that names
   the host or nobody has the class: "nothing in the tree of c1 (in_tree) has VGPU; no provider
   offers ...". The resource is the only constraint of the set. */
const char *cause_of_target_first(const struct telling *telling, const struct constraint *resource,
                                  const char *said);

/* Returns the constraint that a fault is about, of what is sought of all of a group. */
const struct constraint *cause_constraint_of(const struct telling *telling, size_t group,
                                             const struct fault *fault);

/* Looks at the providers, or trees, that lack nothing of a group but what the set asks, and have
   its classes. Returns what the nearest of them lacks: "a lacks the trait A"; "": there is none. */
const char *cause_of_example(const struct telling *telling, size_t group);

/* Returns what a provider, or tree, that is told of lacks beside the set, of the traits, aggregates
   and trees that the request asks of a group: "; a also lacks the trait A"; or "". */
const char *cause_of_also(const struct telling *telling, size_t group, uint32_t provider);

/* Returns whether a tree would have a candidate if it did not lack what a miss of a group lacks:
   with just the amounts, and without the constraints on the rest. sought: all of the group, or what
   the set asks of it (of_set). */
bool cause_suffices(const struct telling *telling, const struct sought *sought, size_t group,
                    bool of_set, const struct near_miss *miss);

/* Returns what is told, of a set of several groups, or about a microversion before trees, with what
   other trees than those told of lack that lack only amounts for a candidate: "...; gpu1 lacks 1
   PGPU of 1 (1 of 1 used)". */
const char *cause_with_roads(const struct telling *telling, const char *told);

/* Returns what is said about other sets of the same size, after the one that is told: "; nor 4096
   MEMORY_MB: a lacks 96 MEMORY_MB of 4096 (4000 of 4096 used)", or "". A set that is not as telling
   counts only if it is about the tree that in_tree names. told: what is said already, which is not
   said again. */
const char *cause_of_equals(const struct telling *telling, const char *told);

/* Sets other to what is told of another set of the same size, the place-th of those found; returns
   whether it is told beside the one that is told. */
bool cause_equal_is_told(const struct telling *telling, size_t place, struct telling *other);

/* Returns whether one of those is about a resource, in the place of one that the set has. */
bool cause_equals_tell(const struct telling *telling, const struct constraint *resource);

/* What cause_of_misses() returns for several groups: "a meets resources1=FPGA:1, but lacks 1 VCPU
   of 1", or that they have too little for all of these together. */
const char *cause_of_lacks(const struct telling *telling, const size_t *groups, size_t count);

#endif
