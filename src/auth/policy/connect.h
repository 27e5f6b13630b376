/*
 * Connects rules that name each other, for policy.c.
 */
#ifndef BERTH_AUTH_POLICY_CONNECT_H
#define BERTH_AUTH_POLICY_CONNECT_H

#include <stddef.h>

#include "auth/policy/rule.h"
#include "base/error_line.h"

enum { POLICY_CHAIN_MOST = 64 }; /* the longest chain of rules that refer to each other */

struct policy_rules {
    struct policy_rule *items; /* sorted by name */
    size_t count;
};

/* Returns the rule of that name, or NULL. */
struct policy_rule *policy_rules_find(const struct policy_rules *rules, const char *name);

/* Points each "rule:NAME" to the check of the rule of that name. Returns false and sets error when
   a rule refers to a missing rule, to itself, or to a chain of POLICY_CHAIN_MOST rules. */
bool policy_rules_connect(struct policy_rules *rules, struct error_line *error);

#endif
