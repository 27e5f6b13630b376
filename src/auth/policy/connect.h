/*
 * Rules that name each other: for auth/policy.c.
 */
#ifndef BERTH_AUTH_POLICY_CONNECT_H
#define BERTH_AUTH_POLICY_CONNECT_H

#include <stddef.h>

#include "auth/policy/rule.h"
#include "base/error_line.h"

enum { CHAIN_MOST = 64 }; /* rules that refer to one another in a row */

struct policy_rules {
    struct policy_rule *items; /* in the order of their names */
    size_t count;
};

/* The rule of that name, or NULL. */
struct policy_rule *policy_rules_find(const struct policy_rules *rules, const char *name);

/* Gives each "rule:NAME" the check of the rule of that name. Gives false and an error when one
   refers to a rule that is not there, to itself or to too many others in a row. */
bool policy_rules_connect(struct policy_rules *rules, struct error_line *error);

#endif
