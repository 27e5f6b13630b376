/*
 * Looks first whether the tree has what any candidate needs, which leaves out most trees where
 * something rare is required.
 */
#include <config.h>

#include "placement/candidates/tree_view.h"

#include <string.h>

#include "base/sorted.h"
#include "placement/candidates/slot_fitness.h"

/* Sorting is charged at this for each element. */
enum { SORT_UNITS = 16 };

/* One of these traits, or aggregates, some provider of the tree must have. The words outside of
   first to end are 0. */
struct need {
    const uint64_t *bits;
    size_t first, end;
};

struct needs {
    struct need *list;
    size_t count, words;
    uint64_t *seen; /* what the providers of a tree have between them */
};

/* The options of a slot that is the first of its like. */
struct options {
    uint32_t *list;
    size_t room;
    size_t work; /* to check one provider */
};

struct tree_view {
    struct arena *arena;
    const struct world *world;
    const struct search_query *query;
    struct search_slot *slots;
    size_t slot_count;
    struct budget *budget;
    struct needs traits, aggregates;
    struct options *options; /* for each slot */
};

static void add_needs(struct needs *needs, const struct search_membership *membership)
{
    for (size_t i = 0; i < membership->required_count; i++) {
        struct need need = {.bits = membership->required[i], .end = needs->words};
        while (need.end > 0 && need.bits[need.end - 1] == 0)
            need.end--;
        while (need.first < need.end && need.bits[need.first] == 0)
            need.first++;
        needs->list[needs->count++] = need;
    }
}

/* All providers of a candidate are in the tree, so what a group requires some provider there has.
 */
static void gather_needs(struct tree_view *view)
{
    const struct search_query *query = view->query;
    size_t traits = 0, aggregates = 0;
    for (size_t i = 0; i < query->group_count; i++) {
        traits += query->groups[i].traits.required_count;
        aggregates += query->groups[i].aggregates.required_count;
    }
    view->traits.list = arena_array(view->arena, traits, sizeof(struct need));
    view->traits.seen = arena_array(view->arena, view->traits.words, sizeof(uint64_t));
    view->aggregates.list = arena_array(view->arena, aggregates, sizeof(struct need));
    view->aggregates.seen = arena_array(view->arena, view->aggregates.words, sizeof(uint64_t));
    for (size_t i = 0; i < query->group_count; i++) {
        if (!query->groups[i].granular && query->groups[i].demand_count == 0)
            continue;
        add_needs(&view->traits, &query->groups[i].traits);
        add_needs(&view->aggregates, &query->groups[i].aggregates);
    }
}

struct tree_view *tree_view_new(struct arena *arena, const struct world *world,
                                const struct search_query *query, struct search_slot *slots,
                                size_t slot_count, struct budget *budget)
{
    struct tree_view *view = arena_alloc(arena, sizeof(*view));
    *view = (struct tree_view){
        .arena = arena,
        .world = world,
        .query = query,
        .slots = slots,
        .slot_count = slot_count,
        .budget = budget,
        .traits.words = world->trait_words,
        .aggregates.words = world->aggregate_words,
        .options = arena_array(arena, slot_count, sizeof(*view->options)),
    };
    for (size_t i = 0; i < slot_count; i++)
        view->options[i].work = slot_fitness_work(world, &query->groups[slots[i].group], &slots[i]);
    gather_needs(view);
    return view;
}

/* Returns the sets of all providers of a tree together. sets: of all providers of the world. */
static const uint64_t *see_all(struct tree_view *view, struct needs *needs, const uint64_t *sets,
                               const struct world_provider *root)
{
    const uint32_t *in_order = view->world->in_order;
    if (root->end_below - root->first_below == 1)
        return sets + in_order[root->first_below] * needs->words;
    memset(needs->seen, 0, needs->words * sizeof(*needs->seen));
    for (uint32_t i = root->first_below; i < root->end_below; i++) {
        const uint64_t *set = sets + in_order[i] * needs->words;
        if (!budget_spend(view->budget, 1 + needs->words))
            break;
        for (size_t j = 0; j < needs->words; j++)
            needs->seen[j] |= set[j];
    }
    return needs->seen;
}

static bool needs_are_met(struct tree_view *view, struct needs *needs, const uint64_t *sets,
                          const struct world_provider *root)
{
    if (needs->count == 0)
        return true;
    const uint64_t *seen = see_all(view, needs, sets, root);
    for (size_t i = 0; i < needs->count; i++) {
        const struct need *need = &needs->list[i];
        if (!budget_spend(view->budget, 1 + need->end - need->first) ||
            !bits_meet(need->bits + need->first, seen + need->first, need->end - need->first))
            return false;
    }
    return true;
}

static int number_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Finds the options of a slot. Returns false if there are none. */
static bool find_options(struct tree_view *view, size_t slot, uint32_t root)
{
    const struct world *world = view->world;
    struct search_slot *of = &view->slots[slot];
    struct options *options = &view->options[slot];
    const struct search_group *group = &view->query->groups[of->group];
    const struct world_provider *top = &world->providers[root];
    size_t count = 0;
    bool sorted = true;
    for (uint32_t i = top->first_below; i < top->end_below; i++) {
        uint32_t provider = world->in_order[i];
        if (!budget_spend(view->budget, options->work))
            return false;
        if (!slot_fits(world, group, of, provider) || !anchor_offers(world, group, root, provider))
            continue;
        if (count == options->room)
            options->list = arena_grow(view->arena, options->list, count, &options->room,
                                       sizeof(*options->list));
        sorted = sorted && (count == 0 || options->list[count - 1] < provider);
        options->list[count++] = provider;
    }
    if (!sorted) {
        budget_spend(view->budget, count * SORT_UNITS);
        sort(options->list, count, sizeof(*options->list), number_compare);
    }
    of->options = options->list;
    of->option_count = (uint32_t)count;
    return count > 0;
}

bool tree_view_look(struct tree_view *view, uint32_t root)
{
    const struct world *world = view->world;
    const struct world_provider *top = &world->providers[root];
    const struct search_membership *root_traits = &view->query->root_traits;
    if (!budget_spend(view->budget, 4 + root_traits->required_count) ||
        !membership_holds(root_traits, world_traits(world, root), world->trait_words) ||
        !needs_are_met(view, &view->traits, world->traits, top) ||
        !needs_are_met(view, &view->aggregates, world->aggregates, top))
        return false;
    for (size_t i = 0; i < view->slot_count; i++) {
        struct search_slot *slot = &view->slots[i];
        if (slot->like == i) {
            if (!find_options(view, i, root))
                return false;
            continue;
        }
        slot->options = view->slots[slot->like].options;
        slot->option_count = view->slots[slot->like].option_count;
    }
    return !budget_is_over(view->budget);
}
