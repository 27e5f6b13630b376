/*
 * What keeps a provider from satisfying a group, each fault by itself, and in words: "lacks 2 VCPU
 * of 4 (6 of 8 used)".
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_FAULTS_H
#define BERTH_PLACEMENT_EXPLAIN_FAULTS_H

#include "placement/explain/sought.h"

enum fault_kind {
    /* Of an inventory. */
    FAULT_NONE,
    FAULT_CLASS, /* there is no inventory */
    FAULT_MAX_UNIT,
    FAULT_MIN_UNIT,
    FAULT_STEP_SIZE,
    FAULT_TOTAL,    /* too small even without reserved, usages and an allocation_ratio below 1 */
    FAULT_RATIO,    /* allocation_ratio takes what is missing */
    FAULT_RESERVED, /* reserved takes what is missing, whatever is used */
    FAULT_USED,     /* usages take it, perhaps together with reserved */
    INVENTORY_FAULTS,
    /* Of a provider, or a tree. */
    FAULT_TRAIT = INVENTORY_FAULTS,
    FAULT_TRAIT_APART, /* only providers with none of the classes have the trait */
    FAULT_TRAIT_UNFIT, /* only providers have it that do not satisfy the rest */
    FAULT_FORBIDDEN_TRAIT,
    FAULT_AGGREGATE,
    FAULT_FORBIDDEN_AGGREGATE,
    FAULT_TREE,
    /* Of the tree. */
    FAULT_ROOT, /* its root is not as root_required asks */
};

struct fault {
    enum fault_kind kind;
    size_t index;        /* of the demand, the required set or the forbidden name */
    uint32_t on;         /* the provider that it is about */
    enum fault_kind why; /* FAULT_TRAIT_UNFIT: what is wrong with that provider... */
    size_t why_index;    /* ... and about what */
};

struct faults {
    const struct sought *sought;
    struct fault *items;
    size_t count, room;
};

/* Returns why an inventory (NULL: there is none) has no room for an amount, or FAULT_NONE. */
enum fault_kind inventory_fault(const struct world_inventory *inventory, int64_t amount);

/* Add what is wrong with a provider of a granular group. */
void faults_of_provider(struct faults *faults, uint32_t provider);

/* Add what is wrong with a provider for one demand of the unsuffixed group, seen from an anchor. */
void faults_of_slot(struct faults *faults, size_t demand, uint32_t provider, uint32_t anchor);

/* The same without a demand: its forbidden traits, and its aggregates. */
void faults_of_member(struct faults *faults, uint32_t provider, uint32_t anchor);

/* Adds a fault, in the arena of the inquiry, unless it is there already. */
void faults_add(struct faults *faults, const struct fault *fault);

/* Add that a root is not as root_required asks, if it is not. */
void faults_of_root(struct faults *faults, uint32_t root);

/* Returns the kind of the constraint that a kind of fault is about. */
enum constraint_kind fault_constraint(enum fault_kind kind);

/* Returns what lacks, of all of a group, by sought_bit(), but for required traits that are there on
   providers that do not fit only because of what lacks already, by bits. */
uint64_t faults_bits(const struct faults *faults, uint64_t lacking);

/* Returns the classes of which the faults tell figures: "VCPU and DISK_GB". */
const char *faults_classes(const struct faults *faults);

/* Returns the faults as "lacks A, has B and is C". anchor is the provider that the sentence is
   about. */
const char *faults_words(const struct faults *faults, uint32_t anchor);

/* Return numbers that are equal if two providers, each of its anchor, have the same faults: but for
   the figures in them, and these. */
uint64_t faults_kinds(const struct faults *faults, uint32_t anchor);
uint64_t faults_figures(const struct faults *faults);

/* Returns whether only the root of the provider has what a group with a suffix asks of the provider
   itself: that does not count. */
bool fault_is_met_by_root(const struct sought *sought, const struct fault *fault);

/* What providers are called: names[provider], or their uuids if names is NULL. */
const char *provider_label(const struct world *world, const char *const *names, uint32_t provider);

/* Returns what takes the capacity of an inventory: "6 of 8 used, 2 of 10 reserved"; or "". */
const char *inventory_takes(struct arena *arena, const struct world_inventory *inventory);

#endif
