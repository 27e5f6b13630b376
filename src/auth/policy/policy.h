/*
 * What an identity may do: the rules that are in force.
 *
 * They are Placement's defaults (auth/policy/defaults.h) and what policy files say instead or in
 * addition (auth/policy/file.h), put together as oslo.policy's Enforcer does
 * (oslo_policy/policy.py):
 *   - a rule of a file replaces the default of that name, whatever else is configured;
 *   - a default that has a deprecated ancestor lets pass what that lets pass too, unless
 *     [oslo_policy] enforce_new_defaults; but what a file has under the ancestor's own name
 *     (POLICY_FORMER_NAME), if it is something else than the ancestor's default, takes its place;
 *   - a rule that is asked for and not there is [oslo_policy] policy_default_rule, and nobody
 * passes if that is not there either. A rule that refers to one that is not there, or to itself, is
 * refused; oslo.policy only logs it.
 *
 * Rules are compiled once; from then on nothing changes, and deciding takes no memory (but for
 * remote checks). Where they come from, and when they are read again, is auth/policy_store.h.
 */
#ifndef BERTH_AUTH_POLICY_POLICY_H
#define BERTH_AUTH_POLICY_POLICY_H

#include "auth/identity.h"
#include "auth/policy/defaults.h"
#include "auth/policy/file.h"
#include "auth/policy/remote.h"
#include "auth/policy/rule.h"

struct policy;

/* [oslo_policy], but for the files. Text must outlive the policy. */
struct policy_options {
    const char *default_rule; /* a name */
    bool enforce_scope;
    bool enforce_new_defaults;
    struct policy_remote remote;
};

struct policy_options policy_options(const struct settings *settings);

/* Compiles. The policy takes over the memory that the entries are in, and gives it back at its end.
   Gives NULL and an error that names file, line and rule when a rule refers to itself or to one
   that is missing; the memory is then given back at once. */
struct policy *policy_new(const struct policy_options *options, struct arena *memory,
                          const struct policy_entries *entries, struct error_line *error);
void policy_free(struct policy *policy);

/* The rules in the order of their names. */
const struct policy_rule *policy_rules(const struct policy *policy, size_t *count);

/* Whether the identity may do what a rule (as "placement:allocations:update") is for. */
enum policy_decision {
    POLICY_DENIED,
    POLICY_ALLOWED,
    POLICY_OUT_OF_SCOPE, /* the rule is not for tokens of that scope */
    POLICY_UNDECIDED,    /* *problem says why: nobody may pass */
};
enum policy_decision policy_decide(const struct policy *policy, const char *rule,
                                   const struct identity *identity,
                                   const struct policy_target *target, struct arena *arena,
                                   const char **problem);

/* The same for an exchange. Gives false after exchange_fail(): with 403 and upstream's text, or
   with 500 after logging why it could not be decided. */
bool policy_enforce(const struct policy *policy, struct exchange *exchange,
                    const struct identity *identity, const char *rule,
                    const struct policy_target *target);

#endif
