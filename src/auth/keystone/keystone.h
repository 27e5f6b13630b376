/*
 * Identifies callers by their Keystone tokens, for [api] auth_strategy = keystone.
 *
 * Does what keystonemiddleware's auth_token does in front of Placement (placement/auth.py):
 *   X-Auth-Token     (or X-Storage-Token) is the user's token. If it is missing, unknown, expired
 *                    or revoked, the answer is 401 with WWW-Authenticate.
 *   X-Service-Token  is the token of a service that acts for the user. It must be valid and, if
 *                    service_token_roles_required is set, have one of service_token_roles; if not,
 *                    the answer is 401. With one of these roles an expired user token passes.
 * All other headers about the caller (X-User-Id, X-Roles, ...) are ignored. If Keystone does not
 * say whether a token is valid, the answer is 503.
 *
 * The shared token cache keeps valid tokens for token_cache_time, but not refusals.
 */
#ifndef BERTH_AUTH_KEYSTONE_KEYSTONE_H
#define BERTH_AUTH_KEYSTONE_KEYSTONE_H

#include "auth/identity.h"
#include "auth/keystone/shared.h"
#include "auth/keystone/token_cache.h"
#include "settings/settings.h"

struct keystone;

/* For one worker. The settings must have passed keystone_login_check(); settings, cache and shared
   must outlive it. Returns NULL when there is no memory. */
struct keystone *keystone_new(const struct settings *settings, struct token_cache *cache,
                              struct keystone_shared *shared);
void keystone_free(struct keystone *keystone);

/* Fills in the identity. Returns false after exchange_fail() with 401 or 503. */
bool keystone_identify(struct keystone *keystone, struct exchange *exchange,
                       struct identity *identity);

/* Sends Keystone a request. Returns whether it answers within that many milliseconds, with any
   status but 5xx. */
bool keystone_answers(struct keystone *keystone, unsigned milliseconds);

#endif
