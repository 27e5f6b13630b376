/*
 * Finding out who is asking, as [api] auth_strategy says.
 *
 *   keystone   the identity is what Keystone says about the token (auth/keystone/keystone.h)
 *   noauth2    the identity is in the token itself, as upstream's NoAuthMiddleware reads it
 *              (placement/auth.py), for tests and for clouds that authenticate in front of the
 *              service
 *
 * The version document needs no token: its identity is nobody.
 */
#ifndef BERTH_AUTH_AUTHENTICATION_H
#define BERTH_AUTH_AUTHENTICATION_H

#include "auth/identity.h"
#include "auth/keystone/keystone.h"

/* Fills the identity in: with keystone, or, where that is NULL, by noauth2. Gives false after
   exchange_fail() with 401, or with 503 where Keystone does not answer. */
bool authentication_identify(struct keystone *keystone, struct exchange *exchange,
                             struct identity *identity);

#endif
