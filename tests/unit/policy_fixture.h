/*
 * Makes policies from the texts of policy files, and decides rules.
 */
#ifndef BERTH_TESTS_UNIT_POLICY_FIXTURE_H
#define BERTH_TESTS_UNIT_POLICY_FIXTURE_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "auth/policy/policy.h"
#include "exchange_fixture.h"

static struct error_line error;

/* Returns the policy of a file with that text, or NULL after setting error. */
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

/* Decides a rule for an identity. The text of the rule must need no escapes within "". */
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
