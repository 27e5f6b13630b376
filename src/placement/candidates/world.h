/*
 * The world of a candidate search: providers, their trees, their inventories and usages, in arrays
 * that are indexed by small numbers. It knows no database and no names: world_load.h fills it by
 * SQL, world/image.h from the kept world, or a test does.
 *
 * A provider's number is its place in the order of ids. The traits of a provider are a set of bits,
 * and so are its aggregates, by numbers that whoever fills the world chooses. A world that was read
 * by SQL has only the traits and aggregates that the search asks about; the kept world has all.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_WORLD_H
#define BERTH_PLACEMENT_CANDIDATES_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define WORLD_NONE UINT32_MAX

enum { WORLD_UUID = 37, BITS_IN_WORD = 64 };

/* The traits and aggregates that the world has: how many they are. */
struct world_interest {
    size_t trait_count;
    size_t sharing_trait; /* number of MISC_SHARES_VIA_AGGREGATE; trait_count: no provider shares */
    size_t aggregate_count;
};

struct world_inventory {
    int32_t class_id;
    int32_t total, reserved, min_unit, max_unit, step_size;
    float allocation_ratio;
    int64_t used;
    int64_t capacity;      /* whole_capacity, at most 10**18: more than amounts can add up to */
    double whole_capacity; /* (total - reserved) * allocation_ratio */
};

struct world_provider {
    int64_t id;
    uint32_t root, parent;           /* WORLD_NONE: no parent, or the root does not exist */
    uint32_t first_below, end_below; /* the places in world->in_order of it and all below it */
    uint32_t first_inventory;
    uint32_t inventory_count;
    uint32_t inventories_before; /* of the providers before it in its tree, in world->in_order */
    bool shares;                 /* it has the trait MISC_SHARES_VIA_AGGREGATE */
    char uuid[WORLD_UUID];
};

/* A member of an aggregate that a sharing provider is a member of. */
struct world_member {
    int64_t aggregate_id;
    uint32_t provider;
};

/* An aggregate of a sharing provider. */
struct world_link {
    uint32_t provider;
    int64_t aggregate_id;
};

struct world {
    struct arena *arena;
    struct world_provider *providers;
    uint32_t provider_count;
    uint32_t *in_order; /* providers by place: each is followed by all that are below it */
    uint32_t *roots;    /* the providers that are their own root, rising */
    uint32_t root_count;
    bool trees_agree; /* each provider's root is the end of the way up from it */
    uint32_t largest_tree, largest_tree_inventories; /* how many they are */
    struct world_inventory *inventories;             /* by provider, then by class */
    uint32_t inventory_count;
    bool some_trees; /* it does not have all providers */
    bool all_usages; /* it has all providers, with all usages */
    size_t sharing_trait;
    uint32_t sharing_count;              /* providers that share */
    size_t trait_words, aggregate_words; /* words of one provider's set */
    uint64_t *traits, *aggregates;       /* the sets, by provider */
    struct world_member *members;        /* by aggregate, then provider */
    size_t member_count;
    struct world_link *links; /* by provider */
    size_t link_count;

    /* While the world is made. */
    uint32_t *owners; /* for each inventory: its provider */
    size_t provider_room, inventory_room, owner_room, member_room;
    uint32_t cursor; /* the provider found last */
};

/* Returns whether two sets have a bit in common. */
static inline bool bits_meet(const uint64_t *left, const uint64_t *right, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if ((left[i] & right[i]) != 0)
            return true;
    return false;
}

static inline void bits_add(uint64_t *bits, size_t number)
{
    bits[number / BITS_IN_WORD] |= (uint64_t)1 << (number % BITS_IN_WORD);
}

static inline const uint64_t *world_traits(const struct world *world, uint32_t provider)
{
    return world->traits + provider * world->trait_words;
}

static inline const uint64_t *world_aggregates(const struct world *world, uint32_t provider)
{
    return world->aggregates + provider * world->aggregate_words;
}

/*
 * A world is made in this order: world_begin(), all providers by rising id, world_link(), all
 * inventories, world_sort_inventories(), then usages, traits, aggregates and members in any order,
 * world_end(). Everything that belongs to a provider that the world does not have is left out.
 */
void world_begin(struct world *world, struct arena *arena, const struct world_interest *interest);
void world_add_provider(struct world *world, int64_t id, const char *uuid);

/* The root and the parent of a provider, by id; 0: none. */
struct world_kin {
    int64_t root_id, parent_id;
};

/* Links each provider with its root and parent: kin has an element for each, in their order.
   Cuts circles of parents. */
void world_link(struct world *world, const struct world_kin *kin);

void world_add_inventory(struct world *world, int64_t provider_id,
                         const struct world_inventory *inventory);
void world_sort_inventories(struct world *world);
void world_add_usage(struct world *world, int64_t provider_id, int64_t class_id, int64_t used);
void world_add_trait(struct world *world, int64_t provider_id, size_t number);
void world_add_aggregate(struct world *world, int64_t provider_id, size_t number);
void world_add_member(struct world *world, int64_t aggregate_id, int64_t provider_id);

/* Sorts members and links. */
void world_end(struct world *world);

/* Returns the number of a provider, or WORLD_NONE. Fast for ids near the last one. */
uint32_t world_find(struct world *world, int64_t provider_id);

/* Returns a provider's inventory of a class, or NULL, in the time of log(inventories). */
const struct world_inventory *world_inventory_of(const struct world *world, uint32_t provider,
                                                 int64_t class_id);

/* Returns whether a provider is top, or is below it in their tree. */
static inline bool world_is_under(const struct world *world, uint32_t provider, uint32_t top)
{
    uint32_t place = world->providers[provider].first_below;
    return place >= world->providers[top].first_below && place < world->providers[top].end_below;
}

/*
 * Iterates over the roots of the trees that a sharing provider shares with, in any order, perhaps
 * with repeats. The provider's own root is one of them if it is a member of an aggregate.
 *     struct world_sharing sharing = world_sharing_of(world, provider);
 *     while ((root = world_next_shared(world, &sharing)) != WORLD_NONE)
 */
struct world_sharing {
    size_t link, end;
    size_t member;
};
struct world_sharing world_sharing_of(const struct world *world, uint32_t provider);
uint32_t world_next_shared(const struct world *world, struct world_sharing *sharing);

#endif
