/*
 * A rule of the policy that is in force.
 */
#ifndef BERTH_AUTH_POLICY_RULE_H
#define BERTH_AUTH_POLICY_RULE_H

#include <stdbool.h>

#include "auth/policy/check.h"
#include "auth/policy/defaults.h"

struct policy_rule {
    const char *name;
    struct policy_check *check;
    const struct policy_default *placement; /* NULL: not one of Placement's rules */
    const char *file;                       /* that the rule comes from; NULL: the default */
    unsigned line;
    const char *problem; /* what was not understood; NULL: nothing */
    unsigned chain;      /* rules that it refers to, one after the other */
    bool known, visited; /* used while rules are connected */
};

#endif
