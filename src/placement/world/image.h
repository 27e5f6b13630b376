/*
 * A process's own copy of the kept world, made from the base and the changes in the journal.
 *
 * The rows of the database are kept sorted by id. From them the world of the candidate search is
 * made; a change of a usage, an inventory's numbers or a generation is written into it at once, any
 * other change makes it again, once before the next search, however many changes there were.
 */
#ifndef BERTH_PLACEMENT_WORLD_IMAGE_H
#define BERTH_PLACEMENT_WORLD_IMAGE_H

#include "placement/candidates/world.h"
#include "placement/world/journal.h"
#include "placement/world/keyed.h"
#include "placement/world/sink.h"
#include "placement/world/uuid_order.h"

struct image_provider {
    uint64_t key;
    char *name;
    int64_t modified; /* seconds since 1970; 0: not known */
    int32_t generation, root_id, parent_id;
    char uuid[WORLD_UUID];
};

struct image_name {
    uint64_t key;
    char *text;
    int64_t modified; /* of a trait */
};

struct image_inventory {
    uint64_t key; /* provider, class */
    int32_t total, reserved, min_unit, max_unit, step_size;
    float allocation_ratio;
    double whole_capacity;
    int64_t modified;
};

struct image_usage {
    uint64_t key; /* provider, class */
    int64_t used;
};

struct image_pair {
    uint64_t key;
};

/* A name and its number in the world's sets. */
struct image_number {
    const char *text;
    uint32_t number;
    int32_t id;
};

struct image {
    struct journal_place place;
    struct gtid_position position;
    bool loading; /* reads a base: rows are new and come in any order */

    struct keyed providers, classes, inventories, usages, traits, aggregates;
    struct keyed provider_traits; /* by provider, trait */
    struct keyed members;         /* by aggregate, provider */
    struct uuid_order uuids;      /* of the providers */
    float ratio;                  /* converted last */
    double ratio_meaning;

    bool stale; /* the world must be made again */
    struct arena arena;
    struct world world;
    /* The traits and aggregates by name. A number is a place in the rows. */
    struct image_number *trait_numbers, *aggregate_numbers;
    size_t trait_count, aggregate_count;
};

/* Makes an empty image, on the heap; image_end() frees it. */
void image_begin(struct image *image);
void image_end(struct image *image);

/* Reads what is new in the journal. Returns false if there is no world, or no memory; then the
   image is empty. */
bool image_read(struct image *image, const struct journal *journal);

/* Returns the world of the image, until the next image_read(). It has all usages. NULL: there is no
   memory. */
const struct world *image_world(struct image *image);

/* Finds a provider by its exact uuid, and sets *row, its place among image->providers; after
   image_world() also its number. Returns false if there is none, or no memory to look for it. */
bool image_find_provider(struct image *image, const char *uuid, size_t *row);

/* Finds a trait or aggregate by its exact name; NULL: there is none. Call image_world() before. */
const struct image_number *image_trait(const struct image *image, const char *name);
const struct image_number *image_aggregate(const struct image *image, const char *uuid);

/* Adds records to a sink from which an empty image becomes the same. Returns false if the sink had
   no room. */
bool image_tell(struct image *image, const struct world_sink *sink);

#endif
