/*
 * Weighs what each provider, and those below it, lack for the groups of a subtree.
 */
#include <config.h>

#include "placement/explain/nearest_top.h"

#include "base/text.h"
#include "placement/explain/weight.h"

enum {
    ZEROES_TRIED = 8, /* tops that have a provider for each group alone, at most */
    LACKS_TOLD = 2,   /* groups whose lack is told */
};

/* What a provider weighs more for a group if another group takes it already. */
#define WEIGHT_TAKEN 0.25

/* What is known of the groups of a subtree. */
struct tops {
    const struct telling *telling;
    const struct search_subtree *subtree;
    bool isolate;
    struct sought sought[TOP_GROUPS_MOST];
    double *own[TOP_GROUPS_MOST];   /* for each provider: what weighs what it lacks... */
    double *least[TOP_GROUPS_MOST]; /* ... and the least of it and all below it */
    uint32_t fits[TOP_GROUPS_MOST]; /* how many satisfy the group */
    struct world taken;             /* the world, with what the groups take that have a provider */
};

static bool is_told_of(const struct tops *tops, uint32_t provider)
{
    return telling_tells_of(tops->telling, tops->telling->inquiry->world->providers[provider].root);
}

/* Returns what a provider weighs. A trait or an aggregate is harder to come by than capacity: it
   tells another kind of provider. */
static double weigh(const struct sought *sought, uint32_t provider)
{
    const struct world *world = sought->inquiry->world;
    double weight = weight_of_provider(sought, provider);
    if (!membership_holds(&sought->group.traits, world_traits(world, provider),
                          world->trait_words) ||
        !membership_holds(&sought->group.aggregates, world_aggregates(world, provider),
                          world->aggregate_words))
        weight += WEIGHT_CLASS;
    return weight;
}

/* Weighs all providers that are told of, those below before those above. */
static void weigh_group(struct tops *tops, size_t number)
{
    const struct inquiry *inquiry = tops->telling->inquiry;
    const struct world *world = inquiry->world;
    double *own = arena_array(inquiry->arena, world->provider_count, sizeof(*own));
    double *least = arena_array(inquiry->arena, world->provider_count, sizeof(*least));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 16); i++)
        if (is_told_of(tops, i)) {
            least[i] = own[i] = weigh(&tops->sought[number], i);
            tops->fits[number] += own[i] <= 0;
        }
    for (uint32_t place = world->provider_count; place-- > 0 && budget_spend(inquiry->budget, 2);) {
        uint32_t provider = world->in_order[place];
        uint32_t parent = world->providers[provider].parent;
        if (parent != WORLD_NONE && least[provider] < least[parent])
            least[parent] = least[provider];
    }
    tops->own[number] = own;
    tops->least[number] = least;
}

/* What a top lacks, if each group takes what serves it best. */
struct lack {
    double weight;
    uint32_t rarest; /* how many satisfy the rarest group that is satisfied */
    size_t number;   /* the group that the top itself serves */
};

static struct lack lack_of(const struct tops *tops, uint32_t top)
{
    struct lack lack = {.rarest = UINT32_MAX};
    double sum = 0, more = 0;
    for (size_t i = 0; i < tops->subtree->count; i++) {
        double own = tops->own[i][top] - tops->least[i][top];
        sum += tops->least[i][top];
        if (i == 0 || own < more) {
            more = own;
            lack.number = i;
        }
        if (tops->least[i][top] <= 0 && tops->fits[i] < lack.rarest)
            lack.rarest = tops->fits[i];
    }
    lack.weight = sum + more;
    return lack;
}

static bool is_nearer(const struct lack *lack, const struct lack *other)
{
    if (lack->weight < other->weight || lack->weight > other->weight)
        return lack->weight < other->weight;
    return lack->rarest < other->rarest;
}

/* Notes that a group takes what it asks for from a provider. */
static void take(struct tops *tops, size_t number, uint32_t provider)
{
    const struct search_group *group = &tops->sought[number].group;
    for (size_t i = 0; i < group->demand_count; i++) {
        const struct world_inventory *inventory =
            world_inventory_of(&tops->taken, provider, group->demands[i].class_id);
        if (inventory != NULL)
            tops->taken.inventories[inventory - tops->taken.inventories].used +=
                group->demands[i].amount;
    }
}

static void give_back(struct tops *tops, const struct nearest_top *nearest)
{
    const struct world *world = tops->telling->inquiry->world;
    for (size_t i = 0; i < tops->subtree->count; i++) {
        const struct world_provider *provider = &world->providers[nearest->groups[i].provider];
        for (uint32_t j = 0; j < provider->inventory_count; j++)
            tops->taken.inventories[provider->first_inventory + j].used =
                world->inventories[provider->first_inventory + j].used;
    }
}

/* Returns what a provider weighs for a group beside what others take. placed: groups that have a
   provider. */
static double weight_beside(const struct tops *tops, size_t number, uint32_t provider,
                            const struct nearest_top *nearest, const bool *placed)
{
    struct inquiry inquiry = *tops->telling->inquiry;
    struct sought beside = tops->sought[number];
    bool used = false;
    inquiry.world = &tops->taken;
    beside.inquiry = &inquiry;
    for (size_t i = 0; i < tops->subtree->count; i++)
        used = used || (placed[i] && nearest->groups[i].provider == provider);
    double weight = weigh(&beside, provider);
    return weight + (used ? (tops->isolate ? WEIGHT_CLASS : weight > 0 ? WEIGHT_TAKEN : 0) : 0);
}

/* Gives a group the provider at or below the top that serves it best. Returns what it lacks. */
static double place_group(struct tops *tops, size_t number, struct nearest_top *nearest,
                          bool *placed)
{
    const struct world *world = tops->telling->inquiry->world;
    const struct world_provider *top = &world->providers[nearest->top];
    double best = 0;
    uint32_t chosen = WORLD_NONE;
    for (uint32_t place = top->first_below;
         place < top->end_below &&
         budget_spend(tops->telling->inquiry->budget, 32 + tops->subtree->count);
         place++) {
        double weight = weight_beside(tops, number, world->in_order[place], nearest, placed);
        if (chosen != WORLD_NONE && weight >= best)
            continue;
        chosen = world->in_order[place];
        best = weight;
    }
    nearest->groups[number].provider = chosen != WORLD_NONE ? chosen : nearest->top;
    nearest->groups[number].fits = tops->own[number][nearest->groups[number].provider] <= 0;
    nearest->groups[number].shared = nearest->groups[number].fits && best > 0;
    placed[number] = true;
    take(tops, number, nearest->groups[number].provider);
    return best;
}

/* Gives each group a provider: first the one that the top serves, then those that few satisfy.
   Returns what all lack. */
static double place_groups(struct tops *tops, uint32_t top, size_t first,
                           struct nearest_top *nearest)
{
    bool placed[TOP_GROUPS_MOST] = {false};
    double weight = tops->own[first][top];
    nearest->top = top;
    nearest->missing = 0;
    nearest->groups[first].provider = top;
    nearest->groups[first].fits = weight <= 0;
    nearest->groups[first].shared = false;
    placed[first] = true;
    take(tops, first, top);
    for (size_t i = 1; i < tops->subtree->count; i++) {
        size_t next = SIZE_MAX;
        for (size_t j = 0; j < tops->subtree->count; j++)
            if (!placed[j] && (next == SIZE_MAX || tops->fits[j] < tops->fits[next]))
                next = j;
        weight += place_group(tops, next, nearest, placed);
    }
    for (size_t i = 0; i < tops->subtree->count; i++)
        nearest->missing += !nearest->groups[i].fits;
    give_back(tops, nearest);
    return weight;
}

/* Returns whether a provider lacks only capacity, or units that fit, for a group. */
static bool is_mendable(const struct tops *tops, size_t number, uint32_t provider)
{
    struct faults faults = {.sought = &tops->sought[number]};
    faults_of_provider(&faults, provider);
    for (size_t i = 0; i < faults.count; i++)
        if (faults.items[i].kind == FAULT_CLASS || faults.items[i].kind >= INVENTORY_FAULTS)
            return false;
    return true;
}

/* Tries tops that have a provider for each group alone, but not for all together. Returns false if
   there was no time to try one. */
static bool try_zeroes(struct tops *tops, struct nearest_top *nearest)
{
    const struct inquiry *inquiry = tops->telling->inquiry;
    struct nearest_top tried = {.top = WORLD_NONE};
    double least = -1;
    for (uint32_t i = 0, count = 0; i < inquiry->world->provider_count && count < ZEROES_TRIED &&
                                    budget_spend(inquiry->budget, tops->subtree->count);
         i++) {
        struct lack lack = {.weight = 1};
        if (is_told_of(tops, i))
            lack = lack_of(tops, i);
        if (lack.weight > 0)
            continue;
        count++;
        double weight = place_groups(tops, i, lack.number, &tried);
        if (least >= 0 && weight >= least)
            continue;
        least = weight;
        *nearest = tried;
    }
    return least >= 0;
}

static void tops_begin(struct tops *tops)
{
    const struct telling *telling = tops->telling;
    const struct world *world = telling->inquiry->world;
    tops->taken = *world;
    tops->taken.inventories =
        arena_array(telling->arena, world->inventory_count, sizeof(*world->inventories));
    budget_spend(telling->inquiry->budget, (uint64_t)world->inventory_count * 4);
    for (uint32_t i = 0; i < world->inventory_count; i++)
        tops->taken.inventories[i] = world->inventories[i];
    for (size_t i = 0; i < tops->subtree->count; i++) {
        tops->sought[i] = sought_of_group(telling->inquiry, telling->explanation->names,
                                          tops->subtree->groups[i]);
        weigh_group(tops, i);
    }
}

/* Returns whether two tops have the same groups at or below them. */
static bool has_the_same(const struct tops *tops, uint32_t one, uint32_t other)
{
    size_t same = 0;
    while (same < tops->subtree->count &&
           (tops->least[same][one] <= 0) == (tops->least[same][other] <= 0))
        same++;
    return same == tops->subtree->count;
}

/* Returns what the provider of a group lacks of it. */
static uint64_t kinds_of(const struct tops *tops, const struct nearest_top *nearest, size_t number)
{
    struct faults faults = {.sought = &tops->sought[number]};
    faults_of_provider(&faults, nearest->groups[number].provider);
    return faults_kinds(&faults, nearest->groups[number].provider);
}

/* Returns whether a top lacks for each group what another lacks, and its tree nothing that the
   other does not lack, too. */
static bool is_alike(const struct tops *tops, const struct nearest_top *one,
                     const struct nearest_top *other)
{
    const struct inquiry *inquiry = tops->telling->inquiry;
    const struct lack_rest rest = {.group = SIZE_MAX,
                                   .root = inquiry->world->providers[one->top].root},
                           others = {.group = SIZE_MAX,
                                     .root = inquiry->world->providers[other->top].root};
    for (size_t i = 0; i < tops->subtree->count; i++)
        if (kinds_of(tops, one, i) != kinds_of(tops, other, i))
            return false;
    return lacks_within(inquiry->lacks, &rest, &others);
}

/* Returns in how many other trees a top has the same groups, and lacks the same for the others. */
static uint32_t count_more(struct tops *tops, const struct nearest_top *nearest)
{
    const struct inquiry *inquiry = tops->telling->inquiry;
    const struct world *world = inquiry->world;
    bool *seen = arena_array(inquiry->arena, world->provider_count, sizeof(*seen));
    uint32_t more = 0, top = nearest->top;
    struct nearest_top tried = {.top = WORLD_NONE};
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(inquiry->budget, 2 + 2 * tops->subtree->count);
         i++) {
        uint32_t root = world->providers[i].root;
        if (!is_told_of(tops, i) || root == world->providers[top].root || seen[root] ||
            !has_the_same(tops, i, top))
            continue;
        place_groups(tops, i, lack_of(tops, i).number, &tried);
        seen[root] = is_alike(tops, &tried, nearest);
        more += seen[root];
    }
    return more;
}

bool nearest_top_find(const struct telling *telling, const struct search_subtree *subtree,
                      bool isolate, const struct nearest_top *beside, struct nearest_top *nearest)
{
    const struct inquiry *inquiry = telling->inquiry;
    struct tops tops = {.telling = telling, .subtree = subtree, .isolate = isolate};
    struct lack best = {0};
    uint32_t top = WORLD_NONE;
    *nearest = (struct nearest_top){.top = WORLD_NONE};
    if (subtree->count == 0 || subtree->count > TOP_GROUPS_MOST)
        return false;
    tops_begin(&tops);
    for (uint32_t i = 0;
         i < inquiry->world->provider_count && budget_spend(inquiry->budget, 2 * subtree->count);
         i++) {
        if (!is_told_of(&tops, i) || (beside != NULL && has_the_same(&tops, i, beside->top)))
            continue;
        struct lack lack = lack_of(&tops, i);
        if (top != WORLD_NONE && !is_nearer(&lack, &best))
            continue;
        top = i;
        best = lack;
    }
    if (top == WORLD_NONE || budget_is_over(inquiry->budget))
        return false;
    if (best.weight > 0)
        place_groups(&tops, top, best.number, nearest);
    else if (!try_zeroes(&tops, nearest))
        return false;
    nearest->mendable = true;
    nearest->more = best.weight > 0 ? count_more(&tops, nearest) : 0;
    for (size_t i = 0; i < subtree->count; i++)
        nearest->mendable = nearest->mendable && is_mendable(&tops, i, nearest->groups[i].provider);
    return !budget_is_over(inquiry->budget);
}

/* Returns what a provider lacks for a group: "_B it lacks 1 VCPU of 2". */
static const char *tell_lack(const struct telling *telling, size_t group, uint32_t provider,
                             uint32_t top)
{
    const struct explanation *explanation = telling->explanation;
    const struct sought sought = sought_of_group(telling->inquiry, explanation->names, group);
    struct faults faults = {.sought = &sought};
    faults_of_provider(&faults, provider);
    const char *label =
        provider == top ? "it" : provider_label(explanation->world, explanation->names, provider);
    return arena_printf(telling->arena, "%s %s %s", group_name(telling, group), label,
                        faults_words(&faults, provider));
}

const char *nearest_top_words(const struct telling *telling, const struct search_subtree *subtree,
                              const struct nearest_top *nearest)
{
    const struct explanation *explanation = telling->explanation;
    struct text_builder lacks = text_begin(telling->arena);
    size_t have[TOP_GROUPS_MOST], count = 0, told = 0;
    for (size_t i = 0; i < subtree->count; i++)
        if (nearest->groups[i].fits)
            have[count++] = subtree->groups[i];
        else if (told++ < LACKS_TOLD)
            text_add_item(
                &lacks, " and for ",
                tell_lack(telling, subtree->groups[i], nearest->groups[i].provider, nearest->top));
    const char *label = provider_label(explanation->world, explanation->names, nearest->top);
    if (count == 0)
        return arena_printf(telling->arena, "of %s, for %s", label, text_end(&lacks));
    return arena_printf(telling->arena, "%s has %s, but for %s", label,
                        group_names(telling, have, count), text_end(&lacks));
}

void nearest_top_name(const struct telling *telling, const struct search_subtree *subtree,
                      const struct nearest_top *nearest)
{
    size_t first = 0;
    while (first < subtree->count && nearest->groups[first].fits)
        first++;
    if (first == subtree->count)
        return;
    const struct sought sought =
        sought_of_group(telling->inquiry, telling->explanation->names, subtree->groups[first]);
    struct faults faults = {.sought = &sought};
    faults_of_provider(&faults, nearest->groups[first].provider);
    telling_name(telling, &(struct near_miss){
                              .provider = nearest->groups[first].provider,
                              .reason = faults_words(&faults, nearest->groups[first].provider),
                              .alike = true,
                              .rest = {.group = subtree->groups[first]},
                              .of_group = true,
                          });
}
