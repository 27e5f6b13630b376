/*
 * Policies to test with: texts of policy files, and somebody to ask for.
 */
#ifndef BERTH_TESTS_UNIT_POLICY_FIXTURE_H
#define BERTH_TESTS_UNIT_POLICY_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "auth/policy/policy.h"
#include "exchange_fixture.h"

static struct error_line error;

/* The policy of a file of that text, or NULL with the error. */
static inline struct policy *policy_of(const char *text, struct policy_options options)
{
    struct arena memory;
    struct policy_entries entries = {0};
    arena_init(&memory, 0);
    if (policy_text_read("p.yaml", text, strlen(text), &memory, &entries, &error))
        return policy_new(&options, &memory, &entries, &error);
    arena_free(&memory);
    return NULL;
}

/* Whether a rule, the text of which needs no escapes within "", lets somebody pass whose roles
   these are. */
static inline enum policy_decision decide(const char *rule, const struct identity *identity,
                                          const struct policy_target *target)
{
    const char *problem;
    char text[4096];
    snprintf(text, sizeof(text), "\"own\": \"%s\"\n", rule);
    struct policy *policy = policy_of(text, (struct policy_options){.enforce_scope = true});
    ck_assert_msg(policy != NULL, "%s", error.text);
    enum policy_decision decision =
        policy_decide(policy, "own", identity, target, &arena, &problem);
    policy_free(policy);
    return decision;
}

#endif
