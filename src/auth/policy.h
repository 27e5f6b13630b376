/*
 * What an identity may do: upstream's policy rules and their defaults.
 */
#ifndef BERTH_AUTH_POLICY_H
#define BERTH_AUTH_POLICY_H

#include "auth/identity.h"

struct policy;

/* The default rules. enforce_scope and enforce_new_defaults are [oslo_policy]'s. */
struct policy *policy_new(bool enforce_scope, bool enforce_new_defaults);
void policy_free(struct policy *policy);

/* Whether the identity passes a rule (as "placement:allocations:update") for a target that belongs
   to project_id (NULL: none). Gives false after exchange_fail() with 403 and upstream's text. An
   unknown rule lets nobody pass. */
bool policy_enforce(const struct policy *policy, struct exchange *exchange,
                    const struct identity *identity, const char *rule, const char *project_id);

#endif
