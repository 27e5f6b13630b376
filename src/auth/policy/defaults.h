/*
 * Placement's rules and their defaults: upstream's placement/policies.
 */
#ifndef BERTH_AUTH_POLICY_DEFAULTS_H
#define BERTH_AUTH_POLICY_DEFAULTS_H

#include <stddef.h>

/* The tokens that a rule accepts: all, or only tokens for a project. */
enum policy_scope { POLICY_SCOPE_ANY, POLICY_SCOPE_PROJECT };

struct policy_default {
    const char *name;
    const char *check;
    enum policy_scope scope;
    const char *former_check; /* its deprecated ancestor; NULL: none */
};

/* The name of all the deprecated ancestors. Upstream calls them "rule:admin_api", which is not the
   name of a rule ("admin_api" is). A policy file may still define a rule under that name. */
#define POLICY_FORMER_NAME "rule:admin_api"

/* In the order of upstream's documentation. */
extern const struct policy_default policy_defaults[];
extern const size_t policy_default_count;

#endif
