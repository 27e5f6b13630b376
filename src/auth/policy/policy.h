/*
 * Decides what a caller may do, by the rules that are in force.
 *
 * The rules are Placement's defaults (auth/policy/defaults.h) and the rules of policy files
 * (auth/policy/file.h), merged as oslo.policy's Enforcer does
 * (oslo_policy/policy.py):
 *   - a rule of a file replaces the default of that name, whatever else is configured;
 *   - a default that has a deprecated ancestor also lets pass whom the ancestor lets pass, unless
 *     [oslo_policy] enforce_new_defaults is set; but a rule of a file under the ancestor's name
 *     (POLICY_FORMER_NAME) replaces the default if it differs from the ancestor's default;
 *   - [oslo_policy] policy_default_rule stands in for a missing rule; nobody passes if it is
 *     missing too.
 * A rule that refers to a missing rule or to itself is refused; oslo.policy only logs it.
 *
 * Rules are compiled once and do not change; deciding allocates nothing, except for remote checks.
 * auth/policy/store.h finds the files and reads them again when they change.
 */
#ifndef BERTH_AUTH_POLICY_POLICY_H
#define BERTH_AUTH_POLICY_POLICY_H

#include "auth/identity.h"
#include "auth/policy/defaults.h"
#include "auth/policy/file.h"
#include "auth/policy/remote.h"
#include "auth/policy/rule.h"

struct policy;

/* The options of [oslo_policy], except the files. Their text must outlive the policy. */
struct policy_options {
    const char *default_rule; /* a name */
    bool enforce_scope;
    bool enforce_new_defaults;
    struct policy_remote remote;
};

/* Returns the options of the settings, which own the text. */
struct policy_options policy_options(const struct settings *settings);

/* Compiles entries into a policy, which takes over the memory that they are in (memory becomes
   empty). Returns NULL, frees the memory and sets error, with file, line and rule, when a rule
   refers to itself or to a missing rule. */
struct policy *policy_new(const struct policy_options *options, struct arena *memory,
                          const struct policy_entries *entries, struct error_line *error);
void policy_free(struct policy *policy);

/* Returns the rules sorted by name. */
const struct policy_rule *policy_rules(const struct policy *policy, size_t *count);

/* Decides whether a rule (as "placement:allocations:update") lets the identity pass. */
enum policy_decision {
    POLICY_DENIED,
    POLICY_ALLOWED,
    POLICY_OUT_OF_SCOPE, /* the rule is not for tokens of that scope */
    POLICY_UNDECIDED,    /* nobody passes; *problem says why */
};
enum policy_decision policy_decide(const struct policy *policy, const char *rule,
                                   const struct identity *identity,
                                   const struct policy_target *target, struct arena *arena,
                                   const char **problem);

/* Does the same for an exchange. Returns false after exchange_fail(): with 403 and upstream's text,
   or with 500 after logging why the rule could not be decided. */
bool policy_enforce(const struct policy *policy, struct exchange *exchange,
                    const struct identity *identity, const char *rule,
                    const struct policy_target *target);

#endif
