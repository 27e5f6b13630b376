/*
 * The space of a candidate search: slots, and the options of each slot from each anchor.
 *
 * The options of a slot are the providers that can fill it, seen from an anchor: the root of a
 * tree, which offers its own tree and the providers that share with this tree through an aggregate.
 *
 * A space shows the options from one anchor at a time. Where no provider shares, they are found
 * when they are looked at, so that a search which ends early, at a limit, has looked at few trees;
 * nothing here takes time or memory for each provider of the world then. Where providers share, the
 * options from all anchors are found at once (option_table.h).
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_SEARCH_SPACE_H
#define BERTH_PLACEMENT_CANDIDATES_SEARCH_SPACE_H

#include "placement/candidates/option_table.h"
#include "placement/candidates/search_slot.h"

/* Slots of granular groups whose providers must be at or below one of these providers. */
struct space_subtree {
    const size_t *slots; /* rising; at least two */
    size_t count;
};

struct search_space {
    const struct world *world;
    const struct search_query *query;
    struct budget *budget; /* what all work in this space is charged to */
    struct search_slot *slots;
    size_t slot_count;
    const struct space_subtree *subtrees; /* the query's, each once */
    size_t subtree_count;
    /* The providers to search from, rising. Without a table some may have no options. */
    const uint32_t *anchors;
    uint32_t anchor_count;
    struct option_table *table; /* NULL: options are found when they are looked at */
    struct tree_view *view;     /* what finds them */
    uint32_t place_count, inventory_place_count; /* see search_space_place() */
};

/* Finds the slots, and the anchors. World, query and budget must outlive the space; all memory is
   the arena's. If the budget does not suffice, the space has no anchors. */
void search_space_make(struct search_space *space, struct arena *arena, const struct world *world,
                       const struct search_query *query, struct budget *budget);

/* The same, but always with a table. Of an anchor that is not in its list, some slots may have
   options too. */
void search_space_make_table(struct search_space *space, struct arena *arena,
                             const struct world *world, const struct search_query *query,
                             struct budget *budget);

/* Makes the slots show their options from an anchor. Returns false if there can be no candidate:
   then they must not be used. */
bool search_space_look(struct search_space *space, uint32_t anchor);

/* Returns whether a provider is an option of a slot from the anchor that the space shows. */
bool search_slot_offers(const struct search_slot *slot, uint32_t provider);

/* Returns a number for a provider, below place_count. No other provider that can be seen from the
   same anchor has it. */
static inline uint32_t search_space_place(const struct search_space *space, uint32_t provider)
{
    const struct world_provider *providers = space->world->providers;
    if (space->table != NULL)
        return provider;
    return providers[provider].first_below - providers[providers[provider].root].first_below;
}

/* The same for an inventory of the provider. The number is below inventory_place_count. */
static inline uint32_t search_space_inventory_place(const struct search_space *space,
                                                    uint32_t provider,
                                                    const struct world_inventory *inventory)
{
    const struct world_provider *owner = &space->world->providers[provider];
    uint32_t number = (uint32_t)(inventory - space->world->inventories);
    if (space->table != NULL)
        return number;
    return owner->inventories_before + (number - owner->first_inventory);
}

#endif
