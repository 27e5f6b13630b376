/*
 * Matching slots with places, by augmenting paths (Kuhn's algorithm): the numbers are small.
 */
#include <config.h>

#include "placement/candidates/slot_matching.h"

/* Slots that take of the same: of the providers themselves, each once, or of a class. */
struct competition {
    const size_t *slots;
    size_t count;
    bool of_providers;
    int64_t class_id;
    int64_t smallest; /* amount of the class that one of them takes */
};

struct places {
    const struct search *search;
    struct competition *competitions;
    size_t count;
    uint32_t *place;   /* of each slot: the provider it was matched with; WORLD_NONE: none yet */
    uint32_t *visited; /* of each provider: the turn in which it was last tried */
    uint32_t turn;
};

static const struct search_demand *demand_of(const struct search_slot *slot, int64_t class_id)
{
    for (size_t i = 0; i < slot->demand_count; i++)
        if (slot->demands[i].class_id == class_id)
            return &slot->demands[i];
    return NULL;
}

static void add_competition(struct places *places, const struct competition *competition)
{
    if (competition->count > 1)
        places->competitions[places->count++] = *competition;
}

static void compete_for_providers(struct places *places, struct arena *arena)
{
    const struct search *search = places->search;
    size_t *slots = arena_array(arena, search->slot_count, sizeof(*slots));
    struct competition competition = {.slots = slots, .of_providers = true};
    for (size_t i = 0; i < search->slot_count; i++)
        if (search->query->groups[search->slots[i].group].granular)
            slots[competition.count++] = i;
    add_competition(places, &competition);
}

/* The slots that take at least so much of a class compete for where that much is left. */
static void compete_for_class(struct places *places, struct arena *arena,
                              const struct search_demand *least)
{
    const struct search *search = places->search;
    size_t *slots = arena_array(arena, search->slot_count, sizeof(*slots));
    struct competition competition = {
        .slots = slots, .class_id = least->class_id, .smallest = least->amount};
    for (size_t i = 0; i < search->slot_count; i++) {
        const struct search_demand *demand = demand_of(&search->slots[i], least->class_id);
        if (demand != NULL && demand->amount >= least->amount)
            slots[competition.count++] = i;
    }
    add_competition(places, &competition);
}

/* Whether no slot before this one takes the same amount of the same class. */
static bool is_new(const struct search *search, size_t slot, const struct search_demand *demand)
{
    for (size_t i = 0; i < slot; i++) {
        const struct search_demand *other = demand_of(&search->slots[i], demand->class_id);
        if (other != NULL && other->amount == demand->amount)
            return false;
    }
    return true;
}

struct places *places_new(const struct search *search, struct arena *arena)
{
    struct places *places = arena_alloc(arena, sizeof(*places));
    size_t most = 1;
    for (size_t i = 0; i < search->slot_count; i++)
        most += search->slots[i].demand_count;
    *places = (struct places){
        .search = search,
        .competitions = arena_array(arena, most, sizeof(*places->competitions)),
        .place = arena_array(arena, search->slot_count, sizeof(*places->place)),
        .visited = arena_array(arena, search->world->provider_count, sizeof(*places->visited)),
    };
    if (search->query->isolate)
        compete_for_providers(places, arena);
    for (size_t i = 0; i < search->slot_count; i++)
        for (size_t j = 0; j < search->slots[i].demand_count; j++)
            if (is_new(search, i, &search->slots[i].demands[j]))
                compete_for_class(places, arena, &search->slots[i].demands[j]);
    return places;
}

/* How many of the competition's slots a provider has places for. */
static int64_t places_of(const struct partial *partial, const struct competition *competition,
                         uint32_t provider)
{
    if (competition->of_providers)
        return 1;
    const struct world *world = partial->search->world;
    const struct world_inventory *inventory =
        world_inventory_of(world, provider, competition->class_id);
    int64_t most = inventory->capacity - inventory->used;
    if (most > inventory->max_unit)
        most = inventory->max_unit;
    return (most - partial->taken[inventory - world->inventories]) / competition->smallest;
}

static bool find_place(struct places *places, const struct partial *partial,
                       const struct competition *competition, size_t slot);

/* Finds a place on a provider, if need be by finding another one for a slot that has one there. */
static bool place_on(struct places *places, const struct partial *partial,
                     const struct competition *competition, uint32_t provider)
{
    int64_t held = 0;
    for (size_t i = 0; i < competition->count; i++)
        held += places->place[competition->slots[i]] == provider;
    if (held < places_of(partial, competition, provider))
        return true;
    for (size_t i = 0; i < competition->count; i++) {
        size_t other = competition->slots[i];
        if (places->place[other] == provider && find_place(places, partial, competition, other))
            return true;
    }
    return false;
}

static bool find_place(struct places *places, const struct partial *partial,
                       const struct competition *competition, size_t slot)
{
    const uint32_t *end;
    for (const uint32_t *option = partial_options(partial, slot, &end); option < end; option++) {
        if (places->visited[*option] == places->turn || !partial_allows(partial, slot, *option))
            continue;
        places->visited[*option] = places->turn;
        if (place_on(places, partial, competition, *option)) {
            places->place[slot] = *option;
            return true;
        }
    }
    return false;
}

static bool competition_suffices(struct places *places, const struct partial *partial,
                                 const struct competition *competition)
{
    for (size_t i = 0; i < competition->count; i++)
        places->place[competition->slots[i]] = WORLD_NONE;
    for (size_t i = 0; i < competition->count; i++) {
        size_t slot = competition->slots[i];
        places->turn++;
        if (slot >= partial->depth && !find_place(places, partial, competition, slot))
            return false;
    }
    return true;
}

bool places_suffice(struct places *places, const struct partial *partial)
{
    for (size_t i = 0; i < places->count; i++)
        if (!competition_suffices(places, partial, &places->competitions[i]))
            return false;
    return true;
}
