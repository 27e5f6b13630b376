/*
 * Puts into words which providers of a tree groups could take, and what the next one lacks: each
 * group has a provider, but no tree has one for each of them.
 */
#include <config.h>

#include "base/text.h"
#include "placement/explain/cause_parts.h"
#include "placement/explain/weight.h"

enum {
    PLACED_MOST = 16, /* groups, at most, for which providers are looked for */
    NAMED_MOST = 3,   /* providers that are named one by one */
    LACKS_TOLD = 2,   /* groups of a tree, and trees, whose lack is told */
};

/* What a trait or an aggregate that a provider has not weighs more: it tells another kind of
   provider. Still it is nearer than one without the class. */
#define WEIGHT_KIND 2.0

/* What is missing for a group: the least that a provider of the tree lacks for it, or for one that
   could leave its provider to it. */
struct missing_place {
    size_t number;     /* of the group */
    uint32_t provider; /* WORLD_NONE: none has the classes */
    double weight;
};

/* What a tree has for the groups. */
struct placing {
    uint32_t root;
    uint32_t providers[PLACED_MOST]; /* for each group; WORLD_NONE: none is left */
    struct missing_place missing[PLACED_MOST];
    size_t missing_count;
    double weight; /* of all that is missing */
};

/* The groups, and their providers in the tree that is looked at. */
struct places {
    const struct telling *telling;
    const size_t *groups;
    size_t count;
    bool isolate;
    struct sought sought[PLACED_MOST];
    size_t *takers; /* for each provider: the number of the group that takes it, plus one */
    bool *tried;    /* for each provider */
    struct placing placing;
};

static bool fits(const struct places *places, size_t number, uint32_t provider)
{
    return places->telling->explanation->funnels[places->groups[number]]->fits[provider];
}

static const struct world *world_of(const struct places *places)
{
    return places->telling->explanation->world;
}

/* Finds a provider for a group, for which others may move to another one. The depth is at most the
   number of groups. */
static bool place_group(struct places *places, size_t number)
{
    const struct world *world = world_of(places);
    const struct world_provider *top = &world->providers[places->placing.root];
    for (uint32_t place = top->first_below;
         place < top->end_below && budget_spend(places->telling->inquiry->budget, 1); place++) {
        uint32_t provider = world->in_order[place];
        if (places->tried[provider] || !fits(places, number, provider))
            continue;
        places->tried[provider] = true;
        if (places->isolate && places->takers[provider] != 0 &&
            !place_group(places, places->takers[provider] - 1))
            continue;
        places->takers[provider] = number + 1;
        places->placing.providers[number] = provider;
        return true;
    }
    return false;
}

static double weigh(const struct sought *sought, uint32_t provider)
{
    const struct world *world = sought->inquiry->world;
    bool holds = membership_holds(&sought->group.traits, world_traits(world, provider),
                                  world->trait_words) &&
                 membership_holds(&sought->group.aggregates, world_aggregates(world, provider),
                                  world->aggregate_words);
    return weight_of_provider(sought, provider) + (holds ? 0 : WEIGHT_KIND);
}

static void forget(struct places *places, bool takers)
{
    const struct world *world = world_of(places);
    const struct world_provider *top = &world->providers[places->placing.root];
    budget_spend(places->telling->inquiry->budget, 1 + (top->end_below - top->first_below) / 8);
    for (uint32_t place = top->first_below; place < top->end_below; place++) {
        places->tried[world->in_order[place]] = false;
        if (takers)
            places->takers[world->in_order[place]] = 0;
    }
}

/* Finds the provider that lacks least for a group without one, or for a group whose provider that
   one could take: those that were tried in vain have takers. */
static struct missing_place find_missing(const struct places *places, size_t number)
{
    const struct world *world = world_of(places);
    const struct world_provider *top = &world->providers[places->placing.root];
    struct missing_place missing = {number, WORLD_NONE, WEIGHT_CLASS};
    for (size_t i = 0; i < places->count; i++) {
        uint32_t taken = places->placing.providers[i];
        if (i != number && (taken == WORLD_NONE || !places->isolate || !places->tried[taken]))
            continue;
        for (uint32_t place = top->first_below;
             place < top->end_below && budget_spend(places->telling->inquiry->budget, 16);
             place++) {
            uint32_t provider = world->in_order[place];
            if (places->isolate && (places->tried[provider] || places->takers[provider] != 0))
                continue;
            double weight = weigh(&places->sought[i], provider);
            if (weight < missing.weight)
                missing = (struct missing_place){i, provider, weight};
        }
    }
    return missing;
}

/* Finds providers for as many groups as the tree has them for. */
static void place_groups(struct places *places, uint32_t root)
{
    struct placing *placing = &places->placing;
    placing->root = root;
    placing->missing_count = 0;
    placing->weight = 0;
    forget(places, true);
    for (size_t i = 0; i < places->count; i++) {
        placing->providers[i] = WORLD_NONE;
        place_group(places, i);
        forget(places, false);
    }
    for (size_t i = 0; i < places->count; i++) {
        if (placing->providers[i] != WORLD_NONE)
            continue;
        place_group(places, i); /* in vain, but notes what was tried */
        struct missing_place missing = find_missing(places, i);
        forget(places, false);
        placing->missing[placing->missing_count++] = missing;
        placing->weight += missing.weight;
    }
}

/* Returns whether two trees lack a provider for the same groups. */
static bool lacks_the_same(const struct placing *one, const struct placing *other)
{
    size_t same = 0;
    if (one->missing_count != other->missing_count)
        return false;
    while (same < one->missing_count && one->missing[same].number == other->missing[same].number)
        same++;
    return same == one->missing_count;
}

static bool is_nearer(const struct placing *one, const struct placing *other)
{
    if (one->missing_count != other->missing_count)
        return one->missing_count < other->missing_count;
    return one->weight < other->weight;
}

/* Returns whether some provider of the tree lacks less than a class for each group without one. */
static bool is_mendable(const struct placing *placing)
{
    size_t lacking = 0;
    while (lacking < placing->missing_count && placing->missing[lacking].provider != WORLD_NONE)
        lacking++;
    return lacking == placing->missing_count;
}

/* The nearest trees, each of which lacks providers for other groups, and how many are like the
   first. */
struct nearest_placings {
    struct placing items[LACKS_TOLD];
    size_t count;
    uint32_t more;
    struct placing
        other;       /* with as many providers as the first, but nothing near for the rest... */
    uint32_t others; /* ... and how many are */
    bool placed;     /* a tree has a provider for each group */
};

static void add_placing(struct nearest_placings *nearest, const struct placing *placing)
{
    size_t place = 0;
    while (place < nearest->count && !lacks_the_same(&nearest->items[place], placing))
        place++;
    if (place < nearest->count) {
        if (is_nearer(placing, &nearest->items[place]))
            nearest->items[place] = *placing;
    } else if (nearest->count < LACKS_TOLD)
        nearest->items[nearest->count++] = *placing;
    else if (is_nearer(placing, &nearest->items[LACKS_TOLD - 1]))
        nearest->items[LACKS_TOLD - 1] = *placing;
    if (nearest->count > 1 && is_nearer(&nearest->items[1], &nearest->items[0])) {
        struct placing first = nearest->items[1];
        nearest->items[1] = nearest->items[0];
        nearest->items[0] = first;
    }
}

/* Returns what a provider lacks for a group without one. */
static uint64_t kinds_of(const struct places *places, const struct missing_place *missing)
{
    struct faults faults = {.sought = &places->sought[missing->number]};
    if (missing->provider == WORLD_NONE)
        return 0;
    faults_of_provider(&faults, missing->provider);
    return faults_kinds(&faults, missing->provider);
}

/* Returns whether a tree lacks the same, and nothing that the other does not lack, too. */
static bool is_alike(const struct places *places, const struct placing *placing,
                     const struct placing *other)
{
    const struct lack_rest rest = {.group = SIZE_MAX, .root = placing->root},
                           others = {.group = SIZE_MAX, .root = other->root};
    if (!lacks_the_same(placing, other) ||
        !lacks_within(places->telling->inquiry->lacks, &rest, &others))
        return false;
    for (size_t i = 0; i < placing->missing_count; i++)
        if (kinds_of(places, &placing->missing[i]) != kinds_of(places, &other->missing[i]))
            return false;
    return true;
}

/* Returns how many other trees that are told of lack what one of them lacks. */
static uint32_t count_alike(struct places *places, const struct placing *placing)
{
    const struct telling *telling = places->telling;
    const struct world *world = world_of(places);
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 16);
         i++) {
        if (world->providers[i].root != i || i == placing->root || !telling_tells_of(telling, i))
            continue;
        place_groups(places, i);
        count += is_alike(places, &places->placing, placing);
    }
    return count;
}

/* Looks at the trees that are told of, if one of the groups has a provider there. */
static struct nearest_placings find_nearest(struct places *places)
{
    const struct telling *telling = places->telling;
    const struct world *world = world_of(places);
    struct nearest_placings nearest = {.count = 0};
    struct placing others[PLACED_MOST + 1] = {0};
    bool has_other[PLACED_MOST + 1] = {false};
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 1);
         i++) {
        if (world->providers[i].root != i || !telling_tells_of(telling, i))
            continue;
        place_groups(places, i);
        nearest.placed = nearest.placed || places->placing.missing_count == 0;
        if (places->placing.missing_count == places->count)
            continue;
        bool mendable = is_mendable(&places->placing);
        if (!mendable && !has_other[places->placing.missing_count]) {
            others[places->placing.missing_count] = places->placing;
            has_other[places->placing.missing_count] = true;
        }
        add_placing(&nearest, &places->placing);
    }
    if (nearest.count > 0) {
        size_t missing = nearest.items[0].missing_count;
        bool mendable = is_mendable(&nearest.items[0]);
        nearest.more = count_alike(places, &nearest.items[0]);
        nearest.other = others[missing];
        if (mendable && has_other[missing])
            nearest.others = 1 + count_alike(places, &nearest.other);
    }
    return nearest;
}

static const char *label_of(const struct places *places, uint32_t provider)
{
    return provider_label(world_of(places), places->telling->explanation->names, provider);
}

/* Returns what a provider lacks: "a lacks 1 VCPU of 2". */
static const char *tell_lack(const struct places *places, const struct missing_place *missing)
{
    struct faults faults = {.sought = &places->sought[missing->number]};
    faults_of_provider(&faults, missing->provider);
    return arena_printf(places->telling->arena, "%s %s", label_of(places, missing->provider),
                        faults_words(&faults, missing->provider));
}

/* Returns the providers that groups take: "a, b, c and 2 more". */
static const char *tell_providers(const struct places *places, const struct placing *placing)
{
    struct text_builder names = text_begin(places->telling->arena);
    const struct world *world = world_of(places);
    const struct world_provider *top = &world->providers[placing->root];
    size_t left = 0, told = 0;
    bool *taken = arena_array(places->telling->arena, world->provider_count, sizeof(*taken));
    for (size_t i = 0; i < places->count; i++) {
        if (placing->providers[i] == WORLD_NONE || taken[placing->providers[i]])
            continue;
        taken[placing->providers[i]] = true;
        left++;
    }
    for (uint32_t place = top->first_below; place < top->end_below && told < NAMED_MOST; place++) {
        if (!taken[world->in_order[place]])
            continue;
        told++;
        text_add_item(&names, --left == 0 ? " and " : ", ",
                      label_of(places, world->in_order[place]));
    }
    if (left > 0)
        text_add_format(&names, " and %zu more", left);
    return text_end(&names);
}

/* Returns what a tree has of the different providers that it needs: "has 1 of the 2 providers that
   group_policy=isolate needs (b); c lacks 1 VCPU of 2". */
static const char *isolated_words(const struct places *places, const struct placing *placing)
{
    struct arena *arena = places->telling->arena;
    size_t count = places->count - placing->missing_count, best = 0;
    for (size_t i = 1; i < placing->missing_count; i++)
        if (placing->missing[i].weight < placing->missing[best].weight)
            best = i;
    return text_with_rest(
        arena,
        arena_printf(arena, "has %zu of the %zu providers that group_policy=isolate needs (%s)",
                     count, places->count, tell_providers(places, placing)),
        "; ",
        placing->missing[best].provider == WORLD_NONE ? ""
                                                      : tell_lack(places, &placing->missing[best]));
}

/* Returns what a tree has for some groups, and what it lacks for others: "has _A (b), but for _B c
   lacks 1 VCPU of 2". */
static const char *placed_words(const struct places *places, const struct placing *placing)
{
    const struct telling *telling = places->telling;
    struct text_builder lacks = text_begin(telling->arena);
    size_t *have = arena_array(telling->arena, places->count, sizeof(*have)), count = 0;
    for (size_t i = 0; i < places->count; i++)
        if (placing->providers[i] != WORLD_NONE)
            have[count++] = places->groups[i];
    for (size_t i = 0; i < placing->missing_count && i < LACKS_TOLD; i++)
        text_add_item(&lacks, " and for ",
                      arena_printf(telling->arena, "%s %s",
                                   group_name(telling, places->groups[placing->missing[i].number]),
                                   tell_lack(places, &placing->missing[i])));
    return arena_printf(telling->arena, "has %s (%s), but for %s",
                        group_names(telling, have, count), tell_providers(places, placing),
                        text_end(&lacks));
}

/* Tells of the nearest tree that it has too few different providers. */
static const char *tell_isolated(const struct places *places,
                                 const struct nearest_placings *nearest)
{
    const struct telling *telling = places->telling;
    const struct placing *placing = &nearest->items[0];
    const struct near_miss miss = {
        .provider = placing->root,
        .reason = isolated_words(places, placing),
        .more = nearest->more,
        .alike = true,
    };
    telling_show(telling, &miss);
    if (nearest->others > 0)
        telling_show(telling, &(struct near_miss){
                                  .provider = nearest->other.root,
                                  .reason = isolated_words(places, &nearest->other),
                                  .more = nearest->others - 1,
                                  .alike = true,
                              });
    return arena_printf(
        telling->arena, "%s %s%s", label_of(places, placing->root), miss.reason,
        nearest->more == 0 ? ""
                           : arena_printf(telling->arena, ", and %u more likewise", nearest->more));
}

/* Returns whether a tree lacks only amounts, of classes that are there. */
static bool lacks_amounts(const struct places *places, const struct placing *placing)
{
    for (size_t i = 0; i < placing->missing_count; i++) {
        const struct missing_place *missing = &placing->missing[i];
        struct faults faults = {.sought = &places->sought[missing->number]};
        if (missing->provider == WORLD_NONE)
            return false;
        faults_of_provider(&faults, missing->provider);
        for (size_t j = 0; j < faults.count; j++)
            if (faults.items[j].kind >= INVENTORY_FAULTS)
                return false;
    }
    return true;
}

/* Tells of the nearest trees what they lack for one group or another. */
static const char *tell_placed(const struct places *places, const struct nearest_placings *nearest)
{
    struct text_builder told = text_begin(places->telling->arena);
    for (size_t i = 0; i < nearest->count; i++)
        if (lacks_amounts(places, &nearest->items[i]))
            text_add_item(&told, "; ",
                          arena_printf(places->telling->arena, "%s %s",
                                       label_of(places, nearest->items[i].root),
                                       placed_words(places, &nearest->items[i])));
    return told.length > 0 ? text_end(&told) : NULL;
}

/* Lists the groups with a suffix. Returns false if they are too few or too many, or a sharing
   provider satisfies one of them: then not only a tree's own providers count. */
static bool find_groups(struct places *places, const size_t *all, size_t all_count)
{
    const struct telling *telling = places->telling;
    const struct world *world = world_of(places);
    size_t *groups = arena_array(telling->arena, all_count, sizeof(*groups));
    for (size_t i = 0; i < all_count; i++)
        if (telling->explanation->funnels[all[i]]->granular)
            groups[places->count++] = all[i];
    places->groups = groups;
    if (places->count < 2 || places->count > PLACED_MOST)
        return false;
    for (uint32_t i = 0; i < world->provider_count && budget_spend(telling->inquiry->budget, 1);
         i++)
        if (world->providers[i].shares && telling_fits(telling, groups, places->count, i))
            return false;
    for (size_t i = 0; i < places->count; i++)
        places->sought[i] =
            sought_of_group(telling->inquiry, telling->explanation->names, groups[i]);
    return true;
}

const char *cause_of_places(const struct telling *telling, const size_t *groups, size_t count,
                            bool isolate)
{
    struct telling within = *telling;
    uint32_t providers = telling->explanation->world->provider_count;
    struct places places = {
        .telling = &within,
        .isolate = isolate,
        .takers = arena_array(telling->arena, providers, sizeof(*places.takers)),
        .tried = arena_array(telling->arena, providers, sizeof(bool)),
    };
    if (within.among == NULL)
        within.among = cause_allowed_beside(telling, groups, count);
    if (within.among == NULL || !find_groups(&places, groups, count))
        return NULL;
    const struct nearest_placings nearest = find_nearest(&places);
    if (nearest.count == 0 || nearest.placed || budget_is_over(telling->inquiry->budget))
        return NULL;
    return isolate ? tell_isolated(&places, &nearest) : tell_placed(&places, &nearest);
}
