/*
 * The world of a candidate search: providers, their trees, what they have and what is used of it,
 * in arrays that are indexed by small numbers. No database and no names: where it comes from is
 * the matter of world_load.h, or of a test.
 *
 * A provider's number is its place in the order of ids. Of traits and aggregates the world knows
 * only those that somebody is interested in; their numbers are their places in struct
 * world_interest, and a provider's traits, and its aggregates, are sets of bits.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_WORLD_H
#define BERTH_PLACEMENT_CANDIDATES_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define WORLD_NONE UINT32_MAX

enum { WORLD_UUID = 37, BITS_IN_WORD = 64 };

/* Which traits and aggregates are asked for: their ids, each once. */
struct world_interest {
    const int64_t *trait_ids;
    size_t trait_count;
    size_t sharing_trait; /* the number of MISC_SHARES_VIA_AGGREGATE; trait_count: nobody shares */
    const int64_t *aggregate_ids;
    size_t aggregate_count;
};

struct world_inventory {
    int32_t class_id;
    int32_t total, reserved, min_unit, max_unit, step_size;
    float allocation_ratio;
    int64_t used;
    int64_t capacity; /* what is left when reserved is taken off and the ratio applied, whole */
};

struct world_provider {
    int64_t id;
    uint32_t root, parent; /* WORLD_NONE: has no parent, or its root is missing */
    uint32_t first_inventory;
    uint32_t inventory_count;
    bool shares; /* it has the trait MISC_SHARES_VIA_AGGREGATE */
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
    struct world_inventory *inventories; /* those of a provider stand together */
    uint32_t inventory_count;
    size_t sharing_trait;
    uint32_t sharing_count;              /* of providers that share */
    size_t trait_words, aggregate_words; /* of a provider's set */
    uint64_t *traits, *aggregates;       /* the sets, one provider's after the other's */
    struct world_member *members;        /* by aggregate, then provider */
    size_t member_count;
    struct world_link *links; /* by provider */
    size_t link_count;

    uint32_t *owners; /* while it is made: of each inventory */
    uint32_t provider_room, inventory_room, cursor;
    size_t member_room;
};

/* Whether two sets of bits have one in common. */
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

static inline bool bits_have(const uint64_t *bits, size_t number)
{
    return (bits[number / BITS_IN_WORD] >> (number % BITS_IN_WORD) & 1) != 0;
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
 * Making a world, in this order: an empty one, all providers by rising id, world_link(), and then
 * the rest. What belongs to a provider that the world does not have is left out. All inventories
 * come first, then world_sort_inventories(), then the usages.
 */
void world_begin(struct world *world, struct arena *arena, const struct world_interest *interest);
void world_add_provider(struct world *world, int64_t id, const char *uuid);
/* The root and the parent of a provider, by id; 0: none. */
struct world_kin {
    int64_t root_id, parent_id;
};
void world_link(struct world *world, const struct world_kin *kin);
void world_add_inventory(struct world *world, int64_t provider_id,
                         const struct world_inventory *inventory);
void world_sort_inventories(struct world *world);
void world_add_usage(struct world *world, int64_t provider_id, int64_t class_id, int64_t used);
void world_add_trait(struct world *world, int64_t provider_id, size_t number);
void world_add_aggregate(struct world *world, int64_t provider_id, size_t number);
void world_add_member(struct world *world, int64_t aggregate_id, int64_t provider_id);

/* Puts what is left into order. Call it last. */
void world_end(struct world *world);

/* The number of a provider, or WORLD_NONE. Fast for ids near the one looked for last. */
uint32_t world_find(struct world *world, int64_t provider_id);

/* The inventory of a class of a provider, or NULL. */
const struct world_inventory *world_inventory_of(const struct world *world, uint32_t provider,
                                                 int64_t class_id);

/* Whether a provider is another one or stands below it in their tree. */
bool world_is_under(const struct world *world, uint32_t provider, uint32_t top);

/*
 * The roots of the trees with which a sharing provider shares, in no order and perhaps more than
 * once; its own is among them if it is a member of an aggregate. WORLD_NONE: there are no more.
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
