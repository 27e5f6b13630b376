/*
 * The options that the providers of one tree are, for a world in which no provider shares.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_TREE_VIEW_H
#define BERTH_PLACEMENT_CANDIDATES_TREE_VIEW_H

#include "placement/candidates/budget.h"
#include "placement/candidates/search_slot.h"

struct tree_view;

/* Returns a view for the slots of a query, of which like is known. World, query and budget must
   outlive it. All memory is the arena's. */
struct tree_view *tree_view_new(struct arena *arena, const struct world *world,
                                const struct search_query *query, struct search_slot *slots,
                                size_t slot_count, struct budget *budget);

/* Sets the options of all slots to the providers of a tree that can fill them. They are valid until
   the next call. Returns false if the tree has no candidates: then the options are not set. */
bool tree_view_look(struct tree_view *view, uint32_t root);

#endif
