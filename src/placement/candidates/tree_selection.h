/*
 * Which trees to read for a search, so that no more is read than the limit needs.
 *
 * Where no provider shares, all providers of a candidate are in one tree, and candidates come tree
 * by tree in the order of the ids of roots. So the trees can be read in portions, each with a
 * snapshot of its own, until there are enough candidates. If few providers have something that
 * every candidate must have (a trait, an aggregate, a tree), only the trees of these are read, in
 * portions too.
 * Where providers share, and where the order is not that of the roots, everything is read at once.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_TREE_SELECTION_H
#define BERTH_PLACEMENT_CANDIDATES_TREE_SELECTION_H

#include "placement/candidates/candidate_request.h"
#include "placement/context.h"

enum tree_selection_kind {
    SELECTION_NEW,
    SELECTION_LISTED,   /* the trees that have something rare */
    SELECTION_IN_ORDER, /* one portion after the other */
    SELECTION_REST,     /* all that is left, at once */
};

struct tree_selection {
    struct context *context;
    const struct candidate_request *request;
    enum tree_selection_kind kind;
    size_t portion; /* trees to read next; 0: all */
    int64_t after;  /* trees up to this root have been read */
    bool ended;     /* all trees have been read */

    /* The trees to read now, by their roots, rising; NULL: all. */
    const int64_t *roots;
    size_t root_count;

    /* All trees that have something rare, and how many of them have been read. */
    const int64_t *listed;
    size_t listed_count, listed_next;
};

/* Begins a selection. wanted: how many candidates are wanted; 0: all, so that trees are read at
   once. in_order: candidates come in the order of the roots; if not, all trees are read. */
void tree_selection_begin(struct tree_selection *selection, struct context *context,
                          const struct candidate_request *request, uint64_t wanted, bool in_order);

/* Selects the next trees: sets roots, root_count and ended. Call it in the snapshot that reads
   them. A snapshot that runs again must do so with a copy of the selection from before. */
enum outcome tree_selection_next(struct tree_selection *selection);

/* Selects all trees, the portions before included. */
void tree_selection_all(struct tree_selection *selection);

#endif
