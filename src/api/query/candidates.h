/*
 * The query string of GET /allocation_candidates: groups of parameters by their suffixes
 * (resources, required, member_of and in_tree), and what holds for the request as a whole
 * (limit, group_policy, root_required and same_subtree).
 *
 * See upstream's api-ref, and RequestGroup and RequestWideParams in its lib.py for what is refused.
 */
#ifndef BERTH_API_QUERY_CANDIDATES_H
#define BERTH_API_QUERY_CANDIDATES_H

#include "http/exchange.h"
#include "http/query.h"
#include "placement/candidates/candidate_request.h"

/* Reads a query string that its schema allows. Whether classes, traits and aggregates exist is not
   looked at. Gives false after failing with 400. */
bool query_candidates_read(struct exchange *exchange, const struct query *query,
                           struct candidate_request *request);

#endif
