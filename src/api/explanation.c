/*
 * Answers with an explanation as JSON.
 */
#include <config.h>

#include "api/explanation.h"

#include "api/allocation_candidates.h"
#include "api/call.h"
#include "placement/explain/explain.h"
#include "placement/explain/explanation_json.h"

void explanation_show(struct call *call)
{
    struct candidate_request request;
    struct explanation explanation;
    if (!allocation_candidates_request(call, &request))
        return;
    allocation_candidates_bound(call);
    enum outcome outcome = explanation_make(&call->context, &request, false, &explanation);
    if (outcome != OUTCOME_OK) {
        allocation_candidates_fail(call, outcome);
        return;
    }
    explanation_write_json(call_json(call), &explanation, call->exchange->arena);
    call_last_modified(call, time(NULL));
    call_answer(call, 200);
}
