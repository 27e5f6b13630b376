/*
 * Allocation candidates: the ways in which a request could be allocated.
 */
#ifndef BERTH_API_ALLOCATION_CANDIDATES_H
#define BERTH_API_ALLOCATION_CANDIDATES_H

#include "base/outcome.h"
#include "placement/candidates/candidate_request.h"

struct call;

/* GET /allocation_candidates */
void allocation_candidates_list(struct call *call);

/* Reads the query string of the call. Returns false after failing with 400. Of the call this needs
   the exchange alone, and of it the arena, the query and the microversion. */
bool allocation_candidates_request(struct call *call, struct candidate_request *request);

/* Limits the memory that the call may take from now on to [berth] max_candidates_memory. */
void allocation_candidates_bound(struct call *call);

/* Fails with what an outcome of candidates_find() means: a class or trait that does not exist is
   400, too long a search 503. */
void allocation_candidates_fail(struct call *call, enum outcome outcome);

#endif
