/*
 * Matches slots with providers by augmenting paths (Kuhn's algorithm); the numbers are small.
 */
#include <config.h>

#include "placement/candidates/slot_matching.h"

/* Slots that compete: for providers, each of which takes one slot, or for room of a class. */
struct competition {
    const size_t *slots;
    size_t count;
    bool of_providers;
    int64_t class_id;
    int64_t smallest; /* the least amount of the class that one of these slots takes */
};

struct slot_matching {
    const struct search_space *space;
    struct competition *competitions;
    size_t count;
    uint32_t *matched; /* for each slot: the provider it is matched with; WORLD_NONE: none yet */
    uint32_t *visited; /* for each provider: the turn in which it was tried last */
    uint32_t turn;
};

static const struct search_demand *demand_of(const struct search_slot *slot, int64_t class_id)
{
    for (size_t i = 0; i < slot->demand_count; i++)
        if (slot->demands[i].class_id == class_id)
            return &slot->demands[i];
    return NULL;
}

static void add_competition(struct slot_matching *matching, const struct competition *competition)
{
    if (competition->count > 1)
        matching->competitions[matching->count++] = *competition;
}

static void compete_for_providers(struct slot_matching *matching, struct arena *arena)
{
    const struct search_space *space = matching->space;
    size_t *slots = arena_array(arena, space->slot_count, sizeof(*slots));
    struct competition competition = {.slots = slots, .of_providers = true};
    for (size_t i = 0; i < space->slot_count; i++)
        if (space->query->groups[space->slots[i].group].granular)
            slots[competition.count++] = i;
    add_competition(matching, &competition);
}

/* Slots that take at least this much of a class compete for providers with that much left. */
static void compete_for_class(struct slot_matching *matching, struct arena *arena,
                              const struct search_demand *least)
{
    const struct search_space *space = matching->space;
    size_t *slots = arena_array(arena, space->slot_count, sizeof(*slots));
    struct competition competition = {
        .slots = slots, .class_id = least->class_id, .smallest = least->amount};
    for (size_t i = 0; i < space->slot_count; i++) {
        const struct search_demand *demand = demand_of(&space->slots[i], least->class_id);
        if (demand != NULL && demand->amount >= least->amount)
            slots[competition.count++] = i;
    }
    add_competition(matching, &competition);
}

/* Returns whether no earlier slot takes the same amount of the same class. */
static bool is_new(const struct search_space *space, size_t slot,
                   const struct search_demand *demand)
{
    for (size_t i = 0; i < slot; i++) {
        const struct search_demand *other = demand_of(&space->slots[i], demand->class_id);
        if (other != NULL && other->amount == demand->amount)
            return false;
    }
    return true;
}

struct slot_matching *slot_matching_new(const struct search_space *space, struct arena *arena)
{
    struct slot_matching *matching = arena_alloc(arena, sizeof(*matching));
    size_t most = 1;
    for (size_t i = 0; i < space->slot_count; i++)
        most += space->slots[i].demand_count;
    *matching = (struct slot_matching){
        .space = space,
        .competitions = arena_array(arena, most, sizeof(*matching->competitions)),
        .matched = arena_array(arena, space->slot_count, sizeof(*matching->matched)),
        .visited = arena_array(arena, space->world->provider_count, sizeof(*matching->visited)),
    };
    if (space->query->isolate)
        compete_for_providers(matching, arena);
    for (size_t i = 0; i < space->slot_count; i++)
        for (size_t j = 0; j < space->slots[i].demand_count; j++)
            if (is_new(space, i, &space->slots[i].demands[j]))
                compete_for_class(matching, arena, &space->slots[i].demands[j]);
    return matching;
}

/* Returns how many of the competing slots a provider has room for. */
static int64_t room_of(const struct partial_choice *choice, const struct competition *competition,
                       uint32_t provider)
{
    if (competition->of_providers)
        return 1;
    const struct world *world = choice->space->world;
    const struct world_inventory *inventory =
        world_inventory_of(world, provider, competition->class_id);
    int64_t most = inventory->capacity - inventory->used;
    if (most > inventory->max_unit)
        most = inventory->max_unit;
    return (most - choice->taken[inventory - world->inventories]) / competition->smallest;
}

static bool find_match(struct slot_matching *matching, const struct partial_choice *choice,
                       const struct competition *competition, size_t slot);

/* Finds room on a provider, if need be by moving a slot that is matched with it elsewhere. */
static bool make_room(struct slot_matching *matching, const struct partial_choice *choice,
                      const struct competition *competition, uint32_t provider)
{
    int64_t held = 0;
    for (size_t i = 0; i < competition->count; i++)
        held += matching->matched[competition->slots[i]] == provider;
    if (held < room_of(choice, competition, provider))
        return true;
    for (size_t i = 0; i < competition->count; i++) {
        size_t other = competition->slots[i];
        if (matching->matched[other] == provider &&
            find_match(matching, choice, competition, other))
            return true;
    }
    return false;
}

static bool find_match(struct slot_matching *matching, const struct partial_choice *choice,
                       const struct competition *competition, size_t slot)
{
    const uint32_t *end;
    for (const uint32_t *option = partial_choice_options(choice, slot, &end); option < end;
         option++) {
        if (matching->visited[*option] == matching->turn ||
            !partial_choice_allows(choice, slot, *option))
            continue;
        matching->visited[*option] = matching->turn;
        if (make_room(matching, choice, competition, *option)) {
            matching->matched[slot] = *option;
            return true;
        }
    }
    return false;
}

static bool competition_suffices(struct slot_matching *matching,
                                 const struct partial_choice *choice,
                                 const struct competition *competition)
{
    for (size_t i = 0; i < competition->count; i++)
        matching->matched[competition->slots[i]] = WORLD_NONE;
    for (size_t i = 0; i < competition->count; i++) {
        size_t slot = competition->slots[i];
        matching->turn++;
        if (slot >= choice->depth && !find_match(matching, choice, competition, slot))
            return false;
    }
    return true;
}

bool slot_matching_exists(struct slot_matching *matching, const struct partial_choice *choice)
{
    for (size_t i = 0; i < matching->count; i++)
        if (!competition_suffices(matching, choice, &matching->competitions[i]))
            return false;
    return true;
}
