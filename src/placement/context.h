/*
 * What the functions of the domain need to know about the request they work for.
 */
#ifndef BERTH_PLACEMENT_CONTEXT_H
#define BERTH_PLACEMENT_CONTEXT_H

#include "base/arena.h"
#include "base/outcome.h"
#include "db/database.h"

struct names;

/* [placement] options that rule the domain. */
struct placement_settings {
    const char *incomplete_consumer_project_id;
    const char *incomplete_consumer_user_id;
    long max_candidates; /* that a request generates; negative: as many as there are */
    bool randomize_candidates;
    bool breadth_first_candidates;    /* taking turns between the trees */
    uint64_t candidates_milliseconds; /* how long they may be searched for */
};

struct context {
    struct arena *arena;
    struct database *database;
    struct names *names; /* the worker's */
    const struct placement_settings *settings;
    struct failure failure; /* why the last outcome was not OUTCOME_OK */
};

/* Notes the reason in context->failure and returns the outcome. */
#define context_fail(context, outcome, ...)                                                        \
    failure_note(&(context)->failure, (context)->arena, (outcome), __VA_ARGS__)

#endif
