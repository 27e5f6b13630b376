/*
 * What same_subtree makes of a provider: the node above a device, or the one beside it.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_SUBTREE_PLACE_H
#define BERTH_PLACEMENT_EXPLAIN_SUBTREE_PLACE_H

/* Whether a group could take a provider that had what it asks for. */
enum subtree_place {
    PLACE_UNKNOWN, /* its tree does not satisfy all other groups */
    PLACE_RIGHT,
    PLACE_WRONG,
};

#endif
