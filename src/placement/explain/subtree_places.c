/*
 * Finds tops: providers that serve a group, with all others at or below them.
 */
#include <config.h>

#include "placement/explain/subtree_places.h"

/* Subtrees may have groups in common: what one leaves a group counts in the other. */
enum { ROUNDS_MOST = 4 };

struct places {
    const struct inquiry *inquiry;
    struct funnel *const *funnels;
    const bool **serve; /* for each group: those that serve it, in each tree */
    enum subtree_place **found;
};

/* Those that serve a group, and for each place in world->in_order how many of them are before. */
struct served {
    const bool *serve;
    const uint32_t *before;
};

static struct served served_begin(const struct inquiry *inquiry, const bool *serve)
{
    const struct world *world = inquiry->world;
    uint32_t *before = arena_array(inquiry->arena, world->provider_count + 1, sizeof(*before));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 2); i++)
        before[i + 1] = before[i] + serve[world->in_order[i]];
    return (struct served){serve, before};
}

/* Returns whether something at or below a provider serves the group; WORLD_NONE: not. */
static bool has_below(const struct served *served, const struct world *world, uint32_t provider)
{
    if (provider == WORLD_NONE)
        return false;
    const struct world_provider *top = &world->providers[provider];
    return served->before[top->end_below] > served->before[top->first_below];
}

/* Returns the better ones in the trees that have one, and the others elsewhere. */
static const bool *better_of_trees(const struct inquiry *inquiry, const bool *better,
                                   const bool *others)
{
    const struct world *world = inquiry->world;
    const struct served served = served_begin(inquiry, better);
    bool *chosen = arena_array(inquiry->arena, world->provider_count, sizeof(*chosen));
    for (uint32_t i = 0; i < world->provider_count && budget_spend(inquiry->budget, 2); i++)
        chosen[i] = has_below(&served, world, world->providers[i].root) ? better[i] : others[i];
    return chosen;
}

/* Returns those that satisfy a group, or where none does, those that lack only amounts. */
static const bool *find_serving(const struct inquiry *inquiry, size_t group, const bool *fits)
{
    const struct world *world = inquiry->world;
    const struct sought sought = sought_of_group(inquiry, NULL, group);
    struct faults faults = {.sought = &sought};
    bool *lacking = arena_array(inquiry->arena, world->provider_count, sizeof(*lacking));
    for (uint32_t i = 0; i < world->provider_count &&
                         budget_spend(inquiry->budget, 32 + 8 * sought.group.demand_count);
         i++) {
        size_t amounts = 0;
        if (world->providers[i].root == WORLD_NONE)
            continue;
        faults.count = 0;
        faults_of_provider(&faults, i);
        while (amounts < faults.count && faults.items[amounts].kind < INVENTORY_FAULTS &&
               faults.items[amounts].kind != FAULT_CLASS)
            amounts++;
        lacking[i] = amounts == faults.count;
    }
    return better_of_trees(inquiry, fits, lacking);
}

/* A group of a subtree. */
struct member {
    struct served serving, fitting; /* alone, amounts and all */
};

/* Notes where a group is not at or below a top, or a top itself, or where that is not known. */
static void keep_places(const struct places *places, size_t group, const struct member *others,
                        size_t count)
{
    const struct world *world = places->inquiry->world;
    enum subtree_place *found = places->found[group];
    bool *below =
        arena_array(places->inquiry->arena, world->provider_count, sizeof(*below)); /* a top */
    for (uint32_t i = 0;
         i < world->provider_count && budget_spend(places->inquiry->budget, 2 + 6 * count); i++) {
        uint32_t number = world->in_order[i];
        const struct world_provider *provider = &world->providers[number];
        bool all = true, serves = false;
        for (size_t j = 0; j < count; j++) {
            const struct served *serving = &others[j].serving;
            all = all &&
                  (has_below(serving, world, number) || !has_below(serving, world, provider->root));
            serves = serves || serving->serve[number];
            if (found[number] == PLACE_RIGHT &&
                !has_below(&others[j].fitting, world, provider->root))
                found[number] = PLACE_UNKNOWN;
        }
        below[number] =
            (all && serves) || (provider->parent != WORLD_NONE && below[provider->parent]);
        if (!all && !below[number])
            found[number] = PLACE_WRONG;
    }
}

static enum subtree_place *all_right(const struct inquiry *inquiry)
{
    enum subtree_place *found =
        arena_array(inquiry->arena, inquiry->world->provider_count, sizeof(*found));
    for (uint32_t i = 0; i < inquiry->world->provider_count && budget_spend(inquiry->budget, 1);
         i++)
        found[i] = PLACE_RIGHT;
    return found;
}

/* Notes the places of each group of a subtree. */
static void pass_subtree(struct places *places, const struct search_subtree *subtree)
{
    struct arena *arena = places->inquiry->arena;
    struct member *members = arena_array(arena, subtree->count, sizeof(*members));
    struct member *others = arena_array(arena, subtree->count, sizeof(*others));
    for (size_t i = 0; i < subtree->count && !budget_is_over(places->inquiry->budget); i++) {
        size_t group = subtree->groups[i];
        members[i].serving = served_begin(places->inquiry, places->serve[group]);
        members[i].fitting = served_begin(places->inquiry, places->funnels[group]->fits);
    }
    for (size_t i = 0; i < subtree->count && !budget_is_over(places->inquiry->budget); i++) {
        size_t group = subtree->groups[i], count = 0;
        for (size_t j = 0; j < subtree->count; j++)
            if (j != i)
                others[count++] = members[j];
        if (places->found[group] == NULL)
            places->found[group] = all_right(places->inquiry);
        keep_places(places, group, others, count);
    }
}

/* Leaves a group those that serve it in its places, in the trees that have one there. */
static void narrow(struct places *places, size_t group)
{
    uint32_t count = places->inquiry->world->provider_count;
    if (places->found[group] == NULL || !budget_spend(places->inquiry->budget, count))
        return;
    bool *serve = arena_array(places->inquiry->arena, count, sizeof(*serve));
    for (uint32_t i = 0; i < count; i++)
        serve[i] = places->serve[group][i] && places->found[group][i] != PLACE_WRONG;
    places->serve[group] = better_of_trees(places->inquiry, serve, places->serve[group]);
}

const enum subtree_place *const *subtree_places(const struct inquiry *inquiry,
                                                struct funnel *const *funnels)
{
    const struct search_query *query = &inquiry->query;
    struct places places = {
        .inquiry = inquiry,
        .funnels = funnels,
        .serve = arena_array(inquiry->arena, query->group_count, sizeof(*places.serve)),
        .found = arena_array(inquiry->arena, query->group_count, sizeof(*places.found)),
    };
    if (query->subtree_count == 0)
        return NULL;
    for (size_t i = 0; i < query->group_count && !budget_is_over(inquiry->budget); i++)
        if (query->groups[i].granular)
            places.serve[i] = find_serving(inquiry, i, funnels[i]->fits);
    for (size_t round = 0;
         round < query->subtree_count && round < ROUNDS_MOST && !budget_is_over(inquiry->budget);
         round++) {
        for (size_t i = 0; i < query->subtree_count; i++)
            pass_subtree(&places, &query->subtrees[i]);
        for (size_t i = 0; i < query->group_count && !budget_is_over(inquiry->budget); i++)
            narrow(&places, i);
    }
    return budget_is_over(inquiry->budget) ? NULL : (const enum subtree_place *const *)places.found;
}
