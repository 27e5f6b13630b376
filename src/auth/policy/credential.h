/*
 * What the left side of a check may name: who is asking, by the names of oslo.context's
 * RequestContext.to_policy_values() and, for a token for the system, "system" (which
 * oslo.policy adds to them).
 */
#ifndef BERTH_AUTH_POLICY_CREDENTIAL_H
#define BERTH_AUTH_POLICY_CREDENTIAL_H

#include "auth/identity.h"
#include "auth/policy/match.h"
#include "base/json_writer.h"

struct policy_credential;

/* The credential of that name, or NULL. */
const struct policy_credential *policy_credential_find(const char *name, size_t length);

/*
 * Whether the identity's credential is what match says of the target (policy_match_applies() has
 * said YES). One of a list is enough. deeper: the check names something inside the credential, as
 * "user_id.name": none of them has an inside, and oslo.policy fails.
 */
enum policy_verdict policy_credential_decide(const struct policy_credential *credential,
                                             bool deeper, const struct identity *identity,
                                             const struct policy_match *match,
                                             const struct policy_target *target);

/* Writes an object of all credentials, in the order in which oslo.policy sends them. */
void policy_credentials_write(const struct identity *identity, struct json_writer *writer);

#endif
