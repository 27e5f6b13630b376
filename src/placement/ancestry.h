/*
 * Walks up the provider trees, from parent to parent.
 *
 * The walks visit each provider once, however deep the trees are. They also end where damaged rows
 * make a circle of parents. They do not use the database: the caller reads the rows, and locks them
 * where that matters.
 */
#ifndef BERTH_PLACEMENT_ANCESTRY_H
#define BERTH_PLACEMENT_ANCESTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "db/value.h"

/* What a provider's row says about its place in a tree. */
struct ancestry_provider {
    int64_t id;
    int64_t root_id;   /* 0: none */
    int64_t parent_id; /* 0: none */
};

struct ancestry {
    struct ancestry_provider *providers; /* by id */
    size_t *parents; /* for each provider the index of its parent; ANCESTRY_NONE: not in the list */
    size_t count;
};

#define ANCESTRY_NONE SIZE_MAX

/* Finds the parents of count providers, which must be in the order of their ids. The
   ancestry refers to the list, and allocates the rest in the arena. */
struct ancestry ancestry_build(struct arena *arena, struct ancestry_provider *providers,
                               size_t count);

/* The same for rows whose first columns are id, root_provider_id and parent_provider_id. Row i
   becomes provider i. */
struct ancestry ancestry_from_rows(struct arena *arena, const struct rows *rows);

/* Returns the index of the provider with an id, or ANCESTRY_NONE. */
size_t ancestry_find(const struct ancestry *ancestry, int64_t id);

/* Returns for each provider the index of the top of its tree: the first one on the way up whose
   parent is not in the list. ANCESTRY_NONE if the way up ends in a circle. */
size_t *ancestry_tops(struct arena *arena, const struct ancestry *ancestry);

/* Tells for each provider whether it has the index top, or is below that provider. */
bool *ancestry_subtree(struct arena *arena, const struct ancestry *ancestry, size_t top);

/* Tells for each provider whether the way up leads back to it. False for a provider that is only
   below a circle. */
bool *ancestry_circles(struct arena *arena, const struct ancestry *ancestry);

#endif
