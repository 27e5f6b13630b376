/*
 * Explanations: why a request for allocation candidates finds nothing.
 *
 * Upstream has nothing like it, so the path is below /_berth. But it is a route like those of the
 * API: it needs a token, and what GET /allocation_candidates asks of the policy.
 */
#ifndef BERTH_API_EXPLANATION_H
#define BERTH_API_EXPLANATION_H

struct call;

/* GET /_berth/explain, with the query string of GET /allocation_candidates */
void explanation_show(struct call *call);

#endif
