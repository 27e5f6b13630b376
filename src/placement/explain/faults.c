/*
 * Judges providers part by part, and compares what is wrong with them.
 */
#include <config.h>

#include "placement/explain/faults.h"

/* Inventories. */

static enum fault_kind capacity_fault(const struct world_inventory *inventory, int64_t amount)
{
    double ratio = (double)inventory->allocation_ratio;
    double unreserved = (double)inventory->total * ratio;
    if (amount <= inventory->capacity)
        return FAULT_USED;
    if ((double)amount <= unreserved)
        return FAULT_RESERVED;
    return amount <= inventory->total ? FAULT_RATIO : FAULT_TOTAL;
}

enum fault_kind inventory_fault(const struct world_inventory *inventory, int64_t amount)
{
    if (inventory == NULL)
        return FAULT_CLASS;
    if (amount > inventory->max_unit)
        return FAULT_MAX_UNIT;
    if (amount < inventory->min_unit)
        return FAULT_MIN_UNIT;
    if (!units_allow(inventory, amount))
        return FAULT_STEP_SIZE;
    return inventory_has_room(inventory, amount) ? FAULT_NONE : capacity_fault(inventory, amount);
}

/* Providers. */

static bool fault_equal(const struct fault *one, const struct fault *other)
{
    return one->kind == other->kind && one->index == other->index && one->on == other->on &&
           one->why == other->why && one->why_index == other->why_index;
}

void faults_add(struct faults *faults, const struct fault *fault)
{
    for (size_t i = 0; i < faults->count; i++)
        if (fault_equal(&faults->items[i], fault))
            return;
    faults->items = arena_grow(faults->sought->inquiry->arena, faults->items, faults->count,
                               &faults->room, sizeof(*faults->items));
    faults->items[faults->count++] = *fault;
}

static void add(struct faults *faults, enum fault_kind kind, size_t index, uint32_t on)
{
    faults_add(faults, &(struct fault){.kind = kind, .index = index, .on = on});
}

static const struct world_inventory *inventory_of(const struct sought *sought, size_t demand,
                                                  uint32_t provider)
{
    return world_inventory_of(sought->inquiry->world, provider,
                              sought->group.demands[demand].class_id);
}

static void add_demand(struct faults *faults, size_t demand, uint32_t provider)
{
    const struct sought *sought = faults->sought;
    enum fault_kind kind = inventory_fault(inventory_of(sought, demand, provider),
                                           sought->group.demands[demand].amount);
    if (kind != FAULT_NONE)
        add(faults, kind, demand, provider);
}

static void add_forbidden_traits(struct faults *faults, uint32_t provider)
{
    const struct sought *sought = faults->sought;
    const struct world *world = sought->inquiry->world;
    const uint64_t *own = world_traits(world, provider);
    if (!membership_forbids(&sought->group.traits, own, world->trait_words))
        return;
    for (size_t i = 0; i < sought->forbidden_traits.required_count; i++)
        if (bits_meet(sought->forbidden_traits.required[i], own, world->trait_words))
            add(faults, FAULT_FORBIDDEN_TRAIT, i, provider);
}

/* Returns how many required sets some bits miss. */
static size_t count_missing(const struct search_membership *membership, const uint64_t *bits,
                            size_t words)
{
    size_t count = 0;
    for (size_t i = 0; i < membership->required_count; i++)
        count += !bits_meet(membership->required[i], bits, words);
    return count;
}

/* above: the anchor if the aggregates of the provider's root count as its own, or the provider. One
   of both must have them all, so it is told of the one that lacks fewer: rather of the anchor, once
   for all providers below it. */
static void add_aggregates(struct faults *faults, uint32_t provider, uint32_t above)
{
    const struct sought *sought = faults->sought;
    const struct world *world = sought->inquiry->world;
    const struct search_membership *required = &sought->group.aggregates;
    const struct search_membership *forbidden = &sought->forbidden_aggregates;
    const uint64_t *own = world_aggregates(world, provider);
    const uint64_t *roots = world_aggregates(world, above);
    size_t words = world->aggregate_words;
    bool own_tree = world->providers[provider].root == world->providers[above].root;
    bool roots_best =
        own_tree && count_missing(required, roots, words) <= count_missing(required, own, words);
    for (size_t i = 0; i < required->required_count; i++)
        if (!bits_meet(required->required[i], roots_best ? roots : own, words))
            add(faults, FAULT_AGGREGATE, i, roots_best ? above : provider);
    for (size_t i = 0; i < forbidden->required_count; i++)
        if (bits_meet(forbidden->required[i], own, words))
            add(faults, FAULT_FORBIDDEN_AGGREGATE, i, provider);
        else if (bits_meet(forbidden->required[i], roots, words))
            add(faults, FAULT_FORBIDDEN_AGGREGATE, i, above);
}

/* on: the provider that it is told of. */
static void add_tree(struct faults *faults, uint32_t provider, uint32_t anchor, uint32_t on)
{
    const struct sought *sought = faults->sought;
    uint32_t root = sought->inquiry->world->providers[provider].root;
    if (sought->bound && (root != sought->group.tree || root != anchor))
        add(faults, FAULT_TREE, 0, on);
}

void faults_of_provider(struct faults *faults, uint32_t provider)
{
    const struct sought *sought = faults->sought;
    const struct world *world = sought->inquiry->world;
    const struct search_membership *traits = &sought->group.traits;
    for (size_t i = 0; i < sought->group.demand_count; i++)
        add_demand(faults, i, provider);
    for (size_t i = 0; i < traits->required_count; i++)
        if (!bits_meet(traits->required[i], world_traits(world, provider), world->trait_words))
            add(faults, FAULT_TRAIT, i, provider);
    add_forbidden_traits(faults, provider);
    add_aggregates(faults, provider, provider);
    add_tree(faults, provider, world->providers[provider].root, provider);
}

void faults_of_member(struct faults *faults, uint32_t provider, uint32_t anchor)
{
    add_forbidden_traits(faults, provider);
    add_aggregates(faults, provider, anchor);
}

void faults_of_slot(struct faults *faults, size_t demand, uint32_t provider, uint32_t anchor)
{
    bool own = faults->sought->inquiry->world->providers[provider].root == anchor;
    if (!own) /* whatever else is wrong with it does not matter */
        add_tree(faults, provider, anchor, provider);
    add_demand(faults, demand, provider);
    add_forbidden_traits(faults, provider);
    add_aggregates(faults, provider, anchor);
    if (own)
        add_tree(faults, provider, anchor, anchor);
}

void faults_of_root(struct faults *faults, uint32_t root)
{
    const struct lacks *lacks = faults->sought->inquiry->lacks;
    if (lacks != NULL && lacks->roots[root] != 0)
        add(faults, FAULT_ROOT, 0, root);
}

enum constraint_kind fault_constraint(enum fault_kind kind)
{
    switch (kind) {
    case FAULT_TRAIT:
    case FAULT_TRAIT_APART:
    case FAULT_TRAIT_UNFIT:
        return CONSTRAINT_REQUIRED;
    case FAULT_FORBIDDEN_TRAIT:
        return CONSTRAINT_FORBIDDEN;
    case FAULT_AGGREGATE:
        return CONSTRAINT_MEMBER_OF;
    case FAULT_FORBIDDEN_AGGREGATE:
        return CONSTRAINT_NOT_MEMBER_OF;
    case FAULT_TREE:
        return CONSTRAINT_IN_TREE;
    default:
        return CONSTRAINT_RESOURCE;
    }
}

uint64_t faults_bits(const struct faults *faults, uint64_t lacking)
{
    const struct sought *sought = faults->sought;
    uint64_t bits = 0;
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        if (fault->kind == FAULT_TRAIT_UNFIT &&
            (lacking & sought_bit(sought, fault_constraint(fault->why), fault->why_index)) != 0)
            continue;
        bits |= sought_bit(sought, fault_constraint(fault->kind), fault->index);
    }
    return bits;
}

/* Comparison. */

bool fault_is_met_by_root(const struct sought *sought, const struct fault *fault)
{
    const struct world *world = sought->inquiry->world;
    uint32_t root = world->providers[fault->on].root;
    if (!sought->group.granular || root == fault->on || root == WORLD_NONE)
        return false;
    if (fault->kind == FAULT_TRAIT)
        return bits_meet(sought->group.traits.required[fault->index], world_traits(world, root),
                         world->trait_words);
    return fault->kind == FAULT_AGGREGATE &&
           bits_meet(sought->group.aggregates.required[fault->index], world_aggregates(world, root),
                     world->aggregate_words);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

uint64_t faults_kinds(const struct faults *faults, uint32_t anchor)
{
    const struct world *world = faults->sought->inquiry->world;
    uint64_t hash = faults->count;
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        bool same = world->providers[fault->on].root == world->providers[anchor].root;
        hash = mix(hash, (uint64_t)fault->kind << 8 | fault->why);
        hash = mix(hash, fault->index << 2 | (size_t)same << 1 | (fault->on == anchor));
        hash = mix(hash, fault->why_index << 1 | fault_is_met_by_root(faults->sought, fault));
    }
    return hash;
}

static uint64_t mix_inventory(const struct sought *sought, enum fault_kind kind, size_t index,
                              uint32_t on, uint64_t hash)
{
    const struct world_inventory *inventory;
    if (kind >= INVENTORY_FAULTS || (inventory = inventory_of(sought, index, on)) == NULL)
        return hash;
    if (kind == FAULT_MAX_UNIT)
        return mix(hash, (uint64_t)inventory->max_unit);
    if (kind == FAULT_MIN_UNIT)
        return mix(hash, (uint64_t)inventory->min_unit);
    if (kind == FAULT_STEP_SIZE)
        return mix(hash, (uint64_t)inventory->step_size);
    hash = mix(hash, (uint64_t)inventory->capacity);
    return kind == FAULT_TOTAL
               ? hash
               : mix(mix(hash, (uint64_t)inventory->used),
                     (uint64_t)inventory->reserved << 32 | (uint32_t)inventory->total);
}

uint64_t faults_figures(const struct faults *faults)
{
    uint64_t hash = faults->count;
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        hash = mix_inventory(faults->sought, fault->kind, fault->index, fault->on, hash);
        if (fault->kind == FAULT_TRAIT_UNFIT)
            hash = mix_inventory(faults->sought, fault->why, fault->why_index, fault->on, hash);
    }
    return hash;
}
