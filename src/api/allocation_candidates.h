/*
 * Allocation candidates: the ways in which a request could be allocated.
 */
#ifndef BERTH_API_ALLOCATION_CANDIDATES_H
#define BERTH_API_ALLOCATION_CANDIDATES_H

struct call;

/* GET /allocation_candidates */
void allocation_candidates_list(struct call *call);

#endif
