/*
 * What the functions of src/placement need for the request that they serve.
 */
#ifndef BERTH_PLACEMENT_CONTEXT_H
#define BERTH_PLACEMENT_CONTEXT_H

#include "base/arena.h"
#include "base/outcome.h"
#include "db/database.h"

/* Options for src/placement. */
struct placement_settings {
    const char *incomplete_consumer_project_id;
    const char *incomplete_consumer_user_id;
    long max_candidates; /* the most that a request generates; negative: no limit */
    bool randomize_candidates;
    bool breadth_first_candidates;    /* take turns between the trees */
    uint64_t candidates_milliseconds; /* the longest that a search may take */
};

struct kept_world;
struct trail;

struct context {
    struct arena *arena;
    struct database *database;
    const struct placement_settings *settings;
    struct kept_world *kept; /* placement/world/fence.h; NULL: read all by SQL */
    struct trail *trail;     /* what a write changes (placement/trail.h); NULL: nobody asks */
    struct failure failure;  /* why the last outcome was not OUTCOME_OK */
};

/* Notes the reason in context->failure and returns the outcome. */
#define context_fail(context, outcome, ...)                                                        \
    failure_note(&(context)->failure, (context)->arena, (outcome), __VA_ARGS__)

#endif
