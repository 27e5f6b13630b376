/*
 * Walks through all candidates of a request, and keeps none.
 */
#include <config.h>

#include "placement/explain/counting.h"

#include "placement/candidates/search.h"

static void walk(struct arena *arena, const struct world *world, const struct search_query *query,
                 struct budget *budget, struct candidate_count *count)
{
    struct search search;
    search_begin(&search, arena, world, query, budget);
    struct search_walk walk = search_walk_from(&search, arena, 0);
    for (uint32_t i = 0; i < search.space.anchor_count; i++) {
        search_walk_restart(&walk, i);
        while (search_next(&search, &walk) == SEARCH_FOUND) {
            if (count->found == COUNTED_MOST) {
                count->more = true;
                return;
            }
            count->found++;
        }
    }
}

enum outcome candidates_count(const struct resolution *resolution,
                              const struct candidate_request *request, const struct world *world,
                              struct budget *budget, struct candidate_count *count)
{
    struct resolution own = *resolution;
    struct search_query query;
    struct arena *arena = resolution->context->arena;
    struct arena_mark mark = arena_mark(arena);
    bool hopeless = false;
    *count = (struct candidate_count){0};
    own.request = request;
    enum outcome outcome = resolution_query(&own, world, budget, &query, &hopeless);
    if (outcome == OUTCOME_TOO_LONG)
        count->more = true;
    else if (outcome != OUTCOME_OK)
        count->refusal = own.context->failure.detail;
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_TOO_LONG ? OUTCOME_OK : outcome;
    if (!hopeless)
        walk(arena, world, &query, budget, count);
    arena_rewind(arena, &mark);
    count->more = count->more || budget_is_over(budget);
    return OUTCOME_OK;
}
