/*
 * From names to numbers: what is asked for becomes what the search understands.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_RESOLVE_H
#define BERTH_PLACEMENT_CANDIDATES_RESOLVE_H

#include "placement/candidates/candidate_request.h"
#include "placement/candidates/search_query.h"
#include "placement/context.h"

/* Distinct names in order, and their ids: -1 where there is none. */
struct vocabulary {
    const char **names;
    int64_t *ids;
    size_t count;
};

struct resolution {
    struct context *context;
    const struct candidate_request *request;
    struct vocabulary classes, traits, aggregates;
};

/* Looks the names up: at most one statement for each kind. */
enum outcome resolution_begin(struct resolution *resolution, struct context *context,
                              const struct candidate_request *request);

/* What the world must know of: its numbers are the places in the vocabularies. */
struct world_interest resolution_interest(const struct resolution *resolution);

/*
 * Makes the query. *hopeless: nothing can match, and the query is of no use. Names that do not
 * exist are refused as upstream does, group by group, unless what came before them matches nothing:
 *   OUTCOME_CLASS_NOT_FOUND  "No such resource class <name>."
 *   OUTCOME_TRAIT_NOT_FOUND  "No such trait(s): <names>."
 */
enum outcome resolution_query(struct resolution *resolution, const struct world *world,
                              struct search_query *query, bool *hopeless);

#endif
