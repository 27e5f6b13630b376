/*
 * A question to the policy: may this caller do this?
 */
#ifndef BERTH_AUTH_POLICY_QUESTION_H
#define BERTH_AUTH_POLICY_QUESTION_H

#include "auth/identity.h"
#include "auth/policy/match.h"
#include "base/arena.h"

struct policy_remote;

/* The caller sets all but the last two. */
struct policy_question {
    const struct identity *identity;
    const struct policy_target *target;
    const char *rule; /* the rule asked for first, which remote servers are told */
    const struct policy_remote *remote; /* how to ask remote servers (auth/policy/remote.h) */
    struct arena *arena;                /* for requests to them; nothing else is allocated */
    const char *problem;                /* why it could not be decided */
    unsigned steps;                     /* checks looked at so far: there is a limit */
};

#endif
