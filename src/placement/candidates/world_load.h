/*
 * Reads the world of a candidate search from the database, for requests that cannot use the kept
 * world (world/fence.h).
 *
 * It is read for each request, with a fixed number of statements. All of it is read from whole
 * tables, which is faster than joins; some trees are read by the ids of their providers. The search
 * does not know where its world comes from.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_WORLD_LOAD_H
#define BERTH_PLACEMENT_CANDIDATES_WORLD_LOAD_H

#include "placement/candidates/candidate_request.h"
#include "placement/candidates/vocabulary.h"
#include "placement/candidates/world.h"
#include "placement/context.h"

/* All resource classes, by id. */
struct class_name {
    int64_t id;
    const char *name;
};

struct class_names {
    struct class_name *list;
    size_t count;
};

/* Returns the name of a class, or NULL if no class has the id. */
const char *class_name_find(const struct class_names *classes, int64_t id);

/* Reads all providers with their inventories and usages, which of them have the traits and are
   members of the aggregates in the vocabularies, which of them share, and with which others. The
   places of the names in the vocabularies are the numbers of the world. Sets the ids of the
   vocabularies: the names are read together with what they name, as the ids are different after a
   database was replaced. With a request, leaves out the usages of trees that cannot have
   candidates (relevance.h). Call it inside of database_snapshot(). */
enum outcome world_load(struct context *context, struct vocabularies *names,
                        const struct candidate_request *request, struct world *world,
                        struct class_names *classes);

/* The same for the trees with these count roots alone, where no provider shares. */
enum outcome world_load_trees(struct context *context, struct vocabularies *names,
                              const struct candidate_request *request, const int64_t *roots,
                              size_t count, struct world *world, struct class_names *classes);

struct trait_of_provider {
    uint32_t provider;
    int32_t trait_id;
};

struct trait_name {
    int64_t id;
    const char *name;
};

/* The traits of some providers: those of provider i are traits[first[i]] to traits[first[i + 1] -
   1]. And the names of all traits, by id. Or, where the world's sets have all traits, the names by
   their numbers there, which rise with the ids. */
struct trait_names {
    const char *const *numbered; /* NULL: use the others */
    const uint32_t *first;
    const struct trait_of_provider *traits;
    const struct trait_name *names;
    size_t name_count;
};

/* Returns the name of a trait, or NULL if no trait has the id. */
const char *trait_name_find(const struct trait_names *traits, int64_t id);

/* Reads all traits of the providers for which wanted is true, in one statement, with their names.
   Call it in the snapshot that read the world. */
enum outcome world_traits_load(struct context *context, struct world *world, const bool *wanted,
                               struct trait_names *traits);

#endif
