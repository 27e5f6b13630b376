/*
 * Checks the trees of a world against the least that a request needs of them.
 */
#include <config.h>

#include "placement/candidates/relevance.h"

#include <string.h>

#include "base/sorted.h"

/* Conditions that are checked, at most: each is a bit of a tree. */
enum { CONDITIONS_MOST = 64 };

/* A class, and the smallest amount that any group wants of it. */
struct least_amount {
    int64_t class_id, amount;
};

struct relevance {
    const struct candidate_request *request;
    const struct vocabularies *names;
    const struct world *world;
    struct arena *arena;
    struct least_amount *amounts; /* by class */
    size_t amount_count;
    uint64_t *required[CONDITIONS_MOST]; /* sets of traits or of aggregates */
    bool of_traits[CONDITIONS_MOST];
    size_t required_count;
    uint64_t *forbidden; /* traits that all groups forbid */
};

static size_t place_of(const struct vocabulary *vocabulary, const char *name)
{
    const char **found = sorted_find(&name, vocabulary->names, vocabulary->count,
                                     sizeof(*vocabulary->names), text_compare);
    return (size_t)(found - vocabulary->names);
}

static uint64_t *bits_of(const struct relevance *relevance, const struct name_set *set,
                         bool of_traits)
{
    const struct vocabulary *vocabulary =
        of_traits ? &relevance->names->traits : &relevance->names->aggregates;
    size_t words = of_traits ? relevance->world->trait_words : relevance->world->aggregate_words;
    uint64_t *bits = arena_array(relevance->arena, words, sizeof(*bits));
    for (size_t i = 0; i < set->count; i++)
        bits_add(bits, place_of(vocabulary, set->names[i]));
    return bits;
}

static int amount_compare(const void *left, const void *right)
{
    const struct least_amount *a = left, *b = right;
    int order = int64_compare(&a->class_id, &b->class_id);
    return order != 0 ? order : int64_compare(&a->amount, &b->amount);
}

static void gather_amounts(struct relevance *relevance)
{
    const struct candidate_request *request = relevance->request;
    const struct vocabulary *classes = &relevance->names->classes;
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < request->group_count; i++)
        count += request->groups[i].resources.count;
    struct least_amount *amounts = arena_array(relevance->arena, count, sizeof(*amounts));
    count = 0;
    for (size_t i = 0; i < request->group_count; i++)
        for (size_t j = 0; j < request->groups[i].resources.count; j++) {
            const struct resource_amount *item = &request->groups[i].resources.items[j];
            amounts[count++] = (struct least_amount){
                classes->ids[place_of(classes, item->class_name)], item->amount};
        }
    sort(amounts, count, sizeof(*amounts), amount_compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || amounts[kept - 1].class_id != amounts[i].class_id)
            amounts[kept++] = amounts[i];
    relevance->amounts = amounts;
    relevance->amount_count = kept;
}

static void require(struct relevance *relevance, const struct membership *membership,
                    bool of_traits)
{
    for (size_t i = 0; i < membership->required_count; i++) {
        if (relevance->required_count + relevance->amount_count >= CONDITIONS_MOST)
            return;
        relevance->of_traits[relevance->required_count] = of_traits;
        relevance->required[relevance->required_count++] =
            bits_of(relevance, &membership->required[i], of_traits);
    }
}

static void gather_traits(struct relevance *relevance)
{
    const struct candidate_request *request = relevance->request;
    require(relevance, &request->root_traits, true);
    for (size_t i = 0; i < request->group_count; i++) {
        const struct request_group *group = &request->groups[i];
        require(relevance, &group->traits, true);
        require(relevance, &group->aggregates, false);
        if (group->resources.count == 0)
            continue;
        uint64_t *forbidden = bits_of(relevance, &group->traits.forbidden, true);
        for (size_t j = 0; relevance->forbidden != NULL && j < relevance->world->trait_words; j++)
            forbidden[j] &= relevance->forbidden[j];
        relevance->forbidden = forbidden;
    }
}

/* Returns the conditions that a provider meets, as bits: the amounts, then the required sets. */
static uint64_t conditions_met(const struct relevance *relevance, uint32_t number)
{
    const struct world *world = relevance->world;
    const struct world_provider *provider = &world->providers[number];
    const uint64_t *traits = world_traits(world, number);
    const uint64_t *aggregates = world_aggregates(world, number);
    uint64_t met = 0;
    for (size_t i = 0; i < relevance->required_count; i++) {
        bool of_traits = relevance->of_traits[i];
        if (bits_meet(relevance->required[i], of_traits ? traits : aggregates,
                      of_traits ? world->trait_words : world->aggregate_words))
            met |= (uint64_t)1 << (relevance->amount_count + i);
    }
    if (relevance->forbidden != NULL && bits_meet(relevance->forbidden, traits, world->trait_words))
        return met;
    size_t i = 0; /* inventories and amounts are both in the order of classes */
    for (uint32_t j = 0; j < provider->inventory_count && i < relevance->amount_count; j++) {
        const struct world_inventory *inventory =
            &world->inventories[provider->first_inventory + j];
        while (i < relevance->amount_count && relevance->amounts[i].class_id < inventory->class_id)
            i++;
        if (i < relevance->amount_count && relevance->amounts[i].class_id == inventory->class_id &&
            inventory->max_unit >= relevance->amounts[i].amount &&
            (double)((int64_t)inventory->total - inventory->reserved) *
                    (double)inventory->allocation_ratio >=
                (double)(inventory->used + relevance->amounts[i].amount))
            met |= (uint64_t)1 << i;
    }
    return met;
}

/* Returns, for each root, the conditions that its tree meets, with what is shared; all bits are set
   where a provider shares. */
static uint64_t *trees_met(const struct relevance *relevance)
{
    const struct world *world = relevance->world;
    uint64_t *met = arena_array(relevance->arena, world->provider_count, sizeof(*met));
    uint64_t shared = 0;
    for (uint32_t i = 0; i < world->provider_count; i++) {
        const struct world_provider *provider = &world->providers[i];
        if (provider->root == WORLD_NONE)
            continue;
        uint64_t own = conditions_met(relevance, i);
        if (provider->shares)
            shared |= own;
        met[provider->root] |= provider->shares ? UINT64_MAX : own;
    }
    for (uint32_t i = 0; shared != 0 && i < world->root_count; i++)
        met[world->roots[i]] |= shared;
    return met;
}

bool *relevance_find(const struct candidate_request *request, const struct vocabularies *names,
                     const struct world *world, struct arena *arena)
{
    struct relevance relevance = {
        .request = request, .names = names, .world = world, .arena = arena};
    bool *relevant = arena_array(arena, world->provider_count, sizeof(*relevant));
    gather_amounts(&relevance);
    if (relevance.amount_count > CONDITIONS_MOST)
        relevance.amount_count = CONDITIONS_MOST;
    gather_traits(&relevance);
    size_t count = relevance.amount_count + relevance.required_count;
    uint64_t all = count < CONDITIONS_MOST ? ((uint64_t)1 << count) - 1 : UINT64_MAX;
    const uint64_t *met = trees_met(&relevance);
    for (uint32_t i = 0; i < world->provider_count; i++) {
        uint32_t root = world->providers[i].root;
        relevant[i] = root != WORLD_NONE && (met[root] & all) == all;
    }
    return relevant;
}

void relevance_limit(const struct world *world, bool *relevant, uint64_t trees, struct arena *arena)
{
    if (trees >= world->root_count)
        return;
    bool *left = arena_array(arena, world->provider_count, sizeof(*left));
    for (uint32_t i = 0; i < world->root_count && trees > 0; i++) {
        left[world->roots[i]] = true;
        trees -= relevant[world->roots[i]];
    }
    for (uint32_t i = 0; i < world->provider_count; i++)
        if (world->providers[i].shares && world->providers[i].root != WORLD_NONE)
            left[world->providers[i].root] = true;
    for (uint32_t i = 0; i < world->provider_count; i++)
        relevant[i] = relevant[i] && left[world->providers[i].root];
}
