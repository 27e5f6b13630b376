/*
 * Which trees to read for a search, so that no more is read than the limit needs.
 *
 * Where no provider shares, all providers of a candidate are in one tree, and candidates come tree
 * by tree in the order of the ids of roots. So a portion of the trees, the first ones, may be
 * enough. If it is not, a larger portion is read, from the first tree on again: what an answer
 * shows must be of one snapshot. Portions grow fast, so that little is read twice. If few providers
 * have something that every candidate must have (a trait, an aggregate, a tree), only the trees of
 * these are read, in portions too.
 * Where providers share, and where the order is not that of the roots, everything is read at once.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_TREE_SELECTION_H
#define BERTH_PLACEMENT_CANDIDATES_TREE_SELECTION_H

#include "placement/candidates/candidate_request.h"
#include "placement/context.h"

struct tree_selection {
    struct context *context;
    const struct candidate_request *request;
    bool in_order;  /* candidates come in the order of the roots; if not, all trees are read */
    size_t portion; /* trees of the next portion; 0: all */

    /* The trees to read now, by their roots, rising; NULL: all. */
    const int64_t *roots;
    size_t root_count;
    bool ended; /* no other tree can have candidates */
};

/* Begins a selection. wanted: how many candidates are wanted; 0: all, so that trees are read at
   once. in_order: candidates come in the order of the roots; if not, all trees are read. */
void tree_selection_begin(struct tree_selection *selection, struct context *context,
                          const struct candidate_request *request, uint64_t wanted, bool in_order);

/* Selects trees: sets roots, root_count and ended. Call it in the snapshot that reads them; it may
   be called again for the same portion. */
enum outcome tree_selection_read(struct tree_selection *selection);

/* Makes the next portion a larger one. */
void tree_selection_grow(struct tree_selection *selection);

/* Selects all trees. */
void tree_selection_all(struct tree_selection *selection);

#endif
