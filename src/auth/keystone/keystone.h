/*
 * [api] auth_strategy = keystone: who is asking is what Keystone says about the token.
 *
 * What keystonemiddleware's auth_token does in front of Placement (placement/auth.py):
 *   X-Auth-Token     (or X-Storage-Token) the user's. Missing, unknown, expired, revoked: 401, with
 *                    WWW-Authenticate
 *   X-Service-Token  of a service that asks for the user. It must be valid, and have one of
 *                    service_token_roles where service_token_roles_required says so: otherwise 401.
 *                    With one of these roles it lets a token of the user pass that has expired
 * Everything else that says who somebody is (X-User-Id, X-Roles, ...) is not looked at. When
 * Keystone does not say whether a token is valid the answer is 503.
 *
 * What Keystone says is kept in the shared token cache for token_cache_time; that it does not know
 * a token is not kept.
 */
#ifndef BERTH_AUTH_KEYSTONE_KEYSTONE_H
#define BERTH_AUTH_KEYSTONE_KEYSTONE_H

#include "auth/identity.h"
#include "auth/keystone/shared.h"
#include "auth/keystone/token_cache.h"
#include "settings/settings.h"

struct keystone;

/* For one worker. Settings (which keystone_login_check() has found good), cache and what is shared
   must outlive it. Gives NULL when there is no memory. */
struct keystone *keystone_new(const struct settings *settings, struct token_cache *cache,
                              struct keystone_shared *shared);
void keystone_free(struct keystone *keystone);

/* Fills the identity in. Gives false after exchange_fail() with 401 or 503. */
bool keystone_identify(struct keystone *keystone, struct exchange *exchange,
                       struct identity *identity);

/* Whether Keystone answers within so many milliseconds, whatever it says. Asks it. */
bool keystone_answers(struct keystone *keystone, unsigned milliseconds);

#endif
