/*
 * Answers with an explanation as JSON.
 */
#include <config.h>

#include "api/explanation.h"

#include "api/allocation_candidates.h"
#include "api/call.h"
#include "placement/explain/explain.h"
#include "placement/explain/explanation_json.h"

/* Fails as GET /allocation_candidates does. If a class or trait does not exist, adds the name that
   was probably meant. */
static void refuse(struct call *call, enum outcome outcome, const struct explanation *explanation)
{
    const struct unknown_names *unknown = &explanation->unknown;
    if ((outcome == OUTCOME_CLASS_NOT_FOUND || outcome == OUTCOME_TRAIT_NOT_FOUND) &&
        unknown->guessed)
        call->context.failure.detail = arena_printf(call->exchange->arena, "%s The cause: %s.",
                                                    call->context.failure.detail, unknown->text);
    allocation_candidates_fail(call, outcome);
}

void explanation_show(struct call *call)
{
    struct candidate_request request;
    struct explanation explanation;
    if (!allocation_candidates_request(call, &request))
        return;
    allocation_candidates_bound(call);
    enum outcome outcome = explanation_make(&call->context, &request, false, &explanation);
    if (outcome != OUTCOME_OK) {
        refuse(call, outcome, &explanation);
        return;
    }
    explanation_write_json(call_json(call), &explanation, call->exchange->arena);
    call_last_modified(call, time(NULL));
    call_answer(call, 200);
}
