/*
 * A record: one change of the kept world.
 *
 * A record names what it changes by the ids of the database. A SET makes or replaces; a GONE of
 * what does not exist, and a part of a provider or aggregate that does not exist, mean nothing. The
 * records of a transaction may come in any order that its statements had.
 */
#ifndef BERTH_PLACEMENT_WORLD_RECORD_H
#define BERTH_PLACEMENT_WORLD_RECORD_H

#include <stdint.h>

enum world_record_kind {
    WORLD_PROVIDER_SET,
    WORLD_PROVIDER_GONE,
    WORLD_CLASS_SET,
    WORLD_CLASS_GONE,
    WORLD_INVENTORY_SET,
    WORLD_INVENTORY_GONE,
    WORLD_USAGE_ADD,
    WORLD_TRAIT_SET,
    WORLD_TRAIT_GONE,
    WORLD_PROVIDER_TRAIT_SET,
    WORLD_PROVIDER_TRAIT_GONE,
    WORLD_AGGREGATE_SET,
    WORLD_AGGREGATE_GONE,
    WORLD_MEMBER_SET,
    WORLD_MEMBER_GONE,
};

struct world_record {
    enum world_record_kind kind;
    int32_t id;    /* the provider, class, trait or aggregate */
    int32_t other; /* the class of INVENTORY, USAGE; the trait of PROVIDER_TRAIT; the aggregate of
                      MEMBER */
    int64_t modified; /* PROVIDER, INVENTORY, TRAIT: updated_at, or created_at if that is NULL, as
                         seconds since 1970; 0: neither */
    union {
        struct {
            const char *uuid;
            const char *name;           /* NULL: none */
            int32_t generation;         /* 0 also for NULL */
            int32_t root_id, parent_id; /* 0: none */
        } provider;
        struct {
            int32_t total, reserved, min_unit, max_unit, step_size;
            float allocation_ratio;
        } inventory;
        int64_t used;     /* USAGE: to add; negative: to subtract */
        const char *name; /* CLASS, TRAIT; AGGREGATE: its uuid, NULL: none */
    };
};

#endif
