/*
 * Reads the query string of GET /allocation_candidates: groups of parameters by their suffixes
 * (resources, required, member_of and in_tree), and parameters for the whole request (limit,
 * group_policy, root_required and same_subtree).
 *
 * Upstream's api-ref describes them; RequestGroup and RequestWideParams in its lib.py say what is
 * refused.
 */
#ifndef BERTH_API_QUERY_CANDIDATES_H
#define BERTH_API_QUERY_CANDIDATES_H

#include "http/exchange.h"
#include "http/query.h"
#include "placement/candidates/candidate_request.h"

/* Reads a query string that its schema allows. Does not check that classes, traits and aggregates
   exist. Returns false after failing with 400. */
bool query_candidates_read(struct exchange *exchange, const struct query *query,
                           struct candidate_request *request);

#endif
