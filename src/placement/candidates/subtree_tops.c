/*
 * Finds the highest tops by the places of providers in the order of the trees, where a subtree is
 * a range.
 */
#include <config.h>

#include "placement/candidates/subtree_tops.h"

#include "base/sorted.h"

/* Sorting is charged at this for each element. */
enum { SORT_UNITS = 16 };

struct places {
    uint32_t *list; /* rising, each once */
    size_t count, room;
};

struct view {
    struct places places; /* of the options of the subtree's slots */
    struct subtree_top *tops;
    size_t count, room;
};

struct subtree_tops {
    const struct search_space *space;
    struct arena *arena;
    struct places *of_slots; /* for each slot that is the first of its like: its options */
    size_t *met;             /* for each slot: the turn in which it was met last */
    size_t turn;
    struct view *views; /* for each subtree */
};

struct subtree_tops *subtree_tops_new(const struct search_space *space, struct arena *arena)
{
    struct subtree_tops *tops = arena_alloc(arena, sizeof(*tops));
    *tops = (struct subtree_tops){
        .space = space,
        .arena = arena,
        .of_slots = arena_array(arena, space->slot_count, sizeof(*tops->of_slots)),
        .met = arena_array(arena, space->slot_count, sizeof(*tops->met)),
        .views = arena_array(arena, space->subtree_count, sizeof(*tops->views)),
    };
    return tops;
}

static int place_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static bool place_before(const void *places, size_t index, const void *place)
{
    return ((const uint32_t *)places)[index] < *(const uint32_t *)place;
}

static size_t first_from(const struct places *places, uint32_t place)
{
    return lower_bound(places->list, places->count, &place, place_before);
}

/* Empties the list, and makes room for count places. */
static void places_clear(struct places *places, struct arena *arena, size_t count)
{
    places->count = 0;
    if (count <= places->room)
        return;
    places->room = count * 2;
    places->list = arena_array(arena, places->room, sizeof(*places->list));
}

static void places_sort(struct places *places, struct budget *budget)
{
    budget_spend(budget, places->count * SORT_UNITS);
    places->count = sort_unique(places->list, places->count, sizeof(*places->list), place_compare);
}

/* Returns whether this is the first slot of its like in this turn. */
static bool is_first(struct subtree_tops *tops, size_t slot)
{
    size_t like = tops->space->slots[slot].like;
    bool first = tops->met[like] != tops->turn;
    tops->met[like] = tops->turn;
    return first;
}

static void find_places(struct subtree_tops *tops)
{
    const struct search_space *space = tops->space;
    tops->turn++;
    for (size_t i = 0; i < space->slot_count; i++) {
        const struct search_slot *slot = &space->slots[i];
        if (slot->subtree_count == 0 || !is_first(tops, i))
            continue;
        struct places *places = &tops->of_slots[slot->like];
        places_clear(places, tops->arena, slot->option_count);
        for (uint32_t j = 0; j < slot->option_count; j++)
            places->list[places->count++] = space->world->providers[slot->options[j]].first_below;
        places_sort(places, space->budget);
        if (budget_is_over(space->budget))
            return;
    }
}

static void gather_places(struct subtree_tops *tops, size_t subtree)
{
    const struct space_subtree *of = &tops->space->subtrees[subtree];
    struct places *places = &tops->views[subtree].places;
    size_t most = 0;
    tops->turn++;
    for (size_t i = 0; i < of->count; i++)
        if (is_first(tops, of->slots[i]))
            most += tops->of_slots[tops->space->slots[of->slots[i]].like].count;
    places_clear(places, tops->arena, most);
    tops->turn++;
    for (size_t i = 0; i < of->count; i++) {
        if (!is_first(tops, of->slots[i]))
            continue;
        const struct places *options = &tops->of_slots[tops->space->slots[of->slots[i]].like];
        for (size_t j = 0; j < options->count; j++)
            places->list[places->count++] = options->list[j];
    }
    places_sort(places, tops->space->budget);
}

static bool has_between(const struct places *places, uint32_t begin, uint32_t end)
{
    size_t first = first_from(places, begin);
    return first < places->count && places->list[first] < end;
}

/* Returns whether each slot has options at or below a provider, and enough of them. */
static bool may_be_top(struct subtree_tops *tops, size_t subtree, uint32_t provider)
{
    const struct search_space *space = tops->space;
    const struct space_subtree *of = &space->subtrees[subtree];
    const struct places *places = &tops->views[subtree].places;
    uint32_t begin = space->world->providers[provider].first_below;
    uint32_t end = space->world->providers[provider].end_below;
    if (space->query->isolate && first_from(places, end) - first_from(places, begin) < of->count)
        return false;
    tops->turn++;
    for (size_t i = 0; i < of->count; i++)
        if (!budget_spend(space->budget, 2) ||
            (is_first(tops, of->slots[i]) &&
             !has_between(&tops->of_slots[space->slots[of->slots[i]].like], begin, end)))
            return false;
    return true;
}

static void add_top(struct subtree_tops *tops, struct view *view, uint32_t provider)
{
    view->tops = arena_grow(tops->arena, view->tops, view->count, &view->room, sizeof(*view->tops));
    view->tops[view->count++] = (struct subtree_top){provider, TOP_UNTRIED};
}

/* If the highest option cannot be the top, nothing below it can either. */
static void find_highest(struct subtree_tops *tops, size_t subtree)
{
    const struct world *world = tops->space->world;
    struct view *view = &tops->views[subtree];
    view->count = 0;
    for (size_t i = 0; i < view->places.count && budget_spend(tops->space->budget, 4);) {
        uint32_t provider = world->in_order[view->places.list[i]];
        if (may_be_top(tops, subtree, provider))
            add_top(tops, view, provider);
        i = first_from(&view->places, world->providers[provider].end_below);
    }
}

void subtree_tops_find(struct subtree_tops *tops)
{
    if (tops->space->subtree_count == 0)
        return;
    find_places(tops);
    for (size_t i = 0; i < tops->space->subtree_count; i++) {
        if (budget_is_over(tops->space->budget))
            return;
        gather_places(tops, i);
        find_highest(tops, i);
    }
}

struct subtree_top *subtree_tops_above(struct subtree_tops *tops, size_t subtree, uint32_t provider)
{
    const struct world *world = tops->space->world;
    const struct view *view = &tops->views[subtree];
    uint32_t place = world->providers[provider].first_below;
    size_t low = 0, high = view->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (world->providers[view->tops[middle].provider].end_below <= place)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == view->count || !world_is_under(world, provider, view->tops[low].provider))
        return NULL;
    return &view->tops[low];
}

bool subtree_tops_offer(const struct subtree_tops *tops, size_t subtree, uint32_t provider)
{
    const struct places *places = &tops->views[subtree].places;
    uint32_t place = tops->space->world->providers[provider].first_below;
    size_t found = first_from(places, place);
    return found < places->count && places->list[found] == place;
}
