/*
 * Weighs what providers lack, and puts those together that lack the same.
 */
#include <config.h>

#include "placement/explain/nearest.h"

#include <string.h>

#include "base/sorted.h"
#include "base/text.h"

/* What a lack weighs. Capacity weighs more the more of it lacks. */
#define WEIGHT_CLASS    4.0
#define WEIGHT_UNITS    2.0
#define WEIGHT_TREE     1.5
#define WEIGHT_ONE      1.0
#define WEIGHT_CAPACITY 0.5

/* A provider, or tree, that misses. */
struct miss {
    uint64_t kinds, figures; /* faults_kinds(), faults_figures() */
    double weight;
    uint32_t rarest; /* how many have the rarest thing that it has; UINT32_MAX: it has nothing */
    uint32_t provider;
};

struct missing {
    const struct inquiry *inquiry;
    struct miss *misses; /* for each provider */
    bool *has;           /* for each provider: it has the thing that is looked at */
};

/* Begins with all providers, or with the roots. */
static struct missing missing_begin(const struct inquiry *inquiry)
{
    uint32_t count = inquiry->world->provider_count;
    struct missing missing = {
        .inquiry = inquiry,
        .misses = arena_array(inquiry->arena, count, sizeof(*missing.misses)),
        .has = arena_array(inquiry->arena, count, sizeof(*missing.has)),
    };
    budget_spend(inquiry->budget, (uint64_t)count * 4);
    for (uint32_t i = 0; i < count; i++)
        missing.misses[i] = (struct miss){.rarest = UINT32_MAX, .provider = i};
    return missing;
}

/* Notes who has a thing. Only roots count if what misses are trees. */
static void note_thing(struct missing *missing, bool trees)
{
    const struct world *world = missing->inquiry->world;
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++)
        count += missing->has[i] && (!trees || world->providers[i].root == i);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        if (missing->has[i] && count < missing->misses[i].rarest)
            missing->misses[i].rarest = count;
        missing->has[i] = false;
    }
    budget_spend(missing->inquiry->budget, world->provider_count);
}

/* Of one kind together, the nearest first. */
static int miss_compare(const void *left, const void *right)
{
    const struct miss *a = left, *b = right;
    if (a->kinds != b->kinds)
        return a->kinds < b->kinds ? -1 : 1;
    if (a->weight < b->weight || a->weight > b->weight)
        return a->weight < b->weight ? -1 : 1;
    return a->provider < b->provider ? -1 : a->provider > b->provider;
}

/* A kind of misses: those from `first` on. */
struct miss_kind {
    const struct miss *first;
    uint32_t rarest, count;
    bool alike;
};

static int kind_compare(const void *left, const void *right)
{
    const struct miss_kind *a = left, *b = right;
    if (a->rarest != b->rarest)
        return a->rarest < b->rarest ? -1 : 1;
    return miss_compare(&(struct miss){.weight = a->first->weight, .provider = a->first->provider},
                        &(struct miss){.weight = b->first->weight, .provider = b->first->provider});
}

static size_t find_kinds(const struct miss *misses, size_t count, struct miss_kind *kinds)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct miss *miss = &misses[i];
        if (i == 0 || miss->kinds != misses[i - 1].kinds)
            kinds[found++] = (struct miss_kind){miss, miss->rarest, 0, true};
        struct miss_kind *kind = &kinds[found - 1];
        kind->count++;
        kind->alike = kind->alike && miss->figures == kind->first->figures;
        if (miss->rarest < kind->rarest)
            kind->rarest = miss->rarest;
    }
    return found;
}

/* Puts those together that lack the same: of the providers, or roots, that have something and lack
   something. Reasons are still to be added. */
static struct near_misses put_together(struct missing *missing, bool trees, const bool *among)
{
    const struct inquiry *inquiry = missing->inquiry;
    const struct world *world = inquiry->world;
    struct near_misses found = {.count = 0};
    size_t count = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        const struct miss *miss = &missing->misses[i];
        uint32_t root = world->providers[i].root;
        bool has = miss->rarest < UINT32_MAX || (trees && among != NULL);
        if (miss->weight > 0 && has && (trees ? root == i : root != WORLD_NONE) &&
            (among == NULL || among[root]))
            missing->misses[count++] = *miss;
    }
    if (!budget_spend(inquiry->budget, (uint64_t)count * 16))
        return found;
    sort(missing->misses, count, sizeof(*missing->misses), miss_compare);
    struct miss_kind *kinds = arena_array(inquiry->arena, count, sizeof(*kinds));
    size_t kind_count = find_kinds(missing->misses, count, kinds);
    sort(kinds, kind_count, sizeof(*kinds), kind_compare);
    for (size_t i = 0; i < kind_count; i++)
        if (i < MISSES_MOST)
            found.items[found.count++] = (struct near_miss){
                kinds[i].first->provider, "", kinds[i].count - 1, kinds[i].alike, kinds[i].rarest};
        else
            found.others += kinds[i].count;
    return found;
}

/* Weights. */

static double demand_weight(const struct world *world, const struct search_demand *demand,
                            uint32_t provider)
{
    const struct world_inventory *inventory = world_inventory_of(world, provider, demand->class_id);
    if (inventory == NULL)
        return WEIGHT_CLASS;
    if (!units_allow(inventory, demand->amount))
        return WEIGHT_UNITS;
    if (inventory_has_room(inventory, demand->amount))
        return 0;
    double lack = (double)(inventory->used + demand->amount - inventory->capacity);
    double part = lack / (double)demand->amount;
    return WEIGHT_CAPACITY * (1 + (part < 1 ? part : 1));
}

static double required_weight(const struct search_membership *membership, const uint64_t *bits,
                              size_t words)
{
    double weight = 0;
    for (size_t i = 0; i < membership->required_count; i++)
        if (!bits_meet(membership->required[i], bits, words))
            weight += WEIGHT_ONE;
    return weight;
}

static double provider_weight(const struct sought *sought, uint32_t provider)
{
    const struct world *world = sought->inquiry->world;
    const struct search_group *group = &sought->group;
    const uint64_t *traits = world_traits(world, provider);
    const uint64_t *aggregates = world_aggregates(world, provider);
    bool elsewhere = sought->bound && world->providers[provider].root != group->tree;
    double weight = elsewhere ? WEIGHT_TREE : 0;
    for (size_t i = 0; i < group->demand_count; i++)
        weight += demand_weight(world, &group->demands[i], provider);
    if (membership_forbids(&group->traits, traits, world->trait_words))
        weight += WEIGHT_ONE;
    if (membership_forbids(&group->aggregates, aggregates, world->aggregate_words))
        weight += WEIGHT_ONE;
    return weight + required_weight(&group->traits, traits, world->trait_words) +
           required_weight(&group->aggregates, aggregates, world->aggregate_words);
}

/* Weighs what faults_of_slot() finds. */
static double slot_weight(const struct sought *sought, const struct search_demand *demand,
                          uint32_t provider, uint32_t anchor)
{
    const struct world *world = sought->inquiry->world;
    const struct search_membership *aggregates = &sought->group.aggregates;
    const uint64_t *own = world_aggregates(world, provider);
    const uint64_t *roots = world_aggregates(world, anchor);
    uint32_t root = world->providers[provider].root;
    size_t words = world->aggregate_words;
    double weight =
        sought->bound && (root != sought->group.tree || root != anchor) ? WEIGHT_TREE : 0;
    if (membership_forbids(&sought->group.traits, world_traits(world, provider),
                           world->trait_words))
        weight += WEIGHT_ONE;
    if (membership_forbids(aggregates, own, words) || membership_forbids(aggregates, roots, words))
        weight += WEIGHT_ONE;
    if (root != anchor || !membership_requires(aggregates, roots, words))
        weight += required_weight(aggregates, own, words);
    return weight + demand_weight(world, demand, provider);
}

/* Providers. */

/* Notes who has each thing that a granular group asks for. */
static void note_providers(const struct sought *sought, struct missing *missing)
{
    const struct world *world = sought->inquiry->world;
    const struct search_group *group = &sought->group;
    struct budget *budget = sought->inquiry->budget;
    for (size_t i = 0; i < group->demand_count; i++) {
        for (uint32_t j = 0; j < world->provider_count && budget_spend(budget, 2); j++)
            missing->has[j] = world_inventory_of(world, j, group->demands[i].class_id) != NULL;
        note_thing(missing, false);
    }
    for (size_t i = 0; i < group->traits.required_count; i++) {
        for (uint32_t j = 0;
             j < world->provider_count && budget_spend(budget, 1 + world->trait_words); j++)
            missing->has[j] =
                bits_meet(group->traits.required[i], world_traits(world, j), world->trait_words);
        note_thing(missing, false);
    }
    for (size_t i = 0; i < group->aggregates.required_count; i++) {
        for (uint32_t j = 0;
             j < world->provider_count && budget_spend(budget, 1 + world->aggregate_words); j++)
            missing->has[j] = bits_meet(group->aggregates.required[i], world_aggregates(world, j),
                                        world->aggregate_words);
        note_thing(missing, false);
    }
    if (!sought->bound)
        return;
    for (uint32_t j = 0; j < world->provider_count; j++)
        missing->has[j] = group->tree != WORLD_NONE && world->providers[j].root == group->tree;
    note_thing(missing, false);
}

static struct near_misses find_providers(const struct sought *sought, const bool *among)
{
    const struct inquiry *inquiry = sought->inquiry;
    const struct world *world = inquiry->world;
    const struct search_group *group = &sought->group;
    struct missing missing = missing_begin(inquiry);
    struct faults faults = {.sought = sought};
    size_t work =
        8 + group->demand_count * 8 +
        2 * (group->traits.required_count + sought->forbidden_traits.required_count) *
            world->trait_words +
        2 * (group->aggregates.required_count + sought->forbidden_aggregates.required_count) *
            world->aggregate_words;
    note_providers(sought, &missing);
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++) {
        struct miss *miss = &missing.misses[i];
        if (world->providers[i].root == WORLD_NONE || miss->rarest == UINT32_MAX)
            continue;
        faults.count = 0;
        faults_of_provider(&faults, i);
        miss->weight = provider_weight(sought, i);
        miss->kinds = faults_kinds(&faults, i);
        miss->figures = faults_figures(&faults);
    }
    struct near_misses found = put_together(&missing, false, among);
    for (size_t i = 0; i < found.count; i++) {
        faults.count = 0;
        faults_of_provider(&faults, found.items[i].provider);
        found.items[i].reason = faults_words(&faults, found.items[i].provider);
    }
    return found;
}

/* Trees. */

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

static void weigh_slot(void *subject, uint32_t anchor, uint32_t provider)
{
    struct sighting *sighting = subject;
    keep_lightest(sighting, anchor, provider,
                  slot_weight(sighting->sought, &sighting->sought->group.demands[sighting->index],
                              provider, anchor));
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
        double weight = slot_weight(sought, &sought->group.demands[i], provider, anchor);
        if (weight >= best)
            continue;
        best = weight;
        *demand = i;
    }
    for (size_t i = 0; i < sought->bringer_count; i++)
        if (slot_weight(sought, &sought->bringers[i], provider, anchor) <= 0)
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
        if (weight <= 0 || sought->group.demand_count == 0 || has_no_class(faults))
            return;
        fault.kind = FAULT_TRAIT_APART;
        if (weight < WEIGHT_CLASS)
            faults_of_slot(&of_demand, demand, best, anchor);
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

static double traits_weight(const struct sighting *sighting, uint32_t anchor)
{
    if (sighting->providers[anchor] == WORLD_NONE)
        return WEIGHT_ONE;
    return sighting->best[anchor] > 0 && sighting->sought->group.demand_count > 0 ? WEIGHT_ONE / 2
                                                                                  : 0;
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
            miss->weight += traits_weight(sighting, i);
        miss->kinds = miss->kinds * 31 + faults_kinds(&faults, i);
        miss->figures = miss->figures * 31 + faults_figures(&faults);
        arena_rewind(arena, &mark);
    }
    note_thing(missing, true);
}

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
        note_thing(missing, true);
    }
    if (sought->bound && sought->group.tree != WORLD_NONE) {
        missing->has[sought->group.tree] =
            world->providers[sought->group.tree].root == sought->group.tree;
        note_thing(missing, true);
    }
}

static struct near_misses find_trees(const struct sought *sought, const bool *among)
{
    struct missing missing = missing_begin(sought->inquiry);
    struct sighting sighting = sighting_begin(sought, &missing);
    struct faults of_trees[MISSES_MOST];
    weigh_trees(&sighting, &missing);
    struct near_misses found = put_together(&missing, true, among);
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
    for (size_t i = 0; i < found.count; i++)
        found.items[i].reason = faults_words(&of_trees[i], found.items[i].provider);
    return found;
}

/* Tells those once whose faults differ, but not the words. */
static void join_equal(struct near_misses *misses)
{
    size_t kept = 0;
    for (size_t i = 0; i < misses->count; i++) {
        const struct near_miss *miss = &misses->items[i];
        size_t same = 0;
        while (same < kept && strcmp(misses->items[same].reason, miss->reason) != 0)
            same++;
        if (same == kept) {
            misses->items[kept++] = *miss;
            continue;
        }
        misses->items[same].more += 1 + miss->more;
        misses->items[same].alike = misses->items[same].alike && miss->alike;
    }
    misses->count = kept;
}

struct near_misses near_misses_find(const struct sought *sought, const bool *among)
{
    struct near_misses misses =
        sought->group.granular ? find_providers(sought, among) : find_trees(sought, among);
    join_equal(&misses);
    return misses;
}

const char *near_miss_words(struct arena *arena, const struct world *world,
                            const char *const *names, const struct near_miss *miss)
{
    const char *name = provider_label(world, names, miss->provider);
    if (miss->more == 0)
        return arena_printf(arena, "%s %s", name, miss->reason);
    return arena_printf(arena, "%s %s, and %u more%s", name, miss->reason, miss->more,
                        miss->alike ? "" : " with other figures");
}

/* Groups together. */

static void see_any(void *subject, uint32_t anchor, uint32_t provider)
{
    struct missing *missing = subject;
    (void)provider;
    missing->has[anchor] = true;
}

/* Finds which anchors see a provider that satisfies a group. */
static void see_group(struct missing *missing, const struct funnel *funnel)
{
    const struct world *world = missing->inquiry->world;
    if (!budget_spend(missing->inquiry->budget, world->provider_count))
        return;
    for (uint32_t i = 0; i < world->provider_count; i++)
        missing->has[i] = !funnel->granular && funnel->fits[i];
    for (uint32_t i = 0; funnel->granular && i < world->provider_count; i++)
        if (funnel->fits[i])
            inquiry_visit_anchors(missing->inquiry, i, false, see_any, missing);
}

struct near_misses near_trees_find(const struct inquiry *inquiry, struct funnel *const *funnels)
{
    size_t groups = inquiry->query.group_count;
    struct text_builder lists[MISSES_MOST];
    struct missing missing = missing_begin(inquiry);
    for (size_t i = 0; i < groups; i++) {
        see_group(&missing, funnels[i]);
        for (uint32_t j = 0; j < inquiry->world->provider_count; j++)
            if (!missing.has[j]) {
                missing.misses[j].weight++;
                missing.misses[j].kinds = (missing.misses[j].kinds + i + 1) * 0x9e3779b97f4a7c15u;
            }
        note_thing(&missing, true);
    }
    struct near_misses found = put_together(&missing, true, NULL);
    for (size_t i = 0; i < found.count; i++)
        lists[i] = text_begin(inquiry->arena);
    for (size_t i = 0; i < groups; i++) {
        const char *suffix = inquiry->request->groups[i].suffix;
        see_group(&missing, funnels[i]);
        for (size_t j = 0; j < found.count; j++)
            if (!missing.has[found.items[j].provider])
                text_add_item(&lists[j], ", ", text_filled_or(suffix, "without suffix"));
    }
    for (size_t i = 0; i < found.count; i++) {
        const char *list = text_end(&lists[i]);
        found.items[i].reason = arena_printf(inquiry->arena, "has nothing for group%s %s",
                                             strchr(list, ',') != NULL ? "s" : "", list);
    }
    return found;
}

static const char *root_words(const struct inquiry *inquiry, const uint64_t *own)
{
    const struct membership *asked = &inquiry->request->root_traits;
    const struct search_membership *required = &inquiry->query.root_traits;
    const struct search_membership *forbidden = &inquiry->forbidden.root_traits;
    struct text_builder lacks = text_begin(inquiry->arena);
    for (size_t i = 0; i < required->required_count; i++)
        if (!bits_meet(required->required[i], own, inquiry->world->trait_words))
            text_add_item(&lacks, " and ",
                          arena_printf(inquiry->arena, "lacks the trait %s",
                                       names_joined(&asked->required[i], ", ", inquiry->arena)));
    for (size_t i = 0; i < forbidden->required_count; i++)
        if (bits_meet(forbidden->required[i], own, inquiry->world->trait_words))
            text_add_item(&lacks, " and ",
                          arena_printf(inquiry->arena, "has the forbidden trait %s",
                                       asked->forbidden.names[i]));
    return arena_printf(inquiry->arena, "%s (root_required)", text_end(&lacks));
}

struct near_misses near_roots_find(const struct inquiry *inquiry, const bool *found)
{
    const struct world *world = inquiry->world;
    const struct search_membership *required = &inquiry->query.root_traits;
    const struct search_membership *forbidden = &inquiry->forbidden.root_traits;
    struct missing missing = missing_begin(inquiry);
    size_t work = 4 + (required->required_count + forbidden->required_count) * world->trait_words;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, work); i++) {
        struct miss *miss = &missing.misses[i];
        const uint64_t *own = world_traits(world, i);
        miss->rarest = 1;
        for (size_t j = 0; j < required->required_count + forbidden->required_count; j++) {
            bool bad = j < required->required_count
                           ? !bits_meet(required->required[j], own, world->trait_words)
                           : bits_meet(forbidden->required[j - required->required_count], own,
                                       world->trait_words);
            miss->weight += bad ? WEIGHT_ONE : 0;
            miss->kinds = (miss->kinds + bad) * 0x9e3779b97f4a7c15u;
        }
    }
    struct near_misses misses = put_together(&missing, true, found);
    for (size_t i = 0; i < misses.count; i++)
        misses.items[i].reason = root_words(inquiry, world_traits(world, misses.items[i].provider));
    return misses;
}

void near_misses_put_first(struct near_misses *misses, const struct near_misses *first)
{
    struct near_misses all = *first;
    for (size_t i = 0; i < misses->count; i++)
        if (all.count < MISSES_MOST)
            all.items[all.count++] = misses->items[i];
        else
            all.others += 1 + misses->items[i].more;
    all.others += misses->others;
    *misses = all;
}

struct near_misses near_misses_alike(const struct inquiry *inquiry, const bool *found,
                                     const char *reason)
{
    struct near_misses misses = {.count = 0};
    for (uint32_t i = 0; i < inquiry->world->provider_count; i++) {
        if (!found[i])
            continue;
        if (misses.count++ == 0)
            misses.items[0] = (struct near_miss){i, reason, 0, true, 0};
        else
            misses.items[0].more++;
    }
    misses.count = misses.count > 0;
    return misses;
}
