/*
 * Identifies the caller, as [api] auth_strategy says.
 *
 *   keystone   Keystone says whose the token is (auth/keystone/keystone.h)
 *   noauth2    the identity is in the token itself, as upstream's NoAuthMiddleware reads it
 *              (placement/auth.py), for tests and for clouds that authenticate in front of the
 *              service
 *
 * The version document needs no token: its identity is empty.
 */
#ifndef BERTH_AUTH_AUTHENTICATION_H
#define BERTH_AUTH_AUTHENTICATION_H

#include "auth/identity.h"
#include "auth/keystone/keystone.h"
#include "settings/settings.h"

/* What operators are told if authentication_is_open(). */
#define AUTHENTICATION_OPEN_WARNING                                                                \
    "auth_strategy is noauth2: every client may act as any user with any role"

/* Returns whether the settings let clients say themselves who they are. */
bool authentication_is_open(const struct settings *settings);

/* Fills in the identity: by keystone, or by noauth2 if keystone is NULL. Returns false after
   exchange_fail() with 401, or with 503 if Keystone does not answer. */
bool authentication_identify(struct keystone *keystone, struct exchange *exchange,
                             struct identity *identity);

#endif
