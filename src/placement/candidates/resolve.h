/*
 * Turns a request, which has names, into a query for the search, which has numbers.
 */
#ifndef BERTH_PLACEMENT_CANDIDATES_RESOLVE_H
#define BERTH_PLACEMENT_CANDIDATES_RESOLVE_H

#include "placement/candidates/budget.h"
#include "placement/candidates/candidate_request.h"
#include "placement/candidates/search_query.h"
#include "placement/candidates/vocabulary.h"
#include "placement/context.h"

struct resolution {
    struct context *context;
    const struct candidate_request *request;
    struct vocabularies names;
};

/* Gathers the names of the request. world_load() looks them up. */
void resolution_begin(struct resolution *resolution, struct context *context,
                      const struct candidate_request *request);

/*
 * Makes the query, from names that the world was loaded with. Sets *hopeless if nothing can match;
 * then the query must not be used. Names that do not exist fail the request as upstream does: group
 * by group, unless the groups before match nothing. Uses no database.
 *   OUTCOME_CLASS_NOT_FOUND  "No such resource class <name>."
 *   OUTCOME_TRAIT_NOT_FOUND  "No such trait(s): <names>."
 *   OUTCOME_TOO_LONG         the budget is spent
 */
enum outcome resolution_query(struct resolution *resolution, const struct world *world,
                              struct budget *budget, struct search_query *query, bool *hopeless);

/* Makes the whole query without checks, for an explanation of why nothing matches. A class that
   does not exist has the id -1, a tree the root WORLD_NONE; no provider has a trait or an aggregate
   that does not exist. */
void resolution_query_unchecked(const struct resolution *resolution, const struct world *world,
                                struct budget *budget, struct search_query *query);

#endif
