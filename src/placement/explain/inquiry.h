/*
 * What an explanation starts from: a request, and the whole world that it is asked of.
 *
 * A provider is seen from an anchor, the root of a tree, if it is in this tree or shares with it.
 * All work is charged to a budget. When it is spent, results are incomplete, and say so.
 */
#ifndef BERTH_PLACEMENT_EXPLAIN_INQUIRY_H
#define BERTH_PLACEMENT_EXPLAIN_INQUIRY_H

#include "placement/candidates/budget.h"
#include "placement/candidates/candidate_request.h"
#include "placement/candidates/resolve.h"
#include "placement/candidates/search_query.h"
#include "placement/explain/lacks.h"
#include "placement/explain/subtree_place.h"

enum explain_filter {
#define FILTER(name, ...) FILTER_##name,
#include "placement/explain/filters.def"
#undef FILTER
    FILTERS
};

/* The filters of a group alone come before this one. */
#define GROUP_FILTERS FILTER_SHARING

struct inquiry {
    struct arena *arena;
    const struct candidate_request *request;
    const struct world *world;
    struct search_query query; /* the request without checks: resolution_query_unchecked() */
    /* The same groups, but what they and the root forbid is required, each name as one set: so the
       names can be told apart. */
    struct search_query forbidden;
    const bool *allowed; /* for each root: not left out by what nobody tells of; NULL: not known */
    const struct lacks *lacks;               /* of all that is asked (lacks.h); NULL: not known */
    const enum subtree_place *const *places; /* subtree_places(); NULL: not known */
    struct budget *budget;
    bool brief; /* of long lists of names only the beginning is told */
};

/* Begins an inquiry about the request of a resolution, with whose names the world was loaded. All
   that it needs is in the arena of the resolution's context. */
void inquiry_begin(struct inquiry *inquiry, const struct resolution *resolution,
                   const struct world *world, struct budget *budget);

/* Return the label, the words and the miss of a filter, as filters.def has them. */
const char *filter_label(enum explain_filter filter);
const char *filter_words(enum explain_filter filter);
const char *filter_miss(enum explain_filter filter);

/* Calls visit() for the anchors that see a provider: its own, and unless own_only those that it
   shares with; perhaps with repeats. A provider without a root has none. */
typedef void (*anchor_visitor)(void *subject, uint32_t anchor, uint32_t provider);
void inquiry_visit_anchors(const struct inquiry *inquiry, uint32_t provider, bool own_only,
                           anchor_visitor visit, void *subject);

/* Returns whether the units of an inventory allow an amount. */
bool units_allow(const struct world_inventory *inventory, int64_t amount);

/* Returns whether an inventory has room for an amount beside what is used. */
bool inventory_has_room(const struct world_inventory *inventory, int64_t amount);

/* Returns whether a group matches nothing because it asks for nothing: a group of a subtree without
   resources, required traits and aggregates. */
bool group_asks_nothing(const struct search_group *group);

#endif
