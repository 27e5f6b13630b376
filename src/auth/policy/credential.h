/*
 * The credentials of the caller, which the left side of a check may name: the names of
 * oslo.context's RequestContext.to_policy_values() and, for a token for the system, "system" (which
 * oslo.policy adds to them).
 */
#ifndef BERTH_AUTH_POLICY_CREDENTIAL_H
#define BERTH_AUTH_POLICY_CREDENTIAL_H

#include "auth/identity.h"
#include "auth/policy/match.h"
#include "base/json_writer.h"

struct policy_credential;

/* Returns the credential of that name (length bytes), or NULL. */
const struct policy_credential *policy_credential_find(const char *name, size_t length);

/*
 * Decides whether the identity's credential equals the match, filled in from the target
 * (policy_match_applies() must have returned POLICY_YES). Of a list, one equal item is enough.
 * deeper: the check names something inside the credential, as "user_id.name". No credential has
 * parts, so oslo.policy fails, and this returns POLICY_BROKEN, or POLICY_NO for an empty list.
 */
enum policy_verdict policy_credential_decide(const struct policy_credential *credential,
                                             bool deeper, const struct identity *identity,
                                             const struct policy_match *match,
                                             const struct policy_target *target);

/* Writes all credentials as a JSON object, in the order in which oslo.policy sends them. */
void policy_credentials_write(const struct identity *identity, struct json_writer *writer);

#endif
