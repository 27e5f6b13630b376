/*
 * Matches slots with providers by augmenting paths (Kuhn's algorithm). The matching is kept from
 * one call to the next, so that a call repairs only what has changed.
 */
#include <config.h>

#include "placement/candidates/slot_matching.h"

#include "base/sorted.h"

/* Slots that compete: for providers, each of which takes one slot, or for room of a class. */
struct competition {
    const size_t *slots;
    size_t count;
    bool of_providers;
    int64_t class_id;
    int64_t smallest;  /* the least amount of the class that one of these slots takes */
    uint32_t *matched; /* for each of the slots: the provider it is matched with, or WORLD_NONE */
};

/* Of one competition at a time. Slots are counted as in the competition. */
struct slot_matching {
    const struct search_space *space;
    struct competition *competitions;
    size_t count;
    uint32_t anchor;
    const struct partial_choice *choice;
    const struct competition *competition;
    uint32_t *visited; /* for each place: the turn in which it was tried last */
    uint32_t turn;
    uint32_t *held;       /* for each place: slots matched with its provider */
    uint32_t *first_held; /* for each place: the first of them, if there are any... */
    uint32_t *next_held;  /* ... and for each slot the next one; WORLD_NONE: there are no more */
};

static void add_competition(struct slot_matching *matching, struct arena *arena,
                            struct competition competition)
{
    if (competition.count < 2)
        return;
    competition.matched = arena_array(arena, competition.count, sizeof(*competition.matched));
    matching->competitions[matching->count++] = competition;
}

static void compete_for_providers(struct slot_matching *matching, struct arena *arena)
{
    const struct search_space *space = matching->space;
    size_t *slots = arena_array(arena, space->slot_count, sizeof(*slots));
    struct competition competition = {.slots = slots, .of_providers = true};
    for (size_t i = 0; i < space->slot_count; i++)
        if (space->slots[i].granular)
            slots[competition.count++] = i;
    add_competition(matching, arena, competition);
}

/* What a slot takes of a class. */
struct claim {
    int64_t class_id, amount;
    size_t slot;
};

/* By class, the largest amounts first. */
static int claim_compare(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    if (a->class_id != b->class_id)
        return a->class_id < b->class_id ? -1 : 1;
    if (a->amount != b->amount)
        return a->amount > b->amount ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static size_t count_demands(const struct search_space *space)
{
    size_t count = 0;
    for (size_t i = 0; i < space->slot_count; i++)
        count += space->slots[i].demand_count;
    return count;
}

/* Slots that take at least some amount of a class compete for providers with that much left. */
static void compete_for_classes(struct slot_matching *matching, struct arena *arena)
{
    const struct search_space *space = matching->space;
    size_t count = count_demands(space), gathered = 0, first = 0;
    struct claim *claims = arena_array(arena, count, sizeof(*claims));
    size_t *slots = arena_array(arena, count, sizeof(*slots));
    for (size_t i = 0; i < space->slot_count; i++)
        for (size_t j = 0; j < space->slots[i].demand_count; j++)
            claims[gathered++] = (struct claim){space->slots[i].demands[j].class_id,
                                                space->slots[i].demands[j].amount, i};
    sort(claims, count, sizeof(*claims), claim_compare);
    for (size_t i = 0; i < count && budget_spend(space->budget, 16); i++) {
        slots[i] = claims[i].slot;
        if (claims[i].class_id != claims[first].class_id)
            first = i;
        if (i + 1 == count || claims[i + 1].class_id != claims[i].class_id ||
            claims[i + 1].amount != claims[i].amount)
            add_competition(matching, arena,
                            (struct competition){.slots = slots + first,
                                                 .count = i + 1 - first,
                                                 .class_id = claims[i].class_id,
                                                 .smallest = claims[i].amount});
    }
}

struct slot_matching *slot_matching_new(const struct search_space *space, struct arena *arena)
{
    struct slot_matching *matching = arena_alloc(arena, sizeof(*matching));
    uint32_t places = space->place_count;
    *matching = (struct slot_matching){
        .space = space,
        .competitions =
            arena_array(arena, count_demands(space) + 1, sizeof(*matching->competitions)),
        .anchor = WORLD_NONE,
        .visited = arena_array(arena, places, sizeof(*matching->visited)),
        .held = arena_array(arena, places, sizeof(*matching->held)),
        .first_held = arena_array(arena, places, sizeof(*matching->first_held)),
        .next_held = arena_array(arena, space->slot_count, sizeof(*matching->next_held)),
    };
    if (space->query->isolate)
        compete_for_providers(matching, arena);
    compete_for_classes(matching, arena);
    return matching;
}

/* Returns how many of the competing slots a provider has room for. */
static int64_t room_of(const struct slot_matching *matching, uint32_t provider)
{
    const struct competition *competition = matching->competition;
    if (competition->of_providers)
        return 1;
    const struct world *world = matching->space->world;
    const struct world_inventory *inventory =
        world_inventory_of(world, provider, competition->class_id);
    int64_t most = inventory->capacity - inventory->used;
    if (most > inventory->max_unit)
        most = inventory->max_unit;
    return (most -
            matching->choice
                ->taken[search_space_inventory_place(matching->space, provider, inventory)]) /
           competition->smallest;
}

static bool has_room(const struct slot_matching *matching, uint32_t provider)
{
    return matching->held[search_space_place(matching->space, provider)] <
           room_of(matching, provider);
}

static void match(struct slot_matching *matching, size_t i, uint32_t provider)
{
    uint32_t place = search_space_place(matching->space, provider);
    matching->competition->matched[i] = provider;
    matching->next_held[i] = matching->held[place]++ > 0 ? matching->first_held[place] : WORLD_NONE;
    matching->first_held[place] = (uint32_t)i;
}

static bool find_match(struct slot_matching *matching, size_t i);

/* Moves a slot that is matched with the provider at a place to another one. */
static bool make_room(struct slot_matching *matching, uint32_t place)
{
    if (matching->held[place] == 0)
        return false;
    uint32_t before = WORLD_NONE;
    for (uint32_t i = matching->first_held[place]; i != WORLD_NONE;
         before = i, i = matching->next_held[i]) {
        /* The provider is visited, so nothing else changes its list; but a match that is found puts
           the slot into another one. */
        uint32_t next = matching->next_held[i];
        if (!find_match(matching, i))
            continue;
        if (before == WORLD_NONE)
            matching->first_held[place] = next;
        else
            matching->next_held[before] = next;
        matching->held[place]--;
        return true;
    }
    return false;
}

static bool find_match(struct slot_matching *matching, size_t i)
{
    size_t slot = matching->competition->slots[i];
    const uint32_t *end, *options = partial_choice_options(matching->choice, slot, &end);
    for (const uint32_t *option = options; option < end; option++) {
        if (!budget_spend(matching->space->budget, 2))
            return false;
        uint32_t place = search_space_place(matching->space, *option);
        if (matching->visited[place] != matching->turn && has_room(matching, *option) &&
            partial_choice_allows(matching->choice, slot, *option)) {
            matching->visited[place] = matching->turn;
            match(matching, i, *option);
            return true;
        }
    }
    for (const uint32_t *option = options; option < end; option++) {
        if (!budget_spend(matching->space->budget, 2))
            return false;
        uint32_t place = search_space_place(matching->space, *option);
        if (matching->visited[place] == matching->turn ||
            !partial_choice_allows(matching->choice, slot, *option))
            continue;
        matching->visited[place] = matching->turn;
        if (make_room(matching, place)) {
            match(matching, i, *option);
            return true;
        }
    }
    return false;
}

/* Keeps the matches that still hold. */
static void keep_matches(struct slot_matching *matching)
{
    const struct competition *competition = matching->competition;
    for (size_t i = 0; i < competition->count; i++) {
        size_t slot = competition->slots[i];
        uint32_t provider = competition->matched[i];
        if (slot < matching->choice->depth || provider == WORLD_NONE)
            continue;
        if (has_room(matching, provider) && partial_choice_allows(matching->choice, slot, provider))
            match(matching, i, provider);
        else
            competition->matched[i] = WORLD_NONE;
    }
}

static bool competition_suffices(struct slot_matching *matching)
{
    const struct competition *competition = matching->competition;
    bool suffices = true;
    keep_matches(matching);
    for (size_t i = 0; i < competition->count && suffices; i++) {
        if (competition->slots[i] < matching->choice->depth ||
            competition->matched[i] != WORLD_NONE)
            continue;
        matching->turn++;
        suffices = find_match(matching, i);
    }
    for (size_t i = 0; i < competition->count; i++)
        if (competition->matched[i] != WORLD_NONE)
            matching->held[search_space_place(matching->space, competition->matched[i])] = 0;
    return suffices;
}

static void forget(struct slot_matching *matching)
{
    for (size_t i = 0; i < matching->count; i++)
        for (size_t j = 0; j < matching->competitions[i].count; j++)
            matching->competitions[i].matched[j] = WORLD_NONE;
}

bool slot_matching_exists(struct slot_matching *matching, const struct partial_choice *choice)
{
    if (matching->anchor != choice->anchor)
        forget(matching);
    matching->anchor = choice->anchor;
    matching->choice = choice;
    for (size_t i = 0; i < matching->count; i++) {
        matching->competition = &matching->competitions[i];
        if (!budget_spend(matching->space->budget, matching->competition->count) ||
            !competition_suffices(matching))
            return false;
    }
    return true;
}
