/*
 * Turns a request, which has names, into a query for the search, which has numbers.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_RESOLVE_H
#define BERTH_PLACEMENT_CANDIDATES_RESOLVE_H

#include "placement/candidates/candidate_request.h"
#include "placement/candidates/search_query.h"
#include "placement/context.h"

/* Distinct names, sorted, and their ids; -1 for a name that does not exist. */
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

/* Looks up the names of the request, with at most one statement for each kind. */
enum outcome resolution_begin(struct resolution *resolution, struct context *context,
                              const struct candidate_request *request);

/* Returns what the world must know. Its numbers are the places in the vocabularies. */
struct world_interest resolution_interest(const struct resolution *resolution);

/*
 * Makes the query. Sets *hopeless if nothing can match; then the query must not be used. Names that
 * do not exist fail the request as upstream does: group by group, unless the groups before match
 * nothing.
 *   OUTCOME_CLASS_NOT_FOUND  "No such resource class <name>."
 *   OUTCOME_TRAIT_NOT_FOUND  "No such trait(s): <names>."
 */
enum outcome resolution_query(struct resolution *resolution, const struct world *world,
                              struct search_query *query, bool *hopeless);

#endif
