/*
 * The nearest misses of the group without suffix: which trees have something of it, and what they
 * lack. A tree may take each class from another provider that it sees, so each class, set of traits
 * and set of aggregates is looked at by itself, by the provider that serves best.
 */
#include <config.h>

#include "placement/explain/missing.h"
#include "placement/explain/nearest.h"
#include "placement/explain/weight.h"

/* Who is seen by the anchors for one thing that the unsuffixed group asks for. */
struct sighting {
    const struct sought *sought;
    size_t index;        /* of the demand, or of the set of traits */
    double *best;        /* for each anchor: the least weight of a provider... */
    uint32_t *providers; /* ... and the provider; WORLD_NONE */
    bool *has;           /* for sets of aggregates */
};

static struct sighting sighting_begin(const struct sought *sought, struct missing *missing)
{
    uint32_t count = sought->inquiry->world->provider_count;
    struct arena *arena = sought->inquiry->arena;
    struct sighting sighting = {
        .sought = sought,
        .best = arena_array(arena, count, sizeof(*sighting.best)),
        .providers = arena_array(arena, count, sizeof(*sighting.providers)),
        .has = missing->has,
    };
    return sighting;
}

static void sighting_clear(struct sighting *sighting, size_t index)
{
    uint32_t count = sighting->sought->inquiry->world->provider_count;
    budget_spend(sighting->sought->inquiry->budget, count);
    sighting->index = index;
    for (uint32_t i = 0; i < count; i++)
        sighting->providers[i] = WORLD_NONE;
}

static void keep_lightest(struct sighting *sighting, uint32_t anchor, uint32_t provider,
                          double weight)
{
    if (sighting->providers[anchor] != WORLD_NONE && weight >= sighting->best[anchor])
        return;
    sighting->best[anchor] = weight;
    sighting->providers[anchor] = provider;
}

/* Returns whether a provider of the tree itself has room for the class, and the other is of another
   tree. */
static bool has_own_room(const struct sighting *sighting, uint32_t anchor, uint32_t provider,
                         uint32_t other)
{
    const struct world *world = sighting->sought->inquiry->world;
    const struct search_demand *demand = &sighting->sought->group.demands[sighting->index];
    return world->providers[provider].root == anchor && world->providers[other].root != anchor &&
           inventory_fault(world_inventory_of(world, provider, demand->class_id), demand->amount) ==
               FAULT_NONE;
}

/* A tree that has room itself does not lack what a pool lacks, even if all else weighs more. */
static void weigh_slot(void *subject, uint32_t anchor, uint32_t provider)
{
    struct sighting *sighting = subject;
    const struct search_demand *demand = &sighting->sought->group.demands[sighting->index];
    uint32_t before = sighting->providers[anchor];
    keep_lightest(sighting, anchor, provider,
                  weight_of_slot(sighting->sought, demand, provider, anchor));
    if (before == WORLD_NONE || sighting->best[anchor] <= 0)
        return;
    if (has_own_room(sighting, anchor, provider, before))
        sighting->providers[anchor] = provider;
    else if (has_own_room(sighting, anchor, before, provider))
        sighting->providers[anchor] = before;
}

/* Finds the best provider of a class for each anchor. */
static void see_class(struct sighting *sighting, size_t demand)
{
    const struct inquiry *inquiry = sighting->sought->inquiry;
    const struct world *world = inquiry->world;
    sighting_clear(sighting, demand);
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 16); i++)
        if (world_inventory_of(world, i, sighting->sought->group.demands[demand].class_id) != NULL)
            inquiry_visit_anchors(inquiry, i, false, weigh_slot, sighting);
}

/* Returns the weight of the demand that a provider satisfies best, and the demand; WEIGHT_CLASS or
   more: it has none of the classes. */
static double lightest_demand(const struct sought *sought, uint32_t provider, uint32_t anchor,
                              size_t *demand)
{
    double best = WEIGHT_CLASS;
    for (size_t i = 0; i < sought->group.demand_count; i++) {
        if (world_inventory_of(sought->inquiry->world, provider,
                               sought->group.demands[i].class_id) == NULL)
            continue;
        double weight = weight_of_slot(sought, &sought->group.demands[i], provider, anchor);
        if (weight >= best)
            continue;
        best = weight;
        *demand = i;
    }
    for (size_t i = 0; i < sought->bringer_count; i++)
        if (weight_of_slot(sought, &sought->bringers[i], provider, anchor) <= 0)
            best = 0;
    return best;
}

static void weigh_trait(void *subject, uint32_t anchor, uint32_t provider)
{
    struct sighting *sighting = subject;
    size_t demand;
    budget_spend(sighting->sought->inquiry->budget,
                 (sighting->sought->group.demand_count + sighting->sought->bringer_count) * 8);
    keep_lightest(sighting, anchor, provider,
                  lightest_demand(sighting->sought, provider, anchor, &demand));
}

/* Finds for each anchor the provider with a set of traits that serves best: that satisfies a demand
   too, has one of the classes, or just has the trait. */
static void see_traits(struct sighting *sighting, size_t set)
{
    const struct inquiry *inquiry = sighting->sought->inquiry;
    const struct world *world = inquiry->world;
    sighting_clear(sighting, set);
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(inquiry->budget, 2 + world->trait_words); i++)
        if (bits_meet(sighting->sought->group.traits.required[set], world_traits(world, i),
                      world->trait_words))
            inquiry_visit_anchors(inquiry, i, false, weigh_trait, sighting);
}

static void see_member(void *subject, uint32_t anchor, uint32_t provider)
{
    struct sighting *sighting = subject;
    (void)provider;
    sighting->has[anchor] = true;
}

static void see_aggregates(struct sighting *sighting, const uint64_t *set)
{
    const struct inquiry *inquiry = sighting->sought->inquiry;
    const struct world *world = inquiry->world;
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(inquiry->budget, 2 + world->aggregate_words);
         i++)
        if (bits_meet(set, world_aggregates(world, i), world->aggregate_words))
            inquiry_visit_anchors(inquiry, i, false, see_member, sighting);
}

/* Adds what the best provider of the class lacks that was seen last. */
static void add_slot(const struct sighting *sighting, uint32_t anchor, struct faults *faults)
{
    uint32_t best = sighting->providers[anchor];
    if (best != WORLD_NONE) {
        faults_of_slot(faults, sighting->index, best, anchor);
        return;
    }
    faults_add(faults,
               &(struct fault){.kind = FAULT_CLASS, .index = sighting->index, .on = anchor});
}

/* Returns whether the tree has none of the classes: then it does not matter where its traits are.
 */
static bool has_no_class(const struct faults *faults)
{
    size_t count = 0;
    for (size_t i = 0; i < faults->count; i++)
        count += faults->items[i].kind == FAULT_CLASS;
    return count > 0 && count == faults->sought->group.demand_count;
}

/* Returns whether a fault is among those already. */
static bool is_told(const struct faults *faults, const struct fault *fault)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->items[i].kind == fault->kind && faults->items[i].index == fault->index &&
            faults->items[i].on == fault->on)
            return true;
    return false;
}

/* Adds what is wrong with the set of traits that was seen last, after what is wrong with the
   classes. */
static void add_traits(const struct sighting *sighting, uint32_t anchor, struct faults *faults)
{
    const struct sought *sought = sighting->sought;
    uint32_t best = sighting->providers[anchor];
    struct faults of_demand = {.sought = sought};
    size_t demand = 0, told = 0;
    struct fault fault = {
        .kind = FAULT_TRAIT, .index = sighting->index, .on = best != WORLD_NONE ? best : anchor};
    if (best != WORLD_NONE) {
        double weight = lightest_demand(sought, best, anchor, &demand);
        bool alone = sought->group.demand_count == 0; /* without a class, which others bring */
        if (weight <= 0 || (alone ? sought->bringer_count == 0 : has_no_class(faults)))
            return;
        fault.kind = FAULT_TRAIT_APART;
        if (alone)
            faults_of_member(&of_demand, best, anchor);
        else if (weight < WEIGHT_CLASS)
            faults_of_slot(&of_demand, demand, best, anchor);
        for (size_t i = 0; alone && best == anchor && i < of_demand.count; i++)
            faults_add(faults, &of_demand.items[i]);
        if (alone && (best == anchor || of_demand.count == 0))
            return;
    }
    while (told < of_demand.count && is_told(faults, &of_demand.items[told]))
        told++;
    if (of_demand.count > 0) {
        fault.kind = FAULT_TRAIT_UNFIT;
        if (told == of_demand.count)
            return;
        fault.why = of_demand.items[told].kind;
        fault.why_index = of_demand.items[told].index;
    }
    faults_add(faults, &fault);
}

static double traits_weight(const struct sighting *sighting, uint32_t anchor,
                            const struct faults *faults)
{
    if (sighting->providers[anchor] == WORLD_NONE)
        return WEIGHT_ONE;
    if (sighting->sought->group.demand_count == 0)
        return faults->count > 0 ? WEIGHT_ONE / 2 : 0;
    return sighting->best[anchor] > 0 ? WEIGHT_ONE / 2 : 0;
}

/* Returns whether the root has a trait, and does not fit only because of what lacks already. */
static bool is_known(const struct faults *faults, uint32_t root, uint64_t lacking)
{
    return faults->count == 1 && faults->items[0].kind == FAULT_TRAIT_UNFIT &&
           faults->items[0].on == root && faults_bits(faults, lacking) == 0;
}

/* Notes what the provider of the class that was seen last lacks beside the amount. */
static void note_slot(const struct sighting *sighting, uint32_t anchor, const struct faults *faults,
                      struct slot_lacks *slots)
{
    struct slot_lack *slot = &slots->items[anchor * slots->count + sighting->index];
    slot->provider = sighting->providers[anchor];
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        uint64_t bit = sought_bit(sighting->sought, fault_constraint(fault->kind), fault->index);
        if (fault->kind < INVENTORY_FAULTS)
            continue;
        if (fault->on == anchor)
            slot->roots |= bit;
        else
            slot->own |= bit;
    }
}

/* Notes what all trees lack of the class, or of the set of traits, that was seen last. */
static void note_trees(const struct sighting *sighting, struct missing *missing, bool class)
{
    const struct sought *sought = sighting->sought;
    const struct world *world = sought->inquiry->world;
    struct arena *arena = sought->inquiry->arena;
    size_t work =
        16 + (sought->forbidden_traits.required_count + 1) * world->trait_words +
        (sought->forbidden_aggregates.required_count + sought->group.aggregates.required_count) *
            world->aggregate_words;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(sought->inquiry->budget, work);
         i++) {
        struct miss *miss = &missing->misses[i];
        struct arena_mark mark = arena_mark(arena);
        struct faults faults = {.sought = sought};
        if (world->providers[i].root != i)
            continue;
        missing->has[i] = sighting->providers[i] != WORLD_NONE;
        if (class)
            add_slot(sighting, i, &faults);
        else
            add_traits(sighting, i, &faults);
        if (class)
            miss->weight += missing->has[i] ? sighting->best[i] : WEIGHT_CLASS;
        else
            miss->weight += traits_weight(sighting, i, &faults);
        if (class && missing->slots != NULL && missing->slots->count > 0)
            note_slot(sighting, i, &faults, missing->slots);
        if (is_known(&faults, i, miss->rest.bits))
            faults.count = 0;
        miss->kinds = miss->kinds * 31 + faults_kinds(&faults, i);
        miss->figures = miss->figures * 31 + faults_figures(&faults);
        miss->classless = miss->classless || (class && !missing->has[i]);
        miss->rest.bits |= faults_bits(&faults, miss->rest.bits);
        arena_rewind(arena, &mark);
    }
    missing_note(missing, true);
}

/* Notes what all trees lack, and which have each thing. */
static void weigh_trees(struct sighting *sighting, struct missing *missing)
{
    const struct sought *sought = sighting->sought;
    const struct world *world = sought->inquiry->world;
    for (size_t i = 0; i < sought->group.demand_count; i++) {
        see_class(sighting, i);
        note_trees(sighting, missing, true);
    }
    for (size_t i = 0; i < sought->group.traits.required_count; i++) {
        see_traits(sighting, i);
        note_trees(sighting, missing, false);
    }
    for (size_t i = 0; i < sought->group.aggregates.required_count; i++) {
        see_aggregates(sighting, sought->group.aggregates.required[i]);
        missing_note(missing, true);
    }
    if (sought->bound && sought->group.tree != WORLD_NONE) {
        missing->has[sought->group.tree] =
            world->providers[sought->group.tree].root == sought->group.tree;
        missing_note(missing, true);
    }
}

void near_trees_weigh(const struct sought *sought, struct missing *missing)
{
    struct sighting sighting = sighting_begin(sought, missing);
    weigh_trees(&sighting, missing);
}

struct near_misses near_trees_find(const struct sought *sought, const bool *among, uint32_t wanted)
{
    struct missing missing = missing_begin(sought->inquiry);
    struct sighting sighting = sighting_begin(sought, &missing);
    struct faults of_trees[MISSES_MOST];
    weigh_trees(&sighting, &missing);
    missing_note_rest(&missing, sought, true);
    struct near_misses found = missing_nearest(&missing, true, among, wanted);
    for (size_t i = 0; i < found.count; i++)
        of_trees[i] = (struct faults){.sought = sought};
    for (size_t i = 0; i < sought->group.demand_count; i++) {
        see_class(&sighting, i);
        for (size_t j = 0; j < found.count; j++)
            add_slot(&sighting, found.items[j].provider, &of_trees[j]);
    }
    for (size_t i = 0; i < sought->group.traits.required_count; i++) {
        see_traits(&sighting, i);
        for (size_t j = 0; j < found.count; j++)
            add_traits(&sighting, found.items[j].provider, &of_trees[j]);
    }
    for (size_t i = 0; i < found.count; i++) {
        if (missing.whole)
            faults_of_root(&of_trees[i], found.items[i].provider);
        near_miss_tell(&found.items[i], &of_trees[i]);
    }
    return found;
}
